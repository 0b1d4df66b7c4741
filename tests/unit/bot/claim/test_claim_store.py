"""Which jobs may be claimed, and what a claim counts as."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.claim.claim_store import MOST_ATTEMPTS
from bot.claim.waiting_claims import matched_claim
from bot.domain.claim import IllegalTransition
from bot.portal.models import AcceptAnswer
from bot.state.claim_record import ClaimRecord
from bot.state.domain_events import ClaimChanged, PlaceFreed
from common.states import ClaimState
from contract.jobs import JobStatus, LossReason
from tests.support.engine_support import SESSION, job, ours, running
from tests.support.fakes.portal import US, Arrival, FakePortal
from tests.support.parts import AT, MATCH, Claims, tracked
from tests.support.virtual_time import in_virtual_time


@in_virtual_time
async def test_a_job_that_somebody_gives_back_is_offered_anew(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.post(job(1))
        portal.rival_accepts("1")
        await asyncio.sleep(10)
        portal.jobs["1"].holder = None
        await asyncio.sleep(10)
        assert ours(portal) == {"1"}
        assert bot.heard.status(1) is JobStatus.ACCEPTED


@in_virtual_time
async def test_a_portal_that_refuses_every_time_is_not_asked_every_time(tmp_path: Path) -> None:
    class Refusing(FakePortal):
        def accept(self, job_number: str) -> AcceptAnswer:
            self.jobs[job_number].arrivals.append(Arrival(US, 0.0, took_effect=False))
            return AcceptAnswer(http_status=302, messages=("You cannot accept this job",))

    portal = Refusing()
    portal.post(job(1))
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(600)
        assert len(portal.jobs["1"].arrivals) == 1
        report = bot.heard.last(1)
        assert report is not None
        assert report.loss_reason is LossReason.REFUSED
        assert "You cannot accept this job" in (report.loss_detail or "")


def record_of(claims: Claims, number: int, state: ClaimState, session: str = SESSION) -> ClaimRecord:
    new = matched_claim(claims.store, tracked(number), MATCH, decided_at=AT)
    return replace(new, state=state, session_id=session)


def test_places_and_totals_are_those_of_the_session() -> None:
    claims = Claims()
    states = (ClaimState.MATCHED, ClaimState.OFFERED, ClaimState.APPROVED, ClaimState.HELD, ClaimState.LOST)
    for number, state in enumerate(states):
        claims.store.put(record_of(claims, number, state))
        claims.store.put(record_of(claims, 100 + number, state, session="another"))
    assert claims.store.places_taken == 3, "matched, approved and held"
    assert (claims.store.accepted, claims.store.lost) == (1, 1)
    assert len(list(claims.store.holding)) == 6, "the other session's jobs take time as well"
    assert [one.job.job_number for one in claims.store.offers] == ["1", "101"]


def test_a_step_is_written_and_published() -> None:
    claims = Claims()
    heard = claims.heard(ClaimChanged)
    claims.store.put(record_of(claims, 1, ClaimState.INTENDED))
    moved = claims.store.move("1", ClaimState.SUBMITTED, submitted_at=AT)
    assert heard == [ClaimChanged(moved)]
    assert claims.journal.calls == [("record", (moved,))]
    assert claims.store["1"] == moved
    with pytest.raises(IllegalTransition):
        claims.store.move("1", ClaimState.MATCHED)


def test_a_loss_frees_the_place_and_closes_the_row() -> None:
    claims, one = Claims(), tracked(1)
    freed = claims.heard(PlaceFreed)
    claims.store.new_claim(one, matched_claim(claims.store, one, MATCH, decided_at=AT))
    assert claims.store.has_claimed_row_of(one)
    claims.store.lose("1", LossReason.REFUSED, "It refused.")
    assert len(freed) == 1
    assert claims.store.places_taken == 0
    assert not claims.store.may_be_claimed(one), "not with that very row"
    one.row = tracked(1, "row 2").row
    assert claims.store.may_be_claimed(one)


def test_a_job_is_claimed_so_often_and_no_more() -> None:
    claims, one = Claims(), tracked(1)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert claims.store.may_be_claimed(one)
        record = matched_claim(claims.store, one, MATCH, decided_at=AT)
        assert record.attempt == attempt
        claims.store.new_claim(one, record)
        claims.store.lose("1", LossReason.PORTAL_FAILING, "It failed.")
    assert not claims.store.may_be_claimed(one)
    claims.store.discount_attempt("1")
    assert claims.store.may_be_claimed(one)


def test_what_is_in_progress_does_not_wait() -> None:
    claims = Claims()
    claims.store.put(record_of(claims, 1, ClaimState.APPROVED))
    assert claims.store.waiting("1") is not None
    claims.store.set_in_progress("1", True)
    assert claims.store.waiting("1") is None
    claims.store.set_in_progress("1", False)
    assert claims.store.waiting("1") is not None


@pytest.mark.parametrize(
    ("state", "digest", "may_be_claimed", "may_be_offered"),
    [
        (ClaimState.DECLINED, "row 1", False, False),
        (ClaimState.DECLINED, "row 0", True, True),
        (ClaimState.EXPIRED, "row 1", True, False),
        (ClaimState.EXPIRED, None, True, True),
        (ClaimState.OFFERED, "row 1", False, False),
        (ClaimState.HELD, None, False, False),
        (ClaimState.TAKEN_BACK, None, True, True),
    ],
)
def test_which_jobs_may_be_claimed_or_offered_again(
    state: ClaimState, digest: str | None, may_be_claimed: bool, may_be_offered: bool
) -> None:
    claims = Claims()
    claims.store.put(replace(record_of(claims, 1, state), row_digest=digest))
    assert claims.store.may_be_claimed(tracked(1)) is may_be_claimed
    assert claims.store.may_be_offered(tracked(1)) is may_be_offered
