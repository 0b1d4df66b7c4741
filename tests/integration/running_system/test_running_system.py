"""The whole system, seen from outside: what one part says, the others say too."""

import json
import time
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.integration.running_system.conftest import RunningSystem, eventually, read_until


def test_a_job_that_appears_is_accepted_and_everybody_agrees(system: RunningSystem, running_bot: Any) -> None:
    with connect(system.websocket_url) as websocket:
        assert json.loads(websocket.recv(5))["type"] == "connection_established"
        number = system.post_job()

        def is_accepted(message: dict[str, Any]) -> bool:
            data = message["data"]
            return message["type"] == "job_processed" and (data["job_number"], data["status"]) == (number, "accepted")

        told = read_until(websocket.recv, is_accepted, 15)[-1]["data"]
    assert all(reason["passed"] for reason in told["reasons"])
    assert told["seen_at"] <= told["decided_at"] <= told["submitted_at"] <= told["confirmed_at"]
    truth = system.simulator.get(f"/jobs/{number}").raise_for_status().json()
    assert truth["holder"].startswith("us:")
    assert sum(one["who"] == truth["holder"] for one in truth["accepts"]) == 1
    eventually(lambda: number in system.accepted_in_postgres(), 5, "the accepted job is not in Postgres")
    eventually(lambda: number in system.accepted(), 5, "the accepted job is not in the API")


def test_what_is_shown_as_accepted_is_what_the_portal_gave_us(system: RunningSystem, running_bot: Any) -> None:
    held = system.held_in_simulator()
    eventually(lambda: held <= set(system.accepted()), 10, "a job that we hold is not shown as accepted")
    eventually(lambda: held <= system.accepted_in_postgres(), 10, "a job that we hold is not recorded as accepted")
    shown = set(system.accepted())
    eventually(
        lambda: shown & set(system.accepted()) <= system.held_in_simulator(),
        10,
        "a job is shown as accepted that somebody else holds",
    )


def test_the_toggle_stops_and_starts(system: RunningSystem, running_bot: Any) -> None:
    stopped = system.api.post("/api/bot/toggle").raise_for_status().json()
    assert stopped["status"]["wanted"] == "stopped"
    assert stopped["message"]
    eventually(lambda: not system.status()["is_running"], 20, "the bot did not stop")
    number = system.post_job()
    again = system.api.post("/api/bot/toggle").raise_for_status().json()
    assert again["status"]["wanted"] == "running"
    eventually(lambda: number in system.accepted(), 30, "the bot that was started again did not accept")


def test_a_changed_configuration_reaches_the_bot_within_a_second(system: RunningSystem, running_bot: Any) -> None:
    before = system.api.get("/api/bot/configuration").raise_for_status().json()["configuration"]
    intervals = [one for one in (0.75, 0.8, 0.85, 0.9) if one != before["check_interval_seconds"]]

    def seconds_until_it_is_used(websocket: ClientConnection, interval: float) -> float:
        began = time.monotonic()
        saved = system.api.put("/api/bot/configuration", json={"check_interval_seconds": interval})
        version = saved.raise_for_status().json()["version"]
        read_until(
            websocket.recv,
            lambda message: (
                message["type"] == "configuration_updated"
                and message["data"]["version"] == version
                and message["data"]["session_id"] == running_bot["session_id"]
            ),
            15,
        )
        return time.monotonic() - began

    try:
        with connect(system.websocket_url) as websocket:
            websocket.recv(5)
            took = [seconds_until_it_is_used(websocket, interval) for interval in intervals[:3]]
        assert min(took) < 1.0, "of three tries the best: a busy machine only adds"
    finally:
        system.api.put("/api/bot/configuration", json=before).raise_for_status()


def test_a_kind_that_is_excluded_is_left_alone_with_the_reason(system: RunningSystem, running_bot: Any) -> None:
    number = system.post_job(kind="Face to Face")
    eventually(
        lambda: any(
            job["job_number"] == number
            for job in system.api.get("/api/bot/jobs", params={"status": "rejected"}).json()["items"]
        ),
        15,
        "the job was not weighed",
    )
    job = next(
        job
        for job in system.api.get("/api/bot/jobs", params={"status": "rejected"}).json()["items"]
        if job["job_number"] == number
    )
    assert "Face to Face" in job["summary"]
    assert system.simulator.get(f"/jobs/{number}").json()["accepts"] == []


def test_the_dashboard_passes_the_api_on(system: RunningSystem) -> None:
    assert "<html" in system.dashboard.get("/").raise_for_status().text
    through = system.dashboard.get("/api/bot/status").raise_for_status().json()
    assert through["session_id"] == system.status()["session_id"]


def test_strangers_are_refused(system: RunningSystem) -> None:
    stranger = {"Origin": "https://example.org"}
    assert system.api.post("/api/bot/toggle", headers=stranger).status_code == 403
    assert system.api.post("/api/bot/toggle", headers={"Host": "example.org"}).status_code == 403
