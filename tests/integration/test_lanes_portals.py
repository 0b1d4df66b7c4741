"""Every portal that comes with the bot, through both lanes, against the simulator under that skin."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.clock import now
from bot.domain.busy_calendar import Calendar, span_of
from bot.domain.rules.evaluate import decide
from bot.domain.rules.rule_set import Caps, Rules
from bot.portal.browser.client import BrowserClient
from bot.portal.client import OutcomeUnknown
from bot.portal.errors import LayoutChanged, PortalError, RetryLater, SignInAgain
from bot.portal.http.client import HttpClient
from bot.portal.models import Board, BoardPage, Ownership
from common.states import PortalAction
from tests.support.fixtures_simulator import Member
from tests.support.lane_support import SKINS, LaneKind, definition_of, lane_of, row_of, session_of, somebody
from tests.support.simulator_client import FaultKind, SimulatorProcess

#: how an accept, once sent, is answered
SENT = {"atoz": 302, "cards": 303, "script": 200, "tickets": 303}
#: the request that takes a job
TAKES = {"atoz": "/matched", "cards": "/take", "script": "/accept", "tickets": "/edit"}
PAGE_SIZE = {"atoz": 10, "cards": 12, "script": 15, "tickets": 20}


@pytest.fixture(scope="module", params=SKINS)
def portal(request: pytest.FixtureRequest) -> Iterator[SimulatorProcess]:
    with SimulatorProcess(skin=request.param, population=0) as process:
        yield process


@pytest.fixture
def member(portal: SimulatorProcess) -> Iterator[Member]:
    with somebody(portal) as found:
        yield found


@pytest.fixture(params=["http", "page"])
def kind(request: pytest.FixtureRequest) -> LaneKind:
    found: LaneKind = request.param
    return found


@pytest_asyncio.fixture
async def lane(member: Member, kind: LaneKind) -> AsyncIterator[HttpClient | BrowserClient]:
    lane = lane_of(member, kind)
    yield lane
    await lane.close()


def sent(member: Member, number: str) -> list[str]:
    """What reached the portal that takes or declines this job."""
    return [
        seen.path
        for seen in member.simulator.requests()
        if seen.method == "POST" and f"/{number}/" in seen.path and seen.who in (member.email, None)
    ]


async def test_every_page_is_read_and_every_job_with_what_the_portal_shows(
    member: Member, lane: HttpClient | BrowserClient
) -> None:
    skin = member.simulator.skin
    posted = {
        member.post_job(kind="Video Interpreting", language="Dari", duration_minutes=90)
        for _ in range(PAGE_SIZE[skin] + 2)
    }
    board = await lane.read_board()
    assert {row.job.job_number for row in board.rows} == posted
    assert (board.pages, board.user_name) == (2, member.name)
    row = board.rows[0]
    assert (row.job.language, row.job.action) == ("Dari", PortalAction.ACCEPT)
    truth = member.simulator.truth(row.job.job_number)
    page = await lane.read_job(row.job.portal_id)
    assert page is not None
    assert (page.ownership, page.user_name) == (Ownership.FREE, member.name)
    assert (page.job.kind, page.job.duration_minutes) == ("Video Interpreting", 90)
    if skin != "tickets":
        assert row.job.appointment_date == page.job.appointment_date == truth.appointment_date
        assert page.job.starts_at is not None
    assert not (await lane.read_assigned()).rows
    again = await lane.read_board()
    assert {row.job.job_number: row.digest for row in again.rows} == {
        row.job.job_number: row.digest for row in board.rows
    }


async def test_an_accept_takes_the_job_with_one_request(member: Member, lane: HttpClient | BrowserClient) -> None:
    skin = member.simulator.skin
    wanted, other = member.post_job(), member.post_job()
    row = row_of(await lane.read_board(), wanted)
    answer = await lane.accept(row)
    assert answer.http_status == SENT[skin]
    truth = member.simulator.truth(wanted)
    assert truth.holder == member.us
    assert [one.took_effect for one in truth.accepts] == [True]
    assert len(sent(member, wanted)) == 1
    page = await lane.read_job(row.job.portal_id)
    assert page is not None
    assert page.ownership is Ownership.OURS
    said = {
        "atoz": "Job accepted",
        "cards": "It is yours.",
        "script": "Assignment accepted",
        "tickets": "Your changes have been saved.",
    }
    # shown once: the browser has followed the redirect, the fast lane reads the page that follows
    assert said[skin] in (*answer.messages, *page.messages)
    assert [row.job.job_number for row in (await lane.read_assigned()).rows] == [wanted]
    assert member.simulator.truth(other).accepts == ()
    assert not any(entry.action.startswith("changed") for entry in truth.history), "all else stays as it was"


async def test_an_accept_is_asked_in_the_last_moment_and_can_be_kept_from_leaving(
    member: Member, lane: HttpClient | BrowserClient
) -> None:
    class CalledOffError(Exception):
        pass

    number = member.post_job()
    row = row_of(await lane.read_board(), number)
    asked = 0

    def not_now() -> None:
        nonlocal asked
        asked += 1
        assert sent(member, number) == []
        raise CalledOffError

    with pytest.raises(CalledOffError):
        await lane.accept(row, leaves=not_now)
    assert asked == 1
    assert sent(member, number) == []
    assert member.simulator.truth(number).accepts == ()
    # and the same way to the portal goes on working
    leaves: list[bool] = []
    await lane.accept(row_of(await lane.read_board(), number), leaves=lambda: leaves.append(sent(member, number) == []))
    assert leaves == [True]
    assert member.simulator.truth(number).holder == member.us


async def test_several_jobs_are_accepted_side_by_side(member: Member, lane: HttpClient | BrowserClient) -> None:
    posted = [member.post_job() for _ in range(4)]
    board = await lane.read_board()
    await asyncio.gather(*(lane.accept(row_of(board, number)) for number in posted))
    truths = [member.simulator.truth(number) for number in posted]
    assert [truth.holder for truth in truths] == [member.us] * 4
    assert [len(truth.accepts) for truth in truths] == [1] * 4
    assert {row.job.job_number for row in (await lane.read_assigned()).rows} == set(posted)


async def test_a_job_that_a_rival_has_is_lost_and_its_page_says_so(
    member: Member, lane: HttpClient | BrowserClient
) -> None:
    number = member.post_job()
    row = row_of(await lane.read_board(), number)
    member.simulator.assign(number, "rival:1")
    answer = await lane.accept(row)
    truth = member.simulator.truth(number)
    assert truth.holder == "rival:1"
    assert not any(entry.action == "taken_from" for entry in truth.history)
    assert not any(one.took_effect for one in truth.accepts if one.who == member.us)
    if member.simulator.skin == "tickets":
        assert answer.http_status is None
    assert await lane.ownership(row.job.portal_id) in (Ownership.NOT_OURS, Ownership.GONE)


async def test_a_job_that_is_gone_is_gone(member: Member, lane: HttpClient | BrowserClient) -> None:
    number = member.post_job()
    row = row_of(await lane.read_board(), number)
    member.simulator.remove(number)
    assert await lane.read_job(row.job.portal_id) is None
    assert await lane.ownership(row.job.portal_id) is Ownership.GONE
    answer = await lane.accept(row)
    assert answer.http_status in (None, 403, 404)
    assert not (await lane.read_board()).rows


async def test_a_page_that_only_has_the_status_of_a_gone_one_is_trouble_where_the_words_are_known(
    member: Member, lane: HttpClient | BrowserClient
) -> None:
    """The portal's own answer to an address that it does not know stands for any that is not about this job."""
    never_posted = "999999999"
    if not definition_of(member.simulator).gone.texts:
        assert await lane.read_job(never_posted) is None
        return
    with pytest.raises(RetryLater, match="HTTP 404"):
        await lane.read_job(never_posted)
    with pytest.raises(RetryLater):
        await lane.ownership(never_posted)


