"""Writes a file whole or not at all: readers see the old content or the new, never a part of it."""

import contextlib
import os
from pathlib import Path

#: Ends the name of a file that is still being written; a crash can leave one behind, which the next write replaces.
UNFINISHED = ".making"


def write_atomically(file: Path, content: bytes | str, *, durable: bool = False) -> None:
    """Replace the file's content in one step; only the owner may read the file. Text is written as UTF-8.

    ``durable`` syncs the content to the disk before the name leads to it: after a power cut the file holds the old
    content or the new. Raises OSError, after which the old file is unchanged.
    """
    data = content.encode() if isinstance(content, str) else content
    making = file.with_name(f"{file.name}{UNFINISHED}")
    making.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(data)
            if durable:
                opened.flush()
                os.fsync(opened.fileno())
        making.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            making.unlink(missing_ok=True)
        raise
