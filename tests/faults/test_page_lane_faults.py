"""The page lane's browser crashes, hangs and grows, for real: it is replaced, and nothing is lost or sent twice."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta

import psutil
import pytest
import pytest_asyncio

from bot.portal.browser.client import BrowserClient
from bot.portal.browser.process_tree import family, is_alive, memory_of
from bot.portal.browser.session import MEMORY_LIMIT_BYTES
from bot.portal.client import OutcomeUnknown
from bot.portal.errors import PortalError, RetryLater, StopAndTell
from bot.portal.models import Board, Ownership
from tests.support.bot_support import name_of, until
from tests.support.fixtures_simulator import Member
from tests.support.lane_support import BROWSER, definition_of, row_of, session_of, somebody
from tests.support.simulator_client import SimulatorProcess


@pytest.fixture(scope="module")
def portal() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(skin="tickets", population=0) as process:
        yield process


@pytest.fixture
def member(portal: SimulatorProcess) -> Iterator[Member]:
    with somebody(portal) as found:
        yield found


@pytest.fixture
def no_children() -> Iterator[None]:
    """Whatever happens, no browser is left; what the lane left is a failure."""
    before = {one.pid for one in psutil.Process().children(recursive=True)}
    yield
    left = [one for one in psutil.Process().children(recursive=True) if one.pid not in before and is_alive(one)]
    names = [name_of(one) for one in left]
    for one in left:
        one.kill()
    assert not names


@pytest_asyncio.fixture
async def lane(no_children: None, member: Member) -> AsyncIterator[BrowserClient]:
    lane = BrowserClient(definition_of(member.simulator), session_of(member), browser_path=BROWSER)
    yield lane
    async with asyncio.timeout(30):
        await lane.close()


def is_main(process: psutil.Process) -> bool:
    line = process.cmdline()
    return any("--atoz-page-lane" in part for part in line) and not any(part.startswith("--type=") for part in line)


def is_renderer(process: psutil.Process) -> bool:
    return "--type=renderer" in process.cmdline()


def is_driver(process: psutil.Process) -> bool:
    return "run-driver" in process.cmdline()


def those(lane: BrowserClient, which: Callable[[psutil.Process], bool]) -> list[psutil.Process]:
    """The processes of the lane's browser of this kind."""
    found = [one for one in lane.browser_processes() if is_alive(one) and which(one)]
    assert found
    return found


def strike(processes: list[psutil.Process], what: signal.Signals) -> None:
    for one in processes:
        os.kill(one.pid, what)


async def again(lane: BrowserClient, tries: int = 3) -> Board:
    """Read the board as an engine would: what cannot be answered now is asked again."""
    for _ in range(tries - 1):
        try:
            return await lane.read_board()
        except RetryLater:
            continue
    return await lane.read_board()


@pytest.mark.parametrize("victim", [is_renderer, is_main, is_driver])
async def test_a_browser_that_crashed_is_replaced(
    member: Member, lane: BrowserClient, victim: Callable[[psutil.Process], bool]
) -> None:
    number = member.post_job()
    assert [row.job.job_number for row in (await lane.read_board()).rows] == [number]
    gone = those(lane, victim)
    strike(gone, signal.SIGKILL)
    await until(lambda: not any(is_alive(one) for one in gone))
    assert [row.job.job_number for row in (await again(lane)).rows] == [number]
    row = row_of(await lane.read_board(), number)
    await lane.accept(row)
    assert member.simulator.truth(number).holder == member.us


@pytest.mark.parametrize("victim", [is_renderer, is_main, is_driver])
async def test_a_browser_that_crashes_under_a_request_is_answered_and_replaced(
    member: Member, lane: BrowserClient, victim: Callable[[psutil.Process], bool]
) -> None:
    number = member.post_job()
    await lane.read_board()
    member.simulator.fault("slow", path="state=new", count=1, delay_ms=4000)
    reading = asyncio.create_task(lane.read_board())
    await until(lambda: any(fault["applied"] for fault in member.simulator.faults()))
    strike(those(lane, victim), signal.SIGKILL)
    started = time.monotonic()
    with pytest.raises(RetryLater):
        await reading
    assert time.monotonic() - started < 10
    assert [row.job.job_number for row in (await again(lane)).rows] == [number]


