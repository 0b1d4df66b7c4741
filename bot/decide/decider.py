"""From what is known of a job to what is done about it: claimed, offered, watched, refused, or left for later.

``decide`` weighs everything that has to be weighed, in the order of the owner's preference, and acts on the answers in
the same step: nothing is awaited, so no two decisions overlap. The owner's ``mode`` says what becomes of a match:

- ``accept``: it is claimed. What waits for an answer is claimed as well, if the rules still agree.
- ``ask``: it is offered (``bot.decide.offers``). Each job is weighed for itself, because an offer takes no place. An
  approved job is weighed once more, with a fresh page, the rules as they are, caps and calendar; then it is claimed.
- ``watch``: it is recorded, and nothing is accepted; what waits for an answer is withdrawn.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.account.rate_limiter import RateLimiter
from bot.availability.commitments import Commitments
from bot.claim.claim_store import ClaimStore
from bot.claim.ports import AccountLease
from bot.claim.waiting_claims import WaitingClaims
from bot.clock import now
from bot.decide.approvals import Approvals
from bot.decide.auto_reject import AutoRejector
from bot.decide.matches import Matches
from bot.decide.vanished_offers import VanishedOffers
from bot.decide.verdict_reports import VerdictReports
from bot.decide.weigher import Weigher
from bot.domain.rules.decision import Decision
from bot.domain.rules.what import ANSWERED_BY_HAND
from bot.state.board_state import BoardState, TrackedJob
from bot.state.session_status import BotSession
from common.states import ClaimState, Verdict
from contract.configuration import BotConfiguration
from contract.owner_rules import Mode


@dataclass(frozen=True, kw_only=True, slots=True)
class DecideSteps:
    """The classes that decisions are made with and carried out by."""

    weigher: Weigher
    matches: Matches
    approvals: Approvals
    vanished: VanishedOffers
    reports: VerdictReports
    auto_rejector: AutoRejector


@dataclass(frozen=True, kw_only=True, slots=True)
class DecidePorts:
    """What decisions depend on."""

    session: BotSession
    account: AccountLease
    rate_limiter: RateLimiter
    commitments: Commitments
    board: BoardState
    claims: ClaimStore
    waiting: WaitingClaims


class Decider:
    """Applies the owner's rules to every tracked job."""

    def __init__(self, steps: DecideSteps, ports: DecidePorts) -> None:
        self._steps = steps
        self._ports = ports
        self._calendars_version = ports.commitments.calendars_version

    @property
    def is_at_work(self) -> bool:
        """Whether decisions are made at the moment: the session runs, the account is ours, our jobs are known."""
        ports = self._ports
        return ports.commitments.assigned is not None and ports.session.may_claim and ports.account.may_claim()

    def configure(self, configuration: BotConfiguration) -> None:
        """Decide by this configuration from now on."""
        weigher = self._steps.weigher
        weigher.configure(configuration)
        is_wanted = configuration.reject_excluded and weigher.mode is not Mode.WATCH
        self._steps.auto_rejector.configure(weigher.rules, is_wanted=is_wanted)
        self._steps.approvals.withdraw_if_only_watching()

    def start_cycle(self) -> None:
        """Begin a poll cycle with a new board: the cap for each cycle counts from 0, and calendars may have changed."""
        self._steps.weigher.start_cycle()
        if self._steps.weigher.rules.max_accept_per_pass is not None:
            self._ports.board.forget_refusals_by("max_accept_per_pass")
        if self._calendars_version != self._ports.commitments.calendars_version:
            self._calendars_version = self._ports.commitments.calendars_version
            self._ports.board.forget_decisions()

    def decide(self) -> None:
        """Weigh what has to be weighed, and act on the answers. Nothing is awaited: no two decisions overlap."""
        ports = self._ports
        if ports.commitments.assigned is None or not ports.session.may_claim:
            return
        ports.commitments.expect_calendars()
        if not ports.commitments.may_decide:
            return
        self._steps.approvals.follow()
        to_weigh = {tracked.number: tracked for tracked in ports.board if self._has_to_be_weighed(tracked)}
        if not to_weigh:
            return
        decided_at = now()
        for job, decision in self._steps.weigher.weigh_all([one.job for one in to_weigh.values()], decided_at):
            self._act(to_weigh[job.job_number], decision, decided_at)

    def decide_all_again(self) -> None:
        """Weigh every job anew: something changed that the rules depend on."""
        self._ports.board.forget_decisions()
        self.decide()

    def _has_to_be_weighed(self, tracked: TrackedJob) -> bool:
        if not tracked.is_read or tracked.is_gone or not (tracked.decision is None or tracked.is_match):
            return False
        claims, mode = self._ports.claims, self._steps.weigher.mode
        waiting = claims.waiting(tracked.number)
        if waiting is not None:
            has_changed = waiting.row_digest != tracked.row.digest
            return waiting.state is ClaimState.OFFERED and (mode is Mode.ACCEPT or has_changed)
        match mode:
            case Mode.ACCEPT:
                return claims.may_be_claimed(tracked)
            case Mode.ASK:
                return claims.may_be_offered(tracked)
            case Mode.WATCH:
                return claims.may_be_claimed(tracked) and not (tracked.is_watched and tracked.is_match)

    def _act(self, tracked: TrackedJob, decision: Decision, decided_at: datetime) -> None:
        was_match, tracked.decision = tracked.is_match, decision
        if decision.verdict is Verdict.MATCH:
            self._act_on_match(tracked, decision, decided_at)
            return
        self._act_on_refusal(tracked, decision, decided_at)
        if was_match:
            self._ports.board.forget_decisions()  # what it kept out may match now

    def _act_on_match(self, tracked: TrackedJob, decision: Decision, decided_at: datetime) -> None:
        mode, matches = self._steps.weigher.mode, self._steps.matches
        if mode is Mode.WATCH:
            self._steps.reports.report_watched(tracked, decision, decided_at)
        elif not self._may_act(mode):
            return  # it stays a match, and is claimed when the account is ours again, or the portal may be asked
        elif not matches.has_fresh_page(tracked, decided_at):
            matches.request_page(tracked)
        elif mode is Mode.ASK:
            matches.offer(tracked, decision, decided_at)
        else:
            matches.claim(tracked, decision, decided_at)

    def _may_act(self, mode: Mode) -> bool:
        is_asked_to_wait = mode is Mode.ACCEPT and self._ports.rate_limiter.is_asked_to_wait
        return self._ports.account.may_claim() and not is_asked_to_wait

    def _why_withdrawn(self, tracked: TrackedJob, decision: Decision) -> str:
        if tracked.job.portal_status in ANSWERED_BY_HAND:
            return decision.summary
        is_accepting = self._steps.weigher.mode is Mode.ACCEPT
        said = "You told the bot to accept without asking" if is_accepting else "The job has changed"
        return f"{said}, and now your rules say no: {decision.summary}"

    def _act_on_refusal(self, tracked: TrackedJob, decision: Decision, decided_at: datetime) -> None:
        if self._ports.claims.waiting(tracked.number) is not None:
            if "portal_status" in decision.refusals and tracked.job.portal_status not in ANSWERED_BY_HAND:
                self._steps.vanished.add(tracked.number)
                return
            self._ports.waiting.withdraw(tracked.number, self._why_withdrawn(tracked, decision))
        self._steps.auto_rejector.consider(tracked, decision)
        self._steps.reports.report_refused(tracked, decision, decided_at)
