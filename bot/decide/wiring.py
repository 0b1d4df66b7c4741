"""Building the parts that decide, for ``bot.engine.wiring``."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.account.portal_session import PortalSession
from bot.account.rate_limiter import RateLimiter
from bot.availability.assigned_jobs import AssignedJobs
from bot.availability.commitments import Commitments
from bot.claim.claim_manager import ClaimManager
from bot.claim.claim_store import ClaimStore
from bot.claim.ports import AccountLease, TaskStarter
from bot.claim.waiting_claims import WaitingClaims
from bot.decide.approvals import ApprovalPorts, Approvals
from bot.decide.auto_reject import AutoRejector, RejectPorts
from bot.decide.decider import DecidePorts, Decider, DecideSteps
from bot.decide.deferred import DeferredWork
from bot.decide.matches import Matches, MatchPorts
from bot.decide.missed_jobs import MissedJobs, MissedPorts
from bot.decide.offers import OfferPorts, Offers
from bot.decide.tally import UnclaimedTally
from bot.decide.vanished_offers import VanishedOffers, VanishedPorts
from bot.decide.verdict_reports import ReportPorts, VerdictReports
from bot.decide.weigher import Weigher
from bot.events import EventSink
from bot.state.board_state import BoardState
from bot.state.domain_events import Publisher
from bot.state.journal import Journal
from bot.state.session_status import BotSession


@dataclass(frozen=True, kw_only=True, slots=True)
class DecideNeeds:
    """What the parts that decide are built from."""

    session: BotSession
    account: AccountLease
    rate_limiter: RateLimiter
    portal: PortalSession
    journal: Journal
    events: EventSink
    publisher: Publisher
    tasks: TaskStarter
    deferred: DeferredWork
    board: BoardState
    claims: ClaimStore
    claim_manager: ClaimManager
    waiting: WaitingClaims
    weigher: Weigher
    commitments: Commitments
    assigned_jobs: AssignedJobs
    page_is_fresh: timedelta
    zone: ZoneInfo


@dataclass(frozen=True, kw_only=True, slots=True)
class DecideParts:
    """The parts that decide."""

    decider: Decider
    approvals: Approvals
    vanished: VanishedOffers
    missed: MissedJobs
    offers: Offers
    auto_rejector: AutoRejector
    tally: UnclaimedTally


def wire_decisions(needs: DecideNeeds) -> DecideParts:
    """Build the parts that decide; they do so by a configuration once ``Decider.configure`` was called."""
    tally = UnclaimedTally(needs.claims, needs.journal)
    reports = _reports(needs, tally)
    matches = _matches(needs, reports)
    vanished = _vanished_offers(needs)
    approvals = _approvals(needs, matches, vanished)
    auto_rejector = _auto_rejector(needs)
    steps = DecideSteps(
        weigher=needs.weigher,
        matches=matches,
        approvals=approvals,
        vanished=vanished,
        reports=reports,
        auto_rejector=auto_rejector,
    )
    decider = _decider(needs, steps)
    return DecideParts(
        decider=decider,
        approvals=approvals,
        vanished=vanished,
        missed=_missed_jobs(needs, tally, auto_rejector),
        offers=_offers(needs, vanished, decider),
        auto_rejector=auto_rejector,
        tally=tally,
    )


def _reports(needs: DecideNeeds, tally: UnclaimedTally) -> VerdictReports:
    ports = ReportPorts(
        claims=needs.claims, tally=tally, journal=needs.journal, events=needs.events, deferred=needs.deferred
    )
    return VerdictReports(ports)


def _matches(needs: DecideNeeds, reports: VerdictReports) -> Matches:
    ports = MatchPorts(
        claims=needs.claims,
        claim_manager=needs.claim_manager,
        waiting=needs.waiting,
        weigher=needs.weigher,
        reports=reports,
        publisher=needs.publisher,
    )
    return Matches(ports, page_is_fresh=needs.page_is_fresh)


def _vanished_offers(needs: DecideNeeds) -> VanishedOffers:
    ports = VanishedPorts(
        claims=needs.claims,
        waiting=needs.waiting,
        board=needs.board,
        weigher=needs.weigher,
        assigned_jobs=needs.assigned_jobs,
    )
    return VanishedOffers(ports)


def _approvals(needs: DecideNeeds, matches: Matches, vanished: VanishedOffers) -> Approvals:
    ports = ApprovalPorts(
        claims=needs.claims,
        waiting=needs.waiting,
        board=needs.board,
        weigher=needs.weigher,
        matches=matches,
        vanished=vanished,
        account=needs.account,
        rate_limiter=needs.rate_limiter,
        events=needs.events,
    )
    return Approvals(ports)


def _auto_rejector(needs: DecideNeeds) -> AutoRejector:
    ports = RejectPorts(
        portal=needs.portal,
        journal=needs.journal,
        events=needs.events,
        session=needs.session,
        account=needs.account,
        tasks=needs.tasks,
    )
    return AutoRejector(ports)


def _decider(needs: DecideNeeds, steps: DecideSteps) -> Decider:
    ports = DecidePorts(
        session=needs.session,
        account=needs.account,
        rate_limiter=needs.rate_limiter,
        commitments=needs.commitments,
        board=needs.board,
        claims=needs.claims,
        waiting=needs.waiting,
    )
    return Decider(steps, ports)


def _missed_jobs(needs: DecideNeeds, tally: UnclaimedTally, auto_rejector: AutoRejector) -> MissedJobs:
    ports = MissedPorts(
        claims=needs.claims,
        board=needs.board,
        weigher=needs.weigher,
        tally=tally,
        auto_rejector=auto_rejector,
        account=needs.account,
        journal=needs.journal,
        events=needs.events,
        deferred=needs.deferred,
    )
    return MissedJobs(ports)


def _offers(needs: DecideNeeds, vanished: VanishedOffers, decider: Decider) -> Offers:
    ports = OfferPorts(
        claims=needs.claims,
        waiting=needs.waiting,
        weigher=needs.weigher,
        vanished=vanished,
        decider=decider,
        events=needs.events,
    )
    return Offers(ports, zone=needs.zone)
