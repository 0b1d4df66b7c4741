"""The websocket: what happens is there at once, for everybody, whatever one of them does."""

import json
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import pytest
from redis import Redis
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from app import VERSION
from app.live.schemas import LIVE_MESSAGE
from contract.jobs import ClaimState, Verdict
from contract.sessions import LoginStatus, SessionState
from tests.support.backend_events import SESSION, Outbox, beat, put, put_beat
from tests.support.fixtures_backend import Api, until


class Socket:
    """One websocket, and everything that came over it."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.messages: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        try:
            for text in self.connection:
                message = LIVE_MESSAGE.validate_json(text)  # each is what the schema says
                assert set(json.loads(text)) == {"type", "data", "timestamp"}
                self.messages.append(message.model_dump(mode="json"))
        except ConnectionClosed:
            return

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message["data"] for message in list(self.messages) if message["type"] == kind]

    def wait_for(self, kind: str, number: int = 1, patience: float = 10.0) -> list[dict[str, Any]]:
        until(lambda: len(self.of(kind)) >= number, patience)
        return self.of(kind)


def somebody(session_id: str = SESSION, at: datetime | None = None) -> Outbox:
    """A bot of an account of its own: the control plane that the tests share has seen others."""
    one = uuid.uuid4().hex[:12]
    return Outbox(session_id=session_id, outbox_id=one, account_id=f"simulator-{one}", at=at or datetime.now(UTC))


def address(api: Api) -> str:
    return f"ws://127.0.0.1:{api.port}/ws"


@contextmanager
def watching(api: Api) -> Iterator[Socket]:
    with connect(address(api)) as connection:
        watched = Socket(connection)
        watched.wait_for("connection_established")
        yield watched


def test_hello_comes_first(api: Api) -> None:
    with watching(api) as watched:
        assert watched.messages[0]["type"] == "connection_established"
        assert watched.messages[0]["data"]["version"] == VERSION


def test_each_event_is_told_once_and_in_order(api: Api, api_redis: Redis) -> None:
    bot = somebody()
    with watching(api) as one, watching(api) as another:
        events = [
            bot.started(),
            bot.status(SessionState.RUNNING, checks=3),
            bot.job("1", claim=ClaimState.SUBMITTED),
            bot.job("1", claim=ClaimState.CONFIRMED),
            bot.cycle(4, accepted=1),
            bot.error(),
            bot.notice(),
            bot.configured(7),
        ]
        put(api_redis, *events, *events)
        for watched in (one, another):
            watched.wait_for("configuration_updated")
            assert [job["claim_state"] for job in watched.of("job_processed")] == ["submitted", "confirmed"]
            (cycle,) = watched.of("cycle_complete")
            assert (cycle["total_checks"], cycle["total_accepted"], cycle["session_id"]) == (4, 1, SESSION)
            assert watched.of("error")[0]["what_to_do"] == "Look at it."
            assert watched.of("notice")[0]["action"] == "cap_reached"
            assert watched.of("configuration_updated") == [
                {**watched.of("configuration_updated")[0], "version": 7, "session_id": SESSION}
            ]
            assert watched.of("status_update")[-1]["session_id"] == SESSION


def test_a_job_over_the_socket_is_the_job_in_the_list(api: Api, api_redis: Redis) -> None:
    bot = somebody()
    with watching(api) as watched:
        put(api_redis, bot.job("1", claim=ClaimState.CONFIRMED))
        (live,) = watched.wait_for("job_processed")

        def listed() -> list[dict[str, Any]]:
            return list(api.http.get("/api/bot/jobs").json()["items"])

        assert until(listed) == [live]


def test_an_accepted_job_is_not_told_as_rejected_because_a_later_session_looked_at_it(
    api: Api, api_redis: Redis
) -> None:
    first = somebody("session-1")
    second = Outbox(session_id="session-2", account_id=first.account_id, at=first.at + timedelta(hours=1))
    put(api_redis, first.job("1", claim=ClaimState.HELD))
    until(lambda: api.http.get("/api/bot/jobs").json()["items"])
    with watching(api) as watched:  # it connects when the claim is history
        put(api_redis, second.job("1", verdict=Verdict.NO_MATCH), second.job("2", verdict=Verdict.NO_MATCH))
        until(lambda: any(job["job_number"] == "2" for job in watched.of("job_processed")))
        # the claim itself may be told a moment after the list has it
        assert {(job["job_number"], job["status"]) for job in watched.of("job_processed")} <= {
            ("1", "accepted"),
            ("2", "rejected"),
        }


def test_the_owners_wishes_are_told_at_once(api: Api) -> None:
    with watching(api) as watched:
        started = api.post("start").json()["status"]
        status = watched.wait_for("status_update")[0]
        assert (status["session_id"], status["status"], status["wanted"]) == (
            started["session_id"],
            "starting",
            "running",
        )
        until(lambda: watched.of("status_update")[-1]["status"] == "running")
        assert watched.of("status_update")[-1]["is_running"]
        api.post("stop")
        until(lambda: watched.of("status_update")[-1]["status"] == "stopped")
        said = [(status["status"], status["is_running"]) for status in watched.of("status_update")]
        assert [state for state, _ in groupby(said)] == [
            ("starting", False),
            ("running", True),
            ("stopping", True),
            ("stopped", False),
        ]  # nothing flickers
        took: list[float] = []
        for interval in (3, 4, 5):
            asked = time.monotonic()
            saved = api.http.put("/api/bot/configuration", json={"check_interval_seconds": interval}).json()
            changed = watched.wait_for("configuration_updated", len(took) + 1)[-1]
            took.append(time.monotonic() - asked)
            assert (changed["version"], changed["session_id"]) == (saved["version"], None)
        assert min(took) < 1.0, "of three tries the best: a busy machine only adds"


def test_a_heartbeat_that_stops_is_told(api: Api, api_redis: Redis) -> None:
    bot = somebody(at=datetime.now(UTC) - timedelta(minutes=1))
    with watching(api) as watched:
        put(api_redis, bot.started(), bot.status(SessionState.RUNNING))
        put_beat(api_redis, beat())
        until(lambda: watched.of("status_update") and watched.of("status_update")[-1]["is_running"])
        until(lambda: not watched.of("status_update")[-1]["is_running"], patience=15)
        assert "no sign of life" in watched.of("status_update")[-1]["status_reason"]


def test_a_bot_from_the_command_line_appears(api: Api, api_redis: Redis) -> None:
    bot = somebody("by-hand")
    with watching(api) as watched:
        put(api_redis, bot.started(), bot.status(SessionState.SIGNING_IN, LoginStatus.SIGNING_IN))
        until(lambda: [one for one in watched.of("status_update") if one["session_id"] == "by-hand"])


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}], ids=str
)
def test_another_sites_page_is_refused(api: Api, headers: dict[str, str]) -> None:
    def try_it() -> None:
        # what the address names is the Host
        host = headers.get("Host", f"127.0.0.1:{api.port}")
        raw = socket.create_connection(("127.0.0.1", api.port))
        connect(f"ws://{host}/ws", sock=raw, additional_headers={k: v for k, v in headers.items() if k == "Origin"})

    with pytest.raises(InvalidStatus) as refused:
        try_it()
    assert refused.value.response.status_code == 403
    assert json.loads(refused.value.response.body or b"")["type"] == "urn:atoz:foreign-request"


def test_the_dashboards_page_is_not(api: Api) -> None:
    with connect(address(api), additional_headers={"Origin": "http://localhost:3000"}) as connection:
        assert json.loads(connection.recv())["type"] == "connection_established"


def test_one_that_does_not_read_is_let_go_and_nobody_waits_for_it(api: Api, api_redis: Redis) -> None:
    bot = somebody()
    sleeper = socket.create_connection(("127.0.0.1", api.port))
    sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sleeper.sendall(
        b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n" % api.port
    )
    with watching(api) as watched:
        for begin in range(0, 9_000, 100):  # nine megabytes: more than the system's buffers hold
            put(api_redis, *(bot.job(str(begin + number)) for number in range(100)))
            watched.wait_for("job_processed", begin + 100)
        assert [job["job_number"] for job in watched.of("job_processed")] == [str(number) for number in range(9_000)]
    until(lambda: "atoz_websockets_dropped_total 1.0" in api.http.get("/metrics").text)
    sleeper.close()
