"""One entry of a calendar (``VEVENT``) in each way in which its times may be meant."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import product
from math import prod
from zoneinfo import ZoneInfo

from icalendar.prop import vRecur

from bot.calendars.components import Component, Property
from bot.calendars.recurrence import ExtraStart, Point, RuleReading, moment_of, read_rule
from bot.calendars.values import Unreadable, Written, duration, period, point_readings
from bot.calendars.zones import Zones

#: A wall clock time without a known zone is at most this much earlier (Kiribati) and later (Baker Island) in UTC.
EARLIEST_ZONE = timedelta(hours=14)
LATEST_ZONE = timedelta(hours=12)
#: How far a clock's time moves in UTC by summer time; Troll in Antarctica has the most.
_SUMMER_TIME = timedelta(hours=2)
_DAY = timedelta(days=1)
_NOTHING = timedelta(0)
#: More ways to mean an entry than this is no calendar of a person.
_MOST_READINGS = 64

_LONGEST_TITLE = 80
_NO_TITLE = "an entry without a title"
_PRIVATE = "a private entry"
_CANCELLED = frozenset({"CANCELLED", "CANCELED"})

#: The zone that each name stands for in one reading; None for one that nobody knows.
_Choice = Mapping[str, tzinfo | None]
#: The name under which the zone of times without one is chosen.
_FLOATING = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExceptionPoint:
    """A day or moment at which an entry does not take place, or elsewhere."""

    point: Point
    #: whether the zone of its moment is known; one that is not holds only against times of the same zone
    has_known_zone: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A busy entry, read in one way."""

    title: str
    #: a whole day, or an aware moment; in UTC for the time where its zone is unknown
    start: Point
    #: None where the length counts
    end: Point | None
    #: what the wall clock (or the calendar) shows between start and end; negative only in a senseless entry
    length: timedelta
    #: the length was given as hours (``DURATION``), not as an end on the wall clock
    is_duration: bool
    rules: tuple[vRecur, ...] = ()
    extra: tuple[ExtraStart, ...] = ()
    exceptions: tuple[ExceptionPoint, ...] = ()
    has_known_zone: bool = True
    #: how much earlier it may start and later it may end, where a part of its time is unknown
    before: timedelta = _NOTHING
    after: timedelta = _NOTHING
    #: it takes all the time from its start up to here (UTC), since nobody knows when it recurs
    fills_until: datetime | None = None

    @property
    def recurs(self) -> bool:
        """Whether there may be more occurrences than the one at ``start``."""
        return bool(self.rules or self.extra)


