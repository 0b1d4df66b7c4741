"""Following an accept until its outcome is certain."""

import asyncio
from pathlib import Path

import pytest

from contract.jobs import ClaimState, JobStatus, LossReason
from tests.support import virtual_time
from tests.support.engine_support import configuration, job, ours, running
from tests.support.fakes.portal import US, FakePortal, Fault
from tests.support.virtual_time import in_virtual_time


@in_virtual_time
async def test_what_a_rival_overwrites_is_never_told_as_accepted(tmp_path: Path) -> None:
    portal = FakePortal(settle=3.0)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.post(job(1))
        while portal.jobs["1"].holder != US:
            await asyncio.sleep(0.01)
        await asyncio.sleep(2.5)
        portal.rival_accepts("1")
        await asyncio.sleep(60)
        assert portal.jobs["1"].holder == "rival:1"
        told = [report.status for report in bot.heard.reports if report.job.job_number == "1"]
        assert JobStatus.ACCEPTED not in told
        assert told[-1] is JobStatus.LOST
        report = bot.heard.last(1)
        assert report is not None
        assert report.loss_reason is LossReason.TAKEN_WHILE_DECIDING
        assert len([one for one in portal.jobs["1"].arrivals if one.who == US]) == 1


@pytest.mark.parametrize("fault", [Fault.DROPPED, Fault.ANSWER_LOST, Fault.LATE])
def test_an_accept_without_an_answer_is_looked_up_and_not_sent_blindly(tmp_path: Path, fault: Fault) -> None:
    async def test() -> None:
        portal = FakePortal()
        async with running(portal, tmp_path) as bot:
            await asyncio.sleep(2)
            portal.break_next("accept", fault)
            portal.post(job(1))
            await asyncio.sleep(1)
            assert bot.heard.status(1) is JobStatus.UNKNOWN
            await asyncio.sleep(60)
            assert bot.heard.status(1) is JobStatus.ACCEPTED
            assert len(portal.jobs["1"].arrivals) == 1

    virtual_time.run(test)


@in_virtual_time
async def test_one_page_that_calls_an_accepted_job_gone_is_not_believed(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=configuration(0, max_accept_per_run=1)) as bot:
        await asyncio.sleep(3)
        portal.post(job(1))
        while not portal.jobs["1"].arrivals:
            await asyncio.sleep(0.01)
        portal.break_next("job", Fault.GONE)
        portal.post(job(2))
        await asyncio.sleep(90)
        assert ours(portal) == {"1"}
        assert bot.heard.status(1) is JobStatus.ACCEPTED
        assert ClaimState.LOST not in {one.claim_state for one in bot.heard.reports}
