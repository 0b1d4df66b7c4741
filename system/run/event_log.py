"""What the bots do, as lines in the terminal: follows the API's websocket, and catches up over gaps."""

import json
import threading
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

from system.console import Terminal

_AGAIN_AFTER_SECONDS = 0.5
_CATCH_UP = 50

#: How a job's outcome is said; what is not here is no line's worth.
_OUTCOMES = {
    "accepted": ("accepted", "good"),
    "lost": ("lost", "warning"),
    "unknown": ("not sure of", "warning"),
    "taken_back": ("taken back", "warning"),
    "offered": ("waits for your yes:", "info"),
    "watched": ("would match, but the bot only watches:", "info"),
    "given": ("given to you:", "good"),
}

#: The states in which a reason is news; in the others it only says what a moment ago was still true.
_WITH_REASON = frozenset({"paused", "stopped", "failed"})

_LOSSES = {
    "taken_before_seen": "somebody else had it before we could ask for it",
    "taken_while_deciding": "somebody else got it in the same moment",
    "refused": "the portal refused",
    "not_visible": "it disappeared from the portal without a word",
    "session_ended": "the portal had signed the bot out",
    "portal_failing": "the portal did not work properly",
    "called_off": "it was called off before the accept had gone out",
}

_STATES = {
    "starting": "the bot is starting",
    "signing_in": "the bot is signing in",
    "running": "the bot is watching the board",
    "paused": "the bot pauses",
    "stopping": "the bot is stopping",
    "stopped": "the bot has stopped",
    "failed": "the bot has stopped",
}


class Follower:
    """Reads the websocket in a thread of its own and says what matters, each thing once."""

    def __init__(self, terminal: Terminal, *, api_url: str, websocket_url: str) -> None:
        self._terminal = terminal
        self._api_url = api_url
        self._websocket_url = websocket_url
        self._began = datetime.now().astimezone()
        self._outcomes: dict[tuple[str, str], str] = {}
        self._states: dict[str, str] = {}
        self._given: list[Mapping[str, Any]] = []
        self._stop = threading.Event()
        self._first_accepted = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="follow", daemon=True)

    @property
    def first_accepted(self) -> threading.Event:
        """Set once a job was accepted."""
        return self._first_accepted

    def start(self) -> None:
        """Begins to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Says nothing more."""
        self._stop.set()

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                with connect(self._websocket_url, open_timeout=5, close_timeout=1) as websocket:
                    self._catch_up()
                    while not self._stop.is_set():
                        try:
                            message = websocket.recv(timeout=1.0)
                        except TimeoutError:
                            self.say_given()
                            continue
                        self.take(json.loads(message))
            except (OSError, ConnectionClosed, InvalidHandshake, httpx.HTTPError, TimeoutError):
                # the API is away for a moment; whoever keeps it running says so
                self._stop.wait(_AGAIN_AFTER_SECONDS)

    def _catch_up(self) -> None:
        query: dict[str, str | int | list[str]] = {
            "status": list(_OUTCOMES),
            "since": self._began.isoformat(),
            "limit": _CATCH_UP,
        }
        answer = httpx.get(f"{self._api_url}/api/bot/jobs", params=query, timeout=5.0)
        for job in reversed(answer.raise_for_status().json()["items"]):
            self._job(job)
        self.say_given()

    def take(self, message: Mapping[str, Any]) -> None:
        """Says what one message of the websocket tells, where it is worth a line."""
        data = message["data"]
        if message["type"] != "job_processed" or data["status"] != "given":
            self.say_given()
        match message["type"]:
            case "job_processed":
                self._job(data)
            case "status_update":
                self._state(data)
            case "error":
                words = f"{data['message']} What to do: {data['what_to_do']}."
                self._say(datetime.fromisoformat(message["timestamp"]), words, "error")
            case "notice":
                self._say(datetime.fromisoformat(message["timestamp"]), data["message"])

    def _job(self, job: Mapping[str, Any]) -> None:
        if job["status"] not in _OUTCOMES:
            return
        key = (job["account_id"], job["job_number"])
        if self._outcomes.get(key) == job["status"]:
            return
        self._outcomes[key] = job["status"]
        if job["status"] == "given":
            self._given.append(job)
            return
        word, kind = _OUTCOMES[job["status"]]
        at = job.get("confirmed_at") or job["updated_at"]
        self._say(datetime.fromisoformat(at), f"{word} {described(job)}", kind)
        if job["status"] == "accepted":
            self._first_accepted.set()

    def say_given(self) -> None:
        """Says which jobs were given since the last line: a bot that begins finds all of them at once."""
        given, self._given = self._given, []
        if not given:
            return
        word, kind = _OUTCOMES["given"]
        which = described(given[0])
        if len(given) > 1:
            word, which = f"{len(given)} jobs are yours:", ", ".join(str(job["reference"]) for job in given)
        self._say(datetime.fromisoformat(given[-1]["updated_at"]), f"{word} {which}", kind)

    def _state(self, session: Mapping[str, Any]) -> None:
        name, state = session.get("session_id"), session.get("status")
        if not name or self._states.get(name) == state:
            return
        first_time = name not in self._states
        self._states[name] = str(state)
        if first_time and state in {"stopped", "failed"}:
            return  # a session of another day
        words = _STATES.get(str(state), str(state))
        if state == "running" and session.get("interpreter_name"):
            words += f", signed in as {session['interpreter_name']}"
        if state in _WITH_REASON and session.get("status_reason"):
            words += f": {session['status_reason']}"
        self._say(datetime.now().astimezone(), words, "error" if state == "failed" else "info")

    def _say(self, at: datetime, words: str, kind: str = "info") -> None:
        if not self._stop.is_set():
            self._terminal.say(f"{at.astimezone():%H:%M:%S}  {words}", kind=kind)


def described(job: Mapping[str, Any]) -> str:
    """A job in words: ``10471/atoz  Polish, Telephone Interpreting, Wed 25 Nov (0.41 s after the bot saw it)``."""
    parts = [job.get("language"), job.get("kind"), _appointment(job)]
    words = f"{job['reference']}  {', '.join(part for part in parts if part)}"
    if job["status"] == "accepted" and job.get("seen_at") and job.get("confirmed_at"):
        took = datetime.fromisoformat(job["confirmed_at"]) - datetime.fromisoformat(job["seen_at"])
        words += "" if job.get("offer_expires_at") else f" ({took.total_seconds():.2f} s after the bot saw it)"
    elif job.get("loss_detail"):
        words += f" ({job['loss_detail']})"
    elif job.get("loss_reason"):
        words += f" ({_LOSSES.get(job['loss_reason'], job['loss_reason'])})"
    return words


def _appointment(job: Mapping[str, Any]) -> str:
    words = []
    if job.get("appointment_date"):
        words.append(f"{date.fromisoformat(job['appointment_date']):%a %-d %b}")
    if job.get("appointment_time"):
        words.append(f"{time.fromisoformat(job['appointment_time']):%H:%M}")
    return " ".join(words)
