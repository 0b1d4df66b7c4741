"""Busy times: what overlaps, and how much time a job takes when the portal does not tell everything."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.busy_calendar import BusySpan, Calendar, span_of
from tests.support.domain_examples import LONDON, a_job

MIDNIGHT = datetime(2026, 11, 25, tzinfo=UTC)


def span(start: int, end: int, number: str | None = None) -> BusySpan:
    return BusySpan(
        starts_at=MIDNIGHT + timedelta(minutes=start),
        ends_at=MIDNIGHT + timedelta(minutes=end),
        title=f"{start}-{end}",
        job_number=number,
    )


some_spans = st.builds(
    lambda start, length, number: span(start, start + length, number),
    st.integers(0, 300),
    st.integers(0, 200),
    st.sampled_from([None, "1", "2"]),
)


@given(st.lists(some_spans, max_size=12), some_spans, st.integers(0, 60), st.integers(0, 60))
def test_conflicts_are_those_that_a_look_at_every_span_finds(
    spans: list[BusySpan], asked: BusySpan, around_jobs: int, around_events: int
) -> None:
    def in_the_way(other: BusySpan) -> bool:
        gap = timedelta(minutes=around_jobs if other.job_number else around_events)
        moment = timedelta(microseconds=1)
        other_end, asked_end = (
            max(other.ends_at, other.starts_at + moment),
            max(asked.ends_at, asked.starts_at + moment),
        )
        return other.starts_at < asked_end + gap and asked.starts_at < other_end + gap

    found = Calendar.of(spans).conflicts(
        asked.starts_at,
        asked.ends_at,
        gap_around_jobs=timedelta(minutes=around_jobs),
        gap_around_events=timedelta(minutes=around_events),
        ignoring="2",
    )
    expected = [other for other in spans if other.job_number != "2" and in_the_way(other)]
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    assert [one.starts_at for one in found] == sorted(one.starts_at for one in found)


@given(st.lists(some_spans, max_size=6), some_spans)
def test_one_span_more_is_the_same_as_all_at_once(first: list[BusySpan], more: BusySpan) -> None:
    one_by_one, at_once = Calendar.of(first).with_span(more), Calendar.of([*first, more])
    assert set(one_by_one.spans) == set(at_once.spans)
    assert (one_by_one.starts, one_by_one.latest_ends) == (at_once.starts, at_once.latest_ends)


@given(st.lists(some_spans, max_size=6), some_spans)
def test_the_spans_that_start_within_a_time(spans: list[BusySpan], asked: BusySpan) -> None:
    found = Calendar.of(spans).starting(asked.starts_at, asked.ends_at)
    assert set(found) == {one for one in spans if asked.starts_at <= one.starts_at < asked.ends_at}


def test_a_span_needs_offsets_and_an_order() -> None:
    naive = datetime(2026, 11, 25)  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="offset"):
        BusySpan(starts_at=naive, ends_at=naive, title="x")
    with pytest.raises(ValueError, match="before it starts"):
        span(10, 9)


@pytest.mark.parametrize(
    ("day", "at", "minutes", "starts", "ends"),
    [
        # in winter London is UTC
        (date(2026, 11, 25), time(9, 30), 90, "2026-11-25T09:30", "2026-11-25T11:00"),
        # in summer an hour ahead of it
        (date(2026, 7, 1), time(9, 30), 90, "2026-07-01T08:30", "2026-07-01T10:00"),
        # no time: the whole day, 23 hours on 29 March 2026 and 25 on 25 October
        (date(2026, 3, 29), None, 90, "2026-03-29T00:00", "2026-03-29T23:00"),
        (date(2026, 10, 25), None, 90, "2026-10-24T23:00", "2026-10-26T00:00"),
        # no duration: to the end of the day
        (date(2026, 7, 1), time(9, 30), None, "2026-07-01T08:30", "2026-07-01T23:00"),
        # 01:30 twice: from the first to 90 minutes after the second (00:30 and 01:30 UTC)
        (date(2026, 10, 25), time(1, 30), 90, "2026-10-25T00:30", "2026-10-25T03:00"),
        # 01:30 never: read as 00:30 or as 01:30 UTC
        (date(2026, 3, 29), time(1, 30), 90, "2026-03-29T00:30", "2026-03-29T03:00"),
        # across midnight
        (date(2026, 11, 25), time(23, 0), 120, "2026-11-25T23:00", "2026-11-26T01:00"),
    ],
)
def test_the_time_that_a_job_takes(day: date, at: time | None, minutes: int | None, starts: str, ends: str) -> None:
    found = span_of(a_job(appointment_date=day, appointment_time=at, duration_minutes=minutes), LONDON)
    assert found is not None
    assert (f"{found.starts_at:%Y-%m-%dT%H:%M}", f"{found.ends_at:%Y-%m-%dT%H:%M}") == (starts, ends)
    assert found.job_number == "10432"


def test_an_undated_job_takes_no_known_time() -> None:
    assert span_of(a_job(appointment_date=None), LONDON) is None
