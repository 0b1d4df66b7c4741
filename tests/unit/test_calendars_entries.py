"""iCal texts and the busy time that they mean."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.calendars.entries import Entries, read_entries
from bot.calendars.text import NotACalendar

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
FIRST = datetime(2026, 11, 20, 12, tzinfo=UTC)
LAST = FIRST + timedelta(days=400)

#: A zone under a name of its own, as Outlook writes them: an hour before UTC, and two in summer.
OWN_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Customised Time Zone",
    "BEGIN:STANDARD",
    "DTSTART:16010101T030000",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:16010101T020000",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
)


def text_of(*events: Iterable[str], before: Iterable[str] = ()) -> bytes:
    """A calendar with these entries, each given by its lines; one without a UID gets one of its own."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", *before]
    for number, event in enumerate(events):
        own = list(event)
        uid = [] if any(line.startswith("UID") for line in own) else [f"UID:{number}@example.com"]
        lines += ["BEGIN:VEVENT", *uid, *own, "END:VEVENT"]
    return "".join(f"{line}\r\n" for line in (*lines, "END:VCALENDAR")).encode()


def read(content: bytes, *, zone: ZoneInfo = LONDON, first: datetime = FIRST, last: datetime = LAST) -> Entries:
    return read_entries(content, zone=zone, first=first, last=last)


def times(found: Entries) -> list[str]:
    """Each span as ``day time-time`` in UTC, with the second day where it is another one."""
    return [
        f"{span.starts_at:%d/%m/%y %H:%M}-"
        + (f"{span.ends_at:%d/%m/%y }" if span.ends_at.date() != span.starts_at.date() else "")
        + f"{span.ends_at:%H:%M}"
        for span in found.spans
    ]


