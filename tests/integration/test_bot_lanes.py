"""Both lanes against the simulator: what they read, what an accept's answer means, and what is never guessed."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.core.job import Action
from bot.portal.browser import find_browser
from bot.portal.browser_process import Browsers
from bot.portal.credentials import Credentials, SignedIn
from bot.portal.definition import load
from bot.portal.errors import LayoutChanged, PortalError, RetryLater, SignInAgain
from bot.portal.lanes_http import HttpLane
from bot.portal.lanes_page import PageLane
from bot.portal.pages import Board, BoardRow, Ownership
from bot.portal.protocol import Lane, OutcomeUnknown
from bot.portal.signin import sign_in
from tests.simulator_client import SimulatorProcess

BROWSER = find_browser(Path(__file__).resolve().parents[2] / "data", os.environ)


@pytest_asyncio.fixture
async def session(simulator: SimulatorProcess) -> SignedIn:
    return await sign_in(
        load("simulator").at(simulator.base_url),
        Credentials(username=simulator.username, password=simulator.password),
        Browsers(BROWSER),
    )


@pytest_asyncio.fixture(params=["http", "page"])
async def lane(
    request: pytest.FixtureRequest, simulator: SimulatorProcess, session: SignedIn
) -> AsyncIterator[HttpLane | PageLane]:
    definition = load("simulator").at(simulator.base_url)
    lane: HttpLane | PageLane = (
        HttpLane(definition, session)
        if request.param == "http"
        else PageLane(definition, session, browser_path=BROWSER)
    )
    yield lane
    await lane.close()


def row_of(board: Board, job_number: str) -> BoardRow:
    return next(row for row in board.rows if row.job.job_number == job_number)


async def test_every_page_of_what_can_be_accepted_is_read(simulator: SimulatorProcess, lane: Lane) -> None:
    posted = {job.job_number for job in simulator.post_jobs(34)}
    board = await lane.read_board()
    assert posted <= {row.job.job_number for row in board.rows}
    assert board.pages >= 4
    simulator.clear_requests()
    again = await lane.read_board()
    assert [row.digest for row in again.rows] == [row.digest for row in board.rows]
    asked = [seen for seen in simulator.requests() if "status=0" in seen.path]
    assert len(asked) == board.pages, "a second walk asks for each page once"


async def test_pages_that_go_away_are_no_error(simulator: SimulatorProcess, lane: Lane) -> None:
    posted = simulator.post_jobs(25)
    assert (await lane.read_board()).pages >= 3
    for job in posted:
        simulator.cancel(job.job_number)
    board = await lane.read_board()
    assert not {job.job_number for job in posted} & {row.job.job_number for row in board.rows if row.accept}


async def test_an_accept_makes_the_job_ours_and_its_own_status_says_so(simulator: SimulatorProcess, lane: Lane) -> None:
    job = simulator.post_job(kind="Telephone Interpreting")
    row = row_of(await lane.read_board(), job.job_number)
    assert row.job.action is Action.ACCEPT
    assert await lane.ownership(row.job.portal_id) is Ownership.FREE
    answer = await lane.accept(row)
    assert answer.http_status == 302
    page = await lane.read_job(row.job.portal_id)
    assert page is not None
    assert page.ownership is Ownership.OURS
    # shown once, on whichever page is loaded next: the browser has followed the redirect, the fast lane has not
    assert "Job accepted" in (*answer.messages, *page.messages)
    assert simulator.truth(job.job_number).holder == simulator.us
    assert job.job_number in {row.job.job_number for row in (await lane.read_assigned()).rows}


async def test_a_job_that_is_gone_is_gone(simulator: SimulatorProcess, lane: Lane) -> None:
    job = simulator.post_job()
    row = row_of(await lane.read_board(), job.job_number)
    simulator.remove(job.job_number)
    assert await lane.read_job(row.job.portal_id) is None
    answer = await lane.accept(row)
    # the page lane looks at the row once more before it clicks, and has nothing to click
    assert answer.http_status == (403 if isinstance(lane, HttpLane) else None)
    assert await lane.ownership(row.job.portal_id) is Ownership.GONE


async def test_an_ended_session_is_told_and_nothing_was_sent(simulator: SimulatorProcess, lane: Lane) -> None:
    job = simulator.post_job()
    row = row_of(await lane.read_board(), job.job_number)
    simulator.fault("expire_sessions", count=1)
    with pytest.raises(SignInAgain):
        await lane.read_board()
    with pytest.raises(SignInAgain):
        await lane.accept(row)
    assert simulator.truth(job.job_number).accepts == ()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("maintenance", RetryLater),
        ("too_many_requests", RetryLater),
        ("server_error", RetryLater),
        ("drop", RetryLater),
        ("half_page", LayoutChanged),
        ("empty_body", LayoutChanged),
        ("ok_error_page", LayoutChanged),
        ("missing_table", LayoutChanged),
        ("renamed_headings", LayoutChanged),
        ("wrong_total", LayoutChanged),
        ("sign_in_page_200", SignInAgain),
    ],
)
async def test_what_is_no_board_is_never_an_empty_one(
    simulator: SimulatorProcess, lane: Lane, fault: str, error: type[PortalError]
) -> None:
    simulator.post_jobs(3)
    assert (await lane.read_board()).rows
    simulator.fault(fault)  # type: ignore[arg-type]  # the names are the table's
    with pytest.raises(error):
        await lane.read_board()
    simulator.clear_faults()
    assert len((await lane.read_board()).rows) >= 3


async def test_an_accept_without_an_answer_is_unknown_and_its_status_tells(
    simulator: SimulatorProcess, lane: Lane
) -> None:
    taken, dropped = simulator.post_jobs(2)
    board = await lane.read_board()
    simulator.fault("drop_after", count=1, path="matched")
    with pytest.raises(OutcomeUnknown):
        await lane.accept(row_of(board, taken.job_number))
    simulator.fault("drop", count=1, path="matched")
    with pytest.raises(OutcomeUnknown):
        await lane.accept(row_of(board, dropped.job_number))
    assert await lane.ownership(taken.job_number) is Ownership.OURS
    assert len(simulator.truth(taken.job_number).accepts) == 1, "an accept is sent once"
    assert await lane.ownership(dropped.job_number) is Ownership.FREE


async def test_the_wait_that_the_portal_asks_for_comes_with_the_error(simulator: SimulatorProcess, lane: Lane) -> None:
    simulator.fault("too_many_requests", retry_after_seconds=7)
    with pytest.raises(RetryLater) as refused:
        await lane.read_board()
    assert refused.value.retry_after is not None
    assert 0 < refused.value.retry_after.total_seconds() <= 60


async def test_the_session_can_be_kept_and_used_by_another_lane(simulator: SimulatorProcess, lane: Lane) -> None:
    board = await lane.read_board()
    assert isinstance(lane, HttpLane | PageLane)
    second = HttpLane(load("simulator").at(simulator.base_url), lane.session())
    try:
        assert (await second.read_board()).user_name == board.user_name
    finally:
        await second.close()


async def test_secrets_are_not_in_what_is_printed(session: SignedIn) -> None:
    assert all(cookie.value not in repr(session) for cookie in session.cookies)
