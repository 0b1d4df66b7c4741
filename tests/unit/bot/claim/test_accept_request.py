"""What changes between a decision and its accept: the last check."""

import asyncio
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import cast

import pytest

from bot.claim.accept_request import AcceptRequest, FormOfEndedSession, NotSent
from bot.claim.ports import Refusal
from bot.claim.waiting_claims import matched_claim
from bot.portal.client import PortalClient
from bot.state.board_state import TrackedJob
from bot.state.claim_record import ClaimRecord
from contract.jobs import ClaimState, JobStatus, LossReason
from tests.support import virtual_time
from tests.support.engine_support import SlowJournal, accepts, configuration, job, ours, running
from tests.support.fakes.portal import US, FakePortal, Fault
from tests.support.parts import AT as MOMENT
from tests.support.parts import MATCH, Claims, FormFiller, tracked
from tests.support.virtual_time import in_virtual_time

DAY = date(2026, 11, 25)


class TiredDisk(SlowJournal):
    """An intent takes seconds."""

    async def intend(self, claim: ClaimRecord) -> None:
        await asyncio.sleep(4)
        await super().intend(claim)


@pytest.fixture
def tired_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.engine_support.SlowJournal", TiredDisk)


@in_virtual_time
async def test_rules_that_change_while_an_accept_waits_to_be_sent_again_count(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.wish = timedelta(seconds=20)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.break_next("accept", Fault.ASKED)
        portal.post(job(1, kind="BSL"))
        await asyncio.sleep(5)
        bot.engine.configure(configuration(1, exclude_types=("BSL",)))
        await asyncio.sleep(90)
        assert len(accepts(portal)) == 1
        assert portal.jobs["1"].holder is None
        assert bot.heard.status(1) is JobStatus.REJECTED
        lost = next(one for one in bot.heard.reports if one.claim_state is ClaimState.LOST)
        assert lost.loss_reason is LossReason.CALLED_OFF
        assert "you never accept that kind" in (lost.loss_detail or "")


@in_virtual_time
async def test_a_job_that_is_given_to_us_while_an_accept_waits_keeps_its_hour(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.wish = timedelta(seconds=40)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.break_next("accept", Fault.ASKED)
        portal.post(job(1, day=DAY, at=time(12), minutes=60))
        await asyncio.sleep(1)
        portal.assign(job(2, day=DAY, at=time(12), minutes=60), US)
        await asyncio.sleep(120)
        assert ours(portal) == {"2"}
        assert bot.heard.status(2) is JobStatus.GIVEN
        assert bot.heard.status(1) is JobStatus.REJECTED


@pytest.mark.usefixtures("tired_disk")
@pytest.mark.parametrize("fault", [None, Fault.BUSY])
def test_a_job_that_moves_onto_a_busy_hour_before_its_accept_is_left(tmp_path: Path, fault: Fault | None) -> None:
    async def live() -> None:
        portal = FakePortal()
        async with running(portal, tmp_path) as bot:
            portal.assign(job(2, day=DAY, at=time(15), minutes=60), US)
            await asyncio.sleep(3)
            if fault is not None:
                portal.break_next("accept", fault)
            portal.post(job(1, day=DAY, at=time(12), minutes=60))
            await asyncio.sleep(2)
            portal.jobs["1"].job = job(1, day=DAY, at=time(15), minutes=60)
            await asyncio.sleep(60)
            assert ours(portal) == {"2"}
            assert bot.heard.status(1) is JobStatus.REJECTED

    virtual_time.run(live)


@pytest.mark.usefixtures("tired_disk")
@in_virtual_time
async def test_a_job_that_goes_while_its_intent_is_written_is_not_asked_for(tmp_path: Path) -> None:
    # there is no lock: what was asked for now would be taken from the rival who has it
    portal = FakePortal(settle=30)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.post(job(1))
        await asyncio.sleep(2)
        portal.rival_accepts("1")
        await asyncio.sleep(60)
        assert accepts(portal) == []
        report = bot.heard.last(1)
        assert report is not None
        assert (report.status, report.loss_reason) == (JobStatus.LOST, LossReason.TAKEN_WHILE_DECIDING)


@in_virtual_time
async def test_only_to_watch_reaches_an_accept_whose_form_is_being_filled_in(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.filling_in = 3.0
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.post(job(1))
        await asyncio.sleep(2)
        bot.engine.configure(configuration(1, mode="watch"))
        await asyncio.sleep(60)
        assert accepts(portal) == []
        assert bot.heard.status(1) is JobStatus.WATCHED


@in_virtual_time
async def test_a_lost_account_stops_an_accept_while_its_form_is_filled_in(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.filling_in = 3.0
    has_account = True
    async with running(portal, tmp_path, has_account=lambda: has_account) as bot:
        await asyncio.sleep(3)
        portal.post(job(1))
        await asyncio.sleep(2)
        has_account = False
        await asyncio.sleep(60)
        assert accepts(portal) == []
        report = bot.heard.last(1)
        assert report is not None
        assert report.loss_reason is LossReason.SESSION_ENDED


@dataclass
class Permission:
    """Says what a test wants."""

    answer: Refusal | None = None

    def refusal(self, record: ClaimRecord) -> Refusal | None:
        assert record.job.job_number == "1"
        return self.answer


def requested(permission: Permission) -> tuple[TrackedJob, FormFiller, AcceptRequest]:
    claims, filler = Claims(), FormFiller()
    one = tracked(1, source=filler)
    claims.store.new_claim(one, matched_claim(claims.store, one, MATCH, decided_at=MOMENT))
    return one, filler, AcceptRequest(one, claims=claims.store, permission=permission)


async def test_an_accept_leaves_when_nothing_changed() -> None:
    one, filler, request = requested(Permission())
    await request(cast(PortalClient, filler))
    assert (filler.sent, request.has_left) == ([one.row], True)


@pytest.mark.parametrize("change", ["gone", "another row", "refused"])
async def test_the_last_check_stops_an_accept_right_before_it_leaves(change: str) -> None:
    permission = Permission()
    one, filler, request = requested(permission)
    match change:
        case "gone":
            one.is_on_board, reason = False, LossReason.TAKEN_WHILE_DECIDING
        case "another row":
            one.row, reason = tracked(1, "row 2").row, LossReason.CALLED_OFF
        case _:
            reason = LossReason.SESSION_ENDED
            permission.answer = Refusal(reason=reason, message="Another bot has the account.")
    with pytest.raises(NotSent) as stopped:
        await request(cast(PortalClient, filler))
    assert stopped.value.reason is reason
    assert (filler.sent, request.has_left) == ([], False)


async def test_a_form_of_an_ended_session_is_not_sent() -> None:
    one, filler, request = requested(Permission())
    other = FormFiller()
    with pytest.raises(FormOfEndedSession):
        await request(cast(PortalClient, other))
    one.source = other
    request.renew()
    await request(cast(PortalClient, other))
    assert (filler.sent, other.sent) == ([], [one.row])
