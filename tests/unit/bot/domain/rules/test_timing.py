"""The rules about when a job is."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.domain.busy_calendar import BusySpan, Calendar
from bot.domain.job import Job
from bot.domain.local_time import moment
from bot.domain.rules.decision import Decision, RuleAnswer
from bot.domain.rules.evaluate import decide
from bot.domain.rules.rule_set import Caps, DateRange, Rules
from bot.domain.weekly_hours import WeeklyWindow, whole_day
from common.states import Verdict
from tests.support.domain_examples import LONDON, NOW, a_job


def ask(job: Job, rules: Rules, *, calendar: Calendar | None = None, caps: Caps | None = None) -> Decision:
    return decide(job, rules, calendar or Calendar(), caps or Caps(), NOW)


def answer(decision: Decision, rule: str) -> RuleAnswer | None:
    found = [one for one in decision.reasons if one.rule == rule]
    assert len(found) <= 1
    return found[0] if found else None


def says(job: Job, rules: Rules, rule: str, **more: Any) -> bool | None:
    """The rule's answer, after checking that the verdict goes with it; None where it did not answer."""
    decision = ask(job, rules, **more)
    found = answer(decision, rule)
    if found is None:
        return None
    assert found.why.endswith(".")
    if not found.passed:
        assert decision.verdict is Verdict.NO_MATCH
    return found.passed


WORKING_HOURS = tuple(WeeklyWindow(weekday=day, from_minute=9 * 60, to_minute=17 * 60) for day in range(5))


def busy(start: time, end: time, *, day: date = date(2026, 11, 25), job_number: str | None = "9") -> BusySpan:
    title = f"job {job_number}" if job_number else "Dentist"
    return BusySpan(
        starts_at=moment(day, start, LONDON), ends_at=moment(day, end, LONDON), title=title, job_number=job_number
    )


@pytest.mark.parametrize(
    ("day", "at", "passed"),
    [
        # now is Friday 20 November 2026, 10:15
        (date(2026, 11, 20), time(10, 16), True),
        (date(2026, 11, 20), time(10, 15), False),
        (date(2026, 11, 20), time(9, 0), False),
        (date(2026, 11, 21), time(0, 0), True),
        (date(2026, 11, 19), time(23, 59), False),
        # without a time: today may have begun, tomorrow has not
        (date(2026, 11, 20), None, False),
        (date(2026, 11, 21), None, True),
        (date(2026, 11, 19), None, False),
        (None, None, False),
        (None, time(10, 0), False),
    ],
)
def test_a_job_lies_ahead(day: date | None, at: time | None, passed: bool) -> None:
    assert says(a_job(appointment_date=day, appointment_time=at), Rules(), "starts_in_the_future") is passed


def test_the_night_of_the_clock_change_is_read_as_the_earlier_start() -> None:
    # 01:30 on 25 October 2026 is 00:30 UTC and, an hour later, 01:30 UTC
    job = a_job(appointment_date=date(2026, 10, 25), appointment_time=time(1, 30))
    rules = Rules()
    between = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    before = datetime(2026, 10, 25, 0, 29, tzinfo=UTC)
    assert decide(job, rules, Calendar(), Caps(), between).verdict is Verdict.NO_MATCH
    assert decide(job, rules, Calendar(), Caps(), before).verdict is Verdict.MATCH


def test_undated_jobs_are_taken_only_where_the_owner_says_so() -> None:
    job = a_job(appointment_date=None, appointment_time=None)
    assert ask(job, Rules()).verdict is Verdict.NO_MATCH
    assert ask(job, Rules(accept_undated=True)).verdict is Verdict.MATCH
    # a dated job is still asked for its date
    busy = Calendar.of([BusySpan(starts_at=NOW, ends_at=NOW + timedelta(days=30), title="Holiday")])
    assert ask(a_job(), Rules(accept_undated=True), calendar=busy).verdict is Verdict.NO_MATCH


