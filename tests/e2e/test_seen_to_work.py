"""What the project promises, seen on the whole system: five truths that agree, and a bot that comes back."""

import re
import signal
import subprocess
import sys
import time

import psutil
import pytest
from playwright.sync_api import Page, expect

from system.run import cleanup
from system.setup.venv import PROJECT
from tests.e2e.conftest import Launch
from tests.e2e.launched import ACCEPTED_LINE, Arrivals, LaunchedSystem, eventually


@pytest.fixture
def system(practice: LaunchedSystem) -> LaunchedSystem:
    """The running system, its bot watching a quiet portal: only the test's own jobs appear."""
    practice.quieten()
    practice.wait_until_it_watches()
    return practice


def _bot(system: LaunchedSystem) -> psutil.Process:
    return system.found("integrated_bot.py")


def _another_bot_runs(system: LaunchedSystem, killed: psutil.Process) -> bool:
    bots = [one for one in cleanup.bots(system.places) if one.pid != killed.pid]
    return bool(bots) and system.status()["status"] == "running"


def test_terminal_dashboard_api_postgres_and_the_portal_agree(launch: Launch, page: Page) -> None:
    system = launch()
    system.start()
    system.simulator("PUT", "/settings", jobs_per_minute=60)
    eventually(lambda: len(system.accepted()) >= 5, 90, "too few jobs were accepted to compare")
    system.quieten()
    system.post("/api/bot/stop")
    eventually(lambda: not system.status()["is_running"], 30, "the bot did not stop")

    held = system.held()
    eventually(lambda: system.accepted() == held, 10, lambda: f"API {system.accepted()}, portal {held}")
    assert system.accepted_in_postgres() == held
    taken_back = system.numbers_by_status("taken_back")
    in_terminal = {found[1] for line in system.lines if (found := re.match(ACCEPTED_LINE, line))}
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
    system.wait_until_accepted({number}, 30)


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
        system.wait_until_accepted({system.post_job()}, 20)
        by_hand.send_signal(signal.SIGTERM)
        assert by_hand.wait(30) == 0
        expect(session).to_contain_text("Stopped", timeout=15_000)
    finally:
        by_hand.kill()
        by_hand.wait()


def test_a_killed_bot_is_back_within_ten_seconds_and_no_job_is_missed_or_taken_twice(system: LaunchedSystem) -> None:
    session = system.status()["session_id"]
    with Arrivals(system, 0.3) as arrivals:
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
    system.wait_until_accepted(arrivals.numbers, 30)
