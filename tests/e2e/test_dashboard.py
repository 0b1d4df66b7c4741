"""The dashboard in a real browser, on the whole system: what its owner sees and presses."""

import itertools
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.launched import SOON, LaunchedSystem

#: One a job, so that a test finds its own at the top of those in its language.
_LANGUAGES = itertools.cycle(("Polish", "Tigrinya", "Somali", "Romanian", "Farsi", "Turkish"))


@pytest.fixture
def system(practice: LaunchedSystem) -> LaunchedSystem:
    """The running system, its bot watching; only the tests' own jobs appear."""
    practice.quieten()
    practice.wait_until_it_watches()
    return practice


@pytest.fixture
def dashboard(system: LaunchedSystem, page: Page) -> Iterator[Page]:
    """The overview, in a browser that fails the test when a script of the page fails."""
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.goto(system.dashboard_url)
    expect(page.get_by_role("status", name="Connection to the AtoZ Bot system")).to_have_text("Live")
    yield page
    assert broken == []


def test_an_accepted_job_appears_by_itself_and_tells_its_reasons(system: LaunchedSystem, dashboard: Page) -> None:
    language = next(_LANGUAGES)
    feed = dashboard.get_by_role("region", name="What is happening")
    number = system.post_job(language=language)
    row = feed.get_by_role("button", name=f"{language}, Telephone Interpreting").first
    expect(row).to_be_visible()
    expect(row).to_contain_text("Accepted")
    expect(row).to_contain_text("after the bot saw it")

    dashboard.get_by_role("navigation", name="Pages", exact=True).get_by_role("link", name="Jobs").click()
    in_table = dashboard.get_by_role("row").filter(has_text=f"{number}/atoz")
    expect(in_table).to_contain_text("Accepted")
    in_table.get_by_role("button", name=f"{language}, Telephone Interpreting").click()
    job = dashboard.get_by_role("dialog")
    expect(job.get_by_role("heading", name="Why")).to_be_visible()
    expect(job.get_by_role("img", name="Yes").first).to_be_visible()
    expect(job.get_by_role("img", name="No")).to_have_count(0)


def test_a_job_that_the_settings_exclude_tells_why(system: LaunchedSystem, dashboard: Page) -> None:
    language = next(_LANGUAGES)
    number = system.post_job(language=language, kind="Face to Face")
    row = (
        dashboard.get_by_role("region", name="What is happening")
        .get_by_role("button", name=f"{language}, Face to Face")
        .first
    )
    expect(row).to_contain_text("Did not match")
    row.click()
    job = dashboard.get_by_role("dialog")
    expect(job.get_by_role("img", name="No").first).to_be_visible()
    expect(job).to_contain_text("Face to Face")
    assert system.simulator("GET", f"/jobs/{number}")["accepts"] == []


def test_the_buttons_stop_and_start_the_bot(system: LaunchedSystem, dashboard: Page) -> None:
    steer = dashboard.get_by_role("group", name="Steer the bot")
    expect(dashboard.get_by_role("heading", name="Watching the board")).to_be_visible()
    steer.get_by_role("button", name="Stop").click()
    expect(dashboard.get_by_role("heading", name="Stopped")).to_be_visible(timeout=2 * SOON)
    assert not system.status()["is_running"]
    steer.get_by_role("button", name="Start").click()
    expect(dashboard.get_by_role("heading", name="Watching the board")).to_be_visible(timeout=2 * SOON)
    assert system.status()["wanted"] == "running"


def test_a_bad_setting_is_told_at_its_field_and_a_good_one_is_saved(system: LaunchedSystem, dashboard: Page) -> None:
    dashboard.get_by_role("navigation", name="Pages", exact=True).get_by_role("link", name="Settings").click()
    settings = dashboard.get_by_role("form", name="Settings")
    interval = settings.get_by_label("Look at the board every")
    save = settings.get_by_role("button", name="Save")
    before = system.get("/api/bot/configuration")

    interval.fill("0.05")
    save.click()
    expect(interval).to_have_attribute("aria-invalid", "true")
    expect(settings.get_by_text("Choose from 0.2 seconds to 3,600 seconds")).to_be_visible()
    assert system.get("/api/bot/configuration") == before

    wanted = 0.6 if before["configuration"]["check_interval_seconds"] != 0.6 else 0.7
    interval.fill(str(wanted))
    expect(interval).not_to_have_attribute("aria-invalid", "true")
    save.click()
    expect(settings.get_by_text("You have changes that are not saved")).to_have_count(0)
    after = system.get("/api/bot/configuration")
    assert after["configuration"]["check_interval_seconds"] == wanted
    assert after["version"] > before["version"]


def test_a_lost_connection_is_shown_and_the_page_catches_up_by_itself(system: LaunchedSystem, dashboard: Page) -> None:
    connection = dashboard.get_by_role("status", name="Connection to the AtoZ Bot system")
    system.found("uvicorn").kill()
    expect(connection).to_have_text("Reconnecting…")
    expect(dashboard.get_by_role("alert").filter(has_text="Reconnecting…")).to_be_visible()
    # it comes while nobody can tell the page
    language = next(_LANGUAGES)
    number = system.post_job(language=language)
    expect(connection).to_have_text("Live", timeout=2 * SOON)
    row = (
        dashboard.get_by_role("region", name="What is happening")
        .get_by_role("button", name=f"{language}, Telephone Interpreting")
        .first
    )
    expect(row).to_contain_text("Accepted")
    expect(dashboard.get_by_role("alert").filter(has_text="Reconnecting…")).to_have_count(0)
    assert system.simulator("GET", f"/jobs/{number}")["holder"].startswith("us:")


@pytest.mark.parametrize("path", ["/", "/jobs", "/settings", "/sessions", "/log"])
def test_every_page_fits_a_phone(system: LaunchedSystem, dashboard: Page, path: str) -> None:
    dashboard.set_viewport_size({"width": 360, "height": 740})
    dashboard.goto(f"{system.dashboard_url}{path}")
    expect(dashboard.get_by_role("heading").first).to_be_visible()
    navigation = dashboard.get_by_role("navigation", name="Pages, at the bottom")
    expect(navigation.get_by_role("link", name=re.compile("Jobs"))).to_be_in_viewport()
    too_wide = dashboard.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide == 0