@pytest.mark.parametrize(
    ("lines", "busy"),
    [
        pytest.param(["DTSTART:20261125T100000Z", "DTEND:20261125T110000Z"], ["25/11/26 10:00-11:00"], id="UTC"),
        pytest.param(
            ["DTSTART;TZID=Europe/London:20270701T100000", "DTEND;TZID=Europe/London:20270701T110000"],
            ["01/07/27 09:00-10:00"],
            id="London in summer",
        ),
        pytest.param(["DTSTART:20270701T100000", "DTEND:20270701T110000"], ["01/07/27 09:00-10:00"], id="floating"),
        pytest.param(
            ["DTSTART;TZID=GMT Standard Time:20270701T100000", "DURATION:PT1H"],
            ["01/07/27 09:00-10:00"],
            id="a zone by the name that Windows has for it",
        ),
        pytest.param(
            # a flight: leaves at 10:00 UTC, lands at 13:00 in New York
            ["DTSTART;TZID=Europe/London:20261125T100000", "DTEND;TZID=America/New_York:20261125T130000"],
            ["25/11/26 10:00-18:00"],
            id="an end in another zone",
        ),
        pytest.param(["DTSTART:20261125T100000Z", "DURATION:PT1H30M"], ["25/11/26 10:00-11:30"], id="duration"),
        pytest.param(["DTSTART:20261125T100000Z", "DURATION:P1DT2H"], ["25/11/26 10:00-26/11/26 12:00"], id="days"),
        pytest.param(["DTSTART:20261125T100000Z", "DURATION:P1W"], ["25/11/26 10:00-02/12/26 10:00"], id="a week"),
        pytest.param(["DTSTART:20261125T100000Z"], ["25/11/26 10:00-10:00"], id="no end: a moment"),
        pytest.param(
            ["DTSTART:20261125T110000Z", "DTEND:20261125T100000Z"], ["25/11/26 10:00-11:00"], id="ends before it begins"
        ),
        # --- whole days
        pytest.param(["DTSTART;VALUE=DATE:20261125"], ["25/11/26 00:00-26/11/26 00:00"], id="a day"),
        pytest.param(["DTSTART:20261125"], ["25/11/26 00:00-26/11/26 00:00"], id="a day that does not say so"),
        pytest.param(
            ["DTSTART;VALUE=DATE:20270701", "DTEND;VALUE=DATE:20270703"],
            ["30/06/27 23:00-02/07/27 23:00"],  # two days of London's summer
            id="two days",
        ),
        pytest.param(
            ["DTSTART;VALUE=DATE:20261125", "DTEND;VALUE=DATE:20261125"],
            ["25/11/26 00:00-26/11/26 00:00"],
            id="a day that ends on itself",
        ),
        pytest.param(["DTSTART;VALUE=DATE:20261125", "DURATION:P2D"], ["25/11/26 00:00-27/11/26 00:00"], id="2 days"),
        pytest.param(["DTSTART;VALUE=DATE:20261125", "DURATION:PT2H"], ["25/11/26 00:00-02:00"], id="part of a day"),
        pytest.param(
            ["DTSTART;VALUE=DATE:20270328"], ["28/03/27 00:00-23:00"], id="the day on which the clocks go forward"
        ),
        pytest.param(
            ["DTSTART;TZID=America/New_York;VALUE=DATE:20261125"],
            ["25/11/26 00:00-26/11/26 00:00"],
            id="a day is the owner's, whatever zone stands beside it",
        ),
        pytest.param(
            ["DTSTART;VALUE=DATE:20261125", "DTEND:20261125T120000Z"], ["25/11/26 00:00-12:00"], id="day to moment"
        ),
        # --- not busy
        pytest.param(["DTSTART:20261125T100000Z", "STATUS:CANCELLED"], [], id="cancelled"),
        pytest.param(["DTSTART:20261125T100000Z", "TRANSP:TRANSPARENT"], [], id="transparent"),
        pytest.param(["DTSTART:20261125T100000Z", "status:cancelled "], [], id="small letters"),
        pytest.param(["DTSTART:20261125T100000Z", "STATUS:TENTATIVE"], ["25/11/26 10:00-10:00"], id="tentative"),
        pytest.param(["DTSTART:20261125T100000Z", "TRANSP:X-WHATEVER"], ["25/11/26 10:00-10:00"], id="unknown words"),
        pytest.param(["DTSTART:nonsense", "STATUS:CANCELLED"], [], id="cancelled nonsense"),
        # --- recurrences
        pytest.param(
            ["DTSTART:20261125T100000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3"],
            ["25/11/26 10:00-11:00", "02/12/26 10:00-11:00", "09/12/26 10:00-11:00"],
            id="weekly",
        ),
        pytest.param(
            # 10:00 on the wall, before and after the clocks go forward on 28 March 2027
            ["DTSTART;TZID=Europe/London:20270327T100000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2"],
            ["27/03/27 10:00-11:00", "28/03/27 09:00-10:00"],
            id="over the change of the clocks",
        ),
        pytest.param(
            ["DTSTART;TZID=Europe/London:20270327T220000", "DTEND;TZID=Europe/London:20270328T060000"],
            ["27/03/27 22:00-28/03/27 05:00"],
            id="the night of the change, once: what its end says",
        ),
        pytest.param(
            [
                "DTSTART;TZID=Europe/London:20270326T220000",
                "DTEND;TZID=Europe/London:20270327T060000",
                "RRULE:FREQ=DAILY;COUNT=2",
            ],
            ["26/03/27 22:00-27/03/27 06:00", "27/03/27 22:00-28/03/27 05:00"],
            id="nights until six on the wall",
        ),
        pytest.param(
            ["DTSTART;TZID=Europe/London:20270326T220000", "DURATION:PT8H", "RRULE:FREQ=DAILY;COUNT=2"],
            ["26/03/27 22:00-27/03/27 06:00", "27/03/27 22:00-28/03/27 06:00"],
            id="nights of eight hours",
        ),
        pytest.param(
            ["DTSTART;VALUE=DATE:20270327", "RRULE:FREQ=DAILY;COUNT=3"],
            ["27/03/27 00:00-28/03/27 00:00", "28/03/27 00:00-23:00", "28/03/27 23:00-29/03/27 23:00"],
            id="days over the change of the clocks",
        ),
        pytest.param(
            ["DTSTART:20261125T100000Z", "RRULE:FREQ=DAILY;UNTIL=20261127T100000Z"],
            ["25/11/26 10:00-10:00", "26/11/26 10:00-10:00", "27/11/26 10:00-10:00"],
            id="until a moment",
        ),
        pytest.param(
            ["DTSTART;TZID=America/New_York:20261125T200000", "RRULE:FREQ=DAILY;UNTIL=20261127"],
            ["26/11/26 01:00-01:00", "27/11/26 01:00-01:00", "28/11/26 01:00-01:00"],
            id="until a day, that day included",
        ),
        pytest.param(
            ["DTSTART;TZID=America/New_York:20261125T200000", "RRULE:FREQ=DAILY;UNTIL=20261127T200000"],
            ["26/11/26 01:00-01:00", "27/11/26 01:00-01:00", "28/11/26 01:00-01:00"],
            id="until a time on its own wall",
        ),
        pytest.param(
            ["DTSTART:20270701T100000", "RRULE:FREQ=DAILY;UNTIL=20270702T090000Z"],
            ["01/07/27 09:00-09:00", "02/07/27 09:00-09:00"],
            id="floating until a moment",
        ),
        pytest.param(
            # 00:00 on 3 July in London
            ["DTSTART;VALUE=DATE:20270701", "RRULE:FREQ=DAILY;UNTIL=20270702T230000Z"],
            ["30/06/27 23:00-01/07/27 23:00", "01/07/27 23:00-02/07/27 23:00", "02/07/27 23:00-03/07/27 23:00"],
            id="days until a moment",
        ),
        pytest.param(
            ["DTSTART:20261125T100000Z", "RRULE:FREQ=DAILY;COUNT=2", "RRULE:FREQ=WEEKLY;COUNT=2"],
            ["25/11/26 10:00-10:00", "26/11/26 10:00-10:00", "02/12/26 10:00-10:00"],
            id="two rules",
        ),
        pytest.param(
            ["DTSTART:20261125T100000Z", "DURATION:PT1H", "RDATE:20261127T100000Z,20261128T120000Z"],
            ["25/11/26 10:00-11:00", "27/11/26 10:00-11:00", "28/11/26 12:00-13:00"],
            id="dates",
        ),
        pytest.param(
            ["DTSTART:20261125T100000Z", "DURATION:PT1H", "RDATE;VALUE=PERIOD:20261127T100000Z/PT3H"],
            ["25/11/26 10:00-11:00", "27/11/26 10:00-13:00"],
            id="periods",
        ),
        pytest.param(
            ["DTSTART;VALUE=DATE:20261125", "RDATE;VALUE=DATE:20261127"],
            ["25/11/26 00:00-26/11/26 00:00", "27/11/26 00:00-28/11/26 00:00"],
            id="days as dates",
        ),
        pytest.param(
            ["DTSTART:20261125T100000Z", "RRULE:FREQ=DAILY;CO", " UNT=2;"],
            ["25/11/26 10:00-10:00", "26/11/26 10:00-10:00"],
            id="a rule on two lines",
        ),
        pytest.param(["DTSTART:20261125T100000Z", "RDATE:"], ["25/11/26 10:00-10:00"], id="no dates"),
        # --- exceptions
        pytest.param(
            ["DTSTART:20261125T100000Z", "RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20261126T100000Z,20261127T100000Z"],
            ["25/11/26 10:00-10:00", "28/11/26 10:00-10:00"],
            id="two in a line",
        ),
        pytest.param(
            [
                "DTSTART;TZID=Europe/London:20270701T100000",
                "RRULE:FREQ=DAILY;COUNT=3",
                "EXDATE:20270702T090000Z",
                "EXDATE;TZID=Europe/London:20270703T100000",
            ],
            ["01/07/27 09:00-09:00"],
            id="in UTC and on the wall",
        ),
        pytest.param(
            ["DTSTART:20261125T100000Z", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20261126"],
            ["25/11/26 10:00-10:00", "27/11/26 10:00-10:00"],
            id="a day",
        ),
        pytest.param(
            ["DTSTART;VALUE=DATE:20261125", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20261126"],
            ["25/11/26 00:00-26/11/26 00:00", "27/11/26 00:00-28/11/26 00:00"],
            id="a day of days",
        ),
        pytest.param(
            # the library alone would also drop 09:00, whose wall clock time is the exception's in UTC
            [
                "DTSTART;TZID=Europe/London:20270701T080000",
                "RRULE:FREQ=DAILY;COUNT=3;BYHOUR=8,9,10",
                "EXDATE;TZID=Europe/London:20270701T100000",
            ],
            ["01/07/27 07:00-07:00", "01/07/27 08:00-08:00"],
            id="one of several a day",
        ),
        pytest.param(
            ["DTSTART:20261125T100000Z", "RRULE:FREQ=DAILY;COUNT=2", "EXDATE:nonsense"],
            ["25/11/26 10:00-10:00", "26/11/26 10:00-10:00"],
            id="one that cannot be read leaves it busy",
        ),
        pytest.param(
            ["DTSTART:20261125T100000Z", "RRULE:FREQ=DAILY;COUNT=2", "EXDATE:20261125T110000Z"],
            ["25/11/26 10:00-10:00", "26/11/26 10:00-10:00"],
            id="one that hits nothing",
        ),
        # --- the horizon: from 20/11/26 12:00
        pytest.param(["DTSTART:20261120T110000Z", "DURATION:PT1H"], [], id="over when it begins"),
        pytest.param(["DTSTART:20261120T110000Z", "DURATION:PT2H"], ["20/11/26 11:00-13:00"], id="reaches into it"),
        pytest.param(["DTSTART:20261120T120000Z"], ["20/11/26 12:00-12:00"], id="its first moment"),
        pytest.param(
            ["DTSTART:20271225T115900Z", "DURATION:P1D"], ["25/12/27 11:59-26/12/27 11:59"], id="its last one"
        ),
        pytest.param(["DTSTART:20271225T120000Z", "DURATION:P1D"], [], id="beyond it"),
        pytest.param(
            ["DTSTART;VALUE=DATE:20200101", "DTEND;VALUE=DATE:20301231"], ["01/01/20 00:00-31/12/30 00:00"], id="years"
        ),
        pytest.param(
            ["DTSTART:20200101T100000Z", "DURATION:P300D", "RRULE:FREQ=YEARLY;COUNT=8"],
            ["01/01/26 10:00-28/10/26 10:00", "01/01/27 10:00-28/10/27 10:00"][1:],
            id="long ones that recur",
        ),
    ],
)
def test_when_an_entry_is_busy(lines: list[str], busy: list[str]) -> None:
    found = read(text_of(lines))
    assert times(found) == busy
    assert found.unreadable == ()


def test_whole_days_and_floating_times_are_the_owners() -> None:
    content = text_of(["DTSTART;VALUE=DATE:20261125"], ["DTSTART:20261127T100000", "DURATION:PT1H"])
    assert times(read(content, zone=NEW_YORK)) == ["25/11/26 05:00-26/11/26 05:00", "27/11/26 15:00-16:00"]


def test_a_calendar_may_name_a_zone_for_its_floating_times() -> None:
    content = text_of(
        ["DTSTART;VALUE=DATE:20261125"],
        ["DTSTART:20261127T100000", "DURATION:PT1H"],
        before=["X-WR-TIMEZONE:America/New_York"],
    )
    assert times(read(content)) == ["25/11/26 00:00-26/11/26 00:00", "27/11/26 15:00-16:00"]


def test_recurrences_in_utc_count_by_the_clock_of_the_calendars_zone_as_well() -> None:
    """Some programs write so what recurs on the wall, and others mean what they write: both times are busy."""
    lines = ["DTSTART:20270327T100000Z", "RRULE:FREQ=DAILY;COUNT=2"]
    assert times(read(text_of(lines))) == ["27/03/27 10:00-10:00", "28/03/27 10:00-10:00"]
    in_london = read(text_of(lines, before=["X-WR-TIMEZONE:Europe/London"]))
    assert times(in_london) == ["27/03/27 10:00-10:00", "28/03/27 09:00-09:00", "28/03/27 10:00-10:00"]
    # what is written on the wall, and what happens once, can be read in one way only
    for line in ("DTSTART;TZID=Europe/London:20270327T100000", "DTSTART:20270327T100000"):
        on_the_wall = read(text_of([line, "RRULE:FREQ=DAILY;COUNT=2"], before=["X-WR-TIMEZONE:Europe/London"]))
        assert times(on_the_wall) == ["27/03/27 10:00-10:00", "28/03/27 09:00-09:00"]
    once = read(text_of(["DTSTART:20270328T100000Z"], before=["X-WR-TIMEZONE:Europe/London"]))
    assert times(once) == ["28/03/27 10:00-10:00"]


def test_in_no_season_is_a_recurrence_in_utc_free_at_either_time() -> None:
    lines = ["DTSTART:20270105T090000Z", "DTEND:20270105T100000Z", "RRULE:FREQ=MONTHLY;COUNT=4"]
    found = read(text_of(lines, before=["X-WR-TIMEZONE:Europe/London"]))
    assert times(found) == [
        "05/01/27 09:00-10:00",
        "05/02/27 09:00-10:00",
        "05/03/27 09:00-10:00",
        "05/04/27 08:00-09:00",
        "05/04/27 09:00-10:00",
    ]


def test_a_zone_that_the_calendar_defines_itself() -> None:
    content = text_of(
        ["DTSTART;TZID=Customised Time Zone:20270326T100000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3"],
        before=OWN_ZONE,
    )
    assert times(read(content)) == ["26/03/27 09:00-10:00", "27/03/27 09:00-10:00", "28/03/27 08:00-09:00"]


def test_a_zone_that_is_defined_after_it_is_used() -> None:
    content = text_of(["DTSTART;TZID=Customised Time Zone:20270326T100000", "DURATION:PT1H"])
    own_zone = "".join(f"{line}\r\n" for line in (*OWN_ZONE, "END:VCALENDAR")).encode()
    assert times(read(content.replace(b"END:VCALENDAR\r\n", own_zone))) == ["26/03/27 09:00-10:00"]


def test_a_zone_that_nobody_knows_takes_all_that_it_can_mean() -> None:
    found = read(text_of(["DTSTART;TZID=Atlantis/Capital:20261125T100000", "DURATION:PT1H"]))
    # 10:00 to 11:00 on a wall between 14 hours before UTC and 12 behind it
    assert times(found) == ["24/11/26 20:00-25/11/26 23:00"]
    assert found.unknown_zones == ("Atlantis/Capital",)


# --- several entries of one identity ----------------------------------------------------------------------------------

WEEKLY = ("UID:weekly", "DTSTART;TZID=Europe/London:20270701T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3")


@pytest.mark.parametrize(
    ("changes", "busy"),
    [
        pytest.param(
            [["UID:weekly", "RECURRENCE-ID;TZID=Europe/London:20270708T100000", "DTSTART:20270709T120000Z"]],
            ["01/07/27 09:00-10:00", "09/07/27 12:00-12:00", "15/07/27 09:00-10:00"],
            id="moved",
        ),
        pytest.param(
            [["UID:weekly", "RECURRENCE-ID:20270708T090000Z", "DTSTART:20270709T120000Z"]],
            ["01/07/27 09:00-10:00", "09/07/27 12:00-12:00", "15/07/27 09:00-10:00"],
            id="moved, named in UTC",
        ),
        pytest.param(
            [["UID:weekly", "RECURRENCE-ID:20270708T090000Z", "DTSTART:20290709T120000Z"]],
            ["01/07/27 09:00-10:00", "15/07/27 09:00-10:00"],
            id="moved beyond the horizon",
        ),
        pytest.param(
            [["UID:weekly", "RECURRENCE-ID:20270708T090000Z", "DTSTART:20270708T090000Z", "STATUS:CANCELLED"]],
            ["01/07/27 09:00-10:00", "15/07/27 09:00-10:00"],
            id="cancelled",
        ),
        pytest.param(
            [["UID:weekly", "RECURRENCE-ID:20270708T090000Z", "DTSTART:20270708T090000Z", "TRANSP:TRANSPARENT"]],
            ["01/07/27 09:00-10:00", "15/07/27 09:00-10:00"],
            id="free now",
        ),
        pytest.param(
            [
                ["UID:weekly", "SEQUENCE:2", "RECURRENCE-ID:20270708T090000Z", "DTSTART:20270709T120000Z"],
                ["UID:weekly", "SEQUENCE:1", "RECURRENCE-ID:20270708T090000Z", "DTSTART:20270710T120000Z"],
            ],
            ["01/07/27 09:00-10:00", "09/07/27 12:00-12:00", "15/07/27 09:00-10:00"],
            id="moved twice: the later change counts",
        ),
        pytest.param(
            [["UID:weekly", "RECURRENCE-ID:20270709T090000Z", "DTSTART:20270709T120000Z"]],
            ["01/07/27 09:00-10:00", "08/07/27 09:00-10:00", "09/07/27 12:00-12:00", "15/07/27 09:00-10:00"],
            id="a change of an occurrence that is none: both are busy",
        ),
        pytest.param(
            [
                [
                    "UID:weekly",
                    "RECURRENCE-ID;RANGE=THISANDFUTURE:20270708T090000Z",
                    "DTSTART:20270708T130000Z",
                    "DURATION:PT2H",
                ]
            ],
            ["01/07/27 09:00-10:00", "08/07/27 13:00-15:00", "15/07/27 13:00-15:00"],
            id="this one and all that follow",
        ),
        pytest.param(
            [["UID:weekly", "SEQUENCE:3", "DTSTART:20270705T090000Z"]],
            ["05/07/27 09:00-09:00"],
            id="an older version of the entry is void",
        ),
        pytest.param(
            [["UID:weekly", "DTSTART:20270705T090000Z"]],
            ["01/07/27 09:00-10:00", "05/07/27 09:00-09:00", "08/07/27 09:00-10:00", "15/07/27 09:00-10:00"],
            id="two that share an identity by mistake",
        ),
    ],
)
def test_changes_of_single_occurrences(changes: list[list[str]], busy: list[str]) -> None:
    assert times(read(text_of(WEEKLY, *changes))) == busy
    assert times(read(text_of(*changes, WEEKLY))) == busy


def test_a_change_whose_original_is_missing_counts_by_itself() -> None:
    change = ["RECURRENCE-ID:20261124T100000Z", "DTSTART:20261125T100000Z", "DURATION:PT1H"]
    assert times(read(text_of(change))) == ["25/11/26 10:00-11:00"]


def test_entries_without_an_identity_are_all_counted() -> None:
    content = text_of(["DTSTART:20261125T100000Z"], ["DTSTART:20261126T100000Z"]).replace(b"UID:", b"X-OLD-ID:")
    assert times(read(content)) == ["25/11/26 10:00-10:00", "26/11/26 10:00-10:00"]


def test_published_busy_times_count() -> None:
    content = text_of(
        before=[
            "BEGIN:VFREEBUSY",
            "FREEBUSY:20261125T100000Z/PT1H,20261126T100000Z/20261126T120000Z",
            "FREEBUSY;FBTYPE=FREE:20261127T100000Z/PT1H",
            "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261128T100000Z/PT1H",
            "END:VFREEBUSY",
        ]
    )
    assert times(read(content)) == ["25/11/26 10:00-11:00", "26/11/26 10:00-12:00", "28/11/26 10:00-11:00"]


def test_tasks_and_journals_are_not_busy() -> None:
    content = text_of(
        before=[
            *("BEGIN:VTODO", "UID:a", "DTSTART:20261125T100000Z", "DUE:20261125T110000Z", "END:VTODO"),
            *("BEGIN:VJOURNAL", "UID:b", "DTSTART:20261125T100000Z", "END:VJOURNAL"),
        ]
    )
    assert read(content).spans == ()


def test_several_calendars_in_one_text() -> None:
    content = text_of(["DTSTART:20261125T100000Z"]) + text_of(["DTSTART:20261126T100000Z"])
    assert times(read(content)) == ["25/11/26 10:00-10:00", "26/11/26 10:00-10:00"]


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (["SUMMARY:Dentist"], "Dentist"),
        (["SUMMARY:Lunch\\, with  Zoë \\n upstairs"], "Lunch, with Zoë upstairs"),
        ([], "an entry without a title"),
        (["SUMMARY: "], "an entry without a title"),
        (["SUMMARY:Dentist", "CLASS:PRIVATE"], "a private entry"),
        (["SUMMARY:Dentist", "CLASS:confidential"], "a private entry"),
        (["SUMMARY:" + "a" * 100], "a" * 79 + "…"),
    ],
)
def test_an_entry_is_called_by_its_title(lines: list[str], title: str) -> None:
    assert [span.title for span in read(text_of(["DTSTART:20261125T100000Z", *lines])).spans] == [title]


