"""What the project promises, seen on the whole system: five truths that agree, and nothing lost whatever dies."""

import re
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest
from playwright.sync_api import Page, expect

from system import leftovers
from system.environment import PROJECT
from system.servers import PostgresServer, RedisServer
from tests.e2e.conftest import Launch
from tests.e2e.launched import LaunchedSystem, eventually

#: How long a server is away while jobs arrive.
AWAY_SECONDS = 20.0
ACCEPTED = re.compile(r"^\d\d:\d\d:\d\d  accepted (\d+)/atoz")


@pytest.fixture
def system(launch: Launch) -> LaunchedSystem:
    """A system whose portal is quiet: only the test's own jobs appear."""
    made = launch()
    made.start()
    _quieten(made)
    eventually(lambda: bool(made.status()["status"] == "running"), 30, "the bot did not come to watch")
    return made


def _quieten(system: LaunchedSystem) -> None:
    system.simulator("PUT", "/settings", jobs_per_minute=0, rivals=0)


def _bot(system: LaunchedSystem) -> psutil.Process:
    return system.found("integrated_bot.py")


def _another_bot_runs(system: LaunchedSystem, killed: psutil.Process) -> bool:
    bots = [one for one in leftovers.bots(system.places) if one.pid != killed.pid]
    return bool(bots) and system.status()["status"] == "running"


def _all_accepted(system: LaunchedSystem, numbers: set[str], seconds: float) -> None:
    """Waits until each of these jobs is accepted in the API and in Postgres, once, and ours on the portal."""
    eventually(
        lambda: numbers <= system.accepted(), seconds, lambda: f"not accepted: {sorted(numbers - system.accepted())}"
    )
    assert numbers <= system.accepted_in_postgres()
    twice = system.rows("SELECT job_number, count(*) FROM job_records GROUP BY 1 HAVING count(*) > 1")
    assert twice == []
    for number in numbers:
        truth = system.simulator("GET", f"/jobs/{number}")
        assert truth["holder"].startswith("us:"), truth
        ours = [one for one in truth["accepts"] if one["who"] == truth["holder"]]
        assert len(ours) == 1, f"accepted more than once: {truth}"


class _Arrivals:
    """Jobs that go on arriving, one every so many seconds, until the block ends."""

    def __init__(self, system: LaunchedSystem, every_seconds: float) -> None:
        self.numbers: set[str] = set()
        self._system = system
        self._every_seconds = every_seconds
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._arrive)

    def _arrive(self) -> None:
        while not self._enough.wait(self._every_seconds):
            self.numbers.add(self._system.post_job())

    def __enter__(self) -> "_Arrivals":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join()


def test_terminal_dashboard_api_postgres_and_the_portal_agree(launch: Launch, page: Page) -> None:
    system = launch()
    system.start()
    eventually(lambda: len(system.accepted()) >= 5, 90, "too few jobs were accepted to compare")
    _quieten(system)
    system.post("/api/bot/stop")
    eventually(lambda: not system.status()["is_running"], 30, "the bot did not stop")

    held = system.held()
    eventually(lambda: system.accepted() == held, 10, lambda: f"API {system.accepted()}, portal {held}")
    assert system.accepted_in_postgres() == held
    taken_back = system.numbers_by_status("taken_back")
    in_terminal = {found[1] for line in system.lines if (found := ACCEPTED.match(line))}
    assert in_terminal - taken_back == held

    page.goto(f"{system.dashboard_url}/jobs?status=accepted")
    rows = page.get_by_role("row").filter(has_text="/atoz")
    expect(rows).to_have_count(len(held))
    in_dashboard = {re.search(r"(\d+)/atoz", text)[1] for text in rows.all_inner_texts()}  # type: ignore[index]  # filtered by it
    assert in_dashboard == held


def test_the_toggle_stops_and_starts(system: LaunchedSystem) -> None:
    stopped = system.post("/api/bot/toggle")
    assert stopped["status"]["wanted"] == "stopped"
    eventually(lambda: not system.status()["is_running"], 30, "the bot did not stop")
    number = system.post_job()
    assert system.post("/api/bot/toggle")["status"]["wanted"] == "running"
    _all_accepted(system, {number}, 30)


