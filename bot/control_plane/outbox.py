"""A session's reports, on disk until they are in Postgres.

The outbox gives each event its ``seq``: 1, 2, 3 … without a gap. An event is handed to Redis only after it is on the
disk for good (``synchronous=FULL``), so no power cut can make the outbox give one number to two events. It is forgotten
when the control plane says that it stands in Postgres, and not before.

What bounds the file in a long outage: passes over the board (``cycle_complete``) carry totals, so a later one says all
that an earlier one said. With more than ``CROWDED`` events waiting only the newest pass of a minute is written; it gets
its ``seq`` when it is written, so nothing is missing from the numbers. Everything else is kept, whatever it costs.
"""

import uuid
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from threading import RLock, Timer
from typing import Any

import structlog

from bot.storage.sqlite_writer import SqliteWriter, StorageClosed, StorageError
from contract.events import CycleComplete, Event, encode_event

log = structlog.get_logger(__name__)

#: With more events than this waiting, passes over the board are thinned out (some eight minutes at 0.5 s).
CROWDED = 1_000
#: One pass in this time is kept then.
THINNED_TO = timedelta(minutes=1)

#: What can wait is worth one write a second: passes over the board, and what was acknowledged.
_LAZY = timedelta(seconds=1)
#: Everything else waits so long for more of its kind; an intent's own ``fsync`` in the journal is through by then.
_EVENT_PATIENCE = timedelta(milliseconds=20)
#: After a failed write (disk full) the next try comes so much later.
_RETRY_AFTER_SECONDS = 1.0

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)",
)


@dataclass(frozen=True, slots=True)
class Stored:
    """One event as it waits in the outbox."""

    seq: int
    #: JSON, as it goes over the wire
    body: bytes


class NotAnOutbox(StorageError):
    """The file holds no session's reports: its process was killed while it made the file."""


