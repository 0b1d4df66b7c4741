"""The virtual environment is made once, from locked packages alone, and a failure is one line that says what to do."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

from system.console import Problem, Terminal
from system.setup import venv as environment
from system.setup.venv import PROJECT


def _locked(package: str) -> str:
    """The package's entry in the real lock file: its version and its hashes."""
    lock = (PROJECT / environment.RUNTIME_LOCK).read_text()
    found = re.search(rf"^{package}==(?:.*\\\n)+.*\n", lock, re.MULTILINE)
    assert found
    return found.group()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose only dependency is one small package without dependencies."""
    (tmp_path / "logs").mkdir()
    (tmp_path / environment.RUNTIME_LOCK).write_text(_locked("idna"))
    return tmp_path


def _prepare(project: Path) -> str:
    said = io.StringIO()
    environment.prepare(Terminal(said), project=project)
    return said.getvalue()


def test_it_is_made_once_and_holds_the_project_on_its_path(project: Path) -> None:
    first = _prepare(project)
    assert "made in .venv" in first
    assert "installing 1 locked packages" in first
    (project / "backend").mkdir()
    (project / "backend" / "ours.py").write_text("answer = 42")
    python = environment.environment_python(project)
    asked = [str(python), "-c", "import idna, ours; print(ours.answer)"]
    assert subprocess.run(asked, capture_output=True, text=True, check=True, cwd="/").stdout == "42\n"

    second = _prepare(project)
    assert second.count("already") == 2

    (project / environment.RUNTIME_LOCK).write_text(_locked("idna") + _locked("h11"))
    assert "installing 2 locked packages" in _prepare(project)


def test_the_folder_of_the_logs_may_be_missing(project: Path) -> None:
    (project / "logs").rmdir()
    assert "made in .venv" in _prepare(project)
    (project / "logs" / ".setup.lock").unlink()
    (project / "logs" / ".setup.lock").mkdir()
    with pytest.raises(Problem, match=r"\.setup\.lock cannot be written"):
        _prepare(project)


def test_a_package_that_is_not_the_locked_one_is_refused(project: Path) -> None:
    lock = project / environment.RUNTIME_LOCK
    lock.write_text(re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", lock.read_text()))
    with pytest.raises(Problem) as raised:
        _prepare(project)
    assert "\n" not in str(raised.value)
    assert "a package differs from the one that was locked" in str(raised.value)
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in (project / "logs" / "setup.log").read_text()
    assert not environment.is_installed(environment.RUNTIME_LOCK, project)


def test_a_package_that_cannot_be_had_is_one_line(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(project), "PIP_CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Problem) as raised:
        _prepare(project)
    assert "\n" not in str(raised.value)
    assert "check the network and the index that pip uses" in str(raised.value)


def test_a_damaged_environment_is_made_anew(project: Path) -> None:
    broken = environment.environment_python(project)
    broken.parent.mkdir(parents=True)
    broken.symlink_to("/no/such/python")
    assert "made in .venv" in _prepare(project)


def test_a_script_of_the_top_folder_says_when_nothing_is_set_up(tmp_path: Path) -> None:
    for name in ("verify_connections.py", "test_integration.py"):
        (tmp_path / name).write_bytes((PROJECT / name).read_bytes())
    (tmp_path / "system" / "setup").mkdir(parents=True)
    for name in ("__init__.py", "setup/__init__.py", "setup/venv.py", "console.py"):
        (tmp_path / "system" / name).write_bytes((PROJECT / "system" / name).read_bytes())
    for name in ("verify_connections.py", "test_integration.py"):
        done = subprocess.run([sys.executable, name], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert done.stderr == (
            "AtoZ Bot is not set up here yet: run ./start_system.sh (or: python connect_system.py) first.\n"
        )
