"""When the portal does not answer as it should: how long it is left alone, and what the owner is told of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Protocol

import structlog

from bot.account.rate_limiter import RateLimiter
from bot.clock import steady_seconds
from bot.domain.pacing.backoff import Backoff
from bot.engine.unreadable_pages import UnreadablePageStore
from bot.portal.errors import LayoutChanged, PortalError, RetryLater
from bot.state.board_state import TrackedJob
from bot.state.session_status import Condition, Session

log = structlog.get_logger(__name__)


class _Teller(Protocol):
    def error(self, *, code: str, message: str, what_to_do: str, fatal: bool = False) -> None: ...

    def notice(self, *, action: str, message: str) -> None: ...


class PortalHealth:
    """The portal's trouble as looks find it. ``on_change`` is called when the next look has to wait longer."""

    def __init__(
        self,
        *,
        session: Session,
        teller: _Teller,
        strange_pages: UnreadablePageStore,
        portal: str,
        turns: RateLimiter,
        layout_patience: int,
        short_wait: timedelta,
    ) -> None:
        self._session = session
        self._teller = teller
        self._strange_pages = strange_pages
        #: the portal's name, for people
        self._portal = portal
        self._turns = turns
        self._layout_patience = layout_patience
        self._short_wait = short_wait
        self._unreadable_in_a_row = 0
        #: the same for the list of our jobs, which may fail while the board can be read
        self._our_jobs_unread_in_a_row = 0
        #: whether the board was read since the list of our jobs failed the last time
        self._board_was_read = False
        self._random = Random()  # noqa: S311  # so that bots do not march in step; no secret
        self.backoff = Backoff()
        self.on_change: Callable[[], None] = lambda: None
        #: called with the file of a page that was kept, so that a picture can be put beside it
        self.on_page_kept: Callable[[Path], None] = lambda _: None

    def portal_answers(self) -> None:
        """The board was read."""
        self._unreadable_in_a_row = 0
        self._board_was_read = True
        self.backoff = self.backoff.succeeded()
        self._turns.answers()
        was_away, was_strange = self._session.is_past(Condition.PORTAL), self._session.is_past(Condition.LAYOUT)
        if was_away or was_strange:
            self._teller.notice(action="portal_back", message=f"{self._portal} answers again.")

    def portal_does_not_answer(self, error: RetryLater) -> None:
        """It failed, or asked to be left alone, which goes for everything that asks it."""
        if error.is_asked:
            self._turns.asked_to_wait(error.retry_after)
        self.backoff = self.backoff.failed(steady_seconds(), retry_after=error.retry_after, random=self._random)
        log.warning("the portal does not answer", action="portal_failing", why=error.message)
        asks_for_long = error.retry_after is not None and error.retry_after > self._short_wait
        lasts = self.backoff.failures > 1 or asks_for_long
        if lasts and not self._session.is_held_up_by(Condition.PORTAL):
            self._teller.error(
                code="portal_unreachable",
                message=f"{error.message[:1].upper()}{error.message[1:]}.",
                what_to_do="nothing; the bot tries again by itself, less and less often, and goes on when it answers",
            )
            self._session.holds(Condition.PORTAL, f"{error.message}; the bot tries again by itself")
        self.on_change()

    def page_is_strange(self, error: LayoutChanged) -> None:
        """The board cannot be read."""
        self._unreadable_in_a_row += 1
        self.backoff = self.backoff.failed(steady_seconds(), random=self._random)
        log.warning("a page cannot be read", action="layout_changed", why=error.message, url=error.url)
        if self._unreadable_in_a_row == self._layout_patience:
            self._teller.error(
                code="layout_changed",
                message=f"The portal's pages are not as they used to be: {error.message}.{self._keep(error)}",
                what_to_do="look at the portal by hand; if it has changed, correct the portal's definition "
                "(docs/portals.md); the bot looks on slowly and accepts nothing that it cannot read",
            )
            self._session.holds(Condition.LAYOUT, f"The portal's pages cannot be read: {error.message}")
        self.on_change()

    def our_jobs_read(self) -> None:
        """The list of our jobs was read."""
        self._our_jobs_unread_in_a_row = 0
        if self._session.is_past(Condition.OUR_JOBS):
            message = "The list of your jobs on the portal can be read again, and jobs are accepted again."
            self._teller.notice(action="our_jobs_readable", message=message)

    def our_jobs_unread(self, error: PortalError, *, accepts_until: datetime | None) -> None:
        """The list of our jobs could not be read. ``accepts_until``: how long the one before lets jobs be accepted.

        Told where the portal answers all the same: where it answers to nothing, looks say so.
        """
        self._our_jobs_unread_in_a_row += 1
        portal_answers, self._board_was_read = self._board_was_read, False
        if (
            self._our_jobs_unread_in_a_row < self._layout_patience
            or not portal_answers
            or self._session.is_held_up_by(Condition.OUR_JOBS)
        ):
            return
        unread = f"The list of your jobs on the portal cannot be read: {error.message}."
        nothing = (
            "Nothing is accepted" if accepts_until is None else f"From {accepts_until:%H:%M} on nothing is accepted"
        )
        so = f"{nothing} until it can be read again, because a job could be at the time of one that you have already."
        is_strange = isinstance(error, LayoutChanged)
        self._teller.error(
            code="our_jobs_unread",
            message=f"{unread} {so}{self._keep(error) if isinstance(error, LayoutChanged) else ''}",
            what_to_do="look at your jobs on the portal by hand; if their page has changed, correct the portal's "
            "definition (docs/portals.md); the bot tries again by itself"
            if is_strange
            else "nothing for now, the bot tries again by itself; if it lasts, look at your jobs on the portal by hand",
        )
        self._session.holds(Condition.OUR_JOBS, f"{unread} {so}")

    def _keep(self, error: LayoutChanged) -> str:
        """Keep the page; where, in words."""
        kept = self._strange_pages.keep(error)
        if kept is None:
            return ""
        self.on_page_kept(kept)
        return f" The page is kept as {kept}, and where there is a browser a picture beside it."

    def job_page_does_not_come(self, known: TrackedJob, error: RetryLater) -> None:
        """One job's page was not answered. Where it is the whole portal, the next look at the board finds out."""
        known.unanswered_reads += 1
        if known.unanswered_reads > 1:  # once may be chance: it is read again with the next look
            known.read_later(steady_seconds(), doublings=known.unanswered_reads - 2)
        log.warning("a job's page does not come", action="job_page_unread", job=known.number, why=error.message)

    def job_page_is_strange(self, known: TrackedJob, error: LayoutChanged) -> None:
        """One job's page cannot be read: the others are not to suffer from it."""
        known.failed_reads += 1
        known.read_later(steady_seconds(), doublings=known.failed_reads)
        log.warning("a job's page cannot be read", action="job_page_strange", job=known.number, why=error.message)
        if known.failed_reads == self._layout_patience:
            kept = self._strange_pages.keep(error)
            self._teller.error(
                code="layout_changed",
                message=f"The page of job {known.job.reference} cannot be read, so it is left alone: {error.message}.",
                what_to_do=f"look at it by hand: {known.job.page_url}"
                + (f"; what the bot saw is kept as {kept}" if kept else ""),
            )
