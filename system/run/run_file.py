"""Whether a system runs from this data folder: one at a time, where it answers, and stopping it from elsewhere."""

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from common.file_lock import LockedByAnother, file_lock, is_locked
from system import paths
from system.console import Problem, Terminal
from system.run import cleanup
from system.run.api_client import ControlPlane
from system.servers.backing import Storage
from system.settings import Settings

_STOPS_WITHIN_SECONDS = 90.0


@contextmanager
def only_one(where: paths.Paths, settings: Settings) -> Iterator[None]:
    """Holds the data folder for this launcher. Raises ``Problem`` where another one has it.

    The lock ends with the process, however it ends; it is not handed to children.
    """
    with ExitStack() as held:
        try:
            held.enter_context(file_lock(_lock(where), wait=False))
        except LockedByAnother:
            raise Problem(_already_runs(where)) from None
        me = psutil.Process()
        content = {
            "pid": me.pid,
            "process_started_at": me.create_time(),
            "dashboard_url": f"http://127.0.0.1:{settings.dashboard_port}",
            "api_url": f"http://127.0.0.1:{settings.api_port}",
            "practice": settings.is_practice,
        }
        paths.write_private(where.launcher, content)
        try:
            yield
        finally:
            where.launcher.unlink(missing_ok=True)


def announce(
    where: paths.Paths, settings: Settings, storage: Storage, practice_account: Mapping[str, str] | None
) -> None:
    """Writes down where everything answers, and the practice account, for what is started by hand."""
    content = {
        "database_url": storage.database_url,
        "redis_url": storage.redis_url,
        "api_url": f"http://127.0.0.1:{settings.api_port}",
        "dashboard_url": f"http://127.0.0.1:{settings.dashboard_port}",
        "practice": settings.is_practice,
    }
    if practice_account is not None:
        paths.write_private(where.practice, dict(practice_account))
        content["simulator_url"] = f"http://127.0.0.1:{settings.simulator_port}"
        content["simulator_control_url"] = f"http://127.0.0.1:{settings.simulator_control_port}"
    paths.write_private(where.addresses, content)


def withdraw(where: paths.Paths) -> None:
    """Takes back what ``announce`` wrote."""
    where.addresses.unlink(missing_ok=True)
    where.practice.unlink(missing_ok=True)


def tell(where: paths.Paths, terminal: Terminal) -> int:
    """Says whether a system runs and how its bot stands; the exit code is 1 where none runs."""
    running = paths.read(where.launcher) if _is_held(where) else None
    if running is None:
        left = cleanup.count(where)
        if left:
            terminal.say(
                f"AtoZ Bot was not stopped in order: {left} of its processes still run, and nobody keeps them up."
            )
            terminal.say("  ./start_system.sh starts it anew; ./start_system.sh --stop ends them.")
        else:
            terminal.say("AtoZ Bot does not run here.")
        return 1
    terminal.say(f"AtoZ Bot runs (process {running['pid']}{', practice mode' if running['practice'] else ''}).")
    terminal.say(f"  Dashboard   {running['dashboard_url']}")
    terminal.say(f"  API         {running['api_url']}")
    status = ControlPlane(running["api_url"]).status()
    if status is None:
        terminal.say("  The API does not answer; verify_connections.py tells more.")
    else:
        reason = f": {status['status_reason']}" if status["status_reason"] else ""
        terminal.say(f"  Bot         {status['status']}, {status['total_accepted']} accepted{reason}")
    return 0


def stop_running(where: paths.Paths, terminal: Terminal) -> int:
    """Stops the system that runs from this data folder, or what is left of it."""
    running = paths.read(where.launcher) if _is_held(where) else None
    if running is None:
        ended = cleanup.stop(where)
        terminal.say(f"Stopped {ended} processes that were left behind." if ended else "AtoZ Bot does not run here.")
        return 0
    os.kill(int(running["pid"]), signal.SIGTERM)
    with terminal.step("Stopping") as step:
        deadline = time.monotonic() + _STOPS_WITHIN_SECONDS
        while _is_held(where):
            if time.monotonic() > deadline:
                raise Problem(f"the launcher, process {running['pid']}, has not stopped; see {where.logs}")
            time.sleep(0.1)
        step.outcome = "everything has stopped"
    return 0


def _lock(where: paths.Paths) -> Path:
    return where.run / "launcher.lock"


def _is_held(where: paths.Paths) -> bool:
    return is_locked(_lock(where))


def _already_runs(where: paths.Paths) -> str:
    running = paths.read(where.launcher)
    if running is None:  # it has just begun
        return "it is being started already, in another terminal"
    return (
        f"it runs already (process {running['pid']}): dashboard {running['dashboard_url']}, API {running['api_url']}; "
        "./start_system.sh --stop stops it"
    )
