"""How many requests may go out in a minute: a token bucket."""

from dataclasses import dataclass, replace
from typing import Self

_A_MINUTE = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """At most ``per_minute`` requests in any 60 seconds, wherever these start.

    A token bucket that holds ``burst`` tokens and gains (per_minute − burst) tokens in a minute: emptying the full
    bucket and taking every new token uses burst + (per_minute − burst) = per_minute tokens in a minute.
    """

    per_minute: int
    #: requests that can go out at once, 1 to ``per_minute``
    burst: int
    tokens: float
    #: when ``tokens`` was counted
    counted_at: float

    @classmethod
    def full(cls, *, per_minute: int, now: float, burst: int | None = None) -> Self:
        """A budget of which nothing is spent yet; ``burst`` is a quarter of ``per_minute`` by default.

        Raises ValueError for less than one request a minute or a burst outside 1 to ``per_minute``.
        """
        chosen = max(1, per_minute // 4) if burst is None else burst
        if per_minute < 1 or not 1 <= chosen <= per_minute:
            raise ValueError(f"a budget of {per_minute} requests a minute with a burst of {chosen} cannot be kept")
        return cls(per_minute=per_minute, burst=chosen, tokens=float(chosen), counted_at=now)

    def taken(self, now: float, cost: int) -> Self | None:
        """The budget after ``cost`` requests; None if it does not hold that many now."""
        tokens = self._tokens(now)
        return replace(self, tokens=tokens - cost, counted_at=max(now, self.counted_at)) if tokens >= cost else None

    def charged(self, now: float, cost: int) -> Self:
        """The budget after requests that could not wait (an accept, a lookup): later polls wait for it."""
        return replace(self, tokens=self._tokens(now) - cost, counted_at=max(now, self.counted_at))

    def seconds_until(self, now: float, cost: int) -> float:
        """Seconds until ``cost`` requests can be taken; infinite for more than a full bucket."""
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
