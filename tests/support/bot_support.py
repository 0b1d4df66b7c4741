"""What the bot's tests share: waiting for a state, and bots in processes of their own."""

import asyncio
import inspect
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import psutil
import redis

from bot.account.account_folder import AccountFolder, account_id
from bot.account.session_store import StoredSession
from bot.portal.credentials import Credentials
from bot.portal.definition.model import load
from common import process_tree
from contract import streams
from contract.commands import Command, encode_command
from contract.events import Event, JobProcessed, decode_event
from contract.jobs import JobReport, JobStatus
from contract.presence import Heartbeat
from tests.support.signed_in_session import session_without_browser
from tests.support.simulator_client import SimulatorProcess
from tests.support.simulator_visitor import Visitor

PROJECT = Path(__file__).resolve().parents[2]
#: an address at which nothing answers
NO_REDIS = "redis://127.0.0.1:1/0"


async def until(condition: Callable[[], object | Awaitable[object]], patience: float = 15.0) -> None:
    """Return when ``condition``, a function or a coroutine function, says yes; raises TimeoutError."""
    async with asyncio.timeout(patience):
        while True:
            answer = condition()
            if await answer if inspect.isawaitable(answer) else answer:
                return
            await asyncio.sleep(0.01)


def wait_until(condition: Callable[[], object], what: str = "", patience: float = 20.0) -> None:
    """Return when ``condition`` says yes; raises AssertionError."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not happen within {patience} s: {what or inspect.getsource(condition)}")
        time.sleep(0.02)


def portal_of(simulator: SimulatorProcess) -> str:
    """The name of the definition that describes a simulator's pages."""
    return "simulator" if simulator.skin == "atoz" else simulator.skin


def name_of(process: psutil.Process) -> str:
    """A process's name; empty where it has ended since."""
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


def sign_in_before(simulator: SimulatorProcess, data_dir: Path) -> None:
    """Keep a signed-in session where a bot finds it, so that a test about something else needs no browser."""
    definition = load(portal_of(simulator)).at(simulator.base_url)
    credentials = Credentials(username=simulator.username, password=simulator.password)
    kept = AccountFolder(data_dir, account_id(definition, credentials.username)).kept_session
    if kept.exists():
        return
    with Visitor(simulator.base_url) as visitor:
        session = session_without_browser(visitor, simulator.skin, credentials.username, credentials.password)
    StoredSession(kept).keep(session, credentials)


class BotRun:
    """A bot in a process of its own, at a simulator, with its data in ``folder``."""

    def __init__(
        self,
        simulator: SimulatorProcess,
        folder: Path,
        *,
        session: str = "session-20261120_101500",
        script: str = "tests/support/bot_driver.py",
        point: str | None = None,
        redis_url: str = NO_REDIS,
        with_browser: bool = False,
        stdout: int | None = None,
        stdin: int = subprocess.DEVNULL,
        **settings: str,
    ) -> None:
        if not with_browser:
            sign_in_before(simulator, folder)
        self.session = session
        self.folder = folder
        self.output = folder / f"{session}-{time.monotonic_ns()}.txt"
        environment = os.environ | {
            "ATOZ_ENV_FILE": "",
            "ATOZ_USERNAME": simulator.username,
            "ATOZ_PASSWORD": simulator.password,
            "ATOZ_BASE_URL": simulator.base_url,
            "ATOZ_PORTAL": portal_of(simulator),
            "ATOZ_DATA_DIR": str(folder),
            "REDIS_URL": redis_url,
            "MAX_ACCEPT_PER_RUN": "none",
        }
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, script, session, *([point] if point else [])],
                cwd=PROJECT,
                env=environment | settings,
                stdin=stdin,
                stdout=output if stdout is None else stdout,
                stderr=output,
            )

    def said(self) -> str:
        """What it printed."""
        return self.output.read_text()

    def log(self) -> str:
        """Its log, of this and of earlier processes of the session."""
        file = self.folder / "logs" / f"bot-{self.session}.log"
        return file.read_text() if file.exists() else ""

    def logged(self, action: str) -> int:
        """How often this action stands in the log."""
        return self.log().count(f'"action": "{action}"')

    def wait_for_log(self, action: str, times: int = 1, patience: float = 30.0) -> None:
        """Wait until it is logged; AssertionError with the log where it never is."""
        deadline = time.monotonic() + patience
        while self.logged(action) < times:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{action} was not logged:\n{self.said()}\n{self.log()}")
            time.sleep(0.02)

    def wait(self, patience: float = 30.0) -> int:
        """Its exit code, when it has ended."""
        return self.process.wait(patience)

    def stop(self) -> int:
        """SIGTERM, and its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """What ``kill -9`` does."""
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """Leave nothing running."""
        if self.process.poll() is None:
            family = process_tree.with_descendants(psutil.Process(self.process.pid))
            for one in family:
                process_tree.send(one, signal.SIGKILL)
            self.process.wait()


@contextmanager
def bot(simulator: SimulatorProcess, folder: Path, **more: Any) -> Iterator[BotRun]:
    """A bot that is ended whatever happens."""
    run = BotRun(simulator, folder, **more)
    try:
        yield run
    finally:
        run.end()


class Reports:
    """What bots reported, as a reader of the stream sees it."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, protocol=2)

    def close(self) -> None:
        """Give back the connection."""
        self._redis.close()

    def events(self) -> list[Event]:
        """Each event once, in the order of its outbox."""
        entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", self._redis.xrange(streams.EVENTS))
        found: dict[tuple[str, int], Event] = {}
        for _, fields in entries:
            event = decode_event(fields[streams.EVENT_FIELD])
            found.setdefault((event.outbox_id, event.seq), event)
        return list(found.values())

    def jobs(self) -> dict[str, JobReport]:
        """The newest report on each job."""
        return {event.report.job.job_number: event.report for event in self.events() if isinstance(event, JobProcessed)}

    def status(self, job_number: str) -> JobStatus | None:
        """A job's outcome as it was told last."""
        report = self.jobs().get(job_number)
        return None if report is None else report.status

    def beat(self, session: str) -> Heartbeat | None:
        """A session's newest heartbeat."""
        raw = cast("bytes | None", self._redis.get(streams.heartbeat(session)))
        return None if raw is None else Heartbeat.model_validate_json(raw)

    def tell(self, session: str, command: Command) -> None:
        """Send a command."""
        self._redis.xadd(streams.commands(session), {streams.COMMAND_FIELD: encode_command(command)})
