"""Offers, pictures and settings in a real browser, on the whole system.

Where each step of an answer has to be seen, a bot that asks is played here: it reports an offer, hears the owner's
answer, and reports what came of it. The others are the real bot's.
"""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from playwright.sync_api import Locator, Page, expect
from redis import Redis

from contract.commands import Approve, Command, Decline, Snapshot, decode_command
from contract.events import Event
from contract.jobs import ClaimState
from contract.streams import COMMAND_FIELD, commands, heartbeat
from tests.e2e.launched import SOON, LaunchedSystem, eventually
from tests.support.backend_events import Outbox, beat, put, put_beat


class AskingBot:
    """A session from the command line that reports what it is told to; it beats until it is stopped."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(redis_url, protocol=2)
        self.session_id = f"asking-{uuid.uuid4().hex[:8]}"
        self.outbox = Outbox(session_id=self.session_id, at=datetime.now(UTC))
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._beat)
        self._thread.start()
        self.say(self.outbox.started(), self.outbox.status())

    def _beat(self) -> None:
        while not self._stopping.is_set():
            put_beat(self._redis, beat(self.session_id))
            self._stopping.wait(0.5)

    def say(self, *events: Event) -> None:
        put(self._redis, *events)

    def offer(self, language: str) -> str:
        """A job of that language waits for an answer; its number."""
        number = str(uuid.uuid4().int % 10**9)
        self.report(number, language, ClaimState.OFFERED)
        return number

    def report(self, number: str, language: str, claim: ClaimState) -> None:
        until = datetime.now(UTC) + timedelta(minutes=3) if claim is ClaimState.OFFERED else None
        seen_at = datetime.now(UTC)
        self.say(self.outbox.job(number, language=language, claim=claim, offer_expires_at=until, seen_at=seen_at))

    def heard(self) -> list[Command]:
        entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", self._redis.xrange(commands(self.session_id)))
        told = [decode_command(fields[COMMAND_FIELD]) for _, fields in entries]
        return [command for command in told if isinstance(command, Approve | Decline | Snapshot)]

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._redis.close()


@pytest.fixture
def system(practice: LaunchedSystem) -> LaunchedSystem:
    """The running system; no jobs but the tests' own appear."""
    practice.quieten()
    practice.wait_until_it_watches()
    return practice


@pytest.fixture
def asking(system: LaunchedSystem) -> Iterator[AskingBot]:
    bot = AskingBot(system.addresses["redis_url"])
    yield bot
    bot.stop()


@pytest.fixture
def dashboard(system: LaunchedSystem, page: Page) -> Iterator[Page]:
    """The overview, in a browser that fails the test when a script of the page fails."""
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.goto(system.dashboard_url)
    expect(page.get_by_role("status", name="Connection to the AtoZ Bot system")).to_have_text("Live")
    yield page
    assert broken == []


def waiting(dashboard: Page, language: str) -> Locator:
    """The offer in the panel on top of the overview."""
    return dashboard.get_by_role("listitem", name=f"{language}, Telephone Interpreting")


def test_an_offer_is_approved_and_becomes_accepted(asking: AskingBot, dashboard: Page) -> None:
    number = asking.offer("Icelandic")
    offer = waiting(dashboard, "Icelandic")
    expect(offer).to_contain_text("left to answer")
    expect(dashboard).to_have_title("(1) Overview · AtoZ Bot")

    offer.get_by_role("button", name="Approve").press("Enter")
    expect(offer).to_contain_text("Telling the bot to take it")
    (heard,) = asking.heard()
    assert isinstance(heard, Approve)
    assert heard.job_number == number

    asking.report(number, "Icelandic", ClaimState.SUBMITTED)
    expect(offer).to_contain_text("The bot is taking it")
    asking.report(number, "Icelandic", ClaimState.CONFIRMED)
    expect(offer).to_contain_text("It is yours")
    expect(dashboard).to_have_title("Overview · AtoZ Bot")
    row = dashboard.get_by_role("region", name="What is happening").get_by_role("button", name="Icelandic").first
    expect(row).to_contain_text("Accepted")


