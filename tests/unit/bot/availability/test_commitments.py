"""Other calendars keep jobs out."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from bot import clock
from bot.domain.busy_calendar import BusySpan
from bot.domain.local_time import moment
from contract.jobs import JobReport
from tests.support.engine_support import DEFINITION, Bot, job, ours, running
from tests.support.fakes.portal import FakePortal
from tests.support.virtual_time import in_virtual_time

DAY = date(2026, 11, 25)


def last(bot: Bot, number: int) -> JobReport:
    report = bot.heard.last(number)
    assert report is not None
    return report


@dataclass
class Diary:
    """Calendars that a test writes."""

    entries: tuple[BusySpan, ...] = ()
    unread: tuple[str, ...] = ()
    known_until: datetime | None = field(default_factory=lambda: datetime(2027, 12, 1, tzinfo=UTC))
    version: int = 0

    def spans(self, now: datetime) -> tuple[BusySpan, ...]:
        del now
        return self.entries

    def write(self, *entries: BusySpan) -> None:
        self.entries, self.version = entries, self.version + 1


def entry(at: time, *, minutes: int = 60, title: str = "Dentist") -> BusySpan:
    starts_at = moment(DAY, at, DEFINITION.zone)
    return BusySpan(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes), title=title)


@in_virtual_time
async def test_nothing_is_accepted_on_top_of_a_calendar_entry_until_it_is_gone(tmp_path: Path) -> None:
    portal, diary = FakePortal(), Diary()
    diary.write(entry(time(9)))
    async with running(portal, tmp_path, calendars=diary) as bot:
        portal.post(job(1, day=DAY, at=time(9, 30)), job(2, day=DAY, at=time(14)))
        await asyncio.sleep(30)
        assert ours(portal) == {"2"}
        decision = last(bot, 1).decision
        assert decision is not None
        assert "your calendar entry Dentist" in decision.summary
        diary.write()
        await asyncio.sleep(30)
        assert ours(portal) == {"1", "2"}


@in_virtual_time
async def test_an_entry_that_appears_keeps_later_jobs_out(tmp_path: Path) -> None:
    portal, diary = FakePortal(), Diary()
    async with running(portal, tmp_path, calendars=diary):
        await asyncio.sleep(5)
        diary.write(entry(time(9)))
        portal.post(job(1, day=DAY, at=time(9, 30)))
        await asyncio.sleep(30)
        assert ours(portal) == set()


@in_virtual_time
async def test_nothing_is_accepted_while_a_calendar_was_never_read(tmp_path: Path) -> None:
    portal = FakePortal()
    diary = Diary(unread=("family",), known_until=None)
    async with running(portal, tmp_path, calendars=diary) as bot:
        portal.post(job(1))
        await asyncio.sleep(5)
        assert bot.heard.last(1) is None, "it may be read in a moment"
        await asyncio.sleep(30)
        assert ours(portal) == set()
        decision = last(bot, 1).decision
        assert decision is not None
        assert "“family” has not been read" in decision.summary
        assert "“family”" in (bot.session.reason or "")
        diary.unread, diary.known_until = (), clock.now() + timedelta(days=400)
        diary.write()
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}
        assert bot.session.reason is None


@in_virtual_time
async def test_nothing_is_accepted_beyond_what_the_calendars_know(tmp_path: Path) -> None:
    portal = FakePortal()
    diary = Diary(known_until=moment(DAY, time(12), DEFINITION.zone))
    async with running(portal, tmp_path, calendars=diary) as bot:
        portal.post(job(1, day=DAY, at=time(11)), job(2, day=DAY, at=time(11, 45)))
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}
        decision = last(bot, 2).decision
        assert decision is not None
        assert "this job is later" in decision.summary
        diary.known_until = moment(DAY, time(18), DEFINITION.zone)
        await asyncio.sleep(30)
        assert ours(portal) == {"1", "2"}, "they know more with every day"
