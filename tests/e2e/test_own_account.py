"""With an account configured: no practice, the bot waits for its owner, and a refusal is said in words."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Launch
from tests.e2e.launched import LaunchedSystem, eventually
from tests.support.simulator_client import SimulatorProcess


def _settings_of(portal: SimulatorProcess, **changes: str) -> dict[str, str]:
    return {
        "ATOZ_PORTAL": "simulator",
        "ATOZ_BASE_URL": portal.base_url,
        "ATOZ_USERNAME": portal.username,
        "ATOZ_PASSWORD": portal.password,
        **changes,
    }


def test_the_bot_waits_for_the_toggle_and_keeps_the_owners_cap(launch: Launch, simulator: SimulatorProcess) -> None:
    system = launch(**_settings_of(simulator))
    system.start()
    assert "The bot waits" in system.output
    assert "Practice mode" not in system.output
    assert system.status()["session_id"] is None
    # no portal of ours is started beside the real one
    assert not any("simulator" in one.cmdline() for one in system.marked())
    assert not system.places.practice.exists()
    assert system.addresses["database_url"].partition("?")[0].endswith("/atoz")

    system.post("/api/bot/toggle")
    job = simulator.post_job(kind="Telephone Interpreting")
    eventually(lambda: job.job_number in system.accepted(), 30, "the bot did not accept")
    assert simulator.truth(job.job_number).holder == simulator.us
    assert system.get("/api/bot/configuration")["configuration"]["max_accept_per_run"] == 5
    system.line(rf"accepted {job.job_number}/atoz", 15)

    # stopping everything is also the bot's stop: it does not go on by itself the next time
    assert system.stop() == 0
    system.start()
    assert system.status()["wanted"] == "stopped"
    assert job.job_number in system.accepted()


def test_a_refused_password_is_said_in_the_terminal_and_tried_once(launch: Launch, simulator: SimulatorProcess) -> None:
    system = launch(**_settings_of(simulator, ATOZ_PASSWORD="not-the-word"))
    system.start()
    system.post("/api/bot/toggle")
    system.line(r"the bot has stopped: .*(refused|credentials|password)", 45)
    # the reason is told, and a moment later the state
    eventually(lambda: bool(system.status()["status"] == "failed"), 15, "the session has not failed")
    sign_ins = [seen for seen in simulator.requests() if seen.method == "POST" and seen.path.startswith("/login")]
    assert len(sign_ins) == 1
    assert _logged(system.places.logs, "not-the-word") == []


def _logged(logs: Path, word: str) -> list[Path]:
    return [file for file in logs.rglob("*") if file.is_file() and word.encode() in file.read_bytes()]


@pytest.fixture
def restarted(launch: Launch, simulator: SimulatorProcess) -> LaunchedSystem:
    system = launch(**_settings_of(simulator))
    system.start()
    system.post("/api/bot/toggle")
    eventually(lambda: bool(system.status()["status"] == "running"), 30, "the bot did not come to watch")
    return system


def test_after_the_power_went_a_bot_that_was_wanted_goes_on(
    restarted: LaunchedSystem, simulator: SimulatorProcess
) -> None:
    session = restarted.status()["session_id"]
    restarted.process.kill()
    restarted.ended()
    restarted.start()
    eventually(lambda: bool(restarted.status()["status"] == "running"), 30, "the bot did not go on")
    assert restarted.status()["session_id"] == session
    job = simulator.post_job(kind="Telephone Interpreting")
    eventually(lambda: job.job_number in restarted.accepted(), 30, "the bot did not accept")
