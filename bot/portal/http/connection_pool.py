"""The fast lane's connections: a request in a burst finds one of its own at once.

httpx's own pool hands out a connection before it is marked as taken, so that twenty requests in the same moment are
all given the first idle one; nineteen are turned away, try again, and are turned away again, in no order. In a burst of
twenty jobs accepts were seen to wait for 400 ms in it, and to be overtaken by requests that could wait (httpx 0.28,
httpcore 1.0.9). Here each connection has one user at a time, and whoever waits for one is served in order: what takes a
job before what reads.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from bot.portal.priority_semaphore import PrioritySemaphore

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

    def make() -> httpx.AsyncHTTPTransport:
        return httpx.AsyncHTTPTransport(verify=context, http2=True, limits=limits, proxy=proxy)

    return Connections(make, most=most, for_urgent=for_urgent)


class Connections(httpx.AsyncBaseTransport):
    """At most ``most`` connections, made when they are needed; with HTTP/2 one of them serves everybody.

    Requests that are not urgent leave ``for_urgent`` of them alone.
    """

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport], *, most: int, for_urgent: int) -> None:
        self._make = make
        self._places = PrioritySemaphore(most=most, for_urgent=for_urgent)
        self._made: list[httpx.AsyncBaseTransport] = []
        #: with the loop's time at which each was used last, the longest ago first
        self._idle: list[tuple[httpx.AsyncBaseTransport, float]] = []
        #: one that speaks HTTP/2
        self._shared: httpx.AsyncBaseTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises httpx.PoolTimeout where no connection is free within the request's own patience."""
        connection = self._shared or await self._turn(request)
        try:
            response = await connection.handle_async_request(request)
        except BaseException:
            # failed or cancelled: there is no answer whose end would free the connection
            self._give_back(connection)
            raise
        if self._shared is None and response.extensions.get("http_version") == b"HTTP/2":
            # from now on all requests go over this one; should it cease to speak HTTP/2, it makes more by itself
            self._shared = connection
            self._places.give_back()
        stream = cast("httpx.AsyncByteStream", response.stream)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_Body(stream, lambda: self._give_back(connection)),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close all of them; whoever waits for one is told that nothing was sent."""
        self._places.close(httpx.ConnectError("the connections were closed"))
        for connection in self._made:
            await connection.aclose()

    async def _turn(self, request: httpx.Request) -> httpx.AsyncBaseTransport:
        """A connection for this request alone, at once or when its turn has come."""
        try:
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("pool")):
                await self._places.take(urgent=request.extensions.get(URGENT, False))
        except TimeoutError as error:
            raise httpx.PoolTimeout("all connections are taken", request=request) from error
        if self._shared is not None:
            self._places.give_back()
            return self._shared
        if self._idle:
            return self._idle_one()
        self._made.append(self._make())
        return self._made[-1]

    def _give_back(self, connection: httpx.AsyncBaseTransport) -> None:
        if connection is not self._shared:
            self._idle.append((connection, asyncio.get_running_loop().time()))
            self._places.give_back()

    def _idle_one(self) -> httpx.AsyncBaseTransport:
        """One that is open, as far as anybody can know, and so that looks keep several open.

        Of those that were used just now it is the one that has rested longest; else the one that was used last.
        """
        just_now = asyncio.get_running_loop().time() - _SURELY_OPEN.total_seconds()
        places = (place for place, (_, used_at) in enumerate(self._idle) if used_at > just_now)
        connection, _ = self._idle.pop(next(places, -1))
        return connection


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


def _proxy_for(address: str) -> str | None:
    """The proxy of the environment or the machine; None where there is none, or where it is not for this address."""
    parts = urlsplit(address)
    if not parts.hostname or proxy_bypass(parts.hostname):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
