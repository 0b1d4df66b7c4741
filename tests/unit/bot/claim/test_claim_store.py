"""Which jobs may be claimed, and what a claim counts as."""

import asyncio
from pathlib import Path

from bot.portal.models import AcceptAnswer
from contract.jobs import JobStatus, LossReason
from tests.support.engine_support import job, ours, running
from tests.support.fakes.portal import US, Arrival, FakePortal
from tests.support.virtual_time import in_virtual_time


@in_virtual_time
async def test_a_job_that_somebody_gives_back_is_offered_anew(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.post(job(1))
        portal.rival_accepts("1")
        await asyncio.sleep(10)
        portal.jobs["1"].holder = None
        await asyncio.sleep(10)
        assert ours(portal) == {"1"}
        assert bot.heard.status(1) is JobStatus.ACCEPTED


@in_virtual_time
async def test_a_portal_that_refuses_every_time_is_not_asked_every_time(tmp_path: Path) -> None:
    class Refusing(FakePortal):
        def accept(self, job_number: str) -> AcceptAnswer:
            self.jobs[job_number].arrivals.append(Arrival(US, 0.0, took_effect=False))
            return AcceptAnswer(http_status=302, messages=("You cannot accept this job",))

    portal = Refusing()
    portal.post(job(1))
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(600)
        assert len(portal.jobs["1"].arrivals) == 1
        report = bot.heard.last(1)
        assert report is not None
        assert report.loss_reason is LossReason.REFUSED
        assert "You cannot accept this job" in (report.loss_detail or "")