# --- what cannot be read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["SUMMARY:Dentist"], "“Dentist”: it has no start"),
        (["SUMMARY:Dentist", "DTSTART:25 November"], "“Dentist”: its start cannot be read"),
        (["DTSTART:20261131T100000Z"], "its start names a day that does not exist"),
        (["DTSTART 20261125T100000Z"], "one of its lines cannot be read"),
        (["DTSTART:PT1H"], "its start cannot be read"),
        (["DTSTART:20261125T100000Z", "RRULE:FREQ=SECONDLY"], "it recurs too often to be counted"),
        (["DTSTART:20200101T100000Z", "RRULE:FREQ=MINUTELY;INTERVAL=5"], "it recurs too often to be counted"),
        (
            [
                "DTSTART:20250101T100000Z",
                f"RRULE:FREQ=DAILY;BYMINUTE={','.join(map(str, range(60)))};BYHOUR=1,2,3,4,5,6,7,8,9",
            ],
            "it recurs too often to be counted",
        ),
        (["DTSTART:20261125T100000Z", "RDATE:tomorrow"], "the dates on which it recurs cannot be read"),
    ],
)
def test_an_entry_whose_time_cannot_be_read_is_named(lines: list[str], why: str) -> None:
    found = read(text_of(lines, ["DTSTART:20261126T100000Z"]))
    assert len(found.unreadable) == 1
    assert why in found.unreadable[0]
    assert "26/11/26 10:00-10:00" in times(found)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is not in iCal format"),
        (b"Not found", "is not in iCal format"),
        (b"\n <!DOCTYPE html><html><body>Sign in</body></html>", "is a web page, not a calendar"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "is not in iCal format"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "ends in the middle"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VCALENDAR\r\n", "ends in the middle of an entry"),
    ],
)
def test_what_is_no_whole_calendar_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(NotACalendar, match=why):
        read(content)


