"""The hours of the week in which the portal is watched, and when they begin or end next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.domain.weekly_hours import WeeklyWindow, merged, minute_of_week


@dataclass(frozen=True, kw_only=True, slots=True)
class OpeningHours:
    """The hours of the week in which the portal is watched, in the local time of ``zone``.

    08:00 stays 08:00 on the days of the clock change. An hour that the clock skips does not count, and one that it
    shows twice counts twice.
    """

    #: empty means always
    windows: tuple[WeeklyWindow, ...] = ()
    zone: ZoneInfo

    def is_open(self, now: datetime) -> bool:
        """Whether the portal is watched at this aware moment."""
        if not self.windows:
            return True
        minute = minute_of_week(now.astimezone(self.zone))
        return any(opens <= minute < closes for opens, closes in _merged(self.windows))

    def next_change(self, now: datetime) -> datetime | None:
        """The next moment (UTC) at which the hours begin or end; None if they never do."""
        state = self.is_open(now)
        for moment in self._edges(now):
            if self.is_open(moment) is not state:
                return moment
        return None

    def _edges(self, now: datetime) -> Iterable[datetime]:
        """Every moment in the next eight days at which something can change, in order."""
        today = now.astimezone(self.zone).date()
        edges: set[datetime] = set()
        for offset in range(-1, 9):
            day = today + timedelta(days=offset)
            edges |= set(_clock_changes(day, self.zone))
            for window in self.windows:
                if window.weekday == day.weekday():
                    edges |= set(_readings(day, window.from_minute, self.zone))
                    edges |= set(_readings(day, window.to_minute, self.zone))
        return sorted(edge for edge in edges if edge > now)


#: The poll scheduler asks every second, and the hours rarely change.
_merged = lru_cache(maxsize=8)(merged)


def _readings(day: date, minute: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)
    return wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)


def _clock_changes(day: date, zone: ZoneInfo) -> Iterable[datetime]:
    """The moment at which the clock is changed on this day, if it is."""
    start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    hours = [start + timedelta(hours=hour) for hour in range(26)]
    for earlier, later in pairwise(hours):
        if earlier.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            low, high = earlier, later
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) / 2
                changed = middle.astimezone(zone).utcoffset() != earlier.astimezone(zone).utcoffset()
                low, high = (low, middle) if changed else (middle, high)
            yield high.replace(microsecond=0)
