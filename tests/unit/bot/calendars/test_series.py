"""What is free: cancelled, declined, transparent, or taken out of its series; and what only looks so."""

import pytest

from bot.calendars.entries import Entries, read_entries
from tests.unit.test_calendars_entries import FIRST, LAST, LONDON, read, text_of, times

AT_TEN = ("DTSTART:20270625T100000Z", "DURATION:PT1H")
BUSY = ["25/06/27 10:00-11:00"]
DECLINED = "ATTENDEE;PARTSTAT=DECLINED:mailto:Me@Example.com"


def read_as_me(content: bytes) -> Entries:
    return read_entries(content, zone=LONDON, first=FIRST, last=LAST, own_addresses=["me@example.com"])


@pytest.mark.parametrize(
    ("lines", "busy"),
    [
        pytest.param([DECLINED], [], id="declined by the owner"),
        pytest.param(["ATTENDEE;PARTSTAT=DECLINED:mailto:you@example.com"], BUSY, id="declined by another"),
        pytest.param(["ATTENDEE;PARTSTAT=ACCEPTED:mailto:me@example.com"], BUSY, id="accepted"),
        pytest.param([DECLINED, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:me@example.com"], BUSY, id="two answers"),
        pytest.param(["X-MICROSOFT-CDO-BUSYSTATUS:FREE"], [], id="free, by Outlook's word"),
        pytest.param(["X-MICROSOFT-CDO-BUSYSTATUS:FREE", "TRANSP:OPAQUE"], BUSY, id="Outlook's word against TRANSP"),
        pytest.param(["X-MICROSOFT-CDO-BUSYSTATUS:OOF"], BUSY, id="out of office"),
        pytest.param(["STATUS:CANCELED"], [], id="cancelled with one L"),
        pytest.param(["STATUS:CANCELLED", "STATUS:CONFIRMED"], BUSY, id="cancelled and confirmed"),
    ],
)
def test_whether_an_entry_takes_time(lines: list[str], busy: list[str]) -> None:
    assert times(read_as_me(text_of([*AT_TEN, *lines]))) == busy


def test_nobodys_answer_counts_without_an_address() -> None:
    assert times(read(text_of([*AT_TEN, DECLINED]))) == BUSY


def test_a_calendar_that_is_called_by_an_address_is_its_owners() -> None:
    assert times(read(text_of([*AT_TEN, DECLINED], before=["X-WR-CALNAME:me@example.com"]))) == []


def test_a_message_that_takes_entries_back_is_not_busy() -> None:
    assert times(read(text_of(AT_TEN, before=["METHOD:CANCEL"]))) == []
    assert times(read(text_of(AT_TEN, before=["METHOD:REQUEST"]))) == BUSY


SERIES = ["UID:s", *AT_TEN, "RRULE:FREQ=DAILY;COUNT=2"]
MOVED = ["UID:s", "RECURRENCE-ID:20270626T100000Z", "DTSTART:20270626T150000Z", "DURATION:PT1H"]
DELETED = "EXDATE:20270626T100000Z"


@pytest.mark.parametrize(
    ("series", "change", "busy"),
    [
        pytest.param([DELETED], [], BUSY, id="changed first, deleted later"),
        pytest.param([DELETED, "SEQUENCE:2"], ["SEQUENCE:1"], BUSY, id="by its number"),
        pytest.param([DELETED, "SEQUENCE:1"], ["SEQUENCE:2"], [*BUSY, "26/06/27 15:00-16:00"], id="changed again"),
        pytest.param(
            [DELETED, "LAST-MODIFIED:20270101T000000Z"],
            ["LAST-MODIFIED:20270102T000000Z"],
            [*BUSY, "26/06/27 15:00-16:00"],
            id="changed again, by its time",
        ),
        pytest.param([], [], [*BUSY, "26/06/27 15:00-16:00"], id="not deleted"),
    ],
)
def test_a_change_that_was_deleted_later_is_free(series: list[str], change: list[str], busy: list[str]) -> None:
    assert times(read(text_of([*SERIES, *series], [*MOVED, *change]))) == busy


def future(at: str, *lines: str) -> list[str]:
    return ["UID:s", f"RECURRENCE-ID;RANGE=THISANDFUTURE:{at}", *lines]


def test_all_that_follow_are_cancelled() -> None:
    change = future("20270626T100000Z", "DTSTART:20270626T100000Z", "STATUS:CANCELLED")
    assert times(read(text_of(SERIES, change))) == BUSY


def test_the_last_change_of_the_future_holds() -> None:
    series = ["UID:s", *AT_TEN, "RRULE:FREQ=DAILY;COUNT=4"]
    first = future("20270626T100000Z", "DTSTART:20270626T120000Z", "DURATION:PT2H")
    second = future("20270628T100000Z", "DTSTART:20270628T080000Z", "DURATION:PT30M")
    assert times(read(text_of(series, first, second))) == [
        "25/06/27 10:00-11:00",
        "26/06/27 12:00-14:00",
        "27/06/27 12:00-14:00",
        "28/06/27 08:00-08:30",
    ]


def test_an_exception_in_an_unknown_zone_frees_nothing_that_is_certain() -> None:
    content = text_of([*SERIES, "EXDATE;TZID=Atlantis:20270626T100000"])
    assert times(read(content)) == [*BUSY, "26/06/27 10:00-11:00"]


def test_an_exception_in_the_unknown_zone_of_its_series_counts() -> None:
    series = ["DTSTART;TZID=Atlantis:20270625T100000", "RRULE:FREQ=DAILY;COUNT=2"]
    assert len(read(text_of([*series, "EXDATE;TZID=Atlantis:20270626T100000"])).spans) == 1
    assert len(read(text_of([*series, "EXDATE:20270626T100000Z"])).spans) == 2
