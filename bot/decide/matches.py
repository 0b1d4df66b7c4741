"""What is done about a match: claimed, or offered to the owner, with a page that is fresh enough."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.claim.claim_manager import ClaimManager
from bot.claim.claim_store import ClaimStore
from bot.claim.waiting_claims import WaitingClaims
from bot.decide.verdict_reports import VerdictReports
from bot.decide.weigher import Weigher
from bot.domain.rules.decision import Decision
from bot.state.board_state import TrackedJob
from bot.state.domain_events import PagesNeeded, Publisher
from common.states import ClaimState

_CHANGED = "The job has changed; it is offered anew."


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchPorts:
    """What acting on matches needs of others."""

    claims: ClaimStore
    claim_manager: ClaimManager
    waiting: WaitingClaims
    weigher: Weigher
    reports: VerdictReports
    publisher: Publisher


class Matches:
    """Claims and offers matches."""

    def __init__(self, ports: MatchPorts, *, page_is_fresh: timedelta) -> None:
        """``page_is_fresh``: a page that was read longer ago than this is read again first."""
        self._ports = ports
        self._page_is_fresh = page_is_fresh

    def has_fresh_page(self, tracked: TrackedJob, at: datetime) -> bool:
        """Whether the job's page was read recently enough to act on."""
        # a page from the future: the clock was set back, and the page's age is unknown
        return tracked.page_read_at is not None and timedelta(0) <= at - tracked.page_read_at <= self._page_is_fresh

    def request_page(self, tracked: TrackedJob) -> None:
        """Have the job's page read again; the job is weighed when it was."""
        tracked.page_digest = None
        self._ports.publisher.publish(PagesNeeded())

    def claim(self, tracked: TrackedJob, decision: Decision, decided_at: datetime) -> None:
        """Claim a match. Its place is taken when this returns."""
        waiting = self._ports.claims.waiting(tracked.number)
        if waiting is not None and waiting.state is ClaimState.OFFERED:
            # without an approval: if the bot has to ask again before the accept leaves, it is not sent
            self._ports.waiting.approve(tracked.number, at=None)
        self._ports.weigher.count_claim()
        self._ports.reports.forget(tracked)
        self._ports.claim_manager.claim(tracked, decision, decided_at=decided_at)
        self._ports.reports.report_claimed(tracked, decision)

    def offer(self, tracked: TrackedJob, decision: Decision, decided_at: datetime) -> None:
        """Offer a match to the owner; an offer of the job as it was before is withdrawn."""
        if self._ports.claims.waiting(tracked.number) is not None:
            self._ports.waiting.withdraw(tracked.number, _CHANGED)
        self._ports.reports.forget(tracked)
        expires_at = decided_at + self._ports.weigher.offer_deadline
        self._ports.waiting.offer(tracked, decision, decided_at=decided_at, expires_at=expires_at)
        self._ports.reports.report_claimed(tracked, decision)
