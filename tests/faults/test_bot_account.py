"""Two bots of one account on two machines: never do both of them claim."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.control_plane.lease import PATIENCE_SECONDS
from system.servers.redis import RedisServer
from tests.support.bot_support import bot, sign_in_before, wait_until
from tests.support.simulator_client import SimulatorProcess


class Relay:
    """The way of one machine to Redis, which the test can cut."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._is_cut = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"

    def cut(self) -> None:
        self._is_cut = True
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._is_cut = False

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self._is_cut:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._port))
                self._ends += [near, far]
                for source, to in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(source, to), daemon=True).start()

    @staticmethod
    def _pass_on(source: socket.socket, to: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while some := source.recv(65536):
                to.sendall(some)
        for end in (source, to):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def relay(redis_server: RedisServer) -> Iterator[Relay]:
    assert redis_server.port
    found = Relay(redis_server.port)
    yield found
    found.close()


def test_a_machine_that_is_cut_off_from_redis_claims_no_more_when_another_takes_over(
    simulator: SimulatorProcess, redis_server: RedisServer, relay: Relay, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        sign_in_before(simulator, folder)

    def accepted() -> str:
        number = simulator.post_job(kind="Telephone Interpreting").job_number
        wait_until(lambda: simulator.truth(number).holder == simulator.us)
        return number

    with ExitStack() as bots:
        first = bots.enter_context(bot(simulator, here, redis_url=relay.url))
        first.wait_for_log("session_running")
        second = bots.enter_context(bot(simulator, there, redis_url=redis_server.url, session="session-there"))
        second.wait_for_log("lease_held_elsewhere")
        first.wait_for_log("lease_awaited")
        relay.cut()
        first.wait_for_log("redis_away")
        by_first = accepted()
        assert not second.logged("session_running"), "the first one goes on at first"
        second.wait_for_log("session_running", patience=PATIENCE_SECONDS + 40)
        assert "may have taken over" in first.log(), "and it says why it does not any more"
        by_second = accepted()
        relay.mend()
        first.wait_for_log("lease_held_elsewhere")
        assert first.process.poll() is None
        assert f'"job": "{by_first}"' in first.log()
        assert f'"job": "{by_second}"' in second.log()
        assert not [line for line in first.log().splitlines() if f'"job": "{by_second}"' in line and "claim_" in line]
    assert all(len(simulator.truth(number).accepts) == 1 for number in (by_first, by_second))
