"""The old content or the new, never a part; for its owner's eyes only."""

import os
from pathlib import Path

import pytest

from common.atomic_file import UNFINISHED, write_atomically


@pytest.mark.parametrize("durable", [False, True])
def test_the_new_content_replaces_the_old(tmp_path: Path, durable: bool) -> None:
    file = tmp_path / "one.json"
    before = os.umask(0)
    try:
        write_atomically(file, "alt", durable=durable)
        write_atomically(file, "grün".encode(), durable=durable)
    finally:
        os.umask(before)
    assert file.read_text(encoding="utf-8") == "grün"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_what_a_crash_left_behind_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    (tmp_path / f"one.json{UNFINISHED}").write_text("half of a longer content")
    write_atomically(file, "whole")
    assert [one.read_text() for one in tmp_path.iterdir()] == ["whole"]


@pytest.mark.parametrize("fails", ["fsync", "replace"])
def test_a_failure_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    file = tmp_path / "one.json"
    write_atomically(file, "old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    owner: object = os if fails == "fsync" else Path
    monkeypatch.setattr(owner, fails, full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(file, "new", durable=True)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]
