"""Signing in with a browser to each portal that comes with the bot, however it refuses."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from bot.portal.browser.client import BrowserClient
from bot.portal.browser.login_worker import sign_in
from bot.portal.browser.worker_pool import BrowserWorkerPool
from bot.portal.client import PortalClient
from bot.portal.credentials import Credentials, SignedIn
from bot.portal.definition.model import PortalDefinition, load
from bot.portal.errors import StopAndTell
from bot.portal.http.client import HttpClient
from bot.portal.models import Ownership
from tests.support.fixtures_simulator import Member
from tests.support.lane_support import BROWSER, SKINS, definition_of, somebody
from tests.support.simulator_client import SimulatorProcess


@pytest.fixture(scope="module", params=SKINS)
def portal(request: pytest.FixtureRequest) -> Iterator[SimulatorProcess]:
    with SimulatorProcess(skin=request.param, population=0) as process:
        yield process


@pytest.fixture
def member(portal: SimulatorProcess) -> Iterator[Member]:
    with somebody(portal) as found:
        yield found


async def test_the_session_of_a_browser_is_the_fast_lane_s(member: Member) -> None:
    definition = definition_of(member.simulator)
    session = await sign_in(
        definition, Credentials(username=member.email, password=member.password), BrowserWorkerPool(BROWSER)
    )
    assert session.user_name == member.name
    number = member.post_job()
    lane = HttpClient(definition, session)
    try:
        board = await lane.read_board()
    finally:
        await lane.close()
    assert [row.job.job_number for row in board.rows] == [number]


async def test_a_wrong_password_is_sent_once_and_told_in_the_portal_s_words(member: Member) -> None:
    member.simulator.clear_requests()
    with pytest.raises(StopAndTell) as refused:
        await sign_in(
            definition_of(member.simulator),
            Credentials(username=member.email, password="not the password"),
            BrowserWorkerPool(BROWSER),
        )
    assert refused.value.code == "wrong_credentials"
    said = {
        "atoz": "These credentials do not match our records.",
        "cards": "We do not recognise that login and passphrase.",
        "script": "Unknown user name or wrong password",
        "tickets": "Invalid username or password",
    }
    assert said[member.simulator.skin] in refused.value.message
    assert len([seen for seen in member.simulator.requests() if seen.method == "POST"]) == 1


@pytest.mark.parametrize(("state", "code"), [("disabled", "account_disabled"), ("unapproved", "account_unapproved")])
async def test_an_account_that_may_not_come_in_is_told(member: Member, state: str, code: str) -> None:
    member.simulator.set_account_state(member.email, state)  # type: ignore[arg-type]  # the names are the table's
    with pytest.raises(StopAndTell) as refused:
        await sign_in(
            definition_of(member.simulator),
            Credentials(username=member.email, password=member.password),
            BrowserWorkerPool(BROWSER),
        )
    assert refused.value.code == code


# --- HTTP authentication ----------------------------------------------------------------------------------------------

ASKS_BY_HTTP = "extends: script\nname: mine\nsign_in:\n  way: http\n  path: /\n"


@pytest.fixture
def asking() -> Iterator[Member]:
    with SimulatorProcess(skin="script", population=0, sign_in="basic") as process, somebody(process) as found:
        yield found


def asked_by_http(member: Member, folder: Path) -> PortalDefinition:
    file = folder / "mine.yaml"
    file.write_text(ASKS_BY_HTTP, encoding="utf-8")
    return load(file).at(member.simulator.base_url)


@pytest.mark.parametrize("kind", ["http", "page"])
async def test_a_portal_that_asks_by_http_authentication_is_worked_with(
    asking: Member, tmp_path: Path, kind: str
) -> None:
    definition = asked_by_http(asking, tmp_path)
    credentials = Credentials(username=asking.email, password=asking.password)
    session = await sign_in(definition, credentials, BrowserWorkerPool(BROWSER))
    assert session.user_name == asking.name
    assert asking.password not in repr(session)
    kept = SignedIn.from_json(json.loads(json.dumps(asdict(session))))
    assert kept == session
    lane: PortalClient = (
        HttpClient(definition, kept) if kind == "http" else BrowserClient(definition, kept, browser_path=BROWSER)
    )
    try:
        number = asking.post_job()
        (row,) = (await lane.read_board()).rows
        await lane.accept(row)
        assert await lane.ownership(row.job.portal_id) is Ownership.OURS
    finally:
        await lane.close()
    truth = asking.simulator.truth(number)
    assert truth.holder == asking.us
    assert len(truth.accepts) == 1


async def test_a_name_that_http_authentication_refuses_is_told(asking: Member, tmp_path: Path) -> None:
    with pytest.raises(StopAndTell) as refused:
        await sign_in(
            asked_by_http(asking, tmp_path),
            Credentials(username=asking.email, password="not the password"),
            BrowserWorkerPool(BROWSER),
        )
    assert refused.value.code == "wrong_credentials"