@dataclass(kw_only=True)
class EntryReader:
    """Reads the entries of one calendar."""

    zones: Zones
    #: the owner's
    owner_zone: ZoneInfo
    #: the zone that the calendar names for itself (``X-WR-TIMEZONE``); empty where it names none
    calendar_zone: str
    #: the horizon's end: what recurs without an end that can be read fills the time up to here
    last: datetime
    #: entries of which a part cannot be read, in words; they take all the time that they can mean
    uncertain: list[str] = field(default_factory=list)
    unknown_zones: set[str] = field(default_factory=set)

    def readings(self, event: Component, replaced: Collection[Property] = ()) -> Iterator[Entry]:
        """The entry in each way in which it may be meant. ``replaced``: the ids of occurrences that were changed.

        Raises Unreadable where it may be at any time.
        """
        starts = self._points(event, "DTSTART", "its start")
        if not starts:
            raise Unreadable("it has no start")
        ends = self._ends(event)
        rules = [read_rule(one) for one in event.all("RRULE")]
        if "RRULE" in event.damaged:
            rules.append(RuleReading(rules=(), trouble="its rule cannot be read"))
        for rule in rules:
            if rule.trouble is not None:
                self._tell(event, f"{rule.trouble}; it takes all the time that it could mean")
        exceptions = [*event.all("EXDATE"), *replaced]
        names = self._zone_names(event, replaced, starts, ends)
        options = [self._zones_of(name) for name in names]
        if prod(map(len, options)) * len(starts) * len(ends) > _MOST_READINGS:
            raise Unreadable("its times can mean too many things")
        for zones in product(*options):
            choice = dict(zip(names, zones, strict=True))
            for start, end in product(starts, ends):
                entry = self._entry(event, start, end, choice)
                entry = self._with_recurrence(entry, event, rules, exceptions, choice)
                yield entry
                yield from self._on_the_clocks_of_its_calendar(entry, start)

    def place(self, one: Property, like: Entry) -> tuple[Point, bool] | None:
        """A day or moment as ``like`` would mean it, and whether its zone is known; None where it cannot be read."""
        try:
            written = point_readings(one.value, one)[0]
        except Unreadable:
            return None
        if not written.is_certain:
            return None
        choice = {name: self._zones_of(name)[0] for name in (written.zone_name, _FLOATING)}
        return self._placed(written, choice, like=like.start)

    # --- what is written ----------------------------------------------------------------------------------------------

    def _points(self, event: Component, name: str, what: str) -> list[Written]:
        """Each way to mean the property's time, and each of several; raises Unreadable where one cannot be read."""
        if name in event.damaged:
            raise Unreadable("one of its lines cannot be read")
        found: list[Written] = []
        for one in event.all(name):
            try:
                found += point_readings(one.value, one)
            except Unreadable as error:
                raise Unreadable(f"{what} {error}") from None
        if any(not one.is_certain for one in found):
            self._tell(event, f"the time of day of {what} cannot be read; it takes all of that day")
        return list(dict.fromkeys(found))

    def _ends(self, event: Component) -> list[Written | timedelta | None]:
        """Its ends and durations; None where it has neither, a day where one cannot be read."""
        try:
            ends: list[Written | timedelta | None] = [*self._points(event, "DTEND", "its end")]
            ends += self._durations(event)
        except Unreadable as error:
            self._tell(event, f"{error}; it counts as 24 hours long")
            return [_DAY]
        return list(dict.fromkeys(ends)) or [None]

    def _durations(self, event: Component) -> list[timedelta]:
        if "DURATION" in event.damaged:
            raise Unreadable("one of its lines cannot be read")
        try:
            return [duration(one.value) for one in event.all("DURATION")]
        except Unreadable as error:
            raise Unreadable(f"its duration {error}") from None

    def _zone_names(
        self,
        event: Component,
        replaced: Collection[Property],
        starts: list[Written],
        ends: list[Written | timedelta | None],
    ) -> list[str]:
        """The names of zones on which its times hang; times without a zone hang on the empty name."""
        lists = [one.parameters.get("TZID", "") for one in (*event.all("RDATE"), *event.all("EXDATE"), *replaced)]
        points = [one.zone_name for one in (*starts, *ends) if isinstance(one, Written)]
        return sorted({_FLOATING, *lists, *points})

    def _zones_of(self, name: str) -> tuple[tzinfo | None, ...]:
        """Every zone that the name can mean; None for one that nobody knows."""
        if name == _FLOATING and not self.calendar_zone:
            return (self.owner_zone,)
        return self.zones.readings(name or self.calendar_zone) or (None,)

    def _tell(self, event: Component, words: str) -> None:
        self.uncertain.append(f"“{title_of(event)}”: {words}")

    # --- in one reading -----------------------------------------------------------------------------------------------

    def _placed(self, written: Written, choice: _Choice, *, like: Point | None = None) -> tuple[Point, bool]:
        """The point in its zone, and whether that zone is known. ``like``: whose zone a time without one shares."""
        if written.clock is None:
            return written.day, True
        local = datetime.combine(written.day, written.clock)
        if not written.is_certain:
            return local.replace(tzinfo=UTC), False
        if written.offset is not None:
            return local.replace(tzinfo=written.offset), True
        if not written.zone_name and isinstance(like, datetime):
            return local.replace(tzinfo=like.tzinfo), True
        zone = choice[written.zone_name]
        if zone is None:
            self.unknown_zones.add((written.zone_name or self.calendar_zone)[:_LONGEST_TITLE])
            return local.replace(tzinfo=UTC), False
        return local.replace(tzinfo=zone), True

    def _moment(self, point: Point) -> datetime:
        return moment_of(point, self.owner_zone)

    def _entry(self, event: Component, start_: Written, end_: Written | timedelta | None, choice: _Choice) -> Entry:
        """Its start and end, without what recurs."""
        start, start_is_known = self._placed(start_, choice)
        end: Point | None = None
        end_is_known = start_is_known
        length = end_ if isinstance(end_, timedelta) else _NOTHING
        if not start_.is_certain:
            length += _DAY
        if isinstance(end_, Written):
            end, known = self._placed(end_, choice, like=start)
            # beside a start in an unknown zone, an end without one of its own is as unknown
            end_is_known = known and (start_is_known or bool(end_.offset or end_.zone_name))
            if not end_.is_certain:
                end = self._moment(end) + _DAY
            if not start_.is_certain:
                end = max(self._moment(end), self._moment(start) + _DAY)
            start, end, length = self._between(start, end)
        elif isinstance(end_, timedelta) and not isinstance(start, datetime) and end_ % _DAY:
            start = self._moment(start)
        if not isinstance(start, datetime):
            length, end = max(length, _DAY), None
        return Entry(
            title=title_of(event),
            start=start,
            end=end,
            length=length,
            is_duration=isinstance(end_, timedelta) and start_.is_certain,
            has_known_zone=start_is_known,
            before=_NOTHING if start_is_known else EARLIEST_ZONE,
            after=_NOTHING if start_is_known and end_is_known else LATEST_ZONE,
        )

    def _between(self, start: Point, end: Point) -> tuple[Point, Point, timedelta]:
        """Start and end, of one kind, and what lies between them on the start's clock."""
        if not isinstance(start, datetime) and not isinstance(end, datetime):
            return start, end, end - start
        start, end = self._moment(start), self._moment(end)
        return start, end, end.astimezone(start.tzinfo).replace(tzinfo=None) - start.replace(tzinfo=None)

    def _with_recurrence(
        self,
        entry: Entry,
        event: Component,
        rules: list[RuleReading],
        exceptions: list[Property],
        choice: _Choice,
    ) -> Entry:
        return replace(
            entry,
            rules=tuple(_for_any_zone(one, entry) for rule in rules for one in rule.rules),
            extra=tuple(self._extra(event, entry, choice)),
            exceptions=tuple(self._exceptions(exceptions, entry, choice)),
            fills_until=max((self._end_of(rule) for rule in rules if not rule.rules), default=None),
        )

    def _end_of(self, rule: RuleReading) -> datetime:
        """Up to when a rule that cannot be read may hold."""
        if rule.until is None:
            return self.last
        # whatever zone its end was meant in, and the rest of that day
        return self._moment(_day(rule.until)) + 2 * _DAY

    def _extra(self, event: Component, entry: Entry, choice: _Choice) -> Iterator[ExtraStart]:
        """Further starts of the entry (``RDATE``)."""
        if "RDATE" in event.damaged:
            raise Unreadable("one of its lines cannot be read")
        for one in event.all("RDATE"):
            for value in filter(None, one.value.split(",")):
                try:
                    if "/" in value:
                        yield self._period(value, one, entry, choice)
                    else:
                        for written in point_readings(value, one):
                            point, _ = self._placed(written, choice, like=entry.start)
                            yield _like(point, entry.start, self.owner_zone)
                except Unreadable:
                    raise Unreadable("the dates on which it recurs cannot be read") from None

    def _period(self, value: str, one: Property, entry: Entry, choice: _Choice) -> ExtraStart:
        first, end = period(value, one)
        start = self._moment(self._placed(first, choice, like=entry.start)[0])
        if isinstance(end, timedelta):
            return start, end
        return start, self._moment(self._placed(end, choice, like=start)[0])

    def _exceptions(self, properties: list[Property], entry: Entry, choice: _Choice) -> Iterator[ExceptionPoint]:
        """Days and moments at which it does not take place. One that cannot be read is none: the time stays busy."""
        for one in properties:
            for value in one.value.split(","):
                try:
                    written = point_readings(value, one)[0]
                except Unreadable:
                    continue
                if not written.is_certain:
                    continue
                point, known = self._placed(written, choice, like=entry.start)
                # without a zone of its own it is in the start's, known or not
                has_own_zone = bool(written.offset or written.zone_name)
                yield ExceptionPoint(point=point, has_known_zone=known if has_own_zone else entry.has_known_zone)

    def _on_the_clocks_of_its_calendar(self, entry: Entry, start: Written) -> Iterator[Entry]:
        """A recurrence written in UTC may follow the clock of the zone that the calendar names: both are busy."""
        is_in_utc = start.is_certain and start.offset is not None and not start.offset.utcoffset(None)
        if not (self.calendar_zone and entry.rules and is_in_utc and isinstance(entry.start, datetime)):
            return
        for zone in self._zones_of(_FLOATING):
            if zone is not None:
                yield replace(entry, start=entry.start.astimezone(zone))
                continue
            self.unknown_zones.add(self.calendar_zone[:_LONGEST_TITLE])
            by_days = any(name.startswith("BY") for rule in entry.rules for name in rule)
            margin = _SUMMER_TIME + (_DAY if by_days else _NOTHING)
            yield replace(entry, before=entry.before + margin, after=entry.after + margin)


