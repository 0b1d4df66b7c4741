"""The owner's opening hours at work: whether the portal may be watched now, and what the session says about it."""

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from bot.clock import now
from bot.domain.pacing.opening_hours import OpeningHours
from bot.settings.rules_from_configuration import windows_of
from bot.state.session_status import BotSession, Condition
from contract.configuration import BotConfiguration

log = structlog.get_logger(__name__)

#: Clocks are read at least this often during a wait, in seconds: a suspended machine's time counts in no timer, and the
#: wall clock may be changed.
LONGEST_SLEEP = 1.0


class OpeningGate:
    """Opens and closes with the hours (``bot.availability.assigned_jobs.WatchedHours``)."""

    def __init__(self, configuration: BotConfiguration, *, session: BotSession, zone: ZoneInfo) -> None:
        self._session = session
        self._zone = zone
        self._opened = asyncio.Event()
        self.hours: OpeningHours
        self._opens_at: datetime | None
        self.configure(configuration)

    @property
    def is_open(self) -> bool:
        """Whether the portal may be watched now."""
        return self.hours.is_open(now())

    @property
    def seconds_to_opening(self) -> float:
        """The seconds until the hours begin, as far as known; ``LONGEST_SLEEP`` if they have begun."""
        if self.is_open or self._opens_at is None:
            return LONGEST_SLEEP
        return max((self._opens_at - now()).total_seconds(), 0.01)

    def configure(self, configuration: BotConfiguration) -> None:
        """Use the opening hours of this configuration from now on."""
        self.hours = OpeningHours(windows=windows_of(configuration.opening_hours), zone=self._zone)
        self._opens_at = None

    async def wait_until_open(self) -> None:
        """Return when the portal may be watched, as the poll scheduler's next ``update`` finds."""
        while not self.is_open:
            self._opened.clear()
            await self._opened.wait()

    def update(self) -> bool:
        """Bring the session's condition up to date; return whether the portal may be watched now."""
        if self.is_open:
            if self._session.clear_condition(Condition.HOURS):
                log.info("the opening hours have begun", action="opened")
            self._opened.set()
            return True
        if not self._session.has_condition(Condition.HOURS):
            log.info("outside the opening hours", action="closed")
            self._opens_at = None
        if self._opens_at is None or self._opens_at <= now():
            self._opens_at = self.hours.next_change(now())
        when = "once they are changed"
        if self._opens_at is not None:
            wall = self._opens_at.astimezone(self._zone)
            when = f"on {wall:%A} {wall.day} {wall:%B} at {wall:%H:%M}"
        message = f"Outside your opening hours: the portal is watched again {when}"
        self._session.set_condition(Condition.HOURS, message)
        return False