def test_an_offer_is_declined_on_a_phone(asking: AskingBot, dashboard: Page) -> None:
    dashboard.set_viewport_size({"width": 390, "height": 844})
    number = asking.offer("Maltese")
    decline = waiting(dashboard, "Maltese").get_by_role("button", name="Decline")
    approve = waiting(dashboard, "Maltese").get_by_role("button", name="Approve")
    expect(decline).to_be_in_viewport()
    for button in (decline, approve):
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 42, "a thumb needs about 42 pixels"
        assert box["width"] >= 120
    decline.click()
    expect(waiting(dashboard, "Maltese")).to_contain_text("Telling the bot to leave it")
    assert [type(command) for command in asking.heard()] == [Decline]
    asking.report(number, "Maltese", ClaimState.DECLINED)
    expect(waiting(dashboard, "Maltese")).to_contain_text("You said no")


def test_an_offer_is_answered_in_its_drawer(asking: AskingBot, dashboard: Page) -> None:
    asking.offer("Faroese")
    waiting(dashboard, "Faroese").get_by_role("button", name="Faroese, Telephone Interpreting", exact=True).click()
    drawer = dashboard.get_by_role("dialog")
    expect(drawer).to_contain_text("It waits for your answer until")
    drawer.get_by_role("button", name="Approve").click()
    expect(drawer).to_contain_text("Telling the bot to take it")
    assert [type(command) for command in asking.heard()] == [Approve]


@pytest.fixture
def mode(system: LaunchedSystem) -> Iterator[Callable[[str], None]]:
    """Tells the real bot what to do with a match; in the end it accepts again."""

    def choose(wanted: str) -> None:
        with system.api() as api:
            api.put("/api/bot/configuration", json={"mode": wanted}).raise_for_status()
        version = system.get("/api/bot/configuration")["version"]
        # a bot that was played a moment ago may count as the current session
        sessions = system.get("/api/bot/sessions")["items"]
        key = heartbeat(next(one["session_id"] for one in sessions if one["started_by"] == "control_plane"))

        def took_it_up() -> bool:
            with Redis.from_url(system.addresses["redis_url"], protocol=2) as redis:
                raw = cast("bytes | None", redis.get(key))
            return raw is not None and json.loads(raw)["configuration_version"] >= version

        eventually(took_it_up, 15, "the bot did not take up the mode")

    yield choose
    choose("accept")


def test_the_real_bot_asks_and_accepts_what_is_approved(
    system: LaunchedSystem, dashboard: Page, mode: Callable[[str], None]
) -> None:
    mode("ask")
    number = system.post_job(language="Dari")
    offer = waiting(dashboard, "Dari")
    expect(offer).to_contain_text("left to answer")
    assert system.simulator("GET", f"/jobs/{number}")["accepts"] == []
    offer.get_by_role("button", name="Approve").click()
    expect(offer).to_contain_text("It is yours", timeout=2 * SOON)
    assert system.simulator("GET", f"/jobs/{number}")["holder"].startswith("us:")
    # it was approved and accepted, not left to time: the record says so too
    eventually(lambda: number in system.accepted(), 15, "it is not on record as accepted")


def test_the_real_bot_leaves_what_is_declined_and_what_it_only_watches(
    system: LaunchedSystem, dashboard: Page, mode: Callable[[str], None]
) -> None:
    mode("ask")
    declined = system.post_job(language="Pashto")
    waiting(dashboard, "Pashto").get_by_role("button", name="Decline").click(timeout=SOON)
    expect(waiting(dashboard, "Pashto")).to_contain_text("You said no")
    mode("watch")
    watched = system.post_job(language="Bengali")
    row = dashboard.get_by_role("region", name="What is happening").get_by_role("button", name="Bengali").first
    expect(row).to_contain_text("Would match")
    for number in (declined, watched):
        assert system.simulator("GET", f"/jobs/{number}")["accepts"] == []
        system.simulator("POST", f"/jobs/{number}/remove")


def test_the_real_bot_takes_a_picture_of_the_portal(dashboard: Page) -> None:
    dashboard.get_by_role("button", name="Take a picture of the portal").click()
    expect(dashboard.get_by_text("What the portal shows now is kept as").first).to_be_visible(timeout=4 * SOON)


def _list(label: str, *entries: str) -> Callable[[Locator], None]:
    """Types words into the list of this name, each ended with Enter."""

    def fill(settings: Locator) -> None:
        field = settings.get_by_label(label)
        for words in entries:
            field.fill(words)
            field.press("Enter")

    return fill


def _hours(settings: Locator) -> None:
    within = settings.get_by_role("group", name="Accept a job only within these hours")
    within.get_by_role("button", name="Add hours").click()
    within.get_by_label("From", exact=True).fill("08:30")
    within.get_by_label("To", exact=True).fill("00:00")


