"""The engine's own times and counts; what the owner sets is in the configuration."""

from dataclasses import dataclass, field
from datetime import timedelta

from bot.claim.outcome import ClaimTimes


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineTimes:
    """Times and counts of one engine."""

    claims: ClaimTimes = field(default_factory=ClaimTimes)
    #: polls that may be under way at the same moment; polls of a slow portal must not pile up
    most_under_way: int = 4
    #: how often the list of our jobs is read
    assigned_every: timedelta = timedelta(seconds=30)
    #: a page that was read longer ago than this is read again before its job is claimed
    page_is_fresh: timedelta = timedelta(seconds=60)
    #: pages that arrive within this time are weighed together, so that the owner's preference counts among them
    gather: timedelta = timedelta(milliseconds=15)
    #: the same if a cap leaves fewer places than there are jobs
    gather_at_cap: timedelta = timedelta(milliseconds=250)
    #: reports and other work that can wait is done this long after a decision, when the accepts have gone out
    defer_for: timedelta = timedelta(milliseconds=50)
    #: failures in a row after which the owner is told
    failures_until_told: int = 3
    #: if the portal asks for a longer wait than this, the owner is told at once
    short_wait: timedelta = timedelta(seconds=5)
    #: the time that claims under way have for their outcome when the session stops
    finish_claims: timedelta = timedelta(seconds=12)
