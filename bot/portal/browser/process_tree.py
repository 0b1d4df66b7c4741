"""The processes of one browser: found by a mark on its command line, measured, and ended whatever state they are in.

Nothing here imports Playwright. A stopped process (SIGSTOP), one that hangs and one that lost its parent all end.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterable

import psutil

#: How long a killed process may take to be gone; the kernel needs milliseconds.
_GONE_WITHIN_SECONDS = 5.0


def marked(mark: str) -> list[psutil.Process]:
    """This process's descendants that carry the mark on their command line, and all theirs."""
    found: dict[int, psutil.Process] = {}
    for process in family([psutil.Process()]):
        with contextlib.suppress(psutil.Error):
            if mark in process.cmdline():
                found |= {one.pid: one for one in (process, *family([process]))}
    return list(found.values())


def with_parent(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """These processes, and the one between them and this one: the driver that started the browser."""
    found = {one.pid: one for one in processes}
    here = psutil.Process()
    for process in list(found.values()):
        with contextlib.suppress(psutil.Error):
            parent = process.parent()
            if parent is not None and parent.pid not in found and parent.ppid() == here.pid:
                found[parent.pid] = parent
    return list(found.values())


def family(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """All descendants of these processes."""
    found: dict[int, psutil.Process] = {}
    for process in processes:
        with contextlib.suppress(psutil.Error):
            found |= {one.pid: one for one in process.children(recursive=True)}
    return list(found.values())


def memory_of(processes: Iterable[psutil.Process]) -> int:
    """What they use together, bytes: the proportional set size where the system tells it, else the resident one."""
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            used = process.memory_full_info()
            total += getattr(used, "pss", 0) or used.rss
    return total


async def end(processes: Iterable[psutil.Process]) -> None:
    """Kill these processes and all their descendants; returns when they are gone."""
    known = {one.pid: one for one in processes}
    known |= {one.pid: one for one in family(known.values())}
    for process in known.values():
        # psutil compares the moment of creation: another process with the same id is never killed
        with contextlib.suppress(psutil.Error):
            process.kill()
    give_up_at = time.monotonic() + _GONE_WITHIN_SECONDS
    for process in known.values():
        # psutil's own waiting would take the end of a child from the loop that waits for it
        while is_alive(process) and time.monotonic() < give_up_at:  # noqa: ASYNC110 (a process is no event)
            await asyncio.sleep(0.01)


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs; one that only waits for its parent to notice its end does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
