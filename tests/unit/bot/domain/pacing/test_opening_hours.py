"""Opening hours on the wall clock, on the two odd days of the year too."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.pacing.opening_hours import OpeningHours
from bot.domain.weekly_hours import WeeklyWindow, whole_day
from tests.support.domain_examples import LONDON

NINE_TO_FIVE = tuple(WeeklyWindow(weekday=day, from_minute=540, to_minute=1020) for day in range(5))


@pytest.mark.parametrize(
    ("now", "is_open", "changes"),
    [
        # Friday 20 November 2026; winter: London is UTC
        ("2026-11-20T08:59:59", False, "2026-11-20T09:00:00"),
        ("2026-11-20T09:00:00", True, "2026-11-20T17:00:00"),
        ("2026-11-20T17:00:00", False, "2026-11-23T09:00:00"),
        # summer: 09:00 in London is 08:00 UTC
        ("2026-07-01T08:00:00", True, "2026-07-01T16:00:00"),
        # the clocks go forward on Sunday 29 March: from Friday 17:00 UTC to Monday 08:00 UTC
        ("2026-03-27T17:00:00", False, "2026-03-30T08:00:00"),
        # and back on Sunday 25 October: from Friday 16:00 UTC to Monday 09:00 UTC
        ("2026-10-23T16:00:00", False, "2026-10-26T09:00:00"),
    ],
)
def test_opening_hours_are_those_of_the_wall_clock(now: str, is_open: bool, changes: str) -> None:
    hours = OpeningHours(windows=NINE_TO_FIVE, zone=LONDON)
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert hours.is_open(at) is is_open
    assert hours.next_change(at) == datetime.fromisoformat(changes).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        # 25 October 2026: 01:00 to 02:00 happens twice, and both are open
        (60, 120, [("00:00", True), ("00:59", True), ("01:00", True), ("01:59", True), ("02:00", False)]),
        # 01:30 to 01:45 is open twice, with three quarters of an hour between
        (90, 105, [("00:30", True), ("00:45", False), ("01:30", True), ("01:45", False)]),
    ],
)
def test_an_hour_that_happens_twice(start: int, end: int, expected: list[tuple[str, bool]]) -> None:
    hours = OpeningHours(windows=(WeeklyWindow(weekday=6, from_minute=start, to_minute=end),), zone=LONDON)
    for at, is_open in expected:
        assert hours.is_open(datetime.fromisoformat(f"2026-10-25T{at}").replace(tzinfo=UTC)) is is_open


def test_an_hour_that_never_happens_opens_nothing() -> None:
    hours = OpeningHours(windows=(WeeklyWindow(weekday=6, from_minute=60, to_minute=120),), zone=LONDON)
    night = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
    assert not any(hours.is_open(night + timedelta(minutes=minute)) for minute in range(180))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            WeeklyWindow,
            weekday=st.integers(0, 6),
            from_minute=st.integers(0, 1439),
            to_minute=st.integers(1440, 2880),
        )
        | st.builds(whole_day, st.integers(0, 6)),
        max_size=3,
    ),
    st.sampled_from(["2026-03-28T12:00", "2026-10-24T12:00", "2026-11-20T10:15"]),
    st.integers(0, 2880),
)
def test_the_next_change_is_the_first_minute_that_differs(windows: list[WeeklyWindow], day: str, minutes: int) -> None:
    hours = OpeningHours(windows=tuple(windows), zone=LONDON)
    now = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=minutes)
    expected = next(
        (
            at
            for minute in range(1, 9 * 1440)
            if hours.is_open(at := now + timedelta(minutes=minute)) is not hours.is_open(now)
        ),
        None,
    )
    assert hours.next_change(now) == expected
