"""When the board is polled.

Polls start on the clock, not after the last answer. How far apart: the owner's interval, made shorter and longer by the
hours in which this portal posts (``bot.engine.posting_history``), with some jitter. A poll waits while the portal wants
to be left alone, while the budget of requests is spent (``bot.account.rate_limiter``) and outside the opening hours.
Polls that were missed meanwhile, or while the machine was suspended, are not made up for: one poll starts.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from bot.account.portal_session import PortalSession
from bot.account.rate_limiter import RateLimiter
from bot.claim.ports import TaskStarter
from bot.clock import steady_seconds
from bot.domain.pacing.schedule import PollSchedule, may_start
from bot.engine.board_poller import BoardPoller
from bot.engine.opening_gate import LONGEST_SLEEP, OpeningGate
from bot.engine.portal_health import PortalHealth
from bot.engine.posting_history import PostingHistory
from bot.state.domain_events import BoardRead, PortalFailing, SignedIn
from bot.state.session_status import BotSession
from contract.configuration import BotConfiguration


@dataclass(frozen=True, kw_only=True, slots=True)
class SchedulerPorts:
    """What the moment of a poll depends on."""

    session: BotSession
    portal: PortalSession
    poller: BoardPoller
    gate: OpeningGate
    health: PortalHealth
    rate_limiter: RateLimiter
    posting_history: PostingHistory
    tasks: TaskStarter


class PollScheduler:
    """Starts polls."""

    def __init__(self, configuration: BotConfiguration, ports: SchedulerPorts, *, most_under_way: int) -> None:
        self._configuration = configuration
        self._ports = ports
        self._most_under_way = most_under_way
        self._random = Random()  # noqa: S311  # jitter, no secret
        self._under_way: set[asyncio.Task[None]] = set()
        #: how many pages the board has
        self._pages = 1
        self._changed = asyncio.Event()
        self._poll_at_once = False

    @property
    def polls(self) -> Iterator[asyncio.Task[None]]:
        """The polls that are under way."""
        return iter(tuple(self._under_way))

    # --- commands -----------------------------------------------------------------------------------------------------

    def pause(self) -> None:
        """Start no poll until ``resume``."""
        self._ports.session.is_paused = True
        self._interrupt()

    def resume(self) -> None:
        """Poll now, and then on the clock."""
        self._ports.session.is_paused = False
        self.poll_now()

    def configure(self, configuration: BotConfiguration) -> None:
        """Use these settings from now on, and poll now."""
        self._configuration = configuration
        self._ports.gate.configure(configuration)
        self._ports.rate_limiter.limit(configuration.requests_per_minute)
        self.poll_now()

    def poll_now(self) -> None:
        """Start the schedule anew with a poll that starts now."""
        self._poll_at_once = True
        self._changed.set()

    # --- events -------------------------------------------------------------------------------------------------------

    def receive_board(self, event: BoardRead) -> None:
        """The board was read in full."""
        self._pages = event.board.pages
        self._ports.posting_history.record_poll(event.new_jobs, interval=self._configuration.check_interval_seconds)

    def receive_sign_in(self, event: SignedIn) -> None:
        """The portal knows us: the next poll may be earlier."""
        del event
        self._changed.set()

    def receive_failure(self, event: PortalFailing) -> None:
        """The portal is failing: the next poll is later."""
        del event
        self._interrupt()

    # --- the loop -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Start polls, until cancelled."""
        schedule = PollSchedule.starting(steady_seconds())
        while True:
            await self._sleep(schedule.seconds_left(steady_seconds()))
            if not self._ports.gate.update() or self._ports.session.is_paused:
                self._interrupt()
                await self._sleep(self._ports.gate.seconds_to_opening)
                self._poll_at_once = True
                continue
            if self._poll_at_once:
                self._poll_at_once = False
                schedule = PollSchedule.starting(steady_seconds())
            schedule = schedule.moved_to(self._not_before())
            if schedule.is_due(steady_seconds()):
                # without a portal session one poll signs in; further ones would only wait for it
                most = self._most_under_way if self._ports.portal.is_signed_in else 1
                if may_start(under_way=len(self._under_way), most_under_way=most):
                    self._start_poll()
                schedule = schedule.advanced(
                    steady_seconds(),
                    interval=self._ports.posting_history.seconds_to_next(self._configuration, self._ports.gate.hours),
                    jitter=self._configuration.jitter,
                    random=self._random,
                )

    def _not_before(self) -> float:
        """The moment (monotonic seconds) before which no poll may start, by backoff and budget."""
        pages = self._pages * (1 + len(self._under_way))
        return max(self._ports.health.backoff.until, self._ports.rate_limiter.look_at(pages))

    def _start_poll(self) -> None:
        task = self._ports.tasks.start(self._ports.poller.poll(), "poll the board")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _interrupt(self) -> None:
        """Note a gap: what the next poll finds was not necessarily posted a moment before."""
        self._ports.posting_history.interrupt()
        self._changed.set()

    async def _sleep(self, seconds: float) -> None:
        """Sleep, and wake early if something changes that the next poll depends on."""
        self._changed.clear()
        if seconds <= 0:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, LONGEST_SLEEP)):
                await self._changed.wait()
