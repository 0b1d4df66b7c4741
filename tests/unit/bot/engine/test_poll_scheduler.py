"""When the engine looks at the portal: budget, waits that the portal asked for, rhythm, opening hours, clocks."""

import asyncio
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot import clock
from bot.account.rate_limiter import RateLimiter, RequestPriority, request_priority
from bot.domain.pacing.rhythm import PostingCounts
from common.states import SessionState
from contract.configuration import SHORTEST_INTERVAL_SECONDS
from contract.jobs import JobStatus
from tests.support import virtual_time
from tests.support.engine_support import DEFINITION, SESSION, Bot, SlowJournal, configuration, job, ours, running
from tests.support.fakes.portal import FakePortal, Fault
from tests.support.virtual_time import MovableClock, in_virtual_time

#: The virtual clock starts on Friday 20 November 2026, 10:15 in London.
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]


def now() -> float:
    return asyncio.get_running_loop().time()


def looks(portal: FakePortal, since: float = 0.0) -> list[float]:
    return [at for at, what in portal.requests if what == "board" and at >= since]


def most_in_a_minute(times: list[float]) -> int:
    return max(sum(start <= one < start + 60 for one in times) for start in times)


# --- the budget -------------------------------------------------------------------------------------------------------


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
        assert len(looks(portal, told)) <= 6, "looks make up for it"


@in_virtual_time
async def test_the_pages_of_new_jobs_go_before_the_next_look(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(requests_per_minute=60, check_interval_seconds=0.2)
    async with running(portal, tmp_path, settings=settings):
        await asyncio.sleep(120)
        posted = now()
        portal.post(job(1), job(2))
        await asyncio.sleep(8)
        assert ours(portal) == {"1", "2"}
        seen = min(at for at in looks(portal, posted))
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
async def test_what_nobody_waits_for_leaves_the_budget_to_looks_and_comes_all_the_same(tmp_path: Path) -> None:
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
        assert len(looks(portal, changed)) > 30, "the other way round as well"


# --- when the portal asks to be left alone ----------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["board", "job", "assigned", "accept"])
def test_whatever_is_asked_to_wait_everything_waits(tmp_path: Path, what: str) -> None:
    async def test() -> None:
        portal = FakePortal()
        async with running(portal, tmp_path) as bot:
            await asyncio.sleep(40)
            portal.break_next(what, Fault.ASKED)
            portal.post(job(1))
            while portal.faults[what]:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)  # what was under way arrives
            asked = now()
            await asyncio.sleep(29.5)
            assert [one for one in portal.requests if one[0] > asked] == []
            assert "tries again by itself" in (bot.session.reason or "")
            await asyncio.sleep(12)
            assert ours(portal) == {"1"}, "nothing was lost by it"
            assert len(portal.jobs["1"].arrivals) == 1
            assert bot.session.reason is None

    virtual_time.run(test)


