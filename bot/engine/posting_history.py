"""When this portal was seen to post, and the rhythm of polls that is learned from it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from bot.clock import now, steady_seconds
from bot.domain.pacing.opening_hours import OpeningHours
from bot.domain.pacing.rhythm import PostingCounts, Rhythm
from contract.configuration import BotConfiguration

log = structlog.get_logger(__name__)

#: The factor for each day that passes: a posting counts half after some three weeks.
_FADES_A_DAY = 0.97
#: A job that appears was posted since the last poll. If that poll is longer ago than this, or than three intervals, the
#: minute of the posting is unknown.
_POSTED_WITHIN = timedelta(seconds=5)
_POLLED_WITHIN_INTERVALS = 3
#: The rhythm polls at most this many times as often as usual.
_FASTEST = 3.0


class PostingStore(Protocol):
    """Where the account's postings are kept (``bot.state.journal.Journal``)."""

    def remember_postings(self, postings: PostingCounts, faded_on: date) -> None:
        """Keep them, without waiting for the disk."""
        ...


class PostingHistory:
    """Counts the jobs that appear while the board is watched without a gap, and tells how far apart polls are."""

    def __init__(self, store: PostingStore, *, zone: ZoneInfo, shortest: float) -> None:
        """``shortest``: the shortest interval between polls that may ever be, in seconds."""
        self._store = store
        self._zone = zone
        self._shortest = shortest
        self._postings = PostingCounts()
        self._faded_on: date | None = None
        self._last_poll: float | None = None
        self._rhythm = Rhythm()
        #: what the rhythm was learned for: hour, interval, opening hours
        self._learned_for: tuple[datetime, float, OpeningHours] | None = None

    def restore(self, postings: PostingCounts, faded_on: date | None) -> None:
        """Take over what the journal has."""
        self._postings, self._faded_on = postings, faded_on
        self._learned_for = None

    def record_poll(self, new_jobs: int, *, interval: float) -> None:
        """Count the jobs that a poll showed for the first time. ``interval``: the owner's, in seconds."""
        at, before = steady_seconds(), self._last_poll
        self._last_poll = at
        if not new_jobs or before is None:
            return
        if at - before > max(_POSTED_WITHIN.total_seconds(), _POLLED_WITHIN_INTERVALS * interval):
            return
        self._fade()
        self._postings = self._postings.seen(self._local_time(), jobs=new_jobs)
        self._store.remember_postings(self._postings, self._faded_on or self._local_time().date())

    def interrupt(self) -> None:
        """Note that polls were missed: what the next poll finds may have been posted long before."""
        self._last_poll = None

    def seconds_to_next(self, configuration: BotConfiguration, hours: OpeningHours) -> float:
        """The seconds from a poll that starts now to the next."""
        base = configuration.check_interval_seconds
        if not configuration.follow_rhythm:
            return base
        local = self._local_time()
        learned_for = (local.replace(minute=0, second=0, microsecond=0), base, hours)
        if learned_for != self._learned_for:
            self._learned_for = learned_for
            self._rhythm = self._learn(local, base, hours)
        return max(self._rhythm.seconds_to_next(base, local), self._shortest)

    def _learn(self, local: datetime, base: float, hours: OpeningHours) -> Rhythm:
        self._fade()
        fastest = max(1.0, min(_FASTEST, base / self._shortest))
        if not self._postings.are_enough or fastest == 1.0:
            return Rhythm()
        log.info("the rhythm of the portal is followed", action="rhythm_learned")
        return Rhythm.learned(self._postings, is_open=_open_minutes(local, hours), fastest=fastest)

    def _fade(self) -> None:
        today = self._local_time().date()
        days = (today - self._faded_on).days if self._faded_on is not None else 0
        if days > 0:
            self._postings = self._postings.faded(_FADES_A_DAY**days)
        if self._faded_on is None or days > 0:
            self._faded_on = today

    def _local_time(self) -> datetime:
        return now().astimezone(self._zone)


def _open_minutes(local: datetime, hours: OpeningHours) -> Callable[[int], bool]:
    """A test whether a minute of this day is within the opening hours."""
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)

    def is_open(minute: int) -> bool:
        return hours.is_open((midnight + timedelta(minutes=minute)).replace(tzinfo=hours.zone))

    return is_open
