"""What an earlier run left behind, say because it was killed: found, and ended before anything is started."""

import signal

import psutil

from common import process_tree
from system.paths import Paths
from system.run import processes

_SERVERS = ("postgres", "redis-server")
#: A bot's script; its command line tells it from every other process of ours.
_BOT_SCRIPT = "integrated_bot.py"


def stop(where: Paths) -> int:
    """Ends every process that carries this installation's marker or is one of its servers; returns how many.

    The bots and the API first, then Redis, then Postgres, so that each can finish writing what it has.
    """
    others, servers = _found(where)
    server_pids = {one.pid for one in servers}
    process_tree.stop(others)
    process_tree.stop([one for one in servers if _named(one, "redis-server")])
    # a worker of Postgres follows its parent
    parents = [one for one in servers if _named(one, "postgres") and _parent(one) not in server_pids]
    process_tree.stop(parents, gently=signal.SIGINT, timeout_seconds=20.0)
    return len({one.pid for one in others} | server_pids)


def count(where: Paths) -> int:
    """How many processes of this installation run."""
    others, servers = _found(where)
    return len({one.pid for one in (*others, *servers) if process_tree.is_alive(one)})


def _found(where: Paths) -> tuple[list[psutil.Process], list[psutil.Process]]:
    """What carries the marker, and the servers, which hide it."""
    ours = processes.marked(processes.RUN_MARKER, where.marker.__eq__)
    servers = processes.working_in(where.redis, names=_SERVERS) + processes.working_in(where.postgres, names=_SERVERS)
    server_pids = {one.pid for one in servers}
    return [one for one in ours if one.pid not in server_pids], servers


def bots(where: Paths) -> list[psutil.Process]:
    """The bot processes of this installation that run now."""
    ours = processes.marked(processes.RUN_MARKER, where.marker.__eq__)
    return [one for one in ours if process_tree.is_alive(one) and _is_bot(one)]


def wait_for_bots(where: Paths, patience_seconds: float) -> list[psutil.Process]:
    """Waits until no bot runs, at most so long; returns those that still do."""
    return process_tree.wait_until_gone(bots(where), patience_seconds)


def _is_bot(process: psutil.Process) -> bool:
    try:
        return any(part.endswith(_BOT_SCRIPT) for part in process.cmdline())
    except psutil.NoSuchProcess:
        return False


def _named(process: psutil.Process, name: str) -> bool:
    try:
        return process.name() == name
    except psutil.NoSuchProcess:
        return False


def _parent(process: psutil.Process) -> int:
    try:
        return process.ppid()
    except psutil.NoSuchProcess:
        return 0
