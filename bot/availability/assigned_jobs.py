"""Reading the list of our jobs again and again: nothing is accepted while it is unknown or too old."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

import structlog

from bot.account.portal_session import PortalSession
from bot.account.rate_limiter import RequestPriority, request_priority
from bot.availability.commitments import Commitments
from bot.availability.externally_assigned import ExternallyAssigned
from bot.claim.claim_manager import ClaimManager
from bot.claim.claim_store import ClaimStore
from bot.clock import now, steady_seconds
from bot.domain.claim import is_ours
from bot.portal.client import PortalClient
from bot.portal.errors import LayoutChanged, RetryLater, SignInAgain, StopAndTell
from bot.portal.models import Board
from bot.state.assigned_list import AssignedList
from bot.state.domain_events import AssignedJobsRead, AssignedJobsUnread, ClaimChanged, Publisher
from common.backoff import Backoff
from common.states import ClaimState

log = structlog.get_logger(__name__)

#: Jobs that are confirmed soon after each other cause one reading of the list, not many. A confirmed job counts as busy
#: before it stands in the list.
_SHORTEST_GAP = timedelta(seconds=3)

#: Pages of the list that are read side by side. The list may hold years of jobs, and must not crowd out more urgent
#: requests; only the first reading, without which nothing is accepted, reads all pages at once.
_PAGES_AT_ONCE = 6

#: A list may be this old when something is accepted by it, plus twice the time that its reading took: with hundreds of
#: pages and a small budget of requests the next reading takes as long. Within two minutes three readings have failed,
#: each with a pause after it.
_GOOD_FOR = timedelta(minutes=2)
#: The longest reading time that counts: a reading may take long because the portal asked for a wait, which says nothing
#: of the next reading.
_LONGEST_READING = timedelta(minutes=15)


class WatchedHours(Protocol):
    """The owner's opening hours."""

    @property
    def is_open(self) -> bool:
        """Whether the portal may be watched now."""
        ...

    async def wait_until_open(self) -> None:
        """Return when the portal may be watched."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class AssignedJobsPorts:
    """What reading the list of our jobs needs of others."""

    portal: PortalSession
    claims: ClaimStore
    claim_manager: ClaimManager
    commitments: Commitments
    externally_assigned: ExternallyAssigned
    publisher: Publisher
    hours: WatchedHours


class AssignedJobs:
    """Keeps the list of our jobs fresh."""

    def __init__(self, ports: AssignedJobsPorts, *, every: timedelta) -> None:
        self._ports = ports
        self._every = every
        self._random = Random()  # noqa: S311  # jitter, no secret
        self._refresh = asyncio.Event()

    def refresh(self) -> None:
        """Have the list read soon."""
        self._refresh.set()

    def refresh_after_claim(self, event: ClaimChanged) -> None:
        """Have the list read soon if a claim made a job ours."""
        if is_ours(event.record.state):
            self.refresh()

    async def run(self) -> None:
        """Read the list at regular intervals, until cancelled or signing in is refused for good."""
        backoff = Backoff()
        while True:
            asked_at, asked_monotonic = now(), steady_seconds()
            self._refresh.clear()
            try:
                board, good_until = await self._read()
            except StopAndTell:
                return  # the refusal ends the session
            except (RetryLater, LayoutChanged, SignInAgain) as error:
                retry_after = error.retry_after if isinstance(error, RetryLater) else None
                backoff = backoff.failed(steady_seconds(), retry_after=retry_after, random=self._random)
                log.info("our jobs cannot be read", action="assigned_unread", why=error.message)
                self._ports.publisher.publish(AssignedJobsUnread(error, self._ports.commitments.good_until))
                await asyncio.sleep(backoff.seconds_left(steady_seconds()))
            else:
                backoff = backoff.succeeded()
                self._take(board, asked_at, good_until)
                await self._wait_for_next(asked_monotonic)
            if not self._ports.hours.is_open:
                self._ports.commitments.drop_list()
                await self._ports.hours.wait_until_open()

    async def _wait_for_next(self, asked_monotonic: float) -> None:
        try:
            async with asyncio.timeout(self._every.total_seconds()):
                await self._refresh.wait()
        except TimeoutError:
            pass  # the regular time has come
        else:
            await asyncio.sleep(max(asked_monotonic + _SHORTEST_GAP.total_seconds() - steady_seconds(), 0))

    async def _read(self) -> tuple[Board, float]:
        """The list, and until when (monotonic seconds) jobs may be accepted by it."""
        is_first = self._ports.commitments.assigned is None
        at_once = None if is_first else _PAGES_AT_ONCE

        async def read(client: PortalClient) -> tuple[Board, float]:
            began = steady_seconds()  # here, because a sign-in may have come first
            board = await client.read_assigned(at_once=at_once)
            took = min(steady_seconds() - began, _LONGEST_READING.total_seconds())
            return board, began + _GOOD_FOR.total_seconds() + 2 * took

        # later readings take turns with polls, which they would starve otherwise
        with request_priority(RequestPriority.DECISION if is_first else RequestPriority.LOOK):
            return await self._ports.portal.use(read)

    def _take(self, board: Board, asked_at: datetime, good_until: float) -> None:
        # the list may show jobs that were given to others as well: the row's own status says whose it is
        to_do = tuple(row.job for row in board.rows if row.is_ours)
        done = tuple(row.job for row in board.completed if row.is_ours)
        assigned = AssignedList(jobs=(*to_do, *done), asked_at=asked_at, good_until=good_until)
        self._ports.commitments.take_list(assigned)
        self._check_doubtful_claims(assigned)
        self._ports.publisher.publish(AssignedJobsRead(assigned))
        if self._ports.externally_assigned.update(to_do, assigned):
            self.refresh()

    def _check_doubtful_claims(self, assigned: AssignedList) -> None:
        """Have those claims checked whose job is unexpectedly missing from the list, or in it again."""
        for record in self._ports.claims.records:
            number = record.job.job_number
            is_settled = record.confirmed_at is not None and assigned.reflects(record.confirmed_at)
            is_missing = is_ours(record.state) and number not in assigned.job_numbers
            is_back = record.state is ClaimState.TAKEN_BACK and number in assigned.job_numbers
            is_ahead = record.job.starts_at is not None and record.job.starts_at > assigned.asked_at
            if is_settled and is_ahead and (is_missing or is_back):
                self._ports.claim_manager.check_hold(number)
