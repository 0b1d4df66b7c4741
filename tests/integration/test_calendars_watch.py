"""``Calendars`` at work: real files, a real server, and the program that reads, in a process of its own."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import pytest

from bot.calendars.setting import CalendarSource, parse_calendars
from bot.calendars.watch import Calendars, CalendarTimes
from tests.support.bot_support import until as until_within
from tests.support.calendar_server import CalendarServer, Slow, Tagged, answers

NOW = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)
SECRET = "/private-0123456789abcdef/basic.ics"
#: A reading is a process, and there are two cores for everything.
until = partial(until_within, patience=60.0)
QUICK = CalendarTimes(
    file_every=timedelta(seconds=0.05),
    address_every=timedelta(seconds=0.05),
    first_pause=timedelta(seconds=0.02),
    longest_pause=timedelta(seconds=0.04),
)


def calendar(*days: int, extra: str = "") -> bytes:
    """An hour at ten on each of these days of November 2026."""
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{day}\r\nDTSTART:202611{day:02}T100000Z\r\nDURATION:PT1H\r\n"
        f"SUMMARY:Day {day}\r\nEND:VEVENT\r\n"
        for day in days
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}{extra}END:VCALENDAR\r\n".encode()


@pytest.fixture
def server() -> Iterator[CalendarServer]:
    with CalendarServer.running() as running:
        yield running


class Desk:
    """Makes ``Calendars`` over one folder, with a clock that a test can set, and hears what they tell."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = NOW
        self.told: list[tuple[str, str]] = []

    def calendars(
        self, sources: Sequence[CalendarSource], *, times: CalendarTimes = QUICK, zone: str = "Europe/London"
    ) -> Calendars:
        return Calendars(
            sources,
            folder=self.folder,
            tell=lambda action, words: self.told.append((action, words)),
            zone=ZoneInfo(zone),
            times=times,
            clock=lambda: self.now,
        )

    @asynccontextmanager
    async def at_work(self, text: str, *, times: CalendarTimes = QUICK) -> AsyncIterator[Calendars]:
        calendars = self.calendars(parse_calendars(text, base=self.folder), times=times)
        calendars.start()
        yield calendars
        await calendars.close()

    def days(self, calendars: Calendars) -> list[int]:
        return [span.starts_at.day for span in calendars.spans(self.now)]

    def actions(self) -> list[str]:
        return [action for action, _ in self.told]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "calendars")


async def test_without_calendars_nothing_is_unknown_and_nothing_runs(desk: Desk) -> None:
    async with desk.at_work("") as calendars:
        assert (calendars.unread, calendars.known_until, calendars.spans(NOW)) == ((), None, ())
    assert not desk.folder.exists()


async def test_files_and_addresses_are_followed(desk: Desk, server: CalendarServer, tmp_path: Path) -> None:
    file, page = tmp_path / "work.ics", Tagged(calendar(26))
    file.write_bytes(calendar(25))
    async with desk.at_work(f"{file}, family={server.put(SECRET, page)}") as calendars:
        assert calendars.unread == ("work", "family")
        await until(lambda: not calendars.unread)
        assert desk.days(calendars) == [25, 26]
        assert [span.title for span in calendars.spans(NOW)] == ["Day 25", "Day 26"]
        assert calendars.spans(NOW) is calendars.spans(NOW)
        assert calendars.known_until == NOW + timedelta(days=400)
        version = calendars.version
        file.write_bytes(calendar(25, 27))
        await until(lambda: desk.days(calendars) == [25, 26, 27])
        assert calendars.version > version
        page.become(calendar())
        await until(lambda: desk.days(calendars) == [25, 27])
    assert desk.told == []


async def test_an_unchanged_calendar_changes_nothing(desk: Desk, server: CalendarServer) -> None:
    async with desk.at_work(server.put(SECRET, Tagged(calendar(25)))) as calendars:
        await until(lambda: not calendars.unread)
        version = calendars.version
        await until(lambda: len(server.asked) >= 4)
        assert calendars.version == version
    assert [bool(headers["If-None-Match"]) for _, headers in server.asked[:4]] == [False, True, True, True]


async def test_a_calendar_that_was_never_read_is_unknown_and_told(desk: Desk, server: CalendarServer) -> None:
    async with desk.at_work(f"family={server.put(SECRET, answers(404))}") as calendars:
        await until(lambda: desk.told)
        assert calendars.unread == ("family",)
        await until(lambda: len(server.asked) >= 4)
        page = server.put(SECRET, Tagged(calendar(25)))
        await until(lambda: not calendars.unread)
        assert page
    assert desk.actions() == ["calendar_unreadable", "calendar_readable"]
    assert desk.told[0][1].startswith("The calendar “family” is not there (HTTP 404)")
    assert desk.told[0][1].endswith("no job is accepted until it can be read.")
    assert "private-" not in str(desk.told)


