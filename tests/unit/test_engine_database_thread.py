"""The thread behind journal and outbox: group commit, failures told to whom they belong, an end in order."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path

import pytest

from bot.storage.sqlite_writer import SqliteWriter, StorageClosed, StorageError

SCHEMA = ("CREATE TABLE IF NOT EXISTS numbers (n INTEGER PRIMARY KEY)",)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteWriter]:
    thread = SqliteWriter(tmp_path / "test.sqlite", schema=SCHEMA, name="test")
    thread.open()
    yield thread
    thread.close()


def put(database: SqliteWriter, number: int, *, patience: float = 0.0) -> "Future[int]":
    return database.submit(
        lambda connection: connection.execute("INSERT INTO numbers VALUES (?)", (number,)).rowcount,
        durable=True,
        patience=timedelta(seconds=patience),
    )


def count(database: SqliteWriter) -> int:
    number: int = database.submit(lambda c: c.execute("SELECT count(*) FROM numbers").fetchone()[0]).result(5)
    return number


def test_work_that_waits_together_is_one_transaction(database: SqliteWriter) -> None:
    go = threading.Event()
    database.submit(lambda _: go.wait(5))
    seen: list[int] = []

    def note(connection: sqlite3.Connection) -> None:
        # rows of a transaction that is not committed are visible to the same connection alone
        seen.append(connection.total_changes)

    futures = [put(database, n) for n in range(10)]
    database.submit(note)
    go.set()
    for future in futures:
        assert future.result(5) == 1
    with sqlite3.connect(database.path) as other:
        assert other.execute("SELECT count(*) FROM numbers").fetchone() == (10,)
    assert seen == [10]


def test_work_that_fails_fails_alone(database: SqliteWriter) -> None:
    go = threading.Event()
    database.submit(lambda _: go.wait(5))
    good, bad, also_good = put(database, 1), put(database, 1), put(database, 2)
    go.set()
    assert good.result(5) == also_good.result(5) == 1
    with pytest.raises(StorageError, match="UNIQUE"):
        bad.result(5)
    assert count(database) == 2


def test_impatient_work_takes_patient_work_with_it(database: SqliteWriter) -> None:
    patient = put(database, 1, patience=60)
    put(database, 2).result(5)
    assert patient.result(5) == 1


def test_closing_does_what_was_handed_over(tmp_path: Path) -> None:
    database = SqliteWriter(tmp_path / "test.sqlite", schema=SCHEMA, name="test")
    database.open()
    patient = put(database, 1, patience=60)
    database.close()
    assert patient.result(0) == 1
    with pytest.raises(StorageClosed):
        put(database, 2).result(0)
    database.close()


def test_the_log_is_written_back(database: SqliteWriter) -> None:
    for n in range(1100):
        put(database, n).result(5)
    log = database.path.with_name("test.sqlite-wal")
    assert log.stat().st_size < 1100 * 2 * 4096


def test_a_file_that_is_no_database_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "test.sqlite"
    path.write_bytes(b"no database at all" * 100)
    database = SqliteWriter(path, schema=SCHEMA, name="test")
    with pytest.raises(StorageError, match="cannot be opened: file is not a database"):
        database.open()
