"""An iCal text (RFC 5545) as busy spans. Pure: what is read depends on the text and the owner's settings alone.

An entry is busy unless it says that it is cancelled, leaves its time free, or was declined by the owner; published busy
times (``VFREEBUSY``) count as well. Where a text can mean two things, both are busy, and an entry whose time cannot be
read at all is named, never left out in silence: either could end in a double booking.

Times without a zone are in the zone that the calendar names for itself (``X-WR-TIMEZONE``), else in the owner's;
whole days are days of the owner's zone. A time in a zone that nobody knows counts with every reading it can have. A
recurrence that is written in UTC, in a calendar that names its zone, counts twice: by the clock of that zone, as some
programs mean it, and in UTC, as it is written.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.calendars.components import Component, parse
from bot.calendars.entry import EntryReader
from bot.calendars.series import MARGIN, Series
from bot.calendars.text import NotACalendar, unfold
from bot.calendars.values import Unreadable, Written, period
from bot.calendars.zones import Zones
from bot.domain.busy_calendar import BusySpan

#: Where somebody has more than this in the horizon, something is wrong with the calendar, and memory is not for that.
MOST_SPANS = 20_000

#: What may reach further than the days that an entry names.
_REACHES_FURTHER = ("RRULE", "RDATE", "RECURRENCE-ID", "DURATION")
_PLAIN_DAY = re.compile(r"(\d{8})(T\d{6}Z?)?")
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entries:
    """What a calendar says about a stretch of time."""

    #: sorted, each once
    spans: tuple[BusySpan, ...]
    #: entries whose time cannot be read, in words: they may be at any time
    unreadable: tuple[str, ...] = ()
    #: entries of which a part cannot be read, in words: they take all the time that they can mean
    uncertain: tuple[str, ...] = ()
    #: names of time zones that nobody knows; entries in them take all the time that they may mean
    unknown_zones: tuple[str, ...] = ()


def read_entries(
    content: bytes, *, zone: ZoneInfo, first: datetime, last: datetime, own_addresses: Collection[str] = ()
) -> Entries:
    """All that is busy at some moment from ``first`` up to ``last`` (aware). Raises NotACalendar.

    ``zone`` is the owner's; by ``own_addresses``, the owner's e-mail addresses, declined invitations are known.
    """
    found = _Found(first=first, last=last)
    for calendar in parse(unfold(content)):
        _read_calendar(calendar, found, zone=zone, own_addresses={one.casefold() for one in own_addresses})
    return found.entries()


@dataclass(kw_only=True)
class _Found:
    first: datetime
    last: datetime
    spans: set[BusySpan] = field(default_factory=set)
    unreadable: list[str] = field(default_factory=list)
    uncertain: list[str] = field(default_factory=list)
    unknown_zones: set[str] = field(default_factory=set)

    def add(self, spans: Iterable[BusySpan]) -> None:
        """Add the spans that touch the horizon. Raises NotACalendar for more than anybody has."""
        for span in spans:
            is_over = span.ends_at <= self.first and not span.starts_at == span.ends_at >= self.first
            if span.starts_at >= self.last or is_over:
                continue
            self.spans.add(span)
            if len(self.spans) > MOST_SPANS:
                raise NotACalendar(f"fills more than {MOST_SPANS:,} times, which cannot be meant")

    def entries(self) -> Entries:
        """All of it, in order."""
        return Entries(
            spans=tuple(sorted(self.spans, key=lambda span: (span.starts_at, span.ends_at, span.title))),
            unreadable=tuple(dict.fromkeys(self.unreadable)),
            uncertain=tuple(dict.fromkeys(self.uncertain)),
            unknown_zones=tuple(sorted(self.unknown_zones)),
        )


def _read_calendar(calendar: Component, found: _Found, *, zone: ZoneInfo, own_addresses: set[str]) -> None:
    reader = EntryReader(
        zones=Zones(calendar.parts_called("VTIMEZONE"), first=found.first - MARGIN, last=found.last + MARGIN),
        owner_zone=zone,
        calendar_zone=calendar.text("X-WR-TIMEZONE"),
        last=found.last,
    )
    # Google names a calendar after its owner's address
    named = {match[0].casefold() for match in [_ADDRESS.fullmatch(calendar.text("X-WR-CALNAME"))] if match}
    series = Series(reader=reader, own_addresses=own_addresses | named, zone=zone, first=found.first, last=found.last)
    if calendar.words("METHOD") != {"CANCEL"}:  # a message that takes back its entries (RFC 5546)
        for events in _by_identity(calendar.parts_called("VEVENT"), (found.first - 2 * MARGIN).astimezone(UTC).date()):
            found.add(series.read(events))
    for busy in calendar.parts_called("VFREEBUSY"):
        _read_busy_times(busy, found)
    found.unreadable += series.unreadable
    found.uncertain += reader.uncertain
    found.unknown_zones |= reader.unknown_zones


def _by_identity(events: Iterable[Component], day: date) -> Iterable[list[Component]]:
    """The entries that share a UID, without those that were plainly over before ``day``: most of a calendar is past."""
    by_uid: dict[str, list[Component]] = defaultdict(list)
    for number, event in enumerate(events):
        if not _is_over(event, f"{day:%Y%m%d}"):
            by_uid[event.text("UID") or f"\0{number}"].append(event)
    return by_uid.values()


def _is_over(event: Component, day: str) -> bool:
    """Whether it is certain that the entry ended before ``day``. What is written in an unusual way may not have."""
    if event.damaged or any(event.has(name) for name in _REACHES_FURTHER) or not event.has("DTSTART"):
        return False
    days = [_PLAIN_DAY.fullmatch(one.value) for one in (*event.all("DTSTART"), *event.all("DTEND"))]
    return all(match is not None and match[1] < day for match in days)


def _read_busy_times(busy: Component, found: _Found) -> None:
    if busy.damaged:
        found.unreadable.append("a busy time that cannot be read")
    for one in busy.all("FREEBUSY"):
        if one.parameters.get("FBTYPE", "").upper() == "FREE":
            continue
        for value in filter(None, one.value.split(",")):
            try:
                start, end = period(value, one)
                starts_at = _utc(start)
                ends_at = starts_at + end if isinstance(end, timedelta) else _utc(end)
                starts_at, ends_at = sorted((starts_at, ends_at))
                found.add([BusySpan(starts_at=starts_at, ends_at=ends_at, title="busy")])
            except (Unreadable, OverflowError):
                found.unreadable.append("a busy time that cannot be read")


def _utc(written: Written) -> datetime:
    """A published busy time, which is always in UTC (RFC 5545, section 3.8.2.6)."""
    if written.clock is None or not written.is_certain:
        raise Unreadable("names no time")
    return datetime.combine(written.day, written.clock, tzinfo=written.offset or UTC).astimezone(UTC)
