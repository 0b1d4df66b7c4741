"""Offers whose job has left the board."""

import asyncio
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, cast

from bot.availability.assigned_jobs import AssignedJobs
from bot.availability.commitments import Commitments, NoCalendars
from bot.claim.waiting_claims import WaitingClaims
from bot.clock import now as wall_now
from bot.decide.vanished_offers import VanishedOffers, VanishedPorts
from bot.decide.weigher import Weigher
from bot.portal.models import Board
from bot.state.assigned_list import AssignedList
from bot.state.board_state import BoardState
from bot.state.domain_events import AssignedJobsRead
from common.states import ClaimState
from contract.jobs import JobReport, JobStatus, LossReason
from contract.owner_rules import Mode
from tests.support.engine_support import DEFINITION, Bot, configuration, job, ours, running
from tests.support.fakes.portal import FakePortal
from tests.support.parts import AT, MATCH, Claims, refusal_by, row, tracked
from tests.support.virtual_time import in_virtual_time

DAY = date(2026, 11, 25)


ASK = configuration(mode="ask", offer_deadline_seconds=120)


def last(bot: Bot, number: int) -> JobReport:
    report = bot.heard.last(number)
    assert report is not None
    return report


@in_virtual_time
async def test_a_job_that_is_taken_while_it_waits_is_lost_in_words(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1), job(2))
        await asyncio.sleep(5)
        portal.rival_accepts("1")
        await asyncio.sleep(5)
        report = last(bot, 1)
        assert (report.status, report.loss_reason) == (JobStatus.LOST, LossReason.TAKEN_WHILE_DECIDING)
        assert report.loss_detail == "Somebody took it while it waited for your answer."
        bot.approve(1)
        assert "came too late" in bot.heard.said[-1]
        assert bot.heard.status(2) is JobStatus.OFFERED
        assert bot.engine.totals().lost == 1


@in_virtual_time
async def test_a_job_that_the_owner_takes_by_hand_while_it_waits_is_theirs(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1))
        await asyncio.sleep(5)
        portal.give("1")
        await asyncio.sleep(60)
        assert bot.heard.status(1) is JobStatus.GIVEN
        assert JobStatus.LOST not in {report.status for report in bot.heard.reports}
        assert (bot.engine.totals().accepted, bot.engine.totals().lost) == (0, 0)


@in_virtual_time
async def test_an_offer_hidden_behind_a_job_of_ours_is_not_lost(tmp_path: Path) -> None:
    portal = FakePortal()
    overlapping: dict[str, Any] = {"day": DAY, "at": time(9), "minutes": 60}
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1, **overlapping), job(2, **overlapping))
        await asyncio.sleep(5)
        bot.approve(1)
        await asyncio.sleep(1)
        portal.remove("2")  # portal-facts.md: jobs that overlap an assigned one are hidden
        await asyncio.sleep(30)
        report = last(bot, 2)
        assert report.claim_state is ClaimState.EXPIRED
        assert "You are not free at that time: your job 1 " in (report.loss_detail or "")
        assert bot.engine.totals().lost == 0


@in_virtual_time
async def test_an_offer_does_not_end_because_its_job_falls_between_two_pages(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(mode=Mode.ASK, offer_deadline_seconds=3600)
    async with running(portal, tmp_path, settings=settings) as bot:
        await asyncio.sleep(5)
        portal.post(job(1), job(2))
        await asyncio.sleep(10)
        assert [last(bot, number).status for number in (1, 2)] == [JobStatus.OFFERED] * 2
        portal.between_pages = {"1"}
        portal.post(job(3))
        await asyncio.sleep(60)
        assert last(bot, 3).status is JobStatus.OFFERED, "what is new on such a board is used"
        assert last(bot, 1).status is JobStatus.OFFERED
        portal.rival_accepts("1")
        portal.between_pages = {"2"}
        await asyncio.sleep(60)
        assert last(bot, 1).status is JobStatus.OFFERED, "nobody can tell yet"
    async with running(portal, tmp_path, settings=settings, session="session-next") as bot:
        await asyncio.sleep(60)
        assert bot.heard.last(2) is None or last(bot, 2).status is JobStatus.OFFERED
        portal.between_pages = set()
        await asyncio.sleep(30)
        bot.approve(2)
        await asyncio.sleep(60)
        assert last(bot, 1).loss_reason is LossReason.TAKEN_WHILE_DECIDING, "a whole board tells"
        assert (last(bot, 2).status, ours(portal)) == (JobStatus.ACCEPTED, {"2"})


class Refreshes:
    """The list of our jobs, of which a test counts the requests."""

    def __init__(self) -> None:
        self.count = 0

    def refresh(self) -> None:
        self.count += 1


def test_a_row_that_stays_with_another_status_is_not_back() -> None:
    """A list of what can be accepted may go on showing a job that somebody else has, as cancelled."""
    claims, board, refreshes = Claims(), BoardState(), Refreshes()
    waiting = WaitingClaims(claims.store, claims.publisher)
    weigher = Weigher(
        configuration().configuration,
        definition=DEFINITION,
        claims=claims.store,
        board=board,
        commitments=Commitments(DEFINITION.zone, NoCalendars()),
    )
    assigned_jobs = cast(AssignedJobs, refreshes)
    ports = VanishedPorts(
        claims=claims.store, waiting=waiting, board=board, weigher=weigher, assigned_jobs=assigned_jobs
    )
    vanished = VanishedOffers(ports)
    board.take_board(Board(rows=(row(1),), pages=1, user_name=None), asked=1, source=None, at=AT)
    shown = board.get("1")
    assert shown is not None
    waiting.offer(shown, MATCH, decided_at=AT, expires_at=AT)
    shown.decision = refusal_by("portal_status")
    vanished.add("1")
    vanished.compare_with_board()
    assert vanished.has("1")
    shown.decision = None  # its row has changed: it is weighed anew
    vanished.compare_with_board()
    assert not vanished.has("1")


def test_a_list_from_before_the_job_vanished_ends_no_offer() -> None:
    claims, board, refreshes = Claims(), BoardState(), Refreshes()
    waiting = WaitingClaims(claims.store, claims.publisher)
    weigher = Weigher(
        configuration().configuration,
        definition=DEFINITION,
        claims=claims.store,
        board=board,
        commitments=Commitments(DEFINITION.zone, NoCalendars()),
    )
    assigned_jobs = cast(AssignedJobs, refreshes)
    ports = VanishedPorts(
        claims=claims.store, waiting=waiting, board=board, weigher=weigher, assigned_jobs=assigned_jobs
    )
    vanished = VanishedOffers(ports)
    waiting.offer(tracked(1), MATCH, decided_at=AT, expires_at=AT)
    vanished.add("1")
    vanished.receive_assigned_jobs(AssignedJobsRead(AssignedList(jobs=(), asked_at=wall_now() - timedelta(seconds=1))))
    assert (claims.store["1"].state, vanished.has("1")) == (ClaimState.OFFERED, True)
    assert refreshes.count == 2, "the list is read once more"
    vanished.receive_assigned_jobs(AssignedJobsRead(AssignedList(jobs=(), asked_at=wall_now() + timedelta(seconds=1))))
    assert (claims.store["1"].state, vanished.has("1")) == (ClaimState.LOST, False)
