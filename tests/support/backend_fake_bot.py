"""A bot that has no portal: a real process that speaks the wire, for tests of the control plane.

``python tests/support/backend_fake_bot.py SESSION``. How it behaves stands in ``{ATOZ_DATA_DIR}/fake-bot.json`` and is
read when it starts, so that a test can change it between two starts: ``{"behaviour": "...", "seconds": ...}``.
"""

import json
import os
import signal
import sys
import threading
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, cast

import psutil
from redis import Redis
from redis.exceptions import RedisError

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from contract.commands import Configure, Pause, Resume, Stop, decode_command
from contract.events import Event, SessionStarted, StatusUpdate, encode_event
from contract.presence import HEARTBEAT_KEPT_FOR, Heartbeat
from contract.sessions import LoginStatus, SessionState, SessionTotals, StartedBy
from contract.streams import COMMAND_FIELD, CONFIGURATION, EVENT_FIELD, EVENTS, SESSIONS_SEEN, commands, heartbeat

ACCOUNT = "simulator-fake"


class FakeBot:
    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        self.data = Path(os.environ["ATOZ_DATA_DIR"])
        self.started_by = StartedBy(os.environ.get("ATOZ_STARTED_BY", StartedBy.COMMAND_LINE))
        self.redis = Redis.from_url(os.environ["REDIS_URL"], protocol=2, socket_timeout=5.0)
        self.outbox_id = uuid.uuid4().hex
        self.seq = 0
        self.state = SessionState.STARTING
        self.reason: str | None = None
        self.login = LoginStatus.SIGNED_OUT
        self.version = 0
        self.last_command = "0-0"
        self.began = datetime.now(UTC)
        self.stopping = threading.Event()
        self.how = self._behaviour()

    def _behaviour(self) -> dict[str, Any]:
        try:
            return dict(json.loads((self.data / "fake-bot.json").read_text()))
        except FileNotFoundError:
            return {"behaviour": "good"}

    def run(self) -> int:
        self._note_start()
        behaviour, seconds = self.how.get("behaviour", "good"), float(self.how.get("seconds", 0.0))
        signal.signal(signal.SIGTERM, self._on_signal)
        if behaviour == "crash":
            time.sleep(seconds)
            print("the fake bot crashes", file=sys.stderr, flush=True)
            return 1
        if behaviour == "bad_setting":
            print("ATOZ_PORTAL: no definition is called foo (change it in .env)", file=sys.stderr, flush=True)
            return 3
        self.send(
            SessionStarted(
                **self.envelope(),
                started_by=self.started_by,
                pid=os.getpid(),
                host=os.uname().nodename,
                portal="simulator",
                base_url="http://127.0.0.1:1",
                version="0",
            )
        )
        if behaviour == "needs_owner":
            self.reason = "The portal refused the password."
            self.become(SessionState.FAILED, LoginStatus.REFUSED)
            return 3
        self.become(SessionState.RUNNING, LoginStatus.SIGNED_IN)
        crash_at = time.monotonic() + seconds if behaviour == "crash_later" else float("inf")
        while not self.stopping.is_set():
            if behaviour != "silent":
                self.beat()
                self.listen()
            if time.monotonic() > crash_at:
                os._exit(1)
            self.stopping.wait(0.2)
        self.become(SessionState.STOPPED, LoginStatus.SIGNED_OUT)
        return 0

    def _on_signal(self, _: int, __: FrameType | None) -> None:
        if self.how.get("behaviour") not in ("deaf", "silent"):
            self.stopping.set()

    def _note_start(self) -> None:
        line = {
            "session_id": self.session_id,
            "pid": os.getpid(),
            "started_by": self.started_by,
            "knows_database": "DATABASE_URL" in os.environ,
            "arguments": sys.argv[1:],
        }
        with (self.data / "starts.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")

    def envelope(self) -> dict[str, Any]:
        self.seq += 1
        return {
            "seq": self.seq,
            "outbox_id": self.outbox_id,
            "session_id": self.session_id,
            "account_id": ACCOUNT,
            "at": datetime.now(UTC),
        }

    def send(self, event: Event) -> None:
        # it has no outbox: it tries until Redis takes it, or until it is to stop
        while True:
            try:
                self.redis.xadd(EVENTS, {EVENT_FIELD: encode_event(event)})
            except RedisError:
                if self.stopping.wait(0.1):
                    return
            else:
                return

    def become(self, state: SessionState, login: LoginStatus) -> None:
        self.state, self.login = state, login
        self.send(
            StatusUpdate(**self.envelope(), state=state, reason=self.reason, login_status=login, totals=SessionTotals())
        )
        self.beat()

    def beat(self) -> None:
        now = datetime.now(UTC)
        beat = Heartbeat(
            session_id=self.session_id,
            account_id=ACCOUNT,
            pid=os.getpid(),
            host=os.uname().nodename,
            process_started_at=datetime.fromtimestamp(psutil.Process().create_time(), UTC),
            started_by=self.started_by,
            portal="simulator",
            at=now,
            state=self.state,
            reason=self.reason,
            login_status=self.login,
            totals=SessionTotals(),
            configuration_version=self.version,
        )
        try:
            self.redis.set(heartbeat(self.session_id), beat.model_dump_json(), ex=HEARTBEAT_KEPT_FOR)
            self.redis.zadd(SESSIONS_SEEN, {self.session_id: now.timestamp()})
        except RedisError:
            return

    def listen(self) -> None:
        try:
            answer = cast(
                "list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]",
                self.redis.xread({commands(self.session_id): self.last_command}, count=100),
            )
            wanted = self.redis.get(CONFIGURATION)
        except RedisError:
            return
        if wanted is not None and self.version == 0:
            self.version = int(json.loads(cast("bytes", wanted))["version"])
        for _, entries in answer:
            for entry_id, fields in entries:
                self.last_command = entry_id.decode()
                self._obey(fields[COMMAND_FIELD])

    def _obey(self, raw: bytes) -> None:
        command = decode_command(raw)
        if self.how.get("behaviour") == "deaf":
            return
        match command:
            case Stop() if command.issued_at >= self.began:
                self.become(SessionState.STOPPING, LoginStatus.SIGNED_IN)
                self.stopping.set()
            case Pause() if command.issued_at >= self.began:
                self.become(SessionState.PAUSED, LoginStatus.SIGNED_IN)
            case Resume() if command.issued_at >= self.began:
                self.become(SessionState.RUNNING, LoginStatus.SIGNED_IN)
            case Configure():
                self.version = max(self.version, command.wanted.version)


if __name__ == "__main__":
    sys.exit(FakeBot(sys.argv[1]).run())
