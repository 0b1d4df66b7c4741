"""Claims of which nothing was sent: offers that wait for the owner's answer, and approvals that wait to be sent."""

from datetime import datetime

from bot.claim.claim_store import ClaimStore
from bot.domain.claim import takes_place
from bot.domain.rules.decision import Decision
from bot.state.board_state import TrackedJob
from bot.state.claim_record import ClaimRecord
from bot.state.domain_events import PlaceFreed, Publisher
from common.states import ClaimState
from contract.jobs import LossReason


def matched_claim(claims: ClaimStore, tracked: TrackedJob, decision: Decision, *, decided_at: datetime) -> ClaimRecord:
    """A new claim of a job that every rule agrees to; it is counted as an attempt and not yet in the store."""
    return ClaimRecord(
        job=tracked.job,
        decision=decision,
        attempt=claims.next_attempt(tracked.number),
        session_id=claims.session_id,
        state=ClaimState.MATCHED,
        seen_at=tracked.seen_at,
        decided_at=decided_at,
    )


class WaitingClaims:
    """Moves claims through offer, approval and their ends."""

    def __init__(self, claims: ClaimStore, publisher: Publisher) -> None:
        self._claims = claims
        self._publisher = publisher

    def offer(self, tracked: TrackedJob, decision: Decision, *, decided_at: datetime, expires_at: datetime) -> None:
        """Offer a job that every rule agrees to to the owner. No place is taken."""
        self._claims.put(matched_claim(self._claims, tracked, decision, decided_at=decided_at))
        self._claims.move(tracked.number, ClaimState.OFFERED, expires_at=expires_at, row_digest=tracked.row.digest)

    def approve(self, job_number: str, *, at: datetime | None) -> None:
        """Approve an offer: its place is taken when this returns. The job is weighed again before it is claimed.

        ``at``: when the owner said yes; None if the owner need not be asked any more.
        """
        self._claims.move(job_number, ClaimState.APPROVED, approved_at=at)

    def decline(self, job_number: str, message: str) -> None:
        """End an offer that the owner declined."""
        self._claims.move(job_number, ClaimState.DECLINED, loss_detail=message)

    def expire(self, job_number: str, message: str) -> None:
        """End an offer that was not answered in time: the very row that was offered is not offered again."""
        self._claims.move(job_number, ClaimState.EXPIRED, loss_detail=message)

    def withdraw(self, job_number: str, message: str) -> None:
        """End a waiting claim that is not to be accepted any more; the job may be offered again."""
        self._end(job_number, ClaimState.EXPIRED, loss_detail=message, row_digest=None)

    def lose(self, job_number: str, reason: LossReason, message: str) -> None:
        """End a waiting claim whose job went to somebody else."""
        self._end(job_number, ClaimState.LOST, loss_reason=reason, loss_detail=message)

    def _end(self, job_number: str, to: ClaimState, **changes: object) -> None:
        held_place = takes_place(self._claims[job_number].state)
        self._claims.move(job_number, to, **changes)
        if held_place:
            self._publisher.publish(PlaceFreed())
