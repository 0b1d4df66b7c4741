"""Polls follow the hours in which the portal posts."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.pacing.rhythm import PostingCounts
from contract.configuration import SHORTEST_INTERVAL_SECONDS
from tests.support import virtual_time
from tests.support.engine_support import (
    DEFINITION,
    SESSION,
    Bot,
    SlowJournal,
    configuration,
    job,
    now,
    polls,
    running,
)
from tests.support.fakes.portal import FakePortal, Fault
from tests.support.virtual_time import in_virtual_time


def postings(hour: int, minute: int, jobs: int = 400) -> PostingCounts:
    found = PostingCounts()
    for _ in range(jobs):
        found = found.seen(virtual_time.START.replace(hour=hour, minute=minute))
    return found


async def polls_by_minute(tmp_path: Path, known: PostingCounts, minutes: int, **settings: Any) -> list[int]:
    portal = FakePortal()
    journal = SlowJournal(tmp_path / "journal.sqlite")
    journal.open()
    journal.remember_postings(known, date(2026, 11, 20))
    await journal.close()
    bot = Bot(portal, tmp_path, settings=configuration(jitter=0, **settings))
    await bot.start()
    await asyncio.sleep(minutes * 60)
    await bot.stop()
    counts = Counter(int(at // 60) for at in polls(portal))
    return [counts[minute] for minute in range(minutes)]


@in_virtual_time
async def test_polls_are_more_frequent_when_the_portal_posts(tmp_path: Path) -> None:
    # jobs were seen at 10:20; the clock starts at 10:15
    counts = await polls_by_minute(tmp_path, postings(10, 20), 50, check_interval_seconds=4)
    assert counts[5] > 40, "three times as often as every four seconds"
    assert 11 <= counts[48] <= 14, "a little less often at 11:03"


@in_virtual_time
async def test_a_day_has_as_many_polls_as_without_a_rhythm(tmp_path: Path) -> None:
    known = postings(10, 20).seen(virtual_time.START.replace(hour=3, minute=40), jobs=60)
    counts = await polls_by_minute(tmp_path, known, 1440, check_interval_seconds=30)
    assert abs(sum(counts) - 2880) < 60
    assert max(counts) > 3
    assert min(counts[60:]) <= 2


@pytest.mark.parametrize(
    ("known", "settings"),
    [
        (PostingCounts(), {}),
        (postings(10, 20, jobs=20), {}),
        (postings(10, 20), {"follow_rhythm": False}),
        (postings(10, 20), {"check_interval_seconds": SHORTEST_INTERVAL_SECONDS}),
    ],
    ids=["nothing seen", "too little", "not wanted", "no room below"],
)
def test_the_interval_is_even_where_there_is_no_rhythm(
    tmp_path: Path, known: PostingCounts, settings: dict[str, object]
) -> None:
    chosen: dict[str, object] = {"check_interval_seconds": 2, "requests_per_minute": 6000} | settings
    interval = float(str(chosen["check_interval_seconds"]))
    counts = virtual_time.run(lambda: polls_by_minute(tmp_path, known, 8, **chosen))
    assert all(abs(count - 60 / interval) <= 3 for count in counts[1:])


@in_virtual_time
async def test_what_is_posted_while_the_board_is_watched_is_learned_and_kept(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.post(*(job(number, kind="Face to Face") for number in range(100, 140)))  # there before anybody looked
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(20)
        bot.engine.pause()
        await asyncio.sleep(20)
        portal.post(*(job(number, kind="Face to Face") for number in range(200, 240)))  # while it was paused
        bot.engine.resume()
        await asyncio.sleep(20)
        portal.break_next("board", Fault.BUSY)
        while portal.faults["board"]:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        portal.post(*(job(number, kind="Face to Face") for number in range(300, 340)))  # while the portal was away
        await asyncio.sleep(30)
        portal.post(job(1), job(2), job(3))
        await asyncio.sleep(5)
        remembered = await bot.journal.read(SESSION, virtual_time.START)
        assert sum(remembered.postings.hours) == 3
        wall = virtual_time.START.astimezone(DEFINITION.zone) + timedelta(seconds=now() - 5)
        assert remembered.postings.hours[wall.hour] == 3
        assert remembered.postings.minutes[wall.minute] == 3
    async with running(portal, tmp_path) as second:
        await asyncio.sleep(20)
        remembered = await second.journal.read(SESSION, virtual_time.START)
        assert sum(remembered.postings.hours) == 3, "a restart learns nothing of what is there"
