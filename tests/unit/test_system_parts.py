"""What the launcher hands on to the processes that it starts, and what it keeps from them."""

import io
from pathlib import Path

import pytest

from system import paths, settings
from system.console import Problem, Terminal
from system.run.services import Services

_OWN = {"ATOZ_USERNAME": "me", "ATOZ_PASSWORD": "SECRET-word"}
_SECRETS = {
    "CALENDARS": "https://calendar.example/SECRET.ics",
    "POSTGRES_PASSWORD": "SECRET-too",
    "DATABASE_URL": "postgresql://me:SECRET@127.0.0.1/atoz",
    "REDIS_URL": "redis://:SECRET@127.0.0.1:1/0",
}


def _parts(folder: Path, **written: str) -> Services:
    wanted, environment = settings.load({settings.ENV_FILE: "", "ATOZ_DATA_DIR": str(folder), **written})
    return Services(wanted, environment, paths.existing(folder, folder / "logs"), Terminal(io.StringIO()))


@pytest.mark.parametrize("written", ["1", "true", "0"])
def test_whether_it_is_practice_is_not_the_environments_to_say(tmp_path: Path, written: str) -> None:
    own = _parts(tmp_path, **_OWN, ATOZ_PRACTICE=written).environment_of_the_api()
    # it would lift the cap on a real account
    assert "ATOZ_PRACTICE" not in own
    assert "MAX_ACCEPT_PER_RUN" not in own
    assert _parts(tmp_path, ATOZ_PRACTICE=written).environment_of_the_api()["ATOZ_PRACTICE"] == "1"


@pytest.mark.parametrize(
    ("name", "written", "said"),
    [
        ("ATOZ_PORTAL", "foo", "ATOZ_PORTAL: "),
        ("CHECK_INTERVAL_SECONDS", "0.001", "CHECK_INTERVAL_SECONDS: input should be greater than or equal to 0.2"),
        ("MODE", "look", "MODE: input should be 'accept', 'ask' or 'watch'"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL: 'loud' is no level; use debug, info, warning or error"),
        ("CALENDARS", "ftp://SECRET", "CALENDARS"),
        ("CALENDARS", "work=~nobody-of-that-name/work.ics", "CALENDARS: entry 1 is no path that can be used"),
    ],
)
@pytest.mark.parametrize("account", [_OWN, {}])
def test_a_setting_that_no_bot_could_use_is_said_before_anything_starts(
    tmp_path: Path, account: dict[str, str], name: str, written: str, said: str
) -> None:
    _parts(tmp_path, **account).require_settings_of_the_bot()
    parts = _parts(tmp_path, **account, **{name: written})
    if name == "ATOZ_PORTAL" and not account:
        # practice has its own
        parts.require_settings_of_the_bot()
        return
    with pytest.raises(Problem) as raised:
        parts.require_settings_of_the_bot()
    assert str(raised.value).startswith(said)
    assert "SECRET" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_secrets_reach_those_alone_that_need_them(tmp_path: Path) -> None:
    parts = _parts(tmp_path, **_OWN, **_SECRETS, MODE="watch")
    for_all = parts._environment
    assert for_all["MODE"] == "watch"
    assert [name for name, value in for_all.items() if "SECRET" in value] == []
    api = parts.environment_of_the_api()
    assert {name for name, value in api.items() if "SECRET" in value} == {"ATOZ_PASSWORD", "CALENDARS"}
    assert parts.storage._environment["POSTGRES_PASSWORD"] == "SECRET-too"
