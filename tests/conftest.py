"""What every test may ask for: real servers, free ports, and nothing left behind.

Everything that a test run starts carries ``ATOZ_TEST_RUN`` in its environment and keeps its data in a folder named
after the run, so that a run that was killed is cleaned up by the next one.
"""

import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import settings as hypothesis_settings

from common import process_tree
from system.run import processes
from system.run.ports import free_port as find_free_port
from system.servers.postgres import PostgresServer
from system.servers.redis import RedisServer

TEST_MARKER = "ATOZ_TEST_RUN"

#: Not pytest's own temporary folder: that is closed to the user which runs PostgreSQL when the tests run as root.
_RUNS = Path(tempfile.gettempdir()) / f"atoz-bot-tests-{os.getuid()}"

pytest_plugins = [
    f"tests.support.{file.stem}" for file in sorted((Path(__file__).parent / "support").glob("fixtures_*.py"))
]


# How long an example takes says something about the machine and nothing about what is tested. The examples are the same
# in every run, so that a change fails by what it changed; for new ones: pytest --hypothesis-profile=exploring
hypothesis_settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis_settings.register_profile("exploring", deadline=None)
hypothesis_settings.load_profile("repeatable")


def _clean_up(run: str) -> None:
    """Kills what the run left and removes its folder."""
    left = processes.marked(TEST_MARKER, lambda value: value == run)
    folder = _RUNS / run
    if folder.exists():
        left += processes.working_in(folder, names=("postgres", "redis-server"))
    process_tree.stop(left, gently=signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    """Names this run, and cleans up after runs that were killed."""
    if hasattr(config, "workerinput"):
        return  # a worker of pytest-xdist belongs to the run that started it
    for value in {one.environ().get(TEST_MARKER, "") for one in processes.marked(TEST_MARKER, processes.is_over)}:
        _clean_up(value)
    for folder in _RUNS.glob("*-*"):
        if processes.is_over(folder.name):
            _clean_up(folder.name)
    os.environ[TEST_MARKER] = processes.name_of_run(psutil.Process())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends whatever a test forgot."""
    run = os.environ.get(TEST_MARKER)
    if run and not hasattr(config, "workerinput"):
        _clean_up(run)


#: Playwright keeps an event loop in the main thread, in which no other test can run its own: its tests are last.
_ORDER = ("unit", "integration", "faults", "e2e")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The quick tests first, the browser's last."""
    here = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        part = item.path.relative_to(here).parts[0] if item.path.is_relative_to(here) else ""
        return _ORDER.index(part) if part in _ORDER else len(_ORDER)

    items.sort(key=place)


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """A folder of this test run that every user may pass through; for what a server of another user must reach."""
    folder = _RUNS / os.environ[TEST_MARKER] / os.environ.get("PYTEST_XDIST_WORKER", "main")
    for one in (_RUNS, folder.parent, folder):
        one.mkdir(parents=True, exist_ok=True)
        one.chmod(0o711)
    return folder


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """A function that finds a port which nothing listens on."""
    return find_free_port


@pytest.fixture(scope="session")
def postgres_server(run_folder: Path) -> Iterator[PostgresServer]:
    """One real PostgreSQL for all tests of this process. Do not stop it: see ``own_postgres_server``."""
    # a test's data need not survive the machine
    quick = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
    server = PostgresServer(run_folder / "postgres", log=run_folder / "postgres.log", settings=quick)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a fresh, empty database of this test's own."""
    name = f"test_{uuid.uuid4().hex}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)


@pytest.fixture
def own_postgres_server(run_folder: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL of this test's own, durable as in use, to ``stop``, ``start`` and ``kill``."""
    place = run_folder / f"postgres-{uuid.uuid4().hex[:8]}"
    server = PostgresServer(place, log=place.with_suffix(".log"))
    server.start()
    yield server
    server.kill()
    shutil.rmtree(place)


@pytest.fixture
def redis_server(run_folder: Path) -> Iterator[RedisServer]:
    """A real, empty Redis of this test's own, to ``stop``, ``start`` and ``kill``; it keeps its port and its data."""
    place = run_folder / f"redis-{uuid.uuid4().hex[:8]}"
    server = RedisServer(place, port=find_free_port(), log=place.with_suffix(".log"))
    server.start()
    yield server
    server.kill()
    shutil.rmtree(place)
