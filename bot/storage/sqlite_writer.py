"""A SQLite file with a thread of its own: the event loop never waits for a disk.

All work on the file happens in that one thread, in the order in which it was handed over. Work that is waiting at the
same moment is done in one transaction, so that ten intents cost one ``fsync`` and not ten. The file is in WAL mode;
a transaction with ``durable`` work in it is on the disk when its future is done (``synchronous=FULL``), one without
survives the end of the process, but perhaps not a power cut (``NORMAL``).
"""

import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

#: Transactions after which the write-ahead log is written back at the next quiet moment, and after which at once.
#: SQLite's own way, every 1,000 pages, would let whoever comes next pay for it, also a claim.
_CHECKPOINT_WHEN_QUIET = 50
_CHECKPOINT_AT_ONCE = 1_000
_QUIET_AFTER_SECONDS = 0.2


class StorageError(Exception):
    """The file cannot be used; the message is one line that says why (disk full, not writable, not a database)."""


class StorageClosed(StorageError):
    """Work was handed over after the end."""


@dataclass(slots=True)
class _Work:
    do: Callable[[sqlite3.Connection], Any]
    durable: bool
    #: monotonic seconds; the thread may gather more work until then
    not_after: float
    future: "Future[Any]" = field(default_factory=Future)


class SqliteWriter:
    """One SQLite file, one thread."""

    def __init__(self, path: Path, *, schema: Sequence[str], name: str, added: Sequence[tuple[str, str]] = ()) -> None:
        """``added``: columns that a file of an earlier version lacks, each with its table, as ``name TYPE``."""
        self.path = path
        self._schema = schema
        self._added = added
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._ended = False
        self._lock = threading.Lock()
        self._since_checkpoint = 0

    def open(self) -> None:
        """Opens the file, makes its tables where they are missing, and starts the thread. Raises StorageError."""
        self._thread.start()
        self._opened.result()

    def submit(
        self,
        do: Callable[[sqlite3.Connection], T],
        *,
        durable: bool = False,
        patience: timedelta = timedelta(0),
    ) -> "Future[T]":
        """Hands work over; its future carries the result, or a StorageError.

        ``patience`` is how long the work may wait for more to share its transaction with. ``do`` may run twice (when
        other work of the same transaction failed), so it must not change anything outside of the database.
        """
        work = _Work(do, durable, time.monotonic() + patience.total_seconds())
        # from here on it is done, whether or not somebody still waits for it: a claim that is cancelled was still meant
        work.future.set_running_or_notify_cancel()
        with self._lock:
            if self._ended:
                work.future.set_exception(StorageClosed(f"{self.path.name} is closed"))
            else:
                self._queue.put(work)
        return work.future

    def close(self) -> None:
        """Does what was handed over and ends the thread. Quiet when it has ended already."""
        with self._lock:
            if self._ended:
                return
            self._ended = True
            self._queue.put(None)
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            connection = self._connect()
        except (sqlite3.Error, OSError) as error:
            self._ended = True
            self._opened.set_exception(StorageError(f"{self.path} cannot be opened: {error}"))
            return
        self._opened.set_result(None)
        try:
            self._serve(connection)
        finally:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.touch(mode=0o600)
        # transactions are begun and ended here alone, never by the module
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=10.0)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("PRAGMA fullfsync=ON")  # on macOS an fsync alone does not reach the disk
        connection.execute("PRAGMA cache_size=-256")  # KiB; the files are small, and so is the process meant to be
        for statement in self._schema:
            connection.execute(statement)
        for table, column in self._added:
            name = column.split()[0]
            if all(row[1] != name for row in connection.execute(f"PRAGMA table_info({table})")):
                connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
        return connection

    def _serve(self, connection: sqlite3.Connection) -> None:
        open_for_work = True
        while open_for_work:
            first = self._next(connection)
            if first is None:
                return
            batch = [first]
            open_for_work = self._gather(batch)
            self._do(connection, batch)
            if self._since_checkpoint >= _CHECKPOINT_AT_ONCE:
                self._checkpoint(connection)

    def _next(self, connection: sqlite3.Connection) -> _Work | None:
        """The next work, None at the end; a quiet moment before it is used to write the log back."""
        if self._since_checkpoint >= _CHECKPOINT_WHEN_QUIET:
            try:
                return self._queue.get(timeout=_QUIET_AFTER_SECONDS)
            except queue.Empty:
                self._checkpoint(connection)
        return self._queue.get()

    def _gather(self, batch: list[_Work]) -> bool:
        """Adds what else is waiting, or comes before the least patient one must be served; False at the end."""
        while True:
            wait = min(work.not_after for work in batch) - time.monotonic()
            try:
                more = self._queue.get(timeout=wait) if wait > 0 else self._queue.get_nowait()
            except queue.Empty:
                return True
            if more is None:
                return False
            batch.append(more)

    def _do(self, connection: sqlite3.Connection, batch: list[_Work]) -> None:
        durable = any(work.durable for work in batch)
        try:
            connection.execute("PRAGMA synchronous=FULL" if durable else "PRAGMA synchronous=NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            results = [work.do(connection) for work in batch]
            connection.execute("COMMIT")
            self._since_checkpoint += 1
        except Exception as error:  # noqa: BLE001  # whatever it is, it belongs to whoever handed the work over
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if len(batch) == 1:
                batch[0].future.set_exception(self._as_storage_error(error))
                return
            for work in batch:  # one by one, so that only what fails fails
                self._do(connection, [work])
            return
        for work, result in zip(batch, results, strict=True):
            work.future.set_result(result)

    def _as_storage_error(self, error: Exception) -> Exception:
        if isinstance(error, sqlite3.Error):
            return StorageError(f"{self.path}: {error}")
        return error

    def _checkpoint(self, connection: sqlite3.Connection) -> None:
        # a log that cannot be written back (disk full) only grows; the next transaction tells whoever made it
        with contextlib.suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        self._since_checkpoint = 0
