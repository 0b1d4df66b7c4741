"""What becomes of matches in each mode."""

import asyncio
from datetime import time
from pathlib import Path

from contract.jobs import ClaimState, JobReport, JobStatus
from tests.support.engine_support import Bot, configuration, job, ours, running
from tests.support.fakes.portal import US, FakePortal
from tests.support.virtual_time import in_virtual_time

ASK = configuration(mode="ask", offer_deadline_seconds=120)


WATCH = configuration(mode="watch")


def sent(portal: FakePortal) -> set[str]:
    return {number for number, truth in portal.jobs.items() if truth.arrivals}


def last(bot: Bot, number: int) -> JobReport:
    report = bot.heard.last(number)
    assert report is not None
    return report


@in_virtual_time
async def test_a_place_that_a_loss_frees_goes_to_the_next_match(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=configuration(max_accept_per_run=1)) as bot:
        await asyncio.sleep(2)
        portal.post(job(1), job(2))
        while portal.jobs["1"].holder != US:
            await asyncio.sleep(0.01)
        portal.rival_accepts("1")
        await asyncio.sleep(30)
        assert ours(portal) == {"2"}
        assert bot.heard.status(1) is JobStatus.LOST
        assert bot.heard.status(2) is JobStatus.ACCEPTED


@in_virtual_time
async def test_two_matches_that_overlap_are_never_both_claimed(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.assign(job(90, at=time(9), minutes=60), US)
    async with running(portal, tmp_path) as bot:
        portal.post(job(1, at=time(9, 30)), job(2, at=time(12)), job(3, at=time(12, 15)))
        await asyncio.sleep(30)
        assert ours(portal) == {"90", "2"}
        assert bot.heard.status(1) is JobStatus.REJECTED
        report = bot.heard.last(3)
        assert report is not None
        assert report.decision is not None
        assert "not free" in report.decision.summary


@in_virtual_time
async def test_without_the_account_nothing_is_claimed(tmp_path: Path) -> None:
    portal = FakePortal()
    has_it = False
    async with running(portal, tmp_path, has_account=lambda: has_it):
        portal.post(job(1))
        await asyncio.sleep(10)
        assert portal.jobs["1"].arrivals == []
        has_it = True
        await asyncio.sleep(10)
        assert ours(portal) == {"1"}


@in_virtual_time
async def test_watching_decides_and_records_and_never_accepts(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=WATCH) as bot:
        portal.post(job(1), job(2, kind="Face to Face"))
        await asyncio.sleep(120)
        assert sent(portal) == set()
        assert bot.heard.status(1) is JobStatus.WATCHED
        assert bot.heard.status(2) is JobStatus.REJECTED
        assert len([one for one in bot.heard.reports if one.job.job_number == "1"]) == 1, "it is told once"
        decision = last(bot, 1).decision
        assert decision is not None
        assert decision.summary == "Every rule says yes."
        portal.rival_accepts("1")
        await asyncio.sleep(10)
        assert bot.heard.status(1) is JobStatus.WATCHED, "nothing was lost that nobody wanted"


@in_virtual_time
async def test_offers_are_accepted_when_the_bot_need_not_ask_any_more(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(*(job(number) for number in range(1, 5)))
        await asyncio.sleep(5)
        bot.engine.configure(configuration(version=1, max_accept_per_run=3))
        await asyncio.sleep(30)
        assert len(ours(portal)) == 3
        (left,) = {1, 2, 3, 4} - {int(number) for number in ours(portal)}
        assert bot.heard.status(left) is JobStatus.REJECTED
        bot.engine.configure(configuration(version=2, max_accept_per_run=None))
        await asyncio.sleep(30)
        assert len(ours(portal)) == 4


@in_virtual_time
async def test_offers_are_withdrawn_when_the_bot_only_watches(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1))
        await asyncio.sleep(5)
        bot.engine.configure(configuration(version=1, mode="watch"))
        assert last(bot, 1).claim_state is ClaimState.EXPIRED
        assert "only to watch" in (last(bot, 1).loss_detail or "")
        bot.approve(1)
        await asyncio.sleep(30)
        assert sent(portal) == set()
        bot.engine.configure(configuration(version=2, mode="ask"))
        await asyncio.sleep(5)
        assert bot.heard.status(1) is JobStatus.OFFERED, "it is offered again, because nobody had said no"


@in_virtual_time
async def test_what_was_watched_is_accepted_when_it_may_be(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=WATCH) as bot:
        portal.post(job(1))
        await asyncio.sleep(5)
        bot.engine.configure(configuration(version=1))
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}
        assert bot.heard.status(1) is JobStatus.ACCEPTED
