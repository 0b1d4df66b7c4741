"""Follows the stream itself, so that what a bot says is on the sockets at once, whether or not Postgres has it yet."""

import asyncio
from collections.abc import Iterable
from typing import cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from app.database.connection import Database, SchemaNotReady
from app.jobs import service as jobs
from app.jobs.service import JobKey, KnownJob
from app.live.deduplication import SeenEvents, SeenJobs
from app.live.schemas import (
    ConfigurationChanged,
    ConfigurationUpdatedMessage,
    CycleCompleted,
    CycleCompleteMessage,
    ErrorMessage,
    ErrorShown,
    JobProcessedMessage,
    LiveMessage,
    NoticeMessage,
    NoticeShown,
)
from app.live.session_statuses import SessionStatusCache
from app.live.websocket_hub import Hub
from app.redis_connection import connect_async, in_time
from app.settings import Settings
from contract.events import (
    ConfigurationUpdated,
    CycleComplete,
    ErrorReported,
    Event,
    JobProcessed,
    Notice,
    UndecodableEvent,
    decode_event,
)
from contract.streams import EVENT_FIELD, EVENTS

log = structlog.get_logger(__name__)

_AT_ONCE = 500
_BLOCK_MILLISECONDS = 1_000
#: While nobody watches, the place in the stream is kept up to date so often; who then connects gets what came since.
_IDLE_SECONDS = 1.0
_TRY_AGAIN_AFTER_SECONDS = 0.5
#: What the table says of a job is worth no longer a wait; without it the report is shown as it came.
_LOOK_UP_WITHIN_SECONDS = 0.2


class StreamConsumer:
    """Lives in the event loop."""

    def __init__(self, settings: Settings, database: Database, hub: Hub, board: SessionStatusCache) -> None:
        self._settings = settings
        self._database = database
        self._hub = hub
        self._board = board
        self._events = SeenEvents()
        self._jobs = SeenJobs()
        self._last_id: bytes | None = None

    async def run(self) -> None:
        """Follow until cancelled; survives every trouble with Redis."""
        while True:
            try:
                redis = connect_async(self._settings)
                try:
                    await self._follow(redis)
                finally:
                    await redis.aclose()
            except (RedisError, OSError, ValueError):
                # the watch on the heartbeats says in the log that Redis is away
                await asyncio.sleep(_TRY_AGAIN_AFTER_SECONDS)

    async def _follow(self, redis: Redis) -> None:
        newest = await _newest_id(redis)
        if self._last_id is not None and _order(newest) < _order(self._last_id):
            self._last_id = b"0-0"  # a Redis that lost its data counts anew
        while True:
            if not self._hub.is_watched.is_set() or self._last_id is None:
                self._last_id = await _newest_id(redis)
                await self._wait_for_watchers()
                continue
            async with in_time():
                answer = await redis.xread({EVENTS: self._last_id}, count=_AT_ONCE, block=_BLOCK_MILLISECONDS)
            # the client's types know every shape of every protocol; with ours a stream is a name and its entries
            for _, entries in cast("list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]", answer):
                self._last_id = entries[-1][0]
                await self._show(fields.get(EVENT_FIELD, b"") for _, fields in entries)

    async def _wait_for_watchers(self) -> None:
        try:
            async with asyncio.timeout(_IDLE_SECONDS):
                await self._hub.is_watched.wait()
        except TimeoutError:
            return

    async def _show(self, raws: Iterable[bytes]) -> None:
        events = [event for raw in raws if (event := _decoded(raw)) is not None and self._events.is_new(event)]
        await self._look_up([event for event in events if isinstance(event, JobProcessed)])
        for event in events:
            self._board.heard(event)
            message = self._message(event)
            if message is not None:
                self._hub.publish(message)

    async def _look_up(self, events: list[JobProcessed]) -> None:
        """Learn what the table says of jobs where something else may count for more than what is reported now."""
        keys = {
            key
            for event in events
            if event.report.claim_state in jobs.MAY_BE_OUTWEIGHED and not self._jobs.knows(key := jobs.key_of(event))
        }
        if not keys:
            return
        try:
            async with asyncio.timeout(_LOOK_UP_WITHIN_SECONDS):
                found = await asyncio.to_thread(self._known, keys)
        except (TimeoutError, DBAPIError, SchemaNotReady, NoConnectionFree):
            return
        for key, known in found.items():
            self._jobs.learn(key, known)

    def _known(self, keys: set[JobKey]) -> dict[JobKey, KnownJob]:
        with self._database.transaction() as session:
            return jobs.known_jobs(session, keys)

    def _message(self, event: Event) -> LiveMessage | None:
        """What the sockets are told of an event; None where it is outdated, or the board tells what it changed."""
        if isinstance(event, JobProcessed):
            if not self._jobs.counts(jobs.key_of(event), event):
                return None
            return JobProcessedMessage(timestamp=event.at, data=jobs.record_of(event))
        if isinstance(event, CycleComplete) and not self._events.is_newest_pass(event):
            return None
        return _told(event)


def _told(event: Event) -> LiveMessage | None:
    match event:
        case CycleComplete():
            return _cycle(event)
        case ErrorReported(session_id=session_id, code=code, message=message, what_to_do=what_to_do, fatal=fatal):
            shown = ErrorShown(session_id=session_id, code=code, message=message, what_to_do=what_to_do, fatal=fatal)
            return ErrorMessage(timestamp=event.at, data=shown)
        case Notice(session_id=session_id, action=action, message=message):
            notice = NoticeShown(session_id=session_id, action=action, message=message)
            return NoticeMessage(timestamp=event.at, data=notice)
        case ConfigurationUpdated(session_id=session_id, version=version, configuration=configuration):
            changed = ConfigurationChanged(version=version, configuration=configuration, session_id=session_id)
            return ConfigurationUpdatedMessage(timestamp=event.at, data=changed)
        case _:
            return None


def _cycle(event: CycleComplete) -> CycleCompleteMessage:
    return CycleCompleteMessage(
        timestamp=event.at,
        data=CycleCompleted(
            session_id=event.session_id,
            duration_ms=event.duration_ms,
            pages=event.pages,
            jobs_on_board=event.jobs_on_board,
            new_jobs=event.new_jobs,
            total_checks=event.totals.checks,
            total_accepted=event.totals.accepted,
            total_rejected=event.totals.rejected,
            total_lost=event.totals.lost,
        ),
    )


def _decoded(raw: bytes) -> Event | None:
    try:
        return decode_event(raw)
    except UndecodableEvent:
        return None  # the ingest puts it aside and says so


async def _newest_id(redis: Redis) -> bytes:
    try:
        async with in_time():
            found: bytes = (await redis.xinfo_stream(EVENTS))["last-generated-id"]
    except ResponseError:
        return b"0-0"  # there is no such stream yet
    return found


def _order(entry_id: bytes) -> tuple[int, int]:
    moment, _, number = entry_id.partition(b"-")
    return int(moment), int(number or 0)
