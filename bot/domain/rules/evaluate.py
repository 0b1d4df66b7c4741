"""Evaluating the owner's rules: one job in, a yes or no out, with a sentence for every rule.

Every rule is asked, also after one refused. A rule that the owner did not set does not answer, except the basic ones:
the portal's status, the kind, a start that lies ahead, and no overlap. A rule refuses a job for which the portal does
not show what the rule needs. Adding a restriction never turns a no into a yes.

The current time, the use of the caps and the calendar are arguments; nothing is remembered between calls.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from bot.domain.busy_calendar import Calendar, span_of
from bot.domain.job import Job
from bot.domain.rules.caps import caps_left
from bot.domain.rules.context import Question, keys
from bot.domain.rules.decision import Decision, RuleAnswer
from bot.domain.rules.preferences import Preferences, preference_key
from bot.domain.rules.rule_set import PAGE_FIELDS, Caps, Rules
from bot.domain.rules.timing import calendars, dates, lies_ahead, notice, overlap, weekly_hours
from bot.domain.rules.what import (
    clients,
    duration,
    found_words,
    kind_excluded,
    kind_wanted,
    languages,
    places,
    portal_status,
    required_fields,
    words,
)
from bot.domain.text_matching import spelling_key
from common.states import Verdict

_RULES: tuple[Callable[[Question], Iterator[RuleAnswer]], ...] = (
    portal_status,
    kind_excluded,
    kind_wanted,
    languages,
    required_fields,
    lies_ahead,
    notice,
    dates,
    weekly_hours,
    duration,
    places,
    words,
    clients,
    overlap,
    calendars,
    caps_left,
)


def decide(job: Job, rules: Rules, calendar: Calendar, caps: Caps, now: datetime) -> Decision:
    """Ask every rule about one job. ``now`` has to be aware, else ValueError is raised.

    ``calendar`` holds the jobs that are ours or may become ours (``span_of``) and the owner's other entries. A span of
    the job itself does not count against it.
    """
    if now.tzinfo is None:
        raise ValueError("decide needs the current moment with its offset")
    question = Question(job=job, rules=rules, calendar=calendar, caps=caps, now=now)
    reasons = tuple(answer for rule in _RULES for answer in rule(question))
    passed = all(answer.passed for answer in reasons)
    return Decision(verdict=Verdict.MATCH if passed else Verdict.NO_MATCH, reasons=reasons)


def decide_all(
    jobs: Iterable[Job],
    rules: Rules,
    calendar: Calendar,
    caps: Caps,
    now: datetime,
    *,
    preferences: Preferences | None = None,
) -> tuple[tuple[Job, Decision], ...]:
    """Decide on several jobs that can be taken at the same time, in the order of the owner's preference.

    Each match counts for those after it: two jobs that overlap never both match, and no cap is passed.
    """
    answers = []
    for job in sorted(jobs, key=lambda job: preference_key(job, preferences or Preferences())):
        decision = decide(job, rules, calendar, caps, now)
        answers.append((job, decision))
        if decision.verdict is Verdict.MATCH:
            caps = caps.one_more()
            span = span_of(job, rules.zone)
            calendar = calendar.with_span(span) if span else calendar
    return tuple(answers)


def board_rules(rules: Rules, job: Job) -> Rules:
    """These rules without those that need the job's own page, for a job whose page was never read.

    A refusal by them holds whatever the page says; that they agree says nothing.
    """
    return replace(
        rules,
        job_type_filter=rules.job_type_filter if job.kind else (),
        exclude_types=rules.exclude_types if job.kind else (),
        required_fields=tuple(name for name in rules.required_fields if name not in PAGE_FIELDS),
        places=rules.places if job.postcode else (),
        exclude_places=rules.exclude_places if job.postcode else (),
        words_wanted=(),
        words_excluded=tuple(rule for rule in rules.words_excluded if found_words(job, rule)),
        clients=rules.clients if job.company_name and job.client_name else (),
        exclude_clients=rules.exclude_clients if job.company_name and job.client_name else (),
    )


def is_excluded_kind(job: Job, rules: Rules) -> bool:
    """Whether the portal shows the job as of a kind that the owner never accepts; an unknown kind does not count."""
    known = keys(rules.known_kinds)
    key = spelling_key(job.kind or "")
    return bool(key) and key in keys(rules.exclude_types) and (not known or key in known)
