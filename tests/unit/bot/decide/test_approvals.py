"""Approved jobs are weighed once more and then claimed."""

import asyncio
from pathlib import Path

import pytest

from contract.jobs import ClaimState, JobReport, JobStatus
from tests.support.engine_support import Bot, configuration, job, ours, running
from tests.support.fakes.portal import FakePortal, Fault
from tests.support.virtual_time import in_virtual_time

ASK = configuration(mode="ask", offer_deadline_seconds=120)


def sent(portal: FakePortal) -> set[str]:
    return {number for number, truth in portal.jobs.items() if truth.arrivals}


def last(bot: Bot, number: int) -> JobReport:
    report = bot.heard.last(number)
    assert report is not None
    return report


@in_virtual_time
async def test_an_older_offer_is_withdrawn_by_a_bot_that_only_watches(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=configuration(0, mode="ask", offer_deadline_seconds=3600)) as bot:
        await asyncio.sleep(3)
        portal.post(job(1))
        await asyncio.sleep(5)
        assert bot.heard.status(1) is JobStatus.OFFERED
    async with running(portal, tmp_path, settings=configuration(1, mode="watch")) as bot:
        await asyncio.sleep(30)
        assert bot.heard.status(1) is not JobStatus.OFFERED
        bot.approve(1)
        await asyncio.sleep(30)
        assert ours(portal) == set()


@in_virtual_time
async def test_an_approval_survives_a_restart(tmp_path: Path) -> None:
    portal = FakePortal()
    first = Bot(portal, tmp_path, settings=ASK)
    await first.start()
    portal.post(job(1))
    await asyncio.sleep(70)
    portal.break_next("job", *[Fault.BUSY] * 3)
    first.approve(1)  # the page was read long ago: it is read again first, and that takes a while
    await asyncio.sleep(0.2)
    assert last(first, 1).claim_state is ClaimState.APPROVED
    await first.kill()
    assert sent(portal) == set()
    async with running(portal, tmp_path, settings=ASK):
        await asyncio.sleep(60)
        assert ours(portal) == {"1"}


@in_virtual_time
async def test_a_page_that_says_something_else_by_now_stops_an_approved_job(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=configuration(mode="ask", offer_deadline_seconds=600)) as bot:
        portal.post(job(1))
        await asyncio.sleep(120)
        # the board shows nothing of it
        portal.jobs["1"].job = portal.jobs["1"].job.changed(kind="Face to Face")
        bot.approve(1)
        await asyncio.sleep(30)
        assert sent(portal) == set()
        assert "by now your rules say no" in bot.heard.said[-1]
        assert bot.heard.status(1) is JobStatus.REJECTED


@in_virtual_time
async def test_a_yes_during_a_pause_is_followed_when_the_bot_goes_on(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1))
        await asyncio.sleep(5)
        bot.engine.pause()
        bot.approve(1)
        await asyncio.sleep(30)
        assert sent(portal) == set()
        assert "as soon as the bot watches" in bot.heard.said[-1]
        bot.engine.resume()
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}


@in_virtual_time
async def test_an_approved_job_waits_for_room_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1))
        await asyncio.sleep(5)
        with monkeypatch.context() as patched:
            patched.setattr("bot.state.journal.ROOM_TO_PROVE", 2**62)
            bot.approve(1)
            await asyncio.sleep(30)
            assert sent(portal) == set()
            assert "MB are left on the disk" in (bot.session.reason or "")
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}
        assert bot.session.reason is None
