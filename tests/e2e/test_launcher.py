"""``./start_system.sh``, as a newcomer meets it: one command up, Ctrl-C down, and nothing left behind."""

import json
import os
import re
import signal
import socket
import stat
import time

import psutil
import pytest

from system import processes
from tests.e2e.conftest import Launch
from tests.e2e.launched import LaunchedSystem, eventually

ACCEPTED = r"^\d\d:\d\d:\d\d  accepted \d+/atoz\S*  .+ \(\d+\.\d\d s after it appeared\)$"


def test_one_command_up_to_the_first_accepted_job_and_ctrl_c_down(launch: Launch) -> None:
    system = launch()
    assert system.run("--setup-only").returncode == 0
    began = time.monotonic()
    system.start()
    system.line(ACCEPTED, 30)
    # the budget of the design, for when everything is installed
    assert time.monotonic() - began < 30
    assert f"http://127.0.0.1:{system.ports['DASHBOARD_PORT']}" in system.output
    assert f"http://127.0.0.1:{system.ports['API_PORT']}" in system.output
    assert "Practice mode" in system.output

    everything = system.everything()
    assert {"postgres", "redis-server"} <= {one.name() for one in everything}
    assert system.stop() == 0
    assert [one for one in everything if processes.is_alive(one)] == []
    assert system.everything() == []
    for name, port in system.ports.items():
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0, f"something still listens on {name}"
    assert not system.places.addresses.exists()
    assert "Everything has stopped" in system.output


def test_everything_listens_on_this_machine_alone(practice: LaunchedSystem) -> None:
    listening = {
        connection.laddr.ip
        for one in practice.everything()
        for connection in one.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_what_is_kept_is_for_its_owner_alone(practice: LaunchedSystem) -> None:
    for folder in ("run", "redis", "bot", "logs"):
        assert stat.S_IMODE((practice.data / folder).stat().st_mode) == 0o700
    for file in (practice.places.addresses, practice.places.practice, practice.places.browser):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_credentials_stand_in_no_argument_no_log_and_not_in_redis(practice: LaunchedSystem) -> None:
    practice.line(ACCEPTED, 30)
    account = json.loads(practice.places.practice.read_text())
    secrets = [account["ATOZ_USERNAME"], account["ATOZ_PASSWORD"]]
    for one in practice.everything():
        assert not any(secret in " ".join(one.cmdline()) for secret in secrets)
    # those that have no use for them do not get them either
    dashboard = practice.found("serve.js")
    assert not any(secret in dashboard.environ().values() for secret in secrets)
    kept = [*practice.places.logs.rglob("*"), *practice.places.redis.rglob("*")]
    for file in (one for one in kept if one.is_file()):
        content = file.read_bytes()
        assert not any(secret.encode() in content for secret in secrets), file


def test_a_second_start_says_that_it_runs_already(practice: LaunchedSystem) -> None:
    second = practice.run()
    assert second.returncode == 1
    assert "it runs already" in second.stderr
    assert practice.dashboard_url in second.stderr
    told = practice.run("--status")
    assert told.returncode == 0
    assert practice.dashboard_url in told.stdout
    assert practice.process.is_running()


def test_every_connection_is_verified(practice: LaunchedSystem) -> None:
    practice.line(ACCEPTED, 30)
    done = practice.script("verify_connections.py", "--json")
    found = json.loads(done.stdout)
    assert {check["name"]: check["ok"] for check in found["checks"]} == dict.fromkeys(
        ("Postgres", "Redis", "API", "Websocket", "Dashboard", "Browser", "Bot"), True
    )
    assert (done.returncode, found["ok"]) == (0, True)
    table = practice.script("verify_connections.py")
    assert table.returncode == 0
    assert "Postgres" in table.stdout


def test_the_tests_against_the_running_system_pass(practice: LaunchedSystem) -> None:
    practice.line(ACCEPTED, 30)
    done = practice.script("test_integration.py", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("redis-server",), "Redis"),
        (("pginstall18", "postgres"), "PostgreSQL"),
        (("uvicorn",), "API"),
        (("serve.js",), "Dashboard"),
    ],
)
def test_a_part_that_dies_is_started_again_and_it_is_said(
    practice: LaunchedSystem, words: tuple[str, ...], said: str
) -> None:
    victim = practice.found(*words)
    victim.kill()
    practice.line(rf"{said} has ended \(SIGKILL\); it is started again", 10)
    practice.line(rf"{said} runs again", 30)
    number = practice.post_job()
    eventually(lambda: number in practice.accepted(), 30, f"no job is accepted after {said} came back")


def test_a_killed_script_is_cleaned_up_by_the_next_start(launch: Launch) -> None:
    system = launch()
    system.start()
    system.line(ACCEPTED, 30)
    left = system.everything()
    system.process.kill()
    system.ended()
    assert any(processes.is_alive(one) for one in left)
    system.start()
    system.line(r"Stopped \d+ processes that an earlier run left behind", 1)
    assert [one for one in left if processes.is_alive(one)] == []
    system.line(ACCEPTED, 30)
    assert system.stop() == 0
    assert system.everything() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_service_managers_stop_and_a_closed_terminal_are_as_good_as_ctrl_c(
    launch: Launch, number: signal.Signals
) -> None:
    system = launch()
    system.start()
    assert system.stop(number) == 0
    assert system.everything() == []


def test_stopping_from_another_terminal(launch: Launch) -> None:
    system = launch()
    assert "does not run here" in system.run("--stop").stdout
    system.start()
    stopped = system.run("--stop")
    assert (stopped.returncode, system.ended()) == (0, 0)
    assert system.everything() == []
    assert system.run("--status").returncode == 1

    # also what a killed script left behind
    system.start()
    system.process.kill()
    system.ended()
    assert re.search(r"Stopped \d+ processes that were left behind", system.run("--stop").stdout)
    assert system.everything() == []
    verified = system.script("verify_connections.py", "--json")
    assert verified.returncode == 1
    assert all(check["what_to_do"] for check in json.loads(verified.stdout)["checks"] if not check["ok"])


def test_a_taken_port_is_one_line_and_nothing_is_left(launch: Launch) -> None:
    system = launch()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", system.ports["REDIS_PORT"]))
        taken.listen()
        done = system.run()
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"port {system.ports['REDIS_PORT']}, which Redis needs, is taken by" in done.stderr
    assert f"(process {os.getpid()})" in done.stderr
    assert "REDIS_PORT" in done.stderr
    assert system.everything() == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"ATOZ_USERNAME": "somebody"}, "ATOZ_PASSWORD is missing"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "DATABASE_URL: the Postgres at 127.0.0.1:1"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "REDIS_URL: the Redis at 127.0.0.1:1"),
        ({"CHROMIUM_PATH": "/bin/false"}, "CHROMIUM_PATH is /bin/false, which does not start"),
        ({"API_PORT": "http"}, "API_PORT is 'http', which is no port"),
        ({"CHECK_INTERVAL_SECONDS": "0"}, "CHECK_INTERVAL_SECONDS"),
    ],
)
def test_what_is_wrong_is_one_line_and_a_non_zero_exit(launch: Launch, settings: dict[str, str], said: str) -> None:
    system = launch(**settings)
    done = system.run()
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert system.everything() == []
