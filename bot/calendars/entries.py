"""An iCal text (RFC 5545) as busy spans. Pure; the one place that knows iCal and its libraries.

An entry is busy unless it says that it is cancelled (``STATUS``) or leaves its time free (``TRANSP``); published busy
times (``VFREEBUSY``) count as well. Where a text can mean two things, the longer or busier one is taken, and an entry
whose time cannot be read is named, never left out in silence: both could end in a double booking.

Times without a zone are in the zone that the calendar names for itself (``X-WR-TIMEZONE``), else in the owner's;
whole days are days of the owner's zone. A time in a zone that nobody knows counts with every reading it can have. A
recurrence that is written in UTC, in a calendar that names its zone, counts twice: by the clock of that zone, as some
programs mean it, and in UTC, as it is written.

Recurrences are expanded by ``recurring-ical-events``. Exceptions (``EXDATE``, entries with a ``RECURRENCE-ID``) are
applied here: the library compares their UTC times with others' wall clock times as well (3.8.2), so in summer an
exception for 10:00 in London, 09:00 UTC, would also remove the occurrence at 09:00 in London.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from math import prod
from typing import Any, cast
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component, Event
from icalendar.prop import vDDDLists, vDDDTypes, vRecur
from icalendar.timezone import tzp

from bot.calendars.text import SENSELESS, NotACalendar, damaged_rules, parse, whole, without_past
from bot.domain.busy_calendar import BusySpan

#: Where somebody has more than this in the horizon, something is wrong with the calendar, and memory is not for that.
MOST_SPANS = 20_000

#: A rule that is counted through in more steps than this means no person's time: every minute for a year is as many.
_MOST_STEPS = 500_000
_STEP = {
    "SECONDLY": timedelta(seconds=1),
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
}

#: A wall clock time without a known zone is at most this much earlier (Kiribati) and later (Baker Island) in UTC.
_EARLIEST_ZONE = timedelta(hours=14)
_LATEST_ZONE = timedelta(hours=12)
#: Asked around the horizon, so that no zone matters at its edges; what lies outside is dropped afterwards.
_MARGIN = timedelta(days=2)
_DAY = timedelta(days=1)

_LONGEST_TITLE = 80
_NO_TITLE = "an entry without a title"
_PRIVATE = "a private entry"

#: What an entry's time hangs on: a line with one of these that cannot be read leaves the time unknown.
_TIME_PROPERTIES = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "RECURRENCE-ID")

#: A point in time as an entry writes it: a whole day, or a moment with its zone.
_Point = date | datetime


class _Unreadable(Exception):
    """This entry's time cannot be read; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entries:
    """What a calendar says about a stretch of time."""

    #: sorted, each once
    spans: tuple[BusySpan, ...]
    #: entries whose time cannot be read, in words: they may be at any time
    unreadable: tuple[str, ...] = ()
    #: names of time zones that nobody knows; entries in them take all the time that they may mean
    unknown_zones: tuple[str, ...] = ()


def read_entries(content: bytes, *, zone: ZoneInfo, first: datetime, last: datetime) -> Entries:
    """All that is busy at some moment from ``first`` up to ``last`` (aware). Raises NotACalendar."""
    text = without_past(whole(content), day=(first - 2 * _MARGIN).astimezone(UTC).date())
    reader = _Reader(zone=zone, first=first, last=last, unreadable=list(damaged_rules(text)))
    for calendar in parse(text):
        reader.read(calendar)
    return Entries(
        spans=tuple(sorted(reader.spans, key=lambda span: (span.starts_at, span.ends_at, span.title))),
        unreadable=tuple(dict.fromkeys(reader.unreadable)),
        unknown_zones=tuple(sorted(reader.unknown_zones)),
    )


# --- one calendar -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """A busy entry, read."""

    title: str
    #: a whole day, or an aware moment
    start: _Point
    #: as the entry writes it; None where it has a duration instead, or neither
    end: _Point | None
    #: what the wall clock (or the calendar) shows between start and end; negative only in a senseless entry
    length: timedelta
    #: the length was given as hours (``DURATION``), not as an end on the wall clock
    is_duration: bool
    rules: tuple[vRecur, ...]
    extra: tuple[vDDDLists, ...]
    exceptions: tuple[_Point, ...]
    has_unknown_zone: bool

    @property
    def recurs(self) -> bool:
        """Whether there may be more occurrences than the one at ``start``."""
        return bool(self.rules or self.extra)


