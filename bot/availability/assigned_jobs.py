"""The jobs that the portal shows as ours: read first of all and again and again; nothing is accepted on top of them.

Among them are jobs that no bot accepted: the owner took them by hand, or the agency gave them. Each that lies ahead is
told once as given (also over restarts), and once more when it is gone before its start. Their time counts as busy and
they count for the caps of day and week; as accepted by the bot they count nowhere.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol

import structlog

from bot.account.portal_session import PortalSession
from bot.account.rate_limiter import RequestPriority, request_priority
from bot.availability.commitments import Assigned, Commitments
from bot.claim.claim_manager import ClaimManager
from bot.clock import now, steady_seconds
from bot.domain.claim import is_ours
from bot.domain.job import Job, lies_ahead
from bot.domain.pacing.backoff import Backoff
from bot.events import EventSink
from bot.portal.client import PortalClient
from bot.portal.errors import LayoutChanged, PortalError, RetryLater, SignInAgain, StopAndTell
from bot.portal.models import Board
from bot.portal.parsing.parse import with_page
from bot.state.board_state import BoardState
from bot.state.claim_record import ClaimRecord, unclaimed_report
from bot.state.journal import GivenJob, Journal, Remembered
from common.states import ClaimState, PortalAction
from contract.jobs import Given

log = structlog.get_logger(__name__)

#: Jobs that are confirmed one after the other are one reason to read the list, not many. What was confirmed counts as
#: busy before it stands there.
_SHORTEST_GAP = timedelta(seconds=3)

#: Years of jobs may be on the list, which is read again and again. It is not to crowd out what somebody waits for, and
#: only for the first one everybody waits.
_PAGES_AT_ONCE = 6

#: So old a list may be when something is accepted on top of it, plus twice the time that it took to read: the next one
#: takes as long, where it has hundreds of pages and the budget of requests is small. It is asked for every 30 seconds:
#: within two minutes three readings in a row have failed, each with a pause after it.
_GOOD_FOR = timedelta(minutes=2)
#: A list may have taken so long for other reasons (the portal asked to be left alone), which say nothing of the next.
_LONGEST_READING = timedelta(minutes=15)

#: A job that was just confirmed may be missing from the list for a moment.
_LIST_LAGS = timedelta(seconds=15)
#: A given job that is missing from so many lists in a row was taken back: one list may have been read in the middle of
#: a change.
_MISSING_LISTS = 2

#: The claim ended without the job being ours; if it is ours after all, somebody else did that.
_ENDED = (ClaimState.DECLINED, ClaimState.EXPIRED, ClaimState.LOST)


class OurJobsHost(Protocol):
    """What is needed of the engine."""

    def assigned_taken(self, assigned: Assigned) -> None:
        """The list was read."""
        ...

    def our_jobs_unread(self, error: PortalError) -> None:
        """The list could not be read."""
        ...

    def not_missed(self, job_number: str) -> None:
        """A job is ours that was told as gone."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether the owner's opening hours let anybody look at the portal now."""
        ...

    async def until_open(self) -> None:
        """Return when they do."""
        ...


