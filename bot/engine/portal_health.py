"""Whether the portal answers as it should: how long polls wait after a failure, and what the owner is told."""

from datetime import timedelta
from random import Random

import structlog

from bot.account.rate_limiter import RateLimiter
from bot.clock import steady_seconds
from bot.engine.unreadable_pages import PageKeeper
from bot.events import EventSink
from bot.portal.errors import LayoutChanged, RetryLater
from bot.state.domain_events import PortalFailing, Publisher
from bot.state.session_status import BotSession, Condition
from common.backoff import Backoff

log = structlog.get_logger(__name__)


class PortalHealth:
    """The portal's health as polls find it. Each failure is published as PortalFailing."""

    def __init__(
        self,
        *,
        portal: str,
        session: BotSession,
        events: EventSink,
        publisher: Publisher,
        rate_limiter: RateLimiter,
        page_keeper: PageKeeper,
        failures_until_told: int,
        short_wait: timedelta,
    ) -> None:
        """``portal``: the portal's name for people. ``short_wait``: a longer one is told to the owner at once."""
        self._portal = portal
        self._session = session
        self._events = events
        self._publisher = publisher
        self._rate_limiter = rate_limiter
        self._page_keeper = page_keeper
        self._failures_until_told = failures_until_told
        self._short_wait = short_wait
        self._unreadable_in_a_row = 0
        self._random = Random()  # noqa: S311  # jitter, no secret
        #: no poll starts before it is over
        self.backoff = Backoff()
        #: how often the board was read
        self.boards_read = 0

    def record_board(self) -> None:
        """Note that the board was read."""
        self.boards_read += 1
        self._unreadable_in_a_row = 0
        self.backoff = self.backoff.succeeded()
        self._rate_limiter.answers()
        was_away = self._session.clear_condition(Condition.PORTAL)
        was_unreadable = self._session.clear_condition(Condition.LAYOUT)
        if was_away or was_unreadable:
            self._events.notice(action="portal_back", message=f"{self._portal} answers again.")

    def record_failure(self, error: RetryLater) -> None:
        """Note that the portal did not answer, or asked to be left alone, which goes for every request."""
        if error.is_asked:
            self._rate_limiter.asked_to_wait(error.retry_after)
        self.backoff = self.backoff.failed(steady_seconds(), retry_after=error.retry_after, random=self._random)
        log.warning("the portal does not answer", action="portal_failing", why=error.message)
        asks_for_long = error.retry_after is not None and error.retry_after > self._short_wait
        lasts = self.backoff.failures > 1 or asks_for_long
        if lasts and not self._session.has_condition(Condition.PORTAL):
            self._events.error(
                code="portal_unreachable",
                message=f"{error.message[:1].upper()}{error.message[1:]}.",
                what_to_do="nothing; the bot tries again by itself, less and less often, and goes on when it answers",
            )
            self._session.set_condition(Condition.PORTAL, f"{error.message}; the bot tries again by itself")
        self._publisher.publish(PortalFailing())

    def record_unreadable_board(self, error: LayoutChanged) -> None:
        """Note that the board's page cannot be read."""
        self._unreadable_in_a_row += 1
        self.backoff = self.backoff.failed(steady_seconds(), random=self._random)
        log.warning("a page cannot be read", action="layout_changed", why=error.message, url=error.url)
        if self._unreadable_in_a_row == self._failures_until_told:
            kept = self._page_keeper.keep_with_picture(error)
            self._events.error(
                code="layout_changed",
                message=f"The portal's pages are not as they used to be: {error.message}.{kept}",
                what_to_do="look at the portal by hand; if it has changed, correct the portal's definition "
                "(docs/portals.md); the bot looks on slowly and accepts nothing that it cannot read",
            )
            self._session.set_condition(Condition.LAYOUT, f"The portal's pages cannot be read: {error.message}")
        self._publisher.publish(PortalFailing())
