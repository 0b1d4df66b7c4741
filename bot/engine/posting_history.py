"""When this portal was seen to post, and the rhythm of looks that is learned from it."""

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

#: What was seen counts half after some three weeks.
_FADES_A_DAY = 0.97
#: A job that appears was posted since the last look. Where that is longer ago than this, or than three looks take, the
#: minute is not known.
_POSTED_WITHIN = timedelta(seconds=5)
_LOOKS_WITHIN = 3


class HabitStore(Protocol):
    """Where the account's postings are kept (``bot.state.journal.Journal``)."""

    def remember_postings(self, postings: PostingCounts, faded_on: date) -> None:
        """Keep them; nobody waits for it."""
        ...


class PostingHistory:
    """Counts the jobs that appear while the board is watched without a gap, and tells how often to look."""

    def __init__(self, store: HabitStore, *, zone: ZoneInfo, shortest: float) -> None:
        self._store = store
        self._zone = zone
        #: the shortest interval that may ever be, seconds
        self._shortest = shortest
        self._postings = PostingCounts()
        self._faded_on: date | None = None
        self._last_look: float | None = None
        self._rhythm = Rhythm()
        #: what the rhythm was learned for: hour, interval, opening hours
        self._learned_for: tuple[datetime, float, OpeningHours] | None = None

    def remember(self, postings: PostingCounts, faded_on: date | None) -> None:
        """Take over what the journal has."""
        self._postings, self._faded_on = postings, faded_on
        self._learned_for = None

    def looked(self, new_jobs: int, *, interval: float) -> None:
        """The board was read, and so many jobs on it were not there before."""
        at, before = steady_seconds(), self._last_look
        self._last_look = at
        if not new_jobs or before is None:
            return
        if at - before > max(_POSTED_WITHIN.total_seconds(), _LOOKS_WITHIN * interval):
            return
        self._fade()
        self._postings = self._postings.seen(self._wall(), jobs=new_jobs)
        self._store.remember_postings(self._postings, self._faded_on or self._wall().date())

    def interrupted(self) -> None:
        """Nobody looked for a while: what the next look finds was not posted at that minute."""
        self._last_look = None

    def seconds_to_next(self, configuration: BotConfiguration, hours: OpeningHours) -> float:
        """The seconds from a look that starts now to the next."""
        base = configuration.check_interval_seconds
        if not configuration.follow_rhythm:
            return base
        wall = self._wall()
        learned_for = (wall.replace(minute=0, second=0, microsecond=0), base, hours)
        if learned_for != self._learned_for:
            self._learned_for = learned_for
            self._rhythm = self._learn(wall, base, hours)
        return max(self._rhythm.seconds_to_next(base, wall), self._shortest)

    def _learn(self, wall: datetime, base: float, hours: OpeningHours) -> Rhythm:
        self._fade()
        fastest = max(1.0, min(_FASTEST, base / self._shortest))
        if not self._postings.are_enough or fastest == 1.0:
            return Rhythm()
        log.info("the rhythm of the portal is followed", action="rhythm_learned")
        return Rhythm.learned(self._postings, is_open=_open_minutes(wall, hours), fastest=fastest)

    def _fade(self) -> None:
        today = self._wall().date()
        days = (today - self._faded_on).days if self._faded_on is not None else 0
        if days > 0:
            self._postings = self._postings.faded(_FADES_A_DAY**days)
        if self._faded_on is None or days > 0:
            self._faded_on = today

    def _wall(self) -> datetime:
        return now().astimezone(self._zone)


#: Three times as often as usual, at most.
_FASTEST = 3.0


def _open_minutes(wall: datetime, hours: OpeningHours) -> Callable[[int], bool]:
    """Whether a minute of this day is watched."""
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)

    def is_open(minute: int) -> bool:
        return hours.is_open((midnight + timedelta(minutes=minute)).replace(tzinfo=hours.zone))

    return is_open
