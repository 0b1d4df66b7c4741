"""The websockets: each message is written out once and queued for every client; a slow client is let go."""

import asyncio
from collections import deque
from datetime import UTC, datetime

import structlog
from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from app import VERSION, metrics
from app.live.schemas import ConnectionEstablished, ConnectionEstablishedMessage, LiveMessage

log = structlog.get_logger(__name__)

#: Messages that may wait for one client. At 50 a second these are 20 seconds; a browser that is slower than that gets
#: a new beginning, and meanwhile nobody else waits for it.
LONGEST_QUEUE = 1_000
#: RFC 6455's registry: "try again later".
_TRY_AGAIN_LATER = 1013
#: One client's goodbye must not hold anybody up.
_CLOSE_WITHIN_SECONDS = 1.0


class Client:
    """One websocket and what waits for it."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.waiting: deque[str] = deque()
        self.something_waits = asyncio.Event()
        self.too_slow = asyncio.Event()

    def put(self, text: str) -> None:
        """Queue a message, or give the client up."""
        if len(self.waiting) >= LONGEST_QUEUE:
            self.too_slow.set()
            return
        self.waiting.append(text)
        self.something_waits.set()

    async def send_all(self) -> None:
        """Send what waits, as it comes, until the connection ends."""
        while True:
            await self.something_waits.wait()
            self.something_waits.clear()
            while self.waiting:
                await self.socket.send_text(self.waiting.popleft())

    async def read_all(self) -> None:
        """Return when the client is gone. What it says is of no interest: it steers over HTTP."""
        while True:
            message = await self.socket.receive()
            if message["type"] == "websocket.disconnect":
                return


class Hub:
    """All open websockets. Lives in the event loop."""

    def __init__(self) -> None:
        self._clients: set[Client] = set()
        self.is_watched = asyncio.Event()

    @property
    def number(self) -> int:
        """How many websockets are open."""
        return len(self._clients)

    def publish(self, message: LiveMessage) -> None:
        """Queue a message for every client."""
        if not self._clients:
            return
        text = message.model_dump_json()
        metrics.LIVE_MESSAGES.labels(message.type).inc()
        for client in self._clients:
            client.put(text)

    async def serve(self, socket: WebSocket) -> None:
        """Serve one websocket until it ends: the greeting, then everything that is published."""
        await socket.accept()
        client = Client(socket)
        now = datetime.now(UTC)
        greeting = ConnectionEstablishedMessage(
            timestamp=now, data=ConnectionEstablished(server_time=now, version=VERSION)
        )
        client.put(greeting.model_dump_json())
        self._clients.add(client)
        self._note_number()
        try:
            await self._until_it_ends(client)
        finally:
            self._clients.discard(client)
            self._note_number()

    def _note_number(self) -> None:
        metrics.SOCKETS.set(len(self._clients))
        if self._clients:
            self.is_watched.set()
        else:
            self.is_watched.clear()

    async def _until_it_ends(self, client: Client) -> None:
        tasks = {
            asyncio.create_task(client.send_all()),
            asyncio.create_task(client.read_all()),
            asyncio.create_task(client.too_slow.wait()),
        }
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in ended:
            # a client that went away in the middle of a message is no error
            if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect | RuntimeError | OSError):
                raise outcome
        if client.too_slow.is_set():
            metrics.SOCKETS_DROPPED.inc()
            log.info("a client was too slow", action="client_dropped")
            await self._say_goodbye(client)

    async def _say_goodbye(self, client: Client) -> None:
        if client.socket.application_state is not WebSocketState.CONNECTED:
            return
        try:
            async with asyncio.timeout(_CLOSE_WITHIN_SECONDS):
                await client.socket.close(_TRY_AGAIN_LATER, "too slow; connect again")
        except (TimeoutError, WebSocketDisconnect, RuntimeError, OSError):
            return  # it does not even read that; returning cuts the connection