def test_a_bot_from_the_command_line_appears(system: LaunchedSystem, page: Page) -> None:
    system.post("/api/bot/stop")
    eventually(lambda: not system.status()["is_running"], 30, "the bot did not stop")
    name = "session-by-hand"
    by_hand = subprocess.Popen(
        [sys.executable, "integrated_bot.py", name],
        cwd=PROJECT / "bot",
        env=system.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        page.goto(f"{system.dashboard_url}/sessions")
        session = page.get_by_role("article", name=name)
        expect(session).to_contain_text("Watching the board", timeout=30_000)
        expect(session).to_contain_text("Started in a terminal")
        assert system.status()["session_id"] == name
        _all_accepted(system, {system.post_job()}, 20)
        by_hand.send_signal(signal.SIGTERM)
        assert by_hand.wait(30) == 0
        expect(session).to_contain_text("Stopped", timeout=15_000)
    finally:
        by_hand.kill()
        by_hand.wait()


def test_a_killed_bot_is_back_within_ten_seconds_and_no_job_is_missed_or_taken_twice(system: LaunchedSystem) -> None:
    session = system.status()["session_id"]
    with _Arrivals(system, 0.3) as arrivals:
        for _ in range(3):
            time.sleep(2)
            killed = _bot(system)
            killed.kill()
            began = time.monotonic()
            eventually(
                lambda killed=killed: _another_bot_runs(system, killed),  # type: ignore[misc]
                10,
                "the killed bot is not back",
            )
            assert time.monotonic() - began < 10
    assert system.status()["session_id"] == session
    assert len(arrivals.numbers) > 10
    _all_accepted(system, arrivals.numbers, 30)


def test_redis_and_postgres_may_be_away_while_jobs_arrive(
    launch: Launch, redis_server: RedisServer, own_postgres_server: PostgresServer
) -> None:
    system = launch(REDIS_URL=redis_server.url, DATABASE_URL=own_postgres_server.ensure_database("atoz"))
    system.start()
    _quieten(system)
    eventually(lambda: bool(system.status()["status"] == "running"), 30, "the bot did not come to watch")
    for server in (redis_server, own_postgres_server):
        held_before = system.held()
        server.stop()
        with _Arrivals(system, 0.5) as arrivals:
            time.sleep(AWAY_SECONDS)
        # the portal knows it: jobs went on being accepted while the server was away
        eventually(
            lambda arrivals=arrivals: arrivals.numbers <= system.held(),  # type: ignore[misc]
            10,
            f"jobs were not accepted while {server.name} was away",
        )
        assert held_before < system.held()
        server.start()
        _all_accepted(system, arrivals.numbers, 30)


def test_nothing_is_shown_as_accepted_that_a_rival_got(launch: Launch) -> None:
    system = launch()
    system.start()
    # rivals as fast as we are, on a portal that gives a job to whoever is written last
    rivals = {"rivals": 4, "rival_share": 0.8, "rival_reaction_ms": [100, 1500]}
    system.simulator("PUT", "/settings", jobs_per_minute=240, diary_limit=None, **rivals)
    time.sleep(40)
    _quieten(system)
    eventually(lambda: _is_settled(system), 90, lambda: f"shown {system.accepted()}, held {system.held()}")
    held = system.held()
    assert held
    assert system.numbers_by_status("lost", "taken_back"), "no rival was ever faster: nothing was shown"
    assert system.accepted() == held
    assert system.accepted_in_postgres() == held


def _is_settled(system: LaunchedSystem) -> bool:
    """Whether the last claims are decided and have been looked at once more: nothing changes any longer."""

    def state() -> tuple[set[str], set[str], set[str]]:
        return system.accepted(), system.held(), system.numbers_by_status("pending", "unknown")

    before = state()
    accepted, held, undecided = before
    if undecided or accepted != held:
        return False
    time.sleep(5)
    return state() == before
