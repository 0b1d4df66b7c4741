"""Spellings, places, preferences, the wall clock and the hours of the week."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.local_time import both_readings, day_span, moment, say_date, say_duration, say_minutes
from bot.domain.rules.location import in_any_place
from bot.domain.rules.preferences import Preferences, preference_key
from bot.domain.text_matching import has_words, spelling_key
from bot.domain.weekly_hours import MINUTES_A_WEEK, WeeklyWindow, holds, merged, minute_of_week, whole_day
from common.states import Preference
from contract.configuration import kind_key
from tests.support.domain_examples import LONDON, a_job


@given(st.text(max_size=30))
def test_core_and_contract_agree_on_spellings(text: str) -> None:
    assert spelling_key(text) == kind_key(text)


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("Crown Court, Leeds", "court", True),
        ("Crown Court, Leeds", "court leeds", True),
        ("Crown Court, Leeds", "leeds court", False),
        ("courtesy", "court", False),
        ("St. James's Hospital", "st james", True),
        # an apostrophe within a word may be written, left out, or be another character
        ("St. James's Hospital", "St James’s", True),
        ("St. James's Hospital", "st jamess", True),
        ("St. James's Hospital", "s", False),
        ("St. James's Hospital", "s.", False),
        ("King's College", "Kings College", True),
        ("Kings College", "King’s College", True),
        ("Kings' College", "King's College", True),
        ("King's College", "King College", False),
        ("Please don’t bring children", "don't", True),
        ("Please don’t bring children", "t", False),
        ("O'Brien & Sons", "obrien", True),
        ("O'Brien & Sons", "O Brien", True),
        ("'Court'", "court", True),
        ("Ünter den Linden", "üNTER", True),
        ("anything", "", False),
        ("anything", "—", False),
        ("", "court", False),
    ],
)
def test_whole_words(text: str, words: str, found: bool) -> None:
    assert has_words(text, words) is found


@pytest.mark.parametrize(
    ("place", "postcode", "found"),
    [
        ("M", "M1 4BT", True),
        ("m", "m1 4bt", True),
        ("M", "ME1 4BT", False),
        ("E", "EC1A 1BB", False),
        ("EC", "EC1A 1BB", True),
        ("M1", "M1 4BT", True),
        ("M1", "M11 4BT", False),
        ("M1", "M14 4BT", False),
        ("SW1", "SW1A 1AA", True),
        ("SW1", "SW10 1AA", False),
        ("SW1A", "SW1A 1AA", True),
        ("SW1A", "SW1W 1AA", False),
        ("SW1A 1", "SW1A 1AA", True),
        ("SW1A 2", "SW1A 1AA", False),
        ("SW1A 1AA", "SW1A1AA", True),
        ("SW1A1AA", "SW1A 1AA", True),
        ("SW1A 1AB", "SW1A 1AA", False),
        # a postcode without its inward part has nothing to compare with
        ("M", "M1", False),
        ("Leeds", "LS1 4BT", False),
        ("LS", "LS1", False),
        ("M", None, False),
    ],
)
def test_postcode_areas(place: str, postcode: str | None, found: bool) -> None:
    assert in_any_place([place], postcode=postcode, address=None) is found


@pytest.mark.parametrize(
    ("place", "postcode", "address", "found"),
    [
        # S is Sheffield, E the east of London: letters of an address are neither
        ("S", "LS9 7TF", "St James's Hospital\nBeckett Street\nLeeds\nLS9 7TF", False),
        ("E", "LS9 7TF", "Unit E\nLeeds\nLS9 7TF", False),
        ("E", None, "Unit E\nLeeds", False),
        ("M1", None, "Beside the M1\nLeeds", False),
        ("E", "E1 6AN", "Unit B\nLondon", True),
        ("st", "LS9 7TF", "St James's Hospital", False),
        # a postcode that stands in the address is one, where the job shows no other
        ("LS", None, "Beckett Street\nLeeds ls9 7tf", True),
        ("LS9", "Leeds", "Beckett Street, LS97TF, Leeds", True),
        ("S", None, "Beckett Street\nLeeds LS9 7TF", False),
        ("LS", "M1 4BT", "Beckett Street\nLeeds LS9 7TF", False),
        ("LS", None, "Beckett Street LS9 7TF, or Mosley Street M2 3JL", False),
        # names, and words of two letters that are no part of a postcode
        ("Bath", "BA1 1SU", "Guildhall\nBath", True),
        ("Bath", "BA1 1SU", "Guildhall\nBathgate", False),
        ("Deal", "CT14 6EU", "High Street\nDeal", True),
        ("Ely", None, "Cathedral Close\nEly", True),
        ("UK", "LS9 7TF", "Leeds, UK", True),
        ("St James", "LS9 7TF", "St James's Hospital\nLeeds", True),
    ],
)
def test_areas_are_asked_of_postcodes_and_names_of_the_address(
    place: str, postcode: str | None, address: str, found: bool
) -> None:
    assert in_any_place([place], postcode=postcode, address=address) is found


areas = st.sampled_from(["E", "S", "M", "LS", "ST", "SW1", "SW1A 1", "LS9 7TF", "m1"])


@given(areas, st.sampled_from(["LS9 7TF", "SW1A 1AA", "S1 2HH", "e1 6an"]), st.text() | areas)
def test_the_address_says_nothing_about_an_area_where_there_is_a_postcode(
    place: str, postcode: str, address: str
) -> None:
    alone = in_any_place([place], postcode=postcode, address=None)
    assert in_any_place([place], postcode=postcode, address=f"Unit {address} {place} {postcode}") is alone


@given(areas, st.text(st.characters(exclude_categories=["Nd", "Nl", "No"])))
def test_without_a_postcode_nothing_is_in_an_area(place: str, address: str) -> None:
    assert not in_any_place([place], postcode=None, address=address)
    assert not in_any_place([place], postcode="LS9", address=address)


def test_a_place_may_stand_in_the_address() -> None:
    address = "1 High Street\nStoke-on-Trent"
    assert in_any_place(["stoke on trent"], postcode=None, address=address)
    assert not in_any_place(["Trent Bridge"], postcode=None, address=address)


EARLY = a_job(job_number="3", appointment_date=date(2026, 11, 25), duration_minutes=30, language="Polish", kind="BSL")
LATE = a_job(job_number="20", appointment_date=date(2026, 12, 1), duration_minutes=90, language="German", kind="Video")
UNKNOWN = a_job(job_number="1", appointment_date=None, duration_minutes=None, language=None, kind=None)
SAME = a_job(job_number="100", appointment_date=date(2026, 12, 1), duration_minutes=90, language="German", kind="Video")


@pytest.mark.parametrize(
    ("preferences", "numbers"),
    [
        (Preferences(), ["3", "20", "100", "1"]),
        (Preferences(order=(Preference.SOONEST,)), ["3", "20", "100", "1"]),
        (Preferences(order=(Preference.LATEST,)), ["20", "100", "3", "1"]),
        (Preferences(order=(Preference.LONGEST,)), ["20", "100", "3", "1"]),
        (Preferences(order=(Preference.SHORTEST,)), ["3", "20", "100", "1"]),
        (Preferences(order=(Preference.LANGUAGE,), languages=("german", "Polish")), ["20", "100", "3", "1"]),
        (Preferences(order=(Preference.KIND, Preference.LONGEST), kinds=("bsl",)), ["3", "20", "100", "1"]),
        (Preferences(order=()), ["3", "20", "100", "1"]),
    ],
)
def test_preferences(preferences: Preferences, numbers: list[str]) -> None:
    ordered = sorted([SAME, LATE, UNKNOWN, EARLY], key=lambda job: preference_key(job, preferences))
    assert [job.job_number for job in ordered] == numbers


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
