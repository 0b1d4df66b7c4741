"""When the board is polled: on the clock, within the budget, over clock changes."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot import clock
from bot.account.rate_limiter import RateLimiter, RequestPriority, request_priority
from contract.jobs import JobStatus
from tests.support import virtual_time
from tests.support.engine_support import (
    configuration,
    job,
    now,
    ours,
    polls,
    running,
)
from tests.support.fakes.portal import FakePortal
from tests.support.virtual_time import MovableClock, in_virtual_time


def most_in_a_minute(times: list[float]) -> int:
    return max(sum(start <= one < start + 60 for one in times) for start in times)


@in_virtual_time
async def test_polls_start_on_the_clock_also_when_the_portal_is_slow(tmp_path: Path) -> None:
    portal = FakePortal(latency=1.2)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(40)
        cycles = bot.heard.cycles
        await asyncio.sleep(60)
        assert 110 <= bot.heard.cycles - cycles <= 121


@pytest.mark.parametrize("per_minute", [10, 40, 100])
def test_the_portal_never_sees_more_requests_in_a_minute_than_the_budget(tmp_path: Path, per_minute: int) -> None:
    async def test() -> None:
        portal = FakePortal()
        settings = configuration(requests_per_minute=per_minute, check_interval_seconds=0.2, max_accept_per_run=0)
        async with running(portal, tmp_path, settings=settings) as bot:
            await asyncio.sleep(100)
            # many pages of jobs to read, which count as well; none of them matches
            portal.post(*(job(number, kind="Face to Face") for number in range(per_minute)))
            await asyncio.sleep(400)
            assert bot.heard.totals.rejected == per_minute, "what looks found was read all the same"
        times = [at for at, _ in portal.requests]
        assert most_in_a_minute(times) <= per_minute
        assert len([at for at in times if 200 <= at < 500]) > 0.6 * 5 * per_minute, "it is spent"

    virtual_time.run(test)


@in_virtual_time
async def test_an_accept_and_what_comes_of_it_never_wait_for_the_budget(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(requests_per_minute=10, check_interval_seconds=0.2)
    async with running(portal, tmp_path, settings=settings) as bot:
        await asyncio.sleep(120)
        portal.post(job(1))
        while not portal.jobs["1"].arrivals:
            await asyncio.sleep(0.01)
        sent = now()
        while bot.heard.status(1) is not JobStatus.ACCEPTED:
            await asyncio.sleep(0.01)
        assert now() - sent < 7, "it settles for five seconds; its lookups did not queue"
        told = now()
        await asyncio.sleep(60)
        page_lookups = [at for at, what in portal.requests if what == "job" and sent <= at <= told]
        assert len(page_lookups) == 2, "when it reads as ours, and when that has settled"
        assert len(polls(portal, told)) <= 6, "looks make up for it"


@in_virtual_time
async def test_the_pages_of_new_jobs_go_before_the_next_poll(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(requests_per_minute=60, check_interval_seconds=0.2)
    async with running(portal, tmp_path, settings=settings):
        await asyncio.sleep(120)
        posted = now()
        portal.post(job(1), job(2))
        await asyncio.sleep(8)
        assert ours(portal) == {"1", "2"}
        seen = min(at for at in polls(portal, posted))
        pages = [at for at, what in portal.requests if what == "job" and at > seen][:2]
        assert max(pages) - seen < 0.2, "a part of the budget is left for them"


@in_virtual_time
async def test_many_pages_of_a_board_wait_for_the_budget_and_leave_a_part_of_it(tmp_path: Path) -> None:
    del tmp_path
    turns = RateLimiter(60)  # fifteen at once, and 45 come back in a minute
    out: list[tuple[float, RequestPriority]] = []

    async def ask(purpose: RequestPriority) -> None:
        with request_priority(purpose):
            await turns.acquire()
            out.append((now(), purpose))

    async with asyncio.TaskGroup() as tasks:
        for _page in range(40):
            tasks.create_task(ask(RequestPriority.LOOK))
        await asyncio.sleep(0.01)
        assert len(out) == 10
        for _job in range(5):
            tasks.create_task(ask(RequestPriority.DECISION))
        await asyncio.sleep(0.01)
        assert len(out) == 15, "what looks left"
    assert most_in_a_minute([at for at, _ in out]) <= 60
    assert now() > 35, "thirty pages at 45 a minute"


@in_virtual_time
async def test_another_budget_counts_from_the_next_request_on(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=configuration(check_interval_seconds=0.2)) as bot:
        await asyncio.sleep(60)
        bot.engine.configure(configuration(version=1, check_interval_seconds=0.2, requests_per_minute=20))
        changed = now()
        await asyncio.sleep(60)
        assert len([at for at, _ in portal.requests if at >= changed]) <= 20
        bot.engine.configure(configuration(version=2, check_interval_seconds=0.2, requests_per_minute=600))
        changed = now()
        await asyncio.sleep(10)
        assert len(polls(portal, changed)) > 30, "the other way round as well"


@pytest.mark.parametrize("hand", ["wall forward", "wall back", "asleep"])
def test_a_clock_that_jumps_gives_no_burst_and_no_pause(tmp_path: Path, hand: str) -> None:
    async def test() -> None:
        jumping = MovableClock(clock.current())
        portal = FakePortal()
        with clock.override(jumping):
            await live(jumping, portal)

    async def live(jumping: MovableClock, portal: FakePortal) -> None:
        async with running(portal, tmp_path):
            await asyncio.sleep(30)
            match hand:
                case "wall forward":
                    jumping.wall_jump = timedelta(days=3)
                case "wall back":
                    jumping.wall_jump = timedelta(days=-3)
                case _:
                    jumping.steady_jump = 3600
                    jumping.wall_jump = timedelta(hours=1)
            jumped = now()
            await asyncio.sleep(10)
            times = polls(portal, jumped)
            assert 17 <= len(times) <= 22
            assert all(later - earlier > 0.4 for earlier, later in pairwise(times[1:]))

    virtual_time.run(test)


def test_what_a_page_asks_for_by_itself_is_made_up_for() -> None:
    turns = RateLimiter(60)
    assert turns.look_at(1) < clock.steady_seconds(), "at once"
    for _ in range(30):
        turns.record_sent()
    wait = turns.look_at(1) - clock.steady_seconds()
    # 15 below nothing, and it has to hold 5 for what looks find and one for the look; 45 come in a minute
    assert 27 < wait < 29


@in_virtual_time
async def test_background_requests_yield_to_polls_and_come_all_the_same(tmp_path: Path) -> None:
    del tmp_path
    turns = RateLimiter(60)
    asked: dict[RequestPriority, list[float]] = {RequestPriority.LOOK: [], RequestPriority.LATER: []}

    async def ask(purpose: RequestPriority) -> None:
        with request_priority(purpose):
            while True:
                await turns.acquire()
                asked[purpose].append(now())

    async with asyncio.TaskGroup() as tasks:
        later = tasks.create_task(ask(RequestPriority.LATER))
        await asyncio.sleep(10)
        # alone it takes what is there, and leaves enough for a look of several pages
        assert len(asked[RequestPriority.LATER]) > 10
        assert turns.look_at(pages=5) == float("-inf")
        looking = tasks.create_task(ask(RequestPriority.LOOK))
        await asyncio.sleep(20)
        so_far = len(asked[RequestPriority.LATER])
        await asyncio.sleep(240)
        assert len(asked[RequestPriority.LOOK]) > 180
        assert 6 <= len(asked[RequestPriority.LATER]) - so_far <= 9, "one in half a minute"
        later.cancel()
        looking.cancel()
