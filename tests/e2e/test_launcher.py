"""``./start_system.sh``, as a newcomer meets it: one command up, Ctrl-C down, and nothing left behind."""

import json
import os
import re
import signal
import socket
import time

import pytest

from common import process_tree
from tests.e2e.conftest import Launch
from tests.e2e.launched import ACCEPTED_LINE


def test_one_command_up_to_the_first_accepted_job_and_ctrl_c_down(launch: Launch) -> None:
    system = launch()
    assert system.run("--setup-only").returncode == 0
    began = time.monotonic()
    system.start()
    system.line(ACCEPTED_LINE, 30)
    # the budget of the design, for when everything is installed
    assert time.monotonic() - began < 30
    assert f"http://127.0.0.1:{system.ports['DASHBOARD_PORT']}" in system.output
    assert f"http://127.0.0.1:{system.ports['API_PORT']}" in system.output
    assert "Practice mode" in system.output

    everything = system.everything()
    assert {"postgres", "redis-server"} <= {one.name() for one in everything}
    assert system.stop() == 0
    assert [one for one in everything if process_tree.is_alive(one)] == []
    assert system.everything() == []
    for name, port in system.ports.items():
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0, f"something still listens on {name}"
    assert not system.places.addresses.exists()
    assert "Everything has stopped" in system.output


def test_a_killed_script_is_cleaned_up_by_the_next_start(launch: Launch) -> None:
    system = launch()
    system.start()
    system.line(ACCEPTED_LINE, 30)
    left = system.everything()
    system.process.kill()
    system.ended()
    assert any(process_tree.is_alive(one) for one in left)
    system.start()
    system.line(r"Stopped \d+ processes that an earlier run left behind", 1)
    assert [one for one in left if process_tree.is_alive(one)] == []
    system.line(ACCEPTED_LINE, 30)
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