class Outbox:
    """The file with one session's reports. ``put`` never waits for the disk; the others return a future."""

    def __init__(self, path: Path) -> None:
        self.path = path
        #: called from the writer's thread when there is something new to send
        self.on_written: Callable[[], None] = lambda: None
        self.outbox_id = ""
        self.session_id = ""
        self.account_id = ""
        #: where reading the session's command stream goes on
        self.last_command_id = "0-0"
        #: highest seq on disk
        self.last_seq = 0
        #: highest seq that is known to be in Postgres
        self.acknowledged = 0
        self._database = SqliteWriter(path, schema=_SCHEMA, name=f"outbox {path.stem}")
        # events that have no seq yet, oldest first; guarded by the lock, as everything below
        self._pending: deque[Event] = deque()
        self._lock = RLock()
        self._write_due: Future[_Written] | None = None
        self._write_is_urgent = False
        self._retry: Timer | None = None
        self._newest_cycle_at: datetime | None = None

    def open(self, *, session_id: str, account_id: str) -> None:
        """Opens the file, or makes it for this session. Raises StorageError."""
        self._database.open()
        fresh = {
            "outbox_id": uuid.uuid4().hex,
            "session_id": session_id,
            "account_id": account_id,
            "next_seq": "1",
            "last_command_id": "0-0",
        }

        def prepare(connection: Connection) -> dict[str, str]:
            connection.executemany("INSERT OR IGNORE INTO meta VALUES (?, ?)", fresh.items())
            return _meta(connection)

        self._take_up(self._database.submit(prepare, durable=True).result())

    def open_left_behind(self) -> None:
        """Opens what another process left. Raises NotAnOutbox, StorageError."""
        self._database.open()
        meta = self._database.submit(_meta).result()
        if "outbox_id" not in meta:
            raise NotAnOutbox(f"{self.path.name} holds no reports")
        self._take_up(meta)

    def _take_up(self, meta: dict[str, str]) -> None:
        self.outbox_id = meta["outbox_id"]
        self.session_id = meta["session_id"]
        self.account_id = meta["account_id"]
        self.last_command_id = meta["last_command_id"]
        self.last_seq = int(meta["next_seq"]) - 1
        oldest: int | None = self._database.submit(
            lambda connection: connection.execute("SELECT min(seq) FROM events").fetchone()[0]
        ).result()
        self.acknowledged = self.last_seq if oldest is None else oldest - 1

    def put(self, event: Event) -> None:
        """Takes an event up; its ``seq`` is given when it is written."""
        urgent = not isinstance(event, CycleComplete)
        with self._lock:
            self._pending.append(event)
            self._make_due(urgent=urgent)

    def read(self, *, after: int, limit: int) -> "Future[list[Stored]]":
        """The events that follow ``after``, in order, at most so many."""
        return self._database.submit(
            lambda connection: [
                Stored(seq, body)
                for seq, body in connection.execute(
                    "SELECT seq, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
                )
            ]
        )

    def acknowledge(self, seq: int) -> None:
        """Forgets what is at or below ``seq``: it is in Postgres."""
        if seq <= self.acknowledged:
            return
        self.acknowledged = min(seq, self.last_seq)
        self._database.submit(
            lambda connection: connection.execute("DELETE FROM events WHERE seq <= ?", (seq,)).rowcount,
            patience=_LAZY,
        )

    def remember_command(self, entry_id: str) -> None:
        """Notes how far the session's command stream was followed."""
        self.last_command_id = entry_id
        self._database.submit(
            lambda connection: (
                connection.execute("UPDATE meta SET value = ? WHERE key = 'last_command_id'", (entry_id,)).rowcount
            ),
            patience=_LAZY,
        )

    @property
    def waiting(self) -> int:
        """How many events are not known to be in Postgres."""
        return self.last_seq - self.acknowledged + len(self._pending)

    def flush(self) -> "Future[Any] | None":
        """Hurries the writing of what was put so far; the future is done when it was tried. None: all is written."""
        with self._lock:
            return self._make_due(urgent=True) if self._pending else None

    def close(self) -> None:
        """Writes what was put and closes the file. Quiet when it is closed already."""
        with self._lock:
            if self._retry:
                self._retry.cancel()
                self._write_due = None
            last_write = self._make_due(urgent=True) if self._pending else self._write_due
        if last_write:
            wait((last_write,))
        self._database.close()
        if self._pending:
            log.error("reports were lost", action="outbox_not_written", events=len(self._pending))

    def _make_due(self, *, urgent: bool) -> "Future[_Written]":
        if self._write_due is None:
            self._write_is_urgent = urgent
            patience = _EVENT_PATIENCE if urgent else _LAZY
            self._write_due = self._database.submit(self._write, durable=True, patience=patience)
            self._write_due.add_done_callback(self._written)
        elif urgent and not self._write_is_urgent:
            # one write takes everything that waits; a second beside it would write it twice. This only hurries it
            self._write_is_urgent = True
            self._database.submit(lambda _: None, patience=_EVENT_PATIENCE)
        return self._write_due

    def _write(self, connection: Connection) -> "_Written":
        with self._lock:
            taken = list(self._pending)
        last_seq = int(_meta(connection)["next_seq"]) - 1
        kept, newest_cycle_at = self._thinned(taken, last_seq)
        for event in kept:
            last_seq += 1
            numbered = event.model_copy(update={"seq": last_seq, "outbox_id": self.outbox_id})
            connection.execute("INSERT INTO events VALUES (?, ?)", (last_seq, encode_event(numbered)))
        connection.execute("UPDATE meta SET value = ? WHERE key = 'next_seq'", (str(last_seq + 1),))
        return _Written(len(taken), last_seq, newest_cycle_at)

    def _thinned(self, events: list[Event], last_seq: int) -> tuple[list[Event], datetime | None]:
        """What is written of ``events``, and when the newest pass that ever was written happened."""
        crowded = last_seq - self.acknowledged > CROWDED
        kept: list[Event] = []
        newest = self._newest_cycle_at
        for event in events:
            if isinstance(event, CycleComplete):
                if crowded and newest is not None and event.at - newest < THINNED_TO:
                    continue
                newest = event.at
            kept.append(event)
        return kept, newest

    def _written(self, future: "Future[_Written]") -> None:
        with self._lock:
            error = future.exception()
            if error is not None:
                self._try_again_later(error)
                return
            self._write_due = None
            written = future.result()
            for _ in range(written.taken):
                self._pending.popleft()
            self.last_seq = written.last_seq
            self._newest_cycle_at = written.newest_cycle_at
            if self._retry:
                log.info("reports are written again", action="outbox_writes_again")
                self._retry = None
            if self._pending:
                self._make_due(urgent=any(not isinstance(event, CycleComplete) for event in self._pending))
        self.on_written()

    def _try_again_later(self, error: BaseException) -> None:
        # the failed write stays the one that is due: until the next try nothing new is begun, and that takes all
        if isinstance(error, StorageClosed):
            return
        if self._retry is None:
            log.error("reports cannot be written", action="outbox_cannot_write", why=str(error))
        self._retry = Timer(_RETRY_AFTER_SECONDS, self._retry_now)
        self._retry.daemon = True
        self._retry.start()

    def _retry_now(self) -> None:
        with self._lock:
            self._write_due = None
            self._make_due(urgent=True)


@dataclass(frozen=True, slots=True)
class _Written:
    """What one transaction took from the waiting events, and where the numbers stand after it."""

    taken: int
    last_seq: int
    newest_cycle_at: datetime | None


def _meta(connection: Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT key, value FROM meta"))
