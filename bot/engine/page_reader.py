"""Reading the pages of new and changed jobs, side by side, and having the jobs decided on as the pages arrive."""

import asyncio
from dataclasses import dataclass

import structlog

from bot.account.portal_session import PortalSession
from bot.account.rate_limiter import RequestPriority, request_priority
from bot.claim.ports import TaskStarter
from bot.clock import now, steady_seconds
from bot.decide.decider import Decider
from bot.decide.deferred import DeferredWork
from bot.decide.weigher import Weigher
from bot.engine.times import EngineTimes
from bot.engine.unreadable_pages import PageKeeper
from bot.events import EventSink
from bot.portal.errors import LayoutChanged, RetryLater, SignInAgain, StopAndTell
from bot.portal.models import JobPage
from bot.state.board_state import BoardState, TrackedJob
from bot.state.domain_events import JobLeftBoard, PagesNeeded, Publisher
from bot.state.journal import Journal
from bot.state.journal_history import RememberedJob

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class PagePorts:
    """What reading pages needs of others."""

    portal: PortalSession
    board: BoardState
    weigher: Weigher
    decider: Decider
    journal: Journal
    events: EventSink
    publisher: Publisher
    page_keeper: PageKeeper
    deferred: DeferredWork
    tasks: TaskStarter


class PageReader:
    """Reads job pages."""

    def __init__(self, ports: PagePorts, times: EngineTimes) -> None:
        self._ports = ports
        self._times = times

    def receive_need(self, event: PagesNeeded) -> None:
        """Pages have to be read again."""
        del event
        self.read_unread()

    def read_unread(self) -> None:
        """Start reading every page that has to be read."""
        unread = self._ports.board.unread(steady_seconds())
        if unread:
            for tracked in unread:
                tracked.is_being_read = True
            self._ports.tasks.start(self._read_side_by_side(unread), "read jobs' pages")

    async def _read_side_by_side(self, unread: list[TrackedJob]) -> None:
        start = self._ports.tasks.start
        pending = {start(self._read_page(tracked), f"page of {tracked.number}") for tracked in unread}
        while pending:
            _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            if pending:
                places = self._ports.weigher.places_left
                is_scarce = places is not None and places < len(unread)
                gather = self._times.gather_at_cap if is_scarce else self._times.gather
                _, pending = await asyncio.wait(pending, timeout=gather.total_seconds())
            self._ports.decider.decide()

    async def _read_page(self, tracked: TrackedJob) -> None:
        digest = tracked.row.digest
        try:
            with request_priority(RequestPriority.DECISION):
                page = await self._ports.portal.use(lambda client: client.read_job(tracked.job.portal_id))
            self._take(tracked, page, digest)
        except (SignInAgain, StopAndTell):
            return  # read again in the next poll cycle
        except RetryLater as error:
            self._record_missing(tracked, error)
            return
        except LayoutChanged as error:
            self._record_unreadable(tracked, error)
            return
        finally:
            tracked.is_being_read = False
        if page is None:
            log.info("a job was gone before its page was read", action="gone_before_read", job=tracked.number)
            self._ports.publisher.publish(JobLeftBoard(tracked))
        else:
            self._ports.deferred.add(lambda: self._remember(tracked))

    def _take(self, tracked: TrackedJob, page: JobPage | None, digest: str) -> None:
        if page is None:
            tracked.mark_gone(digest, steady_seconds())
        else:
            self._ports.board.take_page(tracked, page, digest=digest, at=now())

    def _remember(self, tracked: TrackedJob) -> None:
        if tracked.page_digest is not None and tracked.page_read_at is not None:
            self._ports.journal.remember_job(
                RememberedJob(
                    job=tracked.job,
                    digest=tracked.page_digest,
                    seen_at=tracked.seen_at,
                    page_read_at=tracked.page_read_at,
                )
            )

    @staticmethod
    def _record_missing(tracked: TrackedJob, error: RetryLater) -> None:
        """Note that a page was not answered. If the whole portal is away, the next poll finds out."""
        tracked.unanswered_reads += 1
        if tracked.unanswered_reads > 1:  # once may be chance: it is read again in the next poll cycle
            tracked.postpone_reading(steady_seconds(), failures=tracked.unanswered_reads - 2)
        log.warning("a job's page does not come", action="job_page_unread", job=tracked.number, why=error.message)

    def _record_unreadable(self, tracked: TrackedJob, error: LayoutChanged) -> None:
        """Note that a page cannot be read; the other jobs go on."""
        tracked.failed_reads += 1
        tracked.postpone_reading(steady_seconds(), failures=tracked.failed_reads)
        log.warning("a job's page cannot be read", action="job_page_strange", job=tracked.number, why=error.message)
        if tracked.failed_reads == self._times.failures_until_told:
            kept = self._ports.page_keeper.keep(error)
            reference = tracked.job.reference
            self._ports.events.error(
                code="layout_changed",
                message=f"The page of job {reference} cannot be read, so it is left alone: {error.message}.",
                what_to_do=f"look at it by hand: {tracked.job.page_url}"
                + (f"; what the bot saw is kept as {kept}" if kept else ""),
            )
