"""The wire: what is sent is what arrives, and what is not understood is refused and kept."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contract.commands import Stop, UndecodableCommand, decode_command, encode_command
from contract.configuration import BotConfiguration, kind_key
from contract.events import (
    CycleComplete,
    JobProcessed,
    UndecodableEvent,
    decode_event,
    encode_event,
)
from contract.jobs import (
    ClaimState,
    Given,
    JobDecision,
    JobReport,
    JobStatus,
    JobTimes,
    PortalJob,
    RuleOutcome,
    Verdict,
    job_status,
)
from contract.sessions import SessionTotals

NOW = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)
ENVELOPE: dict[str, Any] = {
    "seq": 1,
    "outbox_id": "0d0c",
    "session_id": "session-20261120_101500",
    "account_id": "atoz-3f2a",
    "at": NOW,
}


def report(claim_state: ClaimState | None = None) -> JobReport:
    return JobReport(
        job=PortalJob(job_number="10432", reference="10432/atoz1", portal_id="10432", portal_status="matched"),
        decision=JobDecision(
            verdict=Verdict.MATCH,
            summary="Every rule says yes.",
            reasons=(RuleOutcome(rule="job_type_filter", passed=True, why="It is a kind that you accept."),),
        ),
        claim_state=claim_state,
        times=JobTimes(seen_at=NOW),
    )


def test_an_event_arrives_as_it_was_sent() -> None:
    sent = JobProcessed(**ENVELOPE, portal="atoz", report=report(ClaimState.CONFIRMED))
    assert decode_event(encode_event(sent)) == sent


@given(st.binary(max_size=200))
def test_bytes_that_are_no_event_are_refused_and_kept(raw: bytes) -> None:
    with pytest.raises(UndecodableEvent) as refused:
        decode_event(raw)
    assert refused.value.raw == raw


def test_an_event_of_an_unknown_type_or_with_an_unknown_field_is_refused() -> None:
    good = encode_event(
        CycleComplete(**ENVELOPE, duration_ms=8, pages=1, jobs_on_board=3, new_jobs=0, totals=SessionTotals())
    )
    for bad in (good.replace(b"cycle_complete", b"cycle_completed"), good.replace(b'"pages"', b'"page_count"')):
        with pytest.raises(UndecodableEvent):
            decode_event(bad)


def test_a_time_without_its_offset_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        Stop(issued_at=datetime(2026, 11, 20), reason="the owner asked")  # noqa: DTZ001 - the mistake under test


def test_a_command_arrives_as_it_was_sent() -> None:
    sent = Stop(issued_at=NOW, reason="the owner asked")
    assert decode_command(encode_command(sent)) == sent
    with pytest.raises(UndecodableCommand):
        decode_command(b'{"type": "self_destruct"}')


@pytest.mark.parametrize(
    ("verdict", "claim_state", "status"),
    [
        (None, None, JobStatus.PENDING),
        (Verdict.NO_MATCH, None, JobStatus.REJECTED),
        (Verdict.MATCH, ClaimState.MATCHED, JobStatus.PENDING),
        (Verdict.MATCH, ClaimState.SUBMITTED, JobStatus.PENDING),
        (Verdict.MATCH, ClaimState.UNKNOWN, JobStatus.UNKNOWN),
        (Verdict.MATCH, ClaimState.CONFIRMED, JobStatus.ACCEPTED),
        (Verdict.MATCH, ClaimState.HELD, JobStatus.ACCEPTED),
        (Verdict.MATCH, ClaimState.LOST, JobStatus.LOST),
        (Verdict.MATCH, ClaimState.TAKEN_BACK, JobStatus.TAKEN_BACK),
        (Verdict.MATCH, ClaimState.DECLINED, JobStatus.DECLINED),
    ],
)
def test_the_outcome_in_one_word(verdict: Verdict | None, claim_state: ClaimState | None, status: JobStatus) -> None:
    assert job_status(verdict, claim_state) is status


def test_every_claim_state_has_an_outcome() -> None:
    assert all(job_status(Verdict.MATCH, state) for state in ClaimState)


def test_only_an_accepted_state_reads_as_accepted() -> None:
    accepted = {state for state in ClaimState if job_status(Verdict.MATCH, state) is JobStatus.ACCEPTED}
    assert accepted == {ClaimState.CONFIRMED, ClaimState.HELD}


@pytest.mark.parametrize("spelling", ["face-to-face", "Face to face", "FACE  TO_FACE"])
def test_spellings_of_a_kind_are_one_kind(spelling: str) -> None:
    configuration = BotConfiguration.model_validate({"job_type_filter": [], "exclude_types": [spelling]})
    assert configuration.exclude_types == ("Face to Face",)
    assert kind_key(spelling) == kind_key("Face to Face")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"check_interval_seconds": 0.01}, "greater than or equal to 0.2"),
        ({"max_accept_per_run": -1}, "greater than or equal to 0"),
        ({"exclude_types": ["Face to Fase"]}, "'Face to Fase' is not a kind of job on this portal"),
        ({"required_fields": ["colour"]}, "'colour' is not a field of a job"),
        ({"job_type_filter": ["BSL"], "exclude_types": ["BSL"]}, "BSL cannot be wanted and excluded"),
        ({"max_acept_per_run": 3}, "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_setting_is_refused_in_words(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        BotConfiguration.model_validate(change)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"verdict": None, "claim_state": None}, JobStatus.PENDING),
        ({"verdict": Verdict.MATCH, "claim_state": None, "only_watched": True}, JobStatus.WATCHED),
        ({"verdict": Verdict.NO_MATCH, "claim_state": None, "only_watched": True}, JobStatus.REJECTED),
        ({"verdict": Verdict.MATCH, "claim_state": ClaimState.OFFERED}, JobStatus.OFFERED),
        ({"verdict": Verdict.MATCH, "claim_state": ClaimState.EXPIRED}, JobStatus.DECLINED),
        ({"verdict": None, "claim_state": None, "is_lost": True}, JobStatus.LOST),
        # whatever the rules said of it: it is ours
        ({"verdict": Verdict.NO_MATCH, "claim_state": None, "given": Given.OURS}, JobStatus.GIVEN),
        ({"verdict": Verdict.MATCH, "claim_state": ClaimState.LOST, "given": Given.OURS}, JobStatus.GIVEN),
        ({"verdict": None, "claim_state": None, "given": Given.TAKEN_BACK}, JobStatus.TAKEN_BACK),
        # a claim under way, or one that made it ours, has the last word
        ({"verdict": Verdict.MATCH, "claim_state": ClaimState.HELD, "given": Given.OURS}, JobStatus.ACCEPTED),
        ({"verdict": Verdict.MATCH, "claim_state": ClaimState.UNKNOWN, "given": Given.OURS}, JobStatus.UNKNOWN),
    ],
)
def test_a_jobs_outcome_in_one_word(facts: dict[str, Any], status: JobStatus) -> None:
    assert job_status(**facts) is status


@pytest.mark.parametrize("name", ["job_type_filter", "exclude_types", "languages", "places", "clients"])
def test_one_text_is_a_list_of_one(name: str) -> None:
    text = "BSL"
    assert getattr(BotConfiguration.model_validate({name: text}), name) == (text,)


@pytest.mark.parametrize(
    "change",
    [
        {"exclude_dates": [{"first": 0, "last": "2026-01-01"}]},
        {"dates": [{"first": "2026-01-01", "last": 1_800_000_000}]},
        {"weekly_hours": [{"days": ["monday"], "start": 9}]},
        {"opening_hours": [{"days": ["monday"], "end": 61_200.0}]},
    ],
)
def test_a_number_is_no_date_and_no_time(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="write it as a text, not as a number"):
        BotConfiguration.model_validate(change)


def test_a_number_is_no_moment_either() -> None:
    with pytest.raises(ValidationError, match="not as a number"):
        Stop.model_validate({"type": "stop", "issued_at": 0, "reason": "why"})


@pytest.mark.parametrize("length", [499, 500, 501, 100_000])
def test_a_long_name_is_cut_and_says_so(length: int) -> None:
    job = PortalJob(job_number="1", reference="1/atoz", portal_id="1", portal_status="matched", kind="k" * length)
    assert job.kind == ("k" * length if length <= 500 else "k" * 499 + "…")


def test_a_number_that_is_too_long_is_refused_and_never_cut() -> None:
    with pytest.raises(ValidationError, match="at most 200"):
        PortalJob(job_number="1" * 201, reference="1/atoz", portal_id="1", portal_status="matched")
