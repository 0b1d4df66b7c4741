"""The owner's mode is asked again before an accept leaves."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.availability.commitments import Commitments, NoCalendars
from bot.claim.waiting_claims import matched_claim
from bot.decide.accept_permission import LastMomentPermission
from bot.decide.weigher import Weigher
from bot.state.assigned_list import AssignedList
from bot.state.board_state import BoardState
from contract.jobs import JobStatus, LossReason
from contract.owner_rules import Mode
from tests.support.engine_support import DEFINITION, Lease, configuration, job, running
from tests.support.fakes.portal import FakePortal, Fault
from tests.support.parts import AT, MATCH, Claims, tracked
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


class Asked:
    """A permission with all that it asks."""

    def __init__(self, **settings: Any) -> None:
        claims = Claims()
        one = tracked(1)
        self.record = matched_claim(claims.store, one, MATCH, decided_at=AT)
        claims.store.new_claim(one, self.record)
        self.commitments = Commitments(DEFINITION.zone, NoCalendars())
        self.commitments.take_list(AssignedList(jobs=(), asked_at=AT))
        weigher = Weigher(
            configuration(**settings).configuration,
            definition=DEFINITION,
            claims=claims.store,
            board=BoardState(),
            commitments=self.commitments,
        )
        weigher.count_claim()
        self.has_account = True
        account = Lease(lambda: self.has_account)
        self.permission = LastMomentPermission(account=account, weigher=weigher, commitments=self.commitments)


@in_virtual_time
async def test_its_own_place_does_not_stand_in_a_claims_way() -> None:
    asked = Asked(max_accept_per_run=1, max_accept_per_pass=1)
    assert asked.permission.refusal(asked.record) is None


@in_virtual_time
async def test_each_thing_that_changed_refuses_in_words() -> None:
    lost = Asked()
    lost.has_account = False
    refusal = lost.permission.refusal(lost.record)
    assert refusal is not None
    assert refusal.reason is LossReason.SESSION_ENDED
    unknown = Asked()
    unknown.commitments.drop_list()
    refused = Asked(exclude_types=("Telephone Interpreting",))
    for asked, words in (
        (Asked(mode="watch"), "only to watch"),
        (Asked(mode="ask"), "ask first"),
        (unknown, "was not known any more"),
        (refused, "you never accept that kind"),
    ):
        refusal = asked.permission.refusal(asked.record)
        assert refusal is not None
        assert (refusal.reason, words in refusal.message) == (LossReason.CALLED_OFF, True)


@in_virtual_time
async def test_an_approved_claim_may_go_out_in_mode_ask() -> None:
    asked = Asked(mode="ask")
    assert asked.permission.refusal(replace(asked.record, approved_at=AT)) is None
