"""What a person reads while the system is set up, started, watched and stopped.

Standard library alone: the first lines are written before anything is installed.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

_TITLE_WIDTH = 24
_TEXT_WIDTH = 70
#: steps that took less are not worth a number
_WORTH_A_NUMBER_SECONDS = 0.05


class Problem(Exception):
    """Something that a person must know and can change: one line that says what was wrong and what to do."""


class Step:
    """One thing that is being done; ``outcome`` is what the line says in the end."""

    def __init__(self, title: str, terminal: "Terminal") -> None:
        self.title = title
        self.outcome = "done"
        self._terminal = terminal

    def doing(self, what: str) -> None:
        """Shows what takes so long."""
        self._terminal.in_progress(self.title, what)


class Terminal:
    """Writes lines to the terminal, and with them to a log file. Safe to use from several threads."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._lock = threading.Lock()
        self._unfinished = False
        self._is_live = self._stream.isatty()
        self._colours = self._is_live and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        self._log: TextIO | None = None

    def log_to(self, file: Path) -> None:
        """From now on every line goes to this file too, as JSON with its time."""
        self._log = file.open("a", encoding="utf-8")

    def say(self, line: str = "", *, kind: str = "info") -> None:
        """One line. ``kind`` is ``info``, ``good``, ``warning`` or ``error``, and decides the colour."""
        with self._lock:
            self._write(f"{self._paint(line, kind)}\n")
            if self._log and line:
                entry = {"timestamp": datetime.now(UTC).isoformat(), "level": kind, "event": line.strip()}
                self._log.write(f"{json.dumps(entry, ensure_ascii=False)}\n")
                self._log.flush()

    def keep(self, text: str) -> None:
        """Writes to the log file alone: what a person needs not read, and whoever looks for a mistake does."""
        with self._lock:
            if self._log:
                entry = {"timestamp": datetime.now(UTC).isoformat(), "level": "error", "event": text}
                self._log.write(f"{json.dumps(entry, ensure_ascii=False)}\n")
                self._log.flush()

    def in_progress(self, title: str, what: str) -> None:
        """Says what is being done now: replaced by the outcome on a terminal, a line of its own elsewhere."""
        line = f"  {title:<{_TITLE_WIDTH}}{what} …"
        with self._lock:
            if self._is_live:
                self._write(line)
                self._unfinished = True
            else:
                self._write(f"{line}\n")

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """A step with its outcome and how long it took; a step that failed says so and the error goes on."""
        began = time.monotonic()
        step = Step(title, self)
        try:
            yield step
        except BaseException:
            self.say(f"  {title:<{_TITLE_WIDTH}}failed", kind="error")
            raise
        took = time.monotonic() - began
        took_text = f"{took:6.1f} s" if took >= _WORTH_A_NUMBER_SECONDS else ""
        self.say(f"  {title:<{_TITLE_WIDTH}}{step.outcome:<{_TEXT_WIDTH}}{took_text}".rstrip())

    def _paint(self, line: str, kind: str) -> str:
        code = {"good": "32", "warning": "33", "error": "31"}.get(kind)
        return f"\x1b[{code}m{line}\x1b[0m" if code and self._colours else line

    def _write(self, text: str) -> None:
        if self._unfinished:
            text = f"\r\x1b[K{text}"
            self._unfinished = False
        try:
            self._stream.write(text)
            self._stream.flush()
        except (BrokenPipeError, OSError, ValueError):
            # the terminal was closed; what is under way (stopping everything, most likely) must go on
            self._stream = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # lives as long as we do
            self._is_live = self._colours = False
