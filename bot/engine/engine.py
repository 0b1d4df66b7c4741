"""The engine: poll -> decide -> claim -> confirm. There is one, and every way to start a bot runs it.

How it goes on, step by step:

1. ``PollScheduler`` starts a poll on the clock; ``BoardPoller`` reads the board and publishes ``BoardRead``.
2. ``Engine.run_cycle`` takes it from there: ``PageReader`` reads the pages of new jobs side by side, and ``Decider``
   weighs every job that has to be weighed. In the same step, with nothing awaited in between, each match becomes a
   claim with its place under the caps and in the calendar, or an offer to the owner.
3. ``ClaimManager`` runs each claim: ``Submitter`` writes the intent to the disk and sends the accept once, after one
   last check; ``Confirmer`` follows the outcome on the job's own page.

Nothing here waits for a report: what happened is handed to the ``EventSink``. ``bot.engine.wiring`` builds the parts
and shows which of them receives which event.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.account.portal_session import LoginResult, PortalSession
from bot.availability.assigned_jobs import AssignedJobs
from bot.availability.externally_assigned import ExternallyAssigned
from bot.claim.claim_manager import ClaimManager
from bot.claim.claim_store import ClaimStore
from bot.clock import now
from bot.decide.approvals import Approvals
from bot.decide.auto_reject import AutoRejector
from bot.decide.decider import Decider
from bot.decide.deferred import DeferredWork
from bot.decide.offers import Offers
from bot.decide.tally import UnclaimedTally
from bot.decide.vanished_offers import VanishedOffers
from bot.engine.board_poller import BoardPoller
from bot.engine.page_reader import PageReader
from bot.engine.poll_scheduler import PollScheduler
from bot.engine.posting_history import PostingHistory
from bot.engine.session_conditions import SessionConditions
from bot.engine.task_runner import TaskRunner
from bot.engine.times import EngineTimes
from bot.events import EventSink
from bot.portal.errors import PortalError, StopAndTell
from bot.state.board_state import BoardState
from bot.state.domain_events import BoardRead, ClaimChanged, JobLeftBoard, Publisher, SignInRefused
from bot.state.journal import Journal
from bot.state.session_status import BotSession
from common.states import SessionState
from contract.configuration import VersionedConfiguration
from contract.sessions import SessionTotals

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineParts:
    """The object graph of one engine, as ``bot.engine.wiring`` builds it."""

    configuration: VersionedConfiguration
    session: BotSession
    journal: Journal
    events: EventSink
    publisher: Publisher
    tasks: TaskRunner
    deferred: DeferredWork
    times: EngineTimes
    portal: PortalSession
    board: BoardState
    poller: BoardPoller
    scheduler: PollScheduler
    posting_history: PostingHistory
    pages: PageReader
    decider: Decider
    approvals: Approvals
    vanished: VanishedOffers
    offers: Offers
    auto_rejector: AutoRejector
    tally: UnclaimedTally
    claims: ClaimStore
    claim_manager: ClaimManager
    assigned_jobs: AssignedJobs
    externally_assigned: ExternallyAssigned
    conditions: SessionConditions


class Engine:
    """One session's engine."""

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts
        self.configuration = parts.configuration
        self._checks = 0
        self._maybe_unreported: frozenset[str] = frozenset()
        self._stop_requested = asyncio.Event()
        self._refusal: StopAndTell | None = None
        parts.session.count_totals = self.totals
        parts.publisher.subscribe(BoardRead, self.run_cycle)
        parts.publisher.subscribe(SignInRefused, self._end)

    # --- from start to stop -------------------------------------------------------------------------------------------

    async def prepare(self) -> None:
        """Take over what the journal has of the account and of this session. Raises StorageError."""
        parts = self._parts
        history = await parts.journal.read(parts.session.session_id, now())
        parts.board.restore(history.jobs)
        parts.claims.restore(history.claims, history.attempts)
        parts.externally_assigned.restore(history)
        parts.auto_rejector.restore(history.rejected_on_portal)
        parts.tally.restore(history)
        parts.approvals.withdraw_if_only_watching()
        self._maybe_unreported = history.maybe_unreported
        self._checks = history.checks
        parts.conditions.restore(history.cap_told)
        parts.posting_history.restore(history.postings, history.postings_faded_on)

    async def run(self) -> None:
        """Work until ``stop`` is called and the claims under way have ended. Raises StopAndTell."""
        parts = self._parts
        try:
            async with asyncio.TaskGroup() as group:
                parts.tasks.attach(group)
                await self._run_until_stopped()
        except BaseExceptionGroup as errors:
            raise _first(errors) from errors
        finally:
            parts.deferred.run_now()
            await parts.poller.close()
            await parts.portal.close()
        if self._refusal is not None:
            raise self._refusal

    async def _run_until_stopped(self) -> None:
        parts = self._parts
        parts.claim_manager.resume()
        for record in parts.claims.records:
            if record.job.job_number in self._maybe_unreported:
                parts.publisher.publish(ClaimChanged(record))
        loops = (
            parts.tasks.start(parts.scheduler.run(), "schedule polls"),
            parts.tasks.start(parts.assigned_jobs.run(), "read our jobs"),
            parts.tasks.start(parts.offers.run(), "end offers"),
        )
        await self._stop_requested.wait()
        if self._refusal is None:
            parts.session.move(SessionState.STOPPING)
        for task in (*loops, *parts.scheduler.polls):
            task.cancel()
        await parts.claim_manager.finish(parts.times.finish_claims)
        parts.tasks.cancel_all()

    def stop(self) -> None:
        """Finish the claims under way and end."""
        self._stop_requested.set()

    def _end(self, event: SignInRefused) -> None:
        self._refusal = event.error
        self.stop()

    # --- a poll cycle -------------------------------------------------------------------------------------------------

    def run_cycle(self, event: BoardRead) -> None:
        """Act on a board that was read. Nothing is awaited; claims and page readings go on as tasks."""
        parts = self._parts
        self._checks += 1
        parts.decider.start_cycle()
        for tracked in parts.board.collect_departed():
            parts.publisher.publish(JobLeftBoard(tracked))
        parts.vanished.compare_with_board()
        parts.conditions.update_calendars()
        parts.pages.read_unread()
        parts.decider.decide()
        parts.deferred.add(lambda: self._report_cycle(event))

    def _report_cycle(self, event: BoardRead) -> None:
        self._parts.events.cycle(
            duration_ms=event.seconds * 1000,
            pages=event.board.pages,
            jobs_on_board=len(event.board.rows),
            new_jobs=event.new_jobs,
            totals=self.totals(),
        )
        self._parts.journal.remember_checks(self._parts.session.session_id, self._checks)

    def totals(self) -> SessionTotals:
        """What the session did so far, over restarts."""
        parts = self._parts
        return SessionTotals(
            checks=self._checks,
            accepted=parts.claims.accepted,
            rejected=parts.tally.refused,
            lost=parts.claims.lost + parts.tally.missed,
        )

    # --- what the owner wants -----------------------------------------------------------------------------------------

    def pause(self) -> None:
        """Stay signed in and watch nothing; claims under way go on."""
        self._parts.scheduler.pause()
        if self._parts.session.state is SessionState.RUNNING:
            self._parts.session.move(SessionState.PAUSED)

    def resume(self) -> None:
        """Watch again."""
        session = self._parts.session
        if session.state is SessionState.PAUSED:
            session.move(SessionState.RUNNING if self._parts.portal.is_signed_in else SessionState.SIGNING_IN)
        self._parts.scheduler.resume()

    def configure(self, wanted: VersionedConfiguration) -> bool:
        """Use this configuration from now on; return False if it is not newer than the one in use."""
        if wanted.version <= self.configuration.version:
            return False
        self.configuration = wanted
        self._parts.events.configuration(wanted)
        log.info("the configuration has changed", action="configured", version=wanted.version)
        self._parts.decider.configure(wanted.configuration)
        self._parts.conditions.update_cap()
        self._parts.decider.decide_all_again()
        self._parts.scheduler.configure(wanted.configuration)
        return True

    def approve(self, job_number: str, *, issued_at: datetime) -> None:
        """Take the owner's yes to an offer."""
        self._parts.offers.approve(job_number, issued_at=issued_at)

    def decline(self, job_number: str, *, issued_at: datetime) -> None:
        """Take the owner's no to an offer."""
        self._parts.offers.decline(job_number, issued_at=issued_at)

    async def change_client(self, make: Callable[[], Awaitable[LoginResult]]) -> None:
        """Use another portal client of the same session from now on; the one in use if it cannot be made."""
        try:
            await self._parts.portal.change_lane(make)
        except StopAndTell as error:
            self._parts.events.error(code=error.code, message=error.message, what_to_do=error.what_to_do)
        except PortalError as error:
            log.warning("the portal client could not be changed", action="lane_not_changed", why=error.message)
        else:
            self._parts.scheduler.poll_now()


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    one = errors.exceptions[0]
    return _first(one) if isinstance(one, BaseExceptionGroup) else one
