"""The fast lane's connections: a request in a burst finds one of its own at once.

httpx's own pool hands out a connection before it is marked as taken, so that twenty requests in the same moment are
all given the first idle one; nineteen are turned away, try again, and are turned away again, in no order. In a burst of
twenty jobs accepts were seen to wait for 400 ms in it, and to be overtaken by requests that could wait (httpx 0.28,
httpcore 1.0.9). Here each connection has one user at a time, and whoever waits for one is served in order: what takes a
job before what reads.
"""

import asyncio
import heapq
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from itertools import count
from typing import cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

#: Servers keep an idle connection open for five seconds and more.
_SURELY_OPEN = timedelta(seconds=2)

#: The extension of a request that is served before others where all connections are taken.
URGENT = "urgent"


def connections_to(base_url: str, *, most: int, for_urgent: int, keep_idle: timedelta) -> "Connections":
    """Connections to a portal, through the proxy that the machine's settings name for it, if any."""
    context = httpx.create_ssl_context()
    proxy = _proxy_for(base_url)
    # each is used for one request at a time; with HTTP/2 one of them carries all
    limits = httpx.Limits(
        max_connections=most, max_keepalive_connections=most, keepalive_expiry=keep_idle.total_seconds()
    )
    return Connections(lambda: _transport(context, limits, proxy), most=most, for_urgent=for_urgent)


class Connections(httpx.AsyncBaseTransport):
    """At most ``most`` connections, made when they are needed; with HTTP/2 one of them serves everybody.

    Requests that are not urgent leave ``for_urgent`` of them alone: a long list that is read side by side takes all
    that it can get, and an accept must not wait for its end.
    """

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport], *, most: int, for_urgent: int) -> None:
        self._make = make
        self._most = most
        self._for_urgent = for_urgent
        self._made: list[httpx.AsyncBaseTransport] = []
        self._taken = 0
        #: with the loop's time at which each was used last, the longest ago first
        self._idle: list[tuple[httpx.AsyncBaseTransport, float]] = []
        self._waiting: list[tuple[bool, int, asyncio.Future[httpx.AsyncBaseTransport]]] = []
        self._order = count()
        #: one that speaks HTTP/2
        self._shared: httpx.AsyncBaseTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises httpx.PoolTimeout where no connection is free within the request's own patience."""
        connection = self._shared or await self._turn(request)
        try:
            response = await connection.handle_async_request(request)
        except BaseException:
            self._give_back(connection)
            raise
        if self._shared is None and response.extensions.get("http_version") == b"HTTP/2":
            self._share(connection)
        stream = cast("httpx.AsyncByteStream", response.stream)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_Body(stream, lambda: self._give_back(connection)),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close all of them; whoever waits for one is told that nothing was sent."""
        for _, _, turn in self._waiting:
            if not turn.done():
                turn.set_exception(httpx.ConnectError("the connections were closed"))
        self._waiting.clear()
        for connection in self._made:
            await connection.aclose()

    async def _turn(self, request: httpx.Request) -> httpx.AsyncBaseTransport:
        """A connection for this request alone, at once or when its turn has come."""
        can_wait = not request.extensions.get(URGENT, False)
        if self._has_one(can_wait=can_wait):
            return self._one()
        turn: asyncio.Future[httpx.AsyncBaseTransport] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (can_wait, next(self._order), turn))
        try:
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("pool")):
                return await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._give_back(turn.result())  # it came in the very moment in which nobody waited for it any more
            if isinstance(error, TimeoutError):
                raise httpx.PoolTimeout("all connections are taken", request=request) from error
            raise

    def _has_one(self, *, can_wait: bool) -> bool:
        return self._taken < self._most - (self._for_urgent if can_wait else 0)

    def _one(self) -> httpx.AsyncBaseTransport:
        self._taken += 1
        if not self._idle:
            self._made.append(self._make())
            return self._made[-1]
        return self._idle_one()

    def _give_back(self, connection: httpx.AsyncBaseTransport) -> None:
        if connection is self._shared:
            return
        self._taken -= 1
        self._idle.append((connection, asyncio.get_running_loop().time()))
        while self._waiting and self._has_one(can_wait=self._waiting[0][0]):
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(self._one())

    def _idle_one(self) -> httpx.AsyncBaseTransport:
        """One that is open, as far as anybody can know, and so that looks keep several open.

        Of those that were used just now it is the one that has rested longest; else the one that was used last.
        """
        just_now = asyncio.get_running_loop().time() - _SURELY_OPEN.total_seconds()
        places = (place for place, (_, used_at) in enumerate(self._idle) if used_at > just_now)
        connection, _ = self._idle.pop(next(places, -1))
        return connection

    def _share(self, connection: httpx.AsyncBaseTransport) -> None:
        """From now on all requests go over this one; should it cease to speak HTTP/2, it makes more by itself."""
        self._shared = connection
        for _, _, turn in self._waiting:
            if not turn.done():
                turn.set_result(connection)
        self._waiting.clear()


class _Body(httpx.AsyncByteStream):
    """An answer's body; its end frees the connection."""

    def __init__(self, stream: httpx.AsyncByteStream, ended: Callable[[], None]) -> None:
        self._stream = stream
        self._ended: Callable[[], None] | None = ended

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield part

    async def aclose(self) -> None:
        """Free the connection, once."""
        ended, self._ended = self._ended, None
        try:
            await self._stream.aclose()
        finally:
            if ended is not None:
                ended()


def _transport(context: ssl.SSLContext, limits: httpx.Limits, proxy: str | None) -> httpx.AsyncHTTPTransport:
    return httpx.AsyncHTTPTransport(verify=context, http2=True, limits=limits, proxy=proxy)


def _proxy_for(address: str) -> str | None:
    """The proxy of the environment or the machine; None where there is none, or where it is not for this address."""
    parts = urlsplit(address)
    if not parts.hostname or proxy_bypass(parts.hostname):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