@dataclass(kw_only=True)
class _Reader:
    zone: ZoneInfo
    first: datetime
    last: datetime
    spans: set[BusySpan] = field(default_factory=set)
    unreadable: list[str] = field(default_factory=list)
    unknown_zones: set[str] = field(default_factory=set)

    def read(self, calendar: Calendar) -> None:
        """Add what this calendar says."""
        own_zone = _calendar_zone(calendar)
        series = _Series(reader=self, floating_zone=own_zone or self.zone, utc_means=own_zone)
        by_uid: dict[str, list[Event]] = defaultdict(list)
        for number, event in enumerate(calendar.walk("VEVENT")):
            by_uid[_text(event.get("UID")) or f"\0{number}"].append(cast(Event, event))
        for events in by_uid.values():
            series.read(events)
        for component in calendar.walk("VFREEBUSY"):
            self._read_busy_times(component)

    def add(self, title: str, starts_at: datetime, ends_at: datetime) -> None:
        """Add a span (UTC) where it touches the horizon."""
        if starts_at < self.last and (ends_at > self.first or starts_at == ends_at >= self.first):
            self.spans.add(BusySpan(starts_at=starts_at, ends_at=ends_at, title=title))
            if len(self.spans) > MOST_SPANS:
                raise NotACalendar(f"fills more than {MOST_SPANS:,} times, which cannot be meant")

    def _read_busy_times(self, component: Component) -> None:
        periods = component.get("FREEBUSY", [])
        for period in periods if isinstance(periods, list) else [periods]:
            try:
                if _text(period.params.get("FBTYPE")).upper() != "FREE":
                    start, end = period.dt
                    starts_at = start.astimezone(UTC)
                    self.add("busy", starts_at, starts_at + end if isinstance(end, timedelta) else end.astimezone(UTC))
            except SENSELESS:
                self.unreadable.append("a busy time that cannot be read")


def _calendar_zone(calendar: Calendar) -> ZoneInfo | None:
    """The zone that the calendar names for itself; None where it names none that is known."""
    name = _text(calendar.get("X-WR-TIMEZONE"))
    zone = tzp.timezone(name) if name else None
    return zone if isinstance(zone, ZoneInfo) else None


# --- the entries that share an identity -------------------------------------------------------------------------------


