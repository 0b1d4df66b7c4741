"""Where a session's outbox lies, and the lock by which one process alone writes it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from common.file_lock import LockedByAnother, file_lock


def outbox_path(folder: Path, session_id: str) -> Path:
    """Where a session's outbox lies in its account's folder."""
    return folder / f"outbox-{session_id}.sqlite"


class OutboxInUse(Exception):
    """Another process writes this outbox: the session runs already."""


@contextmanager
def holding(path: Path) -> Iterator[None]:
    """Keep an outbox for this process; raises OutboxInUse. The lock ends with the process, however it ends."""
    lock = path.with_suffix(".lock")
    with ExitStack() as held:
        try:
            held.enter_context(file_lock(lock, wait=False))
        except LockedByAnother as error:
            raise OutboxInUse(lock.stem) from error
        yield
