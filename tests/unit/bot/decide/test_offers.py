"""Offers wait for the owner's answer until their deadline."""

import asyncio
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import clock
from contract.jobs import ClaimState, JobReport, JobStatus
from tests.support.engine_support import Bot, configuration, job, ours, running
from tests.support.fakes.portal import FakePortal
from tests.support.virtual_time import in_virtual_time

DAY = date(2026, 11, 25)


ASK = configuration(mode="ask", offer_deadline_seconds=120)


def sent(portal: FakePortal) -> set[str]:
    return {number for number, truth in portal.jobs.items() if truth.arrivals}


def last(bot: Bot, number: int) -> JobReport:
    report = bot.heard.last(number)
    assert report is not None
    return report


def states(bot: Bot, number: int) -> list[ClaimState | None]:
    return [report.claim_state for report in bot.heard.reports if report.job.job_number == str(number)]


@in_virtual_time
async def test_a_match_waits_for_a_yes_and_is_accepted_with_it(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        await asyncio.sleep(2)
        portal.post(job(1), job(2, kind="Face to Face"))
        await asyncio.sleep(30)
        assert sent(portal) == set()
        assert bot.heard.status(1) is JobStatus.OFFERED
        assert bot.heard.status(2) is JobStatus.REJECTED
        offer = last(bot, 1)
        assert offer.offer_expires_at is not None
        assert offer.times.decided_at is not None
        assert offer.offer_expires_at - offer.times.decided_at == timedelta(seconds=120)
        bot.approve(1)
        await asyncio.sleep(60)
        assert ours(portal) == {"1"}
        assert states(bot, 1) == [
            ClaimState.OFFERED,
            ClaimState.APPROVED,
            ClaimState.SUBMITTED,
            ClaimState.CONFIRMED,
            ClaimState.HELD,
        ]
        assert last(bot, 1).offer_expires_at is None
        assert bot.heard.said == []


@in_virtual_time
async def test_nobody_answers_in_time(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1))
        await asyncio.sleep(119)
        assert bot.heard.status(1) is JobStatus.OFFERED
        await asyncio.sleep(5)
        report = last(bot, 1)
        assert report.claim_state is ClaimState.EXPIRED
        assert "Nobody answered until 10:17" in (report.loss_detail or "")
        await asyncio.sleep(300)
        assert states(bot, 1).count(ClaimState.OFFERED) == 1, "it is not offered again"
        bot.approve(1)
        await asyncio.sleep(5)
        assert sent(portal) == set()
        assert "came too late" in bot.heard.said[-1]
        bot.engine.configure(configuration(version=1))
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}, "whoever tells the bot to accept without asking means this job too"


@in_virtual_time
async def test_offers_survive_a_restart_with_their_deadline(tmp_path: Path) -> None:
    portal = FakePortal()
    first = Bot(portal, tmp_path, settings=ASK)
    await first.start()
    portal.post(job(1), job(2), job(3))
    await asyncio.sleep(20)
    first.decline(3)
    await first.kill()
    offered_until = last(first, 1).offer_expires_at
    portal.rival_accepts("2")
    await asyncio.sleep(20)
    async with running(portal, tmp_path, settings=ASK, session="session-next") as bot:
        await asyncio.sleep(5)
        assert last(bot, 1).offer_expires_at == offered_until
        assert bot.heard.status(2) is JobStatus.LOST
        assert bot.heard.status(3) is not JobStatus.OFFERED
        bot.approve(1)
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}
        assert bot.engine.totals().accepted == 1, "the session that accepted it counts it"
    second = Bot(portal, tmp_path, settings=ASK)
    portal.post(job(4))
    await second.start()
    await asyncio.sleep(20)
    await second.kill()
    await asyncio.sleep(600)
    async with running(portal, tmp_path, settings=ASK) as bot:
        await asyncio.sleep(5)
        assert last(bot, 4).claim_state is ClaimState.EXPIRED


@in_virtual_time
async def test_an_answer_to_an_earlier_offer_of_the_job_does_not_count(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1))
        await asyncio.sleep(10)
        read_at = clock.now()
        await asyncio.sleep(10)
        portal.jobs["1"].job = portal.jobs["1"].job.changed(duration_minutes=90)
        await asyncio.sleep(10)
        assert last(bot, 1).job.duration_minutes == 90
        assert bot.heard.status(1) is JobStatus.OFFERED
        bot.engine.approve("1", issued_at=read_at)
        await asyncio.sleep(10)
        assert sent(portal) == set()
        assert "please answer again" in bot.heard.said[-1]


@pytest.mark.parametrize("number", ["1", "77"])
@in_virtual_time
async def test_an_answer_to_no_offer_is_told_in_words(tmp_path: Path, number: str) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        portal.post(job(1))
        await asyncio.sleep(30)
        bot.approve(number)
        bot.decline(number)
        assert bot.heard.notices == ["answer_without_offer"] * 2
        assert ("yours already" if number == "1" else "does not wait") in bot.heard.said[0]
        assert ours(portal) == {"1"}


@in_virtual_time
async def test_twice_yes_sends_one_accept(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1))
        await asyncio.sleep(5)
        bot.approve(1)
        bot.approve(1)
        await asyncio.sleep(30)
        bot.approve(1)
        await asyncio.sleep(30)
        assert len(portal.jobs["1"].arrivals) == 1


@in_virtual_time
async def test_a_yes_is_weighed_again_by_the_rules_as_they_are(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(mode="ask", offer_deadline_seconds=600, max_accept_per_run=1)
    overlapping: dict[str, Any] = {"day": DAY, "at": time(9), "minutes": 60}
    async with running(portal, tmp_path, settings=settings) as bot:
        portal.post(job(1, **overlapping), job(2, **overlapping), job(3))
        await asyncio.sleep(5)
        assert {bot.heard.status(number) for number in (1, 2, 3)} == {JobStatus.OFFERED}, "offers take no place"
        bot.approve(1)
        bot.approve(2)
        bot.approve(3)
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}
        assert sent(portal) == {"1"}
        assert "You are not free at that time" in bot.heard.said[0]
        assert "at most 1 job" in bot.heard.said[1]
        assert bot.heard.status(2) is JobStatus.OFFERED, "it waits on: the owner may change a rule"
        bot.engine.configure(configuration(version=1, mode="ask", max_accept_per_run=2))
        bot.approve(3)
        await asyncio.sleep(30)
        assert ours(portal) == {"1", "3"}
