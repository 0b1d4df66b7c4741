"""Rules of recurrence as programs write them, and what a rule that cannot be read takes."""

import pytest

from tests.unit.test_calendars_entries import read, text_of, times

START = "DTSTART:20270129T100000Z"


@pytest.mark.parametrize(
    ("rule", "busy"),
    [
        ("FREQ=DAILY;COUNT=2;RSCALE=GREGORIAN", ["29/01/27", "30/01/27"]),
        ("freq=daily;count=2", ["29/01/27", "30/01/27"]),
        ("FREQ=DAILY;COUNT=2;X-GOOGLE-SOMETHING=1", ["29/01/27", "30/01/27"]),
        ("FREQ=DAILY; COUNT = 2;", ["29/01/27", "30/01/27"]),
        ("FREQ=MONTHLY;COUNT=3;SKIP=OMIT;RSCALE=GREGORIAN", ["29/01/27", "29/03/27", "29/04/27"]),
        # whoever knows SKIP ends in March, whoever does not in April: both
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;COUNT=3;SKIP=BACKWARD", ["29/01/27", "28/02/27", "29/03/27", "29/04/27"]),
        ("FREQ=MONTHLY;UNTIL=20270401T000000Z;SKIP=FORWARD", ["29/01/27", "01/03/27", "29/03/27"]),
        ("FREQ=MONTHLY;UNTIL=20270401T000000Z;SKIP=WHATEVER", ["29/01/27", "28/02/27", "01/03/27", "29/03/27"]),
    ],
)
def test_parts_that_say_nothing_about_days_are_passed_over(rule: str, busy: list[str]) -> None:
    found = read(text_of([START, f"RRULE:{rule}"]))
    assert [time[:8] for time in times(found)] == busy
    assert found.unreadable == found.uncertain == ()


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=WEEKLY;INTERVAL=0;UNTIL=20270131T100000Z",
        "FREQ=WEEKLY;INTERVAL=-1;UNTIL=20270131T100000Z",
        "FREQ=WEEKLY;BYDAY=FUNDAY;UNTIL=20270131T100000Z",
        "FREQ=MONTHLY;BYMONTHDAY=32;UNTIL=20270131",
        "FREQ=WEEKLY;NEVER=1;UNTIL=20270131T100000Z",
        "FREQ=YEARLY;RSCALE=HEBREW;UNTIL=20270131T100000Z",
    ],
)
def test_a_rule_that_cannot_be_read_takes_every_day_of_its_series(rule: str) -> None:
    found = read(text_of(["SUMMARY:Dentist", START, f"RRULE:{rule}"]))
    assert [time[:8] for time in times(found)] == ["29/01/27", "30/01/27", "31/01/27"]
    assert found.unreadable == ()
    assert len(found.uncertain) == 1
    assert "“Dentist”: its rule" in found.uncertain[0]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=OFTEN;UNTIL=20270131T100000Z",
        "FREQ=DAILY;BYHOUR=25;UNTIL=20270131T100000Z",
        "FREQ=HOURLY;INTERVAL=0;UNTIL=20270131T100000Z",
        "FREQ=DAILY;UNTIL=20270131T100000Z;COUNT",
        "UNTIL=20270131T100000Z",
    ],
)
def test_a_rule_without_certain_hours_takes_everything_up_to_its_end(rule: str) -> None:
    found = read(text_of([START, f"RRULE:{rule}"]))
    assert "29/01/27 10:00-02/02/27 00:00" in times(found)
    assert found.unreadable == ()
    assert len(found.uncertain) == 1


def test_a_rule_line_that_cannot_be_read_takes_everything_from_its_start_on() -> None:
    found = read(text_of([START, "RRULE FREQ=DAILY"], ["DTSTART:20261201T100000Z"]))
    assert times(found) == ["01/12/26 10:00-10:00", "29/01/27 10:00-10:00", "29/01/27 10:00-25/12/27 12:00"]
    assert len(found.uncertain) == 1


@pytest.mark.parametrize("end", ["UNTIL=later", "COUNT=0", "COUNT=some"])
def test_an_end_that_cannot_be_read_is_none(end: str) -> None:
    found = read(text_of([START, f"RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;{end}"]))
    assert len(found.spans) >= 11
    assert len(found.uncertain) == 1


def test_the_end_of_a_series_in_an_unknown_zone_loses_no_occurrence() -> None:
    """Its last one at 10:00 on a wall that may be fourteen hours before UTC."""
    lines = ["DTSTART;TZID=Atlantis:20270701T100000", "RRULE:FREQ=DAILY;UNTIL=20270701T200000Z"]
    assert len(read(text_of(lines)).spans) == 2
