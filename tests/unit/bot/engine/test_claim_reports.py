"""Reports of claims as they change."""

from dataclasses import dataclass
from typing import cast

import pytest

from bot.availability.externally_assigned import ExternallyAssigned
from bot.claim.waiting_claims import matched_claim
from bot.engine.claim_reports import ClaimReporter
from bot.state.domain_events import ClaimChanged
from common.states import ClaimState
from contract.jobs import Given, JobStatus, LossReason
from tests.support.engine_support import Heard
from tests.support.parts import AT, MATCH, Claims, tracked


@dataclass
class Assigned:
    """Says where a job stands that no bot accepted."""

    given: Given | None

    def status(self, job_number: str) -> Given | None:
        return self.given if job_number == "1" else None


@pytest.mark.parametrize(
    ("given", "status"),
    [(None, JobStatus.LOST), (Given.OURS, JobStatus.GIVEN), (Given.TAKEN_BACK, JobStatus.TAKEN_BACK)],
)
def test_a_lost_claim_is_reported_with_what_became_of_the_job(given: Given | None, status: JobStatus) -> None:
    heard = Heard()
    reporter = ClaimReporter(events=heard, externally_assigned=cast(ExternallyAssigned, Assigned(given)))
    record = matched_claim(Claims().store, tracked(1), MATCH, decided_at=AT)
    reporter.report(ClaimChanged(record.moved(ClaimState.LOST, loss_reason=LossReason.REFUSED)))
    (report,) = heard.reports
    assert (report.claim_state, report.given, report.status) == (ClaimState.LOST, given, status)