def _opening_hours(settings: Locator) -> None:
    within = settings.get_by_role("group", name="Watch the portal only within these hours")
    within.get_by_role("button", name="Add hours").click()
    for day in ("Sat", "Sun"):
        within.get_by_text(day, exact=True).click()
    # the whole week, so that the bot watches whenever this test runs
    within.get_by_label("From", exact=True).fill("00:00")
    within.get_by_label("To", exact=True).fill("00:00")


def _dates(settings: Locator) -> None:
    free = settings.get_by_role("group", name="Keep these dates free")
    free.get_by_role("button", name="Add days").click()
    free.get_by_label("First day").fill("2030-12-24")


def _words(settings: Locator) -> None:
    avoided = settings.get_by_role("group", name="Never accept a job that contains")
    avoided.get_by_role("button", name="Add words").click()
    field = avoided.get_by_label("One of these words")
    field.fill("police")
    field.press("Enter")


def _first(settings: Locator) -> None:
    settings.get_by_role("combobox", name="Add what is taken first").click()
    settings.page.get_by_role("option", name="The longest job").click()
    settings.get_by_role("button", name="Move up: The longest job").click()


WORKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]
#: The group to open, what is done in it, and what has to arrive.
GROUPS: list[tuple[str, Any, dict[str, Any]]] = [
    ("Languages", _list("Accept only these languages", "Polish", "Urdu"), {"languages": ["Polish", "Urdu"]}),
    ("Clients and companies", _list("Never accept jobs of these clients", "Acme"), {"exclude_clients": ["Acme"]}),
    ("Places", _list("Accept jobs in these places only", "SW1", "Leeds"), {"places": ["SW1", "Leeds"]}),
    ("Words in the job", _words, {"words_excluded": [{"words": ["police"], "fields": []}]}),
    (
        "What a job has to show",
        lambda settings: settings.get_by_role("checkbox", name="Language").click(),
        {"required_fields": ["reference", "appointment_date", "appointment_time"]},
    ),
    ("Days and hours", _hours, {"weekly_hours": [{"days": WORKDAYS, "start": "08:30:00", "end": "00:00:00"}]}),
    ("Dates", _dates, {"exclude_dates": [{"first": "2030-12-24", "last": None}]}),
    (
        "Notice and length",
        lambda settings: settings.get_by_label("Longest job").fill("240"),
        {"longest_minutes": 240},
    ),
    (
        "Free time between jobs",
        lambda settings: settings.get_by_label("Between two jobs").fill("45"),
        {"gap_around_jobs_minutes": 45},
    ),
    (
        "Limits for a day and a week",
        lambda settings: settings.get_by_label("Hours a week").fill("37.5"),
        {"max_accept_hours_per_week": 37.5},
    ),
    ("When not everything can be taken", _first, {"prefer": ["longest", "soonest"]}),
    (
        "When to watch",
        _opening_hours,
        {"opening_hours": [{"days": [*WORKDAYS, "saturday", "sunday"], "start": "00:00:00", "end": "00:00:00"}]},
    ),
    (
        "Pace",
        lambda settings: settings.get_by_label("Vary the time between two looks by").fill("20"),
        {"jitter": 0.2},
    ),
    (
        "The way to the portal",
        lambda settings: settings.get_by_role("switch", name="Keep the browser open").click(),
        {"browser": "stay"},
    ),
]


def test_the_settings_of_every_group_are_saved_and_taken_up(system: LaunchedSystem, dashboard: Page) -> None:
    before = system.get("/api/bot/configuration")["configuration"]
    dashboard.goto(f"{system.dashboard_url}/settings")
    settings = dashboard.get_by_role("form", name="Settings")
    wanted: dict[str, Any] = {}
    try:
        for title, fill, expected in GROUPS:
            settings.get_by_role("button", name=title).first.click()
            fill(settings)
            wanted.update(expected)
        settings.get_by_role("radio", name="Only watch").click()
        wanted["mode"] = "watch"
        settings.get_by_role("button", name="Save").click()
        expect(settings.get_by_text("Saved; the bot took it up")).to_be_visible()
        saved = system.get("/api/bot/configuration")["configuration"]
        assert saved == {**before, **wanted}
        dashboard.goto(system.dashboard_url)
        expect(dashboard.get_by_text("Only watches")).to_be_visible()
    finally:
        with system.api() as api:
            api.put("/api/bot/configuration", json=before).raise_for_status()
