"""A tracker that takes a ticket from its holder without a word: no lane ever does that to anybody."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page

from bot.portal.browser.client import BrowserClient
from bot.portal.definition.model import PortalDefinition, load
from bot.portal.errors import RetryLater
from bot.portal.http.client import HttpClient
from bot.portal.models import BoardRow, Ownership
from tests.support.bot_support import until
from tests.support.fixtures_simulator import Member
from tests.support.lane_support import BROWSER, LaneKind, lane_of, row_of, session_of, somebody
from tests.support.simulator_client import SimulatorProcess
from tests.support.simulator_forms import form_on, option_of, send


@pytest.fixture(scope="module")
def tickets() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(skin="tickets", population=0) as process:
        yield process


@pytest.fixture
def member(tickets: SimulatorProcess) -> Iterator[Member]:
    with somebody(tickets) as found:
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


async def free_row(member: Member, lane: HttpClient | BrowserClient) -> BoardRow:
    number = member.post_job()
    return row_of(await lane.read_board(), number)


def require_untouched(member: Member, number: str, holder: str) -> None:
    """Nobody lost the ticket, nothing that takes one was sent, and the link that takes was never followed."""
    truth = member.simulator.truth(number)
    assert truth.holder == holder
    assert not [entry for entry in truth.history if entry.action == "taken_from"]
    assert not [one for one in truth.accepts if one.who == member.us]
    seen = [one for one in member.simulator.requests() if f"/tickets/{number}" in one.path]
    assert not [one for one in seen if one.method == "POST" or one.path.endswith("/take")]


async def test_a_rival_who_takes_it_between_board_and_accept_keeps_it(
    member: Member, lane: HttpClient | BrowserClient
) -> None:
    row = await free_row(member, lane)
    member.simulator.assign(row.job.job_number, "rival:1")
    answer = await lane.accept(row)
    assert answer.http_status is None
    require_untouched(member, row.job.job_number, "rival:1")


async def test_an_owner_with_half_a_form_keeps_it(member: Member, lane: HttpClient | BrowserClient) -> None:
    """Somebody has set the owner, and the state still says new."""
    with somebody(member.simulator) as other:
        job = member.simulator.post_job(accounts=[member.email, other.email])
        row = row_of(await lane.read_board(), job.job_number)
        session_of(other)
        page = other.visitor.get(f"/tickets/{job.job_number}/edit")
        form = form_on(page, "form#propertyform")
        send(other.visitor, form.filled(owner=option_of(page, "owner", other.name)).filled(state="new", save="x"))
        assert member.simulator.truth(job.job_number).holder == other.us
        answer = await lane.accept(row)
        assert answer.http_status is None
        truth = member.simulator.truth(job.job_number)
        assert truth.holder == other.us
        assert not [entry for entry in truth.history if entry.action == "taken_from"]
        assert not [one for one in truth.accepts if one.who == member.us]


async def test_a_rival_who_takes_it_while_the_edit_page_is_under_way_keeps_it(
    member: Member, lane: HttpClient | BrowserClient
) -> None:
    row = await free_row(member, lane)
    number = row.job.job_number
    member.simulator.fault("slow", path=f"/tickets/{number}/edit", method="GET", count=1, delay_ms=1500)
    accepting = asyncio.create_task(lane.accept(row))
    await until(lambda: any(fault["applied"] for fault in member.simulator.faults()))
    member.simulator.assign(number, "rival:1")
    assert (await accepting).http_status is None
    require_untouched(member, number, "rival:1")


async def test_a_rival_who_takes_it_while_the_form_is_filled_in_keeps_it(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a browser that takes a while; the fast lane fills nothing in."""
    lane = lane_of(member, "page")
    try:
        row = await free_row(member, lane)
        number = row.job.job_number
        happened: list[str] = []
        select = Page.locator  # the first thing that is done with a page once it was read

        def taken_now(page: Page, selector: str, **more: object) -> object:
            if selector == "form#propertyform" and not happened:
                happened.append(number)
                member.simulator.assign(number, "rival:1")
            return select(page, selector, **more)  # type: ignore[arg-type]  # as it was called

        monkeypatch.setattr(Page, "locator", taken_now)
        answer = await lane.accept(row)
        assert happened == [number]
        assert answer.http_status is None
        require_untouched(member, number, "rival:1")
    finally:
        await lane.close()


