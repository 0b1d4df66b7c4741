"""Prints the reference of the command lines, from what each program answers to ``--help``."""

import os
import subprocess
import sys
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2]

#: How a user calls the program, and how it is asked for its help here.
_PROGRAMS = {
    "./start_system.sh": ["-m", "system.launcher", "--help"],
    "python verify_connections.py": ["verify_connections.py", "--help"],
    "cd bot && python integrated_bot.py": ["bot/integrated_bot.py", "--help"],
    "cd bot && python real_atoz_bot.py": ["bot/real_atoz_bot.py", "--help"],
    "python -m bot.portal check": ["-m", "bot.portal", "check", "--help"],
    "python -m bot.evidence": ["-m", "bot.evidence", "--help"],
    "python -m simulator": ["-m", "simulator", "--help"],
}


def main() -> None:
    """Print the page."""
    print("# Command lines\n")
    print("What each program says to `--help`, asked when this site is built.\n")
    # a fixed width and no colours: the page is the same wherever it is made
    environment = os.environ | {"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"}
    for shown, command in _PROGRAMS.items():
        done = subprocess.run(  # noqa: S603
            [sys.executable, *command], cwd=_PROJECT, env=environment, capture_output=True, text=True, check=True
        )
        print(f"## `{shown}`\n\n```text\n{done.stdout.rstrip()}\n```\n")


if __name__ == "__main__":
    main()
