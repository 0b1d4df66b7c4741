"""When to poll next: pure, on seconds that the caller's monotonic clock counts.

The parts are small and independent; the engine puts them together:

- ``OpenLoop``: polls start on the clock, not after the last answer, and time that was missed is not made up for.
- ``Backoff``: how long to leave the portal alone after it failed or asked for it.
- ``Budget``: requests in any minute, as a token bucket.
- ``Rhythm``: the interval tightens in the minutes of a day in which the portal was seen to post and relaxes in the
  others, while a day's number of polls stays the same.
- ``OpeningHours``: when to watch at all, on the wall clock of a time zone.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise
from random import Random
from typing import Self
from zoneinfo import ZoneInfo

from bot.domain.local_time import MINUTES_A_DAY
from bot.domain.weekly_hours import WeeklyWindow, merged, minute_of_week

# --- starting on the clock --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenLoop:
    """Polls that start every ``interval`` seconds, however long an answer takes."""

    #: the regular start, without jitter: the series does not drift
    slot: float
    #: the moment at which the next poll starts: ``slot`` and its jitter
    next_at: float

    @classmethod
    def starting(cls, now: float) -> Self:
        """The first poll starts at once."""
        return cls(slot=now, next_at=now)

    def is_due(self, now: float) -> bool:
        """Whether the next poll starts now."""
        return now >= self.next_at

    def seconds_left(self, now: float) -> float:
        """How long to wait for the next start; 0 when it is due."""
        return max(0.0, self.next_at - now)

    def advanced(self, now: float, *, interval: float, jitter: float = 0.0, random: Random | None = None) -> Self:
        """After the start that was due at ``now``, whether a poll was started or left out.

        ``interval`` in seconds, greater than 0. ``jitter`` from 0 to 1 is the part of the interval by which a start
        may come earlier or later, half of it to each side; the slots themselves stay regular. Slots that have passed
        while nobody looked (a suspended machine, a clock that jumped) are left out: one poll starts, no burst.
        """
        if interval <= 0:
            raise ValueError(f"an interval of {interval} seconds is none")
        slot = self.slot + interval
        if slot <= now or slot > now + 2 * interval:
            # Too late for this slot, or the clock was set back: the series starts anew from here.
            slot = now + interval
        offset = (random.random() - 0.5) * jitter * interval if random is not None and jitter > 0 else 0.0
        return replace(self, slot=slot, next_at=max(slot + offset, now))

    def moved_to(self, at: float) -> Self:
        """The next start not before ``at`` (a backoff, a budget, opening hours)."""
        return self if self.next_at >= at else replace(self, slot=at, next_at=at)


def may_start(*, under_way: int, most_under_way: int) -> bool:
    """Whether another poll may start beside those that are under way: a slow portal must not pile them up."""
    return under_way < most_under_way


# --- leaving the portal alone -----------------------------------------------------------------------------------------

#: First wait after a failure, in seconds, and the longest that we choose by ourselves. One second is about what a
#: restarting web server needs; beyond a minute a job would be gone anyway, and the portal hardly notices us.
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Backoff:
    """Growing waits while the portal fails; one good answer ends them."""

    #: failures since the last good answer
    failures: int = 0
    #: no request before this moment
    until: float = float("-inf")

    def failed(self, now: float, *, retry_after: timedelta | None = None, random: Random | None = None) -> Self:
        """After a failure: wait 1 s, 2 s, 4 s … 60 s, by chance up to half of it less: bots do not march in step.

        ``retry_after`` is the portal's own wish: never less than that, however long it is. Several polls that fail
        within one wait count as one failure.
        """
        if now < self.until:
            asked = self.until if retry_after is None else max(self.until, now + retry_after.total_seconds())
            return replace(self, until=asked)
        # 2 ** 6 is above LONGEST_WAIT already; without the bound the number would grow for ever.
        wait = min(FIRST_WAIT * 2 ** min(self.failures, 6), LONGEST_WAIT)
        if random is not None:
            wait *= 1 - random.random() / 2
        if retry_after is not None:
            wait = max(wait, retry_after.total_seconds())
        return replace(self, failures=self.failures + 1, until=now + wait)

    def succeeded(self) -> Self:
        """After a good answer; a wish of the portal that still runs is kept."""
        return replace(self, failures=0)

    def seconds_left(self, now: float) -> float:
        """How long to leave the portal alone; 0 when it may be asked."""
        return max(0.0, self.until - now)


# --- requests a minute ------------------------------------------------------------------------------------------------

_A_MINUTE = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """At most ``per_minute`` requests in any 60 seconds, wherever these start.

    A token bucket that holds ``burst`` tokens and gets back (per_minute − burst) in a minute: whoever empties the full
    bucket and takes every token that comes in has taken burst + (per_minute − burst) = per_minute after a minute.
    """

    per_minute: int
    #: requests that can go out at once, 1 to ``per_minute``
    burst: int
    tokens: float
    #: when ``tokens`` was counted
    counted_at: float

    @classmethod
    def full(cls, *, per_minute: int, now: float, burst: int | None = None) -> Self:
        """A budget of which nothing is spent yet; ``burst`` is a quarter of it where nothing else is asked for.

        Raises ValueError for less than one request a minute or a burst outside 1 to ``per_minute``.
        """
        chosen = max(1, per_minute // 4) if burst is None else burst
        if per_minute < 1 or not 1 <= chosen <= per_minute:
            raise ValueError(f"a budget of {per_minute} requests a minute with a burst of {chosen} cannot be kept")
        return cls(per_minute=per_minute, burst=chosen, tokens=float(chosen), counted_at=now)

    def taken(self, now: float, cost: int) -> Self | None:
        """After a poll of ``cost`` requests (its pages, and those of new jobs); None where it would be too much."""
        tokens = self._tokens(now)
        return replace(self, tokens=tokens - cost, counted_at=max(now, self.counted_at)) if tokens >= cost else None

    def charged(self, now: float, cost: int) -> Self:
        """After requests that had to go out in any case (an accept, a lookup); later polls wait for it."""
        return replace(self, tokens=self._tokens(now) - cost, counted_at=max(now, self.counted_at))

    def seconds_until(self, now: float, cost: int) -> float:
        """How long until ``cost`` requests can be taken; infinite for more than a full bucket."""
        missing = cost - self._tokens(now)
        if missing <= 0:
            return 0.0
        return missing / self._per_second if cost <= self.burst and self._per_second else float("inf")

    @property
    def _per_second(self) -> float:
        return (self.per_minute - self.burst) / _A_MINUTE

    def _tokens(self, now: float) -> float:
        passed = max(0.0, now - self.counted_at)
        return min(float(self.burst), self.tokens + passed * self._per_second)


# --- where the budget pays --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class PostingCounts:
    """How often the portal was seen to post, by hour of the day and by minute of the hour (wall clock)."""

    hours: tuple[float, ...] = (0.0,) * 24
    minutes: tuple[float, ...] = (0.0,) * 60

    def seen(self, wall: datetime, *, jobs: int = 1) -> Self:
        """After jobs appeared on the board at this time of the wall clock."""
        return replace(
            self,
            hours=_added(self.hours, wall.hour, jobs),
            minutes=_added(self.minutes, wall.minute, jobs),
        )

    @property
    def are_enough(self) -> bool:
        """Whether there are so many that a rhythm can be learned from them."""
        return sum(self.hours) >= ENOUGH_TO_LEARN

    def faded(self, factor: float) -> Self:
        """Old habits count less: called once a day with a factor a little below 1."""
        return replace(
            self,
            hours=tuple(count * factor for count in self.hours),
            minutes=tuple(count * factor for count in self.minutes),
        )


def _added(counts: tuple[float, ...], index: int, more: float) -> tuple[float, ...]:
    return (*counts[:index], counts[index] + more, *counts[index + 1 :])


#: Nothing is concluded from few jobs: each hour and minute starts with this many imagined ones, so that a portal seen
#: to post 24 jobs in one hour alone polls about twice as often there, and never not at all elsewhere.
_IMAGINED = 1.0

#: A rhythm is learned from so many jobs on: one a day's hour and as many again.
ENOUGH_TO_LEARN = 48.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythm:
    """How much faster than usual to poll, for each minute of a day; the mean over the open minutes is 1."""

    #: 1440 weights; 0 where the day is closed
    weights: tuple[float, ...] = (1.0,) * MINUTES_A_DAY

    @classmethod
    def learned(
        cls,
        postings: PostingCounts,
        *,
        is_open: Callable[[int], bool] = lambda _minute: True,
        slowest: float = 0.5,
        fastest: float = 3.0,
    ) -> Self:
        """A rhythm that follows the postings, within bounds (0 < slowest <= 1 <= fastest).

        ``is_open`` tells for a minute of the day (0 to 1439) whether it is watched; the polls of a day, that is the
        sum of the weights over the open minutes, are as many as without a rhythm.
        """
        if not 0 < slowest <= 1 <= fastest:
            raise ValueError("a rhythm is bounded by a number up to 1 and one from 1 on")
        hours = [count + _IMAGINED for count in postings.hours]
        minutes = [count + _IMAGINED for count in postings.minutes]
        raw = [
            hours[minute // 60] * minutes[minute % 60] if is_open(minute) else 0.0 for minute in range(MINUTES_A_DAY)
        ]
        return cls(weights=_levelled(raw, slowest, fastest))

    def interval(self, base: float, wall: datetime) -> float:
        """The seconds between two polls at this time of the wall clock, where ``base`` is the owner's interval."""
        weight = self.weights[wall.hour * 60 + wall.minute]
        return base / weight if weight > 0 else base

    def seconds_to_next(self, base: float, wall: datetime) -> float:
        """The seconds from a poll at this time of the wall clock to the next, over the minutes between them.

        Each second counts as much as its minute weighs; the next poll is due when ``base`` of these have passed. So a
        day has as many polls as without a rhythm, also where an interval is longer than a minute.
        """
        minute = wall.hour * 60 + wall.minute
        left_in_minute = 60.0 - wall.second - wall.microsecond / 1e6
        missing, passed = base, 0.0
        for ahead in range(MINUTES_A_DAY):
            weight = self.weights[(minute + ahead) % MINUTES_A_DAY] or 1.0
            here = left_in_minute if ahead == 0 else 60.0
            if weight * here >= missing:
                return passed + missing / weight
            missing -= weight * here
            passed += here
        return passed


