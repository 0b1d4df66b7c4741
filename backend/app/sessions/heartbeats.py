"""Who gives signs of life: the heartbeats in Redis, read twice a second.

A heartbeat's age is counted from when this process first saw it, on a clock that does not jump: the bot's own clock
and ours may differ, or be set.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

import structlog
from pydantic import ValidationError
from redis import Redis
from redis.exceptions import RedisError

from app.redis_connection import connect
from app.settings import Settings
from contract.presence import HEARTBEAT_KEPT_FOR, HEARTBEAT_STALE_AFTER, Heartbeat
from contract.sessions import SessionState
from contract.streams import SESSIONS_SEEN, heartbeat

log = structlog.get_logger(__name__)

#: Half a heartbeat: a change is seen soon, and one slow answer is no outage.
READ_EVERY = timedelta(seconds=0.5)

ENDED = frozenset({SessionState.STOPPED, SessionState.FAILED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """The last that was seen of a session."""

    heartbeat: Heartbeat
    #: how long nothing new has come, when Redis was last read
    silent_for: timedelta

    @property
    def is_fresh(self) -> bool:
        """Whether it is evidence that the bot lives."""
        return self.silent_for <= HEARTBEAT_STALE_AFTER

    @property
    def is_running(self) -> bool:
        """Whether the bot lives and has not said goodbye."""
        return self.is_fresh and self.heartbeat.state not in ENDED


@dataclass(frozen=True, kw_only=True, slots=True)
class Sightings:
    """What Redis told when it was last read."""

    #: Redis answered the last time it was asked; where it did not, the rest is what was known before
    redis_answers: bool = False
    #: for how long it has answered without a break
    answering_for: timedelta = timedelta(0)
    sessions: Mapping[str, Sighting] = field(default_factory=dict)

    @property
    def is_settled(self) -> bool:
        """Redis answers, and has for long enough that every living bot has been heard: silence means something."""
        return self.redis_answers and self.answering_for > HEARTBEAT_STALE_AFTER

    def running(self) -> list[str]:
        """The sessions whose bots live."""
        return [session_id for session_id, seen in self.sessions.items() if seen.is_running]

    def alive(self) -> list[str]:
        """The sessions that beat, also those that are saying goodbye."""
        return [session_id for session_id, seen in self.sessions.items() if seen.is_fresh]

    @property
    def highest_configuration_version(self) -> int:
        """The highest version that a living bot was seen to work with; 0 where there is none."""
        versions = (seen.heartbeat.configuration_version for seen in self.sessions.values() if seen.is_fresh)
        return max(versions, default=0)


class Watch:
    """Turns readings of heartbeats into sightings. Pure but for the moments it is given (monotonic, in seconds)."""

    def __init__(self) -> None:
        self._answering_since: float | None = None
        self._last_answer_at: float | None = None
        # session -> its newest heartbeat, and when that was first seen
        self._newest: dict[str, tuple[Heartbeat, float]] = {}
        self._sightings = Sightings()

    def answered(self, beats: Mapping[str, tuple[Heartbeat, timedelta]], now: float) -> Sightings:
        """Redis gave these heartbeats, each with its age by the wall clocks."""
        if self._answering_since is None:
            self._answering_since = now
            self._forgive_outage(now)
        self._last_answer_at = now
        for session_id, (beat, age) in beats.items():
            known = self._newest.get(session_id)
            if known is None:
                # never seen: the clocks are all there is to tell a fresh one from one that was left behind
                self._newest[session_id] = (beat, now - max(age.total_seconds(), 0.0))
            elif known[0] != beat:
                self._newest[session_id] = (beat, now)
        sightings = {
            session_id: Sighting(heartbeat=beat, silent_for=timedelta(seconds=now - seen_at))
            for session_id, (beat, seen_at) in self._newest.items()
        }
        forgotten = [one for one, seen in sightings.items() if seen.silent_for > HEARTBEAT_KEPT_FOR]
        for session_id in forgotten:
            del self._newest[session_id], sightings[session_id]
        self._sightings = Sightings(
            redis_answers=True, answering_for=timedelta(seconds=now - self._answering_since), sessions=sightings
        )
        return self._sightings

    def _forgive_outage(self, now: float) -> None:
        # nobody could be heard meanwhile: that silence counts for nothing
        if self._last_answer_at is not None:
            lost = now - self._last_answer_at
            self._newest = {one: (beat, seen_at + lost) for one, (beat, seen_at) in self._newest.items()}

    def failed(self) -> Sightings:
        """Redis did not answer: what was known stays as it was."""
        self._answering_since = None
        self._sightings = Sightings(sessions=self._sightings.sessions)
        return self._sightings


class Presence:
    """Reads the heartbeats in a thread of its own; ``snapshot`` never waits."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._watch = Watch()
        self._snapshot = Sightings()
        self._listeners: list[Callable[[], None]] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)

    def on_reading(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called after each reading, in the reader's thread."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self._thread.join()

    def snapshot(self) -> Sightings:
        """What was read last."""
        return self._snapshot

    def _run(self) -> None:
        redis: Redis | None = None
        while not self._stopping.is_set():
            try:
                if redis is None:
                    redis = connect(self._settings)
                beats = read_heartbeats(redis)
                if not self._snapshot.redis_answers:
                    log.info("Redis answers", action="redis_there")
                self._snapshot = self._watch.answered(beats, time.monotonic())
            except (RedisError, OSError, ValueError) as error:
                if redis is not None:
                    redis.close()
                redis = None
                if self._snapshot.redis_answers:
                    log.warning("Redis does not answer", action="redis_away", why=type(error).__name__)
                self._snapshot = self._watch.failed()
            for listener in self._listeners:
                listener()
            self._stopping.wait(READ_EVERY.total_seconds())
        if redis is not None:
            redis.close()


def read_heartbeats(redis: Redis) -> dict[str, tuple[Heartbeat, timedelta]]:
    """Every heartbeat that Redis keeps, with its age by the wall clock. Raises what Redis raises."""
    now = time.time()
    # the client's types know every shape of every protocol; with ours these are names
    names = redis.zrangebyscore(SESSIONS_SEEN, now - HEARTBEAT_KEPT_FOR.total_seconds(), "+inf")
    sessions = [name.decode() for name in cast("list[bytes]", names)]
    if not sessions:
        return {}
    found: dict[str, tuple[Heartbeat, timedelta]] = {}
    for session_id, raw in zip(sessions, redis.mget([heartbeat(one) for one in sessions]), strict=True):
        if raw is None:
            continue
        try:
            beat = Heartbeat.model_validate_json(raw)
        except ValidationError as error:
            log.warning(
                "a heartbeat was not understood", action="heartbeat_not_understood", session=session_id, why=str(error)
            )
            continue
        found[session_id] = (beat, timedelta(seconds=now - beat.at.timestamp()))
    return found
