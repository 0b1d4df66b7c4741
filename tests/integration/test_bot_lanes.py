"""Both lanes on a portal with a history: its pages, its waits, its sessions. What holds on every portal stands in
``test_lanes_portals.py``.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.portal.browser.chromium import find_browser
from bot.portal.browser.client import BrowserClient
from bot.portal.client import PortalClient
from bot.portal.credentials import SignedIn
from bot.portal.definition.model import load
from bot.portal.errors import RetryLater
from bot.portal.http.client import HttpClient
from bot.portal.models import Board, BoardRow
from tests.support.bot_support import until
from tests.support.signed_in_session import session_without_browser
from tests.support.simulator_client import SimulatorProcess
from tests.support.simulator_visitor import Visitor

BROWSER = find_browser(Path(__file__).resolve().parents[2] / "data", os.environ)


@pytest.fixture
def session(simulator: SimulatorProcess) -> SignedIn:
    with Visitor(simulator.base_url) as visitor:
        return session_without_browser(visitor, simulator.skin, simulator.username, simulator.password)


@pytest_asyncio.fixture(params=["http", "page"])
async def lane(
    request: pytest.FixtureRequest, simulator: SimulatorProcess, session: SignedIn
) -> AsyncIterator[HttpClient | BrowserClient]:
    definition = load("simulator").at(simulator.base_url)
    lane: HttpClient | BrowserClient = (
        HttpClient(definition, session)
        if request.param == "http"
        else BrowserClient(definition, session, browser_path=BROWSER)
    )
    yield lane
    await lane.close()


def row_of(board: Board, job_number: str) -> BoardRow:
    return next(row for row in board.rows if row.job.job_number == job_number)


async def test_every_page_of_what_can_be_accepted_is_read(simulator: SimulatorProcess, lane: PortalClient) -> None:
    posted = {job.job_number for job in simulator.post_jobs(34)}
    board = await lane.read_board()
    assert posted <= {row.job.job_number for row in board.rows}
    assert board.pages >= 4
    simulator.clear_requests()
    again = await lane.read_board()
    assert [row.digest for row in again.rows] == [row.digest for row in board.rows]
    asked = [seen for seen in simulator.requests() if "status=0" in seen.path]
    assert len(asked) == board.pages, "a second walk asks for each page once"


async def test_the_list_of_ours_is_read_so_many_pages_at_a_time_as_is_asked_for(
    simulator: SimulatorProcess, lane: PortalClient
) -> None:
    for job in simulator.post_jobs(60):
        simulator.assign(job.job_number, simulator.us)
    board = await lane.read_assigned()
    simulator.clear_requests()
    simulator.set(latency_ms=100)
    assert {row.digest for row in (await lane.read_assigned(at_once=3)).rows} == {row.digest for row in board.rows}
    asked = [seen for seen in simulator.requests() if "status=1" in seen.path]
    assert len(asked) == board.pages > 5
    under_way = [sum(one.at <= other.at < one.at + timedelta(milliseconds=one.ms) for one in asked) for other in asked]
    assert max(under_way) == 3


async def test_an_accept_does_not_wait_for_what_is_read(simulator: SimulatorProcess, lane: PortalClient) -> None:
    job = simulator.post_job()
    row = row_of(await lane.read_board(), job.job_number)
    page = f"/interpreter-jobs/{job.job_number}"
    simulator.clear_requests()
    simulator.set(latency_ms=1000)
    reads = [asyncio.create_task(lane.read_job(row.job.portal_id)) for _ in range(60)]
    await until(lambda: any(seen.path == page for seen in simulator.requests()))
    await lane.accept(row)
    read = [seen for seen in simulator.requests() if seen.path == page]
    assert simulator.truth(job.job_number).holder == simulator.us
    assert len(read) < 60
    for task in reads:
        task.cancel()
    await asyncio.gather(*reads, return_exceptions=True)


async def test_pages_that_go_away_are_no_error(simulator: SimulatorProcess, lane: PortalClient) -> None:
    posted = simulator.post_jobs(25)
    assert (await lane.read_board()).pages >= 3
    for job in posted:
        simulator.cancel(job.job_number)
    board = await lane.read_board()
    assert not {job.job_number for job in posted} & {row.job.job_number for row in board.rows if row.accept}


async def test_the_wait_that_the_portal_asks_for_comes_with_the_error(
    simulator: SimulatorProcess, lane: PortalClient
) -> None:
    simulator.fault("too_many_requests", retry_after_seconds=7)
    with pytest.raises(RetryLater) as refused:
        await lane.read_board()
    assert refused.value.retry_after is not None
    assert 0 < refused.value.retry_after.total_seconds() <= 60


async def test_the_session_can_be_kept_and_used_by_another_lane(
    simulator: SimulatorProcess, lane: PortalClient
) -> None:
    board = await lane.read_board()
    assert isinstance(lane, HttpClient | BrowserClient)
    second = HttpClient(load("simulator").at(simulator.base_url), lane.session())
    try:
        assert (await second.read_board()).user_name == board.user_name
    finally:
        await second.close()


async def test_secrets_are_not_in_what_is_printed(session: SignedIn) -> None:
    assert all(cookie.value not in repr(session) for cookie in session.cookies)
