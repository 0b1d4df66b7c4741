"""Bring the tables up to date: ``python -m app.database.migrate``."""

import sys
import threading
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from app.database.connection import Database, is_away
from app.database.locks import LockName
from app.settings import BadSetting, load
from common.backoff import Backoff

log = structlog.get_logger(__name__)

_MIGRATIONS = Path(__file__).parent / "migrations"

#: Pauses between tries while Postgres is away.
_PAUSES = Backoff(first=0.2, longest=2.0)


class NewerSchema(Exception):
    """The tables were made by a newer version of this program."""


def configuration() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    # a percent sign in the path is none of ConfigParser's
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def migrate(engine: Engine) -> bool:
    """Bring the tables to the newest revision; whether there was anything to do.

    Several processes may try at once: one does it, the others wait for it. Raises NewerSchema, and what SQLAlchemy
    raises.
    """
    config = configuration()
    scripts = ScriptDirectory.from_config(config)
    with engine.connect() as connection:
        # waiting for another process that migrates may take longer than a request
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(:name)"), {"name": LockName.MIGRATIONS.value})
        connection.commit()
        try:
            found = MigrationContext.configure(connection).get_current_revision()
            connection.rollback()
            if found == scripts.get_current_head():
                return False
            known = {script.revision for script in scripts.walk_revisions()}
            if found is not None and found not in known:
                raise NewerSchema(
                    "the database was made by a newer version of AtoZ Bot; update this one, or use another database"
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
            return True
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:name)"), {"name": LockName.MIGRATIONS.value})
            # the pool's next user wants the usual patience
            connection.execute(text("RESET statement_timeout"))
            connection.commit()


class Migrator:
    """Makes the tables as soon as Postgres answers, in a thread of its own, and says so to the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="migrator", daemon=True)
        #: what keeps the tables from being made, in words for the owner; None where nothing does
        self.trouble: str | None = None

    def start(self) -> None:
        """Try until it is done."""
        self._thread.start()

    def stop(self) -> None:
        """End, also when it is not done."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        pauses = _PAUSES
        while not self._stopping.is_set():
            try:
                if migrate(self._database.engine):
                    log.info("the tables were brought up to date", action="migrated")
            except DBAPIError as error:
                self._note("Postgres does not answer" if is_away(error) else f"the tables cannot be made: {error.orig}")
            except NewerSchema as error:
                self._note(str(error))
            else:
                self.trouble = None
                self._database.schema_ready.set()
                return
            self._stopping.wait(pauses.wait)
            pauses = pauses.grown()

    def _note(self, trouble: str) -> None:
        if trouble != self.trouble:
            log.warning("the tables are not ready", action="migration_waits", why=trouble)
        self.trouble = trouble


def main() -> int:
    """Migrate once; 0 when the tables are up to date."""
    try:
        database = Database(load())
    except BadSetting as error:
        sys.stderr.write(f"{error}\n")
        return 1
    try:
        migrate(database.engine)
    except NewerSchema as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except DBAPIError as error:
        why = str(error.orig).strip().splitlines()[0]
        sys.stderr.write(f"the tables could not be made: {why}; check DATABASE_URL and that PostgreSQL runs\n")
        return 1
    finally:
        database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
