"""The whole system, started as its user starts it, and a browser to look at its dashboard."""

import json
import os
import shutil
import uuid
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from system.setup.chromium import launch_arguments
from system.setup.venv import PROJECT
from tests.e2e.launched import SOON, LaunchedSystem

expect.set_options(timeout=SOON)


class Launch:
    """Makes systems that are not started yet; settings are given by their names. Nothing of them outlives ``end``."""

    def __init__(self, run_folder: Path) -> None:
        self._run_folder = run_folder
        self.made: list[LaunchedSystem] = []

    def __call__(self, **settings: str) -> LaunchedSystem:
        folder = self._run_folder / f"system-{uuid.uuid4().hex[:8]}"
        folder.mkdir(mode=0o755)
        self.made.append(LaunchedSystem(folder, **settings))
        return self.made[-1]

    def end(self) -> None:
        """End what was made."""
        for system in self.made:
            system.end()
            shutil.rmtree(system.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium that the set-up found."""
    path = os.environ.get("CHROMIUM_PATH")
    written = PROJECT / "data" / "run" / "browser.json"
    if not path and written.exists():
        path = json.loads(written.read_text())["executable_path"]
    path = path or shutil.which("chromium") or shutil.which("google-chrome")
    found = {"executable_path": path} if path else {}
    return {**browser_type_launch_args, **found, "args": launch_arguments()}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the system's processes logged stands beside the failure; the files are gone when anybody can look."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        for name, value in item.funcargs.items():
            systems = value.made if isinstance(value, Launch) else [value] if isinstance(value, LaunchedSystem) else []
            report.sections += [(f"logs of {name}", system.last_words()) for system in systems]
    return report


@pytest.fixture
def launch(run_folder: Path) -> Iterator[Launch]:
    """What makes the test's own systems."""
    own = Launch(run_folder)
    yield own
    own.end()


@pytest.fixture(scope="module")
def practice(run_folder: Path) -> Iterator[LaunchedSystem]:
    """One running system in practice mode for all tests of a file; do not stop it."""
    own = Launch(run_folder)
    system = own()
    try:
        system.start()
        yield system
    finally:
        own.end()
