"""Recording the jobs that matched, or might have, and were gone before there was a claim."""

from dataclasses import dataclass

import structlog

from bot.claim.claim_store import ClaimStore
from bot.claim.ports import AccountLease
from bot.clock import now
from bot.decide.auto_reject import AutoRejector
from bot.decide.deferred import DeferredWork
from bot.decide.tally import UnclaimedTally
from bot.decide.weigher import Weigher
from bot.events import EventSink
from bot.state.board_state import BoardState, TrackedJob
from bot.state.claim_record import unclaimed_report
from bot.state.domain_events import JobLeftBoard
from bot.state.journal import Journal
from common.states import Verdict
from contract.jobs import LossReason
from contract.owner_rules import Mode

log = structlog.get_logger(__name__)

_Loss = tuple[LossReason, str]

_ACCOUNT_ELSEWHERE = "Another bot had the account, and the job was gone before that changed."
_GONE = "It was gone before the accept could be sent."
_PAGE_UNREADABLE = "Its page could not be read before it was gone."
_GONE_AT_FIRST_READING = "It was gone when its page was read for the first time."


@dataclass(frozen=True, kw_only=True, slots=True)
class MissedPorts:
    """What recording missed jobs needs of others."""

    claims: ClaimStore
    board: BoardState
    weigher: Weigher
    tally: UnclaimedTally
    auto_rejector: AutoRejector
    account: AccountLease
    journal: Journal
    events: EventSink
    deferred: DeferredWork


class MissedJobs:
    """Notices missed jobs as they leave the board."""

    def __init__(self, ports: MissedPorts) -> None:
        self._ports = ports

    def receive_departure(self, event: JobLeftBoard) -> None:
        """A job is gone: record its loss if it was never claimed, and have those weighed again that it kept out."""
        tracked, ports = event.tracked, self._ports
        was_match = tracked.is_match
        if ports.claims.get(tracked.number) is None and ports.weigher.mode is not Mode.WATCH:
            loss = self._loss_of(tracked)
            if loss is not None:
                self._record(tracked, loss)
        if was_match:
            tracked.decision = None
            ports.board.forget_decisions()

    def _loss_of(self, tracked: TrackedJob) -> _Loss | None:
        """Why a job that is gone counts as a loss; None if it does not. The job may be weighed for this."""
        ports = self._ports
        if ports.tally.is_missed(tracked.number) or ports.auto_rejector.has_rejected(tracked.number):
            return None
        if tracked.decision is None and tracked.page_read_at is None:
            return self._loss_of_unread(tracked)
        decision = tracked.decision or ports.weigher.weigh(tracked.job, now())
        if decision.verdict is Verdict.NO_MATCH:
            return None
        tracked.decision = decision
        if not ports.account.may_claim():
            return LossReason.SESSION_ENDED, _ACCOUNT_ELSEWHERE
        return LossReason.TAKEN_WHILE_DECIDING, _GONE

    def _loss_of_unread(self, tracked: TrackedJob) -> _Loss | None:
        """The same by what the board itself shows: if the rules refuse by that, nothing was lost."""
        if self._ports.weigher.weigh_unread(tracked.job).verdict is Verdict.NO_MATCH:
            return None
        if tracked.failed_reads:
            return LossReason.PORTAL_FAILING, _PAGE_UNREADABLE
        return LossReason.TAKEN_BEFORE_SEEN, _GONE_AT_FIRST_READING

    def _record(self, tracked: TrackedJob, loss: _Loss) -> None:
        ports, number = self._ports, tracked.number
        decision, decided_at = tracked.decision, now()
        ports.tally.add_missed(number)

        def report() -> None:
            if not ports.tally.is_missed(number) or ports.claims.get(number) is not None:
                return  # it came back meanwhile, or it is ours after all
            log.info("gone before it was claimed", action="job_missed", job=number, reason=loss[0], detail=loss[1])
            ports.journal.remember_missed(ports.claims.session_id, number)
            at = decided_at if decision is not None else None
            seen_at = tracked.seen_at
            ports.events.job(unclaimed_report(tracked.job, decision, seen_at=seen_at, decided_at=at, loss=loss))

        ports.deferred.add(report)
