"""The whole system as its user starts it, on ports and in a data folder of its own, always with the simulator."""

import contextlib
import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg2

from common import process_tree
from system import paths
from system.run import processes
from system.run.ports import free_port
from system.setup.venv import PROJECT

#: What a user may have set for an account of their own must never reach a test.
NOT_FOR_TESTS = re.compile(r"^(ATOZ_(?!TEST_RUN)|SIMULATOR_|DATABASE_URL|REDIS_URL|.*_PORT$|MAX_ACCEPT|CHECK_INTERVAL)")

#: What the script says of a job that was accepted.
ACCEPTED_LINE = r"^\d\d:\d\d:\d\d  accepted (\d+)/atoz\S*  .+ \(\d+\.\d\d s after the bot saw it\)$"

#: Milliseconds within which something is to be seen in a browser: several whole systems share the machine with it.
SOON = 15_000

_PORTS = (
    "API_PORT",
    "DASHBOARD_PORT",
    "POSTGRES_PORT",
    "REDIS_PORT",
    "SIMULATOR_PORT",
    "SIMULATOR_CONTROL_PORT",
)


class LaunchedSystem:
    """``./start_system.sh`` as a process, and the ways to look into what it started."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.ports = {name: free_port() for name in _PORTS}
        self.environment = {
            **{name: value for name, value in os.environ.items() if not NOT_FOR_TESTS.match(name)},
            "ATOZ_ENV_FILE": "",
            "ATOZ_DATA_DIR": str(self.data),
            "ATOZ_SERVERS": "packages",
            **{name: str(port) for name, port in self.ports.items()},
            **settings,
        }
        self.lines: list[str] = []
        self._process: subprocess.Popen[str] | None = None
        self._new_line = threading.Condition()

    # --- the script ---------------------------------------------------------------------------------------------------

    def start(self, *, wait: bool = True) -> None:
        """Starts the script; waits until it has said that everything runs, and where."""
        self.lines = []
        self._process = subprocess.Popen(
            [str(PROJECT / "start_system.sh")],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Ctrl-C for the script must not be one for the tests
            start_new_session=True,
        )
        threading.Thread(target=self._read, args=(self._process, self.lines), daemon=True).start()
        if wait:
            self.line(r"Ctrl-C stops everything", 180)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs the script with arguments, to its end."""
        return self.script("start_system.sh", *arguments)

    def script(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs a script of the top folder with this system's settings, to its end."""
        return subprocess.run(
            [*(["python3"] if name.endswith(".py") else []), str(PROJECT / name), *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    @property
    def process(self) -> psutil.Process:
        """The script's process."""
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def ended(self, seconds: float = 60) -> int:
        """Waits until the script has ended; its exit code."""
        assert self._process is not None
        return self._process.wait(seconds)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Sends the script a signal, Ctrl-C's by default, and waits for its end."""
        self.process.send_signal(number)
        return self.ended()

    def line(self, pattern: str, seconds: float) -> re.Match[str]:
        """The first line that the script wrote, or comes to write, with the pattern in it."""
        deadline = time.monotonic() + seconds
        with self._new_line:
            while True:
                for line in self.lines:
                    found = re.search(pattern, line)
                    if found:
                        return found
                left = deadline - time.monotonic()
                over = self._process is not None and self._process.poll() is not None
                if left <= 0 or over:
                    raise AssertionError(f"no line with {pattern!r} in:\n{self.output}")
                self._new_line.wait(min(left, 0.5))

    @property
    def output(self) -> str:
        """Everything that the script has written."""
        return "\n".join(self.lines)

    def _read(self, process: subprocess.Popen[str], lines: list[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with self._new_line:
                lines.append(line.rstrip("\n"))
                self._new_line.notify_all()

    # --- what it started ----------------------------------------------------------------------------------------------

    @property
    def places(self) -> paths.Paths:
        """Where it keeps things."""
        return paths.existing(self.data, self.data / "logs")

    @property
    def addresses(self) -> dict[str, Any]:
        """What it wrote down for programs that are started by hand."""
        return dict(json.loads(self.places.addresses.read_text()))

    def last_words(self, lines: int = 25) -> str:
        """The last lines of everything that its processes logged, for a test that failed."""
        said = ["--- start_system.sh ---", *self.lines[-lines:]]
        for file in sorted((self.data / "logs").glob("*.log")):
            said += [f"--- {file.name} ---", *file.read_text(errors="replace").splitlines()[-lines:]]
        return "\n".join(said)

    @property
    def dashboard_url(self) -> str:
        """The dashboard's address."""
        return f"http://127.0.0.1:{self.ports['DASHBOARD_PORT']}"

    @property
    def websocket_url(self) -> str:
        """The API's websocket."""
        return f"ws://127.0.0.1:{self.ports['API_PORT']}/ws"

    @contextlib.contextmanager
    def api(self) -> Iterator[httpx.Client]:
        """A client of the API."""
        with httpx.Client(base_url=f"http://127.0.0.1:{self.ports['API_PORT']}", timeout=10) as client:
            yield client

    def get(self, path: str, **query: Any) -> Any:
        """What the API answers to a GET."""
        with self.api() as api:
            return api.get(path, params=query).raise_for_status().json()

    def post(self, path: str) -> Any:
        """What the API answers to a POST without a body."""
        with self.api() as api:
            return api.post(path).raise_for_status().json()

    def simulator(self, method: str, path: str, **body: Any) -> Any:
        """What the simulator's control interface answers."""
        address = f"http://127.0.0.1:{self.ports['SIMULATOR_CONTROL_PORT']}{path}"
        answer = httpx.request(method, address, json=body or None, timeout=10).raise_for_status()
        return answer.json() if answer.content else None

    def post_job(self, **wanted: Any) -> str:
        """Lets a job appear that the rules want and no rival goes for, in an hour that is free; returns its number."""
        ours = {"kind": "Telephone Interpreting", "rival_reaction_ms": None}
        return str(self.simulator("POST", "/jobs", **{**ours, **wanted})["jobs"][0]["job_number"])

    def quieten(self) -> None:
        """From now on no job appears but those that the test posts."""
        self.simulator("PUT", "/settings", jobs_per_minute=0, rivals=0)

    def wait_until_it_watches(self) -> None:
        """Has the bot started where it does not run, and waits until it watches the board."""
        eventually(lambda: bool(self.post("/api/bot/start")["message"]), 30, "the API did not come back")
        eventually(lambda: bool(self.status()["status"] == "running"), 30, "the bot did not come to watch")

    def wait_until_accepted(self, numbers: set[str], seconds: float) -> None:
        """Waits until each of these jobs is accepted in the API and in Postgres, once, and ours on the portal."""
        eventually(
            lambda: numbers <= self.accepted(), seconds, lambda: f"not accepted: {sorted(numbers - self.accepted())}"
        )
        assert numbers <= self.accepted_in_postgres()
        twice = self.rows("SELECT job_number, count(*) FROM job_records GROUP BY 1 HAVING count(*) > 1")
        assert twice == []
        for number in numbers:
            truth = self.simulator("GET", f"/jobs/{number}")
            assert truth["holder"].startswith("us:"), truth
            ours = [one for one in truth["accepts"] if one["who"] == truth["holder"]]
            assert len(ours) == 1, f"accepted more than once: {truth}"

    def status(self) -> Any:
        """``GET /api/bot/status``."""
        return self.get("/api/bot/status")

    def accepted(self) -> set[str]:
        """The numbers of the jobs that the API shows as accepted."""
        return self.numbers_by_status("accepted")

    def numbers_by_status(self, *statuses: str) -> set[str]:
        """The numbers of the jobs that the API shows with one of these outcomes."""
        found: set[str] = set()
        cursor: str | None = None
        while True:
            query = {"status": list(statuses), "limit": 200, **({"cursor": cursor} if cursor else {})}
            page = self.get("/api/bot/jobs", **query)
            found |= {str(job["job_number"]) for job in page["items"]}
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What Postgres answers."""
        connection = psycopg2.connect(self.addresses["database_url"])
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def accepted_in_postgres(self) -> set[str]:
        """The numbers of the jobs that Postgres has as accepted."""
        return {str(row[0]) for row in self.rows("SELECT job_number FROM job_records WHERE status = 'accepted'")}

    def held(self) -> set[str]:
        """The numbers of the jobs that are ours because we accepted them, by the simulator's own truth."""
        return {
            str(job["job_number"])
            for job in self.simulator("GET", "/jobs")["jobs"]
            if str(job["holder"]).startswith("us:") and any(one["who"] == job["holder"] for one in job["accepts"])
        }

    def marked(self) -> list[psutil.Process]:
        """Every process that carries this system's marker."""
        ours = processes.marked(processes.RUN_MARKER, self.places.marker.__eq__)
        return [one for one in ours if process_tree.is_alive(one)]

    def everything(self) -> list[psutil.Process]:
        """Every process of this system, the servers that hide their environment included."""
        servers = [
            one
            for folder in (self.places.redis, self.places.postgres)
            for one in processes.working_in(folder, names=("postgres", "redis-server"))
        ]
        return list({one.pid: one for one in (*self.marked(), *servers)}.values())

    def found(self, *words: str) -> psutil.Process:
        """The one process of this system whose command line has all these words; the oldest where there are several."""
        hits = [one for one in self.everything() if all(word in " ".join(one.cmdline()) for word in words)]
        assert hits, f"no process with {words}"
        return min(hits, key=lambda one: one.create_time())

    def end(self) -> None:
        """Whatever the test did: nothing of this system is left."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        process_tree.stop(self.everything(), gently=signal.SIGKILL)


class Arrivals:
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

    def __enter__(self) -> "Arrivals":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join()


def eventually(what: Callable[[], bool], seconds: float, why: str | Callable[[], str]) -> None:
    """Waits until it is so; fails with the reason when it does not become so in time.

    While parts are being started again they may refuse to answer; that counts as "not yet".
    """
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(httpx.HTTPError, psycopg2.OperationalError):
            if what():
                return
        assert time.monotonic() < deadline, why() if callable(why) else why
        time.sleep(0.05)