async def test_a_job_that_wants_a_quote_first_is_shown_and_has_no_accept(
    member: Member, lane: HttpClient | BrowserClient
) -> None:
    quoted, plain = member.post_job(quote_only=True), member.post_job(quote_only=False)
    rows = {row.job.job_number: row for row in (await lane.read_board()).rows}
    assert rows[plain].accept is not None
    if quoted in rows:
        assert rows[quoted].accept is None
        assert rows[quoted].job.action is not PortalAction.ACCEPT
        with pytest.raises(ValueError, match="no accept"):
            await lane.accept(rows[quoted])


async def test_an_ended_session_is_told_and_nothing_was_sent(member: Member, lane: HttpClient | BrowserClient) -> None:
    number = member.post_job()
    row = row_of(await lane.read_board(), number)
    member.simulator.fault("expire_sessions", count=1)
    with pytest.raises(SignInAgain):
        await lane.read_board()
    with pytest.raises(SignInAgain):
        await lane.read_job(row.job.portal_id)
    with pytest.raises(SignInAgain):
        await lane.accept(row)
    assert member.simulator.truth(number).accepts == ()


#: What the portal may show where a board should be, and what the lane makes of it.
NO_BOARD: dict[FaultKind, type[PortalError]] = {
    "maintenance": RetryLater,
    "too_many_requests": RetryLater,
    "server_error": RetryLater,
    "drop": RetryLater,
    "half_page": LayoutChanged,
    "empty_body": LayoutChanged,
    "ok_error_page": LayoutChanged,
    "missing_table": LayoutChanged,
    "renamed_headings": LayoutChanged,
    "wrong_total": LayoutChanged,
    "sign_in_page_200": SignInAgain,
}


