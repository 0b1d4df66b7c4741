"""The way to Postgres: one request or one batch, one transaction. Services never commit."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg2
import structlog
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from app.settings import Settings

log = structlog.get_logger(__name__)

#: Fails a connection attempt, so that nobody waits for a server that is not there.
CONNECT_WITHIN_SECONDS = 3
#: No request of the dashboard takes longer; what does is a mistake that must not hold a connection.
STATEMENT_WITHIN_MILLISECONDS = 15_000
#: As many requests at once as the API has threads for them, and some for the workers.
_CONNECTIONS = 20

#: What is said of an address that libpq cannot read.
NO_ADDRESS = "DATABASE_URL cannot be used as an address; write it like postgresql://user:password@host:5432/name"

_AFTER_COMMIT = "after_commit"


class SchemaNotReady(Exception):
    """Postgres answers, but its tables are not made yet."""


class Database:
    """Connections to Postgres, made when they are needed. A lost server is noticed and found again by itself."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.engine: Engine = create_engine(
            "postgresql+psycopg2://",
            creator=self._connect,
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_timeout=5,
            pool_pre_ping=True,
            pool_use_lifo=True,
        )
        #: set once the tables are as this program wants them
        self.schema_ready = threading.Event()

    def _connect(self) -> Any:
        try:
            return psycopg2.connect(
                self._settings.database_address(),
                connect_timeout=CONNECT_WITHIN_SECONDS,
                application_name="atoz-backend",
                options=f"-c statement_timeout={STATEMENT_WITHIN_MILLISECONDS} -c timezone=UTC",
                # a server whose machine vanished is noticed within seconds
                keepalives_idle=5,
                keepalives_interval=2,
                keepalives_count=3,
            )
        except psycopg2.ProgrammingError:
            # libpq repeats what it cannot read, with the password in it
            raise psycopg2.OperationalError(NO_ADDRESS) from None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that is committed at the end, or rolled back where anything was raised.

        Raises SchemaNotReady while the tables are not made, and what SQLAlchemy raises.
        """
        if not self.schema_ready.is_set():
            raise SchemaNotReady
        with Session(self.engine, expire_on_commit=False) as session:
            with session.begin():
                yield session
            for told in session.info.pop(_AFTER_COMMIT, ()):
                told()

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def after_commit(session: Session, tell: Callable[[], None]) -> None:
    """Have ``tell`` called once the session's transaction is committed, and not at all where it is rolled back."""
    session.info.setdefault(_AFTER_COMMIT, []).append(tell)


def is_away(error: BaseException) -> bool:
    """Whether the error says that Postgres cannot be used now, and may be later."""
    if isinstance(error, (SchemaNotReady, NoConnectionFree, psycopg2.OperationalError)):
        return True
    if not isinstance(error, DBAPIError):
        return False
    # class 57: shutting down, starting up, took too long; class 53: no room for more
    state = cast("str | None", getattr(error.orig, "pgcode", None)) or ""
    return (
        error.connection_invalidated
        or state[:2] in {"53", "57"}
        or (isinstance(error, OperationalError) and state == "")
    )
