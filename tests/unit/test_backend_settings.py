"""Settings, names, pages and numbers of the control plane."""

import base64
import json
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analytics.service import day_in_london
from app.control_plane import ControlPlane
from app.cursors import read_cursor, write_cursor
from app.jobs.queries import search_words
from app.problems import InvalidInput
from app.sessions.service import free_name
from app.settings import BadSetting, Settings, data_folder, load
from contract.configuration import BotConfiguration

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*Settings.model_fields, *BotConfiguration.model_fields):
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("ATOZ_ENV_FILE", "")


def test_by_hand_the_launchers_addresses_are_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ATOZ_DATA_DIR", str(tmp_path))
    settings = load()
    assert settings.database_address() == "postgresql://atoz@127.0.0.1:5432/atoz"
    assert settings.redis_address() == "redis://127.0.0.1:6379/0"
    (tmp_path / "run").mkdir()
    addresses = {"database_url": "postgresql://postgres@/atoz?host=/somewhere", "redis_url": "redis://127.0.0.1:7000/0"}
    (tmp_path / "run" / "addresses.json").write_text(json.dumps(addresses))
    # asked anew each time: the launcher may come later than we
    assert settings.database_address() == addresses["database_url"]
    assert settings.redis_address() == addresses["redis_url"]
    (tmp_path / "run" / "addresses.json").write_text("half a fi")
    assert settings.redis_address() == "redis://127.0.0.1:6379/0"


def test_ones_own_servers_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://me@db/bots")
    monkeypatch.setenv("REDIS_URL", "redis://cache:1/2")
    settings = load()
    assert settings.database_address() == "postgresql://me@db/bots"
    assert settings.redis_address() == "redis://cache:1/2"
    assert "db" not in repr(settings)


def test_the_password_of_the_database_in_docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ATOZ_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("POSTGRES_PASSWORD", "a/b@c")
    assert load().database_address() == "postgresql://atoz:a%2Fb%40c@127.0.0.1:5432/atoz"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, BotConfiguration()),
        ({"MAX_ACCEPT_PER_RUN": "none"}, BotConfiguration(max_accept_per_run=None)),
        ({"MAX_ACCEPT_PER_RUN": "3"}, BotConfiguration(max_accept_per_run=3)),
        ({"ATOZ_PRACTICE": "1"}, BotConfiguration(max_accept_per_run=None)),
        ({"ATOZ_PRACTICE": "1", "MAX_ACCEPT_PER_RUN": "3"}, BotConfiguration(max_accept_per_run=3)),
        (
            {"CHECK_INTERVAL_SECONDS": "2", "JOB_TYPE_FILTER": "bsl, telephone interpreting", "EXCLUDE_TYPES": " "},
            BotConfiguration(check_interval_seconds=2, job_type_filter=("BSL", "Telephone Interpreting")),
        ),
        ({"LANGUAGES": "Polish, Welsh"}, BotConfiguration(languages=("Polish", "Welsh"))),
    ],
)
def test_what_a_bot_has_of_itself(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: BotConfiguration
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert load().unsaved_configuration == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_PORT", "eighty"),
        ("LOG_LEVEL", "loud"),
        ("JOB_TYPE_FILTER", "Juggling"),
        ("CHECK_INTERVAL_SECONDS", "0.001"),
        ("MAX_ACCEPT_PER_RUN", "many"),
        ("ATOZ_ENV_FILE", "/nowhere/at/all"),
    ],
)
def test_a_bad_setting_is_one_line_that_names_it(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting) as caught:
        load()
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_bad_setting_ends_the_program_with_that_line(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin", "ATOZ_ENV_FILE": "", "API_PORT": "eighty", "ATOZ_DATA_DIR": str(tmp_path)}
    for command in (["-m", "uvicorn", "app.main:app", "--port", "1"], ["-m", "app.database.migrate"]):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=PROJECT / "backend",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "API_PORT" in done.stderr
        assert "Traceback" not in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_the_schema_file_is_that_of_the_api(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin", "ATOZ_ENV_FILE": "", "ATOZ_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "app.openapi", "--check"],
        cwd=PROJECT / "backend",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_session_is_named_after_its_moment_in_utc() -> None:
    now = datetime(2026, 7, 1, 0, 30, 5, tzinfo=timezone(timedelta(hours=1)))
    taken: set[str] = set()
    for expected in ("session-20260630_233005", "session-20260630_233005-2", "session-20260630_233005-3"):
        name = free_name(now, taken.__contains__)
        assert name == expected
        taken.add(name)


@pytest.mark.parametrize(
    ("now", "begin", "hours"),
    [
        # winter: London is UTC; summer: an hour ahead
        (datetime(2026, 11, 20, 12, tzinfo=UTC), datetime(2026, 11, 20, 0, tzinfo=UTC), 24),
        (datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 6, 30, 23, tzinfo=UTC), 24),
        (datetime(2026, 6, 30, 23, tzinfo=UTC), datetime(2026, 6, 30, 23, tzinfo=UTC), 24),
        # the clocks go forward on 29 March 2026 and back on 25 October 2026
        (datetime(2026, 3, 29, 12, tzinfo=UTC), datetime(2026, 3, 29, 0, tzinfo=UTC), 23),
        (datetime(2026, 10, 25, 12, tzinfo=UTC), datetime(2026, 10, 24, 23, tzinfo=UTC), 25),
    ],
)
def test_today_is_londons_day(now: datetime, begin: datetime, hours: int) -> None:
    assert day_in_london(now) == (begin, begin + timedelta(hours=hours))


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # as hypothesis wants them
    st.integers(min_value=-(1 << 63) + 1, max_value=(1 << 63) - 1),
    st.text(alphabet="abc-_123", min_size=1),
)
def test_a_cursor_is_read_as_it_was_written(at: datetime, number: int, name: str) -> None:
    assert read_cursor(write_cursor(at, number), int) == (at, number)
    assert read_cursor(write_cursor(at, name), str) == (at, name)