async def test_what_is_no_board_is_never_an_empty_one(member: Member, lane: HttpClient | BrowserClient) -> None:
    posted = {member.post_job() for _ in range(3)}
    # a browser that waits for a script to draw the board cannot always tell why it does not
    vague = isinstance(lane, BrowserClient) and member.simulator.skin != "atoz"
    found: dict[FaultKind, object] = {}
    # one lane after all of them: it also has to recover from each
    for fault in NO_BOARD:
        assert {row.job.job_number for row in (await lane.read_board()).rows} == posted, f"before {fault}"
        member.simulator.fault(fault)
        try:
            found[fault] = await lane.read_board()
        except PortalError as error:
            found[fault] = type(error)
        member.simulator.clear_faults()
    assert {row.job.job_number for row in (await lane.read_board()).rows} == posted
    wrong = {
        fault: made
        for fault, made in found.items()
        if not (isinstance(made, type) and issubclass(made, PortalError if vague else NO_BOARD[fault]))
    }
    assert wrong == {}


async def test_an_accept_without_an_answer_is_unknown_and_was_sent_once(
    member: Member, lane: HttpClient | BrowserClient
) -> None:
    skin = member.simulator.skin
    taken, dropped = member.post_job(), member.post_job()
    board = await lane.read_board()
    member.simulator.fault("drop_after", count=1, path=TAKES[skin], method="POST")
    with pytest.raises(OutcomeUnknown):
        await lane.accept(row_of(board, taken))
    member.simulator.fault("drop", count=1, path=TAKES[skin], method="POST")
    with pytest.raises(OutcomeUnknown):
        await lane.accept(row_of(board, dropped))
    assert await lane.ownership(taken) is Ownership.OURS
    assert len(member.simulator.truth(taken).accepts) == 1, "an accept is sent once"
    assert await lane.ownership(dropped) is Ownership.FREE


