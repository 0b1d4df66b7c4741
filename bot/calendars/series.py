"""The entries of a calendar that share an identity (``UID``): one with its recurrences, and what was changed in them.

Exceptions (``EXDATE``, entries with a ``RECURRENCE-ID``) are applied here and not by ``recurring-ical-events``: it
compares their UTC times with others' wall clock times as well (3.8.2), so in summer an exception for 10:00 in London,
09:00 UTC, would also remove the occurrence at 09:00 in London.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.calendars.components import Component, Property
from bot.calendars.entry import Entry, EntryReader, ExceptionPoint, is_busy, sequence_of, title_of
from bot.calendars.recurrence import Point, count_through, moment_of
from bot.calendars.values import Unreadable, change_time
from bot.domain.busy_calendar import BusySpan

#: Asked around the horizon, so that no zone matters at its edges; what lies outside is dropped afterwards.
MARGIN = timedelta(days=2)
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class _FutureChange:
    """A change of one occurrence and of all that follow (``RANGE=THISANDFUTURE``)."""

    #: where it begins, by the original's times
    since: Point
    #: the entry as it is from then on; None where it takes no time any more
    entry: Entry | None


class Series:
    """What the entries of one identity say, as busy spans."""

    def __init__(
        self, *, reader: EntryReader, own_addresses: Collection[str], zone: ZoneInfo, first: datetime, last: datetime
    ) -> None:
        """``zone`` is the owner's; spans are looked for from ``first`` to ``last``."""
        self._reader = reader
        self._own_addresses = own_addresses
        self._zone = zone
        self._first = first
        self._last = last
        #: entries that may be at any time, in words
        self.unreadable: list[str] = []

    def read(self, events: list[Component]) -> Iterator[BusySpan]:
        """The spans of these; one may stand in several of them."""
        originals = [event for event in events if not _is_change(event)]
        newest = max((sequence_of(event) for event in originals), default=0)
        # an older version of an entry is void; those of one age are several that share an identity by mistake
        current = [event for event in originals if sequence_of(event) == newest]
        changes = _newest_of_each([event for event in events if _is_change(event)])
        single = [event for event in changes if not _changes_the_future(event)]
        future = [event for event in changes if _changes_the_future(event)]
        replaced = [one for event in single for one in event.all("RECURRENCE-ID")]
        for event in current:
            if self._is_busy(event):
                yield from self._spans_of(event, replaced, future)
        for event in changes:
            if self._is_busy(event) and not self._was_deleted_later(event, current):
                yield from self._spans_of(event)

    def _is_busy(self, event: Component) -> bool:
        return is_busy(event, self._own_addresses)

    def _spans_of(
        self, event: Component, replaced: Collection[Property] = (), future: Collection[Component] = ()
    ) -> Iterator[BusySpan]:
        try:
            for entry in self._reader.readings(event, replaced):
                yield from self._spans(entry, self._future_changes(entry, future))
        except (Unreadable, OverflowError) as error:
            why = str(error) if isinstance(error, Unreadable) else "it is beyond every calendar"
            self.unreadable.append(f"“{title_of(event)}”: {why}")

    def _was_deleted_later(self, change: Component, originals: list[Component]) -> bool:
        """Whether an occurrence that was changed was then taken out of the series (``EXDATE``), in all its versions.

        A change that is younger than the series counts all the same.
        """
        found = change.all("RECURRENCE-ID")
        if not originals or len(found) != 1:
            return False
        for original in originals:
            if _is_younger(change, original):
                return False
            for entry in self._readable(original):
                placed = self._reader.place(found[0], entry)
                if placed is None or not _Exceptions.of(entry, self._zone).hold(placed[0]):
                    return False
        return True

    def _readable(self, event: Component) -> list[Entry]:
        try:
            return list(self._reader.readings(event))
        except (Unreadable, OverflowError):
            return []

    # --- occurrences --------------------------------------------------------------------------------------------------

    def _future_changes(self, original: Entry, events: Collection[Component]) -> list[_FutureChange]:
        """The changes in the order of the times from which they hold."""
        found: list[_FutureChange] = []
        for event in events:
            placed = self._reader.place(event.all("RECURRENCE-ID")[0], original)
            if placed is None:
                continue
            if not self._is_busy(event):
                found.append(_FutureChange(since=placed[0], entry=None))
            else:
                found += [_FutureChange(since=placed[0], entry=entry) for entry in self._reader.readings(event)]
        return sorted(found, key=lambda one: self._moment(one.since))

    def _spans(self, entry: Entry, future: list[_FutureChange]) -> Iterator[BusySpan]:
        exceptions = _Exceptions.of(entry, self._zone)
        if entry.fills_until is not None:
            starts_at = self._moment(entry.start).astimezone(UTC) - entry.before
            ends_at = max(entry.fills_until, starts_at) + entry.after
            yield BusySpan(starts_at=starts_at, ends_at=ends_at, title=entry.title)
        if not entry.recurs:
            if not exceptions.hold(entry.start):
                yield self._span(entry, entry.start, entry.end, entry.length)
            return
        margin = MARGIN + abs(entry.length) + entry.before + entry.after
        occurrences = count_through(
            entry.rules,
            entry.extra,
            start=entry.start,
            length=max(entry.length, timedelta(0)),
            first=self._first - margin - self._longest_shift(future),
            last=self._last + margin + self._longest_shift(future),
            zone=self._zone,
        )
        for start, shown in occurrences:
            if not exceptions.hold(start):
                length = entry.length if shown == max(entry.length, timedelta(0)) else shown
                yield from self._changed(entry, start, length, future)

    def _longest_shift(self, future: list[_FutureChange]) -> timedelta:
        shifts = (abs(_shift(one.since, one.entry)) + one.entry.length for one in future if one.entry is not None)
        return max(shifts, default=timedelta(0))

    def _changed(
        self, entry: Entry, start: Point, length: timedelta, future: list[_FutureChange]
    ) -> Iterator[BusySpan]:
        """An occurrence where the last change that holds for it puts it."""
        holding = [one for one in future if self._moment(one.since) <= self._moment(start)]
        if not holding:
            yield self._span(entry, start, None, length)
            return
        # a change that can be meant in several ways puts it in several places
        for one in holding:
            if one.since == holding[-1].since and one.entry is not None:
                moved = self._moment(start) if isinstance(one.entry.start, datetime) else start
                yield self._span(one.entry, moved + _shift(one.since, one.entry), None, one.entry.length)

    def _moment(self, point: Point) -> datetime:
        return moment_of(point, self._zone)

    def _span(self, entry: Entry, start: Point, end: Point | None, length: timedelta) -> BusySpan:
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
        return BusySpan(starts_at=starts_at - entry.before, ends_at=ends_at + entry.after, title=entry.title)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Exceptions:
    """Occurrences that do not take place, or elsewhere: by their moment, or by their day."""

    #: UTC
    moments: frozenset[datetime]
    days: frozenset[date]

    @classmethod
    def of(cls, entry: Entry, zone: ZoneInfo) -> "_Exceptions":
        """The exceptions of an entry. One whose moment is not certain is none: that time stays busy."""
        moments, days = set[datetime](), set[date]()
        for one in entry.exceptions:
            if not isinstance(one.point, datetime):
                days.add(one.point)
            elif not isinstance(entry.start, datetime):
                # some programs write an exception of whole days as a midnight
                days.add(one.point.astimezone(zone).date() if one.has_known_zone else one.point.date())
            elif _is_comparable(one, entry):
                moments.add(one.point.astimezone(UTC))
        return cls(moments=frozenset(moments), days=frozenset(days))

    def hold(self, start: Point) -> bool:
        """Whether the occurrence that starts here is one of them."""
        if isinstance(start, datetime):
            return start.astimezone(UTC) in self.moments or start.date() in self.days
        return start in self.days


