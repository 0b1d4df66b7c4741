"""Nothing is accepted while the list of our jobs is unknown or too old."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.engine.times import EngineTimes
from contract.jobs import JobStatus
from tests.support import virtual_time
from tests.support.engine_support import Bot, job, ours, running
from tests.support.fakes.portal import US, FakePortal, Fault

#: More than a test lets the list fail.
FOR_EVER = 500


def in_virtual_time(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    def run(tmp_path: Path) -> None:
        virtual_time.run(lambda: test(tmp_path))

    run.__name__ = test.__name__
    return run


async def until(is_so: Callable[[], object], patience: float = 600.0) -> None:
    async with asyncio.timeout(patience):
        while not is_so():
            await asyncio.sleep(0.05)


def assert_told_once(bot: Bot) -> None:
    assert bot.heard.errors == ["our_jobs_unread"]
    reason = bot.session.reason or ""
    assert "The list of your jobs on the portal cannot be read" in reason
    assert "nothing is accepted" in reason.casefold()


@pytest.mark.parametrize("fault", [Fault.STRANGE, Fault.BUSY, Fault.DROPPED])
def test_nothing_is_accepted_on_top_of_an_old_list(tmp_path: Path, fault: Fault) -> None:
    async def test() -> None:
        portal = FakePortal()
        async with running(portal, tmp_path) as bot:
            await asyncio.sleep(5)
            portal.break_next("assigned", *[fault] * FOR_EVER)
            await asyncio.sleep(60)
            assert_told_once(bot)
            assert "From 10:17 on nothing is accepted" in (bot.session.reason or ""), (
                "read at 10:15, good for two minutes"
            )
            portal.post(job(1))
            await asyncio.sleep(10)
            assert ours(portal) == {"1"}, "a minute old, it is good enough"
            portal.assign(job(700, day=date(2026, 11, 25), at=time(12), minutes=60), US)  # nobody can know
            await asyncio.sleep(120)
            portal.post(job(701, day=date(2026, 11, 25), at=time(12, 15), minutes=60), job(2))
            await asyncio.sleep(600)
            assert ours(portal) == {"1", "700"}
            assert_told_once(bot)
            portal.faults.clear()
            await until(lambda: "2" in ours(portal), patience=120)
            await asyncio.sleep(10)
            assert ours(portal) == {"1", "2", "700"}, "what overlaps stays where it is"

    virtual_time.run(test)


@in_virtual_time
async def test_a_list_that_takes_long_to_read_is_good_for_longer(tmp_path: Path) -> None:
    # hundreds of pages, and a small budget of requests
    portal = FakePortal(slow=200)
    portal.break_next("assigned", *[Fault.SLOW] * FOR_EVER)
    async with running(portal, tmp_path) as bot:
        for number in range(1, 20):
            await asyncio.sleep(250 if number == 1 else 61)
            portal.post(job(number))
            await asyncio.sleep(1)
            assert str(number) in ours(portal), "the next list is late because there is so much of it"
        assert bot.heard.errors == []


@in_virtual_time
async def test_jobs_are_accepted_at_once_after_a_long_wait(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.wish = timedelta(minutes=10)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(40)
        portal.break_next("assigned", Fault.ASKED)
        await until(lambda: not portal.faults["assigned"])
        asked = asyncio.get_running_loop().time()
        portal.post(job(1))
        await until(lambda: ours(portal) == {"1"}, patience=700)
        assert asyncio.get_running_loop().time() - asked < 602
        assert "our_jobs_unread" not in bot.heard.errors


@in_virtual_time
async def test_the_list_is_read_soon_after_a_job_became_ours(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, times=EngineTimes(assigned_every=timedelta(minutes=5))) as bot:
        await asyncio.sleep(2)
        portal.post(job(1))
        await asyncio.sleep(15)
        assert bot.heard.status(1) is JobStatus.ACCEPTED
        assert len([what for _, what in portal.requests if what == "assigned"]) == 2
