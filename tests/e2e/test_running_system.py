"""A system that runs: who can reach and read it, what is said of it, and what becomes of a part that dies."""

import json
import stat

import psutil
import pytest

from tests.e2e.launched import ACCEPTED_LINE, LaunchedSystem, eventually


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
    practice.line(ACCEPTED_LINE, 30)
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
    practice.line(ACCEPTED_LINE, 30)
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
    practice.line(ACCEPTED_LINE, 30)
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