async def test_an_edit_page_that_came_too_late_is_not_believed(member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its answer may have been made long before it came."""
    monkeypatch.setattr("bot.portal.http.client.FRESH", timedelta(seconds=0.3))
    lane = lane_of(member, "http")
    try:
        row = await free_row(member, lane)
        number = row.job.job_number
        member.simulator.fault("slow", path=f"/tickets/{number}/edit", method="GET", count=3, delay_ms=600)
        with pytest.raises(RetryLater, match="too slowly"):
            await lane.accept(row)
        truth = member.simulator.truth(number)
        assert (truth.holder, truth.accepts) == (None, ())
        member.simulator.clear_faults()
        # once fast again, it is taken
        await lane.accept(row)
        assert member.simulator.truth(number).holder == member.us
    finally:
        await lane.close()


@pytest.mark.parametrize(
    "fault", ["maintenance", "server_error", "drop", "half_page", "empty_body", "ok_error_page", "too_many_requests"]
)
async def test_trouble_on_the_edit_page_sends_nothing(
    member: Member, lane: HttpClient | BrowserClient, fault: str
) -> None:
    row = await free_row(member, lane)
    number = row.job.job_number
    member.simulator.fault(fault, path=f"/tickets/{number}/edit", method="GET")  # type: ignore[arg-type]  # a name
    with pytest.raises(RetryLater):
        await lane.accept(row)
    truth = member.simulator.truth(number)
    assert (truth.holder, truth.accepts) == (None, ())
    assert not [one for one in member.simulator.requests() if one.method == "POST" and f"/{number}/" in one.path]
    member.simulator.clear_faults()
    answer = await lane.accept(row)
    assert answer.http_status == 303
    assert member.simulator.truth(number).holder == member.us


async def test_what_is_ours_already_is_not_sent_again(member: Member, lane: HttpClient | BrowserClient) -> None:
    row = await free_row(member, lane)
    await lane.accept(row)
    answer = await lane.accept(row)
    assert answer.http_status is None
    assert len(member.simulator.truth(row.job.job_number).accepts) == 1


async def test_the_form_leaves_all_else_as_it_was(member: Member, lane: HttpClient | BrowserClient) -> None:
    row = await free_row(member, lane)
    await lane.accept(row)
    history = [entry.action for entry in member.simulator.truth(row.job.job_number).history]
    assert "accepted" in history
    assert not [action for action in history if action.startswith(("changed", "assigned"))]


# --- other ways to accept, described for the same tracker -------------------------------------------------------------


def described(member: Member, folder: Path, accept: str) -> PortalDefinition:
    file = folder / "mine.yaml"
    file.write_text(f"extends: tickets\nname: mine\naccept:\n{accept}", encoding="utf-8")
    return load(file).at(member.simulator.base_url)


def lane_by(definition: PortalDefinition, member: Member, kind: LaneKind) -> HttpClient | BrowserClient:
    session = session_of(member)
    if kind == "http":
        return HttpClient(definition, session)
    return BrowserClient(definition, session, browser_path=BROWSER)


def followed(member: Member) -> list[str]:
    """The links that take a ticket, as often as they were followed."""
    seen = member.simulator.requests()
    return [one.path for one in seen if one.path.endswith("/take") and one.who == member.email]


async def test_a_link_that_takes_is_followed_once_and_never_ahead(
    member: Member, kind: LaneKind, tmp_path: Path
) -> None:
    by_link = "  way: link\n  selector: a\n  text: Take\n  path: /tickets/{portal_id}/take\n"
    lane = lane_by(described(member, tmp_path, by_link), member, kind)
    try:
        wanted, other = await free_row(member, lane), await free_row(member, lane)
        await lane.read_job(wanted.job.portal_id)
        assert not [
            one for one in member.simulator.requests() if one.path.endswith("/take") and one.who == member.email
        ]
        answer = await lane.accept(wanted)
        assert answer.http_status == 302
        assert await lane.ownership(wanted.job.portal_id) is Ownership.OURS
    finally:
        await lane.close()
    assert followed(member) == [f"/tickets/{wanted.job.portal_id}/take"]
    assert member.simulator.truth(other.job.job_number).holder is None


async def test_a_text_is_typed_into_the_form_beside_what_is_chosen(
    member: Member, kind: LaneKind, tmp_path: Path
) -> None:
    with_comment = '  page:\n    set: {owner: "{user_name}", state: accepted, comment: "On my way: {user_name}"}\n'
    lane = lane_by(described(member, tmp_path, with_comment), member, kind)
    try:
        row = await free_row(member, lane)
        await lane.accept(row)
    finally:
        await lane.close()
    assert member.simulator.truth(row.job.job_number).holder == member.us
    page = member.visitor.get(f"/tickets/{row.job.portal_id}")
    assert page.html.body is not None
    assert f"On my way: {member.name}" in page.html.body.text()
