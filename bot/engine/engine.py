"""The engine: poll -> decide -> claim -> confirm. There is one, and every way to start a bot runs it.

Read from ``Engine.run`` on. Looks start on the clock (``bot.engine.poll_scheduler``). What a board shows is taken up
by ``BoardState``; pages of new jobs are read side by side (``_read_pages``); the owner's rules answer
(``bot.decide.decider``), and in the same step, with nothing awaited in between, each match becomes a claim with its
place under the caps and in the calendar, or an offer (``bot.decide.offers``). The ``ClaimManager`` sends accepts and
reads their outcome. Nothing here waits for a report: what happened is handed to the ``EventSink`` and goes its own way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from bot.account.portal_session import LoginListener, LoginResult, PortalSession
from bot.account.rate_limiter import RateLimiter, RequestPriority, default_priority_context, request_priority
from bot.availability.assigned_jobs import AssignedJobs
from bot.availability.commitments import Assigned, Commitments, NoCalendars, OtherCalendars
from bot.claim.claim_manager import ClaimManager, KeepEvidence, NotNow, keep_nothing
from bot.claim.outcome import ClaimTimes
from bot.clock import now, steady_seconds
from bot.decide.auto_reject import AutoRejector
from bot.decide.decider import Decider
from bot.decide.offers import Offers
from bot.domain.claim import is_ours
from bot.domain.session_state import may_claim
from bot.engine.poll_scheduler import PollScheduler
from bot.engine.portal_health import PortalHealth
from bot.engine.posting_history import PostingHistory
from bot.engine.unreadable_pages import UnreadablePageStore
from bot.events import EventSink
from bot.portal.client import PortalClient
from bot.portal.definition.model import PortalDefinition
from bot.portal.errors import LayoutChanged, PortalError, RetryLater, SignInAgain, StopAndTell
from bot.portal.models import Board
from bot.portal.screenshot import Picture
from bot.state.board_state import BoardState, TrackedJob
from bot.state.claim_record import ClaimRecord
from bot.state.journal import Journal, RememberedJob
from bot.state.session_status import Condition, Session
from bot.storage.sqlite_writer import StorageError
from common.states import ClaimState, SessionState
from contract.configuration import SHORTEST_INTERVAL_SECONDS, VersionedConfiguration
from contract.sessions import LoginStatus, SessionTotals

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineTimes:
    """The engine's own measures; what the owner sets is in the configuration."""

    claims: ClaimTimes = field(default_factory=ClaimTimes)
    #: looks at the board that may be under way at the same moment; a slow portal must not pile them up
    most_under_way: int = 4
    #: how often the list of our jobs is read
    assigned_every: timedelta = timedelta(seconds=30)
    #: a page that was read so long ago is read again before its job is claimed
    page_is_fresh: timedelta = timedelta(seconds=60)
    #: pages that arrive within this are weighed together, so that the owner's preference counts among them
    gather: timedelta = timedelta(milliseconds=15)
    #: the same where a cap leaves fewer places than there are jobs
    gather_at_cap: timedelta = timedelta(milliseconds=250)
    #: what can wait for a moment while accepts go out: reports, remembered pages
    tell_after: timedelta = timedelta(milliseconds=50)
    #: unreadable pages in a row before the owner is told
    layout_patience: int = 3
    #: the owner is told at once where the portal asks to be left alone for longer than this
    short_wait: timedelta = timedelta(seconds=5)
    #: how long claims under way have for their outcome when the session stops
    finish_claims: timedelta = timedelta(seconds=12)


