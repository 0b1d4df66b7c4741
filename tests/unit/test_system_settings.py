"""The launcher's settings: where they come from, and a line of words for what cannot be used."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system import settings
from system.console import Problem
from system.settings import ServersFrom
from system.setup.venv import PROJECT


def _load(**environment: str) -> settings.Settings:
    return settings.load({settings.ENV_FILE: "", **environment})[0]


def test_nothing_needs_to_be_set() -> None:
    found = _load()
    assert found.is_practice
    assert (found.dashboard_port, found.api_port, found.redis_port, found.postgres_port) == (3000, 8000, 6379, 5432)
    assert found.atoz_data_dir == PROJECT / "data"
    assert found.logs == PROJECT / "logs"
    assert found.atoz_servers is ServersFrom.AUTO


def test_an_account_turns_practice_off_and_is_not_shown() -> None:
    found = _load(ATOZ_USERNAME="a-name", ATOZ_PASSWORD="a-word")
    assert not found.is_practice
    assert "a-name" not in repr(found)
    assert "a-word" not in repr(found)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"ATOZ_USERNAME": "someone"}, "ATOZ_PASSWORD is missing"),
        ({"ATOZ_PASSWORD": "a-word"}, "ATOZ_USERNAME is missing"),
        ({"ATOZ_USERNAME": "someone", "ATOZ_PASSWORD": "  "}, "ATOZ_PASSWORD is missing"),
        ({"API_PORT": "eight"}, "API_PORT is 'eight', which is no port; use a whole number from 1 to 65535"),
        ({"REDIS_PORT": "70000"}, "REDIS_PORT is '70000', which is no port"),
        ({"API_PORT": "3000"}, "API_PORT and DASHBOARD_PORT are both 3000"),
        ({"ATOZ_SERVERS": "cloud"}, "ATOZ_SERVERS is 'cloud'; use auto, docker or packages"),
        ({"ATOZ_BASE_URL": "portal.example.org"}, "'portal.example.org' is no web address"),
        (
            {"CHROMIUM_PATH": "~nobody-of-that-name/chrome"},
            "~nobody-of-that-name/chrome cannot be found",
        ),
        ({settings.ENV_FILE: "/no/such/file"}, "ATOZ_ENV_FILE names /no/such/file, which does not exist"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(environment: dict[str, str], said: str) -> None:
    with pytest.raises(Problem) as raised:
        settings.load({settings.ENV_FILE: "", **environment})
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "a-word" not in str(raised.value)
    # a traceback would show what was entered
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text("API_PORT=8100\nDASHBOARD_PORT=3100 # with a remark\nATOZ_BASE_URL=\n")
    found, combined = settings.load({settings.ENV_FILE: str(file), "API_PORT": "8200"})
    assert (found.api_port, found.dashboard_port, found.atoz_base_url) == (8200, 3100, None)
    assert combined["API_PORT"] == "8200"
    assert combined["DASHBOARD_PORT"] == "3100"


def test_a_data_folder_elsewhere_keeps_its_logs_with_it(tmp_path: Path) -> None:
    found = _load(ATOZ_DATA_DIR=str(tmp_path / "elsewhere"))
    assert found.logs == tmp_path / "elsewhere" / "logs"
    assert _load(ATOZ_DATA_DIR="elsewhere").atoz_data_dir == PROJECT / "elsewhere"
    assert _load(ATOZ_DATA_DIR="elsewhere", ATOZ_LOG_DIR=str(tmp_path)).logs == tmp_path


@given(st.text())
def test_no_port_is_ever_a_stack_trace(text: str) -> None:
    try:
        found = _load(API_PORT=text)
    except Problem as problem:
        assert "API_PORT" in str(problem)  # noqa: PT017  # whether it is raised depends on the text
    else:
        assert 1 <= found.api_port <= 65535


def test_every_setting_of_the_launcher_is_in_the_example() -> None:
    example = (PROJECT / ".env.example").read_text()
    for name in settings.Settings.model_fields:
        assert f"\n#{name.upper()}=" in example, name
