"""The file with settings: nothing in it is passed over, and the bot, the control plane and the launcher agree."""

from collections.abc import Callable
from pathlib import Path

import pytest

import app.settings
import bot.config
import system.settings
from common.env_file import UnreadableFile, read_settings_file
from system.console import Problem


def test_settings_are_read_as_they_are_written(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text("# a remark\n\nMODE=watch # another\r\nexport A = 'a $b'\nEMPTY=\nB=\"two\nlines\"\n")
    assert read_settings_file(file) == {"MODE": "watch", "A": "a $b", "EMPTY": "", "B": "two\nlines"}
    # as an editor on Windows writes it
    file.write_bytes(b"\xef\xbb\xbfATOZ_USERNAME=me\r\n")
    assert read_settings_file(file) == {"ATOZ_USERNAME": "me"}
    assert read_settings_file(tmp_path / "none") == {}


_BROKEN = [
    (b"MODE=watch\n\n# mine\n\nATOZ_USERNAME SECRET\n", "line 5 cannot be read; write it like NAME=value"),
    (b'A=1\nATOZ_PASSWORD="SECRET\nB=2\n', "line 2 cannot be read"),
    (b"A=1\nATOZ_PASSWORD\n", "line 2 cannot be read"),
    (b"A=1\nB=2\nATOZ_PASSWORD=SECRET\xff\n", "line 3 is not in UTF-8"),
    (b"A=SECRET\x00\n", "a null character"),
]


@pytest.mark.parametrize(("content", "said"), _BROKEN)
def test_a_line_that_is_no_setting_is_named_and_not_shown(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "settings"
    file.write_bytes(content)
    with pytest.raises(UnreadableFile) as raised:
        read_settings_file(file)
    assert said in str(raised.value)
    assert str(file) in str(raised.value)
    assert "SECRET" not in str(raised.value)
    assert "\n" not in str(raised.value)


_READERS: list[tuple[Callable[[], object], type[Exception]]] = [
    (system.settings.load, Problem),
    (bot.config.load, bot.config.SettingsError),
    (app.settings.load, app.settings.BadSetting),
]


@pytest.mark.parametrize(("load", "error"), _READERS)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"ATOZ_USERNAME me\n", "line 1 cannot be read"),
        (b"ATOZ_USERNAME=\xff\n", "line 1 is not in UTF-8"),
        ("folder", "ATOZ_ENV_FILE names {file}, which is a folder"),
        ("none", "ATOZ_ENV_FILE names {file}, which does not exist"),
    ],
)
def test_every_program_says_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    load: Callable[[], object],
    error: type[Exception],
    content: bytes | str,
    said: str,
) -> None:
    file = tmp_path / "settings"
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content == "folder":
        file.mkdir()
    monkeypatch.setenv("ATOZ_ENV_FILE", str(file))
    with pytest.raises(error) as raised:
        load()
    assert said.format(file=file) in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("load", "error"), _READERS)
@pytest.mark.parametrize("written", ["foo", "redis://:SECRETPW@127.0.0.1:notaport/0"])
def test_every_program_checks_the_address_of_redis(
    monkeypatch: pytest.MonkeyPatch, load: Callable[[], object], error: type[Exception], written: str
) -> None:
    monkeypatch.setenv("ATOZ_ENV_FILE", "")
    monkeypatch.setenv("REDIS_URL", written)
    with pytest.raises(error, match=r"^REDIS_URL: it is no address of Redis") as raised:
        load()
    assert "SECRETPW" not in str(raised.value)


@pytest.mark.parametrize(("load", "error"), [one for one in _READERS if one[0] is not bot.config.load])
@pytest.mark.parametrize("written", ["mysql://name:SECRETPW@127.0.0.1/x", "postgresql://u:SECRETPW@h:notaport/x"])
def test_whoever_uses_postgres_checks_its_address(
    monkeypatch: pytest.MonkeyPatch, load: Callable[[], object], error: type[Exception], written: str
) -> None:
    monkeypatch.setenv("ATOZ_ENV_FILE", "")
    monkeypatch.setenv("DATABASE_URL", written)
    with pytest.raises(error, match=r"^DATABASE_URL: it is no address of Postgres") as raised:
        load()
    assert "SECRETPW" not in str(raised.value)