@pytest.mark.parametrize(
    ("day", "first", "last", "passed"),
    [
        (date(2026, 11, 25), date(2026, 11, 25), date(2026, 11, 25), True),
        (date(2026, 11, 25), date(2026, 11, 26), None, False),
        (date(2026, 11, 25), None, date(2026, 11, 24), False),
        (date(2026, 11, 25), None, None, True),
        (None, None, None, False),
    ],
)
def test_dates(day: date | None, first: date | None, last: date | None, passed: bool) -> None:
    rules = Rules(dates=(DateRange(first=first, last=last),))
    assert says(a_job(appointment_date=day), rules, "dates") is passed


@pytest.mark.parametrize(
    ("at", "minutes", "excluded", "passed"),
    [
        (time(9, 30), 90, date(2026, 11, 25), False),
        (time(9, 30), 90, date(2026, 11, 26), True),
        # 23:00 and 90 minutes end at 00:30 on the 26th
        (time(23, 0), 90, date(2026, 11, 26), False),
        # 23:00 and 60 minutes end at midnight, which is still the 25th
        (time(23, 0), 60, date(2026, 11, 26), True),
    ],
)
def test_excluded_dates_hold_for_every_day_of_the_job(at: time, minutes: int, excluded: date, passed: bool) -> None:
    rules = Rules(exclude_dates=(DateRange(first=excluded, last=excluded),))
    assert says(a_job(appointment_time=at, duration_minutes=minutes), rules, "exclude_dates") is passed


def test_an_undated_job_could_be_on_an_excluded_date() -> None:
    rules = Rules(exclude_dates=(DateRange(first=date(2026, 12, 24)),), accept_undated=True)
    assert says(a_job(appointment_date=None), rules, "exclude_dates") is False


@pytest.mark.parametrize(
    ("day", "at", "minutes", "windows", "passed"),
    [
        # the 25th is a Wednesday; 09:30 + 90 min = 11:00
        (date(2026, 11, 25), time(9, 30), 90, WORKING_HOURS, True),
        (date(2026, 11, 25), time(9, 0), 480, WORKING_HOURS, True),
        (date(2026, 11, 25), time(8, 59), 60, WORKING_HOURS, False),
        # 16:00 + 61 min = 17:01
        (date(2026, 11, 25), time(16, 0), 61, WORKING_HOURS, False),
        (date(2026, 11, 28), time(10, 0), 60, WORKING_HOURS, False),
        # no duration: it could last until midnight
        (date(2026, 11, 25), time(9, 30), None, WORKING_HOURS, False),
        (date(2026, 11, 25), time(9, 30), None, (whole_day(2),), True),
        # no time: only a whole working day holds it
        (date(2026, 11, 25), None, 60, WORKING_HOURS, False),
        (date(2026, 11, 25), None, 60, (whole_day(2),), True),
        # Sunday 23:00 + 120 min reaches into Monday: both days are needed
        (date(2026, 11, 29), time(23, 0), 120, (whole_day(6),), False),
        (date(2026, 11, 29), time(23, 0), 120, (whole_day(6), whole_day(0)), True),
        # a night shift in one window
        (date(2026, 11, 29), time(23, 0), 120, (WeeklyWindow(weekday=6, from_minute=1320, to_minute=1560),), True),
        # two windows that touch hold a job across them
        (
            date(2026, 11, 25),
            time(11, 0),
            120,
            (
                WeeklyWindow(weekday=2, from_minute=540, to_minute=720),
                WeeklyWindow(weekday=2, from_minute=720, to_minute=1020),
            ),
            True,
        ),
        # Sunday 31 October 2027 has 25 hours, and is still one working day
        (date(2027, 10, 31), None, None, (whole_day(6),), True),
        (None, None, None, WORKING_HOURS, False),
    ],
)
def test_weekly_hours(
    day: date | None, at: time | None, minutes: int | None, windows: tuple[WeeklyWindow, ...], passed: bool
) -> None:
    job = a_job(appointment_date=day, appointment_time=at, duration_minutes=minutes)
    assert says(job, Rules(weekly_hours=windows), "weekly_hours") is passed


@pytest.mark.parametrize(
    ("at", "notice", "passed"),
    [
        # now is 10:15 on the 20th; the job is on the 21st
        (time(10, 15), timedelta(hours=24), True),
        (time(10, 14), timedelta(hours=24), False),
        # without a time it could start at 00:00, in 13 h 45 min
        (None, timedelta(hours=13, minutes=45), True),
        (None, timedelta(hours=14), False),
    ],
)
def test_minimum_notice(at: time | None, notice: timedelta, passed: bool) -> None:
    job = a_job(appointment_date=date(2026, 11, 21), appointment_time=at)
    assert says(job, Rules(minimum_notice=notice), "minimum_notice_minutes") is passed