def test_an_empty_calendar_is_a_calendar() -> None:
    assert read(text_of()) == Entries(spans=())
    assert read(b"\xef\xbb\xbf" + text_of().replace(b"\r\n", b"\n")) == Entries(spans=())


def test_more_than_anybody_can_do_is_refused() -> None:
    with pytest.raises(NotACalendar, match="fills more than 20,000 times"):
        read(text_of(["DTSTART:20261125T100000Z", "RRULE:FREQ=MINUTELY;COUNT=21000"]))


# --- whatever comes ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """An entry that was made up, and when it takes place by simple counting."""

    lines: tuple[str, ...]
    #: start and end, UTC
    occurrences: frozenset[tuple[datetime, datetime]]


ZONES = {"Z": UTC, "": LONDON, ";TZID=Europe/London": LONDON, ";TZID=America/New_York": NEW_YORK}
#: Wall clock times, but none in the hours of the night that a day may have twice or not at all: those have a table.
STARTS = st.builds(
    datetime.combine,
    st.dates(min_value=date(2026, 9, 1), max_value=date(2027, 12, 31)),
    st.builds(time, hour=st.integers(3, 23), minute=st.integers(0, 59)),
)


def written(at: datetime, zone: str) -> str:
    return f"{at:%Y%m%dT%H%M%S}" + ("Z" if zone == "Z" else "")


