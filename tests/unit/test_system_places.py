"""Where things lie, and that nobody else may read them."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from system import paths


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may pass through, all the way from the root; pytest's own is closed."""
    folder = Path(tempfile.mkdtemp(prefix="atoz-places-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_what_is_private_stays_private_whatever_the_umask(open_folder: Path) -> None:
    before = os.umask(0)
    try:
        where = paths.make(open_folder / "data", open_folder / "data" / "logs")
        paths.write_private(where.addresses, {"database_url": "postgresql://x"})
    finally:
        os.umask(before)
    for folder in (where.run, where.redis, where.data / "bot", where.logs):
        assert _mode(folder) == 0o700
    assert _mode(where.addresses) == 0o600
    # root's Postgres runs as another user, who must pass through, and sees nothing on the way
    assert _mode(where.data) == (0o711 if os.geteuid() == 0 else 0o700)
    assert where.postgres == where.data / "postgres"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs Postgres as another user")
def test_a_closed_folder_is_never_opened_for_postgres(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "SYSTEM_FOLDER", open_folder / "var-lib")
    home = open_folder / "home"
    home.mkdir(mode=0o700)
    where = paths.make(home / "project" / "data", home / "project" / "logs")
    assert _mode(home) == 0o700
    assert _mode(where.data) == 0o700
    assert where.postgres.is_relative_to(open_folder / "var-lib")
    assert where == paths.existing(home / "project" / "data", home / "project" / "logs")


def test_two_data_folders_have_two_markers(tmp_path: Path) -> None:
    one, other = (paths.existing(tmp_path / name, tmp_path) for name in ("one", "other"))
    assert one.marker != other.marker
    assert one.marker == paths.existing(tmp_path / "one", tmp_path / "logs").marker


def test_a_reader_sees_the_old_or_the_new_content(tmp_path: Path) -> None:
    file = tmp_path / "addresses.json"
    assert paths.read(file) is None
    paths.write_private(file, {"version": 1})
    paths.write_private(file, {"version": 2})
    assert paths.read(file) == {"version": 2}
    assert list(tmp_path.iterdir()) == [file]
    file.write_text("{half")
    assert paths.read(file) is None
