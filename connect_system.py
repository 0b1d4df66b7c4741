#!/usr/bin/env python3
"""Brings the whole system up: sets up what is missing, then starts everything. The same as ``./start_system.sh``."""

import os
import sys
from typing import NoReturn

if sys.version_info < (3, 11):  # noqa: UP036  # whoever runs this may have an older one
    sys.exit("AtoZ Bot needs Python 3.11 or later; this is %d.%d." % sys.version_info[:2])  # noqa: UP031  # as above

from system import cli
from system.console import Problem, Terminal
from system.setup import venv as environment


def main() -> NoReturn:
    """Prepares the virtual environment and goes on in it."""
    wish = cli.parse()
    if os.name == "nt":
        sys.exit("AtoZ Bot: this needs Linux or macOS; on Windows use WSL, or Docker as described in README.md.")
    if wish.what in {"stop", "status"} and not environment.environment_python().exists():
        sys.exit("AtoZ Bot: it is not set up here yet, so nothing of it runs.")
    try:
        if wish.what in {"run", "setup"}:
            terminal = Terminal()
            terminal.say("AtoZ Bot")
            lock = environment.DEV_LOCK if wish.with_tests else environment.RUNTIME_LOCK
            environment.prepare(terminal, lock=lock)
    except Problem as problem:
        sys.exit(f"AtoZ Bot: {problem}.")
    except KeyboardInterrupt:
        sys.exit("\nInterrupted; start again at any time.")
    environment.enter(["-m", "system.launcher", *sys.argv[1:]])


if __name__ == "__main__":
    main()