@dataclass(kw_only=True)
class _Series:
    """An entry with its recurrences and their exceptions: all that has one ``UID``."""

    reader: _Reader
    #: the zone of times that name none
    floating_zone: ZoneInfo
    #: recurrences that are written in UTC may follow the clock of this zone; None where they are meant in UTC
    utc_means: ZoneInfo | None

    def read(self, events: list[Event]) -> None:
        """Add what these say."""
        changes = [event for event in events if "RECURRENCE-ID" in event]
        if any(_changes_the_future(event) for event in changes):
            with self._naming(events[0]):
                self._add_by_library(events)
            return
        originals = [event for event in events if "RECURRENCE-ID" not in event]
        newest = max((_sequence(event) for event in originals), default=0)
        replaced = tuple(_point(one) for event in changes if _is_point(one := event.get("RECURRENCE-ID")))
        for event in originals:
            # an older version of an entry is void; those of one age are several that share an identity by mistake
            if _sequence(event) == newest and _is_busy(event):
                with self._naming(event):
                    for entry in self._readings(event):
                        self._add(entry, replaced)
        for event in _newest_of_each(changes):
            if _is_busy(event):
                with self._naming(event):
                    self._add(self._entry(event), ())

    @contextmanager
    def _naming(self, event: Event) -> Iterator[None]:
        """What cannot be read is told by its title."""
        try:
            yield
        except _Unreadable as error:
            self.reader.unreadable.append(f"“{_title(event)}”: {error}")
        except SENSELESS as error:
            self.reader.unreadable.append(f"“{_title(event)}”: it makes no sense ({type(error).__name__})")

    def _readings(self, event: Event) -> Iterator[_Entry]:
        """The entry in each way in which it may be meant."""
        yield self._entry(event)
        start = event.get("DTSTART")
        is_in_utc = isinstance(start, vDDDTypes) and isinstance(start.dt, datetime) and not start.dt.utcoffset()
        if self.utc_means and "RRULE" in event and is_in_utc and start.dt.tzinfo is not None:
            yield self._entry(event, on_the_clock_of=self.utc_means)

    # --- reading an entry ---------------------------------------------------------------------------------------------

    def _entry(self, event: Event, *, on_the_clock_of: ZoneInfo | None = None) -> _Entry:
        """``on_the_clock_of``: recurs there, though it is written in UTC."""
        unread = [message for name, message in event.errors if name is None]
        if any(f"'{name}" in message.upper() for message in unread for name in _TIME_PROPERTIES):
            raise _Unreadable("one of its lines cannot be read")
        rules = tuple(_all_of(event, "RRULE", vRecur, "the rule by which it recurs"))
        extra = tuple(_all_of(event, "RDATE", vDDDLists, "the dates on which it recurs"))
        start_as_written = _only(event, "DTSTART", "start")
        if start_as_written is None:
            raise _Unreadable("it has no start")
        start, unknown = self._place(start_as_written)
        if on_the_clock_of is not None and isinstance(start, datetime):
            start = start.astimezone(on_the_clock_of)
        end_as_written, duration = _only(event, "DTEND", "end"), _only(event, "DURATION", "duration")
        end = None
        if end_as_written is not None:
            end, end_unknown = self._place(end_as_written, like=start)
            unknown |= end_unknown
            start, end, length = self._between(start, end)
        elif duration is not None:
            if not isinstance(duration.dt, timedelta):
                raise _Unreadable("its duration cannot be read")
            length = duration.dt
            if not isinstance(start, datetime) and length % _DAY:
                start = datetime.combine(start, time(), tzinfo=self.reader.zone)
        else:
            length = timedelta(0)
        if not isinstance(start, datetime):
            length = max(length, _DAY)
            end = None
        return _Entry(
            title=_title(event),
            start=start,
            end=end,
            length=length,
            is_duration=duration is not None and end_as_written is None,
            rules=rules,
            extra=extra,
            exceptions=tuple(_exceptions(event)),
            has_unknown_zone=unknown,
        )

    def _place(self, value: vDDDTypes, *, like: _Point | None = None) -> tuple[_Point, bool]:
        """The point in its zone, and whether that zone is unknown. ``like``: whose zone a time without one shares."""
        point, name = _point(value), _text(value.params.get("TZID"))
        if not isinstance(point, datetime) or point.tzinfo is not None:
            return point, False
        if name:
            self.reader.unknown_zones.add(name[:_LONGEST_TITLE])
            return point.replace(tzinfo=self.floating_zone), True
        zone = like.tzinfo if isinstance(like, datetime) else self.floating_zone
        return point.replace(tzinfo=zone), False

    def _between(self, start: _Point, end: _Point) -> tuple[_Point, _Point, timedelta]:
        """Start and end, of one kind, and what lies between them on the start's clock."""
        if not isinstance(start, datetime) and not isinstance(end, datetime):
            return start, end, end - start
        start, end = self._moment(start), self._moment(end)
        shown = end.astimezone(start.tzinfo).replace(tzinfo=None) - start.replace(tzinfo=None)
        return start, end, shown

    def _moment(self, point: _Point) -> datetime:
        """A whole day begins at midnight where the owner is."""
        if isinstance(point, datetime):
            return point if point.tzinfo is not None else point.replace(tzinfo=self.floating_zone)
        return datetime.combine(point, time(), tzinfo=self.reader.zone)

    # --- its occurrences ----------------------------------------------------------------------------------------------

    def _add(self, entry: _Entry, replaced: tuple[_Point, ...]) -> None:
        exceptions = _Exceptions.of((*entry.exceptions, *replaced), entry=entry, zone=self.reader.zone)
        if not entry.recurs:
            if not exceptions.hold(entry.start):
                self._add_span(entry, entry.start, entry.end, entry.length)
            return
        for start, length in self._occurrences(entry):
            if not exceptions.hold(start):
                self._add_span(entry, start, None, length)

    def _occurrences(self, entry: _Entry) -> Iterator[tuple[_Point, timedelta]]:
        """Every occurrence within the horizon and a margin: its start and what the wall clock shows until its end."""
        if any(_steps(rule, self.reader.last - self._moment(entry.start)) > _MOST_STEPS for rule in entry.rules):
            raise _Unreadable("it recurs too often to be counted")
        event, length = Event(), max(entry.length, timedelta(0))
        event["UID"] = "entry"
        event["DTSTART"], event["DTEND"] = vDDDTypes(entry.start), vDDDTypes(entry.start + length)
        event["RRULE"] = [_with_end_like(rule, entry.start, self.reader.zone) for rule in entry.rules]
        event["RDATE"] = [self._placed(dates, entry.start) for dates in entry.extra]
        calendar = Calendar()
        calendar.add_component(event)
        margin = _MARGIN + abs(entry.length)
        query = recurring_ical_events.of(calendar)
        for occurrence in query.between(self.reader.first - margin, self.reader.last + margin):
            start, end = occurrence["DTSTART"].dt, occurrence["DTEND"].dt
            shown = end - start
            yield start, entry.length if shown == length else shown

    def _placed(self, dates: vDDDLists, start: _Point) -> vDDDLists:
        """Further dates of an entry, in the zone of its start where they name none."""

        def placed(value: Any) -> Any:
            if isinstance(value, tuple):
                return tuple(placed(part) for part in value)
            if isinstance(value, datetime) and value.tzinfo is None and isinstance(start, datetime):
                return value.replace(tzinfo=start.tzinfo)
            return value

        return vDDDLists([placed(value.dt) for value in dates.dts])

    def _add_span(self, entry: _Entry, start: _Point, end: _Point | None, length: timedelta) -> None:
        starts_at = self._moment(start).astimezone(UTC)
        if end is not None:
            ends_at = self._moment(end).astimezone(UTC)
        else:
            ends_at = self._moment(start + length).astimezone(UTC)
            if entry.is_duration and isinstance(start, datetime):
                # days are days of the wall clock, hours are hours (RFC 5545, 3.3.6); what was 24 hours is a day by now
                days, hours = length // _DAY * _DAY, length % _DAY
                ends_at = self._moment(start + days).astimezone(UTC) + hours
                ends_at = max(ends_at, starts_at + length) if days else ends_at
        starts_at, ends_at = sorted((starts_at, ends_at))
        if entry.has_unknown_zone:
            starts_at = self._moment(start).replace(tzinfo=UTC) - _EARLIEST_ZONE
            ends_at = max(self._moment(start + length).replace(tzinfo=UTC), starts_at + _EARLIEST_ZONE) + _LATEST_ZONE
        self.reader.add(entry.title, starts_at, ends_at)

    def _add_by_library(self, events: list[Event]) -> None:
        """A series of which one entry changes all that follow (``RANGE=THISANDFUTURE``), which hardly anybody writes.

        The library moves what follows; it is asked for the whole series.
        """
        calendar = Calendar()
        for event in events:
            calendar.add_component(event)
        query = recurring_ical_events.of(calendar)
        for occurrence in query.between(self.reader.first - _MARGIN, self.reader.last + _MARGIN):
            if _is_busy(occurrence):
                start, end = self._moment(_point(occurrence["DTSTART"])), self._moment(_point(occurrence["DTEND"]))
                self.reader.add(_title(occurrence), start.astimezone(UTC), max(start, end).astimezone(UTC))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Exceptions:
    """Occurrences that do not take place, or elsewhere: by their moment, or by their day."""

    #: UTC
    moments: frozenset[datetime]
    days: frozenset[date]

    @classmethod
    def of(cls, points: Iterable[_Point], *, entry: _Entry, zone: ZoneInfo) -> "_Exceptions":
        """The exceptions as they are written; a time without a zone is in that of the entry's start."""
        moments, days = set[datetime](), set[date]()
        for point in points:
            if not isinstance(point, datetime):
                days.add(point)
            elif isinstance(entry.start, datetime):
                moments.add((point if point.tzinfo else point.replace(tzinfo=entry.start.tzinfo)).astimezone(UTC))
            else:  # some programs write an exception of whole days as a midnight
                days.add((point.astimezone(zone) if point.tzinfo else point).date())
        return cls(moments=frozenset(moments), days=frozenset(days))

    def hold(self, start: _Point) -> bool:
        """Whether the occurrence that starts here is one of them."""
        if isinstance(start, datetime):
            return start.astimezone(UTC) in self.moments or start.date() in self.days
        return start in self.days


