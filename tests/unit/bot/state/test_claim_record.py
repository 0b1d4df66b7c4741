"""Claims and jobs as they go over the wire."""

from datetime import timedelta

import pytest

from bot.claim.waiting_claims import matched_claim
from bot.domain.claim import IllegalTransition
from bot.state.claim_record import portal_job, unclaimed_report
from common.states import ClaimState
from contract.jobs import Given, JobStatus, LossReason
from tests.support.engine_support import job
from tests.support.parts import AT, MATCH, Claims, refusal_by, tracked


def test_every_field_of_a_job_travels() -> None:
    one = job(1)
    assert {name: getattr(one, name) for name in type(one).__dataclass_fields__} == portal_job(one).model_dump()


def test_a_deadline_travels_with_an_offer_alone() -> None:
    record = matched_claim(Claims().store, tracked(1), MATCH, decided_at=AT)
    deadline = AT + timedelta(minutes=2)
    offered = record.moved(ClaimState.OFFERED, expires_at=deadline)
    assert (offered.report().status, offered.report().offer_expires_at) == (JobStatus.OFFERED, deadline)
    declined = offered.moved(ClaimState.DECLINED)
    assert (declined.report().status, declined.report().offer_expires_at) == (JobStatus.DECLINED, None)
    with pytest.raises(IllegalTransition):
        declined.moved(ClaimState.APPROVED)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"decision": refusal_by("languages")}, JobStatus.REJECTED),
        ({"decision": MATCH, "only_watched": True}, JobStatus.WATCHED),
        ({"decision": None, "loss": (LossReason.TAKEN_BEFORE_SEEN, "It was gone.")}, JobStatus.LOST),
        ({"decision": None, "given": Given.OURS}, JobStatus.GIVEN),
    ],
)
def test_a_job_without_a_claim_says_what_became_of_it(said: dict[str, object], status: JobStatus) -> None:
    report = unclaimed_report(job(1), seen_at=AT, decided_at=None, **said)  # type: ignore[arg-type]  # as it takes them
    assert report.status is status
