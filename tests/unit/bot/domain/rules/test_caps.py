"""The caps."""

from datetime import date, time
from typing import Any

import pytest

from bot.domain.busy_calendar import BusySpan, Calendar
from bot.domain.job import Job
from bot.domain.local_time import moment
from bot.domain.rules.decision import Decision, RuleAnswer
from bot.domain.rules.evaluate import decide
from bot.domain.rules.rule_set import Caps, Rules
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


def busy(start: time, end: time, *, day: date = date(2026, 11, 25), job_number: str | None = "9") -> BusySpan:
    title = f"job {job_number}" if job_number else "Dentist"
    return BusySpan(
        starts_at=moment(day, start, LONDON), ends_at=moment(day, end, LONDON), title=title, job_number=job_number
    )


DAY_BEFORE = busy(time(9, 0), time(12, 0), day=date(2026, 11, 24), job_number="1")


SAME_DAY = busy(time(14, 0), time(16, 0), job_number="2")


SUNDAY_BEFORE = busy(time(9, 0), time(12, 0), day=date(2026, 11, 22), job_number="3")


SUNDAY_AFTER = busy(time(9, 0), time(12, 0), day=date(2026, 11, 29), job_number="4")


AT_MIDNIGHT_AFTER = busy(time(0, 0), time(1, 0), day=date(2026, 11, 26), job_number="5")


MONDAY_AFTER = busy(time(0, 0), time(1, 0), day=date(2026, 11, 30), job_number="6")


DENTIST = busy(time(14, 0), time(16, 0), job_number=None)


ITSELF = busy(time(9, 30), time(11, 0), job_number="10432")


@pytest.mark.parametrize(
    ("cap", "taken", "passed"), [(5, 4, True), (5, 5, False), (5, 6, False), (0, 0, False), (None, 10_000, None)]
)
def test_cap_of_a_run(cap: int | None, taken: int, passed: bool | None) -> None:
    rules = Rules(max_accept_per_run=cap)
    assert says(a_job(), rules, "max_accept_per_run", caps=Caps(accepted_this_run=taken)) is passed


def test_cap_of_a_pass() -> None:
    rules = Rules(max_accept_per_pass=2)
    assert says(a_job(), rules, "max_accept_per_pass", caps=Caps(accepted_this_pass=1)) is True
    assert says(a_job(), rules, "max_accept_per_pass", caps=Caps(accepted_this_pass=2)) is False


@pytest.mark.parametrize(
    ("rules", "spans", "passed"),
    [
        (Rules(max_accept_per_day=1), [DAY_BEFORE, DENTIST, ITSELF], True),
        (Rules(max_accept_per_day=1), [SAME_DAY], False),
        (Rules(max_accept_per_day=1), [AT_MIDNIGHT_AFTER], True),
        (Rules(max_accept_per_week=1), [MONDAY_AFTER], True),
        # Monday 23 to Sunday 29: the day before and the Sunday after
        (Rules(max_accept_per_week=3), [DAY_BEFORE, SUNDAY_AFTER, SUNDAY_BEFORE], True),
        (Rules(max_accept_per_week=2), [DAY_BEFORE, SUNDAY_AFTER, SUNDAY_BEFORE], False),
        # 1.5 h + 2 h = 3.5 h
        (Rules(max_accept_hours_per_day=3.5), [SAME_DAY, DENTIST], True),
        (Rules(max_accept_hours_per_day=3.4), [SAME_DAY], False),
        # 1.5 h + 3 h + 2 h = 6.5 h
        (Rules(max_accept_hours_per_week=6.5), [DAY_BEFORE, SAME_DAY, SUNDAY_BEFORE], True),
        (Rules(max_accept_hours_per_week=6.4), [DAY_BEFORE, SAME_DAY, SUNDAY_BEFORE], False),
    ],
)
def test_caps_of_day_and_week(rules: Rules, spans: list[BusySpan], passed: bool) -> None:
    decision = ask(a_job(), rules, calendar=Calendar.of(spans))
    assert (decision.verdict is Verdict.MATCH) is passed
    if not passed:
        assert decision.only_caps_refuse


@pytest.mark.parametrize("job", [a_job(appointment_date=None), a_job(duration_minutes=None)])
def test_hours_cannot_be_counted_without_date_and_duration(job: Job) -> None:
    rules = Rules(max_accept_hours_per_day=8, accept_undated=True)
    assert says(job, rules, "max_accept_hours_per_day") is False