# --- properties -------------------------------------------------------------------------------------------------------


def _is_busy(event: Component) -> bool:
    """Whether the entry takes time: neither cancelled nor transparent. Words that nobody knows count as busy."""
    return _text(event.get("STATUS")).upper() != "CANCELLED" and _text(event.get("TRANSP")).upper() != "TRANSPARENT"


def _title(event: Component) -> str:
    if _text(event.get("CLASS")).upper() in ("PRIVATE", "CONFIDENTIAL"):
        return _PRIVATE
    title = _text(event.get("SUMMARY")) or _NO_TITLE
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1].rstrip() + "…"


def _text(value: Any) -> str:
    """The words of a property, the first one where there are several; empty where there is none."""
    first = value[0] if isinstance(value, list) and value else value
    return " ".join(str(first or "").split())


def _only(event: Event, name: str, what: str) -> vDDDTypes | None:
    """A property that an entry has once or not at all; raises _Unreadable for anything else."""
    value = event.get(name)
    if value is None:
        return None
    if not isinstance(value, vDDDTypes):
        raise _Unreadable(f"its {what} cannot be read")
    return value


def _all_of(event: Event, name: str, kind: type[Any], what: str) -> Iterator[Any]:
    values = event.get(name, [])
    for value in values if isinstance(values, list) else [values]:
        if not isinstance(value, kind):
            raise _Unreadable(f"{what} cannot be read")
        yield value


