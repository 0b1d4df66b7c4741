"""What a person meets who mistyped a setting: one line that says which, from every program, and no secret in it."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from system.setup.venv import PROJECT

_PROGRAMS = {
    "status": ["-m", "system.launcher", "--status"],
    "stop": ["-m", "system.launcher", "--stop"],
    "launcher": ["-m", "system.launcher"],
    "setup": ["-m", "system.launcher", "--setup-only"],
    "verify": ["-m", "system.verify", "--json"],
    "migrate": ["-m", "app.database.migrate"],
    "api": ["-m", "uvicorn", "app.main:app", "--port", "1"],
    "bot": ["bot/integrated_bot.py", "session-1"],
    "bot alone": ["bot/real_atoz_bot.py", "session-1"],
    "bot without a session": ["bot/integrated_bot.py"],
}

#: What only looks for a system that runs goes by its folder alone.
_THAT_NEED_SETTINGS = [program for program in _PROGRAMS if program not in {"status", "stop", "bot without a session"}]


def _run(program: str, data: Path, *arguments: str, **wanted: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{PROJECT}{os.pathsep}{PROJECT / 'backend'}",
        "ATOZ_ENV_FILE": "",
        "ATOZ_DATA_DIR": str(data),
        **wanted,
    }
    return subprocess.run(
        [sys.executable, *_PROGRAMS[program], *arguments],
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


@pytest.mark.parametrize("program", _THAT_NEED_SETTINGS)
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


@pytest.mark.parametrize("program", _THAT_NEED_SETTINGS)
def test_a_broken_line_in_the_file_is_one_line(program: str, tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text("MODE=watch\nATOZ_USERNAME SECRETNAME\n")
    done = _run(program, tmp_path / "data", ATOZ_ENV_FILE=str(file))
    _is_one_line(done, f"{file}, line 2 cannot be read; write it like NAME=value")
    assert "SECRETNAME" not in done.stdout + done.stderr


@pytest.mark.parametrize("program", ["status", "stop"])
def test_what_runs_is_found_and_stopped_whatever_the_other_settings_are(program: str, tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text(f"ATOZ_USERNAME me\nAPI_PORT=eighty\nREDIS_URL=foo\nATOZ_DATA_DIR={tmp_path / 'data'}\n")
    done = _run(program, tmp_path / "data", ATOZ_USERNAME="me", ATOZ_ENV_FILE=str(file))
    assert (done.returncode, done.stdout, done.stderr) == (
        int(program == "status"),
        "AtoZ Bot does not run here.\n",
        "",
    )


_NO_FOLDERS = [{"ATOZ_DATA_DIR": "/etc/passwd"}, {"ATOZ_DATA_DIR": "/etc/passwd/x"}, {"ATOZ_DATA_DIR": "/proc/x"}]


@pytest.mark.parametrize("program", ["launcher", "setup", "api"])
@pytest.mark.parametrize("folder", [*_NO_FOLDERS, {"ATOZ_LOG_DIR": "/proc/x"}])
def test_a_folder_that_cannot_be_made_is_one_line(program: str, folder: dict[str, str], tmp_path: Path) -> None:
    done = _run(program, tmp_path / "data", **folder)
    _is_one_line(done, "AtoZ Bot: ")
    assert "ATOZ_DATA_DIR" in done.stderr
    assert "ATOZ_LOG_DIR" in done.stderr
    (where,) = folder.values()
    assert where in done.stderr or "/etc/passwd cannot be used: it is no folder" in done.stderr


@pytest.mark.parametrize("program", ["status", "stop", "verify"])
@pytest.mark.parametrize("folder", _NO_FOLDERS)
def test_looking_into_a_folder_that_there_cannot_be_is_no_traceback(
    program: str, folder: dict[str, str], tmp_path: Path
) -> None:
    done = _run(program, tmp_path / "data", **folder, API_PORT="1", DASHBOARD_PORT="2", REDIS_PORT="3")
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode == int(program != "stop")


@pytest.mark.parametrize("name", ["ATOZ_DATA_DIR", "ATOZ_LOG_DIR"])
@pytest.mark.parametrize("program", [program for program in _PROGRAMS if program != "bot without a session"])
def test_the_folder_of_somebody_whom_there_is_not(program: str, name: str, tmp_path: Path) -> None:
    done = _run(program, tmp_path / "data", **{name: "~nobody-of-that-name/data"})
    if program != "migrate" or done.returncode:
        _is_one_line(done, f"{name}: ~nobody-of-that-name/data cannot be a folder")


class _SomebodyElse(BaseHTTPRequestHandler):
    """Another program on the API's port, which speaks JSON too."""

    says = b"{}"

    def do_GET(self) -> None:  # the library's name
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.says)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        pass


@pytest.mark.parametrize("says", [b"{}", b"[1]", b'{"checks": 3, "last_heartbeat_at": 4, "wanted": 5, "status": 6}'])
def test_another_program_on_the_apis_port_hides_no_other_check(tmp_path: Path, says: bytes) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), type("_Says", (_SomebodyElse,), {"says": says})) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = str(server.server_port)
        done = _run("verify", tmp_path / "data", API_PORT=port, DASHBOARD_PORT="2", REDIS_PORT="3", POSTGRES_PORT="4")
        server.shutdown()
    assert (done.returncode, done.stderr) == (1, "")
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert list(checks) == ["Postgres", "Redis", "API", "Websocket", "Dashboard", "Browser", "Bot"]
    assert not any(checks[name]["ok"] for name in ("API", "Websocket", "Bot"))
    assert all(check["what_to_do"] for check in checks.values() if not check["ok"])
    if b"checks" not in says:
        assert checks["API"]["seen"] == f"another program answers on http://127.0.0.1:{port}"


def test_a_session_without_a_name_is_none(tmp_path: Path) -> None:
    account = {"ATOZ_USERNAME": "me", "ATOZ_PASSWORD": "a-word", "REDIS_PORT": "3"}
    done = _run("bot without a session", tmp_path / "data", "", **account)
    _is_one_line(done, "'' cannot be a session's name")
    assert done.returncode == 3
