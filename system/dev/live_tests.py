"""Runs the tests in ``tests/integration/running_system`` against the system that runs from this data folder."""

import os
import sys
from pathlib import Path
from typing import NoReturn

from system import paths, settings
from system.console import Problem, Terminal
from system.setup import venv as environment

TESTS = "tests/integration/running_system"
#: Tells the tests where the system is; without it they are not collected.
ADDRESSES = "ATOZ_RUNNING_SYSTEM"


def main() -> NoReturn:
    """Hands over to pytest; says in a line why where that makes no sense."""
    try:
        addresses = _addresses_of_practice()
        environment.prepare(Terminal(), lock=environment.DEV_LOCK)
    except Problem as problem:
        sys.exit(f"AtoZ Bot: {problem}.")
    os.environ[ADDRESSES] = str(addresses)
    environment.enter(["-m", "pytest", TESTS, *sys.argv[1:]])


def _addresses_of_practice() -> Path:
    wanted, _ = settings.load()
    where = paths.existing(wanted.atoz_data_dir, wanted.logs)
    running = paths.read(where.addresses)
    if running is None:
        raise Problem("no system runs from this folder; start it with ./start_system.sh")
    if not running["practice"]:
        raise Problem(
            "the system works for a real account, and these tests stop the bot and change its settings; they run in "
            "practice mode alone"
        )
    return where.addresses


if __name__ == "__main__":
    main()
