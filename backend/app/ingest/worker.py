"""The loop: reads the stream, brings it into Postgres, and tells the bots what has arrived.

One process at a time does it (``LockName.INGEST``); another one waits to take over. An entry is acknowledged to Redis
only after its transaction is committed. Whatever fails in between, the entry is read again: from the consumer's own
pending ones, or, where the process died, by the next one's ``XAUTOCLAIM``; and then its ``seq`` tells whether it is in
Postgres already.
"""

import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import cast

import structlog
from redis import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from app import metrics
from app.database.connection import Database, SchemaNotReady, is_away
from app.database.locks import Lock, LockName, NotHeld
from app.ingest.applying import apply
from app.ingest.ordering import Order, Sorted, events_of
from app.ingest.positions import read_positions
from app.ingest.reading import Entry, OutboxKey, Unreadable, read_entry
from app.redis_connection import connect
from app.settings import Settings
from common.backoff import Backoff
from contract.commands import Resend, encode_command
from contract.streams import (
    COMMAND_FIELD,
    COMMANDS_LENGTH,
    EVENTS,
    INGEST_GROUP,
    PARKED,
    PARKED_LENGTH,
    commands,
    ingested,
)

log = structlog.get_logger(__name__)

#: Entries in one transaction: large enough that ten thousand events a second are ten transactions.
BATCH = 1_000
#: How long one read waits; a stop takes no longer.
BLOCK = timedelta(milliseconds=500)
#: Entries that another consumer has held for so long are nobody's: nobody else reads while we hold the lock.
ORPHANED_AFTER = timedelta(seconds=3)
LOOK_FOR_ORPHANS_EVERY = timedelta(seconds=5)
#: How often a standby asks for the lock.
_STANDBY_SECONDS = 1.0
_PAUSES = Backoff(first=0.1, longest=2.0)

#: Whatever else is raised while a batch is written may be one entry's fault: the batch is halved until the entry that
#: fails alone is found. These are never an entry's fault.
_NOT_THE_ENTRY = (RedisError, OSError, NotHeld, SchemaNotReady, NoConnectionFree)

#: How long an entry that fails alone is tried again before it is parked, where the error is one that Postgres raises
#: for reasons of its own: a deadlock, a lock that was not given, tables that a migration is changing.
PARK_AFTER = timedelta(seconds=30)

#: The classes of such errors (SQLSTATE, appendix A of the PostgreSQL manual): transaction state, rollback, names that
#: are not there, object state, system, internal.
_MAY_PASS = frozenset({"25", "40", "42", "55", "58", "XX"})

#: An entry's id and what it says; None where the stream was trimmed before it was read.
_Delivered = tuple[bytes, dict[bytes, bytes] | None]