def _is_comparable(one: ExceptionPoint, entry: Entry) -> bool:
    """Whether the exception's moment and the entry's are both known, or both on one clock that nobody knows."""
    return one.has_known_zone == entry.has_known_zone


def _shift(since: Point, entry: Entry | None) -> timedelta:
    """How far a change moves what follows, on the wall clock of the change."""
    if entry is None:
        return timedelta(0)
    start = entry.start
    if isinstance(start, datetime) and isinstance(since, datetime):
        return start.replace(tzinfo=None) - since.astimezone(start.tzinfo).replace(tzinfo=None)
    if isinstance(start, datetime):
        return start.replace(tzinfo=None) - datetime.combine(since, time())
    return start - (since.date() if isinstance(since, datetime) else since)


def _is_change(event: Component) -> bool:
    return event.has("RECURRENCE-ID")


def _changes_the_future(event: Component) -> bool:
    return any(one.parameters.get("RANGE", "").upper() == "THISANDFUTURE" for one in event.all("RECURRENCE-ID"))


def _newest_of_each(changes: list[Component]) -> list[Component]:
    """Of several changes of one occurrence those of the highest sequence."""
    newest: dict[str, int] = {}
    for event in changes:
        occurrence = _occurrence(event)
        newest[occurrence] = max(newest.get(occurrence, -1), sequence_of(event))
    return [event for event in changes if sequence_of(event) == newest[_occurrence(event)]]


def _occurrence(event: Component) -> str:
    one = event.all("RECURRENCE-ID")[0]
    return f"{one.parameters.get('TZID', '')} {one.value} {_changes_the_future(event)}"


def _is_younger(change: Component, original: Component) -> bool:
    """Whether the change was made after the original was written; by its number, else by its time."""
    numbers = sequence_of(change), sequence_of(original)
    if numbers[0] != numbers[1]:
        return numbers[0] > numbers[1]
    at = [change_time(next(iter(one.all("LAST-MODIFIED")), None)) for one in (change, original)]
    return at[0] is not None and at[1] is not None and at[0] > at[1]
