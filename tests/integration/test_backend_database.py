"""Migrations: up from nothing, the same as the models, down again; by several processes at once."""

import threading
from contextlib import suppress
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.orm import Session

from app.database.connection import Database, after_commit
from app.database.locks import Lock, LockName, NotHeld
from app.database.migrate import NewerSchema, configuration, migrate
from app.jobs.schemas import JobQuery
from app.jobs.service import list_jobs
from contract.jobs import JobStatus
from tests.support.fixtures_backend import until

TABLES = {"bot_sessions", "job_records", "analytics_periods", "bot_configurations", "system_logs", "ingest_positions"}


@pytest.fixture
def engine(postgres_url: str) -> Engine:
    return create_engine(postgres_url.replace("postgresql://", "postgresql+psycopg2://", 1))


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def run(engine: Engine, what: str, *arguments: str) -> None:
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        getattr(command, what)(config, *arguments)


def test_up_from_nothing_and_down_again(engine: Engine) -> None:
    assert migrate(engine)
    assert tables(engine) == TABLES
    assert not migrate(engine)  # there is nothing left to do
    run(engine, "downgrade", "base")
    assert tables(engine) == set()
    assert migrate(engine)
    engine.dispose()


def insert_made_by_0001(engine: Engine) -> None:
    """A session and three jobs, as the program wrote them when there was revision 0001 alone."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO bot_sessions (session_id, session_name, started_by, wanted, wanted_at, state, state_at, "
                "login_status, start_time) VALUES ('s', 's', 'command_line', 'stopped', now(), 'stopped', now(), "
                "'signed_out', now())"
            )
        )
        for number, (status, claim) in enumerate([("accepted", "held"), ("rejected", None), ("lost", "lost")]):
            connection.execute(
                text(
                    "INSERT INTO job_records (portal, account_id, job_number, session_id, outbox_id, seq, reference, "
                    "portal_id, portal_status, action, status, claim_state, was_claimed, first_seen_at, seen_at, "
                    "updated_at) VALUES ('atoz', 'a', :number, 's', 'o', :seq, :number || '/atoz', :number, "
                    "'matched', 'none', :status, :claim, :claim IS NOT NULL, now(), now(), now())"
                ),
                {"number": str(10_000 + number), "seq": number + 1, "status": status, "claim": claim},
            )


def test_rows_of_the_first_revision_are_kept_and_readable(engine: Engine) -> None:
    run(engine, "upgrade", "0001")
    insert_made_by_0001(engine)
    with engine.begin() as connection:
        table_file = text("SELECT pg_relation_filenode('job_records')")
        before = connection.scalar(table_file)
    assert migrate(engine)
    with engine.begin() as connection:
        # a rewritten table would have another file: with a million rows that takes long
        assert connection.scalar(table_file) == before
    with Session(engine) as session:
        rows = list_jobs(session, JobQuery()).items
        assert sorted((row.job_number, row.status) for row in rows) == [
            ("10000", JobStatus.ACCEPTED),
            ("10001", JobStatus.REJECTED),
            ("10002", JobStatus.LOST),
        ]
        assert {(row.offer_expires_at, row.only_watched, row.given) for row in rows} == {(None, False, None)}
    run(engine, "downgrade", "0001")
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM job_records")) == 3
    engine.dispose()


def test_the_models_are_what_the_migrations_make(engine: Engine) -> None:
    migrate(engine)
    run(engine, "check")  # raises where they differ
    engine.dispose()


def test_processes_that_start_together_migrate_once(engine: Engine) -> None:
    done: list[bool] = []
    threads = [threading.Thread(target=lambda: done.append(migrate(engine))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, False, False, True]
    engine.dispose()


def test_tables_of_a_newer_version_are_left_alone(engine: Engine) -> None:
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerSchema, match="newer version"):
        migrate(engine)
    assert tables(engine) == TABLES
    engine.dispose()


def test_by_hand_with_alembic(engine: Engine, monkeypatch: pytest.MonkeyPatch, postgres_url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    monkeypatch.setenv("ATOZ_ENV_FILE", "")
    command.upgrade(Config(Path(__file__).resolve().parents[2] / "backend" / "alembic.ini"), "head")
    assert tables(engine) == TABLES
    engine.dispose()


def test_what_is_told_after_a_commit_is_not_told_after_a_rollback(database: Database) -> None:
    told: list[str] = []
    with database.transaction() as session:
        after_commit(session, lambda: told.append("committed"))
        assert told == []
    assert told == ["committed"]

    def fail() -> None:
        with database.transaction() as session:
            after_commit(session, lambda: told.append("rolled back"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert told == ["committed"]


def takes(lock: Lock) -> bool:
    """Whether the lock was free. A connection that is ended from outside takes a moment to go."""
    with suppress(NotHeld):
        lock.acquire()
    return lock.is_held


class TestLocks:
    def test_one_holds_it_and_the_next_takes_over(self, database: Database) -> None:
        first, second = Lock(database, LockName.INGEST), Lock(database, LockName.INGEST)
        first.acquire()
        with pytest.raises(NotHeld):
            second.acquire()
        other = Lock(database, LockName.SUPERVISOR)
        other.acquire()  # another lock is another lock
        first.release()
        until(lambda: takes(second))
        for lock in (second, other):
            lock.release()

    def test_who_lost_the_connection_cannot_write_any_more(self, database: Database) -> None:
        lost, next_one = Lock(database, LockName.INGEST), Lock(database, LockName.INGEST)
        with lost.transaction() as session:
            pid = session.scalar(text("SELECT pg_backend_pid()"))
        with database.engine.begin() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        until(lambda: takes(next_one))
        with pytest.raises(Exception, match=r"terminat|closed"), lost.transaction() as session:
            session.execute(text("CREATE TABLE written_without_the_lock ()"))
        assert not lost.is_held
        with pytest.raises(NotHeld), lost.transaction():
            pass
        assert "written_without_the_lock" not in inspect(database.engine).get_table_names()
        next_one.release()
