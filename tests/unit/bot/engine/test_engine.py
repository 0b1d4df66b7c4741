"""The engine on a portal in memory: from a board to an accepted job, pause and resume, stop and restart."""

import asyncio
from datetime import time, timedelta
from pathlib import Path

from common.states import SessionState
from contract.jobs import ClaimState, JobStatus
from tests.support import virtual_time
from tests.support.engine_support import SESSION, Bot, configuration, job, ours, running
from tests.support.fakes.portal import US, FakePortal, Fault
from tests.support.virtual_time import in_virtual_time


def state_of(bot: Bot) -> SessionState:
    return bot.session.state


@in_virtual_time
async def test_a_match_is_accepted_told_and_held(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.post(job(1), job(2, kind="Face to Face"))
        await asyncio.sleep(60)
        assert ours(portal) == {"1"}
        assert [arrival.who for arrival in portal.jobs["1"].arrivals] == [US]
        states = [report.claim_state for report in bot.heard.reports if report.job.job_number == "1"]
        assert states == [ClaimState.SUBMITTED, ClaimState.CONFIRMED, ClaimState.HELD]
        assert bot.heard.status(2) is JobStatus.REJECTED
        report = bot.heard.last(1)
        assert report is not None
        times = report.times
        assert times.decided_at is not None
        assert times.submitted_at is not None
        assert times.confirmed_at is not None
        assert times.seen_at <= times.decided_at <= times.submitted_at <= times.confirmed_at
        # the portal said it at once; that it stood was found out later
        assert times.confirmed_at - times.submitted_at < timedelta(seconds=1)
        totals = bot.engine.totals()
        assert (totals.accepted, totals.rejected, totals.lost) == (1, 1, 0)
    assert bot.session.state is SessionState.STOPPING


@in_virtual_time
async def test_the_accept_goes_out_within_a_poll_a_page_and_a_write(tmp_path: Path) -> None:
    portal = FakePortal(latency=0.03)
    async with running(portal, tmp_path):
        await asyncio.sleep(3.1)
        posted = asyncio.get_running_loop().time()
        portal.post(*(job(number) for number in range(20)))
        await asyncio.sleep(2)
        arrivals = [truth.arrivals[0].at - posted for truth in portal.jobs.values()]
        # a poll starts within 0.5 s; then the board, the pages side by side and the accepts: 0.03 s each
        assert max(arrivals) < 0.5 + 3 * 0.03 + 0.05


@in_virtual_time
async def test_nothing_is_claimed_before_our_own_jobs_are_known(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.assign(job(90, at=time(9), minutes=60), US)
    portal.post(job(1, at=time(9, 30)), job(2, at=time(12)))
    portal.break_next("assigned", *[Fault.BUSY] * 3)
    async with running(portal, tmp_path):
        await asyncio.sleep(30)
        assert ours(portal) == {"90", "2"}
        assert portal.jobs["1"].arrivals == []


@in_virtual_time
async def test_a_pause_watches_nothing_and_a_resume_goes_on_at_once(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(5)
        bot.engine.pause()
        await asyncio.sleep(0.2)
        cycles = bot.heard.cycles
        portal.post(job(1))
        await asyncio.sleep(60)
        assert state_of(bot) is SessionState.PAUSED
        assert bot.heard.cycles == cycles
        assert ours(portal) == set()
        bot.engine.resume()
        await asyncio.sleep(1)
        assert ours(portal) == {"1"}
        assert state_of(bot) is SessionState.RUNNING


@in_virtual_time
async def test_new_settings_are_used_at_once_for_what_is_still_on_the_board(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(version=4, job_type_filter=("BSL",), check_interval_seconds=3600)
    async with running(portal, tmp_path, settings=settings) as bot:
        portal.post(job(1), job(2, kind="BSL"))
        await asyncio.sleep(5)
        assert ours(portal) == {"2"}
        assert not bot.engine.configure(configuration(version=4))
        assert bot.engine.configure(configuration(version=5, check_interval_seconds=0.5))
        cycles = bot.heard.cycles
        await asyncio.sleep(1)
        assert ours(portal) == {"1", "2"}
        assert bot.heard.cycles > cycles
        assert bot.heard.configurations == [5]


@in_virtual_time
async def test_a_second_run_of_the_session_goes_on_where_the_journal_stands(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(max_accept_per_run=3)
    async with running(portal, tmp_path, settings=settings) as first:
        portal.post(job(1), job(2), job(3, kind="Face to Face"))
        await asyncio.sleep(60)
        before = first.engine.totals()
    portal.post(job(11), job(12))
    async with running(portal, tmp_path, settings=settings) as second:
        assert second.engine.totals().accepted == before.accepted
        await asyncio.sleep(60)
        assert len(ours(portal)) == 3
        totals = second.engine.totals()
        assert (totals.accepted, totals.rejected) == (3, 2)
        assert totals.checks > before.checks
    other = Bot(portal, tmp_path, session="session-other", settings=settings)
    await other.start()
    assert other.engine.totals().checks == 0
    await asyncio.sleep(60)
    assert len(ours(portal)) == 4, "another session has a cap of its own"
    await other.stop()


@in_virtual_time
async def test_stopping_finishes_the_claim_under_way(tmp_path: Path) -> None:
    portal = FakePortal()
    bot = Bot(portal, tmp_path)
    await bot.start()
    await asyncio.sleep(2)
    portal.post(job(1))
    while not portal.jobs["1"].arrivals:
        await asyncio.sleep(0.01)
    portal.post(job(2))
    began = asyncio.get_running_loop().time()
    await bot.stop()
    assert asyncio.get_running_loop().time() - began < 8
    assert bot.heard.status(1) is JobStatus.ACCEPTED
    assert portal.jobs["2"].arrivals == []


@in_virtual_time
async def test_when_it_has_stopped_it_does_nothing_more(tmp_path: Path) -> None:
    portal = FakePortal(slow=30.0)
    bot = Bot(portal, tmp_path)
    await bot.start()
    await asyncio.sleep(2)
    portal.break_next("board", Fault.SLOW, Fault.SLOW)
    # as a claim does that needs a new form, and is given up
    asking = asyncio.create_task(bot.parts.poller.read_now())
    await asyncio.sleep(0.1)
    asking.cancel()
    await bot.stop()
    await asyncio.sleep(0)
    assert {task.get_name() for task in asyncio.all_tasks() - {asyncio.current_task()}} == set()


def test_session_name_is_the_one_in_the_journal(tmp_path: Path) -> None:
    async def test() -> None:
        portal = FakePortal()
        async with running(portal, tmp_path) as bot:
            portal.post(job(1))
            await asyncio.sleep(10)
            assert [record.session_id for record in bot.parts.claims.records] == [SESSION]

    virtual_time.run(test)