async def test_what_it_said_last_counts_on(desk: Desk, server: CalendarServer) -> None:
    async with desk.at_work(f"family={server.put(SECRET, Tagged(calendar(25)))}") as calendars:
        await until(lambda: not calendars.unread)
        version = calendars.version
        server.put(SECRET, answers(500))
        await until(lambda: desk.told)
        # one failure is no news: the third one was
        assert len([path for path, _ in server.asked]) >= 4
        assert (desk.days(calendars), calendars.unread, calendars.version) == ([25], (), version)
        server.put(SECRET, Tagged(calendar(25, 26)))
        await until(lambda: len(desk.told) == 2)
    assert desk.actions() == ["calendar_unreadable", "calendar_readable"]
    assert "What it said on Friday 20 November 2026 at 10:15 counts on." in desk.told[0][1]


async def test_half_a_calendar_does_not_replace_a_whole_one(desk: Desk, server: CalendarServer) -> None:
    async with desk.at_work(server.put(SECRET, Tagged(calendar(25, 26)))) as calendars:
        await until(lambda: not calendars.unread)
        server.put(SECRET, answers(200, calendar(25, 26)[:150]))
        await until(lambda: desk.told)
        assert desk.days(calendars) == [25, 26]


async def test_what_was_read_is_there_after_a_restart(desk: Desk, server: CalendarServer) -> None:
    address = server.put(SECRET, Tagged(calendar(25)))
    async with desk.at_work(address) as calendars:
        await until(lambda: not calendars.unread)
    server.put(SECRET, answers(503))
    async with desk.at_work(address) as calendars:
        assert calendars.unread == ("127.0.0.1",)
        await until(lambda: not calendars.unread)
        assert desk.days(calendars) == [25]
        await until(lambda: desk.told)
    assert server.asked[-1][1]["If-None-Match"]


async def test_what_is_kept_is_for_the_owners_eyes_and_holds_no_address(desk: Desk, server: CalendarServer) -> None:
    async with desk.at_work(server.put(SECRET, Tagged(calendar(25)))) as calendars:
        await until(lambda: not calendars.unread)
        await until(lambda: list(desk.folder.glob("*.calendar")))
    (kept,) = desk.folder.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert desk.folder.stat().st_mode & 0o777 == 0o700
    assert b"Day 25" in kept.read_bytes()
    assert b"private-" not in kept.read_bytes()


async def test_a_damaged_copy_is_read_anew(desk: Desk, server: CalendarServer) -> None:
    address = server.put(SECRET, Tagged(calendar(25)))
    async with desk.at_work(address) as calendars:
        await until(lambda: not calendars.unread)
    (kept,) = desk.folder.iterdir()
    kept.write_bytes(kept.read_bytes()[:-5])
    async with desk.at_work(address) as calendars:
        await until(lambda: not calendars.unread)
        assert desk.days(calendars) == [25]
    assert not server.asked[-1][1]["If-None-Match"] or len(server.asked) > 2


async def test_calendars_that_are_gone_from_the_settings_are_forgotten(desk: Desk, tmp_path: Path) -> None:
    for name in ("work", "home"):
        (tmp_path / f"{name}.ics").write_bytes(calendar(25))
    async with desk.at_work(f"{tmp_path}/work.ics, {tmp_path}/home.ics") as calendars:
        await until(lambda: not calendars.unread)
        await until(lambda: len(list(desk.folder.glob("*.calendar"))) == 2)
    async with desk.at_work(f"{tmp_path}/home.ics") as calendars:
        await until(lambda: not calendars.unread)
    assert len(list(desk.folder.iterdir())) == 1


async def test_whole_days_follow_the_owners_zone_also_when_it_changes(desk: Desk, tmp_path: Path) -> None:
    day = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261125\r\nEND:VEVENT\r\n"
    (tmp_path / "work.ics").write_bytes(calendar(extra=day))
    sources = parse_calendars("work.ics", base=tmp_path)
    for zone, hour in (("Europe/London", 0), ("America/New_York", 5)):
        calendars = desk.calendars(sources, zone=zone)
        calendars.start()
        await until(lambda one=calendars: not one.unread)  # type: ignore[misc]  # a lambda's default has no type
        assert [span.starts_at.hour for span in calendars.spans(NOW)] == [hour]
        await calendars.close()


async def test_recurrences_go_on_as_days_pass(desk: Desk, server: CalendarServer) -> None:
    weekly = "BEGIN:VEVENT\r\nUID:w\r\nDTSTART:20261123T100000Z\r\nRRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\n"
    async with desk.at_work(server.put(SECRET, Tagged(calendar(extra=weekly)))) as calendars:
        await until(lambda: not calendars.unread)
        before, version = calendars.spans(desk.now), calendars.version
        desk.now += timedelta(days=21)
        await until(lambda: calendars.version > version)
        after = calendars.spans(desk.now)
    assert after[-1].starts_at == before[-1].starts_at + timedelta(days=21)
    assert calendars.known_until == desk.now + timedelta(days=400)
    # what is over is left out, but for the last day
    assert after[0].starts_at == datetime(2026, 12, 14, 10, tzinfo=UTC)


