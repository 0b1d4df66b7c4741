"""Times, durations and texts as programs write them: a little off, damaged, in other encodings."""

import pytest

from tests.unit.test_calendars_entries import read, text_of, times

ONE_HOUR = "DURATION:PT1H"
NOON = ["25/06/27 12:00-13:00"]


@pytest.mark.parametrize(
    "start",
    [
        "DTSTART:2027-06-25T12:00:00Z",
        "DTSTART:20270625T1200Z",
        "dtstart:20270625t120000z",
        "DTSTART:20270625T130000+0100",
        "DTSTART:20270625T130000+01:00",
        "DTSTART: 20270625T120000Z",
        "DTSTART:20270625 120000Z",
        "DTSTART:20270625T120000.000Z",
        "DTSTART ;VALUE=DATE-TIME:20270625T120000Z",
        'DTSTART;TZID="Europe/London":20270625T130000',
        "DTSTART;TZID=Europe/London;X-NOTE=a:20270625T130000",
        "DTSTART;TZID=:20270625T130000",
    ],
)
def test_times_that_are_a_little_off_are_read(start: str) -> None:
    found = read(text_of([start, ONE_HOUR]))
    assert times(found) == NOON
    assert found.unreadable == found.uncertain == ()


def test_a_day_ends_at_twenty_four_hours() -> None:
    found = read(text_of(["DTSTART:20270625T230000Z", "DTEND:20270625T240000Z"]))
    assert times(found) == ["25/06/27 23:00-26/06/27 00:00"]


@pytest.mark.parametrize("clock", ["T250000Z", "Tnoon", "T12x000Z", "x"])
def test_a_time_of_day_that_cannot_be_read_takes_that_day_everywhere(clock: str) -> None:
    found = read(text_of(["SUMMARY:Dentist", f"DTSTART:20270625{clock}", ONE_HOUR]))
    assert times(found) == ["24/06/27 10:00-26/06/27 13:00"]
    assert found.unreadable == ()
    assert found.uncertain == ("“Dentist”: the time of day of its start cannot be read; it takes all of that day",)


@pytest.mark.parametrize("end", ["DTEND:later", "DURATION:an hour", "DURATION:20270625T120000Z", "DTEND nothing"])
def test_an_end_that_cannot_be_read_counts_as_a_day(end: str) -> None:
    found = read(text_of(["DTSTART:20270625T120000Z", end]))
    assert times(found) == ["25/06/27 12:00-26/06/27 12:00"]
    assert found.unreadable == ()
    assert len(found.uncertain) == 1


def test_an_end_of_which_only_the_day_can_be_read_takes_that_day() -> None:
    found = read(text_of(["DTSTART:20270625T120000Z", "DTEND:20270626Tlate"]))
    assert times(found) == ["25/06/27 12:00-27/06/27 12:00"]


@pytest.mark.parametrize(
    "damaged",
    [
        ["BEGIN:VALARM", "TRIGGER:", "END:VALARM"],
        ["BEGIN:VALARM", "TRIGGER;RELATED=END:soon", "ACTION", "END:VALARM"],
        ["BEGIN:VALARM", "TRIGGER:-PT15M"],
        ["DESCRIPTION a line without its colon"],
        ["ATTACH;VALUE=BINARY:\x00"],
        ["GEO:here", "PRIORITY:high", "CREATED:yesterday"],
    ],
)
def test_a_damaged_line_that_no_time_hangs_on_costs_nothing(damaged: list[str]) -> None:
    found = read(text_of(["DTSTART:20270625T120000Z", ONE_HOUR, *damaged]))
    assert times(found) == NOON
    assert found.unreadable == found.uncertain == ()


@pytest.mark.parametrize(
    "damaged",
    [
        ["BEGIN:VTODO", "DUE:soon", "RRULE:FREQ=NEVER", "END:VTODO"],
        ["BEGIN:VTODO", "DUE:soon"],
        ["REFRESH-INTERVAL:often", "X-PUBLISHED-TTL", "LAST-MODIFIED:today"],
        ["BEGIN:VALARM", "END:VJOURNAL", "END:VALARM"],
    ],
)
def test_a_damaged_part_of_the_calendar_costs_no_entry(damaged: list[str]) -> None:
    found = read(text_of(["DTSTART:20270625T120000Z", ONE_HOUR], before=damaged))
    assert times(found) == NOON
    assert found.unreadable == found.uncertain == ()


PLAIN = text_of(["DTSTART:20270625T120000Z", ONE_HOUR, "SUMMARY:Zoë"])


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe" + PLAIN.decode().encode("utf-16-le"),
        b"\xfe\xff" + PLAIN.decode().encode("utf-16-be"),
        PLAIN.replace(b"\r\n", b"\r"),
        PLAIN.replace(b"\r\n", b"\n"),
        PLAIN + b"\x1a",
        PLAIN + b"\x00\x00",
        PLAIN.decode().encode("cp1252"),
        PLAIN.replace("ë".encode(), b"\xc3\r\n \xab"),
    ],
    ids=["UTF-16-LE", "UTF-16-BE", "CR alone", "LF alone", "Ctrl-Z", "NUL", "Windows", "folded within a letter"],
)
def test_files_as_programs_write_them(content: bytes) -> None:
    found = read(content)
    assert times(found) == NOON
    assert [span.title for span in found.spans] == ["Zoë"]