@given(st.text(max_size=60))
def test_no_text_makes_reading_a_cursor_fail_otherwise(cursor: str) -> None:
    with suppress(InvalidInput):
        read_cursor(cursor, int)


def test_a_cursor_of_another_list_is_refused() -> None:
    cursor = write_cursor(datetime.now(UTC), "session-1")
    with pytest.raises(InvalidInput):
        read_cursor(cursor, int)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("10432/atoz", ["'10432':*", "'atoz':*"]),
        ("  St  Mary's ", ["'St':*", "'Mary':*", "'s':*"]),
        ("sw1a 2", ["'sw1a':*", "'2':*"]),
        ("' | ! & :* <-> \\", []),
        ("", []),
    ],
)
def test_what_is_typed_into_the_search(typed: str, words: list[str]) -> None:
    assert search_words(typed) == words


@pytest.mark.parametrize(
    "written",
    [
        ["9999-12-31T23:59:59-23:59", 1],
        ["0001-01-01T00:00:00+23:59", 1],
        ["1969-12-31T23:59:59+00:00", 1],
        ["2026-11-20T12:00:00+00:00", "\ud800"],
        ["2026-11-20T12:00:00+00:00", "a\0b"],
    ],
)
def test_a_cursor_that_no_database_could_compare_is_refused(written: list[object]) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(written).encode()).decode().rstrip("=")
    with pytest.raises(InvalidInput):
        read_cursor(cursor, type(written[1]))  # type: ignore[type-var]  # a number or a text


def test_a_file_that_was_damaged_while_the_control_plane_runs_stops_no_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "settings"
    file.write_text("ATOZ_USERNAME=me\nATOZ_PASSWORD=a-word\n")
    monkeypatch.setenv("ATOZ_ENV_FILE", str(file))
    monkeypatch.setenv("ATOZ_DATA_DIR", str(tmp_path))
    plane = ControlPlane(load())
    file.write_bytes(b"ATOZ_USERNAME=\xff\n")
    assert plane.new_session().has_account
    assert data_folder({"ATOZ_ENV_FILE": str(file)}) == PROJECT / "data"
