"""The times at which the owner is busy, by jobs and calendar entries, and what conflicts with them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Self
from zoneinfo import ZoneInfo

from bot.domain.job import Job
from bot.domain.local_time import both_readings, day_span

_NO_GAP = timedelta(0)
_A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class BusySpan:
    """A time at which the owner cannot take a job; raises ValueError for naive times or an end before the start."""

    #: aware, UTC
    starts_at: datetime
    #: aware, UTC; the first moment that is free again
    ends_at: datetime
    #: in the owner's words, e.g. ``job 10432`` or a calendar entry's title
    title: str
    #: the job that fills this time; None for a calendar entry
    job_number: str | None = None

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError("a busy span needs times with their offset")
        if self.ends_at < self.starts_at:
            raise ValueError("a busy span ends before it starts")


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """All busy spans, sorted, so that queries stay fast with years of calendar entries. Made by ``Calendar.of``."""

    #: sorted by start
    spans: tuple[BusySpan, ...] = ()
    #: the starts of ``spans``
    starts: tuple[datetime, ...] = ()
    #: for each span the latest end among it and all before it
    latest_ends: tuple[datetime, ...] = ()
    #: the names of the owner's calendars of which something is unknown: the owner may be busy at any time
    unread: tuple[str, ...] = ()
    #: up to when the owner's calendars are known; None if there are none
    known_until: datetime | None = None

    @classmethod
    def of(
        cls, spans: Iterable[BusySpan], *, unread: tuple[str, ...] = (), known_until: datetime | None = None
    ) -> Self:
        """A calendar of these spans, in any order."""
        ordered = tuple(sorted(spans, key=lambda span: span.starts_at))
        return cls(
            spans=ordered,
            starts=tuple(span.starts_at for span in ordered),
            latest_ends=tuple(accumulate((span.ends_at for span in ordered), max)),
            unread=unread,
            known_until=known_until,
        )

    def with_span(self, span: BusySpan) -> Self:
        """A copy with one span more. It is cheap, because it is made between a decision and an accept."""
        place = bisect_right(self.starts, span.starts_at)
        latest = max(span.ends_at, self.latest_ends[place - 1]) if place else span.ends_at
        later = self.latest_ends[place:]
        return replace(
            self,
            spans=(*self.spans[:place], span, *self.spans[place:]),
            starts=(*self.starts[:place], span.starts_at, *self.starts[place:]),
            latest_ends=(*self.latest_ends[:place], latest, *(max(end, latest) for end in later)),
        )

    def starting(self, first: datetime, before: datetime) -> tuple[BusySpan, ...]:
        """The spans that start from ``first`` on and before ``before``."""
        return self.spans[bisect_left(self.starts, first) : bisect_left(self.starts, before)]

    def conflicts(
        self,
        starts_at: datetime,
        ends_at: datetime,
        *,
        gap_around_jobs: timedelta = _NO_GAP,
        gap_around_events: timedelta = _NO_GAP,
        ignoring: str | None = None,
    ) -> tuple[BusySpan, ...]:
        """The spans that overlap the time asked for, or lie closer to it than the gap; earliest first.

        Spans that only touch (one ends when the other starts) do not overlap; with a gap they must be that far apart.
        ``ignoring`` is the number of a job whose own span does not count.
        """
        widest = max(gap_around_jobs, gap_around_events)
        # a span without length still takes its moment; so does a time that is asked for
        after = bisect_left(self.starts, max(ends_at, starts_at + _A_MOMENT) + widest)
        found: list[BusySpan] = []
        for index in range(after - 1, -1, -1):
            if self.latest_ends[index] < starts_at - widest:
                break
            span = self.spans[index]
            gap = gap_around_jobs if span.job_number is not None else gap_around_events
            if ignoring is not None and span.job_number == ignoring:
                continue
            if _closer(span, starts_at, ends_at, gap):
                found.append(span)
        return tuple(reversed(found))


def _closer(span: BusySpan, starts_at: datetime, ends_at: datetime, gap: timedelta) -> bool:
    span_end = max(span.ends_at, span.starts_at + _A_MOMENT)
    asked_end = max(ends_at, starts_at + _A_MOMENT)
    return span.starts_at - gap < asked_end and starts_at < span_end + gap


def span_of(job: Job, zone: ZoneInfo) -> BusySpan | None:
    """The time that a job takes at most; None if the portal shows no date.

    Without a time the whole day counts; without a duration everything up to the end of the day. A local start time that
    happens twice or never (in the nights of the clock change) counts with both readings.
    """
    if job.appointment_date is None:
        return None
    first, last = day_span(job.appointment_date, zone)
    if job.appointment_time is None:
        starts_at, ends_at = first, last
    else:
        starts_at, latest_start = both_readings(job.appointment_date, job.appointment_time, zone)
        if job.duration_minutes is None:
            ends_at = max(last, latest_start)
        else:
            ends_at = latest_start + timedelta(minutes=job.duration_minutes)
    return BusySpan(starts_at=starts_at, ends_at=ends_at, title=f"job {job.job_number}", job_number=job.job_number)
