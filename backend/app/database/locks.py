"""Who does what only one process may do: advisory locks of Postgres, held on a connection that the work itself uses.

The lock belongs to the connection, so whoever lost the lock cannot write any more either: there is no moment in which
two processes both believe to hold it and both commit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from app.database.connection import Database, SchemaNotReady


class LockName(IntEnum):
    """The numbers are this program's own: ``atoz`` in ASCII, and one more for each lock."""

    #: who brings the tables up to date
    MIGRATIONS = 0x61746F7A_01
    #: who brings events from the stream to the tables
    INGEST = 0x61746F7A_02
    #: who starts and stops bots
    SUPERVISOR = 0x61746F7A_03
    #: who gives the next configuration its version
    CONFIGURATION = 0x61746F7A_04
    #: who chooses which session is started or stopped
    SESSIONS = 0x61746F7A_05


class NotHeld(Exception):
    """Another process holds the lock."""


class Lock:
    """One lock and the connection it is held on. Used by one thread."""

    def __init__(self, database: Database, name: LockName) -> None:
        self._database = database
        self._name = name
        self._connection: Connection | None = None

    @property
    def is_held(self) -> bool:
        """Whether it was held when the connection was last used."""
        return self._connection is not None

    def acquire(self) -> None:
        """Take the lock where it is not held yet. Raises NotHeld, SchemaNotReady and what SQLAlchemy raises."""
        if self._connection is not None:
            return
        if not self._database.schema_ready.is_set():
            raise SchemaNotReady
        connection = self._database.engine.connect()
        try:
            held = connection.scalar(text("SELECT pg_try_advisory_lock(:name)"), {"name": self._name.value})
            connection.commit()
        except BaseException:
            connection.invalidate()
            connection.close()
            raise
        if not held:
            connection.close()
            raise NotHeld
        self._connection = connection

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A transaction on the lock's own connection: it can only be committed while the lock is held.

        Raises NotHeld and what SQLAlchemy raises; after an error of the connection the lock is given up.
        """
        self.acquire()
        if self._connection is None:
            raise NotHeld
        try:
            with Session(self._connection, expire_on_commit=False) as session, session.begin():
                yield session
        finally:
            # a lost connection would be made anew by SQLAlchemy, without the lock
            if self._connection.invalidated or self._connection.closed:
                self.release()

    def release(self) -> None:
        """Give the lock up, with the connection: nothing of it may be left in the pool."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
