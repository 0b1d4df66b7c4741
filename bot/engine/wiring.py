"""Building the engine's parts, and the one place that says which part receives which event."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.account.portal_session import LoginResult, PortalSession
from bot.account.rate_limiter import RateLimiter
from bot.availability.assigned_jobs import AssignedJobs, AssignedJobsPorts
from bot.availability.commitments import Commitments, NoCalendars, OtherCalendars
from bot.availability.externally_assigned import ExternallyAssigned, ExternallyAssignedPorts
from bot.claim.claim_manager import ClaimManager, ClaimSteps
from bot.claim.claim_store import ClaimStore
from bot.claim.confirm import Confirmer
from bot.claim.evidence import ClaimEvidence, KeepEvidence, keep_nothing
from bot.claim.hold_check import HoldCheck
from bot.claim.ports import AccountLease
from bot.claim.status_reader import StatusReader
from bot.claim.submit import SubmitPorts, Submitter
from bot.claim.waiting_claims import WaitingClaims
from bot.decide.accept_permission import LastMomentPermission
from bot.decide.decider import Decider
from bot.decide.deferred import DeferredWork
from bot.decide.weigher import Weigher
from bot.decide.wiring import DecideNeeds, DecideParts, wire_decisions
from bot.engine.assigned_list_health import AssignedListHealth
from bot.engine.board_poller import BoardPoller
from bot.engine.claim_reports import ClaimReporter
from bot.engine.engine import EngineParts
from bot.engine.opening_gate import OpeningGate
from bot.engine.page_reader import PagePorts, PageReader
from bot.engine.poll_scheduler import PollScheduler, SchedulerPorts
from bot.engine.portal_health import PortalHealth
from bot.engine.posting_history import PostingHistory
from bot.engine.session_conditions import SessionConditions
from bot.engine.sign_in_status import SignInStatus
from bot.engine.task_runner import TaskRunner
from bot.engine.times import EngineTimes
from bot.engine.unreadable_pages import PageKeeper, UnreadablePageStore
from bot.events import EventSink
from bot.portal.definition.model import PortalDefinition
from bot.portal.screenshot import Picture
from bot.state.board_state import BoardState
from bot.state.domain_events import (
    AssignedJobsRead,
    AssignedJobsUnread,
    AssignmentFound,
    BoardRead,
    ClaimChanged,
    IntentNotWritten,
    IntentWritten,
    JobLeftBoard,
    PagesNeeded,
    PlaceFreed,
    PortalFailing,
    Publisher,
    SignedIn,
)
from bot.state.journal import Journal
from bot.state.session_status import BotSession
from contract.configuration import SHORTEST_INTERVAL_SECONDS, VersionedConfiguration


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineSetup:
    """What an engine is built from."""

    session: BotSession
    definition: PortalDefinition
    configuration: VersionedConfiguration
    sign_in: Callable[[], Awaitable[LoginResult]]
    account: AccountLease
    journal: Journal
    events: EventSink
    unreadable_pages: UnreadablePageStore
    rate_limiter: RateLimiter
    calendars: OtherCalendars = field(default_factory=NoCalendars)
    keep_evidence: KeepEvidence = keep_nothing
    #: the board as a browser shows it now; None without a browser
    take_picture: Callable[[], Awaitable[Picture]] | None = None
    times: EngineTimes = field(default_factory=EngineTimes)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Base:
    """The parts that most others need."""

    setup: EngineSetup
    publisher: Publisher
    tasks: TaskRunner
    deferred: DeferredWork
    board: BoardState
    claims: ClaimStore
    commitments: Commitments
    waiting: WaitingClaims
    weigher: Weigher
    page_keeper: PageKeeper
    health: PortalHealth
    portal: PortalSession
    poller: BoardPoller
    gate: OpeningGate


def wire(setup: EngineSetup) -> EngineParts:
    """Build an engine's parts and connect them."""
    base = _base(setup)
    claim_manager = _claim_manager(base)
    externally_assigned = _externally_assigned(base)
    assigned_jobs = _assigned_jobs(base, claim_manager, externally_assigned)
    deciding = _decide(base, claim_manager, assigned_jobs)
    parts = EngineParts(
        configuration=setup.configuration,
        session=setup.session,
        journal=setup.journal,
        events=setup.events,
        publisher=base.publisher,
        tasks=base.tasks,
        deferred=base.deferred,
        times=setup.times,
        portal=base.portal,
        board=base.board,
        poller=base.poller,
        posting_history=(history := _posting_history(base)),
        scheduler=_scheduler(base, history),
        pages=_page_reader(base, deciding.decider),
        decider=deciding.decider,
        approvals=deciding.approvals,
        vanished=deciding.vanished,
        offers=deciding.offers,
        auto_rejector=deciding.auto_rejector,
        tally=deciding.tally,
        claims=base.claims,
        claim_manager=claim_manager,
        assigned_jobs=assigned_jobs,
        externally_assigned=externally_assigned,
        conditions=_conditions(base),
    )
    _subscribe(parts, base, deciding)
    deciding.decider.configure(setup.configuration.configuration)
    return parts


