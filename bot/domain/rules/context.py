"""The question that every rule is asked, and helpers for its answer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from bot.domain.busy_calendar import BusySpan, Calendar, span_of
from bot.domain.job import Job
from bot.domain.rules.decision import RuleAnswer
from bot.domain.rules.rule_set import Caps, Rules
from bot.domain.text_matching import spelling_key


@dataclass(frozen=True, kw_only=True)
class Question:
    """One job with everything that the rules need to answer."""

    job: Job
    rules: Rules
    calendar: Calendar
    caps: Caps
    now: datetime

    @cached_property
    def span(self) -> BusySpan | None:
        """The time that the job takes at most; None if the portal shows no date."""
        return span_of(self.job, self.rules.zone)

    @cached_property
    def kind(self) -> str | None:
        """The job's kind; None if the portal shows none, or one that is not known."""
        kind = self.job.kind
        if kind is None or not spelling_key(kind):
            return None
        known = keys(self.rules.known_kinds)
        return kind if not known or spelling_key(kind) in known else None


@lru_cache(maxsize=256)
def keys(names: tuple[str, ...]) -> frozenset[str]:
    """The names as they are compared (``spelling_key``)."""
    return frozenset(spelling_key(name) for name in names)


def one_of(names: Iterable[str]) -> str:
    """The names in a sentence: "A, B or C"; at least one."""
    listed = list(names)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


def yes(rule: str, why: str) -> Iterator[RuleAnswer]:
    """The single answer that the job passes this rule."""
    yield RuleAnswer(rule=rule, passed=True, why=why)


def no(rule: str, why: str) -> Iterator[RuleAnswer]:
    """The single answer that the job does not pass this rule."""
    yield RuleAnswer(rule=rule, passed=False, why=why)
