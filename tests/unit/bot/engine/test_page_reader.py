"""Which pages are read, and how one that cannot be read leaves the others alone."""

import asyncio
from pathlib import Path

from contract.jobs import JobStatus, LossReason
from tests.support.engine_support import configuration, job, ours, running
from tests.support.fakes.portal import FakePortal, Fault
from tests.support.virtual_time import in_virtual_time


@in_virtual_time
async def test_one_job_whose_page_is_strange_does_not_hold_up_the_others(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.break_next("job 1", *[Fault.STRANGE] * 4)
        portal.post(job(1))
        await asyncio.sleep(1)
        portal.post(job(2))
        cycles = bot.heard.cycles
        await asyncio.sleep(5)
        assert "2" in ours(portal)
        assert bot.heard.cycles - cycles >= 9
        await asyncio.sleep(60)
        assert ours(portal) == {"1", "2"}


@in_virtual_time
async def test_jobs_that_were_read_before_a_restart_are_not_read_again(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path):
        portal.post(*(job(number, kind="Face to Face") for number in range(5)))
        await asyncio.sleep(10)
    portal.break_next("job", *[Fault.BUSY] * 5)
    async with running(portal, tmp_path) as second:
        await asyncio.sleep(5)
        assert len(portal.faults["job"]) == 5
        assert second.engine.totals().rejected == 5


@in_virtual_time
async def test_what_was_read_long_ago_is_read_again_before_it_is_claimed(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(job_type_filter=("BSL",))
    async with running(portal, tmp_path, settings=settings) as bot:
        portal.post(job(1))
        await asyncio.sleep(300)
        # the board shows nothing of it, and the rules forbid it now
        portal.jobs["1"].job = portal.jobs["1"].job.changed(kind="Face to Face")
        bot.engine.configure(configuration(version=1))
        await asyncio.sleep(30)
        assert portal.jobs["1"].arrivals == []
        assert bot.heard.status(1) is JobStatus.REJECTED


@in_virtual_time
async def test_one_job_whose_page_never_comes_does_not_hold_up_the_others(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(5)
        portal.break_next("job 1", *[Fault.BUSY] * 10)
        portal.post(job(1))
        cycles = bot.heard.cycles
        await asyncio.sleep(10)
        assert bot.heard.cycles - cycles >= 18, "it looks as often as before"
        portal.post(job(2))
        await asyncio.sleep(1)
        assert "2" in ours(portal)


@in_virtual_time
async def test_a_page_that_says_gone_is_read_again_while_on_the_board(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.break_next("job 1", Fault.GONE)
        portal.post(job(1))
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}
        assert bot.heard.status(1) is JobStatus.ACCEPTED
        assert bot.engine.totals().lost == 0


@in_virtual_time
async def test_a_page_that_stays_gone_is_asked_for_less_and_less_often(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.break_next("job 1", *[Fault.GONE] * 100)
        portal.post(job(1))
        await asyncio.sleep(300)
        # after 2, 4, 8, 16, 32 and then every 60 seconds
        assert 6 <= len([what for _, what in portal.requests if what == "job"]) <= 10
        report = bot.heard.last(1)
        assert report is not None
        assert (report.status, report.loss_reason) == (JobStatus.LOST, LossReason.TAKEN_BEFORE_SEEN)
        assert bot.engine.totals().lost == 1
