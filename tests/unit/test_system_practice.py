"""A bot that is started by hand while practice mode runs takes up the practice account, and nothing else does."""

import json
from pathlib import Path

import pytest

from bot import config

PRACTICE = {
    "ATOZ_USERNAME": "practice-1@example.org",
    "ATOZ_PASSWORD": "a-word",
    "ATOZ_BASE_URL": "http://127.0.0.1:18090",
    "ATOZ_PORTAL": "simulator",
    "ATOZ_PRACTICE": "1",
}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "practice.json").write_text(json.dumps(PRACTICE))
    return {"ATOZ_ENV_FILE": "", "ATOZ_DATA_DIR": str(tmp_path)}


def test_without_an_account_the_practice_account_is_used(environment: dict[str, str]) -> None:
    found = config.load(environment)
    assert found.credentials.username == PRACTICE["ATOZ_USERNAME"]
    assert found.is_practice
    assert found.configuration.max_accept_per_run is None


def test_the_practice_account_never_meets_another_address(environment: dict[str, str]) -> None:
    found = config.load({**environment, "ATOZ_BASE_URL": "https://portal.example.org"})
    assert str(found.definition.base_url).startswith("http://127.0.0.1:18090")


def test_an_account_of_ones_own_goes_before_it(environment: dict[str, str]) -> None:
    found = config.load({**environment, "ATOZ_USERNAME": "me", "ATOZ_PASSWORD": "my-word"})
    assert found.credentials.username == "me"
    assert not found.is_practice


def test_half_an_account_is_an_error_and_no_practice(environment: dict[str, str]) -> None:
    with pytest.raises(config.SettingsError, match="ATOZ_PASSWORD is not set"):
        config.load({**environment, "ATOZ_USERNAME": "me"})


def test_without_practice_mode_an_account_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(config.SettingsError, match="ATOZ_USERNAME is not set"):
        config.load({"ATOZ_ENV_FILE": "", "ATOZ_DATA_DIR": str(tmp_path)})