def test_notice_needs_a_date() -> None:
    rules = Rules(minimum_notice=timedelta(hours=1), accept_undated=True)
    assert says(a_job(appointment_date=None), rules, "minimum_notice_minutes") is False


@pytest.mark.parametrize(
    ("spans", "gap_jobs", "gap_events", "passed"),
    [
        # the job is from 09:30 to 11:00
        ([], 0, 0, True),
        ([busy(time(11, 0), time(12, 0))], 0, 0, True),
        ([busy(time(10, 59), time(12, 0))], 0, 0, False),
        ([busy(time(8, 0), time(9, 30))], 0, 0, True),
        ([busy(time(8, 0), time(9, 31))], 0, 0, False),
        ([busy(time(8, 0), time(18, 0))], 0, 0, False),
        ([busy(time(10, 0), time(10, 15))], 0, 0, False),
        # half an hour from 11:00 is 11:30
        ([busy(time(11, 30), time(12, 0))], 30, 0, True),
        ([busy(time(11, 29), time(12, 0))], 30, 0, False),
        ([busy(time(8, 0), time(9, 0))], 30, 0, True),
        ([busy(time(8, 0), time(9, 1))], 30, 0, False),
        # the gap around jobs is not that around calendar entries
        ([busy(time(11, 10), time(12, 0), job_number=None)], 30, 0, True),
        ([busy(time(11, 10), time(12, 0), job_number=None)], 0, 30, False),
        # where the gaps differ, each counts to its own end: an entry may touch, a job may be just half an hour away
        ([busy(time(11, 0), time(12, 0), job_number=None)], 30, 0, True),
        ([busy(time(11, 30), time(12, 0))], 30, 60, True),
        ([busy(time(8, 0), time(9, 30), job_number=None)], 30, 0, True),
        # the job itself is no obstacle to itself
        ([busy(time(9, 30), time(11, 0), job_number="10432")], 30, 30, True),
        # a long entry that began long ago hides behind a short one
        (
            [
                busy(time(1, 0), time(20, 0), day=date(2026, 11, 25), job_number=None),
                busy(time(9, 0), time(9, 1), job_number=None),
            ],
            0,
            0,
            False,
        ),
        # an entry without length still takes its moment
        ([busy(time(10, 0), time(10, 0), job_number=None)], 0, 0, False),
    ],
)
def test_overlap(spans: list[BusySpan], gap_jobs: int, gap_events: int, passed: bool) -> None:
    rules = Rules(gap_around_jobs=timedelta(minutes=gap_jobs), gap_around_events=timedelta(minutes=gap_events))
    assert says(a_job(), rules, "no_overlap", calendar=Calendar.of(spans)) is passed


@pytest.mark.parametrize(
    ("at", "minutes", "span", "passed"),
    [
        # no time: the whole day counts
        (None, 60, busy(time(23, 0), time(23, 30)), False),
        (None, 60, busy(time(9, 0), time(10, 0), day=date(2026, 11, 26)), True),
        # no duration: everything up to midnight counts
        (time(9, 30), None, busy(time(23, 0), time(23, 30)), False),
        (time(9, 30), None, busy(time(8, 0), time(9, 30)), True),
        (time(9, 30), None, busy(time(0, 0), time(1, 0), day=date(2026, 11, 26)), True),
    ],
)
def test_what_is_not_shown_counts_as_busy(at: time | None, minutes: int | None, span: BusySpan, passed: bool) -> None:
    job = a_job(appointment_time=at, duration_minutes=minutes)
    assert says(job, Rules(), "no_overlap", calendar=Calendar.of([span])) is passed


def test_overlap_says_with_what() -> None:
    decision = ask(a_job(), Rules(), calendar=Calendar.of([busy(time(10, 0), time(12, 0), job_number=None)]))
    assert decision.summary == (
        "You are not free at that time: your calendar entry Dentist (Wednesday 25 November 2026 10:00 to 12:00)."
    )
