"""The control plane as tests use it: a real uvicorn process with a data folder of its own, and its parts in-process."""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import psutil
import psycopg2
import pytest
from redis import Redis

from app.database.connection import Database
from app.database.migrate import migrate
from app.settings import Settings
from contract.streams import heartbeat
from system.run.ports import free_port
from system.servers.postgres import PostgresServer
from system.servers.redis import RedisServer

PROJECT = Path(__file__).resolve().parents[2]
FAKE_BOT = Path(__file__).with_name("backend_fake_bot.py")


def until(condition: Callable[[], Any], patience: float = 20.0) -> Any:
    """What ``condition`` answers as soon as it is true; raises AssertionError when it never is."""
    deadline = time.monotonic() + patience
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not come true in {patience} s; the last answer was {answer!r}")
        time.sleep(0.02)


class Api:
    """A uvicorn process, as somebody starts it by hand."""

    def __init__(self, data: Path, environment: dict[str, str]) -> None:
        self.data = data
        self.redis_url = environment["REDIS_URL"]
        self.password = environment["ATOZ_PASSWORD"]
        self.port = free_port()
        self.log = data / f"api-{self.port}.log"
        self._environment = {**os.environ, **environment, "API_PORT": str(self.port), "PYTHONFAULTHANDLER": "1"}
        self.process: subprocess.Popen[bytes] | None = None
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20.0)

    def start(self, *options: str, wait: bool = True) -> "Api":
        command = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(self.port), *options]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                command, cwd=PROJECT / "backend", env=self._environment, stdout=output, stderr=output
            )
        if wait:
            until(self.answers)
        return self

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.http.get("/health").status_code == 200
        except httpx.TransportError:
            return False

    def is_ok(self) -> bool:
        return self.answers() and bool(self.http.get("/health").json()["status"] == "ok")

    def stop(self) -> None:
        self.end(signal.SIGTERM)

    def kill(self) -> None:
        self.end(signal.SIGKILL)

    def end(self, number: signal.Signals) -> None:
        process, self.process = self.process, None
        if process is not None and process.poll() is None:
            process.send_signal(number)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                # with the fault handler this has it write down what each of its threads is doing
                process.send_signal(signal.SIGABRT)
                process.wait()
                raise AssertionError(f"the API does not end:\n{self.log.read_text()[-10_000:]}") from None

    def status(self) -> dict[str, Any]:
        return dict(self.http.get("/api/bot/status").raise_for_status().json())

    def post(self, action: str, **query: str) -> httpx.Response:
        return self.http.post(f"/api/bot/{action}", params=query)

    def heartbeat(self, session_id: str) -> dict[str, Any]:
        redis = Redis.from_url(self.redis_url, protocol=2)
        raw = redis.get(heartbeat(session_id))
        redis.close()
        return dict(json.loads(cast("bytes", raw)))

    # --- the fake bots of this control plane ------------------------------------------------------------------------

    def forget_everything(self) -> None:
        """Ends the bots and empties the tables and Redis."""
        # first the rows: a bot that is not wanted is not started again
        self._empty_tables()
        self.end_bots()
        redis = Redis.from_url(self.redis_url, protocol=2)
        redis.flushall()
        redis.close()
        self._empty_tables()
        for file in ("starts.jsonl", "fake-bot.json"):
            (self.data / file).unlink(missing_ok=True)

    def _empty_tables(self) -> None:
        tables = "bot_sessions, job_records, analytics_periods, bot_configurations, system_logs, ingest_positions"
        connection = psycopg2.connect(self._environment["DATABASE_URL"])
        # all at once, while the control plane goes on with some of them: of two that wait for each other Postgres
        # refuses one, and this one may be it
        for refusals in itertools.count(1):
            try:
                with connection, connection.cursor() as cursor:
                    cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY")
            except psycopg2.errors.DeadlockDetected:
                assert refusals < 5, "the tables cannot be emptied"
            else:
                break
        connection.close()

    def bots_behave(self, behaviour: str, seconds: float = 0.0) -> None:
        (self.data / "fake-bot.json").write_text(json.dumps({"behaviour": behaviour, "seconds": seconds}))

    def starts(self, session_id: str | None = None) -> list[dict[str, Any]]:
        file = self.data / "starts.jsonl"
        lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        return [line for line in lines if session_id in (None, line["session_id"])]

    def living_bots(self) -> list[psutil.Process]:
        found = []
        for start in self.starts():
            try:
                process = psutil.Process(start["pid"])
                if FAKE_BOT.name in " ".join(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.NoSuchProcess:
                continue
        return found

    def end_bots(self) -> None:
        for bot in self.living_bots():
            bot.kill()


def _environment(data: Path, database_url: str, redis_url: str, **more: str) -> dict[str, str]:
    return {
        "ATOZ_ENV_FILE": "",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "ATOZ_DATA_DIR": str(data),
        "ATOZ_LOG_DIR": str(data / "logs"),
        "ATOZ_USERNAME": "owner@example.org",
        "ATOZ_PASSWORD": uuid.uuid4().hex,
        "ATOZ_BOT_SCRIPT": str(FAKE_BOT),
        **more,
    }


@pytest.fixture
def data_dir(run_folder: Path) -> Path:
    folder = run_folder / f"backend-{uuid.uuid4().hex[:8]}"
    folder.mkdir()
    return folder


MakeApi = Callable[..., Api]


@pytest.fixture
def make_api(data_dir: Path) -> Iterator[MakeApi]:
    """Makes control planes that share one data folder; ends them and their bots."""
    made: list[Api] = []

    def make(database_url: str, redis_url: str, **environment: str) -> Api:
        api = Api(data_dir, _environment(data_dir, database_url, redis_url, **environment))
        made.append(api)
        return api

    yield make
    for api in made:
        api.kill()
        api.http.close()
    for api in made:
        api.end_bots()


@pytest.fixture
def own_api(make_api: MakeApi, postgres_url: str, redis_server: RedisServer) -> Api:
    """A control plane of this test's own, that works."""
    started = make_api(postgres_url, redis_server.url).start()
    until(started.is_ok)
    return started


@pytest.fixture(scope="session")
def _shared_api(run_folder: Path, postgres_server: PostgresServer) -> Iterator[Api]:
    folder = run_folder / "backend-shared"
    folder.mkdir()
    redis = RedisServer(folder / "redis", port=free_port(), log=folder / "redis.log")
    redis.start()
    name = f"test_{uuid.uuid4().hex}"
    api = Api(folder, _environment(folder, postgres_server.create_database(name), redis.url))
    yield api
    api.kill()
    api.end_bots()
    api.http.close()
    redis.kill()
    postgres_server.drop_database(name)


@pytest.fixture
def api(_shared_api: Api) -> Api:
    """A control plane that works and knows nothing yet. Tests share its process: do not stop it."""
    if not _shared_api.runs:
        _shared_api.start()
    else:
        _shared_api.forget_everything()
    until(_shared_api.is_ok)
    return _shared_api


@pytest.fixture
def api_redis(api: Api) -> Iterator[Redis]:
    """The Redis of the shared control plane."""
    client = Redis.from_url(api.redis_url, protocol=2)
    yield client
    client.close()


@pytest.fixture
def backend_settings(postgres_url: str, redis_server: RedisServer, data_dir: Path) -> Settings:
    """Settings of a control plane whose parts a test runs itself."""
    return Settings.model_validate(
        {"database_url": postgres_url, "redis_url": redis_server.url, "atoz_data_dir": data_dir}
    )


@pytest.fixture
def database(backend_settings: Settings) -> Iterator[Database]:
    """A database with its tables."""
    made = Database(backend_settings)
    migrate(made.engine)
    made.schema_ready.set()
    yield made
    made.close()


@pytest.fixture
def redis_client(redis_server: RedisServer) -> Iterator[Redis]:
    client = Redis.from_url(redis_server.url, protocol=2)
    yield client
    client.close()


@pytest.fixture
def own_database_url(own_postgres_server: PostgresServer) -> str:
    """A database on a server of this test's own, to stop and start."""
    return own_postgres_server.create_database(f"test_{uuid.uuid4().hex}")
