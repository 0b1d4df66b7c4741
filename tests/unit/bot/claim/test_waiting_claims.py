"""Offers and approvals from their beginning to their end."""

import asyncio
from pathlib import Path

from contract.jobs import ClaimState, JobStatus
from tests.support.engine_support import Bot, configuration, job, running
from tests.support.fakes.portal import FakePortal
from tests.support.virtual_time import in_virtual_time

ASK = configuration(mode="ask", offer_deadline_seconds=120)


def sent(portal: FakePortal) -> set[str]:
    return {number for number, truth in portal.jobs.items() if truth.arrivals}


def states(bot: Bot, number: int) -> list[ClaimState | None]:
    return [report.claim_state for report in bot.heard.reports if report.job.job_number == str(number)]


@in_virtual_time
async def test_a_declined_job_is_left_alone_until_its_row_changes(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1))
        await asyncio.sleep(5)
        bot.decline(1)
        await asyncio.sleep(300)
        assert bot.heard.status(1) is JobStatus.DECLINED
        assert states(bot, 1) == [ClaimState.OFFERED, ClaimState.DECLINED]
    async with running(portal, tmp_path, settings=ASK, session="session-next") as bot:
        await asyncio.sleep(60)
        assert bot.heard.status(1) in (None, JobStatus.DECLINED), "another session does not ask again either"
        bot.engine.configure(configuration(version=1))
        await asyncio.sleep(60)
        assert sent(portal) == set(), "the owner said no"
        bot.engine.configure(configuration(version=2, mode="ask"))
        portal.jobs["1"].job = portal.jobs["1"].job.changed(duration_minutes=90)
        await asyncio.sleep(60)
        assert bot.heard.status(1) is JobStatus.OFFERED
