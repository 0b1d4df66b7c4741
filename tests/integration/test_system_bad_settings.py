"""What a person meets who mistyped a setting: one line that says which, from every program, and no secret in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from system.environment import PROJECT

_PROGRAMS = {
    "launcher": ["-m", "system.launcher"],
    "setup": ["-m", "system.launcher", "--setup-only"],
    "verify": ["-m", "system.verify", "--json"],
    "migrate": ["-m", "app.database.migrate"],
    "api": ["-m", "uvicorn", "app.main:app", "--port", "1"],
    "bot": ["bot/integrated_bot.py", "session-1"],
    "bot alone": ["bot/real_atoz_bot.py", "session-1"],
}


def _run(program: str, data: Path, **wanted: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{PROJECT}{os.pathsep}{PROJECT / 'backend'}",
        "ATOZ_ENV_FILE": "",
        "ATOZ_DATA_DIR": str(data),
        **wanted,
    }
    return subprocess.run(
        [sys.executable, *_PROGRAMS[program]],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _is_one_line(done: subprocess.CompletedProcess[str], said: str) -> None:
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("program", ["launcher", "verify", "migrate", "api"])
@pytest.mark.parametrize("address", ["mysql://name:SECRETPW@127.0.0.1/x", "postgresql://name:SECRETPW%zz@127.0.0.1/x"])
def test_a_bad_address_of_postgres_is_one_line_without_the_password(program: str, address: str, tmp_path: Path) -> None:
    done = _run(program, tmp_path / "data", DATABASE_URL=address)
    _is_one_line(done, "DATABASE_URL: it is no address of Postgres; write it like postgresql://user:password@host")
    said = done.stdout + done.stderr + "".join(file.read_text() for file in tmp_path.rglob("*.log"))
    assert "SECRETPW" not in said


@pytest.mark.parametrize("program", _PROGRAMS)
def test_a_bad_address_of_redis_is_one_line(program: str, tmp_path: Path) -> None:
    account = {"ATOZ_USERNAME": "me", "ATOZ_PASSWORD": "a-word"}
    done = _run(program, tmp_path / "data", REDIS_URL="foo", **account)
    _is_one_line(done, "REDIS_URL: it is no address of Redis; write it like redis://:password@host:6379/0")
    # only the owner can mend it: the supervisor does not start such a bot again
    assert done.returncode == (3 if program == "bot" else done.returncode)


@pytest.mark.parametrize(("name", "written"), [("ATOZ_PORTAL", "foo"), ("CHECK_INTERVAL_SECONDS", "soon")])
def test_a_setting_of_the_bot_stops_the_start_before_anything_runs(name: str, written: str, tmp_path: Path) -> None:
    account = {"ATOZ_USERNAME": "me", "ATOZ_PASSWORD": "a-word"}
    done = _run("launcher", tmp_path / "data", **account, **{name: written})
    _is_one_line(done, f"AtoZ Bot: {name}: ")
    assert done.stdout == ""


@pytest.mark.parametrize("program", _PROGRAMS)
def test_a_broken_line_in_the_file_is_one_line(program: str, tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text("MODE=watch\nATOZ_USERNAME SECRETNAME\n")
    done = _run(program, tmp_path / "data", ATOZ_ENV_FILE=str(file))
    _is_one_line(done, f"{file}, line 2 cannot be read; write it like NAME=value")
    assert "SECRETNAME" not in done.stdout + done.stderr
