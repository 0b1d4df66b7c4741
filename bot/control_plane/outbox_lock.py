"""Where a session's outbox lies, and the lock by which one process alone writes it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def outbox_path(folder: Path, session_id: str) -> Path:
    """Where a session's outbox lies in its account's folder."""
    return folder / f"outbox-{session_id}.sqlite"


class OutboxInUse(Exception):
    """Another process writes this outbox: the session runs already."""


@contextmanager
def holding(path: Path) -> Iterator[None]:
    """Keep an outbox for this process; raises OutboxInUse. The lock ends with the process, however it ends."""
    descriptor = _locked(path.with_suffix(".lock"))
    try:
        yield
    finally:
        os.close(descriptor)


def _locked(lock: Path) -> int:
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), lock.stat()):
                return descriptor
        except BlockingIOError as error:
            os.close(descriptor)
            raise OutboxInUse(lock.stem) from error
        except FileNotFoundError:
            pass  # removed between opening and locking, like one that was made anew: try the new one
        os.close(descriptor)
