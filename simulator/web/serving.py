"""Two listeners in one process: the portal and the control interface, until told to end."""

import asyncio
import contextlib
import random
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simulator.clock import Clock
from simulator.domain.portal import Portal
from simulator.settings import Settings
from simulator.skins.choice import SKINS, SkinName
from simulator.web.control import ControlInterface
from simulator.web.fault_middleware import TRANSPORT, FaultMiddleware
from simulator.web.faults import FaultList
from simulator.web.latency import Latency
from simulator.web.request_log import RequestLog
from simulator.world.world import World

#: Only this machine can reach the simulator.
HOST = "127.0.0.1"

#: How long answers under way are waited for when it ends.
_LAST_ANSWERS_SECONDS = 1


class PortTaken(Exception):
    """Another program listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} is taken")
        self.port = port


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstAccount:
    """The account that is there from the start."""

    email: str
    password: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Listeners:
    """The two sockets, bound."""

    portal: socket.socket
    control: socket.socket

    @property
    def portal_port(self) -> int:
        """The portal's port."""
        return int(self.portal.getsockname()[1])

    @property
    def control_port(self) -> int:
        """The control interface's port."""
        return int(self.control.getsockname()[1])

    @property
    def portal_url(self) -> str:
        """The portal's address."""
        return f"http://{HOST}:{self.portal_port}"

    @property
    def control_url(self) -> str:
        """The control interface's address."""
        return f"http://{HOST}:{self.control_port}"


def bind(port: int, control_port: int) -> Listeners:
    """Take both ports, 0 for any that is free; raises ``PortTaken``."""
    portal = _bound(port)
    try:
        return Listeners(portal=portal, control=_bound(control_port))
    except PortTaken:
        portal.close()
        raise


def _bound(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there it would let two programs have the same port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise PortTaken(port) from error
    return listener


class _CuttableProtocol(HttpToolsProtocol):
    """Hands the connection to the application, so that a fault can cut it."""

    def on_message_begin(self) -> None:
        """Start a request."""
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT: {"transport": self.transport}}


class _QuietServer(uvicorn.Server):
    """A server that leaves signals to whoever runs several of them."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are taken care of elsewhere."""
        yield


def _server(app: ASGIApp) -> _QuietServer:
    return _QuietServer(
        uvicorn.Config(
            app,
            http=_CuttableProtocol,
            ws="none",
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=_LAST_ANSWERS_SECONDS,
        )
    )


class Simulator:
    """A simulator with all its parts."""

    def __init__(
        self,
        settings: Settings,
        *,
        skin: SkinName,
        seed: int,
        account: FirstAccount | None,
        listeners: Listeners,
    ) -> None:
        self._clock = Clock()
        self._listeners = listeners
        portal = Portal(settings.portal_rules(), hides_overlaps=SKINS[skin].hides_overlaps)
        self._world = World(portal, settings, seed)
        self._faults = FaultList()
        site = SKINS[skin](portal, self._world, self._clock)
        faulty = FaultMiddleware(site, self._faults, portal, self._clock)
        log = RequestLog(Latency(faulty, lambda: self._world.settings, random.Random(seed)), self._clock)
        control = ControlInterface(
            site=site, faults=self._faults, log=log, clock=self._clock, portal_url=listeners.portal_url
        )
        self._servers = (_server(log), _server(control.app))
        now = self._clock.now()
        if account is not None:
            self._world.welcome(portal.add_account(account.email, account.password, account.name, now), now)

    async def run(self, serving: Callable[[], None], *, ends: Callable[[Callable[[], None]], None]) -> None:
        """Serve until a signal, or whatever ``ends`` watches, says to end; calls ``serving`` once both listen."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            _on_signal(loop, number, self._end)
        ends(self._end)
        sockets = (self._listeners.portal, self._listeners.control)
        world = asyncio.create_task(run_world(self._world, self._clock.now))
        world.add_done_callback(
            lambda _: self._end()
        )  # nothing would happen any more: better to end than to stand still
        tasks = [
            asyncio.create_task(server.serve(sockets=[listener]))
            for server, listener in zip(self._servers, sockets, strict=True)
        ]
        for server in self._servers:
            await server.listening.wait()
        serving()
        await asyncio.gather(*tasks)
        world.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await world

    def _end(self) -> None:
        self._faults.clear()
        for server in self._servers:
            server.should_exit = True


def _on_signal(loop: asyncio.AbstractEventLoop, number: signal.Signals, call: Callable[[], None]) -> None:
    """Call a function in the event loop when the signal comes."""
    try:
        loop.add_signal_handler(number, call)
    except NotImplementedError:  # Windows has no such thing
        signal.signal(number, lambda _number, _frame: loop.call_soon_threadsafe(call))


async def run_world(world: World, now: Callable[[], datetime]) -> None:
    """Advance the world whenever its next event is due."""
    woken = asyncio.Event()
    world.rescheduled = woken.set
    world.begin(now())
    while True:
        woken.clear()
        world.advance(now())
        due = world.next_due()
        seconds = max(0.0, (due - now()).total_seconds()) if due is not None else None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await woken.wait()