def _levelled(raw: Sequence[float], slowest: float, fastest: float) -> tuple[float, ...]:
    """``raw`` scaled and cut to the bounds so that its mean, where it is not 0, is 1."""
    shown = [weight for weight in raw if weight > 0]
    if not shown:
        return tuple(raw)

    shown.sort()
    sums = [0.0, *accumulate(shown)]

    def mean(scale: float) -> float:
        slow, fast = bisect_right(shown, slowest / scale), bisect_left(shown, fastest / scale)
        fast = max(slow, fast)
        between = scale * (sums[fast] - sums[slow])
        return (slow * slowest + between + (len(shown) - fast) * fastest) / len(shown)

    # The mean grows with the scale from ``slowest`` to ``fastest``, and 1 lies between them: halving finds it.
    low, high = slowest / max(shown), fastest / min(shown)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if mean(middle) < 1 else (low, middle)
    scale = (low + high) / 2
    return tuple(min(max(weight * scale, slowest), fastest) if weight > 0 else 0.0 for weight in raw)


# --- when to watch at all ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class OpeningHours:
    """The hours of the week in which the portal is watched, on the wall clock of ``zone``.

    On the days of the clock change 08:00 is still 08:00. An hour that the clock skips opens nothing, and one that it
    shows twice is open both times.
    """

    #: empty means always
    windows: tuple[WeeklyWindow, ...] = ()
    zone: ZoneInfo

    def is_open(self, now: datetime) -> bool:
        """Whether to watch at this aware moment."""
        if not self.windows:
            return True
        minute = minute_of_week(now.astimezone(self.zone))
        return any(opens <= minute < closes for opens, closes in merged(self.windows))

    def next_change(self, now: datetime) -> datetime | None:
        """The next moment (UTC) at which it opens or closes; None where it never does."""
        state = self.is_open(now)
        for moment in self._edges(now):
            if self.is_open(moment) is not state:
                return moment
        return None

    def _edges(self, now: datetime) -> Iterable[datetime]:
        """Every moment in the next eight days at which something can change, in order."""
        today = now.astimezone(self.zone).date()
        edges: set[datetime] = set()
        for offset in range(-1, 9):
            day = today + timedelta(days=offset)
            edges |= set(_clock_changes(day, self.zone))
            for window in self.windows:
                if window.weekday == day.weekday():
                    edges |= set(_readings(day, window.from_minute, self.zone))
                    edges |= set(_readings(day, window.to_minute, self.zone))
        return sorted(edge for edge in edges if edge > now)


def _readings(day: date, minute: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)
    return wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)


def _clock_changes(day: date, zone: ZoneInfo) -> Iterable[datetime]:
    """The moment at which the clock is changed on this day, where it is."""
    start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    hours = [start + timedelta(hours=hour) for hour in range(26)]
    for earlier, later in pairwise(hours):
        if earlier.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            low, high = earlier, later
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) / 2
                changed = middle.astimezone(zone).utcoffset() != earlier.astimezone(zone).utcoffset()
                low, high = (low, middle) if changed else (middle, high)
            yield high.replace(microsecond=0)
