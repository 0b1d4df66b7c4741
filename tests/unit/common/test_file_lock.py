"""One holder at a time, whatever becomes of the file; the lock ends with its holder."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from common.file_lock import LockedByAnother, file_lock, is_locked


def test_a_second_holder_is_told_until_the_first_lets_go(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with file_lock(lock, wait=False):
        assert is_locked(lock)
        with pytest.raises(LockedByAnother), file_lock(lock, wait=False):
            pass
    assert not is_locked(lock)
    with file_lock(lock, wait=False):
        assert lock.stat().st_mode & 0o777 == 0o600


def test_who_waits_gets_the_lock_when_it_is_free(tmp_path: Path) -> None:
    lock, order = tmp_path / "lock", list[str]()

    def second() -> None:
        with file_lock(lock, wait=True):
            order.append("second")

    thread = threading.Thread(target=second)
    with file_lock(lock, wait=True):
        thread.start()
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_a_file_that_its_holder_removed_keeps_nobody_out(tmp_path: Path) -> None:
    lock, got = tmp_path / "lock", threading.Event()

    def second() -> None:
        with file_lock(lock, wait=True) as descriptor:
            assert os.path.samestat(os.fstat(descriptor), lock.stat())
            got.set()

    with file_lock(lock, wait=False):
        lock.unlink()
        thread = threading.Thread(target=second)
        thread.start()
        assert got.wait(10), "the new file is free"
        thread.join(10)


def test_a_program_that_the_holder_started_does_not_hold_it(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with file_lock(lock, wait=False):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False)
    try:
        assert not is_locked(lock)
    finally:
        child.communicate(b"\n")


def test_no_file_is_no_lock_and_none_is_made(tmp_path: Path) -> None:
    assert not is_locked(tmp_path / "lock")
    assert not is_locked(tmp_path / "none" / "lock")
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"), file_lock(tmp_path / "lock", wait=False):
        pass
    assert not (tmp_path / "elsewhere").exists()
