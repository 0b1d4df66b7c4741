"""The time zones of one calendar: what each name in it can mean, by its own definitions and by the databases."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from io import StringIO

from dateutil.tz import tzical

from bot.calendars.components import Component, Property
from bot.calendars.values import Unreadable, point_readings
from bot.calendars.zone_names import known_zones

#: Errors of a definition that makes no sense, from whatever depth of dateutil.
_SENSELESS = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, AssertionError)

_HALF_A_DAY = timedelta(hours=12)
_HOUR = timedelta(hours=1)
#: A rule of a definition says when clocks change: once a year. One that says it more often is a trap for memory.
_RULE = "FREQ=YEARLY"


class Zones:
    """The zones of one calendar, asked by the names that it uses.

    A definition of its own (``VTIMEZONE``) counts beside the zone that its name is known for, where they differ at some
    time from ``first`` to ``last``: programs write both kinds of errors.
    """

    def __init__(self, definitions: Iterable[Component], *, first: datetime, last: datetime) -> None:
        self._first = first.replace(tzinfo=None)
        self._last = last.replace(tzinfo=None)
        self._defined: dict[str, list[tzinfo]] = defaultdict(list)
        for definition in definitions:
            zone = _defined_zone(definition)
            if zone is not None:
                self._defined[_key(definition.text("TZID"))].append(zone)
        self._readings: dict[str, tuple[tzinfo, ...]] = {}

    def readings(self, name: str) -> tuple[tzinfo, ...]:
        """Every zone that the name can mean in this calendar, each once; none where nobody knows it."""
        if name not in self._readings:
            distinct: list[tzinfo] = []
            for zone in (*known_zones(name), *self._defined.get(_key(name), ())):
                if not any(self._agree(zone, other) for other in distinct):
                    distinct.append(zone)
            self._readings[name] = tuple(distinct)
        return self._readings[name]

    def _agree(self, one: tzinfo, other: tzinfo) -> bool:
        """Whether both show the same time throughout: twice a day, and every hour where a clock may have changed."""
        at, before = self._first, one.utcoffset(self._first)
        while at <= self._last:
            offset = one.utcoffset(at)
            if offset != other.utcoffset(at):
                return False
            if offset != before:
                hours = (at - hour * _HOUR for hour in range(int(_HALF_A_DAY / _HOUR)))
                if any(one.utcoffset(hour) != other.utcoffset(hour) for hour in hours):
                    return False
            at, before = at + _HALF_A_DAY, offset
        return True


def _key(name: str) -> str:
    return " ".join(name.strip("/").casefold().split())


def _defined_zone(definition: Component) -> tzinfo | None:
    """The zone that the calendar defines; None where the definition cannot be used, as if it were not there."""
    try:
        lines = ["BEGIN:VTIMEZONE", "TZID:own"]
        for part in definition.parts:
            lines += [f"BEGIN:{part.name}", *_observance_lines(part), f"END:{part.name}"]
        zone: tzinfo | None = tzical(StringIO("\r\n".join([*lines, "END:VTIMEZONE", ""]))).get()
        if zone is None or zone.utcoffset(datetime(2026, 1, 1)) is None:  # noqa: DTZ001  (a wall clock's time)
            return None
    except (Unreadable, *_SENSELESS):
        return None
    return zone


def _observance_lines(part: Component) -> Iterable[str]:
    """One half of a definition (RFC 5545, section 3.6.5) as dateutil reads it."""
    if part.damaged:
        raise Unreadable("a line of the definition cannot be read")
    starts, offsets_from, offsets_to = (part.all(name) for name in ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"))
    if not (starts and offsets_from and offsets_to):
        raise Unreadable("the definition is not whole")
    yield f"DTSTART:{_wall_clock(starts[0], starts[0].value)}"
    yield f"TZOFFSETFROM:{offsets_from[0].value}"
    yield f"TZOFFSETTO:{offsets_to[0].value}"
    for rule in part.all("RRULE"):
        if _RULE not in (text := rule.value.upper().replace(" ", "")).split(";") or "INTERVAL=0" in text.split(";"):
            raise Unreadable("the rule of the definition cannot be meant")
        yield f"RRULE:{text}"
    for dates in part.all("RDATE"):
        yield f"RDATE:{','.join(_wall_clock(dates, value) for value in dates.value.split(',') if value)}"


def _wall_clock(one: Property, value: str) -> str:
    written = point_readings(value, one)[0]
    if not written.is_certain:
        raise Unreadable("a time of the definition cannot be read")
    return f"{written.day:%Y%m%d}T" + (f"{written.clock:%H%M%S}" if written.clock else "000000")