@in_virtual_time
async def test_a_portal_that_names_no_time_is_left_alone_for_longer_and_longer(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.wish = None
    async with running(portal, tmp_path):
        await asyncio.sleep(40)
        portal.break_next("board", *[Fault.ASKED] * 6)
        began = now()
        await asyncio.sleep(60)
        tries = looks(portal, began)
        waits = [later - earlier for earlier, later in pairwise(tries[:7])]
        assert all(later > earlier for earlier, later in pairwise(waits[1:]))
        await asyncio.sleep(60)
        assert len(looks(portal, now() - 10)) > 15, "and as before when it answers"


@in_virtual_time
async def test_what_another_bot_was_asked_counts_here_too(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(40)
        bot.rate_limiter.apply_backoff(timedelta(seconds=20))
        await asyncio.sleep(0.1)
        heard = now()
        await asyncio.sleep(19.5)
        assert [one for one in portal.requests if one[0] > heard] == []
        await asyncio.sleep(5)
        assert looks(portal, heard + 19)


@in_virtual_time
async def test_what_is_told_to_others_is_what_is_left(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        told: list[timedelta] = []
        bot.rate_limiter.on_asked = told.append
        await asyncio.sleep(40)
        portal.break_next("board", Fault.ASKED)
        await asyncio.sleep(5)
        assert told == [timedelta(seconds=30)]


# --- a portal in trouble ----------------------------------------------------------------------------------------------


@in_virtual_time
async def test_a_sign_in_page_in_the_boards_place_is_not_believed_at_once(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path):
        await asyncio.sleep(20)
        portal.break_next("board", *[Fault.SIGN_IN_PAGE] * 3)
        portal.post(job(1))
        await asyncio.sleep(10)
        assert ours(portal) == {"1"}
        assert portal.sign_ins == 1, "the session was alive all the while"
        portal.break_next("board", *[Fault.SIGN_IN_PAGE] * 30)
        portal.break_next("assigned", *[Fault.SIGN_IN_PAGE] * 30)
        await asyncio.sleep(60)
        assert portal.sign_ins > 1, "in the end it is"


@in_virtual_time
async def test_one_job_whose_page_never_comes_does_not_hold_up_the_others(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(5)
        portal.break_next("job 1", *[Fault.BUSY] * 10)
        portal.post(job(1))
        cycles = bot.heard.cycles
        await asyncio.sleep(10)
        assert bot.heard.cycles - cycles >= 18, "it looks as often as before"
        portal.post(job(2))
        await asyncio.sleep(1)
        assert "2" in ours(portal)


# --- the rhythm -------------------------------------------------------------------------------------------------------


def postings(hour: int, minute: int, jobs: int = 400) -> PostingCounts:
    found = PostingCounts()
    for _ in range(jobs):
        found = found.seen(virtual_time.START.replace(hour=hour, minute=minute))
    return found


async def looks_by_minute(tmp_path: Path, known: PostingCounts, minutes: int, **settings: Any) -> list[int]:
    portal = FakePortal()
    journal = SlowJournal(tmp_path / "journal.sqlite")
    journal.open()
    journal.remember_postings(known, date(2026, 11, 20))
    await journal.close()
    bot = Bot(portal, tmp_path, settings=configuration(jitter=0, **settings))
    await bot.start()
    await asyncio.sleep(minutes * 60)
    await bot.stop()
    return [len([at for at in looks(portal) if minute * 60 <= at < minute * 60 + 60]) for minute in range(minutes)]


@in_virtual_time
async def test_it_looks_more_often_when_the_portal_posts_and_less_often_else(tmp_path: Path) -> None:
    # jobs were seen at 10:20; the clock starts at 10:15
    counts = await looks_by_minute(tmp_path, postings(10, 20), 50, check_interval_seconds=4)
    assert counts[5] > 40, "three times as often as every four seconds"
    assert 11 <= counts[48] <= 14, "a little less often at 11:03"


@in_virtual_time
async def test_a_day_has_as_many_looks_as_without_a_rhythm(tmp_path: Path) -> None:
    known = postings(10, 20).seen(virtual_time.START.replace(hour=3, minute=40), jobs=60)
    counts = await looks_by_minute(tmp_path, known, 1440, check_interval_seconds=30)
    assert abs(sum(counts) - 2880) < 60
    assert max(counts) > 3
    assert min(counts[60:]) <= 2


@pytest.mark.parametrize(
    ("known", "settings"),
    [
        (PostingCounts(), {}),
        (postings(10, 20, jobs=20), {}),
        (postings(10, 20), {"follow_rhythm": False}),
        (postings(10, 20), {"check_interval_seconds": SHORTEST_INTERVAL_SECONDS}),
    ],
    ids=["nothing seen", "too little", "not wanted", "no room below"],
)
def test_the_interval_is_even_where_there_is_no_rhythm(
    tmp_path: Path, known: PostingCounts, settings: dict[str, object]
) -> None:
    chosen: dict[str, object] = {"check_interval_seconds": 2, "requests_per_minute": 6000} | settings
    interval = float(str(chosen["check_interval_seconds"]))
    counts = virtual_time.run(lambda: looks_by_minute(tmp_path, known, 8, **chosen))
    assert all(abs(count - 60 / interval) <= 3 for count in counts[1:])


@in_virtual_time
async def test_what_is_posted_while_the_board_is_watched_is_learned_and_kept(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.post(*(job(number, kind="Face to Face") for number in range(100, 140)))  # there before anybody looked
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(20)
        bot.engine.pause()
        await asyncio.sleep(20)
        portal.post(*(job(number, kind="Face to Face") for number in range(200, 240)))  # while it was paused
        bot.engine.resume()
        await asyncio.sleep(20)
        portal.break_next("board", Fault.BUSY)
        while portal.faults["board"]:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        portal.post(*(job(number, kind="Face to Face") for number in range(300, 340)))  # while the portal was away
        await asyncio.sleep(30)
        portal.post(job(1), job(2), job(3))
        await asyncio.sleep(5)
        remembered = await bot.journal.read(SESSION, virtual_time.START)
        assert sum(remembered.postings.hours) == 3
        wall = virtual_time.START.astimezone(DEFINITION.zone) + timedelta(seconds=now() - 5)
        assert remembered.postings.hours[wall.hour] == 3
        assert remembered.postings.minutes[wall.minute] == 3
    async with running(portal, tmp_path) as second:
        await asyncio.sleep(20)
        remembered = await second.journal.read(SESSION, virtual_time.START)
        assert sum(remembered.postings.hours) == 3, "a restart learns nothing of what is there"


# --- opening hours ----------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_outside_the_opening_hours_nobody_looks_and_the_session_says_until_when(tmp_path: Path) -> None:
    portal = FakePortal()
    hours = [{"days": ["friday", "saturday"], "start": "08:00", "end": "10:30"}]
    async with running(portal, tmp_path, settings=configuration(opening_hours=hours)) as bot:
        await asyncio.sleep(5 * 60)
        assert len(looks(portal)) > 500
        assert bot.session.reason is None
        portal.post(job(1))
        await asyncio.sleep(9 * 60 + 45)  # 10:29:45
        portal.post(job(2))
        await asyncio.sleep(10)
        assert portal.jobs["2"].arrivals
        await asyncio.sleep(60)
        assert bot.session.reason == (
            "Outside your opening hours: the portal is watched again on Saturday 21 November at 08:00"
        )
        assert bot.session.state is SessionState.RUNNING
        assert bot.heard.status(2) is JobStatus.ACCEPTED, "a claim under way went on"
        closed = now()
        portal.post(job(3))
        await asyncio.sleep(6 * 3600)
        assert [one for one in portal.requests if one[0] > closed + 60] == []
        opens = 21.75 * 3600  # from Friday 10:15 to Saturday 08:00
        await asyncio.sleep(opens - now() + 3)
        assert looks(portal, closed)[0] - opens < 0.1
        assert ours(portal) == {"1", "2", "3"}
        assert bot.session.reason is None


@in_virtual_time
async def test_other_opening_hours_count_within_a_second(tmp_path: Path) -> None:
    portal = FakePortal()
    closed = [{"days": ["sunday"], "start": "08:00", "end": "09:00"}]
    async with running(portal, tmp_path, settings=configuration(opening_hours=closed)) as bot:
        await asyncio.sleep(60)
        assert looks(portal) == []
        assert bot.session.state is SessionState.RUNNING, "it signed in, so that a wrong password is found now"
        assert "Sunday 22 November at 08:00" in (bot.session.reason or "")
        portal.post(job(1))
        bot.engine.configure(configuration(version=1))
        await asyncio.sleep(1)
        assert looks(portal)
        assert ours(portal) == {"1"}
        assert bot.session.reason is None
        bot.engine.configure(configuration(version=2, opening_hours=closed))
        await asyncio.sleep(1)
        changed = now()
        await asyncio.sleep(100)
        assert looks(portal, changed) == []


@in_virtual_time
async def test_settings_that_come_while_it_is_closed_claim_nothing(tmp_path: Path) -> None:
    portal = FakePortal()
    hours = [{"days": WEEKDAYS, "start": "08:00", "end": "10:16"}]
    settings: dict[str, Any] = {"opening_hours": hours}
    async with running(portal, tmp_path, settings=configuration(job_type_filter=("BSL",), **settings)) as bot:
        portal.post(job(1))
        await asyncio.sleep(300)
        bot.engine.configure(configuration(version=1, **settings))
        await asyncio.sleep(600)
        assert portal.jobs["1"].arrivals == []


# --- clocks -----------------------------------------------------------------------------------------------------------


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
            times = looks(portal, jumped)
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
