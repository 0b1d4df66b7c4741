"""A test run or a benchmark that is killed leaves processes behind, and the next run ends them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from common import process_tree
from system.setup.venv import PROJECT
from tests.conftest import TEST_MARKER

_TEST = """
import pathlib, time

def test_holds_servers(postgres_server, redis_server):
    pathlib.Path({told!r}).write_text(f"{{postgres_server.pid}} {{redis_server.pid}}")
    time.sleep(600)
"""


def test_the_next_run_ends_what_a_killed_one_left(tmp_path: Path) -> None:
    told = tmp_path / "pids"
    test = PROJECT / "tests" / "faults" / f"test_killed_{os.getpid()}.py"
    test.write_text(_TEST.format(told=str(told)))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", TEST_MARKER))}
    pytest_command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    try:
        run = subprocess.Popen([*pytest_command, str(test)], cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 60
            while not told.exists() or len(told.read_text().split()) < 2:
                assert run.poll() is None, "the run ended by itself"
                assert time.monotonic() < deadline, "the servers did not start"
                time.sleep(0.05)
        finally:
            run.send_signal(signal.SIGKILL)
            run.wait()
    finally:
        test.unlink()
    servers = [psutil.Process(int(pid)) for pid in told.read_text().split()]
    assert all(process_tree.is_alive(server) for server in servers)

    collecting = [*pytest_command, "--collect-only", "tests/unit/test_system_places.py"]
    subprocess.run(collecting, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, check=True)
    assert not any(process_tree.is_alive(server) for server in servers)


_BENCHMARK = """
import pathlib, sys, tempfile, time
from benchmarks.measuring import begin, running
begin()
command = [sys.executable, "-c", "import time; time.sleep(600)"]
with tempfile.TemporaryDirectory() as folder, running(command, environment={}, log=pathlib.Path(folder) / "log") as one:
    print(one.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_what_a_benchmark_started_ends_with_it_or_with_the_next_one(end: signal.Signals) -> None:
    def run(script: str) -> "subprocess.Popen[str]":
        return subprocess.Popen([sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE, text=True)

    with run(_BENCHMARK) as benchmark:
        assert benchmark.stdout
        contestant = psutil.Process(int(benchmark.stdout.readline()))
        assert process_tree.is_alive(contestant)
        benchmark.send_signal(end)
        benchmark.wait()
    if end is signal.SIGKILL:
        assert process_tree.is_alive(contestant)
        run("from benchmarks.measuring import begin; begin()").communicate()
    assert not process_tree.is_alive(contestant)
