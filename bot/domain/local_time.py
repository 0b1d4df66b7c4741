"""Converting between local time, as a portal and its users write it, and UTC, as everything inside counts.

In Europe/London the hour from 01:00 to 02:00 happens twice on the last Sunday of October and never on the last Sunday
of March. ``moment`` reads such a time as Python does with ``fold=0`` (PEP 495): the first of the two in October; in
March as if the clock had not been put forward yet, so that 01:30 is the moment at which the clocks show 02:30.
``both_readings`` gives both, for callers to whom the difference matters.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: Minutes of a day on the wall clock, also of a day with a clock change.
MINUTES_A_DAY = 24 * 60

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)  # fmt: skip


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The UTC moment at which clocks in ``zone`` show this; see the module for the nights of the clock change."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def both_readings(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The earliest and the latest UTC moment that this local time can mean: the same except in the two nights."""
    once = datetime.combine(day, at, tzinfo=zone)
    readings = (once.astimezone(UTC), once.replace(fold=1).astimezone(UTC))
    return min(readings), max(readings)


def day_span(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A day's start and end in UTC: 23, 24 or 25 hours."""
    return moment(day, time(), zone), moment(day + timedelta(days=1), time(), zone)


def weekday_name(weekday: int) -> str:
    """``Monday`` for 0."""
    return _DAYS[weekday]


def say_date(day: date) -> str:
    """``Wednesday 25 November 2026``."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def say_minutes(minutes: int) -> str:
    """``1 hour 30 minutes``."""
    hours, rest = divmod(minutes, 60)
    said = [_counted(hours, "hour")] if hours else []
    if rest or not hours:
        said.append(_counted(rest, "minute"))
    return " ".join(said)


def say_duration(duration: timedelta) -> str:
    """``2 days``, ``3 hours``, ``2 days 45 minutes``: whole minutes in words."""
    minutes = int(duration.total_seconds() // 60)
    days, rest = divmod(minutes, MINUTES_A_DAY)
    if not days:
        return say_minutes(minutes)
    return _counted(days, "day") + (f" {say_minutes(rest)}" if rest else "")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
