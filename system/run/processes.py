"""Processes: whose they are, and how they end.

A process that the launcher (or a test run) started carries a marker in its environment, and so do all its children;
``marked`` finds them whatever became of their parent. Redis and the workers of Postgres overwrite their environment to
show a title, so servers are found by the folder they work in instead: ``working_in``.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import psutil

#: Environment variable that every process of one installation carries; its value is a digest of the data folder.
RUN_MARKER = "ATOZ_RUN"

_GONE = (psutil.NoSuchProcess, psutil.ZombieProcess)
_NOT_OURS = (psutil.AccessDenied, *_GONE)


def _all_but_us() -> Iterable[psutil.Process]:
    me = os.getpid()
    return (process for process in psutil.process_iter() if process.pid != me)


def marked(name: str, matches: Callable[[str], bool]) -> list[psutil.Process]:
    """The running processes, this one excepted, whose environment has ``name`` with a value that ``matches``."""
    found = []
    for process in _all_but_us():
        try:
            value = process.environ().get(name)
        except (*_NOT_OURS, OSError):
            continue  # another user's process, or one that just ended
        if value is not None and matches(value):
            found.append(process)
    return found


def name_of_run(process: psutil.Process) -> str:
    """A name for what a process starts, which no later process has: its number may be given again."""
    return f"{process.pid}-{int(process.create_time())}"


def is_over(run: str) -> bool:
    """Whether the process that a run is named after (``name_of_run``) has ended, however it ended."""
    pid, _, _ = run.partition("-")
    try:
        return name_of_run(psutil.Process(int(pid))) != run
    except (psutil.NoSuchProcess, ValueError):
        return True


def working_in(folder: Path, *, names: Sequence[str]) -> list[psutil.Process]:
    """The running processes named one of ``names`` whose working folder is ``folder`` or lies in it."""
    wanted = folder.resolve()
    found = []
    for process in _all_but_us():
        try:
            if process.name() not in names:
                continue
            place = Path(process.cwd())
        except (*_NOT_OURS, OSError):
            continue
        if place == wanted or wanted in place.parents:
            found.append(process)
    return found


def with_descendants(process: psutil.Process) -> list[psutil.Process]:
    """The process and everything that it started, as far as it is still known as a descendant."""
    try:
        return [process, *process.children(recursive=True)]
    except _GONE:
        return [process]


def is_alive(process: psutil.Process) -> bool:
    """Whether the process still does something; a zombie does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except _GONE:
        return False


def send(process: psutil.Process, number: signal.Signals) -> None:
    """Sends a signal; a process that is gone already is none to complain about."""
    try:
        process.send_signal(number)
    except _GONE:
        return


def wait_until_gone(processes: Sequence[psutil.Process], patience_seconds: float) -> list[psutil.Process]:
    """Waits for the processes to end, at most so long; returns those that still run.

    An orphan may stay a zombie for as long as the machine's first process does not collect it (as in many containers):
    it is gone for us, where ``psutil.wait_procs`` would go on waiting.
    """
    deadline = time.monotonic() + patience_seconds
    left = [one for one in processes if is_alive(one)]
    while left and time.monotonic() < deadline:
        time.sleep(0.01)
        left = [one for one in left if is_alive(one)]
    return left


def stop(
    processes: Sequence[psutil.Process],
    *,
    gently: signal.Signals = signal.SIGTERM,
    patience_seconds: float = 10.0,
) -> list[psutil.Process]:
    """Asks the processes to end, and kills them and their descendants where they have not after the patience.

    Returns those that had to be killed.
    """
    everything = list({one.pid: one for process in processes for one in with_descendants(process)}.values())
    for process in processes:
        send(process, gently)
    wait_until_gone(processes, patience_seconds)
    stubborn = [one for one in everything if is_alive(one)]
    for process in stubborn:
        send(process, signal.SIGKILL)
    wait_until_gone(stubborn, 5.0)
    return stubborn
