"""The simulator as a program: how it starts, what it says, how it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psutil
import pytest

from tests.support.simulator_client import PROJECT, SimulatorProcess
from tests.support.simulator_visitor import Visitor


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SIMULATOR_")}
    return subprocess.run(
        [sys.executable, "-m", "simulator", *arguments],
        cwd=PROJECT,
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_it_starts_and_ends_at_sigterm() -> None:
    simulator = SimulatorProcess()
    try:
        assert simulator.health()["status"] == "ok"
    finally:
        simulator.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(simulator.base_url)
    assert simulator.said() == ""


def test_it_ends_though_connections_are_open_and_requests_hang() -> None:
    with SimulatorProcess() as simulator, httpx.Client(base_url=simulator.base_url) as client:
        assert client.get("/login").status_code == 200
        simulator.set(latency_ms=30_000)
        with pytest.raises(httpx.ReadTimeout):
            client.get("/login", timeout=0.2)
        begun = time.monotonic()
        simulator.stop()
        assert time.monotonic() - begun < 15, "requests hang for 30 seconds"


def test_after_a_kill_it_starts_afresh_at_the_same_place(simulator: SimulatorProcess) -> None:
    base_url, number = simulator.base_url, simulator.post_job().job_number
    simulator.kill()
    simulator.start()
    assert simulator.base_url == base_url
    assert number not in {job.job_number for job in simulator.jobs(status="pending")}
    with Visitor(simulator.base_url) as visitor:
        visitor.sign_in(simulator.username, simulator.password)
        assert visitor.get("/").text(".header__name") == "Alex Practice"


def test_it_does_not_outlive_its_parent() -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import time\n"
            "from tests.support.simulator_client import SimulatorProcess\n"
            "print(SimulatorProcess().pid, flush=True)\n"
            "time.sleep(60)",
        ],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    child.wait(10)
    assert not child.is_running()


@pytest.mark.parametrize(
    ("flag", "other", "variable"),
    [("--port", "--control-port", "SIMULATOR_PORT"), ("--control-port", "--port", "SIMULATOR_CONTROL_PORT")],
)
def test_a_taken_port_is_one_clear_line(taken_port: int, flag: str, other: str, variable: str) -> None:
    ended = _run(flag, str(taken_port), other, "0")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr == (
        f"simulator: port {taken_port} is taken; end what listens there, or choose another one with {variable}\n"
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["--port", "99999"], {}, "99999 is not a port"),
        ([], {"SIMULATOR_PORT": "eighty"}, "SIMULATOR_PORT: 'eighty' is not a port"),
        (["--rivals", "-1"], {}, "setting rivals"),
        (["--set", "rivals"], {}, "NAME=VALUE"),
        (["--set", "rivals=lots"], {}, "lots is not JSON"),
        (["--set", "colour=1"], {}, "setting colour"),
        (["--set", 'sign_in="by post"'], {}, "setting sign_in"),
        ([], {"SIMULATOR_USERNAME": "someone@example.com"}, "set both"),
    ],
)
def test_a_wrong_command_is_one_line_and_no_trace(
    arguments: list[str], environment: dict[str, str], words: str
) -> None:
    ended = _run(*arguments, **environment)
    assert ended.returncode == 2
    assert words in ended.stderr
    assert ended.stderr.count("\n") == 1


def _started(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "simulator", *arguments],
        cwd=PROJECT,
        env=os.environ | {"SIMULATOR_PORT": "0", "SIMULATOR_CONTROL_PORT": "0"} | environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def _ended(process: "subprocess.Popen[str]", how: int = signal.SIGTERM) -> str:
    process.send_signal(how)
    said, _ = process.communicate(timeout=10)
    assert process.returncode == 0
    return said


def test_it_says_where_it_listens_and_ends_at_ctrl_c() -> None:
    process = _started("--profile", "quiet")
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("Practice portal at http://127.0.0.1:")
    assert "SIMULATOR_USERNAME" in process.stdout.readline(), "it has no account yet"
    assert _ended(process, signal.SIGINT) == ""


def test_it_runs_without_uvloop_too() -> None:
    """As on Windows, for which there is none."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import runpy, sys\n"
            "sys.modules['uvloop'] = None\n"
            "sys.argv = ['simulator', '--announce', '--profile', 'quiet', '--port', '0', '--control-port', '0']\n"
            "runpy.run_module('simulator', run_name='__main__')",
        ],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    told: dict[str, Any] = json.loads(process.stdout.readline())
    assert httpx.get(f"{told['control']}/health").json()["status"] == "ok"
    assert httpx.get(f"{told['portal']}/login").status_code == 200
    assert _ended(process) == ""


def test_a_skin_that_there_is_none_of_is_refused() -> None:
    ended = _run("--skin", "velvet")
    assert ended.returncode == 2
    assert "choose from" in ended.stderr
    assert "tickets" in ended.stderr


def test_it_announces_itself_in_one_line_of_json() -> None:
    process = _started("--announce", "--profile", "quiet")
    assert process.stdout is not None
    told: dict[str, Any] = json.loads(process.stdout.readline())
    assert set(told) == {"portal", "portal_port", "control", "control_port", "pid"}
    assert told["pid"] == process.pid
    assert httpx.get(f"{told['control']}/health").json()["accounts"] == 0
    assert _ended(process) == ""


def test_it_listens_on_this_machine_alone(simulator: SimulatorProcess) -> None:
    listening = {
        connection.laddr.ip
        for connection in psutil.Process(simulator.pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_in_practice_the_first_job_comes_at_once_and_can_be_had() -> None:
    with SimulatorProcess(profile="practice", seed=5) as simulator:
        deadline = time.monotonic() + 15
        before = simulator.health()["jobs"]
        while simulator.health()["jobs"] == before:
            assert time.monotonic() < deadline
        job = simulator.jobs()[-1]
        assert (job.kind, job.quote_only, job.status) == ("Telephone Interpreting", False, "pending")
        settings = simulator.settings()
        assert (settings["jobs_per_minute"], settings["rival_reaction_ms"]) == (12, [800, 6000])


def test_the_same_seed_makes_the_same_jobs() -> None:
    def jobs(seed: int) -> list[tuple[object, ...]]:
        with SimulatorProcess(seed=seed) as simulator:
            return [(one.reference, one.kind, one.language, one.appointment_time) for one in simulator.jobs()]

    assert jobs(7) == jobs(7)
    assert jobs(7) != jobs(8)