class Engine(LoginListener):
    """One session's engine."""

    def __init__(
        self,
        *,
        session: Session,
        definition: PortalDefinition,
        configuration: VersionedConfiguration,
        sign_in: Callable[[], Awaitable[LoginResult]],
        journal: Journal,
        teller: EventSink,
        strange_pages: UnreadablePageStore,
        has_account: Callable[[], bool] = lambda: True,
        calendars: OtherCalendars | None = None,
        evidence: KeepEvidence = keep_nothing,
        turns: RateLimiter | None = None,
        picture: Callable[[], Awaitable[Picture]] | None = None,
        times: EngineTimes | None = None,
    ) -> None:
        self.session = session
        session.count = self.totals
        self._definition = definition
        self._journal = journal
        self._teller = teller
        self._strange_pages = strange_pages
        self._has_account = has_account
        self._times = times or EngineTimes()
        self._turns = turns or RateLimiter(configuration.configuration.requests_per_minute)
        self._access = PortalSession(sign_in, self, self._turns)
        self._knowledge = BoardState()
        self._desk = ClaimManager(
            session_id=session.session_id,
            access=self._access,
            journal=journal,
            host=self,
            gone_statuses=definition.gone.statuses,
            times=self._times.claims,
            evidence=evidence,
        )
        self.configuration = configuration
        self._commitments = Commitments(definition.zone, calendars or NoCalendars())
        self._rejecting = AutoRejector(access=self._access, journal=journal, teller=teller, host=self)
        self._deciding = Decider(
            session_id=session.session_id,
            definition=definition,
            configuration=configuration.configuration,
            knowledge=self._knowledge,
            desk=self._desk,
            commitments=self._commitments,
            journal=journal,
            teller=teller,
            rejecting=self._rejecting,
            host=self,
            page_is_fresh=self._times.page_is_fresh,
        )
        self._offers = Offers(desk=self._desk, deciding=self._deciding, teller=teller, definition=definition)
        self._our_jobs = AssignedJobs(
            access=self._access,
            desk=self._desk,
            knowledge=self._knowledge,
            commitments=self._commitments,
            journal=journal,
            teller=teller,
            host=self,
            every=self._times.assigned_every,
        )
        self._untold: frozenset[str] = frozenset()
        self._checks = 0
        self._cap_told: int | None = None
        self._asked = 0
        self._reading_now: asyncio.Task[None] | None = None
        self._trouble = PortalHealth(
            session=session,
            teller=teller,
            strange_pages=strange_pages,
            portal=definition.title,
            turns=self._turns,
            layout_patience=self._times.layout_patience,
            short_wait=self._times.short_wait,
        )
        self._habits = PostingHistory(journal, zone=definition.zone, shortest=SHORTEST_INTERVAL_SECONDS)
        self._picture = picture
        self._trouble.on_page_kept = self._picture_beside
        self._pace = PollScheduler(
            self,
            session=session,
            configuration=configuration.configuration,
            zone=definition.zone,
            turns=self._turns,
            trouble=self._trouble,
            habits=self._habits,
            most_under_way=self._times.most_under_way,
        )
        self._tasks: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._waiting_to_be_told: list[Callable[[], None]] = []
        self._refused_because: StopAndTell | None = None
        self._stop_asked = asyncio.Event()

    # --- from start to stop -------------------------------------------------------------------------------------------

    async def prepare(self) -> None:
        """Take over what the journal has of the account and of this session. Raises StorageError."""
        remembered = await self._journal.read(self.session.session_id, now())
        self._knowledge.remember(remembered.jobs)
        self._desk.remember(remembered.claims, remembered.attempts)
        self._our_jobs.remember(remembered)
        self._rejecting.done = set(remembered.rejected_on_portal)
        self._deciding.remember(remembered)
        self._untold = remembered.untold
        self._checks = remembered.checks
        self._cap_told = remembered.cap_told
        self._habits.remember(remembered.postings, remembered.postings_faded_on)

    async def run(self) -> None:
        """Work until ``stop`` is called and the claims under way have ended. Raises StopAndTell."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                self._desk.begin(self._task)
                self._rejecting.begin(self._task)
                for record in tuple(self._desk.records):
                    if record.job.job_number in self._untold:
                        self.claim_changed(record)
                keepers = (
                    self._task(self._pace.run(self._task), "watch the board"),
                    self._task(self._our_jobs.keep(self._task), "read our jobs"),
                    self._task(self._offers.keep(), "end offers"),
                )
                await self._stop_asked.wait()
                if self._refused_because is None:
                    self.session.move(SessionState.STOPPING)
                for task in (*keepers, *self._pace.looks):
                    task.cancel()
                await self._desk.finish(self._times.finish_claims)
                for task in self._running:
                    task.cancel()
        except BaseExceptionGroup as errors:
            raise _first(errors) from errors
        finally:
            self._tell_now()
            if self._reading_now is not None:
                self._reading_now.cancel()
                await asyncio.wait([self._reading_now])
            await self._access.close()
        if self._refused_because is not None:
            raise self._refused_because

    def stop(self) -> None:
        """Finish the claims under way and end."""
        self._stop_asked.set()

    def pause(self) -> None:
        """Stay signed in and watch nothing; claims under way go on."""
        self._pace.pause()
        if self.session.state is SessionState.RUNNING:
            self.session.move(SessionState.PAUSED)

    def resume(self) -> None:
        """Watch again."""
        if self.session.state is SessionState.PAUSED:
            self.session.move(SessionState.RUNNING if self._access.is_signed_in else SessionState.SIGNING_IN)
        self._pace.resume()

    def configure(self, wanted: VersionedConfiguration) -> bool:
        """Work with this configuration from now on; False where it is not newer than the one in use."""
        if wanted.version <= self.configuration.version:
            return False
        self.configuration = wanted
        self._teller.configuration(wanted)
        log.info("the configuration has changed", action="configured", version=wanted.version)
        self._deciding.use(wanted.configuration)
        self._tell_cap()
        self._deciding.weigh_all_again()
        self._pace.configure(wanted.configuration)
        return True

    def approve(self, job_number: str, *, issued_at: datetime) -> None:
        """The owner says yes to an offer."""
        self._offers.approve(job_number, issued_at=issued_at)

    def decline(self, job_number: str, *, issued_at: datetime) -> None:
        """The owner says no to an offer."""
        self._offers.decline(job_number, issued_at=issued_at)

    async def change_lane(self, make: Callable[[], Awaitable[LoginResult]]) -> None:
        """Go on with another lane of the same session; where it cannot be made, with the one in use."""
        try:
            await self._access.change_lane(make)
        except StopAndTell as error:
            self._teller.error(code=error.code, message=error.message, what_to_do=error.what_to_do)
        except PortalError as error:
            log.warning("the lane could not be changed", action="lane_not_changed", why=error.message)
        else:
            self._pace.look_at_once()

    def totals(self) -> SessionTotals:
        """What the session did so far, over restarts."""
        return SessionTotals(
            checks=self._checks,
            accepted=self._desk.accepted,
            rejected=len(self._deciding.rejected),
            lost=self._desk.lost + len(self._deciding.missed),
        )

    # --- poll ---------------------------------------------------------------------------------------------------------

    @property
    def is_signed_in(self) -> bool:
        """Whether there is a session that nobody found ended."""
        return self._access.is_signed_in

    async def look(self) -> None:
        """One pass over the board; whatever the portal answers, the watch goes on."""
        try:
            with request_priority(RequestPriority.LOOK):
                await self._read_board(self._access.once)
        except (SignInAgain, StopAndTell):
            return  # the next look signs in; a refusal ends the session (``refused``)
        except RetryLater as error:
            self._trouble.portal_does_not_answer(error)
        except LayoutChanged as error:
            self._trouble.page_is_strange(error)

    async def read_board_now(self) -> None:
        """Read the board out of turn and take it up; who asks meanwhile gets the same reading."""
        if self._reading_now is None or self._reading_now.done():
            self._reading_now = asyncio.create_task(self._read_board(self._access.use), name="read the board now")
            # whoever asked may have given up when it fails
            self._reading_now.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.shield(self._reading_now)

    async def _read_board(self, through: "_Through") -> None:
        began = steady_seconds()
        asked = 0

        async def read(lane: PortalClient) -> tuple[PortalClient, Board]:
            nonlocal asked
            self._asked += 1
            asked = self._asked
            return lane, await lane.read_board()

        lane, board = await through(read)
        read_at = steady_seconds()
        self._trouble.portal_answers()
        new = self._knowledge.take_board(board, asked=asked, source=lane, at=now())
        if new is None:
            return  # a later question was answered first
        self._checks += 1
        self._pace.looked(pages=board.pages, new_jobs=len(new))
        self._deciding.board_taken()
        self._tell_calendars()
        self._read_pages()
        self._deciding.decide()

        def tell() -> None:
            self._teller.cycle(
                duration_ms=(read_at - began) * 1000,
                pages=board.pages,
                jobs_on_board=len(board.rows),
                new_jobs=len(new),
                totals=self.totals(),
            )
            self._journal.remember_checks(self.session.session_id, self._checks)

        self._afterwards(tell)

    def _read_pages(self) -> None:
        """Have the pages of new and of changed jobs read, all at once."""
        unread = self._knowledge.to_read(steady_seconds())
        if unread:
            for known in unread:
                known.is_being_read = True
            self._task(self._read_side_by_side(unread), "read jobs' pages")

    async def _read_side_by_side(self, unread: list[TrackedJob]) -> None:
        pending = {self._task(self._read_page(known), f"page of {known.number}") for known in unread}
        while pending:
            _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            if pending:
                places = self._deciding.places_left
                is_scarce = places is not None and places < len(unread)
                gather = self._times.gather_at_cap if is_scarce else self._times.gather
                _, pending = await asyncio.wait(pending, timeout=gather.total_seconds())
            self._deciding.decide()

    async def _read_page(self, known: TrackedJob) -> None:
        digest = known.row.digest
        try:
            with request_priority(RequestPriority.DECISION):
                page = await self._access.use(lambda lane: lane.read_job(known.job.portal_id))
            if page is None:
                known.was_gone(digest, steady_seconds())
            else:
                self._knowledge.take_page(known, page, digest=digest, at=now())
        except (SignInAgain, StopAndTell):
            return  # read again with the next look
        except RetryLater as error:
            self._trouble.job_page_does_not_come(known, error)
            return
        except LayoutChanged as error:
            self._trouble.job_page_is_strange(known, error)
            return
        finally:
            known.is_being_read = False
        if page is None:
            log.info("a job was gone before its page was read", action="gone_before_read", job=known.number)
            self._deciding.page_gone(known)
        else:
            self._afterwards(lambda: self._remember_page(known))

    def _remember_page(self, known: TrackedJob) -> None:
        if known.page_digest is not None and known.page_read_at is not None:
            self._journal.remember_job(
                RememberedJob(
                    job=known.job, digest=known.page_digest, seen_at=known.seen_at, page_read_at=known.page_read_at
                )
            )

    # --- decide: what deciding and the list of our jobs ask for -------------------------------------------------------

    def may_decide(self) -> bool:
        """Whether the session runs."""
        return may_claim(self.session.state)

    def has_account(self) -> bool:
        """Whether this bot may claim for the account."""
        return self._has_account()

    @property
    def is_asked_to_wait(self) -> bool:
        """Whether the portal wants to be left alone: what is claimed now could not be sent."""
        return self._turns.is_asked_to_wait

    def may_change_the_portal(self) -> bool:
        """Whether the session runs and the account is this bot's."""
        return self.may_decide() and self._has_account()

    def read_pages(self) -> None:
        """Have the pages of new and changed jobs read."""
        self._read_pages()

    def read_our_jobs(self) -> None:
        """Have the list of our jobs read now."""
        self._our_jobs.look()

    def afterwards(self, tell: Callable[[], None]) -> None:
        """Do this when the accepts that are being made have gone out."""
        self._afterwards(tell)

    def assigned_taken(self, assigned: Assigned) -> None:
        """The list of our jobs was read."""
        self._trouble.our_jobs_read()
        self._deciding.assigned_taken(assigned)
        self._deciding.weigh_all_again()

    def our_jobs_unread(self, error: PortalError) -> None:
        """The list of our jobs could not be read."""
        self._trouble.our_jobs_unread(error, accepts_until=self._commitments.good_until)

    @property
    def is_open(self) -> bool:
        """Whether the owner's opening hours let anybody look at the portal now."""
        return self._pace.is_open

    async def until_open(self) -> None:
        """Return when they do."""
        await self._pace.until_open()

    def not_missed(self, job_number: str) -> None:
        """A job is ours that was told as gone."""
        self._deciding.not_missed(job_number)

    # --- claim and confirm: what the desk tells -----------------------------------------------------------------------

    def why_not(self, record: ClaimRecord) -> NotNow | None:
        """Why the accept of this claim may not go out at this moment; None where it may."""
        return self._deciding.why_not(record)

    def claim_changed(self, record: ClaimRecord) -> None:
        """A claim went a step further."""
        number = record.job.job_number
        if record.state in (ClaimState.INTENDED, ClaimState.SUBMITTED):
            self._our_jobs.claimed(number)
        self._teller.job(record.report(self._our_jobs.given(number)))
        self._offers.changed()
        log.info(
            "claim",
            action=f"claim_{record.state}",
            job=number,
            reason=record.loss_reason,
            detail=record.loss_detail,
        )
        if is_ours(record.state):
            self._our_jobs.look()
            self._tell_cap()

    def place_is_free(self) -> None:
        """A claim gave back its place and its time: what only these kept out is weighed again."""
        self._tell_cap()
        self._deciding.weigh_all_again()

    def disk_failed(self, error: StorageError) -> None:
        """An intent could not be written; no accept went out."""
        message = f"Nothing is accepted at the moment, because the intent cannot be written down first: {error}."
        is_known = self.session.is_held_up_by(Condition.DISK)
        self.session.holds(Condition.DISK, message)
        log.error("the intent cannot be written", action="disk_failed", why=str(error))
        if is_known:
            return  # every job that matches meanwhile meets the same disk
        self._teller.error(
            code="disk_failed", message=message, what_to_do="free some space on the disk; the bot goes on by itself"
        )

    def disk_works(self) -> None:
        """An intent was written."""
        self.session.is_past(Condition.DISK)

    def _tell_calendars(self) -> None:
        """Say, while it is so, that nothing is accepted because nobody knows when the owner is free."""
        unread = self._commitments.unread
        if not unread:
            self.session.is_past(Condition.CALENDAR)
        elif self._deciding.calendars_had_time():
            named = " and ".join(f"“{label}”" for label in unread)
            words = f"Your calendar {named} has not been read in full yet, so no job with a date is accepted."
            self.session.holds(Condition.CALENDAR, words)

    def _tell_cap(self) -> None:
        """Say once, in words, that the session's cap is reached; the watch goes on."""
        cap = self.configuration.configuration.max_accept_per_run
        if cap is None or self._desk.accepted < cap:
            self.session.is_past(Condition.CAP)
            return
        jobs = "1 job" if cap == 1 else f"{cap} jobs"
        words = f"It has accepted {jobs}, your limit for one session. It goes on watching and accepts no more."
        self.session.holds(Condition.CAP, words)
        if self._cap_told != cap:
            self._cap_told = cap
            self._journal.remember_cap_told(self.session.session_id, cap)
            self._teller.notice(action="cap_reached", message=words)

    def _picture_beside(self, page: Path) -> None:
        if self._picture is not None:
            self._task(self._keep_picture(page, self._picture), "picture of a strange page")

    async def _keep_picture(self, page: Path, take: Callable[[], Awaitable[Picture]]) -> None:
        try:
            picture = await take()
        except PortalError as error:
            log.info("there is no picture of the page", action="no_picture", why=error.message)
        else:
            await asyncio.to_thread(self._strange_pages.keep_picture, page, picture)

    def asked_to_wait(self, error: RetryLater) -> None:
        """The portal asked to be left alone, whatever it was that asked it."""
        self._trouble.portal_does_not_answer(error)

    # --- signing in: what the access tells ----------------------------------------------------------------------------

    def signing_in(self) -> None:
        """A sign-in begins."""
        self.session.sign_in_is(LoginStatus.SIGNING_IN)
        if self.session.state in (SessionState.STARTING, SessionState.RUNNING, SessionState.PAUSED):
            self.session.move(SessionState.SIGNING_IN)

    def signed_in(self, user_name: str | None) -> None:
        """The portal knows us."""
        self.session.is_past(Condition.SIGN_IN)
        self.session.sign_in_is(LoginStatus.SIGNED_IN, name=user_name)
        if self.session.state is SessionState.SIGNING_IN:
            self.session.move(SessionState.PAUSED if self._pace.is_paused else SessionState.RUNNING)
        self._pace.hurry()

    def not_yet(self, error: PortalError, failures: int) -> None:
        """Signing in did not work now."""
        self.session.sign_in_is(LoginStatus.SIGNED_OUT)
        self.session.holds(Condition.SIGN_IN, f"{error.message}; the bot tries again by itself")
        log.warning("signing in did not work", action="sign_in_failed", why=error.message, failures=failures)
        if isinstance(error, LayoutChanged):
            kept = self._strange_pages.keep(error) if failures == 1 else None
            log.warning("the page is kept", action="page_kept", file=str(kept))
        if failures == self._times.layout_patience:
            self._teller.error(
                code="sign_in_failing",
                message=f"Signing in does not work: {error.message}.",
                what_to_do="nothing for now, the bot tries again by itself; if it lasts, sign in by hand and see",
            )

    def refused(self, error: StopAndTell) -> None:
        """Only the owner can mend it: the session ends."""
        was_refused = error.code == "wrong_credentials"
        self.session.sign_in_is(LoginStatus.REFUSED if was_refused else LoginStatus.SIGNED_OUT)
        self._refused_because = error
        self._stop_asked.set()

    # --- what can wait ------------------------------------------------------------------------------------------------

    def _afterwards(self, tell: Callable[[], None]) -> None:
        """Do this when the accepts that are being made have gone out."""
        if not self._waiting_to_be_told:
            wait = self._times.tell_after.total_seconds()
            asyncio.get_running_loop().call_later(wait, self._tell_now)
        self._waiting_to_be_told.append(tell)

    def _tell_now(self) -> None:
        waiting, self._waiting_to_be_told = self._waiting_to_be_told, []
        for tell in waiting:
            tell()

    def _task(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        if self._tasks is None:
            raise RuntimeError("the engine does not run")
        try:
            task = self._tasks.create_task(work, name=name, context=default_priority_context())
        except RuntimeError:
            work.close()  # the engine is ending because something failed: nothing new begins
            raise
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task


#: How a reading is done: once, or again after a new sign-in.
_Through = Callable[
    [Callable[[PortalClient], Awaitable[tuple[PortalClient, Board]]]], Awaitable[tuple[PortalClient, Board]]
]


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    one = errors.exceptions[0]
    return _first(one) if isinstance(one, BaseExceptionGroup) else one
