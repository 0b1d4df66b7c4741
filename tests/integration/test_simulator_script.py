"""The simulator's board that a script draws: its JSON as a program meets it, and what a browser shows of it."""

import json
import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page, async_playwright

from bot.portal.browser.chromium import find_browser, launch_arguments
from tests.support.fixtures_simulator import Member, new_member
from tests.support.simulator_client import FaultKind, SimulatorProcess
from tests.support.simulator_forms import form_on, sign_in

API = "/api/assignments"


@pytest.fixture(scope="module")
def script() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(skin="script", population=0) as process:
        yield process


@pytest.fixture
def member(script: SimulatorProcess) -> Iterator[Member]:
    with new_member(script) as somebody:
        yield somebody


@pytest.fixture
def signed_in(member: Member) -> Member:
    answer = sign_in(member.visitor, "script", member.email, member.password)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return member


def told(member: Member, path: str) -> Any:
    answer = member.visitor.http.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def accept(member: Member, number: str, **how: Any) -> httpx.Response:
    how = how or {"headers": {"X-CSRF-Token": member.visitor.get("/").token}}
    return member.visitor.http.post(f"{API}/{number}/accept", **how)


def test_a_guest_is_sent_to_the_sign_in_and_the_interface_says_so(member: Member) -> None:
    answer = member.visitor.http.get("/?state=open&page=2")
    assert (answer.status_code, answer.headers["location"]) == (302, "/login")
    for answer in (member.visitor.http.get(API), member.visitor.http.post(f"{API}/10432/accept")):
        assert (answer.status_code, answer.json()["error"]) == (401, "unauthenticated")
    member.visitor.http.get("/?state=open")
    form = form_on(member.visitor.get("/login"), "form#signin").filled(username=member.email, password=member.password)
    answer = member.visitor.post(form.action, form.fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?state=open")


def test_wrong_credentials_come_back_with_status_401_and_the_form(member: Member) -> None:
    answer = sign_in(member.visitor, "script", member.email, "not the password")
    assert answer.status_code == 401
    assert "Unknown user name or wrong password" in answer.text
    assert 'name="password"' in answer.text
    assert member.visitor.http.get(API).status_code == 401


def test_the_page_is_a_shell_that_tells_nothing_but_the_token(signed_in: Member) -> None:
    number = signed_in.post_job(language="Dari")
    for path in ("/", "/assignments", f"/assignments/{number}", "/assignments/999999"):
        page = signed_in.visitor.get(path)
        assert page.status == 200
        assert page.attribute("main#app", "aria-busy") == "true"
        assert page.text("main#app") == ""
        assert "Dari" not in (page.html.html or "Dari")
    assert signed_in.visitor.get("/").token == page.token
    script = signed_in.visitor.http.get(page.attribute("script", "src"))
    assert script.headers["content-type"].startswith("text/javascript")


def test_the_json_tells_a_job_with_iso_dates(signed_in: Member) -> None:
    winter = signed_in.post_job(
        kind="Face to Face",
        language="Dari",
        appointment_date="2026-11-25",
        appointment_time="09:30",
        submitted_on="2026-11-20",
        duration_minutes=90,
        address=["1 Mill Lane", "Leeds", "LS1 2AB"],
    )
    summer = signed_in.post_job(kind="BSL", appointment_date="2027-07-01", appointment_time="09:30", address=[])
    untimed = signed_in.post_job(appointment_date="2026-12-24", appointment_time="")
    found = told(signed_in, f"{API}?state=open&page=1")
    assert found["user"] == {"name": signed_in.name}
    assert found["meta"] == {"page": 1, "pages": 1, "per_page": 15, "total": 3}
    by_url = {one["url"]: one for one in found["data"]}
    assert by_url[f"/assignments/{winter}"] == {
        "reference": f"IL-{winter}",
        "url": f"/assignments/{winter}",
        "state": "open",
        "starts_at": "2026-11-25T09:30:00+00:00",
        "duration_minutes": 90,
        "language": "Dari",
        "type": "Face to Face",
        "postcode": "LS1 2AB",
        "posted_on": "2026-11-20",
        "accept": {"method": "POST", "url": f"{API}/{winter}/accept"},
    }
    assert by_url[f"/assignments/{summer}"]["starts_at"] == "2027-07-01T09:30:00+01:00"
    assert by_url[f"/assignments/{summer}"]["postcode"] is None
    assert by_url[f"/assignments/{untimed}"]["starts_at"] == "2026-12-24"


def test_a_jobs_json_has_the_details(signed_in: Member) -> None:
    number = signed_in.post_job(client_name="Jo Client", special_instructions="Be <on time>.", gender="Any gender")
    data = told(signed_in, f"{API}/{number}")["data"]
    assert (data["reference"], data["state"]) == (f"IL-{number}", "open")
    assert data["details"].keys() == {
        "company",
        "client",
        "client_reference",
        "qualification",
        "security_check",
        "gender",
        "instructions",
        "address",
    }
    assert (data["details"]["client"], data["details"]["instructions"]) == ("Jo Client", "Be <on time>.")


@pytest.mark.parametrize("where", ["header", "field"])
def test_accepting_needs_the_token_as_header_or_field(signed_in: Member, where: str) -> None:
    number = signed_in.post_job()
    assert accept(signed_in, number, headers={"X-CSRF-Token": "of yesterday"}).status_code == 403
    assert accept(signed_in, number, data={}).json()["error"] == "csrf"
    assert signed_in.simulator.truth(number).accepts == ()
    token = signed_in.visitor.get("/").token
    how: dict[str, Any] = {
        "header": {"headers": {"X-CSRF-Token": token}},
        "field": {"data": {"csrf_token": token}},
    }[where]
    answer = accept(signed_in, number, **how)
    assert (answer.status_code, answer.json()) == (200, {"result": "accepted", "message": "Assignment accepted"})
    assert signed_in.simulator.truth(number).holder == signed_in.us
    assert told(signed_in, f"{API}/{number}")["data"]["state"] == "yours"
    assert [one["reference"] for one in told(signed_in, f"{API}?state=yours")["data"]] == [f"IL-{number}"]
    assert told(signed_in, f"{API}?state=open")["data"] == []


@pytest.mark.parametrize(("loser_sees", "status"), [("cancelled", 409), ("nothing", 404)])
def test_a_job_that_a_rival_has_is_refused(signed_in: Member, loser_sees: str, status: int) -> None:
    number = signed_in.post_job(loser_sees=loser_sees)
    signed_in.simulator.assign(number, "rival:2")
    assert accept(signed_in, number).status_code == status
    assert signed_in.simulator.truth(number).holder == "rival:2"
    answer = signed_in.visitor.http.get(f"{API}/{number}")
    if loser_sees == "nothing":
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    else:
        assert (answer.json()["data"]["state"], answer.json()["data"]["accept"]) == ("closed", None)


def test_declining_is_another_call(signed_in: Member) -> None:
    number = signed_in.post_job()
    headers = {"X-CSRF-Token": signed_in.visitor.get("/").token}
    assert signed_in.visitor.http.post(f"{API}/{number}/decline", headers=headers).json()["result"] == "declined"
    assert told(signed_in, f"{API}/{number}")["data"]["state"] == "declined"


def test_a_job_with_a_quote_first_cannot_be_accepted(signed_in: Member) -> None:
    number = signed_in.post_job(quote_only=True)
    data = told(signed_in, f"{API}/{number}")["data"]
    assert (data["state"], data["accept"]) == ("open", None)
    assert accept(signed_in, number).status_code == 409


def test_pages_hold_fifteen(signed_in: Member) -> None:
    numbers = {job.job_number for job in signed_in.simulator.post_jobs(20, accounts=[signed_in.email])}
    pages = [told(signed_in, f"{API}?state=open&page={number}") for number in (1, 2, 3)]
    assert [len(page["data"]) for page in pages] == [15, 5, 0]
    assert [page["meta"]["total"] for page in pages] == [20, 20, 20]
    assert {one["reference"].removeprefix("IL-") for page in pages for one in page["data"]} == numbers


def test_an_ended_session_is_401_also_at_the_very_accept(signed_in: Member) -> None:
    number = signed_in.post_job()
    token = signed_in.visitor.get("/").token
    signed_in.simulator.fault("expire_sessions", count=1, path="/accept$")
    assert accept(signed_in, number, headers={"X-CSRF-Token": token}).status_code == 401
    assert signed_in.simulator.truth(number).accepts == ()


def test_faults_break_the_json(signed_in: Member) -> None:
    signed_in.post_job()

    def broken(kind: FaultKind, path: str = API, **more: Any) -> httpx.Response:
        signed_in.simulator.fault(kind, count=1, **more)
        return signed_in.visitor.http.get(path)

    assert broken("wrong_total").json()["meta"]["total"] == 8
    assert "data" not in broken("missing_table").json()
    assert broken("renamed_headings").json()["data"][0].keys() > {"ref", "begin", "tongue"}
    with pytest.raises(json.JSONDecodeError):
        broken("half_page").json()
    assert broken("empty_body").content == b""
    pages: tuple[tuple[FaultKind, str], ...] = (
        ("sign_in_page_200", 'id="signin"'),
        ("ok_error_page", "Internal error"),
    )
    for kind, words in pages:
        answer = broken(kind)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert words in answer.text
    assert broken("maintenance").status_code == 503
    assert 'id="app"' not in broken("missing_table", "/").text
    assert told(signed_in, API)["meta"]["total"] == 1


@pytest.fixture
def basic() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(skin="script", population=0, sign_in="basic") as process:
        yield process


def test_signing_in_can_be_http_authentication(basic: SimulatorProcess) -> None:
    number = basic.post_job().job_number
    with httpx.Client(base_url=basic.base_url) as http:
        for path in ("/", API, "/login"):
            answer = http.get(path)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith('Basic realm="Interlink"')
        assert http.get("/", headers={"authorization": "Basic bm90IGJhc2U2NA"}).status_code == 401
        assert http.get("/", auth=(basic.username, "not the password")).status_code == 401
        http.auth = httpx.BasicAuth(basic.username, basic.password)
        (token,) = re.findall(r'name="csrf-token" content="([^"]+)"', http.get("/").text)
        assert [one["reference"] for one in http.get(API).json()["data"]] == [f"IL-{number}"]
        assert http.post(f"{API}/{number}/accept").status_code == 403
        assert http.post(f"{API}/{number}/accept", headers={"X-CSRF-Token": token}).status_code == 200
        assert basic.truth(number).holder == basic.us
        basic.set_account_state(basic.username, "disabled")
        assert http.get(API).status_code == 403


# --- as a browser shows it --------------------------------------------------------------------------------------------


@pytest.fixture
async def chromium(tmp_path: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        path = find_browser(tmp_path, os.environ)
        yield await playwright.chromium.launch(executable_path=path, args=launch_arguments())


async def _drawn(page: Page, address: str) -> Page:
    await page.goto(address)
    await page.wait_for_selector("main#app[aria-busy=false]")
    return page


async def _signed_in(chromium: Browser, member: Member) -> Page:
    page = await chromium.new_page(base_url=member.simulator.base_url)
    await page.goto("/")
    await page.fill("input[name=username]", member.email)
    await page.fill("input[name=password]", member.password)
    await page.click("button[type=submit]")
    await page.wait_for_selector("main#app[aria-busy=false]")
    return page


async def test_a_browser_draws_the_rows_and_accepts_with_a_click(chromium: Browser, member: Member) -> None:
    number = member.post_job(
        kind="Face to Face",
        language="Dari",
        appointment_date="2026-11-25",
        appointment_time="09:30",
        submitted_on="2026-11-20",
        duration_minutes=90,
        address=["1 Mill Lane", "Leeds", "LS1 2AB"],
        special_instructions="<b>Be on time</b>",
    )
    other = member.post_job(quote_only=True)
    page = await _signed_in(chromium, member)
    assert await page.text_content(".bar__user") == member.name
    await _drawn(page, "/?state=open")
    assert await page.text_content("p.total") == "2 assignments"
    headings = ["Reference", "State", "Starts", "Minutes", "Language", "Type", "Postcode", "Posted", ""]
    assert await page.locator("table.grid th").all_text_contents() == headings
    row = page.locator(f"tbody tr:has(a[href='/assignments/{number}'])")
    assert await row.locator("td").all_text_contents() == [
        f"IL-{number}",
        "open",
        "2026-11-25 09:30",
        "90",
        "Dari",
        "Face to Face",
        "LS1 2AB",
        "2026-11-20",
        "Accept",
    ]
    assert await row.locator("time").get_attribute("datetime") == "2026-11-25T09:30:00+00:00"
    assert await page.locator(f"tr:has(a[href='/assignments/{other}']) button").count() == 0
    await row.locator("button.accept").click()
    await page.wait_for_selector("#toast:has-text('Assignment accepted')")
    await page.wait_for_selector("main#app[aria-busy=false]")
    assert await row.count() == 0
    assert member.simulator.truth(number).holder == member.us
    await _drawn(page, f"/assignments/{number}")
    assert await page.text_content("h1.ref") == f"IL-{number}"
    assert await page.text_content(".state") == "yours"
    assert await page.text_content("dt:text-is('Instructions') + dd") == "<b>Be on time</b>"
    assert await page.locator("dt:text-is('Address') + dd > div > div").all_text_contents() == [
        "1 Mill Lane",
        "Leeds",
        "LS1 2AB",
    ]


async def test_a_browser_says_what_cannot_be_shown(chromium: Browser, member: Member) -> None:
    page = await _signed_in(chromium, member)
    assert await page.text_content("p.empty") == "No assignments"
    await _drawn(page, "/assignments/10432000")
    assert await page.get_attribute("p.problem", "data-status") == "404"
    member.simulator.fault("half_page", path="^/api/")
    await _drawn(page, "/")
    assert await page.text_content("p.problem") == "Interlink cannot be reached"
    assert await page.get_attribute("p.problem", "data-status") is None


async def test_a_browser_turns_the_pages(chromium: Browser, member: Member) -> None:
    member.simulator.post_jobs(20, accounts=[member.email])
    page = await _signed_in(chromium, member)
    await _drawn(page, "/?state=open")
    assert await page.locator("table.grid tbody tr").count() == 15
    link = page.locator("nav.pages a")
    assert await link.get_attribute("href") == "/?state=open&page=2"
    await link.click()
    await page.wait_for_selector("nav.pages b:text-is('2')")
    assert await page.locator("table.grid tbody tr").count() == 5
