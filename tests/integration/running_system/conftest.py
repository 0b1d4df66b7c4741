"""The running system, as its users see it. Collected by ``python test_integration.py`` alone."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg2
import pytest
from websockets.sync.client import connect

ADDRESSES = "ATOZ_RUNNING_SYSTEM"

if ADDRESSES not in os.environ:
    collect_ignore_glob = ["test_*.py"]


@dataclass(frozen=True, kw_only=True)
class RunningSystem:
    """Where everything answers."""

    api: httpx.Client
    dashboard: httpx.Client
    simulator: httpx.Client
    database_url: str
    websocket_url: str

    def status(self) -> Any:
        """``GET /api/bot/status``."""
        return self.api.get("/api/bot/status").raise_for_status().json()

    def accepted(self) -> dict[str, Any]:
        """The jobs of the current account that the API shows as accepted, by number."""
        account = self.status()["account_id"]
        found: dict[str, Any] = {}
        cursor: str | None = None
        while True:
            query: dict[str, str | int] = {"status": "accepted", "limit": 200, **({"cursor": cursor} if cursor else {})}
            page = self.api.get("/api/bot/jobs", params=query).raise_for_status().json()
            found |= {job["job_number"]: job for job in page["items"] if job["account_id"] == account}
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def accepted_in_postgres(self) -> set[str]:
        """The same, asked of the database itself."""
        connection = psycopg2.connect(self.database_url)
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT job_number FROM job_records WHERE status = 'accepted' AND account_id = %s",
                    (self.status()["account_id"],),
                )
                return {str(row[0]) for row in cursor.fetchall()}
        finally:
            connection.close()

    def held_in_simulator(self) -> set[str]:
        """The jobs that are ours in the simulator's own truth because we accepted them."""
        jobs = self.simulator.get("/jobs").raise_for_status().json()["jobs"]
        return {
            job["job_number"]
            for job in jobs
            if str(job["holder"]).startswith("us:") and any(one["who"] == job["holder"] for one in job["accepts"])
        }

    def post_job(self, **wanted: Any) -> str:
        """Lets a job appear on the board, in an hour that is free, that no rival goes for; returns its number."""
        ours = {"kind": "Telephone Interpreting", "rival_reaction_ms": None}
        answer = self.simulator.post("/jobs", json={**ours, **wanted}).raise_for_status()
        return str(answer.json()["jobs"][0]["job_number"])

    def messages_until(self, enough: Callable[[dict[str, Any]], bool], seconds: float = 15.0) -> list[dict[str, Any]]:
        """What the websocket says until one message is ``enough``."""
        with connect(self.websocket_url) as websocket:
            return read_until(websocket.recv, enough, seconds)


def read_until(
    receive: Callable[[float], str | bytes], enough: Callable[[dict[str, Any]], bool], seconds: float
) -> list[dict[str, Any]]:
    """Messages up to and with the one that is enough; fails when it does not come in time."""
    deadline = time.monotonic() + seconds
    messages: list[dict[str, Any]] = []
    while True:
        messages.append(json.loads(receive(max(deadline - time.monotonic(), 0.01))))
        if enough(messages[-1]):
            return messages


def eventually(what: Callable[[], bool], seconds: float, why: str) -> None:
    """Waits until it is so; fails with the reason when it does not become so in time."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, why
        time.sleep(0.05)


@pytest.fixture(scope="session")
def system() -> Iterator[RunningSystem]:
    """The system that runs."""
    written = json.loads(Path(os.environ[ADDRESSES]).read_text())
    with (
        httpx.Client(base_url=written["api_url"]) as api,
        httpx.Client(base_url=written["dashboard_url"]) as dashboard,
        httpx.Client(base_url=written["simulator_control_url"]) as simulator,
    ):
        yield RunningSystem(
            api=api,
            dashboard=dashboard,
            simulator=simulator,
            database_url=written["database_url"],
            websocket_url=f"{written['api_url'].replace('http://', 'ws://', 1)}/ws",
        )


@pytest.fixture
def running_bot(system: RunningSystem) -> Iterator[Any]:
    """A bot that watches; it does so again after the test, whatever the test did to it."""
    _ensure_running(system)
    yield system.status()
    _ensure_running(system)


def _ensure_running(system: RunningSystem) -> None:
    if system.status()["wanted"] != "running":
        system.api.post("/api/bot/start").raise_for_status()
    eventually(
        lambda: system.status()["is_running"] and system.status()["status"] == "running", 30, "no bot came to watch"
    )