@st.composite
def timed(draw: st.DrawFn) -> Made:
    """A time of day, once, or every few days or weeks at one or several hours, with exceptions."""
    zone = draw(st.sampled_from(sorted(ZONES)))
    parameter = "" if zone == "Z" else zone
    start, length = draw(STARTS), timedelta(minutes=draw(st.integers(0, 300)))
    lines = [f"DTSTART{parameter}:{written(start, zone)}", f"DURATION:PT{length // timedelta(minutes=1)}M"]
    starts = [start]
    if draw(st.booleans()):
        step, count = draw(st.integers(1, 20)), draw(st.integers(1, 60))
        hours = sorted({start.hour, *draw(st.lists(st.integers(3, 23), max_size=3))})
        lines.append(f"RRULE:FREQ=DAILY;INTERVAL={step};COUNT={count};BYHOUR={','.join(map(str, hours))}")
        every = (start.replace(hour=hour) + timedelta(days=step * day) for day in range(count) for hour in hours)
        starts = [at for at in every if at >= start][:count]
        left_out = draw(st.lists(st.sampled_from(starts), max_size=5))
        if left_out:
            lines.append(f"EXDATE{parameter}:{','.join(written(at, zone) for at in left_out)}")
        starts = [at for at in starts if at not in left_out]
    moments = [at.replace(tzinfo=ZONES[zone]).astimezone(UTC) for at in starts]
    return Made(tuple(lines), frozenset((at, at + length) for at in moments))


