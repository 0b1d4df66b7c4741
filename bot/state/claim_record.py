"""A claim as it stands in memory and in the journal, and the reports of jobs that go over the wire."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from bot.domain.claim import advance
from bot.domain.job import Job
from bot.domain.rules.decision import Decision
from common.states import ClaimState
from contract.jobs import (
    Given,
    JobDecision,
    JobReport,
    JobTimes,
    LossReason,
    PortalJob,
    RuleOutcome,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimRecord:
    """One claim. A job that is free again after its claim was lost may get another claim: a further ``attempt``."""

    job: Job
    decision: Decision
    #: 1 for a job's first claim
    attempt: int
    #: the session that made the claim; its cap counts it
    session_id: str
    state: ClaimState
    loss_reason: LossReason | None = None
    #: the portal's words, or what was seen
    loss_detail: str | None = None
    #: first read from the board
    seen_at: datetime
    decided_at: datetime
    #: the intent was handed to the disk; an accept that went out did so after this
    intended_at: datetime | None = None
    #: the accept left this machine; None while it did not, and if a crash hides when it did
    submitted_at: datetime | None = None
    #: the portal's own status told the outcome, and it stood when it was read again
    confirmed_at: datetime | None = None
    #: until when an offer waits for an answer; None for a job that was never offered
    expires_at: datetime | None = None
    #: the owner said yes to the offer
    approved_at: datetime | None = None
    #: of the row that was offered. That very row is not offered again after it was declined or not answered in time;
    #: None if it may be offered again
    row_digest: str | None = None

    def moved(self, to: ClaimState, **changes: Any) -> Self:
        """The claim in its next state; raises IllegalTransition for a step that is not in the table."""
        return replace(self, state=advance(self.state, to), **changes)

    def report(self, given: Given | None = None) -> JobReport:
        """The claim as a report for the control plane.

        ``given`` tells that the job is ours, or was, without an accept of the bot.
        """
        return JobReport(
            job=portal_job(self.job),
            decision=job_decision(self.decision),
            claim_state=self.state,
            loss_reason=self.loss_reason,
            loss_detail=self.loss_detail,
            offer_expires_at=self.expires_at if self.state is ClaimState.OFFERED else None,
            given=given,
            times=JobTimes(
                seen_at=self.seen_at,
                decided_at=self.decided_at,
                submitted_at=self.submitted_at,
                confirmed_at=self.confirmed_at,
            ),
        )


def unclaimed_report(
    job: Job,
    decision: Decision | None,
    *,
    seen_at: datetime,
    decided_at: datetime | None,
    loss: tuple[LossReason, str] | None = None,
    only_watched: bool = False,
    given: Given | None = None,
) -> JobReport:
    """The report of a job without a claim; ``loss``: why, and in which words, it was gone before there was one."""
    return JobReport(
        job=portal_job(job),
        decision=job_decision(decision) if decision else None,
        loss_reason=loss[0] if loss else None,
        loss_detail=loss[1] if loss else None,
        only_watched=only_watched,
        given=given,
        times=JobTimes(seen_at=seen_at, decided_at=decided_at),
    )


def portal_job(job: Job) -> PortalJob:
    """A job as it goes over the wire; every field of ``Job`` is one of the wire's."""
    return PortalJob(**{name: getattr(job, name) for name in Job.__dataclass_fields__})


def job_decision(decision: Decision) -> JobDecision:
    """A decision as it goes over the wire."""
    return JobDecision(
        verdict=decision.verdict,
        summary=decision.summary,
        reasons=tuple(
            RuleOutcome(rule=answer.rule, passed=answer.passed, why=answer.why) for answer in decision.reasons
        ),
    )
