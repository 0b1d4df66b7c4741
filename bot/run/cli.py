"""The two ways to start a bot from a command line. Both run the same engine."""

import argparse
import sys
from collections.abc import Callable
from contextlib import ExitStack

from bot.config import BotSettings
from bot.console.narrator import Narrator, Voice, plain_line, print_line
from bot.run import process
from contract.events import Event

_SETTINGS = (
    "Settings come from the environment or from .env: ATOZ_USERNAME and ATOZ_PASSWORD, and those in .env.example."
)


def integrated() -> int:
    """``integrated_bot.py``: under the control plane; plain lines, for a terminal or a file."""
    parser = argparse.ArgumentParser(
        prog="integrated_bot.py", description="Run one session of the bot under the control plane.", epilog=_SETTINGS
    )
    parser.add_argument("session", help="the session's name, e.g. session-20261120_101500; an earlier one goes on")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        voice = Voice(print_line)
        stack.callback(voice.close)

        def listener(settings: BotSettings) -> Callable[[Event], None]:
            narrator = Narrator(
                lambda tone, sign, text: voice.line(plain_line(tone, sign, text)), zone=settings.definition.zone
            )
            return narrator.hear

        return process.run(arguments.session, with_control_plane=True, listener=listener, tell=_tell)


def alone() -> int:
    """``real_atoz_bot.py``: on its own, with a status line in the terminal."""
    from bot.console.live_screen import Screen  # noqa: PLC0415  # Rich is for this script alone

    parser = argparse.ArgumentParser(
        prog="real_atoz_bot.py",
        description="Run one session of the bot on its own, and show what it does. Where it asks before it accepts "
        "(MODE=ask), type “yes 10432” or “no 10432” to answer.",
        epilog=_SETTINGS,
    )
    parser.add_argument("session", nargs="?", help="the session's name; an earlier one goes on where it stood")
    arguments = parser.parse_args()
    with Screen() as screen:

        def listener(settings: BotSettings) -> Callable[[Event], None]:
            return screen.narrator(settings.definition.zone, takes_answers=sys.stdin.isatty()).hear

        terminal = sys.stdin.fileno() if sys.stdin.isatty() else None
        return process.run(
            arguments.session, with_control_plane=False, listener=listener, tell=_tell, terminal=terminal
        )


def _tell(what_is_wrong: str) -> None:
    sys.stderr.write(f"{what_is_wrong}\n")
