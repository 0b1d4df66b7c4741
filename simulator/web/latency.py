"""Delays requests and answers by the set latency."""

import asyncio
import random
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.settings import Settings


class Latency:
    """Middleware: half of the way before the portal takes the request up, half after it has answered."""

    def __init__(self, app: ASGIApp, settings: Callable[[], Settings], rng: random.Random) -> None:
        self._app = app
        self._settings = settings
        self._rng = rng

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with the delays."""
        seconds = self._seconds() if scope["type"] == "http" else 0
        if seconds <= 0:
            return await self._app(scope, receive, send)

        async def late_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                await asyncio.sleep(seconds / 2)
            await send(message)

        await asyncio.sleep(seconds / 2)
        return await self._app(scope, receive, late_send)

    def _seconds(self) -> float:
        settings = self._settings()
        if not settings.latency_ms and not settings.latency_jitter_ms:
            return 0
        spread = settings.latency_jitter_ms
        return max(0.0, settings.latency_ms + self._rng.uniform(-spread, spread)) / 1000
