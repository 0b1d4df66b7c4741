"""Whether a confirmed job is still ours."""

import asyncio
from pathlib import Path

from contract.jobs import JobStatus
from tests.support.engine_support import job, running
from tests.support.fakes.portal import FakePortal
from tests.support.virtual_time import in_virtual_time


@in_virtual_time
async def test_a_job_that_the_agency_takes_back_is_told(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        portal.post(job(1))
        await asyncio.sleep(60)
        assert bot.heard.status(1) is JobStatus.ACCEPTED
        portal.take_back("1")
        await asyncio.sleep(60)
        assert bot.heard.status(1) is JobStatus.TAKEN_BACK
        assert bot.engine.totals().accepted == 0