def _day(point: Point) -> date:
    return point.date() if isinstance(point, datetime) else point


def _like(point: Point, start: Point, zone: ZoneInfo) -> Point:
    """A further start of the kind of the first one: a day among days, a moment among moments."""
    if isinstance(start, datetime) and not isinstance(point, datetime):
        return datetime.combine(point, start.timetz())
    if not isinstance(start, datetime) and isinstance(point, datetime):
        return point.astimezone(zone).date()
    return point


def _for_any_zone(rule: vRecur, entry: Entry) -> vRecur:
    """The rule with an end that holds whatever zone the entry is in."""
    until = next(iter(rule.get("UNTIL", [])), None)
    if entry.has_known_zone or not isinstance(until, datetime) or until.tzinfo is None:
        return rule
    return vRecur(dict(rule) | {"UNTIL": [until + EARLIEST_ZONE]})


# --- what an entry says beside its time -------------------------------------------------------------------------------


def title_of(event: Component) -> str:
    """What the entry is called where the owner reads about it."""
    if event.text("CLASS").upper() in ("PRIVATE", "CONFIDENTIAL"):
        return _PRIVATE
    title = event.text("SUMMARY") or _NO_TITLE
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1].rstrip() + "…"


def is_busy(event: Component, own_addresses: Collection[str]) -> bool:
    """Whether the entry takes time: not cancelled, not free, not declined by the owner. Unknown words count as busy.

    ``own_addresses`` are the owner's e-mail addresses, in small letters. What contradicts itself is busy.
    """
    status, shown = event.words("STATUS"), event.words("TRANSP")
    is_cancelled = bool(status) and status <= _CANCELLED
    # Outlook's own word counts only where the standard's is missing
    is_free = shown == {"TRANSPARENT"} or (not shown and event.words("X-MICROSOFT-CDO-BUSYSTATUS") == {"FREE"})
    return not (is_cancelled or is_free or _is_declined(event, own_addresses))


def _is_declined(event: Component, own_addresses: Collection[str]) -> bool:
    own = [one for one in event.all("ATTENDEE") if _address(one.value) in own_addresses]
    answers = {one.parameters.get("PARTSTAT", "").upper() for one in own}
    return answers == {"DECLINED"}


def _address(value: str) -> str:
    return value.strip().casefold().removeprefix("mailto:")


def sequence_of(event: Component) -> int:
    """How often the entry was changed; -1 where it does not say so."""
    try:
        return int(event.text("SEQUENCE") or -1)
    except ValueError:
        return -1
