"""Finds the processes of an installation or of a test run; ``common.process_tree`` ends them.

A process that the launcher (or a test run) started carries a marker in its environment, and so do all its children;
``marked`` finds them whatever became of their parent. Redis and the workers of Postgres overwrite their environment to
show a title, so servers are found by the folder they work in instead: ``working_in``.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import psutil

from common.process_tree import GONE

#: Environment variable that every process of one installation carries; its value is a digest of the data folder.
RUN_MARKER = "ATOZ_RUN"

_NOT_OURS = (psutil.AccessDenied, *GONE)


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
