"""The moments at which polls start: on the clock, not after the last answer."""

from dataclasses import dataclass, replace
from random import Random
from typing import Self


@dataclass(frozen=True, kw_only=True, slots=True)
class PollSchedule:
    """Polls that start every ``interval`` seconds, however long an answer takes."""

    #: the regular start, without jitter: the series does not drift
    slot: float
    #: the moment at which the next poll starts: ``slot`` and its jitter
    next_at: float

    @classmethod
    def starting(cls, now: float) -> Self:
        """A schedule whose first poll starts at once."""
        return cls(slot=now, next_at=now)

    def is_due(self, now: float) -> bool:
        """Whether the next poll starts now."""
        return now >= self.next_at

    def seconds_left(self, now: float) -> float:
        """How long to wait for the next start; 0 when it is due."""
        return max(0.0, self.next_at - now)

    def advanced(self, now: float, *, interval: float, jitter: float = 0.0, random: Random | None = None) -> Self:
        """The schedule after the start that was due at ``now``, whether that poll was started or left out.

        ``interval`` is in seconds and greater than 0 (else ValueError). ``jitter`` from 0 to 1 is the part of the
        interval by which a start may come earlier or later, half of it to each side; the slots themselves stay regular.
        Slots that passed while the machine was suspended or its clock jumped are skipped: one poll starts, no burst.
        """
        if interval <= 0:
            raise ValueError(f"an interval of {interval} seconds is not greater than 0")
        slot = self.slot + interval
        if slot <= now or slot > now + 2 * interval:
            # too late for this slot, or the clock was set back: the series starts again from here
            slot = now + interval
        offset = (random.random() - 0.5) * jitter * interval if random is not None and jitter > 0 else 0.0
        return replace(self, slot=slot, next_at=max(slot + offset, now))

    def moved_to(self, at: float) -> Self:
        """The schedule with the next start not before ``at`` (a backoff, a budget, opening hours)."""
        return self if self.next_at >= at else replace(self, slot=at, next_at=at)


def may_start(*, under_way: int, most_under_way: int) -> bool:
    """Whether another poll may start while these are under way: polls of a slow portal must not pile up."""
    return under_way < most_under_way
