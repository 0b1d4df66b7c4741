"""Where things lie on disk, and who may read them."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.atomic_file import write_atomically
from system.console import Problem
from system.servers.postgres import SYSTEM_FOLDER, open_to_everybody, private_folder


@dataclass(frozen=True, kw_only=True)
class Paths:
    """The folders of one installation."""

    data: Path
    #: Postgres alone: another user than root may have to reach it
    postgres: Path
    logs: Path

    @property
    def run(self) -> Path:
        """What is running, and where it answers."""
        return self.data / "run"

    @property
    def redis(self) -> Path:
        """Redis' append-only file."""
        return self.data / "redis"

    @property
    def addresses(self) -> Path:
        """The addresses of Postgres and Redis for what is started by hand."""
        return self.run / "addresses.json"

    @property
    def practice(self) -> Path:
        """The practice account as environment names, for a bot that is started by hand while practice mode runs."""
        return self.run / "practice.json"

    @property
    def browser(self) -> Path:
        """Which Chromium the set-up found."""
        return self.run / "browser.json"

    @property
    def launcher(self) -> Path:
        """Who launched the system, while it runs."""
        return self.run / "launcher.json"

    @property
    def marker(self) -> str:
        """What every process of this installation carries in its environment as ``ATOZ_RUN``."""
        return _digest(self.data)


def _digest(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]


def existing(data: Path, logs: Path) -> Paths:
    """The folders as they would be, without making or changing any."""
    as_root = os.geteuid() == 0
    closed = as_root and data.parent.exists() and not open_to_everybody(data.parent)
    postgres = SYSTEM_FOLDER / _digest(data) / "postgres" if closed else data / "postgres"
    return Paths(data=data, postgres=postgres, logs=logs)


def make(data: Path, logs: Path) -> Paths:
    """Makes the folders with their modes.

    The data folder is for its owner alone. Where root has to run Postgres as another user, that user must pass through
    it: it becomes passable then, not readable, and every folder in it but Postgres' stays closed. Where a folder above
    it is closed to others (a project in /root, say), Postgres' data goes to ``/var/lib/atoz-bot`` instead, so that
    nobody's home is ever opened. Raises ``Problem`` where one cannot be made.
    """
    try:
        return _make(data, logs)
    except OSError as error:
        raise Problem(cannot_be_used(error)) from error


def cannot_be_used(error: OSError) -> str:
    """In words, with what to do: most often a folder of ours cannot be made or written."""
    named = error.filename or "a file"
    is_file = isinstance(error, FileExistsError | NotADirectoryError)
    said = "it is no folder" if is_file else error.strerror or str(error)
    return (
        f"{named} cannot be used: {said}; make room or give this user the right to write there, or set ATOZ_DATA_DIR "
        "(and ATOZ_LOG_DIR, where it is set) to a folder that can be written"
    )


def _make(data: Path, logs: Path) -> Paths:
    data.parent.mkdir(parents=True, exist_ok=True)
    where = existing(data, logs)
    as_root = os.geteuid() == 0
    beside_the_rest = where.postgres.parent == data
    private_folder(data, 0o711 if as_root and beside_the_rest else 0o700)
    if not beside_the_rest:
        private_folder(SYSTEM_FOLDER, 0o711)
        private_folder(where.postgres.parent, 0o711)
    for folder in (where.run, where.redis, data / "bot", logs):
        private_folder(folder)
    return where


def write_private(file: Path, content: dict[str, Any]) -> None:
    """Writes JSON that only its owner may read; a reader sees the old or the new content, never half of it."""
    write_atomically(file, json.dumps(content, indent=2))


def read(file: Path) -> dict[str, Any] | None:
    """The JSON in a file that ``write_private`` wrote; None where there is none or it is damaged."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError, UnicodeDecodeError):
        return None
    return content if isinstance(content, dict) else None