async def test_a_job_is_declined_with_one_request_where_the_board_offers_it(
    member: Member, lane: HttpClient | BrowserClient
) -> None:
    number = member.post_job()
    row = row_of(await lane.read_board(), number)
    offered = member.simulator.skin == "atoz" or (member.simulator.skin == "script" and isinstance(lane, HttpClient))
    assert (row.reject is not None) is offered
    if not offered:
        with pytest.raises(ValueError, match="no reject"):
            await lane.reject(row)
        return
    answer = await lane.reject(row)
    assert answer.http_status in (200, 302)
    assert len(sent(member, number)) == 1
    assert await lane.ownership(row.job.portal_id) is Ownership.NOT_OURS
    assert not any(row.accept for row in (await lane.read_board()).rows)
    assert member.simulator.truth(number).accepts == ()


async def test_a_reject_without_an_answer_is_unknown(member: Member, lane: HttpClient | BrowserClient) -> None:
    number = member.post_job()
    row = row_of(await lane.read_board(), number)
    if row.reject is None:
        return
    member.simulator.fault("drop", count=1, method="POST", path=f"/{number}/")
    with pytest.raises(OutcomeUnknown):
        await lane.reject(row)
    assert len(sent(member, number)) == 1
    assert await lane.ownership(row.job.portal_id) is Ownership.FREE


async def test_the_fast_lane_accepts_with_one_request_or_one_more_where_a_page_stands_between(member: Member) -> None:
    lane = lane_of(member, "http")
    try:
        await lane.warm()
        number = member.post_job()
        row = row_of(await lane.read_board(), number)
        member.simulator.clear_requests()
        await lane.accept(row)
        seen = [one.method for one in member.simulator.requests()]
        between = member.simulator.skin in ("cards", "tickets")
        assert seen == (["GET", "POST"] if between else ["POST"])
    finally:
        await lane.close()


async def test_a_token_that_was_not_read_ahead_is_read_before_the_accept(member: Member) -> None:
    """A script sends the token that its page shows."""
    lane = lane_of(member, "http")
    try:
        number = member.post_job()
        row = row_of(await lane.read_board(), number)
        member.simulator.fault("expire_sessions", count=1)
        with pytest.raises(SignInAgain):
            await lane.accept(row)
        assert member.simulator.truth(number).accepts == ()
    finally:
        await lane.close()


@pytest.mark.parametrize("part", ["board", "job"])
async def test_data_that_names_nobody_is_read(member: Member, part: str) -> None:
    """A definition need not say where JSON names the user; then it is not compared with the session's."""
    definition = definition_of(member.simulator)
    if definition.board.data is None or definition.job.data is None:
        return
    board, job = definition.board, definition.job
    if part == "board":
        rows = definition.board.data.rows.model_copy(update={"user_name": None})
        data = definition.board.data.model_copy(update={"rows": rows})
        board = board.model_copy(update={"data": data})
    else:
        job = job.model_copy(update={"data": definition.job.data.model_copy(update={"user_name": None})})
    number = member.post_job()
    lane = HttpClient(definition.model_copy(update={"board": board, "job": job}), session_of(member))
    try:
        row = row_of(await lane.read_board(), number)
        page = await lane.read_job(row.job.portal_id)
        assert page is not None
        assert (page.job.job_number, page.ownership) == (number, Ownership.FREE)
        assert lane.session().user_name == member.name
    finally:
        await lane.close()


def finished(member: Member, day: date) -> str:
    """A job of ours on this day that we have called done; its number."""
    number = member.post_job(appointment_date=day, appointment_time="00:00", duration_minutes=60, quote_only=False)
    member.simulator.assign(number, member.us)
    row = next(row for row in member.visitor.all_rows() if row.number == number)
    member.visitor.post(*row.forms["Complete"])
    assert member.simulator.truth(number).status == "completed"
    return number


