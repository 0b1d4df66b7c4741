"""The values of an entry's properties as what they can mean: days, times, durations, periods (RFC 5545, section 3.3).

Programs write times a little off: with dashes, without seconds, in small letters, with an offset. What can be
understood is; where the time of day cannot, the whole day stands for it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from bot.calendars.components import Property

_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_CLOCK = re.compile(r"T?(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?", re.IGNORECASE)
_DURATION = re.compile(r"([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_MIDNIGHT = time()
_LAST_HOUR = 24
_LAST_SECOND = 59
#: A longer duration is an error of writing: no entry of a person lasts for decades, and dates end at the year 9999.
_LONGEST = timedelta(days=36_525)


class Unreadable(Exception):
    """A value, or an entry, that cannot be read; the message says what of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A day or a time as an entry writes it, not yet in its zone."""

    day: date
    #: None for a whole day
    clock: time | None = None
    #: what stands behind the time: ``Z`` or an offset
    offset: timezone | None = None
    #: the zone that the property names; empty where it names none
    zone_name: str = ""
    #: False where the time of day cannot be read: any time of that day, in a zone that nobody knows
    is_certain: bool = True


def point_readings(value: str, one: Property) -> tuple[Written, ...]:
    """Every day or time that the value of this property can mean. Raises Unreadable without a day.

    It can mean several where it contradicts itself: ``TZID`` beside ``Z``, or ``VALUE=DATE`` beside a time of day.
    """
    compact = _SPACE.sub("", value)
    day_match = _DAY.match(compact)
    if day_match is None:
        raise Unreadable("cannot be read")
    try:
        day = date(*map(int, day_match.groups()))
    except ValueError:
        raise Unreadable("names a day that does not exist") from None
    rest = compact[day_match.end() :]
    if not rest:
        return (Written(day=day),)
    zone_name = one.parameters.get("TZID", "")
    clock_match = _CLOCK.fullmatch(rest)
    moment = _moment(day, clock_match) if clock_match is not None else None
    if moment is None:
        return (Written(day=day, clock=_MIDNIGHT, is_certain=False),)
    day_of_moment, clock, offset = moment
    readings = [Written(day=day_of_moment, clock=clock, offset=offset, zone_name="" if offset else zone_name)]
    if offset is not None and zone_name:
        readings.append(Written(day=day_of_moment, clock=clock, zone_name=zone_name))
    if one.parameters.get("VALUE", "").upper() == "DATE":
        readings.append(Written(day=day))
    return tuple(readings)


def _moment(day: date, match: re.Match[str]) -> tuple[date, time, timezone | None] | None:
    """The day, the time of day and the offset; None where there is no such time."""
    hour, minute, second = (int(part or 0) for part in match.groups()[:3])
    if hour == _LAST_HOUR and not minute and not second:
        if day == date.max:
            return None
        day, hour = day + timedelta(days=1), 0
    try:
        # a leap second is the last second for Python
        return (
            day,
            time(hour, minute, min(second, _LAST_SECOND) if second == _LAST_SECOND + 1 else second),
            _offset(match[4]),
        )
    except ValueError:
        return None


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    size = timedelta(hours=hours, minutes=minutes)
    return timezone(-size if text[0] == "-" else size)


def duration(value: str) -> timedelta:
    """A duration. Raises Unreadable."""
    match = _DURATION.fullmatch(_SPACE.sub("", value))
    if match is None or not any(match.groups()[1:]):
        raise Unreadable("cannot be read")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    try:
        length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        length = timedelta.max
    if length > _LONGEST:
        raise Unreadable("is longer than a life")
    return -length if match[1] == "-" else length


def period(value: str, one: Property) -> tuple[Written, Written | timedelta]:
    """The start of a period, and its end or how long it lasts. Raises Unreadable."""
    start, slash, end = value.partition("/")
    if not slash:
        raise Unreadable("is no period")
    first = point_readings(start, one)[0]
    if end.strip().upper().lstrip("+-").startswith("P"):
        return first, duration(end)
    return first, point_readings(end, one)[0]


def change_time(one: Property | None) -> datetime | None:
    """When something was changed, for comparing; None where it does not say."""
    if one is None:
        return None
    try:
        written = point_readings(one.value, one)[0]
    except Unreadable:
        return None
    if written.clock is None or not written.is_certain:
        return None
    return datetime.combine(written.day, written.clock, tzinfo=written.offset or UTC)
