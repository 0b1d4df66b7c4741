"""Reports of claims as they change."""

import asyncio
from pathlib import Path

from contract.jobs import Given, JobStatus
from tests.support.engine_support import job, running
from tests.support.fakes.portal import US, FakePortal
from tests.support.virtual_time import in_virtual_time


@in_virtual_time
async def test_a_claim_of_an_assigned_job_reports_both(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.assign(job(1), US)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(10)
        assert bot.heard.status(1) is JobStatus.GIVEN
        portal.take_back("1")
        await asyncio.sleep(70)
        report = bot.heard.last(1)
        assert report is not None
        assert report.given is Given.TAKEN_BACK
        portal.jobs["1"].holder = None
        await asyncio.sleep(20)
        report = bot.heard.last(1)
        assert report is not None
        assert (report.status, report.given) == (JobStatus.ACCEPTED, None)
