"""What is kept as evidence of a claim."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from bot.claim.evidence import ClaimEvidence
from bot.claim.waiting_claims import matched_claim
from bot.portal.models import AcceptAnswer
from tests.support.engine_support import job, running
from tests.support.fakes.portal import FakePortal
from tests.support.parts import AT, MATCH, Claims, row, tracked
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


def test_a_missing_answer_and_a_job_that_is_gone_are_kept_in_words() -> None:
    kept: list[tuple[str, str, dict[str, str]]] = []

    def keep(kind: str, number: str, items: Mapping[str, str]) -> None:
        kept.append((kind, number, dict(items)))

    evidence, claims = ClaimEvidence(keep), Claims()
    evidence.keep_missing_answer("1", row(1), TimeoutError("no word for 10 s"))
    evidence.keep_answer("1", row(1), AcceptAnswer(http_status=302, messages=("Well done",), html="<p>"))
    evidence.keep_outcome(matched_claim(claims.store, tracked(1), MATCH, decided_at=AT), None)
    assert kept == [
        ("claim", "1", {"row.html": "<tr></tr>", "answer.txt": "No answer: no word for 10 s"}),
        ("claim", "1", {"row.html": "<tr></tr>", "answer.html": "<p>", "answer.txt": "HTTP 302\nWell done"}),
        ("claim_matched", "1", {"outcome.txt": "matched", "status.txt": "The portal says that the job is gone."}),
    ]
