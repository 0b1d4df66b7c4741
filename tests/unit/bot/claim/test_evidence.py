"""What is kept as evidence of a claim."""

import asyncio
from pathlib import Path

from tests.support.engine_support import job, running
from tests.support.fakes.portal import FakePortal
from tests.support.virtual_time import in_virtual_time


@in_virtual_time
async def test_row_answer_and_status_page_prove_a_claim(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.post(job(1), job(2, kind="Face to Face"))
        await asyncio.sleep(30)
        assert bot.evidence == {
            "1": [
                ("claim", {"row.html", "answer.html", "answer.txt"}),
                ("claim_confirmed", {"status.html", "outcome.txt"}),
            ]
        }
        portal.post(job(3))
        while not portal.jobs["3"].arrivals:
            await asyncio.sleep(0.01)
        portal.remove("3")
        await asyncio.sleep(30)
        assert bot.evidence["3"][-1] == ("claim_lost", {"status.txt", "outcome.txt"})
