"""What the terminal says of the bots: one line for what matters, each thing once."""

import io
from typing import Any

import pytest

from system.console import Terminal
from system.run.event_log import Follower, described

JOB = {
    "job_number": "10471",
    "account_id": "simulator-1",
    "reference": "10471/atoz",
    "language": "Polish",
    "kind": "Telephone Interpreting",
    "appointment_date": "2026-11-25",
    "appointment_time": "09:30:00",
    "status": "accepted",
    "seen_at": "2026-11-20T10:15:31.590000+00:00",
    "confirmed_at": "2026-11-20T10:15:32+00:00",
    "updated_at": "2026-11-20T10:15:33+00:00",
    "loss_detail": None,
}


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def follower(said: io.StringIO) -> Follower:
    return Follower(Terminal(said), api_url="http://127.0.0.1:1", websocket_url="ws://127.0.0.1:1/ws")


def _message(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "data": data, "timestamp": "2026-11-20T10:15:32Z"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "10471/atoz  Polish, Telephone Interpreting, Wed 25 Nov 09:30 (0.41 s after the bot saw it)"),
        (
            {"appointment_time": None},
            "10471/atoz  Polish, Telephone Interpreting, Wed 25 Nov (0.41 s after the bot saw it)",
        ),
        ({"kind": None, "appointment_date": None, "appointment_time": None, "seen_at": None}, "10471/atoz  Polish"),
        (
            {"status": "lost", "loss_detail": "somebody else was faster"},
            "10471/atoz  Polish, Telephone Interpreting, Wed 25 Nov 09:30 (somebody else was faster)",
        ),
        (
            {"status": "lost", "loss_reason": "refused"},
            "10471/atoz  Polish, Telephone Interpreting, Wed 25 Nov 09:30 (the portal refused)",
        ),
    ],
)
def test_a_job_in_words(change: dict[str, Any], words: str) -> None:
    assert described({**JOB, **change}) == words


def test_an_accepted_job_is_said_once_however_often_it_is_reported(follower: Follower, said: io.StringIO) -> None:
    for _ in range(3):
        follower.take(_message("job_processed", JOB))
    assert said.getvalue().count("accepted 10471/atoz") == 1
    assert follower.first_accepted.is_set()
    follower.take(_message("job_processed", {**JOB, "status": "taken_back"}))
    assert "taken back 10471/atoz" in said.getvalue()


def test_a_job_that_was_left_alone_is_no_line(follower: Follower, said: io.StringIO) -> None:
    follower.take(_message("job_processed", {**JOB, "status": "rejected"}))
    follower.take(_message("job_processed", {**JOB, "status": "pending"}))
    follower.take(_message("cycle_complete", {"pages": 1}))
    assert said.getvalue() == ""
    assert not follower.first_accepted.is_set()


def test_the_sessions_states_are_said_when_they_change(follower: Follower, said: io.StringIO) -> None:
    def state(status: str, **more: Any) -> None:
        follower.take(_message("status_update", {"session_id": "session-1", "status": status, **more}))

    state("signing_in", status_reason="The bot gives no sign of life.")
    state("running", interpreter_name="Alex Practice")
    state("running", interpreter_name="Alex Practice")
    state("failed", status_reason="the portal refused the password")
    lines = [line.split("  ", 1)[1] for line in said.getvalue().splitlines()]
    assert lines == [
        "the bot is signing in",
        "the bot is watching the board, signed in as Alex Practice",
        "the bot has stopped: the portal refused the password",
    ]


def test_a_session_that_ended_before_we_looked_is_no_news(follower: Follower, said: io.StringIO) -> None:
    follower.take(_message("status_update", {"session_id": "session-0", "status": "stopped"}))
    assert said.getvalue() == ""


def test_errors_and_notices_are_said(follower: Follower, said: io.StringIO) -> None:
    follower.take(_message("error", {"message": "The portal is closed.", "what_to_do": "nothing, it is tried again"}))
    follower.take(_message("notice", {"message": "5 of 5 jobs are accepted; the watch goes on."}))
    assert "The portal is closed. What to do: nothing, it is tried again." in said.getvalue()
    assert "the watch goes on" in said.getvalue()


def test_jobs_that_were_given_before_are_one_line(follower: Follower, said: io.StringIO) -> None:
    for number in ("10433", "10445", "10453"):
        job = {**JOB, "status": "given", "job_number": number, "reference": f"{number}/atoz"}
        follower.take(_message("job_processed", job))
    follower.take(_message("job_processed", JOB))
    lines = said.getvalue().splitlines()
    assert [line.partition("  ")[2] for line in lines] == [
        "3 jobs are yours: 10433/atoz, 10445/atoz, 10453/atoz",
        "accepted 10471/atoz  Polish, Telephone Interpreting, Wed 25 Nov 09:30 (0.41 s after the bot saw it)",
    ]
    follower.take(_message("job_processed", {**JOB, "status": "given", "job_number": "1"}))
    follower.say_given()
    assert "given to you: 10471/atoz  Polish" in said.getvalue().splitlines()[-1]