@st.composite
def whole_days(draw: st.DrawFn) -> Made:
    """One or some days, once or every few weeks until a day."""
    start, days = draw(STARTS).date(), draw(st.integers(1, 5))
    lines = [f"DTSTART;VALUE=DATE:{start:%Y%m%d}", f"DTEND;VALUE=DATE:{start + timedelta(days=days):%Y%m%d}"]
    starts = [start]
    if draw(st.booleans()):
        until = start + timedelta(days=draw(st.integers(0, 300)))
        step = draw(st.integers(1, 4))
        lines.append(f"RRULE:FREQ=WEEKLY;INTERVAL={step};UNTIL={until:%Y%m%d}")
        every = (start + timedelta(weeks=step * number) for number in range(301))
        starts = list(takewhile(lambda day: day <= until, every))

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=LONDON).astimezone(UTC)

    return Made(tuple(lines), frozenset((midnight(day), midnight(day + timedelta(days=days))) for day in starts))


@settings(max_examples=150, deadline=None)
@given(made=st.lists(timed() | whole_days(), max_size=4))
def test_every_occurrence_is_there_once_and_nothing_else(made: list[Made]) -> None:
    found = read(text_of(*(one.lines for one in made)))
    expected = {
        (starts_at, ends_at)
        for one in made
        for starts_at, ends_at in one.occurrences
        if starts_at < LAST and (ends_at > FIRST or starts_at == ends_at >= FIRST)
    }
    assert found.unreadable == ()
    assert [(span.starts_at, span.ends_at) for span in found.spans] == sorted(expected)


