"""Every part started by hand, as docs/guides/troubleshooting.md says, in an order that nobody would choose."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from system.servers.redis import RedisServer
from system.setup.venv import PROJECT
from tests.e2e.launched import NOT_FOR_TESTS, eventually
from tests.support.simulator_client import SimulatorProcess


@contextmanager
def _by_hand(command: list[str], folder: str, environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=PROJECT / folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def redis_that_is_away(run_folder: Path, free_port: Callable[[], int]) -> Iterator[RedisServer]:
    place = run_folder / f"redis-{uuid.uuid4().hex[:8]}"
    server = RedisServer(place, port=free_port(), log=place.with_suffix(".log"))
    yield server
    server.kill()


def test_first_the_bot_then_the_dashboard_then_the_api_and_redis_last(
    simulator: SimulatorProcess,
    postgres_url: str,
    redis_that_is_away: RedisServer,
    free_port: Callable[[], int],
    tmp_path: Path,
    page: Page,
) -> None:
    api_port, dashboard_port = free_port(), free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not NOT_FOR_TESTS.match(name)},
        "ATOZ_ENV_FILE": "",
        "ATOZ_DATA_DIR": str(tmp_path),
        "ATOZ_PORTAL": "simulator",
        "ATOZ_BASE_URL": simulator.base_url,
        "ATOZ_USERNAME": simulator.username,
        "ATOZ_PASSWORD": simulator.password,
        "DATABASE_URL": postgres_url,
        "REDIS_URL": redis_that_is_away.url,
        "API_PORT": str(api_port),
        # the API answers to the name that the browser sees
        "DASHBOARD_PORT": str(dashboard_port),
    }
    log = tmp_path / "by-hand.log"
    dashboard = ["npm", "run", "dev", "--", "--port", str(dashboard_port)]
    api = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(api_port)]
    bot = [sys.executable, "integrated_bot.py", "session-20261120_101500"]
    with _by_hand(bot, "bot", environment, log):
        # no control plane, no Redis: the bot works
        early = simulator.post_job(kind="Telephone Interpreting").job_number
        eventually(lambda: simulator.truth(early).holder == simulator.us, 45, "the bot alone did not accept")
        with _by_hand(dashboard, "frontend", environment, log), _by_hand(api, "backend", environment, log):
            page.goto(_when_served(f"http://127.0.0.1:{dashboard_port}/jobs"))
            redis_that_is_away.start()
            # what it did before anybody was there to hear it
            row = page.get_by_role("row").filter(has_text=f"{early}/atoz")
            expect(row).to_contain_text("Accepted", timeout=45_000)
            late = simulator.post_job(kind="Telephone Interpreting").job_number
            row = page.get_by_role("row").filter(has_text=f"{late}/atoz")
            expect(row).to_contain_text("Accepted", timeout=20_000)
            status = httpx.get(f"http://127.0.0.1:{api_port}/api/bot/status").json()
            assert (status["session_id"], status["started_by"]) == ("session-20261120_101500", "command_line")


def _when_served(address: str) -> str:
    eventually(lambda: httpx.get(address).is_success, 60, f"{address} is not served")
    return address
