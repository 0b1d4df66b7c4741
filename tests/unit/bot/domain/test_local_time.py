"""Local time and UTC, and times in words."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.local_time import both_readings, day_span, moment, say_date, say_duration, say_minutes
from tests.support.domain_examples import LONDON


@pytest.mark.parametrize(
    ("day", "at", "expected"),
    [
        (date(2026, 1, 1), time(9, 0), datetime(2026, 1, 1, 9, 0, tzinfo=UTC)),
        (date(2026, 7, 1), time(9, 0), datetime(2026, 7, 1, 8, 0, tzinfo=UTC)),
        # twice: the first, still summer time
        (date(2026, 10, 25), time(1, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        # never: as if the clock had not been put forward
        (date(2026, 3, 29), time(1, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_the_wall_clock_in_utc(day: date, at: time, expected: datetime) -> None:
    assert moment(day, at, LONDON) == expected


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.times())
def test_both_readings_differ_only_where_the_clock_is_changed(day: date, at: time) -> None:
    first, last = both_readings(day, at, LONDON)
    assert first <= moment(day, at, LONDON) <= last
    start, end = day_span(day, LONDON)
    if first != last:
        assert last - first == timedelta(hours=1)
        assert end - start != timedelta(hours=24)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 minutes"), (1, "1 minute"), (60, "1 hour"), (90, "1 hour 30 minutes"), (121, "2 hours 1 minute")],
)
def test_minutes_in_words(minutes: int, said: str) -> None:
    assert say_minutes(minutes) == said


def test_dates_and_durations_in_words() -> None:
    assert say_date(date(2026, 11, 25)) == "Wednesday 25 November 2026"
    assert say_duration(timedelta(days=1)) == "1 day"
    assert say_duration(timedelta(days=2, hours=3, seconds=59)) == "2 days 3 hours"
    assert say_duration(timedelta(minutes=45)) == "45 minutes"