async def test_entries_whose_time_cannot_be_read_make_it_unknown(desk: Desk, tmp_path: Path) -> None:
    file, bad = tmp_path / "work.ics", "BEGIN:VEVENT\r\nUID:x\r\nSUMMARY:Dentist\r\nDTSTART:soon\r\nEND:VEVENT\r\n"
    file.write_bytes(calendar(25, extra=bad))
    async with desk.at_work(str(file)) as calendars:
        await until(lambda: desk.told)
        assert calendars.unread == ("work",)
        assert desk.days(calendars) == [25]  # what can be read counts
        version = calendars.version
        file.write_bytes(calendar(25))
        await until(lambda: not calendars.unread)
        assert calendars.version > version
    assert desk.actions() == ["calendar_entries_unreadable", "calendar_readable"]
    assert "“Dentist”: its start cannot be read" in desk.told[0][1]


async def test_a_zone_that_nobody_knows_is_told(desk: Desk, tmp_path: Path) -> None:
    odd = "BEGIN:VEVENT\r\nUID:x\r\nDTSTART;TZID=Atlantis:20261125T100000\r\nEND:VEVENT\r\n"
    (tmp_path / "work.ics").write_bytes(calendar(extra=odd))
    async with desk.at_work(f"{tmp_path}/work.ics") as calendars:
        await until(lambda: not calendars.unread)
    assert desk.actions() == ["calendar_zone_unknown"]
    assert "“Atlantis”" in desk.told[0][1]


async def test_a_folder_that_cannot_be_written_is_told_once_and_does_not_matter(desk: Desk, tmp_path: Path) -> None:
    desk.folder = tmp_path / "work.ics" / "calendars"  # under a file: not even root can make it
    file = tmp_path / "work.ics"
    file.write_bytes(calendar(25))
    async with desk.at_work(str(file)) as calendars:
        await until(lambda: not calendars.unread)
        file.write_bytes(calendar(25, 26))
        await until(lambda: len(calendars.spans(NOW)) == 2)
    assert desk.actions() == ["calendar_not_kept"]


# --- the process that reads -------------------------------------------------------------------------------------------


def readers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "bot.calendars.reader" in child.cmdline()]


async def test_a_reading_that_takes_too_long_is_ended(desk: Desk, server: CalendarServer) -> None:
    times = CalendarTimes(timeout=timedelta(seconds=0.5))
    async with desk.at_work(f"family={server.put(SECRET, Slow())}", times=times) as calendars:
        await until(lambda: desk.told)
        assert calendars.unread == ("family",)
        assert readers() == []
    assert "could not be read within" in desk.told[0][1]


async def test_closing_ends_a_reading_under_way(desk: Desk, server: CalendarServer) -> None:
    async with desk.at_work(server.put(SECRET, Slow())):
        await until(lambda: server.asked)
        (reader,) = readers()
        assert SECRET not in " ".join(reader.cmdline())
        assert not any("private-" in value for value in reader.environ().values())
    assert not reader.is_running()


async def test_a_reader_that_dies_is_a_failure_like_any_other(desk: Desk, server: CalendarServer) -> None:
    slow = Slow()
    async with desk.at_work(f"family={server.put(SECRET, slow)}") as calendars:
        await until(lambda: server.asked)
        server.put(SECRET, Tagged(calendar(25)))
        readers()[0].kill()
        slow.over.set()
        await until(lambda: not calendars.unread)
    assert desk.actions() == ["calendar_unreadable", "calendar_readable"]
    assert "its reader ended with -9" in desk.told[0][1]


async def test_the_event_loop_goes_on_while_a_large_calendar_is_read(
    desk: Desk, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    weekly = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\nDTSTART;TZID=Europe/London:20261123T{number % 24:02}0000\r\n"
        f"RRULE:FREQ=WEEKLY\r\nSUMMARY:Entry {number}\r\nDESCRIPTION:{'words ' * 30}\r\nEND:VEVENT\r\n"
        for number in range(150)
    )
    (tmp_path / "work.ics").write_bytes(calendar(extra=weekly))
    longest = 0.0
    async with desk.at_work(f"{tmp_path}/work.ics") as calendars:
        while calendars.unread:
            before = time.thread_time()
            await asyncio.sleep(0.001)
            longest = max(longest, time.thread_time() - before)
    record_property("longest_step_ms", longest * 1000)
    assert len(calendars.spans(NOW)) > 8000
    # time of the loop's own thread, so that a busy machine does not count; parsing this here takes two seconds
    assert longest < 0.1
