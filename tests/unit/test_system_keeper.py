"""What ends by itself is started again, after pauses that grow, and it is said."""

import io
import itertools

from system.console import Terminal
from system.run.supervisor import ServiceSupervisor
from system.servers.process import ServerError


class _Server:
    name = "Redis"

    def __init__(self) -> None:
        self.is_running = True
        self.how_it_ended: int | None = -9
        self.starts = 0
        self.refuses = False

    def start(self, patience_seconds: float) -> None:  # noqa: ARG002  # as the real ones are called
        self.starts += 1
        if self.refuses:
            raise ServerError("Redis ended while it started: no room")
        self.is_running = True


class _Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _keeper(server: _Server, clock: _Clock) -> tuple[ServiceSupervisor, io.StringIO]:
    said = io.StringIO()
    return ServiceSupervisor([server], Terminal(said), clock=clock), said


def test_what_runs_is_left_alone() -> None:
    server, clock = _Server(), _Clock()
    keeper, said = _keeper(server, clock)
    for _ in range(5):
        keeper.look()
        clock.now += 1
    assert server.starts == 0
    assert said.getvalue() == ""


def test_what_was_killed_runs_again_after_half_a_second() -> None:
    server, clock = _Server(), _Clock()
    keeper, said = _keeper(server, clock)
    server.is_running = False
    keeper.look()
    assert server.starts == 0
    clock.now += 0.5
    keeper.look()
    assert server.starts == 1
    assert "Redis has ended (SIGKILL); it is started again in 0.5 s" in said.getvalue()
    assert "Redis runs again" in said.getvalue()


def test_the_pauses_grow_to_half_a_minute_while_it_does_not_start() -> None:
    server, clock = _Server(), _Clock()
    keeper, _ = _keeper(server, clock)
    server.is_running, server.refuses = False, True
    tries: list[float] = []
    began = clock.now
    while len(tries) < 9:
        before = server.starts
        keeper.look()
        if server.starts > before:
            tries.append(clock.now - began)
        clock.now += 0.1
    pauses = [round(later - earlier) for earlier, later in itertools.pairwise(tries)]
    # 0.5 s before the first try, then 1, 2, 4, 8, 16 and from then on 30 seconds
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_server_that_was_well_for_a_minute_begins_with_a_short_pause_again() -> None:
    server, clock = _Server(), _Clock()
    keeper, said = _keeper(server, clock)
    for _ in range(4):
        server.is_running = False
        keeper.look()
        clock.now += 30
        keeper.look()
        assert server.is_running
    assert "again in 4 s" in said.getvalue()
    clock.now += 61
    server.is_running = False
    keeper.look()
    assert said.getvalue().splitlines()[-1].endswith("again in 0.5 s")
