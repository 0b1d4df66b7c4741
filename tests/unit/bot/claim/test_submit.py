"""Sending an accept, and sending it again."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from contract.jobs import JobStatus
from tests.support import virtual_time
from tests.support.engine_support import accepts, configuration, job, ours, running
from tests.support.fakes.portal import US, FakePortal, Fault
from tests.support.virtual_time import in_virtual_time


@in_virtual_time
async def test_a_session_that_ends_during_a_claim_does_not_cost_the_job(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path):
        await asyncio.sleep(2)
        portal.break_next("accept", Fault.SIGNED_OUT)
        portal.post(job(1), job(2))
        await asyncio.sleep(20)
        assert ours(portal) == {"1", "2"}
        assert portal.sign_ins == 2
        assert [len(truth.arrivals) for truth in portal.jobs.values()] == [1, 1]


@in_virtual_time
async def test_a_session_that_ends_between_board_and_accept_sends_no_old_form(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path):
        await asyncio.sleep(2)
        portal.break_next("job", Fault.SIGNED_OUT)
        portal.post(job(1))
        await asyncio.sleep(20)
        assert ours(portal) == {"1"}
        assert portal.sign_ins == 2


@in_virtual_time
async def test_a_long_wait_that_the_portal_asks_for_costs_no_job(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.wish = timedelta(seconds=120)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.break_next("accept", *[Fault.ASKED] * 3)
        portal.post(job(1), job(2), job(3))
        await asyncio.sleep(100)
        assert ours(portal) == set()
        sent = len(accepts(portal))
        assert sent <= 3, "nothing is sent while the portal wants to be left alone"
        await asyncio.sleep(120)
        assert ours(portal) == {"1", "2", "3"}
        assert {bot.heard.status(number) for number in (1, 2, 3)} == {JobStatus.ACCEPTED}


@pytest.mark.parametrize("then", [(), (Fault.BUSY,), (Fault.DROPPED, Fault.BUSY)])
def test_a_refused_accept_that_took_effect_fills_the_cap(tmp_path: Path, then: tuple[Fault, ...]) -> None:
    async def live() -> None:
        portal = FakePortal()
        async with running(portal, tmp_path, settings=configuration(0, max_accept_per_run=1)) as bot:
            await asyncio.sleep(3)
            portal.break_next("accept", Fault.TAKEN_AND_BUSY)
            portal.break_next("board", *then)
            portal.post(job(1))
            await asyncio.sleep(1)
            portal.post(job(2))
            await asyncio.sleep(90)
            assert ours(portal) == {"1"}
            assert bot.heard.status(1) is JobStatus.ACCEPTED
            report = bot.heard.last(1)
            assert report is not None
            assert report.given is None
            assert bot.engine.totals().accepted == 1

    virtual_time.run(live)


@in_virtual_time
async def test_an_accept_called_off_after_a_refusal_may_be_ours(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.break_next("accept", Fault.TAKEN_AND_BUSY)
        portal.post(job(1))
        while not portal.jobs["1"].arrivals:
            await asyncio.sleep(0.01)
        portal.break_next("board", *[Fault.BUSY] * 5)
        bot.engine.configure(configuration(1, mode="watch"))
        await asyncio.sleep(60)
        assert ours(portal) == {"1"}
        assert bot.heard.status(1) is JobStatus.ACCEPTED


@in_virtual_time
async def test_an_unanswered_accept_is_not_sent_again_too_soon(tmp_path: Path) -> None:
    # the connection is cut after the bot waited for long; the portal comes to the accept seconds after that
    portal = FakePortal(slow=20.0, late=4.0)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.break_next("accept", Fault.TIMED_OUT)
        portal.post(job(1))
        await asyncio.sleep(120)
        assert len(accepts(portal)) == 1
        assert [arrival.who for arrival in portal.jobs["1"].arrivals] == [US]
        assert bot.heard.status(1) is JobStatus.ACCEPTED


@in_virtual_time
async def test_an_accept_is_sent_again_only_with_a_form_that_was_read_anew(tmp_path: Path) -> None:
    # the board is never whole, and the job has fallen between two of its pages: the form that is known is the old one
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.break_next("accept", Fault.BUSY)
        portal.post(job(1))
        while not accepts(portal):
            await asyncio.sleep(0.01)
        portal.between_pages = {"1"}
        await asyncio.sleep(20)
        assert len(accepts(portal)) == 1
        portal.between_pages = set()
        await asyncio.sleep(60)
        assert len(accepts(portal)) == 2
        assert bot.heard.status(1) is JobStatus.ACCEPTED