def _is_point(value: Any) -> bool:
    return isinstance(value, vDDDTypes) and isinstance(value.dt, date)


def _point(value: vDDDTypes) -> _Point:
    """The day or moment of a property; raises _Unreadable where it is something else."""
    found = value.dt
    if not isinstance(found, date):
        raise _Unreadable("one of its times cannot be read")
    # a day with a zone, or with a time, is read as a moment by the library; it was called a day
    if isinstance(found, datetime) and _text(value.params.get("VALUE")).upper() == "DATE":
        return found.date()
    return found


def _exceptions(event: Event) -> Iterator[_Point]:
    """Days and moments at which it does not take place. One that cannot be read is none: then the time stays busy."""
    values = event.get("EXDATE", [])
    for value in values if isinstance(values, list) else [values]:
        if isinstance(value, vDDDLists):
            yield from (_point(one) for one in value.dts if _is_point(one))


def _sequence(event: Component) -> int:
    """How often an entry was changed; -1 where it does not say so."""
    try:
        return int(_text(event.get("SEQUENCE")) or -1)
    except ValueError:
        return -1


def _changes_the_future(event: Event) -> bool:
    value = event.get("RECURRENCE-ID")
    return isinstance(value, vDDDTypes) and _text(value.params.get("RANGE")).upper() == "THISANDFUTURE"


def _newest_of_each(changes: list[Event]) -> list[Event]:
    """Of several changes of one occurrence those of the highest sequence."""
    newest: dict[str, int] = {}
    for event in changes:
        occurrence = str(event["RECURRENCE-ID"])
        newest[occurrence] = max(newest.get(occurrence, -1), _sequence(event))
    return [event for event in changes if _sequence(event) == newest[str(event["RECURRENCE-ID"])]]


def _steps(rule: vRecur, span: timedelta) -> float:
    """About how many steps it takes to count a rule's occurrences from its start through so much time."""
    frequency = _text(rule.get("FREQ")).upper()
    interval = max(1, *rule.get("INTERVAL", [1]))
    a_step = prod(max(1, len(rule.get(name, []))) for name in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    steps = max(span, timedelta(0)) / (_STEP.get(frequency, _DAY) * interval)
    return float(min(steps, *rule.get("COUNT", [steps])) * a_step)


def _with_end_like(rule: vRecur, start: _Point, zone: ZoneInfo) -> vRecur:
    """The rule with its ``UNTIL`` written as its start needs it: a day, or a moment in UTC.

    A day as the end of moments includes that day; many programs write it so.
    """
    until = next(iter(rule.get("UNTIL", [])), None)
    if until is None:
        return rule
    if not isinstance(start, datetime):
        if isinstance(until, datetime):
            until = max(until.date(), until.astimezone(zone).date()) if until.tzinfo else until.date()
    elif not isinstance(until, datetime):
        until = datetime.combine(until, time(23, 59, 59), tzinfo=start.tzinfo).astimezone(UTC)
    else:
        until = (until if until.tzinfo else until.replace(tzinfo=start.tzinfo)).astimezone(UTC)
    changed = vRecur(rule)
    changed["UNTIL"] = [until]
    return changed