class AssignedJobs:
    """Reads the list and notices what is new in it and what is gone."""

    def __init__(
        self,
        *,
        access: PortalSession,
        desk: ClaimManager,
        knowledge: BoardState,
        commitments: Commitments,
        journal: Journal,
        teller: EventSink,
        host: OurJobsHost,
        every: timedelta,
    ) -> None:
        self._access = access
        self._desk = desk
        self._knowledge = knowledge
        self._commitments = commitments
        self._journal = journal
        self._teller = teller
        self._host = host
        self._every = every
        self._random = Random()  # noqa: S311  # so that bots do not march in step; no secret
        self._look = asyncio.Event()
        self._start: Callable[[Coroutine[Any, Any, None], str], object] | None = None
        self._given: dict[str, GivenJob] = {}
        self._one_page_at_a_time = asyncio.Lock()
        #: in how many lists in a row a given job was missing
        self._missing: dict[str, int] = {}
        #: what bots of this account accepted, in other sessions too
        self._accepted: frozenset[str] = frozenset()

    def remember(self, remembered: Remembered) -> None:
        """Take over what the journal has."""
        self._given = {one.job.job_number: one for one in remembered.given}
        self._accepted = remembered.accepted

    def given(self, job_number: str) -> Given | None:
        """Where a job stands that is ours, or was, without an accept of a bot; None for every other."""
        one = self._given.get(job_number)
        return None if one is None else one.given

    def claimed(self, job_number: str) -> None:
        """A bot claims it: what was said of it as a given job is over."""
        if self._given.pop(job_number, None) is not None:
            self._journal.forget_given(job_number)

    def look(self) -> None:
        """Read the list soon."""
        self._look.set()

    async def keep(self, start: Callable[[Coroutine[Any, Any, None], str], object]) -> None:
        """Read the list, and again and again, until cancelled or signing in is refused for good."""
        self._start = start
        backoff = Backoff()
        while True:
            asked_at, asked_steadily = now(), steady_seconds()
            self._look.clear()
            try:
                board, good_until = await self._read_list()
            except StopAndTell:
                return  # whoever signed in ends the session
            except (RetryLater, LayoutChanged, SignInAgain) as error:
                wait = error.retry_after if isinstance(error, RetryLater) else None
                backoff = backoff.failed(steady_seconds(), retry_after=wait, random=self._random)
                log.info("our jobs cannot be read", action="assigned_unread", why=error.message)
                self._host.our_jobs_unread(error)
                await asyncio.sleep(backoff.seconds_left(steady_seconds()))
            else:
                backoff = backoff.succeeded()
                self._take(board, asked_at, good_until)
                await self._until_next(asked_steadily)
            if not self._host.is_open:
                self._commitments.assigned = None  # nothing is accepted until the list is read again
                await self._host.until_open()

    async def _until_next(self, asked_steadily: float) -> None:
        try:
            async with asyncio.timeout(self._every.total_seconds()):
                await self._look.wait()
        except TimeoutError:
            pass  # it is time
        else:
            await asyncio.sleep(max(asked_steadily + _SHORTEST_GAP.total_seconds() - steady_seconds(), 0))

    async def _read_list(self) -> tuple[Board, float]:
        """The list, and up to when (steady seconds) it lets jobs be accepted."""
        at_once = None if self._commitments.assigned is None else _PAGES_AT_ONCE

        async def read(lane: PortalClient) -> tuple[Board, float]:
            began = steady_seconds()  # here, because somebody may have had to sign in first
            board = await lane.read_assigned(at_once=at_once)
            took = min(steady_seconds() - began, _LONGEST_READING.total_seconds())
            return board, began + _GOOD_FOR.total_seconds() + 2 * took

        # nobody waits for the next one: it takes its turn among the looks at the board, which it would starve
        with request_priority(RequestPriority.DECISION if self._commitments.assigned is None else RequestPriority.LOOK):
            return await self._access.use(read)

    def _take(self, board: Board, asked_at: datetime, good_until: float) -> None:
        # the list may show jobs that were given to others as well: the row's own status says whose it is
        to_do = tuple(row.job for row in board.rows if row.is_ours)
        done = tuple(row.job for row in board.completed if row.is_ours)
        assigned = Assigned(jobs=(*to_do, *done), asked_at=asked_at, good_until=good_until)
        self._commitments.assigned = assigned
        self._doubt_what_is_missing(assigned)
        self._host.assigned_taken(assigned)
        self._notice_given(to_do, asked_at)  # what is done is no news
        self._notice_taken_back({job.job_number for job in assigned.jobs}, asked_at)

    def _doubt_what_is_missing(self, assigned: Assigned) -> None:
        """A job that was confirmed and is not in the list any more may have been taken back; one that was is back."""
        shown = {job.job_number for job in assigned.jobs}
        for record in tuple(self._desk.records):
            number = record.job.job_number
            is_settled = record.confirmed_at is not None and record.confirmed_at + _LIST_LAGS < assigned.asked_at
            is_missing = is_ours(record.state) and number not in shown
            is_back = record.state is ClaimState.TAKEN_BACK and number in shown
            ahead = record.job.starts_at is not None and record.job.starts_at > assigned.asked_at
            if is_settled and ahead and (is_missing or is_back):
                self._desk.look_at(number)

    # --- jobs that no bot accepted ------------------------------------------------------------------------------------

    def _notice_given(self, jobs: Iterable[Job], asked_at: datetime) -> None:
        for job in jobs:
            number = job.job_number
            self._missing.pop(number, None)
            record = self._desk.of(number)
            was_claimed = number in self._accepted if record is None else not _has_ended(record, asked_at)
            if was_claimed or self.given(number) is Given.OURS or not lies_ahead(job, asked_at):
                continue
            known = self._knowledge.get(number)
            before = self._given.get(number)
            seen_at = before.seen_at if before else known.seen_at if known else asked_at
            if known is not None and known.is_read:
                job = known.job.changed(portal_status=job.portal_status, action=PortalAction.NONE)  # noqa: PLW2901  # with its page
            self._given[number] = GivenJob(job=job, given=Given.OURS, seen_at=seen_at)
            log.info("ours without an accept of a bot", action="job_given", job=number)
            self._host.not_missed(number)
            if job.kind is None and self._start is not None:
                self._start(self._tell_with_page(number), f"page of given {number}")
            else:
                self._tell(number)

    def _notice_taken_back(self, shown: set[str], asked_at: datetime) -> None:
        for number, one in tuple(self._given.items()):
            if number in shown or one.given is not Given.OURS:
                continue
            if not lies_ahead(one.job, asked_at):
                del self._given[number]  # it has begun, and what becomes of it is no news
                continue
            self._missing[number] = self._missing.get(number, 0) + 1
            if self._missing[number] < _MISSING_LISTS:
                self.look()
                continue
            self._given[number] = replace(one, given=Given.TAKEN_BACK)
            log.info("a given job is ours no more", action="job_given_taken_back", job=number)
            self._tell(number)

    async def _tell_with_page(self, number: str) -> None:
        """The list says little of a job; its own page says the rest."""
        one = self._given[number]
        # nobody waits for it, and at the first start it may be half a year's jobs
        async with self._one_page_at_a_time:
            try:
                with request_priority(RequestPriority.LATER):
                    page = await self._access.use(lambda lane: lane.read_job(one.job.portal_id))
                if page is not None and number in self._given:
                    self._given[number] = replace(self._given[number], job=with_page(one.job, page))
            except PortalError as error:
                log.info("a given job's page cannot be read", action="given_unread", job=number, why=error.message)
        if number in self._given:
            self._tell(number)

    def _tell(self, number: str) -> None:
        one, record = self._given[number], self._desk.of(number)
        if record is not None:
            self._teller.job(record.report(one.given))
        else:
            self._teller.job(unclaimed_report(one.job, None, seen_at=one.seen_at, decided_at=None, given=one.given))
        self._journal.remember_given(one, now())


def _has_ended(record: ClaimRecord, asked_at: datetime) -> bool:
    """Whether the claim ended without the job being ours, long enough before a list that shows it as ours."""
    ended_at = record.confirmed_at
    return record.state in _ENDED and (ended_at is None or ended_at + _LIST_LAGS < asked_at)
