"""Time zones by name and by definition: the right hour, and both where a text can mean two."""

from collections.abc import Iterable

import pytest

from tests.unit.test_calendars_entries import read, text_of, times

ONE_HOUR = "DURATION:PT1H"
AT_TEN = ["DTSTART;TZID={}:20270701T100000", ONE_HOUR]


def at_ten(name: str) -> list[str]:
    return [AT_TEN[0].format(f'"{name}"' if ":" in name or "," in name else name), ONE_HOUR]


def fixed(name: str, offset: str) -> list[str]:
    """The definition of a zone that has one offset all year."""
    return [
        "BEGIN:VTIMEZONE",
        f"TZID:{name}",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        f"TZOFFSETFROM:{offset}",
        f"TZOFFSETTO:{offset}",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]


@pytest.mark.parametrize(
    ("name", "busy"),
    [
        ("(UTC+00:00) Dublin, Edinburgh, Lisbon, London", ["01/07/27 09:00-10:00"]),
        ("(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London", ["01/07/27 09:00-10:00"]),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", ["01/07/27 08:00-09:00"]),
        ("GMT Standard Time", ["01/07/27 09:00-10:00"]),
        ("GMT Standard Time 1", ["01/07/27 09:00-10:00"]),
        ("gmt standard time", ["01/07/27 09:00-10:00"]),
        ("Eastern Daylight Time", ["01/07/27 14:00-15:00"]),
        ("GMT+01:00", ["01/07/27 09:00-10:00"]),
        ("UTC-5", ["01/07/27 15:00-16:00"]),
        ("+0200", ["01/07/27 08:00-09:00"]),
        ("BST", ["01/07/27 09:00-10:00"]),
        ("British Summer Time", ["01/07/27 09:00-10:00"]),
        ("Z", ["01/07/27 10:00-11:00"]),
        ("europe/london", ["01/07/27 09:00-10:00"]),
        ("America/New York", ["01/07/27 14:00-15:00"]),
        ("tzone://Microsoft/Utc", ["01/07/27 10:00-11:00"]),
        ("/freeassociation.sourceforge.net/Europe/London", ["01/07/27 09:00-10:00"]),
        ("/softwarestudio.org/Olson_20011030_5/America/Argentina/Buenos_Aires", ["01/07/27 13:00-14:00"]),
    ],
)
def test_names_that_programs_give_to_zones(name: str, busy: list[str]) -> None:
    found = read(text_of(at_ten(name)))
    assert times(found) == busy
    assert found.unknown_zones == ()


@pytest.mark.parametrize("name", ["Atlantis/Capital", "GMT+99", "(UTC+17:00) Nowhere", "", "UTC 1"])
def test_a_name_that_nobody_knows_takes_more_than_a_day(name: str) -> None:
    found = read(text_of([f'DTSTART;TZID="X-{name}":20270701T100000', ONE_HOUR]))
    assert times(found) == ["30/06/27 20:00-01/07/27 23:00"]


def test_summer_time_written_in_winter_means_both_hours() -> None:
    found = read(text_of(["DTSTART;TZID=BST:20270105T100000", ONE_HOUR]))
    assert times(found) == ["05/01/27 09:00-10:00", "05/01/27 10:00-11:00"]


def test_each_calendar_of_a_text_has_its_own_definitions() -> None:
    name = "Customised"
    content = text_of(at_ten(name), before=fixed(name, "+0200")) + text_of(at_ten(name), before=fixed(name, "-0300"))
    assert times(read(content)) == ["01/07/27 08:00-09:00", "01/07/27 13:00-14:00"]


def test_one_calendar_never_defines_for_another() -> None:
    content = text_of(before=fixed("Customised", "+0200")) + text_of(at_ten("Customised"))
    assert read(content).unknown_zones == ("Customised",)


def test_a_name_that_is_defined_twice_means_both() -> None:
    content = text_of(at_ten("Customised"), before=fixed("Customised", "+0200") + fixed("Customised", "-0300"))
    assert times(read(content)) == ["01/07/27 08:00-09:00", "01/07/27 13:00-14:00"]


@pytest.mark.parametrize(
    ("name", "known"),
    [("GMT", "01/07/27 10:00-11:00"), ("EST", "01/07/27 15:00-16:00"), ("Europe/London", "01/07/27 09:00-10:00")],
)
def test_a_known_name_that_is_defined_otherwise_means_both(name: str, known: str) -> None:
    found = read(text_of(at_ten(name), before=fixed(name, "+0200")))
    assert times(found) == sorted(["01/07/27 08:00-09:00", known])


