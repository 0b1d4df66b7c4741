"""What can be said to ``start_system.sh`` and ``connect_system.py``.

Standard library alone: ``--help`` needs no set-up.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_DESCRIPTION = """\
Sets AtoZ Bot up in this folder, as far as that is not done already, and runs all of it: Postgres and Redis, the API,
the dashboard, and, while no portal account is configured, a simulated portal to practise on. Ctrl-C stops everything.
"""

_EPILOGUE = """\
Settings come from the environment or from .env (see .env.example). Your own account:
ATOZ_USERNAME and ATOZ_PASSWORD; then the bot waits until you start it in the dashboard.
"""

What = Literal["run", "setup", "stop", "status"]


@dataclass(frozen=True)
class CliArgs:
    """What somebody wants of the launcher."""

    what: What
    #: also what the tests and checks need
    with_tests: bool = False


def parse(arguments: Sequence[str] | None = None, *, program: str = "start_system.sh") -> CliArgs:
    """The wish in the command line's arguments; ends the program with a line of words where they make no sense."""
    parser = argparse.ArgumentParser(
        prog=program,
        description=_DESCRIPTION,
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    one_of = parser.add_mutually_exclusive_group()
    one_of.add_argument("--setup-only", action="store_true", help="install and build what is needed, start nothing")
    one_of.add_argument("--stop", action="store_true", help="stop a system that runs in another terminal")
    one_of.add_argument("--status", action="store_true", help="say whether a system runs here, and where it answers")
    parser.add_argument("--with-tests", action="store_true", help="with --setup-only: also what run_tests.sh needs")
    given = parser.parse_args(arguments)
    if given.with_tests and not given.setup_only:
        parser.error("--with-tests goes with --setup-only")
    if given.setup_only:
        return CliArgs("setup", with_tests=given.with_tests)
    if given.stop:
        return CliArgs("stop")
    return CliArgs("status" if given.status else "run")
