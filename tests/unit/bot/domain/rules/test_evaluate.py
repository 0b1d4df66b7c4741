"""All rules together, for one job and for several at once."""

from datetime import date, datetime, time
from typing import Any

import pytest

from bot.domain.busy_calendar import Calendar
from bot.domain.job import Job
from bot.domain.rules.decision import Decision, RuleAnswer
from bot.domain.rules.evaluate import decide, decide_all
from bot.domain.rules.rule_set import Caps, Rules
from common.states import Verdict
from tests.support.domain_examples import NOW, a_job


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


def test_only_the_basic_rules_answer_by_default() -> None:
    decision = ask(a_job(), Rules())
    assert decision.verdict is Verdict.MATCH
    assert [one.rule for one in decision.reasons] == [
        "portal_status",
        "job_type_filter",
        "starts_in_the_future",
        "no_overlap",
    ]
    assert decision.summary == "Every rule says yes."


def test_of_two_jobs_that_overlap_one_is_taken() -> None:
    first = a_job(job_number="1", appointment_time=time(9, 30))
    second = a_job(job_number="2", appointment_time=time(10, 30))
    apart = a_job(job_number="3", appointment_time=time(11, 0))
    decided = decide_all([second, apart, first], Rules(), Calendar(), Caps(), NOW)
    assert [(job.job_number, decision.verdict) for job, decision in decided] == [
        ("1", Verdict.MATCH),
        ("2", Verdict.NO_MATCH),
        ("3", Verdict.MATCH),
    ]


def test_several_at_once_never_pass_a_cap() -> None:
    jobs = [a_job(job_number=str(number), appointment_date=date(2026, 12, number)) for number in range(1, 11)]
    decided = decide_all(jobs, Rules(max_accept_per_run=3), Calendar(), Caps(accepted_this_run=1), NOW)
    taken = [job.job_number for job, decision in decided if decision.verdict is Verdict.MATCH]
    assert taken == ["1", "2"]


def test_now_needs_its_offset() -> None:
    with pytest.raises(ValueError, match="offset"):
        decide(a_job(), Rules(), Calendar(), Caps(), datetime(2026, 11, 20))  # noqa: DTZ001 - that is the point
