"""The virtual environment in the project and the locked packages in it.

Standard library alone: this runs in the machine's own Python before anything is installed.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

from common.file_lock import file_lock
from system.console import Problem, Terminal

PROJECT = Path(__file__).resolve().parents[2]
OLDEST_PYTHON = (3, 11)

#: What runs the system.
RUNTIME_LOCK = "requirements.lock"
#: What runs the system, and its tests and checks: a superset with the same versions.
DEV_LOCK = "requirements-dev.lock"
#: A Node for machines that have none.
NODE_LOCK = "requirements-node.lock"

_PATH_FILE = "atoz-bot.pth"


def environment_folder(project: Path = PROJECT) -> Path:
    """The virtual environment's folder."""
    return project / ".venv"


def environment_python(project: Path = PROJECT) -> Path:
    """The virtual environment's Python."""
    return environment_folder(project) / "bin" / "python"


def digest(*files: Path) -> str:
    """A digest of the files' contents; a missing file counts as empty."""
    sha = hashlib.sha256()
    for file in files:
        sha.update(hashlib.sha256(file.read_bytes() if file.exists() else b"").digest())
    return sha.hexdigest()


def prepare(terminal: Terminal, *, lock: str = RUNTIME_LOCK, project: Path = PROJECT) -> None:
    """Makes the virtual environment and installs the locked packages, as far as that is not done already.

    Raises ``Problem``.
    """
    with _one_at_a_time(project):
        with terminal.step("Virtual environment") as step:
            if _is_usable(environment_python(project)):
                step.outcome = "already there"
            else:
                step.doing("making it in .venv")
                _make_environment(project)
                step.outcome = "made in .venv"
        with terminal.step("Python packages") as step:
            if is_installed(lock, project):
                step.outcome = "already installed"
            else:
                count = sum("==" in line for line in (project / lock).read_text().splitlines())
                step.doing(f"installing {count} locked packages, each checked against its hash")
                install(lock, project)
                step.outcome = f"installed from {lock}"
        _put_project_on_the_path(project)


def is_installed(lock: str, project: Path = PROJECT) -> bool:
    """Whether exactly this lock file was installed here, or the one that contains it."""
    stamps = _stamps(project)
    if stamps.get(lock) == digest(project / lock):
        return True
    return lock == RUNTIME_LOCK and stamps.get(DEV_LOCK) == digest(project / DEV_LOCK)


def install(lock: str, project: Path = PROJECT) -> None:
    """Installs a lock file with hashes; addresses and certificates are those of the user's own pip configuration.

    Raises ``Problem``.
    """
    python = environment_python(project)
    arguments = ["install", "--require-hashes", "--no-input", "--disable-pip-version-check", "-r", str(project / lock)]
    own_pip = subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    # Debian splits pip off venv: the machine's own pip can install into another environment
    pip = [str(python), "-m", "pip"] if own_pip else [sys.executable, "-m", "pip", f"--python={python}"]
    log = project / "logs" / "setup.log"
    done = _run_logged([*pip, *arguments], log=log, cwd=project)
    if done.returncode != 0:
        raise Problem(_why_pip_failed(done.stdout, lock, log))
    stamps = _stamps(project)
    stamps[lock] = digest(project / lock)
    _stamp_file(project).write_text(json.dumps(stamps, indent=2))


def enter(arguments: Sequence[str], *, project: Path = PROJECT) -> NoReturn:
    """Goes on in the virtual environment's Python with these arguments; this process becomes that one."""
    python = str(environment_python(project))
    os.chdir(project)
    sys.stdout.flush()
    os.execv(python, [python, *arguments])  # noqa: S606  # no shell is wanted


def enter_for_script(module: str) -> NoReturn:
    """Runs a module of ours with this script's arguments in the environment, for the scripts of the top folder."""
    if not _is_usable(environment_python()) or not is_installed(RUNTIME_LOCK):
        sys.exit("AtoZ Bot is not set up here yet: run ./start_system.sh (or: python connect_system.py) first.")
    enter(["-m", module, *sys.argv[1:]])


def _is_usable(python: Path) -> bool:
    if not python.exists():
        return False
    check = f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    return subprocess.run([str(python), "-c", check], capture_output=True, check=False).returncode == 0


def _make_environment(project: Path) -> None:
    folder = environment_folder(project)
    make = [sys.executable, "-m", "venv", "--clear"]
    made = _run_logged([*make, str(folder)], log=project / "logs" / "setup.log", cwd=project)
    if made.returncode == 0:
        return
    # Debian's Python without python3-venv: the environment can be made, only its pip is missing
    has_pip = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False)
    if has_pip.returncode == 0:
        made = _run_logged([*make, "--without-pip", str(folder)], log=project / "logs" / "setup.log", cwd=project)
        if made.returncode == 0:
            return
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    raise Problem(
        f"{sys.executable} cannot make a virtual environment: {_last_line(made.stdout)} "
        f"(on Debian and Ubuntu: apt install python{version}-venv)"
    )


def _put_project_on_the_path(project: Path) -> None:
    """A path file lets every process of ours import ``contract``, ``bot``, ``system`` and ``app`` from any folder."""
    python = environment_python(project)
    script = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    place = subprocess.run([str(python), "-c", script], capture_output=True, text=True, check=True).stdout.strip()
    file = Path(place) / _PATH_FILE
    wanted = f"{project}\n{project / 'backend'}\n"
    if not file.exists() or file.read_text() != wanted:
        file.write_text(wanted)


def _stamp_file(project: Path) -> Path:
    return environment_folder(project) / "installed.json"


def _stamps(project: Path) -> dict[str, str]:
    try:
        stamps = json.loads(_stamp_file(project).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return dict(stamps)


def _why_pip_failed(output: str, lock: str, log: Path) -> str:
    errors = [line.removeprefix("ERROR:").strip() for line in output.splitlines() if line.startswith("ERROR:")]
    said = errors[0] if errors else _last_line(output)
    what_to_do = "try again"
    if "HASHES" in output or "hash" in said:
        what_to_do = "a package differs from the one that was locked; check the index in `pip config list`"
    elif "No matching distribution" in output or "Could not find a version" in output:
        what_to_do = "check the network and the index that pip uses (`pip config list`)"
    elif "No space left" in output:
        what_to_do = "make room on the disk"
    return f"the packages in {lock} could not be installed: {said}; {what_to_do} (all of it: {log})"


def _run_logged(command: Sequence[str], *, log: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=cwd,
        errors="replace",
        check=False,
    )
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as file:
        file.write(f"$ {' '.join(command)}\n{done.stdout}\n")
    return done


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


@contextmanager
def _one_at_a_time(project: Path) -> Iterator[None]:
    """Two set-ups in one folder, say start_system.sh and run_tests.sh, wait for each other."""
    lock = project / "logs" / ".setup.lock"
    with ExitStack() as held:
        try:
            lock.parent.mkdir(exist_ok=True)
            held.enter_context(file_lock(lock, wait=True))
        except OSError as error:
            raise Problem(
                f"{lock} cannot be written: {error.strerror}; this user must be able to write there"
            ) from error
        yield
