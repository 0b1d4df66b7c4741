"""Who may ask the portal when: one budget of requests and one wait for everything that asks it in this process."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from contextvars import Context, ContextVar, copy_context
from datetime import timedelta
from enum import Enum
from math import ceil
from random import Random

import structlog

from bot.clock import steady_seconds
from bot.domain.pacing.rate_limit import Budget
from bot.portal.errors import RetryLater
from common.backoff import Backoff

log = structlog.get_logger(__name__)


class RequestPriority(Enum):
    """Why the portal is asked, which says how long it can wait. Goes along with whatever a task starts."""

    #: a look at the board, or at the list of our jobs while it is known: leaves a part of the budget to what looks find
    LOOK = "look"
    #: what a decision waits for: a new job's page, the list of our jobs where it is not known
    DECISION = "decision"
    #: what nobody waits for: leaves room for looks as well, and after a while is as good as one
    LATER = "later"
    #: an accept, and reading what came of it: counts, and never waits for the budget
    CLAIM = "claim"


_purpose: ContextVar[RequestPriority] = ContextVar("purpose of a request", default=RequestPriority.CLAIM)

#: The part of what can go out at once that looks leave to the pages of the jobs that they find.
_LEFT_FOR_DECISIONS = 3

#: So long looks go before what nobody waits for; where they need the whole budget it would wait for ever.
_LATER_SECONDS = 30.0

_SHORTEST_SLEEP = 0.001


@contextlib.contextmanager
def request_priority(purpose: RequestPriority) -> Iterator[None]:
    """Requests within are made for this."""
    before = _purpose.set(purpose)
    try:
        yield
    finally:
        _purpose.reset(before)


def default_priority_context() -> Context:
    """The context for a new task that is not made for the purpose of whoever starts it."""
    context = copy_context()
    context.run(_purpose.set, RequestPriority.CLAIM)
    return context


class RateLimiter:
    """The budget, and how long the portal wants to be left alone (``bot.portal.client.RequestLimiter``).

    What counts are the requests as lanes make them, each page of a board by itself. In any minute there are at most
    ``per_minute``, not counted those for claims, which later looks make up for.
    """

    def __init__(self, per_minute: int) -> None:
        self._budget = Budget.full(per_minute=per_minute, now=steady_seconds())
        self._asked = Backoff()
        self._random = Random()  # noqa: S311  # so that bots do not march in step; no secret
        self._changed = asyncio.Event()
        #: called with how long the portal asks this account to wait, whenever that grows
        self.on_asked: Callable[[timedelta], None] = lambda _: None

    # --- what lanes ask -----------------------------------------------------------------------------------------------

    async def acquire(self) -> None:
        """Return when a request may go out; it counts from now on."""
        purpose, came = _purpose.get(), steady_seconds()
        while (wait := self._seconds_left(purpose, waited=steady_seconds() - came)) > 0:
            await self._sleep(wait)
        self._budget = self._budget.charged(steady_seconds(), 1)

    def acquire_for_accept(self) -> None:
        """Count an accept. Raises RetryLater, and it is not to be sent, while the portal asks to be left alone."""
        left = self._asked.seconds_left(steady_seconds())
        if left > 0:
            raise RetryLater(
                f"the portal asked to be left alone for {left:.0f} s more", retry_after=timedelta(seconds=left)
            )
        self._budget = self._budget.charged(steady_seconds(), 1)

    def record_sent(self) -> None:
        """Count a request that a page made by itself; later ones make up for it."""
        self._budget = self._budget.charged(steady_seconds(), 1)

    @property
    def is_asked_to_wait(self) -> bool:
        """Whether the portal wants to be left alone at this moment."""
        return self._asked.seconds_left(steady_seconds()) > 0

    async def quiet_is_over(self) -> None:
        """Return when the portal does not ask to be left alone (any more)."""
        while (left := self._asked.seconds_left(steady_seconds())) > 0:
            await self._sleep(left)

    # --- what the pace asks -------------------------------------------------------------------------------------------

    def look_at(self, pages: int) -> float:
        """The moment (steady seconds) from which a look of so many pages goes through; minus infinity for at once."""
        now = steady_seconds()
        within = min(max(pages, 1) + self._reserve, self._budget.burst)
        wait = max(self._asked.seconds_left(now), self._budget.seconds_until(now, within))
        return now + max(wait, _SHORTEST_SLEEP) if wait > 0 else float("-inf")

    # --- what is told -------------------------------------------------------------------------------------------------

    def limit(self, per_minute: int) -> None:
        """Another budget from now on; what was spent stays spent."""
        if per_minute == self._budget.per_minute:
            return
        now = steady_seconds()
        before = self._budget.charged(now, 0)
        self._budget = Budget.full(per_minute=per_minute, now=now).charged(now, ceil(before.burst - before.tokens))
        self._wake()

    def answers(self) -> None:
        """The portal answered as it should."""
        self._asked = self._asked.succeeded()

    def asked_to_wait(self, wait: timedelta | None) -> None:
        """The portal asked to be left alone: for so long, or (None) it did not say."""
        before = self._asked.until
        self._asked = self._asked.failed(steady_seconds(), retry_after=wait, random=self._random)
        if self._asked.until > before:
            self._wake()
            self.on_asked(timedelta(seconds=self._asked.seconds_left(steady_seconds())))

    def apply_backoff(self, wait: timedelta) -> None:
        """The portal asked another bot of this account to wait for so long from now on."""
        until = steady_seconds() + wait.total_seconds()
        # what comes back is what this bot told itself, a moment later
        if until > self._asked.until + 1.0:
            log.info("the portal asked another bot of this account to wait", action="waits_with_others", wait=str(wait))
            self._asked = self._asked.failed(steady_seconds(), retry_after=wait)
            self._wake()

    # --- the parts ----------------------------------------------------------------------------------------------------

    @property
    def _reserve(self) -> int:
        return self._budget.burst // _LEFT_FOR_DECISIONS

    def _seconds_left(self, purpose: RequestPriority, *, waited: float) -> float:
        now = steady_seconds()
        asked = self._asked.seconds_left(now)
        match purpose:
            case RequestPriority.CLAIM:
                return asked
            case RequestPriority.DECISION:
                return max(asked, self._budget.seconds_until(now, 1))
            case RequestPriority.LOOK:
                return max(asked, self._budget.seconds_until(now, 1 + self._reserve))
            case RequestPriority.LATER if waited < _LATER_SECONDS:
                in_peace = self._budget.seconds_until(now, 1 + 2 * self._reserve)
                return max(asked, min(in_peace, _LATER_SECONDS - waited))
            case RequestPriority.LATER:
                return self._seconds_left(RequestPriority.LOOK, waited=waited)

    def _wake(self) -> None:
        """Who waits finds out anew how long."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def _sleep(self, seconds: float) -> None:
        # at least what a clock can tell apart; at most a second, because a suspended machine's sleep counts in no timer
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(max(seconds, _SHORTEST_SLEEP), 1.0)):
                await self._changed.wait()