@pytest.mark.parametrize("victim", [is_renderer, is_main, is_driver])
async def test_a_browser_that_hangs_is_replaced(
    member: Member, lane: BrowserClient, victim: Callable[[psutil.Process], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.portal.browser.client.LOAD_TIMEOUT", timedelta(seconds=3))
    number = member.post_job()
    await lane.read_board()
    stopped = those(lane, victim)
    strike(stopped, signal.SIGSTOP)
    started = time.monotonic()
    with pytest.raises(RetryLater):
        await lane.read_board()
    assert [row.job.job_number for row in (await again(lane)).rows] == [number]
    assert time.monotonic() - started < 30
    if victim is not is_renderer:
        await until(lambda: not any(is_alive(one) for one in stopped), patience=20)


async def test_a_browser_that_crashes_before_the_form_left_has_sent_nothing(
    member: Member, lane: BrowserClient
) -> None:
    number = member.post_job()
    row = row_of(await lane.read_board(), number)
    member.simulator.fault("slow", path=f"/tickets/{number}/edit", method="GET", count=1, delay_ms=2000)
    accepting = asyncio.create_task(lane.accept(row))
    await until(lambda: any(fault["applied"] for fault in member.simulator.faults()))
    strike(those(lane, is_main), signal.SIGKILL)
    with pytest.raises(RetryLater):
        await accepting
    assert member.simulator.truth(number).accepts == ()
    row = row_of(await again(lane), number)
    await lane.accept(row)
    assert [one.took_effect for one in member.simulator.truth(number).accepts] == [True]


async def test_a_browser_that_crashes_after_the_form_left_leaves_the_outcome_to_the_job_s_status(
    member: Member, lane: BrowserClient
) -> None:
    number = member.post_job()
    row = row_of(await lane.read_board(), number)
    member.simulator.fault("slow", path=f"/tickets/{number}/edit", method="POST", count=1, delay_ms=2000)
    accepting = asyncio.create_task(lane.accept(row))
    await until(lambda: any(fault["applied"] for fault in member.simulator.faults()))
    strike(those(lane, is_main), signal.SIGKILL)
    with pytest.raises(OutcomeUnknown):
        await accepting
    assert await lane.ownership(number) in (Ownership.FREE, Ownership.OURS)
    member.simulator.wait_for(number, lambda truth: truth.holder == member.us or not truth.accepts)
    assert len(member.simulator.truth(number).accepts) <= 1


async def test_a_browser_that_grew_too_large_is_replaced_between_requests(
    no_children: None, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.portal.browser.session.MEMORY_CHECK", timedelta(0))
    lane = BrowserClient(definition_of(member.simulator), session_of(member), browser_path=BROWSER)
    try:
        number = member.post_job()
        await lane.read_board()
        first = those(lane, is_main)
        await lane.read_board()
        await lane.read_board()
        assert those(lane, is_main) == first, "a browser of the usual size stays"
        usual = memory_of(lane.browser_processes())
        print(f"a browser of the usual size: {usual / 2**20:.0f} MB")
        assert usual < 0.8 * MEMORY_LIMIT_BYTES
        monkeypatch.setattr(lane._browser, "_memory_limit", usual + 200_000_000)
        context = lane._browser._running.context  # type: ignore[union-attr]  # it is open
        leaking = await context.new_page()
        await leaking.evaluate("() => { window.kept = Array.from({length: 100}, () => new Uint8Array(4e6).fill(1)) }")
        for _ in range(20):
            assert [row.job.job_number for row in (await lane.read_board()).rows] == [number]
            if those(lane, is_main) != first:
                break
            await asyncio.sleep(0.2)
        assert those(lane, is_main) != first
        await until(lambda: not any(is_alive(one) for one in first))
    finally:
        await lane.close()


@pytest.mark.parametrize("victim", [None, is_renderer, is_main, is_driver])
async def test_closing_ends_every_process_also_a_stopped_one(
    no_children: None, member: Member, victim: Callable[[psutil.Process], bool] | None
) -> None:
    lane = BrowserClient(definition_of(member.simulator), session_of(member), browser_path=BROWSER)
    await lane.read_board()
    processes = lane.browser_processes()
    assert len(processes) > 3
    if victim is not None:
        strike(those(lane, victim), signal.SIGSTOP)
    started = time.monotonic()
    await lane.close()
    assert time.monotonic() - started < 15
    assert not [name_of(one) for one in processes if is_alive(one)]
    with pytest.raises(PortalError):
        await lane.read_board()


# Playwright's start, when it is cancelled, leaves its end of the pipe to the garbage collector; no process is left
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_closing_while_the_browser_starts_leaves_nothing(no_children: None, member: Member) -> None:
    lane = BrowserClient(definition_of(member.simulator), session_of(member), browser_path=BROWSER)
    reading = asyncio.create_task(lane.read_board())
    await until(lambda: any(is_driver(one) for one in family([psutil.Process()])))
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    await lane.close()


async def test_a_browser_that_is_not_there_is_told(no_children: None, member: Member) -> None:
    lane = BrowserClient(definition_of(member.simulator), session_of(member), browser_path="/nowhere/chromium")
    with pytest.raises(StopAndTell) as told:
        await lane.read_board()
    assert told.value.code == "no_browser"
    await lane.close()