async def test_what_is_done_this_week_is_listed_with_what_is_ours(
    member: Member, lane: HttpClient | BrowserClient
) -> None:
    definition = definition_of(member.simulator)
    today = datetime.now(definition.zone).date()
    week = definition.board.completed_in_week_of(today)
    if week is None:
        assert not (await lane.read_assigned()).completed
        return
    to_do = member.post_job(quote_only=False)
    member.simulator.assign(to_do, member.us)
    done = finished(member, today)
    finished(member, today - timedelta(days=7))
    member.simulator.clear_requests()
    board = await lane.read_assigned()
    assert [row.job.job_number for row in board.rows] == [to_do]
    assert [(row.job.job_number, row.job.portal_status, row.is_ours) for row in board.completed] == [
        (done, "completed", True)
    ]
    asked = [one.path for one in member.simulator.requests() if one.path.startswith("/?")]
    assert len(asked) == 2, "one page more"


async def test_a_job_that_is_completed_while_the_list_is_read_is_on_it(member: Member) -> None:
    definition = definition_of(member.simulator)
    if definition.board.completed_query is None:
        return
    lane = lane_of(member, "http")
    try:
        today = datetime.now(definition.zone).date()
        number = member.post_job(appointment_date=today, appointment_time="00:00", quote_only=False)
        member.simulator.assign(number, member.us)
        complete = member.visitor.get("/").row(number).forms["Complete"]
        walk = lane._boards.walk

        async def completed_meanwhile(query: Mapping[str, str], *, at_once: int | None = None) -> Board:
            board = await walk(query, at_once=at_once)
            if query == definition.board.assigned_query:
                member.visitor.post(*complete)
            return board

        lane._boards.walk = completed_meanwhile  # type: ignore[method-assign]  # for this test's lane alone
        board = await lane.read_assigned()
        assert [row.job.job_number for row in (*board.rows, *board.completed)] == [number]
        board = await lane.read_assigned()
        assert [row.job.job_number for row in (*board.rows, *board.completed)] == [number]
    finally:
        await lane.close()


async def test_a_job_that_is_done_fills_the_caps(member: Member, kind: LaneKind) -> None:
    definition = definition_of(member.simulator)
    if definition.board.completed_query is None:
        return
    today = datetime.now(definition.zone).date()
    lane = lane_of(member, kind)
    try:
        finished(member, today)
        wanted = member.post_job(
            appointment_date=today, appointment_time="23:00", duration_minutes=45, quote_only=False
        )
        ours, board = await lane.read_assigned(), await lane.read_board()
    finally:
        await lane.close()
    jobs = [row.job for row in (*ours.rows, *ours.completed) if row.is_ours]
    calendar = Calendar.of([span for job in jobs if (span := span_of(job, definition.zone))])
    caps: dict[str, Any] = {
        "max_accept_per_day": 1,
        "max_accept_per_week": 1,
        "max_accept_hours_per_day": 1.5,
        "max_accept_hours_per_week": 1.5,
    }
    decision = decide(row_of(board, wanted).job, Rules(**caps), calendar, Caps(), now())
    assert set(caps) <= {answer.rule for answer in decision.reasons if not answer.passed}


async def test_a_job_that_falls_between_two_pages_is_on_the_board(
    member: Member, lane: HttpClient | BrowserClient
) -> None:
    """A job of the first page goes after that was read and before the second is: the second one's first moves up."""
    skin = member.simulator.skin
    posted = {member.post_job(quote_only=False) for _ in range(PAGE_SIZE[skin] + 3)}
    board = await lane.read_board()
    assert (board.pages, {row.job.job_number for row in board.rows}) == (2, posted)
    goes = board.rows[0].job.job_number
    read_page = lane._boards._read_page
    first_is_read = asyncio.Event()

    async def one_after_the_other(query: Mapping[str, str], number: int) -> BoardPage:
        if number > 1:
            await first_is_read.wait()
        page = await read_page(query, number)
        if number == 1 and not first_is_read.is_set():
            member.simulator.remove(goes)
            first_is_read.set()
        return page

    lane._boards._read_page = one_after_the_other
    board = await lane.read_board()
    assert board.is_whole
    assert {row.job.job_number for row in board.rows} == posted - {goes}
