"""Claims that an earlier process left."""

import asyncio
from datetime import timedelta
from pathlib import Path

from bot import clock
from bot.domain.rules.decision import Decision
from bot.state.claim_record import ClaimRecord
from common.states import ClaimState, Verdict
from contract.jobs import JobStatus
from tests.support.engine_support import Bot, job, running
from tests.support.fakes.portal import FakePortal
from tests.support.virtual_time import in_virtual_time


@in_virtual_time
async def test_a_late_accept_is_not_sent_again_after_a_crash(tmp_path: Path) -> None:
    portal = FakePortal(late=5.0)
    portal.post(job(1))
    killed = Bot(portal, tmp_path)
    killed.journal.open()
    at = clock.now() - timedelta(seconds=60)  # the portal had asked to be left alone for so long
    decision = Decision(verdict=Verdict.MATCH, reasons=())
    intent = ClaimRecord(
        job=job(1),
        decision=decision,
        attempt=1,
        session_id=killed.session.session_id,
        state=ClaimState.INTENDED,
        seen_at=at,
        decided_at=at,
        intended_at=at,
    )
    await killed.journal.intend(intent)
    await killed.journal.close()
    portal.accept_late("1")
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(60)
        assert len(portal.jobs["1"].arrivals) == 1
        assert bot.heard.status(1) is JobStatus.ACCEPTED
