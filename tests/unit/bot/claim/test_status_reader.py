"""Reading the pages of many claims at once."""

import asyncio
from pathlib import Path

from contract.jobs import JobStatus
from tests.support.engine_support import job, running
from tests.support.fakes.portal import FakePortal
from tests.support.virtual_time import in_virtual_time


@in_virtual_time
async def test_what_became_of_many_claims_is_not_asked_all_at_once(tmp_path: Path) -> None:
    portal = FakePortal(latency=0.1)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.post(*(job(number) for number in range(1, 31)))
        await asyncio.sleep(60)
        assert all(bot.heard.status(number) is JobStatus.ACCEPTED for number in range(1, 31))
    accepts = [at for at, what in portal.requests if what == "accept"]
    pages = [at for at, what in portal.requests if what == "job"]
    assert max(accepts) - min(accepts) < 0.05, "accepts do not wait for anything"
    lookups = [at for at in pages if at > min(accepts)]
    assert max(sum(at <= other < at + 0.099 for other in lookups) for at in lookups) == 8
