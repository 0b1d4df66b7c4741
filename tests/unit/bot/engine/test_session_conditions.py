"""What the session says of its cap and of a full disk."""

import asyncio
from pathlib import Path

from tests.support.engine_support import configuration, job, ours, running
from tests.support.fakes.portal import FakePortal
from tests.support.virtual_time import in_virtual_time


@in_virtual_time
async def test_the_cap_is_kept_exactly_and_said_once(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=configuration(max_accept_per_run=3)) as bot:
        await asyncio.sleep(2)
        portal.post(*(job(number) for number in range(10)))
        await asyncio.sleep(30)
        portal.post(job(50))
        await asyncio.sleep(30)
        assert len(ours(portal)) == 3
        assert all(len(truth.arrivals) <= 1 for truth in portal.jobs.values())
        assert bot.heard.notices.count("cap_reached") == 1
        assert "your limit for one session" in (bot.session.reason or "")
        refused = bot.heard.last(50)
        assert refused is not None
        assert refused.decision is not None
        assert "at most 3 jobs" in refused.decision.summary
        assert bot.heard.cycles > 100, "the watch goes on"


@in_virtual_time
async def test_a_lower_cap_that_is_reached_already_is_said(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        portal.post(job(1), job(2))
        await asyncio.sleep(10)
        bot.engine.configure(configuration(version=1, max_accept_per_run=2))
        assert bot.heard.notices == ["cap_reached"]
        bot.engine.configure(configuration(version=2, max_accept_per_run=3))
        assert bot.session.reason is None


@in_virtual_time
async def test_a_full_disk_stops_accepting_until_there_is_room(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        database = bot.journal.writer
        database.submit(lambda connection: connection.execute("PRAGMA max_page_count=1").fetchall()).result()
        portal.post(job(1, language="x" * 50_000))
        await asyncio.sleep(5)
        assert portal.jobs["1"].arrivals == []
        assert "disk_failed" in bot.heard.errors
        assert "Nothing is accepted" in (bot.session.reason or "")
        database.submit(lambda connection: connection.execute("PRAGMA max_page_count=1073741823").fetchall()).result()
        await asyncio.sleep(10)
        assert ours(portal) == {"1"}
        assert bot.session.reason is None
