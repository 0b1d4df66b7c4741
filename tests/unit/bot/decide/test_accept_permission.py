"""The owner's mode is asked again before an accept leaves."""

import asyncio
from pathlib import Path

import pytest

from contract.jobs import JobStatus, LossReason
from contract.owner_rules import Mode
from tests.support.engine_support import configuration, job, running
from tests.support.fakes.portal import FakePortal, Fault
from tests.support.virtual_time import in_virtual_time

ASK = configuration(mode="ask", offer_deadline_seconds=120)


WATCH = configuration(mode="watch")


def sent(portal: FakePortal) -> set[str]:
    return {number for number, truth in portal.jobs.items() if truth.arrivals}


@pytest.mark.parametrize(("mode", "then"), [(Mode.WATCH, JobStatus.WATCHED), (Mode.ASK, JobStatus.OFFERED)])
@in_virtual_time
async def test_a_change_of_mode_stops_an_accept_before_it_is_sent_again(
    tmp_path: Path, mode: Mode, then: JobStatus
) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.break_next("accept", Fault.BUSY)
        portal.post(job(1))
        while portal.faults["accept"]:
            await asyncio.sleep(0.01)
        bot.engine.configure(configuration(version=1, mode=mode.value))
        await asyncio.sleep(30)
        assert sent(portal) == set()
        assert LossReason.CALLED_OFF in {report.loss_reason for report in bot.heard.reports}
        assert bot.heard.status(1) is then
