"""A lock on a file that one process at a time can hold; it ends with the process, however the process ends.

The lock is advisory (``flock``) and is not inherited by the programs that the process starts.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LockedByAnother(Exception):
    """Another process holds the lock, or another part of this one."""


@contextmanager
def file_lock(file: Path, *, wait: bool) -> Iterator[int]:
    """Hold the lock while the context is open; gives the descriptor of the file, which is open for reading and writing.

    Makes the file, for its owner only, where there is none. Waits for the present holder or raises LockedByAnother.
    Raises OSError where the file cannot be opened; a symbolic link is never followed.
    """
    descriptor = _acquire(file, wait=wait)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def is_locked(file: Path) -> bool:
    """Whether a process holds the lock now; no file means no lock. Raises OSError where the file cannot be opened."""
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _acquire(file: Path, *, wait: bool) -> int:
    operation = fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB
    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, operation)
            # the holder before us may have removed the file: then this lock keeps nobody out
            if os.path.samestat(os.fstat(descriptor), file.stat(follow_symlinks=False)):
                return descriptor
        except FileNotFoundError:
            pass  # removed and not made again: the next round makes it
        except BlockingIOError as error:
            os.close(descriptor)
            raise LockedByAnother(str(file)) from error
        except BaseException:  # whatever ends the wait, Ctrl-C included: nobody else knows the descriptor
            os.close(descriptor)
            raise
        os.close(descriptor)
