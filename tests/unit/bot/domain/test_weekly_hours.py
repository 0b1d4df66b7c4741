"""Hours of the week."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.weekly_hours import MINUTES_A_WEEK, WeeklyWindow, holds, merged, minute_of_week, whole_day
from tests.support.domain_examples import LONDON

windows = st.builds(
    WeeklyWindow, weekday=st.integers(0, 6), from_minute=st.integers(0, 1439), to_minute=st.integers(1440, 2880)
) | st.builds(whole_day, st.integers(0, 6))


@given(st.lists(windows, max_size=5), st.integers(0, MINUTES_A_WEEK - 1), st.integers(1, 2000))
def test_a_span_is_held_where_each_of_its_minutes_is(some: list[WeeklyWindow], start: int, length: int) -> None:
    open_minutes = {
        (window.weekday * 1440 + minute) % MINUTES_A_WEEK
        for window in some
        for minute in range(window.from_minute, window.to_minute)
    }
    expected = all((start + minute) % MINUTES_A_WEEK in open_minutes for minute in range(length))
    assert holds(merged(some), start, start + length) is expected


@pytest.mark.parametrize(
    ("weekday", "start", "end"), [(7, 0, 60), (-1, 0, 60), (0, 60, 60), (0, 1440, 1500), (0, 0, 2881)]
)
def test_a_window_without_sense_is_refused(weekday: int, start: int, end: int) -> None:
    with pytest.raises(ValueError, match=r"weekday|window"):
        WeeklyWindow(weekday=weekday, from_minute=start, to_minute=end)


def test_windows_in_words() -> None:
    assert str(WeeklyWindow(weekday=0, from_minute=540, to_minute=1020)) == "Monday 09:00 to 17:00"
    assert str(WeeklyWindow(weekday=4, from_minute=1320, to_minute=1560)) == "Friday 22:00 to 02:00 the next day"
    assert str(whole_day(6)) == "Sunday 00:00 to midnight"
    assert minute_of_week(datetime(2026, 11, 25, 9, 30, tzinfo=LONDON)) == 2 * 1440 + 570
