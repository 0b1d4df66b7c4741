"""Answers to offers, typed at the terminal of a bot that runs on its own: ``yes 10432``, ``no 10432``."""

import asyncio
import contextlib
import os
import termios
from collections.abc import Callable

#: A bot in the background must not read the terminal: whoever does is stopped by it (SIGTTIN).
_LOOK_AGAIN_SECONDS = 1.0
_LONGEST_LINE = 1_000

HOW = "Type “yes 10432” to accept an offered job with that number, “no 10432” to decline it."

_YES = ("yes", "y")
_NO = ("no", "n")


def understood(line: str) -> tuple[bool, str] | None:
    """Whether it is a yes, and to which job; None for what is no answer."""
    words = line.split()
    if len(words) != 2 or words[0].casefold() not in (*_YES, *_NO):  # noqa: PLR2004  # a word and a number
        return None
    return words[0].casefold() in _YES, words[1]


class TypedLines:
    """Hands over each line that is typed, in the event loop and without a thread."""

    def __init__(self, terminal: int, hear: Callable[[str], None]) -> None:
        self._terminal = terminal
        self._hear = hear
        self._begun = b""
        self._is_open = True

    def open(self) -> None:
        """Listen from now on."""
        if self._is_open:
            asyncio.get_running_loop().add_reader(self._terminal, self._read)

    def close(self) -> None:
        """Listen no more."""
        self._is_open = False
        asyncio.get_running_loop().remove_reader(self._terminal)

    def _read(self) -> None:
        loop = asyncio.get_running_loop()
        if not self._is_in_the_foreground():
            loop.remove_reader(self._terminal)
            loop.call_later(_LOOK_AGAIN_SECONDS, self.open)
            return
        try:
            found = os.read(self._terminal, _LONGEST_LINE)
        except OSError:
            found = b""
        if not found:
            self.close()  # the terminal is closed
            return
        *lines, self._begun = (self._begun + found).split(b"\n")
        self._begun = self._begun[-_LONGEST_LINE:]
        for line in lines:
            if text := line.decode(errors="replace").strip():
                self._hear(text)

    def _is_in_the_foreground(self) -> bool:
        with contextlib.suppress(OSError, termios.error):
            return os.tcgetpgrp(self._terminal) == os.getpgrp()
        return True  # it is no terminal; reading it stops nobody
