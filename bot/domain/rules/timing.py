"""The rules about when a job is: ahead, within the owner's hours, and free of everything else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.domain.busy_calendar import BusySpan
from bot.domain.local_time import say_date, say_duration
from bot.domain.rules.context import Question, no, one_of, yes
from bot.domain.rules.decision import RuleAnswer
from bot.domain.weekly_hours import WeeklyWindow, holds, merged, minute_of_week


def lies_ahead(q: Question) -> Iterator[RuleAnswer]:
    """The rule that the job has not begun."""
    rule, job = "starts_in_the_future", q.job
    if job.appointment_date is None or q.span is None:
        return _undated(q, rule)
    said = say_date(job.appointment_date)
    if job.appointment_time is None:
        today = q.now.astimezone(q.rules.zone).date()
        if job.appointment_date > today:
            return yes(rule, f"It is on {said}, which lies ahead.")
        if job.appointment_date == today:
            return no(rule, "It is today and the portal shows no time, so it may have started already.")
        return no(rule, f"It was on {said}.")
    said = f"{said} at {job.appointment_time:%H:%M}"
    # The earliest reading of the start counts: on the night of the clock change it may already have begun.
    if q.span.starts_at > q.now:
        return yes(rule, f"It starts on {said}, in {say_duration(q.span.starts_at - q.now)}.")
    return no(rule, f"It started on {said}.")


def _undated(q: Question, rule: str) -> Iterator[RuleAnswer]:
    if q.rules.accept_undated:
        return yes(rule, "The portal shows no date, and you accept such jobs.")
    return no(rule, "The portal shows no date for this job.")


def notice(q: Question) -> Iterator[RuleAnswer]:
    """The rule that there is enough time before the job starts."""
    rule, wanted = "minimum_notice_minutes", q.rules.minimum_notice
    if wanted is None:
        return iter(())
    if q.span is None:
        return no(rule, "The portal shows no date for this job, so nobody can tell how soon it is.")
    if q.span.starts_at - q.now >= wanted:
        return yes(
            rule, f"It starts in {say_duration(q.span.starts_at - q.now)}; you want at least {say_duration(wanted)}."
        )
    if q.job.appointment_time is None:
        return no(rule, f"The portal shows no time; early that day it would start in less than {say_duration(wanted)}.")
    left = max(q.span.starts_at - q.now, timedelta(0))
    return no(rule, f"It starts in {say_duration(left)}, and you want at least {say_duration(wanted)} before a job.")


def dates(q: Question) -> Iterator[RuleAnswer]:
    """The rules that the job is on a wanted date, and on no excluded one."""
    rules, day = q.rules, q.job.appointment_date
    if rules.dates:
        wanted = one_of(str(dates) for dates in rules.dates)
        if day is None:
            yield from no("dates", "The portal shows no date for this job.")
        elif any(dates.holds(day) for dates in rules.dates):
            yield from yes("dates", f"{say_date(day)} is a date on which you work.")
        else:
            yield from no("dates", f"It is on {say_date(day)}, and you accept only {wanted}.")
    if rules.exclude_dates:
        yield from _excluded_dates(q)


def _excluded_dates(q: Question) -> Iterator[RuleAnswer]:
    rule = "exclude_dates"
    if q.span is None or q.job.appointment_date is None:
        return no(rule, "The portal shows no date for this job, so it could be on a day that you excluded.")
    last = (q.span.ends_at - timedelta(microseconds=1)).astimezone(q.rules.zone).date()
    day = q.job.appointment_date
    while day <= max(last, q.job.appointment_date):
        if any(dates.holds(day) for dates in q.rules.exclude_dates):
            return no(rule, f"{say_date(day)} is a date that you excluded.")
        day += timedelta(days=1)
    return yes(rule, f"{say_date(q.job.appointment_date)} is not a date that you excluded.")


def weekly_hours(q: Question) -> Iterator[RuleAnswer]:
    """The rule that the whole job lies within the owner's hours of the week."""
    rule, windows = "weekly_hours", q.rules.weekly_hours
    if not windows:
        return iter(())
    if q.span is None:
        return no(rule, "The portal shows no date for this job.")
    start = q.span.starts_at.astimezone(q.rules.zone)
    end = q.span.ends_at.astimezone(q.rules.zone)
    first = minute_of_week(start)
    if holds(_merged(windows), first, first + max(_wall_minutes(start, end), 1)):
        return yes(rule, "It lies within your working hours.")
    listed = one_of(str(window) for window in windows)
    if q.job.appointment_time is None:
        return no(rule, f"The portal shows no time, and you do not work all of that day: you work {listed}.")
    if q.job.duration_minutes is None:
        return no(rule, f"The portal shows no duration, so it may last beyond your hours: you work {listed}.")
    return no(rule, f"It is on {start:%A} from {start:%H:%M} to {end:%H:%M}, and you work {listed}.")


