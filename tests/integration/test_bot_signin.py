"""Signing in with real Chromium at the simulator: every answer of the portal, and nothing left behind."""

import asyncio
import os
import re
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import httpx
import psutil
import pytest

from bot.portal.browser import worker_pool as browser_process
from bot.portal.browser.chromium import find_browser
from bot.portal.browser.login_worker import sign_in, take_picture
from bot.portal.browser.worker_pool import BrowserWorkerPool
from bot.portal.credentials import Credentials
from bot.portal.definition.model import PortalDefinition, load
from bot.portal.errors import LayoutChanged, RetryLater, SignInUnclear, StopAndTell
from tests.support.bot_support import name_of, until
from tests.support.simulator_client import AccountState, SimulatorProcess

PROJECT = Path(__file__).resolve().parents[2]
BROWSER = find_browser(PROJECT / "data", os.environ)


@pytest.fixture
def definition(simulator: SimulatorProcess) -> PortalDefinition:
    return load("simulator").at(simulator.base_url)


def credentials(simulator: SimulatorProcess, password: str | None = None) -> Credentials:
    return Credentials(username=simulator.username, password=password or simulator.password)


def sign_in_posts(simulator: SimulatorProcess) -> int:
    return sum(1 for seen in simulator.requests() if seen.method == "POST" and seen.path.startswith("/login"))


def family() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def browsers_running() -> list[psutil.Process]:
    return [one for one in family() if "chrom" in name_of(one)]


def command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []  # it has ended since


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_it_hands_over_a_session_that_the_portal_knows(
    simulator: SimulatorProcess, definition: PortalDefinition
) -> None:
    session = await sign_in(definition, credentials(simulator), BrowserWorkerPool(BROWSER))
    assert session.user_name
    cookies = {cookie.name: cookie.value for cookie in session.cookies}
    answer = httpx.get(f"{simulator.base_url}/", cookies=cookies)
    assert answer.status_code == 200
    assert session.user_name in answer.text
    assert any(cookie.expires for cookie in session.cookies), "the cookie that remembers us is missing"
    assert browsers_running() == []


async def test_a_refused_password_is_tried_once_and_told_in_words(
    simulator: SimulatorProcess, definition: PortalDefinition
) -> None:
    with pytest.raises(StopAndTell, match="refused the name or the password") as refused:
        await sign_in(definition, credentials(simulator, "not the password"), BrowserWorkerPool(BROWSER))
    assert refused.value.code == "wrong_credentials"
    assert "ATOZ_PASSWORD" in refused.value.what_to_do
    assert "not the password" not in f"{refused.value.message} {refused.value.what_to_do}"
    assert sign_in_posts(simulator) == 1


async def test_a_locked_account_is_told_with_its_time(
    simulator: SimulatorProcess, definition: PortalDefinition
) -> None:
    with httpx.Client(base_url=simulator.base_url) as http:
        for _ in range(6):
            token = re.search(r'name="_token"[^>]*value="([^"]+)"', http.get("/login").text)
            assert token
            http.post("/login", data={"_token": token[1], "email": simulator.username, "password": "wrong"})
    with pytest.raises(StopAndTell, match=r"locked the account for \d+ seconds") as refused:
        await sign_in(definition, credentials(simulator), BrowserWorkerPool(BROWSER))
    assert refused.value.code == "locked_out"


@pytest.mark.parametrize(
    ("state", "code"),
    [("disabled", "account_disabled"), ("unapproved", "account_unapproved"), ("code", "code_required")],
)
async def test_an_account_that_may_not_work_is_told_why(
    simulator: SimulatorProcess, definition: PortalDefinition, state: AccountState, code: str
) -> None:
    simulator.set_account_state(simulator.username, state)
    with pytest.raises(StopAndTell) as refused:
        await sign_in(definition, credentials(simulator), BrowserWorkerPool(BROWSER))
    assert refused.value.code == code
    assert sign_in_posts(simulator) == 1


async def test_maintenance_is_waited_out(simulator: SimulatorProcess, definition: PortalDefinition) -> None:
    simulator.fault("maintenance")
    with pytest.raises(RetryLater, match="not available"):
        await sign_in(definition, credentials(simulator), BrowserWorkerPool(BROWSER))
    assert sign_in_posts(simulator) == 0


async def test_a_page_without_the_form_is_a_changed_portal(
    simulator: SimulatorProcess, definition: PortalDefinition
) -> None:
    simulator.fault("ok_error_page", path="/login")
    with pytest.raises(LayoutChanged, match="shows no form") as changed:
        await sign_in(definition, credentials(simulator), BrowserWorkerPool(BROWSER))
    assert "<html" in changed.value.html.lower()


async def test_terms_that_cover_the_page_are_not_agreed_to_and_do_not_stop_it(
    simulator: SimulatorProcess, definition: PortalDefinition
) -> None:
    simulator.fault("terms_overlay")
    session = await sign_in(definition, credentials(simulator), BrowserWorkerPool(BROWSER))
    assert session.user_name
    assert not [seen for seen in simulator.requests() if "terms" in seen.path]


async def test_a_missing_browser_is_told_with_what_to_do(
    simulator: SimulatorProcess, definition: PortalDefinition, tmp_path: Path
) -> None:
    with pytest.raises(StopAndTell, match="the browser does not start") as refused:
        await sign_in(definition, credentials(simulator), BrowserWorkerPool(str(tmp_path / "no-browser")))
    assert refused.value.code == "no_browser"
    assert "CHROMIUM_PATH" in refused.value.what_to_do


