"""A portal that fails, asks to be left alone, or shows unreadable pages."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support import virtual_time
from tests.support.engine_support import (
    job,
    now,
    ours,
    polls,
    running,
)
from tests.support.fakes.portal import FakePortal, Fault
from tests.support.virtual_time import in_virtual_time


@in_virtual_time
async def test_a_failing_portal_is_left_alone_and_told_once(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(5)
        portal.break_next("board", *[Fault.BUSY] * 8)
        await asyncio.sleep(30)
        cycles = bot.heard.cycles
        assert bot.heard.errors == ["portal_unreachable"]
        assert "tries again by itself" in (bot.session.reason or "")
        await asyncio.sleep(300)
        assert bot.heard.cycles > cycles + 100
        assert bot.heard.notices == ["portal_back"]
        assert bot.session.reason is None


@in_virtual_time
async def test_strange_pages_are_told_after_a_few_and_kept(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(5)
        portal.break_next("board", Fault.STRANGE)
        await asyncio.sleep(10)
        assert bot.heard.errors == []
        portal.break_next("board", *[Fault.STRANGE] * 4)
        await asyncio.sleep(60)
        assert bot.heard.errors == ["layout_changed"]
        assert len(list((tmp_path / "strange").glob("*.html"))) == 1
        assert bot.session.reason is None, "it recovered by itself"


@pytest.mark.parametrize("what", ["board", "job", "assigned", "accept"])
def test_whatever_is_asked_to_wait_everything_waits(tmp_path: Path, what: str) -> None:
    async def test() -> None:
        portal = FakePortal()
        async with running(portal, tmp_path) as bot:
            await asyncio.sleep(40)
            portal.break_next(what, Fault.ASKED)
            portal.post(job(1))
            while portal.faults[what]:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)  # what was under way arrives
            asked = now()
            await asyncio.sleep(29.5)
            assert [one for one in portal.requests if one[0] > asked] == []
            assert "tries again by itself" in (bot.session.reason or "")
            await asyncio.sleep(12)
            assert ours(portal) == {"1"}, "nothing was lost by it"
            assert len(portal.jobs["1"].arrivals) == 1
            assert bot.session.reason is None

    virtual_time.run(test)


@in_virtual_time
async def test_a_portal_that_names_no_time_is_left_alone_for_longer_and_longer(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.wish = None
    async with running(portal, tmp_path):
        await asyncio.sleep(40)
        portal.break_next("board", *[Fault.ASKED] * 6)
        began = now()
        await asyncio.sleep(60)
        tries = polls(portal, began)
        waits = [later - earlier for earlier, later in pairwise(tries[:7])]
        assert all(later > earlier for earlier, later in pairwise(waits[1:]))
        await asyncio.sleep(60)
        assert len(polls(portal, now() - 10)) > 15, "and as before when it answers"


@in_virtual_time
async def test_what_another_bot_was_asked_counts_here_too(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(40)
        bot.rate_limiter.apply_backoff(timedelta(seconds=20))
        await asyncio.sleep(0.1)
        heard = now()
        await asyncio.sleep(19.5)
        assert [one for one in portal.requests if one[0] > heard] == []
        await asyncio.sleep(5)
        assert polls(portal, heard + 19)


@in_virtual_time
async def test_what_is_told_to_others_is_what_is_left(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        told: list[timedelta] = []
        bot.rate_limiter.on_asked = told.append
        await asyncio.sleep(40)
        portal.break_next("board", Fault.ASKED)
        await asyncio.sleep(5)
        assert told == [timedelta(seconds=30)]


@in_virtual_time
async def test_a_sign_in_page_in_the_boards_place_is_not_believed_at_once(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path):
        await asyncio.sleep(20)
        portal.break_next("board", *[Fault.SIGN_IN_PAGE] * 3)
        portal.post(job(1))
        await asyncio.sleep(10)
        assert ours(portal) == {"1"}
        assert portal.sign_ins == 1, "the session was alive all the while"
        portal.break_next("board", *[Fault.SIGN_IN_PAGE] * 30)
        portal.break_next("assigned", *[Fault.SIGN_IN_PAGE] * 30)
        await asyncio.sleep(60)
        assert portal.sign_ins > 1, "in the end it is"
