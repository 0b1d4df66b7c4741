"""Polling more often in the minutes of a day in which the portal was seen to post, and less often in the others."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Self

from bot.domain.local_time import MINUTES_A_DAY


@dataclass(frozen=True, kw_only=True, slots=True)
class PostingCounts:
    """How often the portal was seen to post, by hour of the day and by minute of the hour (local time)."""

    hours: tuple[float, ...] = (0.0,) * 24
    minutes: tuple[float, ...] = (0.0,) * 60

    def seen(self, wall: datetime, *, jobs: int = 1) -> Self:
        """The counts after jobs appeared on the board at this local time."""
        return replace(
            self,
            hours=_added(self.hours, wall.hour, jobs),
            minutes=_added(self.minutes, wall.minute, jobs),
        )

    @property
    def are_enough(self) -> bool:
        """Whether there are enough postings to learn a rhythm from."""
        return sum(self.hours) >= ENOUGH_TO_LEARN

    def faded(self, factor: float) -> Self:
        """The counts multiplied by ``factor``, so that old postings count less; meant for once a day."""
        return replace(
            self,
            hours=tuple(count * factor for count in self.hours),
            minutes=tuple(count * factor for count in self.minutes),
        )


def _added(counts: tuple[float, ...], index: int, more: float) -> tuple[float, ...]:
    return (*counts[:index], counts[index] + more, *counts[index + 1 :])


#: Laplace smoothing: the pseudo-count that each hour and each minute starts with. Without it a few jobs would decide
#: everything and an hour without a job would not be polled at all; with it a portal that was seen to post 24 jobs, all
#: in one hour, is polled about twice as often in that hour.
_PSEUDO_COUNT = 1.0

#: The number of postings from which on a rhythm is learned: two for each hour of a day.
ENOUGH_TO_LEARN = 48.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythm:
    """How much faster than usual to poll, for each minute of a day; the mean over the open minutes is 1."""

    #: 1440 weights; 0 for minutes that are not watched
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
        """A rhythm that follows the postings, within bounds (0 < slowest <= 1 <= fastest, else ValueError).

        ``is_open`` tells for a minute of the day (0 to 1439) whether the portal is watched in it. The number of polls
        in a day (the sum of the weights over the open minutes) is the same as without a rhythm.
        """
        if not 0 < slowest <= 1 <= fastest:
            raise ValueError("a rhythm is bounded by a number of at most 1 and one of at least 1")
        hours = [count + _PSEUDO_COUNT for count in postings.hours]
        minutes = [count + _PSEUDO_COUNT for count in postings.minutes]
        raw = [
            hours[minute // 60] * minutes[minute % 60] if is_open(minute) else 0.0 for minute in range(MINUTES_A_DAY)
        ]
        return cls(weights=_levelled(raw, slowest, fastest))

    def interval(self, base: float, wall: datetime) -> float:
        """The seconds between two polls at this local time; ``base`` is the interval that the owner set."""
        weight = self.weights[wall.hour * 60 + wall.minute]
        return base / weight if weight > 0 else base

    def seconds_to_next(self, base: float, wall: datetime) -> float:
        """The seconds from a poll at this local time to the next poll.

        Each second counts with the weight of its minute; the next poll is due when ``base`` weighted seconds have
        passed. So a day has as many polls as without a rhythm, also with intervals longer than a minute.
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
    """``raw`` scaled and cut to the bounds, so that the mean of the weights above 0 is 1."""
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

    # the mean grows with the scale from ``slowest`` to ``fastest``, and 1 lies between them: bisection finds it
    low, high = slowest / max(shown), fastest / min(shown)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if mean(middle) < 1 else (low, middle)
    scale = (low + high) / 2
    return tuple(min(max(weight * scale, slowest), fastest) if weight > 0 else 0.0 for weight in raw)
