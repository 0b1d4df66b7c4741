"""Waiting jobs that have left the board: the list of our jobs tells what became of them.

The owner may have taken such a job by hand; else somebody else has it, or the portal hides it behind a job of ours.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.availability.assigned_jobs import AssignedJobs
from bot.claim.claim_store import ClaimStore
from bot.claim.waiting_claims import WaitingClaims
from bot.clock import now
from bot.decide.weigher import Weigher
from bot.state.board_state import BoardState, TrackedJob
from bot.state.claim_record import ClaimRecord
from bot.state.domain_events import AssignedJobsRead
from common.states import ClaimState
from contract.jobs import LossReason

_TAKEN_WHILE_OFFERED = "Somebody took it while it waited for your answer."
_TAKEN_AFTER_APPROVAL = "You said yes, and somebody took it before it could be accepted."
_YOURS_ALREADY = "It is yours already: you took it on the portal, or the agency gave it to you."


@dataclass(frozen=True, kw_only=True, slots=True)
class VanishedPorts:
    """What finding out about vanished offers needs of others."""

    claims: ClaimStore
    waiting: WaitingClaims
    board: BoardState
    weigher: Weigher
    assigned_jobs: AssignedJobs


class VanishedOffers:
    """Follows waiting jobs that are not on the board any more, and ends their claims."""

    def __init__(self, ports: VanishedPorts) -> None:
        self._ports = ports
        #: by job number: since when
        self._vanished: dict[str, datetime] = {}

    def has(self, job_number: str) -> bool:
        """Whether a waiting job has left the board, and what became of it is not known yet."""
        return job_number in self._vanished

    def add(self, job_number: str) -> None:
        """Have the list of our jobs read, to find out what became of a waiting job."""
        self._vanished[job_number] = now()
        self._ports.assigned_jobs.refresh()

    def compare_with_board(self) -> None:
        """Find the waiting jobs that have left the board, and those that are back."""
        ports = self._ports
        for record in ports.claims.records:
            number = record.job.job_number
            shown = ports.board.get(number)
            if ports.claims.waiting(number) is None or (shown is not None and self._can_be_had(shown)):
                self._vanished.pop(number, None)
            elif number not in self._vanished and (shown is not None or ports.board.is_whole):
                self.add(number)

    @staticmethod
    def _can_be_had(tracked: TrackedJob) -> bool:
        """Whether the board still offers the job, as far as is known; a row may stay there with another status."""
        decision = tracked.decision
        return not tracked.is_gone and (decision is None or "portal_status" not in decision.refusals)

    def receive_assigned_jobs(self, event: AssignedJobsRead) -> None:
        """End the claims of vanished jobs by a list of our jobs that is newer than their vanishing."""
        for number, since in tuple(self._vanished.items()):
            waiting = self._ports.claims.waiting(number)
            if waiting is None:
                del self._vanished[number]
            elif event.assigned.asked_at < since:
                self._ports.assigned_jobs.refresh()
            else:
                del self._vanished[number]
                self._end(waiting, is_ours=number in event.assigned.job_numbers)

    def _end(self, record: ClaimRecord, *, is_ours: bool) -> None:
        number, was_approved = record.job.job_number, record.state is ClaimState.APPROVED
        overlap = None if is_ours else self._overlap(record)
        if overlap is not None:
            # portals hide what overlaps a job that is ours: it need not be taken
            self._ports.waiting.withdraw(number, f"The portal does not show it any more. {overlap}")
        elif not is_ours:
            message = _TAKEN_AFTER_APPROVAL if was_approved else _TAKEN_WHILE_OFFERED
            self._ports.waiting.lose(number, LossReason.TAKEN_WHILE_DECIDING, message)
        elif was_approved:
            self._ports.waiting.withdraw(number, _YOURS_ALREADY)
        else:
            self._ports.waiting.decline(number, _YOURS_ALREADY)

    def _overlap(self, record: ClaimRecord) -> str | None:
        """Why the owner is not free at the time of this job, in words; None if the owner is."""
        decision = self._ports.weigher.weigh(record.job, now())
        return next(
            (answer.why for answer in decision.reasons if answer.rule == "no_overlap" and not answer.passed), None
        )
