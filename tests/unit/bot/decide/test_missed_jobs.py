"""Jobs that were gone before they could be claimed, and why."""

import asyncio
from pathlib import Path

from contract.jobs import JobReport, JobStatus, LossReason
from tests.support.engine_support import Bot, configuration, job, ours, running
from tests.support.fakes.portal import FakePortal, Fault
from tests.support.virtual_time import in_virtual_time


def last(bot: Bot, number: int) -> JobReport:
    report = bot.heard.last(number)
    assert report is not None
    return report


@in_virtual_time
async def test_a_job_gone_at_the_first_reading_was_taken_before_seen(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.break_next("job", Fault.SLOW)
        portal.post(job(1))
        await asyncio.sleep(1)
        portal.remove("1")
        await asyncio.sleep(10)
        report = last(bot, 1)
        assert (report.status, report.loss_reason) == (JobStatus.LOST, LossReason.TAKEN_BEFORE_SEEN)
        assert report.decision is None
        assert report.times.decided_at is None
        assert bot.engine.totals().lost == 1
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(5)
        assert bot.engine.totals().lost == 1, "the session's count outlives a restart"


@in_virtual_time
async def test_what_the_rules_refuse_by_the_board_alone_is_no_loss(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=configuration(languages=("Farsi",))) as bot:
        await asyncio.sleep(2)
        portal.break_next("job", Fault.SLOW)
        portal.post(job(1))
        await asyncio.sleep(1)
        portal.remove("1")
        await asyncio.sleep(10)
        assert bot.heard.last(1) is None
        assert bot.engine.totals().lost == 0


@in_virtual_time
async def test_a_job_with_an_unreadable_page_is_lost_to_the_portals_failing(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.break_next("job", *[Fault.STRANGE] * 3)
        portal.post(job(1))
        await asyncio.sleep(5)
        portal.remove("1")
        await asyncio.sleep(10)
        assert last(bot, 1).loss_reason is LossReason.PORTAL_FAILING


@in_virtual_time
async def test_a_match_that_could_not_be_claimed_is_recorded_when_it_goes(tmp_path: Path) -> None:
    portal = FakePortal()
    has_account = False
    async with running(portal, tmp_path, has_account=lambda: has_account) as bot:
        portal.post(job(1), job(2))
        await asyncio.sleep(10)
        assert ours(portal) == set()
        portal.rival_accepts("1")
        await asyncio.sleep(10)
        report = last(bot, 1)
        assert (report.status, report.loss_reason) == (JobStatus.LOST, LossReason.SESSION_ENDED)
        assert report.decision is not None
        has_account = True
        await asyncio.sleep(30)
        assert ours(portal) == {"2"}
        assert bot.engine.totals().lost == 1


@in_virtual_time
async def test_a_match_whose_page_is_read_again_when_it_goes_is_recorded(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=configuration(mode="watch")) as bot:
        portal.post(job(1))
        await asyncio.sleep(120)
        portal.break_next("job", Fault.SLOW)
        bot.engine.configure(configuration(version=1))
        await asyncio.sleep(1)
        portal.rival_accepts("1")
        await asyncio.sleep(30)
        report = last(bot, 1)
        assert (report.status, report.loss_reason) == (JobStatus.LOST, LossReason.TAKEN_WHILE_DECIDING)


@in_virtual_time
async def test_a_lost_job_that_comes_back_is_claimed_and_no_loss_any_more(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.break_next("job", Fault.SLOW)
        portal.post(job(1))
        await asyncio.sleep(1)
        portal.jobs["1"].is_gone = True
        await asyncio.sleep(10)
        assert bot.engine.totals().lost == 1
        portal.jobs["1"].is_gone = False
        await asyncio.sleep(60)
        assert bot.heard.status(1) is JobStatus.ACCEPTED
        totals = bot.engine.totals()
        assert (totals.accepted, totals.lost) == (1, 0)
