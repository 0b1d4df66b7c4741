"""Whether a confirmed job is still ours."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from bot.claim.evidence import ClaimEvidence, keep_nothing
from bot.claim.hold_check import HoldCheck
from bot.claim.status_reader import StatusReader
from bot.claim.waiting_claims import matched_claim
from bot.portal.errors import RetryLater
from bot.portal.models import JobPage, Ownership
from bot.state.claim_record import ClaimRecord
from bot.state.domain_events import PlaceFreed
from common.states import ClaimState
from contract.jobs import JobStatus
from tests.support.engine_support import job, now, running
from tests.support.fakes.portal import FakePortal
from tests.support.parts import AT, MATCH, Claims, tracked
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


class Pages:
    """What the job's own page says, reading by reading."""

    def __init__(self, *answers: Ownership | Exception | None) -> None:
        self._answers: Iterator[Ownership | Exception | None] = iter(answers)

    async def read(self, record: ClaimRecord) -> JobPage | None:
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            return None
        return JobPage(job=record.job, ownership=answer, user_name="Ada", html="")


AWAY = RetryLater("the portal does not answer")
OURS, TAKEN = Ownership.OURS, Ownership.NOT_OURS


@pytest.mark.parametrize(
    ("before", "answers", "after", "freed"),
    [
        (ClaimState.CONFIRMED, (OURS,), ClaimState.HELD, 0),
        (ClaimState.CONFIRMED, (AWAY, AWAY, OURS), ClaimState.HELD, 0),
        (ClaimState.CONFIRMED, (TAKEN, OURS), ClaimState.HELD, 0),
        (ClaimState.CONFIRMED, (None, OURS), ClaimState.HELD, 0),
        (ClaimState.CONFIRMED, (TAKEN, AWAY, TAKEN), ClaimState.TAKEN_BACK, 1),
        (ClaimState.HELD, (None, None), ClaimState.TAKEN_BACK, 1),
        (ClaimState.TAKEN_BACK, (TAKEN,), ClaimState.TAKEN_BACK, 0),
        (ClaimState.TAKEN_BACK, (OURS,), ClaimState.HELD, 0),
    ],
)
def test_a_job_is_taken_back_by_two_readings_and_not_by_one(
    before: ClaimState, answers: tuple[Ownership | Exception | None, ...], after: ClaimState, freed: int
) -> None:
    @in_virtual_time
    async def check() -> None:
        claims = Claims()
        places = claims.heard(PlaceFreed)
        claims.store.put(replace(matched_claim(claims.store, tracked(1), MATCH, decided_at=AT), state=before))
        hold_check = HoldCheck(
            claims.store,
            cast(StatusReader, Pages(*answers)),
            evidence=ClaimEvidence(keep_nothing),
            publisher=claims.publisher,
        )
        await hold_check.check("1", after=timedelta(seconds=30))
        assert now() >= 30
        assert (claims.store["1"].state, len(places)) == (after, freed)

    check()
