"""Keeps the servers running: what ended by itself is started again, with growing pauses."""

import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from common.backoff import Backoff
from system.console import Terminal
from system.servers.process import ServerError

#: Seconds before the first, second … try to start a server again.
_PAUSES = Backoff(first=0.5, longest=30.0)
#: A server that lived so long is taken to be well; the next pause is short again.
_WELL_AFTER_SECONDS = 60.0
_STARTS_WITHIN_SECONDS = 30.0


class Kept(Protocol):
    """What can be kept running."""

    name: str

    @property
    def is_running(self) -> bool:
        """Whether it is there."""

    @property
    def how_it_ended(self) -> int | None:
        """The exit code, negative for a signal; None where it is not known."""

    def start(self, patience_seconds: float) -> None:
        """Starts it again; raises ``ServerError``."""


@dataclass
class _Watch:
    server: Kept
    pauses: Backoff = _PAUSES
    started_at: float = 0.0
    #: when it is to be started again; None while it runs
    again_at: float | None = None


class ServiceSupervisor:
    """Looks after servers in the order in which they depend on each other."""

    def __init__(
        self, servers: Sequence[Kept], terminal: Terminal, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._terminal = terminal
        self._clock = clock
        self._watches = [_Watch(server, started_at=clock()) for server in servers]

    def look(self) -> None:
        """Notices what has ended, and starts again what has waited long enough."""
        for watch in self._watches:
            if watch.again_at is None and not watch.server.is_running:
                self._noticed(watch)
            if watch.again_at is not None and self._clock() >= watch.again_at:
                self._start(watch)

    def _noticed(self, watch: _Watch) -> None:
        if self._clock() - watch.started_at >= _WELL_AFTER_SECONDS:
            watch.pauses = _PAUSES
        code = watch.server.how_it_ended
        self._say(f"{watch.server.name} has ended ({_how(code)}); it is started again in {watch.pauses.wait:g} s")
        self._pause(watch)

    def _start(self, watch: _Watch) -> None:
        try:
            watch.server.start(_STARTS_WITHIN_SECONDS)
        except ServerError as error:
            self._say(f"{error}; the next try is in {watch.pauses.wait:g} s")
            self._pause(watch)
            return
        watch.started_at, watch.again_at = self._clock(), None
        self._say(f"{watch.server.name} runs again", kind="good")

    def _pause(self, watch: _Watch) -> None:
        watch.again_at = self._clock() + watch.pauses.wait
        watch.pauses = watch.pauses.grown()

    def _say(self, words: str, kind: str = "error") -> None:
        self._terminal.say(f"{datetime.now().astimezone():%H:%M:%S}  {words}", kind=kind)


def _how(code: int | None) -> str:
    if code is None:
        return "nobody knows how"
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