def _wall_minutes(start: datetime, end: datetime) -> int:
    """Minutes between two local times as a clock shows them, because working hours are set in local time.

    In the night on which the clock is put back the end can show an earlier time than the start; then the true length
    counts.
    """
    on_the_wall = end.replace(tzinfo=None) - start.replace(tzinfo=None)
    passed = on_the_wall if on_the_wall > timedelta(0) else end.astimezone(UTC) - start.astimezone(UTC)
    return int(passed.total_seconds() // 60)


@lru_cache(maxsize=64)
def _merged(windows: tuple[WeeklyWindow, ...]) -> tuple[tuple[int, int], ...]:
    return merged(windows)


def overlap(q: Question) -> Iterator[RuleAnswer]:
    """The rule that the owner has nothing else at that time, nor too close to it."""
    rule, job = "no_overlap", q.job
    if q.span is None:
        return _undated(q, rule)
    in_the_way = q.calendar.conflicts(
        q.span.starts_at,
        q.span.ends_at,
        gap_around_jobs=q.rules.gap_around_jobs,
        gap_around_events=q.rules.gap_around_events,
        ignoring=job.job_number,
    )
    if not in_the_way:
        return yes(rule, "You are free at that time.")
    other = in_the_way[0]
    whose = "your" if other.job_number is not None else "your calendar entry"
    if job.appointment_time is None:
        return no(rule, f"The portal shows no time, and you have {whose} {other.title} on that day.")
    if q.calendar.conflicts(q.span.starts_at, q.span.ends_at, ignoring=job.job_number):
        return no(rule, f"You are not free at that time: {whose} {_named(other, q.rules.zone)}.")
    gap = q.rules.gap_around_jobs if other.job_number is not None else q.rules.gap_around_events
    return no(
        rule, f"It is too close to {whose} {_named(other, q.rules.zone)}: you want {say_duration(gap)} between them."
    )


def calendars(q: Question) -> Iterator[RuleAnswer]:
    """The rule that the owner's calendars are known for the time of the job."""
    rule, calendar = "calendars", q.calendar
    if q.span is None or (calendar.known_until is None and not calendar.unread):
        return iter(())
    if calendar.unread:
        named = " and ".join(f"“{label}”" for label in calendar.unread)
        return no(rule, f"Your calendar {named} has not been read in full yet, so nobody knows when you are free.")
    if calendar.known_until is not None and q.span.ends_at + q.rules.gap_around_events > calendar.known_until:
        until = say_date(calendar.known_until.astimezone(q.rules.zone).date())
        return no(rule, f"Your calendars are known until {until} only, and this job is later.")
    return yes(rule, "Your calendars are read.")


def _named(span: BusySpan, zone: ZoneInfo) -> str:
    start, end = span.starts_at.astimezone(zone), span.ends_at.astimezone(zone)
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{say_date(end.date())} {end:%H:%M}"
    return f"{span.title} ({say_date(start.date())} {start:%H:%M} to {until})"
