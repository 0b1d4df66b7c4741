"""Hours of the week in local time: when an owner works, when a portal is watched."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.local_time import MINUTES_A_DAY, weekday_name

#: Minutes of a week on the wall clock.
MINUTES_A_WEEK = 7 * MINUTES_A_DAY


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklyWindow:
    """From one local time to another on one weekday; raises ValueError for a window without length."""

    #: 0 is Monday
    weekday: int
    #: minutes after midnight, 0 to 1439
    from_minute: int
    #: minutes after the same midnight; 1440 is the end of the day, more reaches into the next day (at most 2880)
    to_minute: int

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:  # noqa: PLR2004 - the days of a week
            raise ValueError(f"weekday {self.weekday} is not between 0 (Monday) and 6 (Sunday)")
        if not 0 <= self.from_minute < MINUTES_A_DAY or not self.from_minute < self.to_minute <= 2 * MINUTES_A_DAY:
            raise ValueError("a window starts within its day and ends later, at the latest at the end of the next day")

    def __str__(self) -> str:
        return f"{weekday_name(self.weekday)} {_clock(self.from_minute)} to {_clock(self.to_minute)}"


def whole_day(weekday: int) -> WeeklyWindow:
    """A weekday from midnight to midnight."""
    return WeeklyWindow(weekday=weekday, from_minute=0, to_minute=MINUTES_A_DAY)


def minute_of_week(wall: datetime) -> int:
    """Minutes since Monday 00:00 in local time; ``wall`` is a local time."""
    return wall.weekday() * MINUTES_A_DAY + wall.hour * 60 + wall.minute


def merged(windows: Iterable[WeeklyWindow]) -> tuple[tuple[int, int], ...]:
    """The windows as spans of minutes of the week, touching ones joined, sorted.

    A span that runs over Sunday's end is kept whole and is listed twice, at its place and one week earlier, so that a
    search for a minute between 0 and ``MINUTES_A_WEEK`` finds it.
    """
    spans = sorted(_placed(windows))
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def holds(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one span covers everything from ``start`` (a minute of the week) to ``end`` (later than ``start``)."""
    return any(opens <= start and end <= closes for opens, closes in spans)


def _placed(windows: Iterable[WeeklyWindow]) -> Iterable[tuple[int, int]]:
    for window in windows:
        start = window.weekday * MINUTES_A_DAY + window.from_minute
        end = window.weekday * MINUTES_A_DAY + window.to_minute
        for week in (-MINUTES_A_WEEK, 0, MINUTES_A_WEEK):
            yield start + week, end + week


def _clock(minute: int) -> str:
    if minute == MINUTES_A_DAY:
        return "midnight"
    hours, minutes = divmod(minute % MINUTES_A_DAY, 60)
    return f"{hours:02}:{minutes:02}" + (" the next day" if minute > MINUTES_A_DAY else "")
