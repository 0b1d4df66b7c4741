"""A log of the latest requests to the portal."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.clock import Clock

#: Requests remembered.
MOST_REQUESTS = 10_000


@dataclass(frozen=True, slots=True)
class RequestSeen:
    """One request to the portal."""

    #: its arrival, before any latency
    at: datetime
    method: str
    #: with its query
    path: str
    #: None where the connection was cut
    status: int | None
    #: until the end of the answer, milliseconds
    ms: float
    #: the account's e-mail
    who: str | None


def target_of(scope: Scope) -> str:
    """Path and query of a request."""
    query = scope["query_string"].decode("latin-1")
    path: str = scope["path"]
    return f"{path}?{query}" if query else path


class RequestLog:
    """Middleware that logs requests, the newest last."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock
        self.seen: deque[RequestSeen] = deque(maxlen=MOST_REQUESTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and log it."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        at = self._clock.now()
        status: int | None = None

        async def noting_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting_send)
        finally:
            ms = (self._clock.now() - at).total_seconds() * 1000
            who = scope.get("state", {}).get("who")
            self.seen.append(RequestSeen(at, scope["method"], target_of(scope), status, ms, who))
