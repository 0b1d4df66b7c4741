"""Growing waits after failures, with jitter."""

from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Self

#: The default first wait after a failure, in seconds: about what a restarting web server needs.
FIRST_WAIT = 1.0
#: The default longest wait that nobody asked for, in seconds. After a longer one a job would be gone anyway, and one
#: request a minute is no load for a portal.
LONGEST_WAIT = 60.0

#: Doublings after which every wait in use has reached its longest; without a bound the number would grow for ever.
_MOST_DOUBLINGS = 16


def growing_wait(failures: int, *, first: float = FIRST_WAIT, longest: float = LONGEST_WAIT) -> float:
    """The wait in seconds after this number of earlier failures: ``first``, doubled each time, up to ``longest``."""
    return min(first * 2.0 ** min(failures, _MOST_DOUBLINGS), longest)


@dataclass(frozen=True, kw_only=True, slots=True)
class Backoff:
    """Waits that double from failure to failure; one success starts again with the first."""

    #: seconds to wait after the first failure
    first: float = FIRST_WAIT
    #: the longest wait in seconds, unless the server asks for more
    longest: float = LONGEST_WAIT
    #: failures since the last success
    failures: int = 0
    #: monotonic seconds; no attempt before this moment
    until: float = float("-inf")

    @property
    def wait(self) -> float:
        """The seconds that the next failure costs, without jitter."""
        return growing_wait(self.failures, first=self.first, longest=self.longest)

    def failed(self, now: float, *, retry_after: timedelta | None = None, random: Random | None = None) -> Self:
        """The backoff after a failure at ``now``: by default it waits 1 s, 2 s, 4 s … 60 s.

        ``random`` takes up to half of the wait away, so that several bots do not ask in step. ``retry_after`` is what
        the server asked for: the wait is never shorter. Several polls that fail within one wait count as one failure.
        """
        if now < self.until:
            asked = self.until if retry_after is None else max(self.until, now + retry_after.total_seconds())
            return replace(self, until=asked)
        wait = self.wait
        if random is not None:
            wait *= 1 - random.random() / 2
        if retry_after is not None:
            wait = max(wait, retry_after.total_seconds())
        return replace(self.grown(), until=now + wait)

    def grown(self) -> Self:
        """The backoff after one more failure, for a caller that waits ``wait`` seconds by itself."""
        return replace(self, failures=self.failures + 1)

    def succeeded(self) -> Self:
        """The backoff after a success; a wait that the server asked for goes on."""
        return replace(self, failures=0)

    def seconds_left(self, now: float) -> float:
        """Seconds until the next attempt is allowed; 0 if it is allowed now."""
        return max(0.0, self.until - now)