async def test_a_browser_that_hangs_is_ended_with_all_its_processes(
    simulator: SimulatorProcess, definition: PortalDefinition
) -> None:
    simulator.fault("hang", path="/login")
    before = set(family())  # servers of other tests in this process
    trying = asyncio.create_task(
        sign_in(definition, credentials(simulator), BrowserWorkerPool(BROWSER), patience=timedelta(seconds=12))
    )
    await until(browsers_running, patience=12)
    seen = [one for one in family() if one not in before]
    words = " ".join(word for one in seen for word in command_line(one))
    assert simulator.password not in words
    assert simulator.username not in words
    with pytest.raises(RetryLater, match="within 12 s"):
        await trying
    await until(lambda: not any(is_alive(one) for one in seen))


async def test_when_the_bot_is_killed_the_browser_ends_with_it(
    simulator: SimulatorProcess, definition: PortalDefinition
) -> None:
    simulator.fault("hang", path="/login")
    script = (
        "import asyncio, sys\n"
        "from bot.portal.browser.worker_pool import BrowserWorkerPool\n"
        "from bot.portal.credentials import Credentials\n"
        "from bot.portal.definition.model import load\n"
        "from bot.portal.browser.login_worker import sign_in\n"
        "name, url, browser = sys.argv[1:]\n"
        "who = Credentials(username='a', password='b')\n"
        "asyncio.run(sign_in(load(name).at(url), who, BrowserWorkerPool(browser or None)))\n"
    )
    bot = subprocess.Popen([sys.executable, "-c", script, "simulator", simulator.base_url, BROWSER or ""], cwd=PROJECT)
    try:
        await until(lambda: any("chrom" in name_of(one) for one in psutil.Process(bot.pid).children(recursive=True)))
        seen = psutil.Process(bot.pid).children(recursive=True)
    finally:
        bot.kill()
        bot.wait()
    await until(lambda: not any(is_alive(one) for one in seen))


async def test_a_portal_that_shows_the_form_again_without_a_word_is_not_waited_for(
    simulator: SimulatorProcess, definition: PortalDefinition
) -> None:
    simulator.fault("sign_in_page_200", method="POST")
    began = time.monotonic()
    with pytest.raises(SignInUnclear, match="neither who is signed in nor why not"):
        await sign_in(definition, credentials(simulator), BrowserWorkerPool(BROWSER))
    assert time.monotonic() - began < 12
    assert sign_in_posts(simulator) == 1, "what may have been a refusal is not tried again here"


async def test_a_refusal_in_words_that_the_definition_does_not_know_is_one(
    simulator: SimulatorProcess, definition: PortalDefinition
) -> None:
    knows_none = definition.model_copy(
        update={"sign_in": definition.sign_in.model_copy(update={"refusals": ()})}, deep=True
    )
    with pytest.raises(StopAndTell, match="showed its sign-in page again") as refused:
        await sign_in(knows_none, credentials(simulator, "wrong"), BrowserWorkerPool(BROWSER))
    assert refused.value.code == "sign_in_not_understood"
    assert "These credentials do not match our records" in refused.value.message
    assert "ATOZ_PASSWORD" in refused.value.what_to_do
    assert sign_in_posts(simulator) == 1


async def test_a_picture_shows_what_the_session_sees(simulator: SimulatorProcess, definition: PortalDefinition) -> None:
    browsers = BrowserWorkerPool(BROWSER)
    session = await sign_in(definition, credentials(simulator), browsers)
    reference = simulator.post_job(kind="BSL").reference
    picture = await take_picture(definition, session, browsers)
    assert picture.png.startswith(b"\x89PNG")
    assert reference in picture.html
    assert picture.url.startswith(simulator.base_url)
    nobody = await take_picture(definition, None, browsers)
    assert nobody.url.endswith("/login")
    assert browsers_running() == []


async def test_a_browser_that_may_stay_is_used_again_and_closed_when_it_may_not(
    simulator: SimulatorProcess, definition: PortalDefinition
) -> None:
    kept = BrowserWorkerPool(BROWSER, stays=True)
    try:
        await sign_in(definition, credentials(simulator), kept)
        first = {one.pid for one in browsers_running()}
        assert first
        session = await sign_in(definition, credentials(simulator), kept)
        assert {one.pid for one in browsers_running()} & first, "the same browser"
        assert session.user_name
        await kept.let_stay(False)
        await until(lambda: browsers_running() == [])
    finally:
        await kept.close()


@pytest.mark.parametrize("trouble", ["crashed", "hung", "fat"])
async def test_a_browser_that_stayed_and_is_no_good_any_more_is_replaced(
    simulator: SimulatorProcess, definition: PortalDefinition, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    kept = BrowserWorkerPool(BROWSER, stays=True)
    try:
        await sign_in(definition, credentials(simulator), kept)
        before = browsers_running()
        match trouble:
            case "crashed":
                before[0].kill()
            case "hung":
                for one in before:
                    one.suspend()
            case "fat":
                monkeypatch.setattr(browser_process, "_FAT_BYTES", 1)
        session = await sign_in(definition, credentials(simulator), kept)
        assert session.user_name
        if trouble == "fat":
            assert browsers_running() == [], "it was closed after its task"
        else:
            assert not {one.pid for one in before} & {one.pid for one in browsers_running()}
    finally:
        await kept.close()
    await until(lambda: not any(is_alive(one) for one in before))
