"""Where a calendar's text comes from: what both kinds of source have in common, and files. Blocking; see ``reader``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

#: A calendar of ten years of a busy person is some 3 MB.
LARGEST_BYTES = 10_000_000


class CannotRead(Exception):
    """The calendar cannot be read now; the words go on after "The calendar …" and hold no address."""

    def __init__(self, words: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.retry_after = retry_after


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What the calendar says, and by what it is known that it still says the same."""

    content: bytes
    validators: Mapping[str, str]


def read_file(path: str, *, largest: int = LARGEST_BYTES) -> Content:
    """A file's content; raises CannotRead."""
    try:
        if Path(path).exists() and not Path(path).is_file():  # opening a pipe would wait for who writes into it
            raise CannotRead("is no file")
        with Path(path).open("rb") as file:
            before = file_validators(os.fstat(file.fileno()))
            content = file.read(largest + 1)
            after = file_validators(os.fstat(file.fileno()))
    except OSError as error:
        raise CannotRead(f"cannot be opened: {error.strerror or type(error).__name__}") from None
    if len(content) > largest:
        raise too_large(largest)
    if before != after:
        raise CannotRead("was being written while it was read")
    return Content(content=content, validators=after)


def file_validators(found: os.stat_result) -> dict[str, str]:
    """By what a file is known to be unchanged."""
    return {"file": f"{found.st_mtime_ns}-{found.st_size}-{found.st_ino}"}


def too_large(largest: int) -> CannotRead:
    """What to raise for more than so many bytes."""
    return CannotRead(f"is larger than {largest / 1_000_000:g} MB")
