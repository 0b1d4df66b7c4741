"""The rules about caps: jobs in a session, poll cycle, day and week, and hours of work in a day and week."""

from collections.abc import Iterator
from datetime import date, timedelta

from bot.domain.busy_calendar import BusySpan
from bot.domain.local_time import day_span, say_minutes
from bot.domain.rules.context import Question, no, yes
from bot.domain.rules.decision import RuleAnswer
from bot.domain.rules.rule_set import Rules


def caps_left(q: Question) -> Iterator[RuleAnswer]:
    """The rules that no cap is exceeded with the job."""
    rules, caps = q.rules, q.caps
    yield from _count_cap("max_accept_per_run", rules.max_accept_per_run, caps.accepted_this_run, "in one session")
    yield from _count_cap(
        "max_accept_per_pass", rules.max_accept_per_pass, caps.accepted_this_pass, "in one pass over the board"
    )
    if not _has_day_or_week_cap(rules):
        return
    day = q.job.appointment_date
    held_on_day = [] if day is None else _held(q, day, day)
    monday = None if day is None else day - timedelta(days=day.weekday())
    held_in_week = [] if monday is None else _held(q, monday, monday + timedelta(days=6))
    counted = (
        ("max_accept_per_day", rules.max_accept_per_day, held_on_day, "on one day"),
        ("max_accept_per_week", rules.max_accept_per_week, held_in_week, "in one week"),
    )
    for rule, cap, held, within in counted:
        if cap is not None and day is None:
            yield from no(rule, "The portal shows no date for this job, so nobody can tell which day it falls on.")
        else:
            yield from _count_cap(rule, cap, len(held), within)
    hours = (
        ("max_accept_hours_per_day", rules.max_accept_hours_per_day, held_on_day, "on one day"),
        ("max_accept_hours_per_week", rules.max_accept_hours_per_week, held_in_week, "in one week"),
    )
    for rule, limit, held, within in hours:
        yield from _hours_cap(q, rule, limit, held, within)


def _has_day_or_week_cap(rules: Rules) -> bool:
    return any(
        cap is not None
        for cap in (
            rules.max_accept_per_day,
            rules.max_accept_hours_per_day,
            rules.max_accept_per_week,
            rules.max_accept_hours_per_week,
        )
    )


def _held(q: Question, first: date, last: date) -> list[BusySpan]:
    """The jobs of the calendar that start on one of these days, without the job itself."""
    zone = q.rules.zone
    opens, closes = day_span(first, zone)[0], day_span(last, zone)[1]
    others = (None, q.job.job_number)
    return [span for span in q.calendar.starting(opens, closes) if span.job_number not in others]


def _count_cap(rule: str, cap: int | None, taken: int, within: str) -> Iterator[RuleAnswer]:
    if cap is None:
        return iter(())
    jobs = "1 job" if cap == 1 else f"{cap} jobs"
    if taken < cap:
        return yes(rule, f"You take at most {jobs} {within}; so far it is {taken}.")
    return no(rule, f"You take at most {jobs} {within}, and that is reached.")


def _hours_cap(q: Question, rule: str, limit: float | None, held: list[BusySpan], within: str) -> Iterator[RuleAnswer]:
    if limit is None:
        return iter(())
    if q.job.appointment_date is None or q.job.duration_minutes is None:
        return no(
            rule, "The portal does not show when this job is and how long it takes, so its hours cannot be counted."
        )
    minutes = sum(int((span.ends_at - span.starts_at).total_seconds() // 60) for span in held)
    total = minutes + q.job.duration_minutes
    if total <= limit * 60:
        return yes(rule, f"With this job it is {say_minutes(total)} {within}; you take at most {limit:g} hours.")
    return no(rule, f"With this job it would be {say_minutes(total)} {within}, and you take at most {limit:g} hours.")