class Ingest:
    """Runs in a thread of its own from ``start`` to ``stop``."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._lock = Lock(database, LockName.INGEST)
        self._order = Order()
        #: unique to this process and this start of it
        self._consumer = f"{socket.gethostname()}-{os.getpid()}-{time.time_ns()}"
        self._look_for_orphans_at = 0.0
        #: since when an entry fails alone, in monotonic seconds
        self._failing_since: dict[tuple[OutboxKey | None, int | None], float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)
        #: what keeps it from working, in words; None while it works
        self.trouble: str | None = "it is starting"
        self.is_standby = False

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch under way, and end."""
        self._stopping.set()
        self._thread.join()

    # --- the outer loop: what fails is begun anew ---------------------------------------------------------------------

    def _run(self) -> None:
        pauses = _PAUSES
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._work()
            except NotHeld:
                self._standby()
            except SchemaNotReady:
                self.trouble, self.is_standby = "the tables are not made yet", False
            except NoConnectionFree:
                self._note("Postgres has no connection free")
            except (RedisError, OSError) as error:
                self._note("Redis does not answer", error)
            except DBAPIError as error:
                self._note("Postgres does not answer" if is_away(error) else "Postgres refuses", error)
            except Exception:
                # a mistake of ours: the bots keep what they sent until it is brought in, so trying again loses nothing
                self._note("it made a mistake; the log file says more")
                log.exception("the ingest made a mistake", action="ingest_failed")
            metrics.INGEST_LEADS.set(0)
            has_worked = time.monotonic() - began > pauses.longest
            if has_worked:
                pauses = pauses.succeeded()  # this is a new trouble
            self._stopping.wait(_STANDBY_SECONDS if self.is_standby and not has_worked else pauses.wait)
            pauses = pauses.grown()
        self._lock.release()

    def _standby(self) -> None:
        if not self.is_standby:
            log.info("another process brings the events into Postgres; this one waits", action="ingest_standby")
        self.is_standby, self.trouble = True, None

    def _note(self, trouble: str, error: BaseException | None = None) -> None:
        if trouble != self.trouble:
            why = type(error).__name__ if error else None
            log.warning("the ingest waits", action="ingest_waits", why=trouble, error=why)
        self.trouble, self.is_standby = trouble, False

    # --- the inner loop -----------------------------------------------------------------------------------------------

    def _work(self) -> None:
        """Returns when it is to stop; raises what Redis, SQLAlchemy and the lock raise."""
        self._lock.acquire()
        redis = connect(self._settings)
        try:
            self._make_group(redis)
            self._order.forget()
            self._take_over(redis, timedelta(0))
            log.info("events are brought into Postgres", action="ingest_works", consumer=self._consumer)
            self.trouble, self.is_standby = None, False
            metrics.INGEST_LEADS.set(1)
            self._drain_pending(redis)
            while not self._stopping.is_set():
                try:
                    delivered = self._read(redis, ">", BLOCK)
                except ResponseError as error:
                    if not str(error).startswith("NOGROUP"):
                        raise
                    # Redis came back empty, or somebody deleted the stream
                    self._make_group(redis)
                    continue
                if delivered:
                    self._bring_in(redis, delivered)
                else:
                    self._still_leading()
                self._ask_for_missing(redis)
                self._look_for_orphans(redis)
        finally:
            redis.close()

    def _make_group(self, redis: Redis) -> None:
        try:
            redis.xgroup_create(EVENTS, INGEST_GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    def _still_leading(self) -> None:
        with self._lock.transaction() as session:
            session.connection().exec_driver_sql("SELECT 1")

    def _read(self, redis: Redis, after: str, block: timedelta | None = None) -> list[_Delivered]:
        answer = redis.xreadgroup(
            INGEST_GROUP,
            self._consumer,
            {EVENTS: after},
            count=BATCH,
            block=int(block.total_seconds() * 1000) if block else None,
        )
        # the client's types know every shape of every protocol; with ours a stream is a name and its entries
        return [entry for _, entries in cast("list[tuple[bytes, list[_Delivered]]]", answer) for entry in entries]

    def _drain_pending(self, redis: Redis) -> None:
        """What was delivered to us and not brought in: read before a failure, or taken over."""
        while not self._stopping.is_set():
            delivered = self._read(redis, "0")
            if not delivered:
                return
            # not what is new behind it: that would come before what is still pending
            self._bring_in(redis, delivered, go_on=False)

    def _take_over(self, redis: Redis, idle: timedelta) -> bool:
        """Make the pending entries of other consumers ours; whether there were any."""
        start, found = "0-0", False
        while True:
            claimed = redis.xautoclaim(
                EVENTS,
                INGEST_GROUP,
                self._consumer,
                int(idle.total_seconds() * 1000),
                start_id=start,
                count=BATCH,
                justid=True,
            )
            found = found or bool(claimed)
            if len(claimed) < BATCH:
                break
            moment, _, number = claimed[-1].decode().partition("-")
            start = f"{moment}-{int(number) + 1}"
        for consumer in redis.xinfo_consumers(EVENTS, INGEST_GROUP):
            name = consumer["name"].decode()
            if name != self._consumer and consumer["pending"] == 0:
                redis.xgroup_delconsumer(EVENTS, INGEST_GROUP, name)
        return found

    def _look_for_orphans(self, redis: Redis) -> None:
        now = time.monotonic()
        if now >= self._look_for_orphans_at:
            self._look_for_orphans_at = now + LOOK_FOR_ORPHANS_EVERY.total_seconds()
            if self._take_over(redis, ORPHANED_AFTER):
                self._drain_pending(redis)

    # --- one batch ----------------------------------------------------------------------------------------------------

    def _bring_in(self, redis: Redis, delivered: list[_Delivered], *, go_on: bool = True) -> None:
        """Bring a batch in, and those behind it: while Postgres works on one, the next one is read and understood."""
        entries = _understood(delivered)
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="ingest-apply") as apart:
            while delivered:
                began = time.perf_counter()
                applying = apart.submit(self._apply, redis, entries)
                # a batch that is not full was the last one; waiting for more would hold its acknowledgement up
                more = go_on and len(delivered) == BATCH and not self._stopping.is_set()
                following = self._read(redis, ">") if more else []
                entries = _understood(following)
                positions = applying.result()
                metrics.INGEST_BATCH_SECONDS.observe(time.perf_counter() - began)
                self._acknowledge(redis, delivered, positions)
                delivered = following

    def _acknowledge(self, redis: Redis, delivered: Sequence[_Delivered], positions: dict[OutboxKey, int]) -> None:
        pipe = redis.pipeline(transaction=False)
        for key, seq in positions.items():
            pipe.hset(ingested(key.session_id), key.outbox_id, str(seq))
        pipe.xack(EVENTS, INGEST_GROUP, *(entry_id for entry_id, _ in delivered))
        pipe.execute()

    def _apply(self, redis: Redis, entries: Sequence[Entry]) -> dict[OutboxKey, int]:
        """Bring entries into the tables; where the outboxes stand then."""
        try:
            return self._apply_at_once(redis, entries)
        except _NOT_THE_ENTRY:
            raise
        except Exception as error:
            if is_away(error) or not entries:
                raise
            if len(entries) > 1:
                # one of them is the culprit: the others must not wait for it
                middle = len(entries) // 2
                return {**self._apply(redis, entries[:middle]), **self._apply(redis, entries[middle:])}
            return self._park(redis, entries[0], error)

    def _park(self, redis: Redis, culprit: Entry, error: Exception) -> dict[OutboxKey, int]:
        """Park an entry that fails alone, so that what comes behind it goes on.

        Raises ``error`` while it may pass by itself: then the entry is tried again.
        """
        which = (culprit.key, culprit.seq)
        if _may_pass(error):
            since = self._failing_since.setdefault(which, time.monotonic())
            if time.monotonic() - since < PARK_AFTER.total_seconds():
                raise error
        why = f"it could not be stored: {type(error).__name__}: {_first_line(error)[:300]}"
        log.warning("an entry cannot be stored", action="entry_not_stored", error=type(error).__name__)
        aside = Unreadable(raw=culprit.raw, reason=why, key=culprit.key, seq=culprit.seq, is_retry=culprit.is_retry)
        positions = self._apply_at_once(redis, [aside])
        self._failing_since.pop(which, None)
        return positions

    def _apply_at_once(self, redis: Redis, entries: Sequence[Entry]) -> dict[OutboxKey, int]:
        parked: list[bytes] = []
        try:
            with self._lock.transaction() as session:
                before = read_positions(session, {entry.key for entry in entries if entry.key is not None})
                batch = self._order.sort(entries, before)
                # before the commit: rather kept twice than not at all
                self._put_aside(redis, batch, parked)
                apply(session, batch, before)
        except Exception:
            if parked:
                redis.xdel(PARKED, *parked)  # they are parked again with the part of the batch that they come in
            raise
        self._count(batch)
        return batch.positions

    def _put_aside(self, redis: Redis, batch: Sorted, parked: list[bytes]) -> None:
        """Park what is no event; their ids are added to ``parked``."""
        for entry in (*batch.apply, *batch.park):
            if isinstance(entry, Unreadable):
                log.warning("an entry of the stream was put aside", action="entry_parked", why=entry.reason[:500])
                entry_id = redis.xadd(
                    PARKED,
                    {"raw": entry.raw, "reason": entry.reason, "at": datetime.now(UTC).isoformat()},
                    maxlen=PARKED_LENGTH,
                    approximate=True,
                )
                parked.append(cast("bytes", entry_id))

    def _count(self, batch: Sorted) -> None:
        for kind, number in Counter(entry.event.type for entry in events_of(batch.apply)).items():
            metrics.EVENTS_INGESTED.labels(kind).inc(number)
        parked = sum(isinstance(entry, Unreadable) for entry in (*batch.apply, *batch.park))
        metrics.EVENTS_PARKED.inc(parked)
        metrics.EVENTS_REPEATED.inc(batch.repeated)
        metrics.EVENTS_TOO_EARLY.inc(batch.too_early)

    def _ask_for_missing(self, redis: Redis) -> None:
        for key, from_seq in self._order.to_ask(time.monotonic()):
            log.warning("reports are missing", action="resend", session=key.session_id, from_seq=from_seq)
            command = Resend(issued_at=datetime.now(UTC), outbox_id=key.outbox_id, from_seq=from_seq)
            redis.xadd(
                commands(key.session_id),
                {COMMAND_FIELD: encode_command(command)},
                maxlen=COMMANDS_LENGTH,
                approximate=True,
            )


def _may_pass(error: Exception) -> bool:
    """Whether Postgres raised it for reasons of its own, and not for what stands in the entry."""
    state = cast("str | None", getattr(getattr(error, "orig", None), "pgcode", None)) or ""
    return state[:2] in _MAY_PASS


def _first_line(error: Exception) -> str:
    """What went wrong, without the statement and its values."""
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().partition("\n")[0]


def _understood(delivered: Sequence[_Delivered]) -> list[Entry]:
    return [read_entry(fields) for _, fields in delivered if fields]