def test_a_definition_that_says_what_is_known_changes_nothing() -> None:
    found = read(text_of(at_ten("GMT"), before=fixed("GMT", "+0000")))
    assert times(found) == ["01/07/27 10:00-11:00"]


@pytest.mark.parametrize(
    "damaged",
    [
        ["BEGIN:VTIMEZONE", "TZID:Europe/London", "nonsense", "END:VTIMEZONE"],
        ["BEGIN:VTIMEZONE", "END:VTIMEZONE"],
        [line.replace("+0200", "soon") for line in fixed("Europe/London", "+0200")],
        [line.replace("DTSTART:19700101T000000", "DTSTART:") for line in fixed("Europe/London", "+0200")],
        [line.replace("END:STANDARD", "RRULE:FREQ=SECONDLY") for line in fixed("Europe/London", "+0200")],
        [line.replace("END:STANDARD", "RRULE:FREQ=YEARLY;INTERVAL=0") for line in fixed("Europe/London", "+0200")],
        fixed("Europe/London", "+0200")[:-1],
    ],
)
def test_a_damaged_definition_costs_no_entry(damaged: list[str]) -> None:
    found = read(text_of(at_ten("Europe/London"), before=damaged))
    assert times(found)[-1:] == ["01/07/27 09:00-10:00"]
    assert found.unreadable == ()


def changed(lines: Iterable[str]) -> bytes:
    return text_of(["DTSTART:20270701T100000", ONE_HOUR], before=lines)


def test_the_calendars_own_zone_by_its_own_definition() -> None:
    found = read(changed(["X-WR-TIMEZONE:Customised", *fixed("Customised", "-0300")]))
    assert times(found) == ["01/07/27 13:00-14:00"]


def test_the_calendars_own_zone_in_other_capitals() -> None:
    assert times(read(changed(["X-WR-TIMEZONE:america/new_york"]))) == ["01/07/27 14:00-15:00"]


def test_an_unknown_zone_of_the_calendar_takes_all_that_it_can_mean() -> None:
    found = read(changed(["X-WR-TIMEZONE:Atlantis"]))
    assert times(found) == ["30/06/27 20:00-01/07/27 23:00"]
    assert found.unknown_zones == ("Atlantis",)


def test_recurrences_in_utc_of_a_calendar_in_an_unknown_zone() -> None:
    """They may follow the clock there, which summer time moves by up to two hours."""
    lines = ["DTSTART:20270105T100000Z", ONE_HOUR, "RRULE:FREQ=DAILY;COUNT=1"]
    found = read(text_of(lines, before=["X-WR-TIMEZONE:Atlantis"]))
    assert times(found) == ["05/01/27 08:00-13:00", "05/01/27 10:00-11:00"]


@pytest.mark.parametrize(
    ("lines", "busy"),
    [
        (
            ["DTSTART;TZID=America/New_York:20270105T100000Z", ONE_HOUR],
            ["05/01/27 10:00-11:00", "05/01/27 15:00-16:00"],
        ),
        (
            ["DTSTART;VALUE=DATE:20270105T233000Z", ONE_HOUR],
            ["05/01/27 00:00-01:00", "05/01/27 23:30-06/01/27 00:30"],
        ),
        (
            ["DTSTART:20270105T100000Z", "DTSTART:20270106T100000Z", ONE_HOUR],
            ["05/01/27 10:00-11:00", "06/01/27 10:00-11:00"],
        ),
        (
            ["DTSTART:20270105T100000Z", "DTEND:20270105T103000Z", "DURATION:PT2H"],
            ["05/01/27 10:00-10:30", "05/01/27 10:00-12:00"],
        ),
    ],
    ids=["a zone beside Z", "a day with a time", "two starts", "an end and a duration"],
)
def test_a_time_that_contradicts_itself_is_busy_in_both_ways(lines: list[str], busy: list[str]) -> None:
    assert times(read(text_of(lines))) == busy


def test_a_change_of_the_future_in_an_unknown_zone_is_noticed() -> None:
    series = ["UID:s", "DTSTART;TZID=Atlantis:20270701T100000", ONE_HOUR, "RRULE:FREQ=WEEKLY;COUNT=2"]
    change = [
        "UID:s",
        "RECURRENCE-ID;TZID=Atlantis;RANGE=THISANDFUTURE:20270708T100000",
        "DTSTART;TZID=Atlantis:20270708T150000",
        ONE_HOUR,
    ]
    found = read(text_of(series, change))
    assert times(found) == ["30/06/27 20:00-01/07/27 23:00", "08/07/27 01:00-09/07/27 04:00"]
    assert found.unknown_zones == ("Atlantis",)