@settings(max_examples=150, deadline=None)
@given(made=st.lists(timed() | whole_days(), min_size=1, max_size=3), data=st.data())
def test_a_calendar_that_is_cut_is_never_read_as_a_shorter_one(made: list[Made], data: st.DataObject) -> None:
    content = text_of(*(one.lines for one in made)).rstrip()
    with pytest.raises(NotACalendar):
        read(content[: data.draw(st.integers(0, len(content) - 1))])


@settings(max_examples=300, deadline=None)
@given(made=timed() | whole_days(), data=st.data())
@example(made=Made(("DTSTART:20261125T100000Z",), frozenset({(FIRST, FIRST)})), data=None)
def test_a_damaged_time_is_never_free_in_silence(made: Made, data: st.DataObject | None) -> None:
    """A letter where none belongs, anywhere in a value that an entry's time hangs on."""
    if data is None:
        damaged = text_of(["DTSTART:2026x125T100000Z"])
    else:
        lines = list(made.lines)
        line = data.draw(st.integers(0, len(lines) - 1))
        if lines[line].startswith("EXDATE"):
            return
        name, _, value = lines[line].partition(":")
        at = data.draw(st.integers(0, len(value) - 1))
        lines[line] = f"{name}:{value[:at]}x{value[at + 1 :]}"
        damaged = text_of(lines)
    try:
        found = read(damaged)
    except NotACalendar:
        return
    if not (found.unreadable or found.uncertain):
        whole = read(text_of(made.lines))
        assert set(whole.spans) <= set(found.spans)
