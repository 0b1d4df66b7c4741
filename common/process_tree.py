"""Processes with everything that they started: found and ended.

psutil compares the moment of a process's creation before it sends a signal: another process that got the same id since
is never hit.
"""

import signal
import time
from collections.abc import Sequence

import psutil

#: What psutil raises for a process that has ended.
GONE = (psutil.NoSuchProcess, psutil.ZombieProcess)


def with_descendants(process: psutil.Process) -> list[psutil.Process]:
    """The process and everything that it started, as far as it is still known as a descendant."""
    try:
        return [process, *process.children(recursive=True)]
    except GONE:
        return [process]


def is_alive(process: psutil.Process) -> bool:
    """Whether the process still does something; a zombie does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except GONE:
        return False


def send(process: psutil.Process, number: signal.Signals) -> None:
    """Send a signal; quiet where the process has ended already."""
    try:
        process.send_signal(number)
    except GONE:
        return


def wait_until_gone(processes: Sequence[psutil.Process], timeout_seconds: float) -> list[psutil.Process]:
    """Wait for the processes to end, at most this long; returns those that still run.

    An orphan may stay a zombie for as long as the machine's first process does not collect it (as in many containers):
    it is gone for us, where ``psutil.wait_procs`` would go on waiting.
    """
    deadline = time.monotonic() + timeout_seconds
    left = [one for one in processes if is_alive(one)]
    while left and time.monotonic() < deadline:
        time.sleep(0.01)
        left = [one for one in left if is_alive(one)]
    return left


def stop(
    processes: Sequence[psutil.Process],
    *,
    gently: signal.Signals = signal.SIGTERM,
    timeout_seconds: float = 10.0,
) -> list[psutil.Process]:
    """Ask the processes to end; after the timeout kill those that have not, with all their descendants.

    Returns those that had to be killed.
    """
    everything = list({one.pid: one for process in processes for one in with_descendants(process)}.values())
    for process in processes:
        send(process, gently)
    wait_until_gone(processes, timeout_seconds)
    stubborn = [one for one in everything if is_alive(one)]
    for process in stubborn:
        send(process, signal.SIGKILL)
    wait_until_gone(stubborn, 5.0)
    return stubborn
