"""The log: JSON lines with stable keys, and no secrets."""

import json
from pathlib import Path

import pytest
import structlog

from bot.run import logging_setup as logs


def line(*secrets: str, **fields: object) -> dict[str, object]:
    event: object = {"event": "something happened", **fields}
    for processor in logs.processors(secrets)[2:]:
        event = processor(structlog.get_logger(), "info", event)  # type: ignore[arg-type]  # the pipeline's own shapes
    found: dict[str, object] = json.loads(str(event))
    return found


def test_a_line_has_its_keys() -> None:
    found = line(action="job_left_alone", job="10432")
    assert found | {"at": "", "level": "info"} == {
        "at": "",
        "level": "info",
        "message": "something happened",
        "action": "job_left_alone",
        "job": "10432",
    }
    assert str(found["at"]).endswith("Z")


def test_fields_that_are_secret_are_hidden() -> None:
    found = line(password="a", ATOZ_USERNAME="b", cookies={"portal_session": "c"}, csrf_token="d", job="10432")
    assert [found[name] for name in ("password", "ATOZ_USERNAME", "cookies", "csrf_token")] == ["(hidden)"] * 4
    assert found["job"] == "10432"


def test_secret_texts_are_hidden_wherever_they_stand() -> None:
    found = line(
        "hunter22", "ada@example.com", why="tried hunter22 for ada@example.com", error=ValueError("hunter22"), n=22
    )
    assert found["why"] == "tried (hidden) for (hidden)"
    assert found["error"] == "(hidden)"
    assert found["n"] == 22


def test_an_error_is_logged_in_full_and_without_secrets() -> None:
    with pytest.raises(ValueError, match="hunter22") as raised:
        int("hunter22")
    found = line("hunter22", exc_info=raised.value)
    assert "Traceback" in str(found["exception"])
    assert "literal for int() with base 10: '(hidden)'" in str(found["exception"])


def test_the_file_is_named_for_its_session(tmp_path: Path) -> None:
    assert logs.log_file(tmp_path, "session-1") == tmp_path / "bot-session-1.log"
