"""Processes are found by their marker, whatever became of their parents, and end when they are told to."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from common import process_tree
from system import paths
from system.console import Problem
from system.run import cleanup, ports, processes
from system.servers.redis import RedisServer

MARKER = "ATOZ_TEST_MARKER"


@pytest.fixture
def value() -> Iterator[str]:
    mark = uuid.uuid4().hex
    yield mark
    process_tree.stop(processes.marked(MARKER, mark.__eq__), gently=signal.SIGKILL)


def _start(value: str, script: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", script], env={**os.environ, MARKER: value}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _sleeping() -> str:
    return "import time; print('ready', flush=True); time.sleep(600)"


def test_a_grandchild_is_found_after_its_parent_was_killed(value: str) -> None:
    parent = _start(
        value,
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
        "print('ready', flush=True); time.sleep(600)",
    )
    assert len(processes.marked(MARKER, value.__eq__)) == 2
    parent.kill()
    parent.wait()
    left = processes.marked(MARKER, value.__eq__)
    assert len(left) == 1
    assert process_tree.stop(left) == []
    assert processes.marked(MARKER, value.__eq__) == []


def test_who_ignores_the_signal_is_killed_after_the_patience(value: str) -> None:
    process = _start(
        value,
        f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {_sleeping()}",
    )
    began = time.monotonic()
    stubborn = process_tree.stop([psutil.Process(process.pid)], timeout_seconds=0.3)
    assert [one.pid for one in stubborn] == [process.pid]
    assert 0.3 <= time.monotonic() - began < 10
    assert process.wait() == -signal.SIGKILL


def test_another_installation_is_left_alone(value: str) -> None:
    ours, theirs = _start(value, _sleeping()), _start(f"{value}-other", _sleeping())
    try:
        process_tree.stop(processes.marked(MARKER, value.__eq__))
        assert ours.poll() is not None
        assert theirs.poll() is None
    finally:
        theirs.kill()
        theirs.wait()


def test_leftovers_are_bots_and_servers_of_this_folder_alone(run_folder: Path, free_port: Callable[[], int]) -> None:
    name = uuid.uuid4().hex[:8]
    where = paths.make(run_folder / name, run_folder / name / "logs")
    redis = RedisServer(where.redis, port=free_port(), log=where.logs / "redis.log")
    redis.start()
    bot = subprocess.Popen(
        [sys.executable, "-c", _sleeping(), "integrated_bot.py"],
        env={**os.environ, processes.RUN_MARKER: where.marker},
        stdout=subprocess.PIPE,
    )
    assert bot.stdout is not None
    bot.stdout.readline()
    shell = subprocess.Popen(["sleep", "600"], cwd=where.redis)
    try:
        assert [one.pid for one in cleanup.bots(where)] == [bot.pid]
        assert cleanup.stop(where) == 2
        assert not redis.is_running
        assert bot.poll() is not None
        # a program of the user's that merely stands in the folder
        assert shell.poll() is None
        assert cleanup.stop(where) == 0
    finally:
        for process in (bot, shell):
            process.kill()
            process.wait()


def test_a_taken_port_is_named_with_who_holds_it_and_the_setting(redis_server: RedisServer) -> None:
    with pytest.raises(Problem) as raised:
        ports.require_free(redis_server.port, setting="API_PORT", what_for="the API")
    assert str(raised.value) == (
        f"port {redis_server.port}, which the API needs, is taken by redis-server (process {redis_server.pid}); "
        "stop that program, or set API_PORT to another port"
    )


def test_a_free_port_is_free(free_port: Callable[[], int]) -> None:
    ports.require_free(free_port(), setting="API_PORT", what_for="the API")
