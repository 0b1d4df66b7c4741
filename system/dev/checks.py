"""Every check and test of the project, with one readable result: ``run_tests.sh`` ends here.

The checks run side by side, two at a time, and show their output when they fail; the tests follow, seen live.
``--fast`` is what a developer runs before each commit: the checks without the dashboard's tests, and the unit tests.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from system import paths, settings
from system.console import Problem, Terminal
from system.setup import node
from system.setup.venv import PROJECT

_AT_A_TIME = 2


@dataclass(frozen=True, kw_only=True)
class Check:
    """A program that says by its exit code whether all is well."""

    name: str
    command: Sequence[str]
    cwd: Path = PROJECT


@dataclass(frozen=True, kw_only=True)
class TestRun:
    """A part of the tests."""

    name: str
    folders: tuple[str, ...]
    options: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Result:
    """What came of a check or a test run; a check counts as one that passed or failed."""

    name: str
    passed: int
    failed: int
    took_seconds: float
    skipped: int = 0
    output: str = ""
    failures: list[str] = field(default_factory=list)
    #: the seconds that each test took, by its name
    durations: dict[str, float] = field(default_factory=dict)


def checks(npm: Sequence[str]) -> list[Check]:
    """The checks, the slowest first, so that two of them side by side end together."""
    python = sys.executable
    programs = Path(python).parent
    frontend = node.FRONTEND
    return [
        Check(name="vitest", command=[*npm, "run", "test"], cwd=frontend),
        Check(name="mypy", command=[python, "-m", "mypy"]),
        Check(name="eslint", command=[*npm, "run", "lint"], cwd=frontend),
        Check(name="tsc", command=[*npm, "run", "typecheck"], cwd=frontend),
        Check(name="api-types", command=[*npm, "run", "generate:check"], cwd=frontend),
        Check(name="api-schema", command=[python, "-m", "app.openapi", "--check"]),
        Check(name="docs", command=[python, "-m", "mkdocs", "build", "--strict"]),
        Check(name="lint-imports", command=[str(programs / "lint-imports")]),
        Check(name="ruff", command=[python, "-m", "ruff", "check", "."]),
        Check(name="ruff-format", command=[python, "-m", "ruff", "format", "--check", "."]),
    ]


#: More processes than the smallest machine has cores (two), because most tests wait for something; each has servers of
#: its own. The tests of one file share what they start, and stay together.
_SIDE_BY_SIDE = ("-n", "4", "--dist", "loadfile")
#: A file's tests share a whole running system, which is ten processes: fewer of these. In the order of their names: by
#: the number of tests the files with few long ones would be begun last, and the others be waited for.
_FILE_BY_FILE = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")

TEST_RUNS = (
    TestRun(name="pytest", folders=("tests/unit", "tests/integration"), options=_SIDE_BY_SIDE),
    TestRun(name="pytest-faults", folders=("tests/faults",), options=_SIDE_BY_SIDE),
    TestRun(name="pytest-e2e", folders=("tests/e2e",), options=_FILE_BY_FILE),
)


#: What ``--fast`` leaves out: what takes long, and is run by the whole.
_NOT_FAST = frozenset({"vitest", "docs"})
_UNIT_TESTS = TestRun(name="unit", folders=("tests/unit",), options=_SIDE_BY_SIDE)

#: Run when it is named alone, because it takes twice as long: which lines and branches the tests reach.
_COVERAGE = TestRun(
    name="coverage",
    folders=("tests/unit", "tests/integration"),
    options=(*_SIDE_BY_SIDE, "--cov", "--cov-report=term:skip-covered"),
)

#: How many of the slowest tests are named at the end.
_SLOWEST = 10


def _run_check(check: Check, environment: dict[str, str]) -> Result:
    began = time.monotonic()
    done = subprocess.run(
        check.command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd=check.cwd,
        env=environment,
        check=False,
    )
    well = done.returncode == 0
    took = time.monotonic() - began
    return Result(name=check.name, passed=int(well), failed=int(not well), took_seconds=took, output=done.stdout)


def _run_tests(run: TestRun, environment: dict[str, str]) -> Result:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", *run.options, f"--junitxml={report}", *run.folders]
        code = subprocess.run(command, stdin=subprocess.DEVNULL, cwd=PROJECT, env=environment, check=False).returncode
        result = _read_report(run.name, report)
    result.took_seconds = time.monotonic() - began
    # 5: there are no tests there
    if code not in {0, 5} and result.failed == 0:
        result.failed = 1
        result.failures.append(f"{run.name} ended with exit code {code}")
    return result


def _read_report(name: str, report: Path) -> Result:
    result = Result(name=name, passed=0, failed=0, took_seconds=0.0)
    if not report.exists():
        return result
    for case in ET.parse(report).iter("testcase"):  # noqa: S314  # pytest's own report
        result.durations[f"{case.get('classname')}::{case.get('name')}"] = float(case.get("time") or 0)
        if case.find("failure") is not None or case.find("error") is not None:
            result.failed += 1
            result.failures.append(f"{case.get('classname')}::{case.get('name')}")
        elif case.find("skipped") is not None:
            result.skipped += 1
        else:
            result.passed += 1
    return result


def _say(terminal: Terminal, result: Result) -> None:
    mark = "failed" if result.failed else "ok"
    counts = f"{result.passed} passed, {result.failed} failed" if result.passed + result.failed > 1 else ""
    kind = "error" if result.failed else "info"
    terminal.say(f"  {result.name:<18}{mark:<8}{result.took_seconds:7.1f} s   {counts}".rstrip(), kind=kind)


def _environment(npm_environment: dict[str, str]) -> dict[str, str]:
    wanted, _ = settings.load()
    chosen = (paths.read(paths.existing(wanted.atoz_data_dir, wanted.logs).browser) or {}).get("executable_path")
    environment = {**os.environ, "PATH": npm_environment["PATH"]}
    if chosen:
        environment["CHROMIUM_PATH"] = str(chosen)
    return environment


def main() -> int:
    """Runs what is asked for, everything by default; 0 when all of it passed."""
    parser = argparse.ArgumentParser(prog="run_tests.sh", description="Runs every check and test, or those named.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to run; everything when left out")
    parser.add_argument("--fast", action="store_true", help="the quick checks and the unit tests alone")
    terminal = Terminal()
    found = node.find(terminal)
    every_check = checks(found.npm)
    every_run = (*TEST_RUNS, _UNIT_TESTS, _COVERAGE)
    known = [*(one.name for one in every_check), *(one.name for one in every_run)]
    given = parser.parse_args()
    asked = given.names or [*(one.name for one in every_check), *(one.name for one in TEST_RUNS)]
    if given.fast:
        asked = [*(one.name for one in every_check if one.name not in _NOT_FAST), _UNIT_TESTS.name]
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise Problem(f"there is no check called {unknown[0]}; choose from {', '.join(known)}")
    environment = _environment(found.environment())
    began = time.monotonic()

    results: list[Result] = []
    terminal.say()
    terminal.say("Checks")
    with ThreadPoolExecutor(max_workers=_AT_A_TIME) as side_by_side:
        wanted = [one for one in every_check if one.name in asked]
        for done in as_completed([side_by_side.submit(_run_check, one, environment) for one in wanted]):
            results.append(done.result())
            _say(terminal, results[-1])
    for run in every_run:
        if run.name in asked:
            terminal.say()
            terminal.say(f"Tests: {', '.join(run.folders)}")
            results.append(_run_tests(run, environment))
    return _summary(terminal, results, time.monotonic() - began)


def _summary(terminal: Terminal, results: list[Result], took_seconds: float) -> int:
    for result in results:
        if result.failed and result.output:
            terminal.say()
            terminal.say(f"--- {result.name} ---", kind="error")
            terminal.say(result.output.rstrip())
    terminal.say()
    terminal.say("Summary")
    for result in results:
        _say(terminal, result)
    durations = {name: seconds for result in results for name, seconds in result.durations.items()}
    if durations:
        terminal.say()
        terminal.say("Slowest tests")
    for name in sorted(durations, key=durations.__getitem__, reverse=True)[:_SLOWEST]:
        terminal.say(f"  {durations[name]:7.1f} s   {name}")
    for failure in (failure for result in results for failure in result.failures):
        terminal.say(f"    {failure}", kind="error")
    passed, failed, skipped = (
        sum(getattr(result, what) for result in results) for what in ("passed", "failed", "skipped")
    )
    minutes, seconds = divmod(int(took_seconds), 60)
    terminal.say()
    terminal.say(
        f"{passed} passed, {failed} failed, {skipped} skipped in {minutes} min {seconds:02d} s",
        kind="error" if failed else "good",
    )
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(f"AtoZ Bot: {problem}.")
