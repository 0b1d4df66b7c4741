"""Approved jobs: each is weighed once more, on a fresh page, and then claimed or withdrawn."""

from dataclasses import dataclass
from datetime import datetime

from bot.account.rate_limiter import RateLimiter
from bot.claim.claim_store import ClaimStore
from bot.claim.ports import AccountLease
from bot.claim.waiting_claims import WaitingClaims
from bot.clock import now
from bot.decide.accept_permission import ASK_FIRST
from bot.decide.matches import Matches
from bot.decide.vanished_offers import VanishedOffers
from bot.decide.weigher import Weigher
from bot.events import EventSink
from bot.state.board_state import BoardState, TrackedJob
from bot.state.claim_record import ClaimRecord
from common.states import ClaimState, Verdict
from contract.owner_rules import Mode

_ONLY_WATCHED = "You told the bot only to watch: the offer was withdrawn, and nothing is accepted."


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalPorts:
    """What following approvals needs of others."""

    claims: ClaimStore
    waiting: WaitingClaims
    board: BoardState
    weigher: Weigher
    matches: Matches
    vanished: VanishedOffers
    account: AccountLease
    rate_limiter: RateLimiter
    events: EventSink


class Approvals:
    """Follows the owner's approvals."""

    def __init__(self, ports: ApprovalPorts) -> None:
        self._ports = ports

    def follow(self) -> None:
        """Claim what is approved, if the rules agree to it at this moment, on a fresh page."""
        for record in self._ports.claims.records:
            waiting = self._ports.claims.waiting(record.job.job_number)
            tracked = self._ports.board.get(record.job.job_number)
            if waiting is not None and waiting.state is ClaimState.APPROVED and tracked is not None:
                self._follow(waiting, tracked)

    def withdraw_if_only_watching(self) -> None:
        """Withdraw everything that waits, if the owner wants nothing to be accepted."""
        if self._ports.weigher.mode is not Mode.WATCH:
            return
        for record in self._ports.claims.records:
            if self._ports.claims.waiting(record.job.job_number):
                self._ports.waiting.withdraw(record.job.job_number, _ONLY_WATCHED)

    def _follow(self, waiting: ClaimRecord, tracked: TrackedJob) -> None:
        ports, at = self._ports, now()
        if ports.weigher.mode is Mode.ASK and waiting.approved_at is None:
            ports.waiting.withdraw(tracked.number, ASK_FIRST)
            tracked.decision = None
        elif not self._can_be_weighed(tracked):
            return
        elif not ports.matches.has_fresh_page(tracked, at):
            ports.matches.request_page(tracked)
        else:
            self._weigh(waiting, tracked, at)

    def _can_be_weighed(self, tracked: TrackedJob) -> bool:
        if tracked.is_gone or not tracked.is_read or self._ports.vanished.has(tracked.number):
            return False
        return self._ports.account.may_claim() and not self._ports.rate_limiter.is_asked_to_wait

    def _weigh(self, waiting: ClaimRecord, tracked: TrackedJob, at: datetime) -> None:
        ports, number = self._ports, tracked.number
        own_places = int(waiting.session_id == ports.claims.session_id)
        decision = ports.weigher.weigh(tracked.job, at, own_places=own_places)
        tracked.decision = decision
        if decision.verdict is Verdict.MATCH:
            ports.matches.claim(tracked, decision, at)
        elif "portal_status" in decision.refusals:
            ports.vanished.add(number)
        else:
            message = f"You said yes, and by now your rules say no: {decision.summary}"
            ports.waiting.withdraw(number, message)
            ports.events.notice(action="approval_refused", message=f"Job {number} is not accepted. {message}")