def _subscribe(parts: EngineParts, base: _Base, deciding: DecideParts) -> None:
    """Connect events with their receivers, who are called in the order in which they stand here."""
    reporter = ClaimReporter(events=parts.events, externally_assigned=parts.externally_assigned)
    list_health = AssignedListHealth(
        session=parts.session,
        events=parts.events,
        portal=base.health,
        page_keeper=base.page_keeper,
        failures_until_told=parts.times.failures_until_told,
    )
    on = base.publisher.subscribe
    # polls; Engine.run_cycle receives BoardRead as well, and Engine ends with SignInRefused
    on(BoardRead, parts.scheduler.receive_board)
    on(PortalFailing, parts.scheduler.receive_failure)
    on(SignedIn, parts.scheduler.receive_sign_in)
    # decisions
    on(PagesNeeded, parts.pages.receive_need)
    on(JobLeftBoard, deciding.missed.receive_departure)
    # claims
    on(IntentWritten, parts.conditions.receive_intent)
    on(IntentNotWritten, parts.conditions.receive_intent_failure)
    on(
        ClaimChanged,
        parts.externally_assigned.drop_claimed,
        reporter.report,
        parts.offers.receive_claim,
        parts.assigned_jobs.refresh_after_claim,
        parts.conditions.receive_claim,
    )
    on(PlaceFreed, parts.conditions.receive_place, lambda _: parts.decider.decide_all_again())
    # our jobs
    on(
        AssignedJobsRead,
        list_health.receive_list,
        parts.vanished.receive_assigned_jobs,
        lambda _: parts.decider.decide_all_again(),
    )
    on(AssignedJobsUnread, list_health.receive_failure)
    on(AssignmentFound, parts.tally.receive_assignment)


def _base(setup: EngineSetup) -> _Base:
    publisher, tasks, board = Publisher(), TaskRunner(), BoardState()
    claims = ClaimStore(session_id=setup.session.session_id, journal=setup.journal, publisher=publisher)
    commitments = Commitments(setup.definition.zone, setup.calendars)
    page_keeper = PageKeeper(setup.unreadable_pages, take_picture=setup.take_picture, tasks=tasks)
    health = PortalHealth(
        portal=setup.definition.title,
        session=setup.session,
        events=setup.events,
        publisher=publisher,
        rate_limiter=setup.rate_limiter,
        page_keeper=page_keeper,
        failures_until_told=setup.times.failures_until_told,
        short_wait=setup.times.short_wait,
    )
    sign_in_status = SignInStatus(
        session=setup.session,
        events=setup.events,
        publisher=publisher,
        health=health,
        page_keeper=page_keeper,
        failures_until_told=setup.times.failures_until_told,
    )
    portal = PortalSession(setup.sign_in, sign_in_status, setup.rate_limiter)
    configuration = setup.configuration.configuration
    return _Base(
        setup=setup,
        publisher=publisher,
        tasks=tasks,
        deferred=DeferredWork(setup.times.defer_for),
        board=board,
        claims=claims,
        commitments=commitments,
        waiting=WaitingClaims(claims, publisher),
        weigher=Weigher(
            configuration, definition=setup.definition, claims=claims, board=board, commitments=commitments
        ),
        page_keeper=page_keeper,
        health=health,
        portal=portal,
        poller=BoardPoller(portal=portal, board=board, health=health, publisher=publisher),
        gate=OpeningGate(configuration, session=setup.session, zone=setup.definition.zone),
    )


