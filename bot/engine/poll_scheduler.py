"""When to look at the board.

Looks start on the clock, not after the last answer. How far apart: the owner's interval, tightened and relaxed by the
hours in which this portal posts (``bot.engine.posting_history``), with some jitter. A look waits while the portal wants
to be left alone, while the budget of requests is spent (``bot.account.rate_limiter``) and outside the opening hours.
What was missed meanwhile, or while the machine slept, is not made up for: one look starts.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime
from random import Random
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import structlog

from bot.account.rate_limiter import RateLimiter
from bot.clock import now, steady_seconds
from bot.domain.pacing.opening_hours import OpeningHours
from bot.domain.pacing.schedule import PollSchedule, may_start
from bot.engine.portal_health import PortalHealth
from bot.engine.posting_history import PostingHistory
from bot.settings.rules_from_configuration import windows_of
from bot.state.session_status import Condition, Session
from contract.configuration import BotConfiguration

log = structlog.get_logger(__name__)

#: However long there is to wait, the clocks are looked at so often: a machine's sleep counts in no timer, and the wall
#: clock may be set.
_LOOK_AROUND_SECONDS = 1.0


class PaceHost(Protocol):
    """What the pace needs of the engine."""

    async def look(self) -> None:
        """One pass over the board; whatever the portal answers, nothing is raised but a cancellation."""
        ...

    @property
    def is_signed_in(self) -> bool:
        """Whether there is a session that nobody found ended."""
        ...


class PollScheduler:
    """Starts the looks at the board."""

    def __init__(
        self,
        host: PaceHost,
        *,
        session: Session,
        configuration: BotConfiguration,
        zone: ZoneInfo,
        turns: RateLimiter,
        trouble: PortalHealth,
        habits: PostingHistory,
        most_under_way: int,
    ) -> None:
        self._host = host
        self._session = session
        self._zone = zone
        self._turns = turns
        self._trouble = trouble
        trouble.on_change = self._interrupted
        self._habits = habits
        self._most_under_way = most_under_way
        self._random = Random()  # noqa: S311  # so that bots do not march in step; no secret
        self._under_way: set[asyncio.Task[None]] = set()
        self._pages = 1
        self._changed = asyncio.Event()
        self._opened = asyncio.Event()
        self._look_at_once = False
        #: nothing is watched because the owner said so
        self.is_paused = False
        self._configuration = configuration
        self._hours = self._opening_hours()
        self._opens_at: datetime | None = None

    @property
    def looks(self) -> Iterator[asyncio.Task[None]]:
        """The looks that are under way."""
        return iter(tuple(self._under_way))

    @property
    def is_open(self) -> bool:
        """Whether the opening hours let anybody look now."""
        return self._hours.is_open(now())

    # --- what is told -------------------------------------------------------------------------------------------------

    def pause(self) -> None:
        """Start no look until ``resume``."""
        self.is_paused = True
        self._interrupted()

    def resume(self) -> None:
        """Look at once, and then on the clock."""
        self.is_paused = False
        self.look_at_once()

    def configure(self, configuration: BotConfiguration) -> None:
        """Go by these settings from now on, and look at once."""
        self._configuration = configuration
        self._hours = self._opening_hours()
        self._opens_at = None
        self._turns.limit(configuration.requests_per_minute)
        self.look_at_once()

    def looked(self, *, pages: int, new_jobs: int) -> None:
        """The board was read in full."""
        self._pages = pages
        self._habits.looked(new_jobs, interval=self._configuration.check_interval_seconds)

    def look_at_once(self) -> None:
        """Begin the rhythm anew with a look that starts now."""
        self._look_at_once = True
        self.hurry()

    def hurry(self) -> None:
        """Something changed that the next look's moment depends on."""
        self._changed.set()

    async def until_open(self) -> None:
        """Return when the opening hours let anybody look."""
        while not self.is_open:
            self._opened.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_AROUND_SECONDS):
                    await self._opened.wait()

    # --- the loop -----------------------------------------------------------------------------------------------------

    async def run(self, start: "Start") -> None:
        """Start looks as tasks that ``start`` makes, until cancelled."""
        clock = PollSchedule.starting(steady_seconds())
        while True:
            await self._sleep(clock.seconds_left(steady_seconds()))
            if not self._may_watch():
                self._interrupted()
                await self._sleep(self._seconds_to_opening())
                self._look_at_once = True
                continue
            if self._look_at_once:
                self._look_at_once = False
                clock = PollSchedule.starting(steady_seconds())
            clock = clock.moved_to(self._not_before())
            if clock.is_due(steady_seconds()):
                # without a session a single look signs in; more would only wait for it
                most = self._most_under_way if self._host.is_signed_in else 1
                if may_start(under_way=len(self._under_way), most_under_way=most):
                    self._start_look(start)
                clock = clock.advanced(
                    steady_seconds(),
                    interval=self._habits.seconds_to_next(self._configuration, self._hours),
                    jitter=self._configuration.jitter,
                    random=self._random,
                )

    def _may_watch(self) -> bool:
        if self.is_open:
            if self._session.is_past(Condition.HOURS):
                log.info("the opening hours have begun", action="opened")
            self._opened.set()
            return not self.is_paused
        if not self._session.is_held_up_by(Condition.HOURS):
            log.info("outside the opening hours", action="closed")
            self._opens_at = None
        if self._opens_at is None or self._opens_at <= now():
            self._opens_at = self._hours.next_change(now())
        when = "once they are changed"
        if self._opens_at is not None:
            wall = self._opens_at.astimezone(self._zone)
            when = f"on {wall:%A} {wall.day} {wall:%B} at {wall:%H:%M}"
        self._session.holds(Condition.HOURS, f"Outside your opening hours: the portal is watched again {when}")
        return False

    def _seconds_to_opening(self) -> float:
        if self.is_open or self._opens_at is None:
            return _LOOK_AROUND_SECONDS
        return max((self._opens_at - now()).total_seconds(), 0.01)

    def _not_before(self) -> float:
        """The moment before which no look may start, for the portal's sake."""
        return max(self._trouble.backoff.until, self._turns.look_at(self._pages * (1 + len(self._under_way))))

    def _start_look(self, start: "Start") -> None:
        task = start(self._host.look(), "look at the board")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _interrupted(self) -> None:
        """What the next look finds was not posted at that minute."""
        self._habits.interrupted()
        self.hurry()

    def _opening_hours(self) -> OpeningHours:
        return OpeningHours(windows=windows_of(self._configuration.opening_hours), zone=self._zone)

    async def _sleep(self, seconds: float) -> None:
        """Sleep, less long where something changes meanwhile."""
        self._changed.clear()
        if seconds <= 0:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, _LOOK_AROUND_SECONDS)):
                await self._changed.wait()


#: Makes a task of the engine's own.
Start = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]
