"""Offers and approvals from their beginning to their end."""

import asyncio
from pathlib import Path

import pytest

from bot.claim.waiting_claims import WaitingClaims
from bot.state.domain_events import PlaceFreed
from common.states import ClaimState
from contract.jobs import JobStatus, LossReason
from tests.support.engine_support import Bot, configuration, job, running
from tests.support.fakes.portal import FakePortal
from tests.support.parts import AT, MATCH, Claims, tracked
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


def offered(claims: Claims) -> WaitingClaims:
    waiting = WaitingClaims(claims.store, claims.publisher)
    waiting.offer(tracked(1), MATCH, decided_at=AT, expires_at=AT)
    return waiting


def test_an_offer_takes_no_place_and_an_approved_one_does() -> None:
    claims = Claims()
    waiting = offered(claims)
    assert claims.store["1"].row_digest == "row 1"
    assert claims.store.places_taken == 0
    waiting.approve("1", at=AT)
    assert claims.store["1"].approved_at == AT
    assert claims.store.places_taken == 1


@pytest.mark.parametrize("is_approved", [False, True])
def test_a_place_is_given_back_by_what_held_one(is_approved: bool) -> None:
    for end in ("withdraw", "lose"):
        claims = Claims()
        waiting, freed = offered(claims), claims.heard(PlaceFreed)
        if is_approved:
            waiting.approve("1", at=None)
        if end == "withdraw":
            waiting.withdraw("1", "No more.")
            assert (claims.store["1"].state, claims.store["1"].row_digest) == (ClaimState.EXPIRED, None)
        else:
            waiting.lose("1", LossReason.TAKEN_WHILE_DECIDING, "Somebody took it.")
            assert claims.store["1"].state is ClaimState.LOST
        assert len(freed) == is_approved
        assert claims.store.places_taken == 0


def test_an_answer_or_its_lack_ends_an_offer_with_words() -> None:
    claims = Claims()
    offered(claims).decline("1", "You declined it.")
    assert (claims.store["1"].state, claims.store["1"].loss_detail) == (ClaimState.DECLINED, "You declined it.")
    claims = Claims()
    offered(claims).expire("1", "Nobody answered.")
    assert (claims.store["1"].state, claims.store["1"].row_digest) == (ClaimState.EXPIRED, "row 1")