def _claim_manager(base: _Base) -> ClaimManager:
    setup, times = base.setup, base.setup.times.claims
    evidence, reader = ClaimEvidence(setup.keep_evidence), StatusReader(base.portal)
    permission = LastMomentPermission(account=setup.account, weigher=base.weigher, commitments=base.commitments)
    ports = SubmitPorts(
        portal=base.portal,
        journal=setup.journal,
        permission=permission,
        board=base.poller,
        publisher=base.publisher,
        evidence=evidence,
    )
    steps = ClaimSteps(
        submitter=Submitter(base.claims, ports, gone_statuses=setup.definition.gone.statuses, resend_for=times.resend),
        confirmer=Confirmer(base.claims, reader, evidence=evidence, times=times),
        hold_check=HoldCheck(base.claims, reader, evidence=evidence, publisher=base.publisher),
    )
    return ClaimManager(base.claims, steps, tasks=base.tasks, hold_check=times.hold_check)


def _externally_assigned(base: _Base) -> ExternallyAssigned:
    ports = ExternallyAssignedPorts(
        portal=base.portal,
        claims=base.claims,
        board=base.board,
        journal=base.setup.journal,
        events=base.setup.events,
        publisher=base.publisher,
        tasks=base.tasks,
    )
    return ExternallyAssigned(ports)


def _assigned_jobs(base: _Base, claim_manager: ClaimManager, externally_assigned: ExternallyAssigned) -> AssignedJobs:
    ports = AssignedJobsPorts(
        portal=base.portal,
        claims=base.claims,
        claim_manager=claim_manager,
        commitments=base.commitments,
        externally_assigned=externally_assigned,
        publisher=base.publisher,
        hours=base.gate,
    )
    return AssignedJobs(ports, every=base.setup.times.assigned_every)


def _page_reader(base: _Base, decider: Decider) -> PageReader:
    ports = PagePorts(
        portal=base.portal,
        board=base.board,
        weigher=base.weigher,
        decider=decider,
        journal=base.setup.journal,
        events=base.setup.events,
        publisher=base.publisher,
        page_keeper=base.page_keeper,
        deferred=base.deferred,
        tasks=base.tasks,
    )
    return PageReader(ports, base.setup.times)


def _posting_history(base: _Base) -> PostingHistory:
    setup = base.setup
    return PostingHistory(setup.journal, zone=setup.definition.zone, shortest=SHORTEST_INTERVAL_SECONDS)


def _scheduler(base: _Base, posting_history: PostingHistory) -> PollScheduler:
    ports = SchedulerPorts(
        session=base.setup.session,
        portal=base.portal,
        poller=base.poller,
        gate=base.gate,
        health=base.health,
        rate_limiter=base.setup.rate_limiter,
        posting_history=posting_history,
        tasks=base.tasks,
    )
    configuration, most = base.setup.configuration.configuration, base.setup.times.most_under_way
    return PollScheduler(configuration, ports, most_under_way=most)


def _conditions(base: _Base) -> SessionConditions:
    return SessionConditions(
        session=base.setup.session,
        events=base.setup.events,
        journal=base.setup.journal,
        claims=base.claims,
        weigher=base.weigher,
        commitments=base.commitments,
    )


def _decide(base: _Base, claim_manager: ClaimManager, assigned_jobs: AssignedJobs) -> DecideParts:
    setup = base.setup
    needs = DecideNeeds(
        session=setup.session,
        account=setup.account,
        rate_limiter=setup.rate_limiter,
        portal=base.portal,
        journal=setup.journal,
        events=setup.events,
        publisher=base.publisher,
        tasks=base.tasks,
        deferred=base.deferred,
        board=base.board,
        claims=base.claims,
        claim_manager=claim_manager,
        waiting=base.waiting,
        weigher=base.weigher,
        commitments=base.commitments,
        assigned_jobs=assigned_jobs,
        page_is_fresh=setup.times.page_is_fresh,
        zone=setup.definition.zone,
    )
    return wire_decisions(needs)
