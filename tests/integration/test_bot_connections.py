"""The fast lane's connections against a server that answers when it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest

from bot.portal.http.connection_pool import URGENT, connections_to


class SlowPortal:
    """Keeps every request until it is told to answer it; a path that begins with ``/now`` is answered at once."""

    def __init__(self) -> None:
        self.connections = 0
        #: the first lines of requests, in the order of their arrival: ``GET /1 HTTP/1.1``
        self.arrived: list[str] = []
        #: the connection that each came over, counted from 1
        self.over: list[int] = []
        self.is_slow = True
        self._held: list[asyncio.Event] = []
        self._changed = asyncio.Condition()
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def paths(self) -> list[str]:
        return [line.split()[1] for line in self.arrived]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        self._writers.add(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                self.over.append(number)
                await self._arrive(head.split("\r\n", 1)[0])
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _arrive(self, line: str) -> None:
        held = asyncio.Event()
        async with self._changed:
            self.arrived.append(line)
            self._held.append(held)
            self._changed.notify_all()
        if "/now" in line or not self.is_slow:
            self._held.remove(held)
            return
        await held.wait()

    async def has(self, requests: int) -> None:
        """Return when so many requests have arrived."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: len(self.arrived) >= requests)

    def answer_first(self) -> None:
        """Answer the request that has waited longest."""
        self._held.pop(0).set()

    def answer_all(self) -> None:
        """Answer every request that waits."""
        while self._held:
            self.answer_first()

    def hang_up(self) -> None:
        """Close every connection, whatever waits on it."""
        for writer in self._writers:
            writer.close()
        self._held.clear()


@asynccontextmanager
async def served() -> AsyncIterator[tuple[SlowPortal, str]]:
    portal = SlowPortal()
    server = await asyncio.start_server(portal.serve, "127.0.0.1", 0)
    try:
        yield portal, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        portal.hang_up()
        server.close()


def client(base_url: str, *, most: int, for_urgent: int = 0, patience: float = 10) -> httpx.AsyncClient:
    connections = connections_to(base_url, most=most, for_urgent=for_urgent, keep_idle=timedelta(minutes=2))
    return httpx.AsyncClient(transport=connections, base_url=base_url, timeout=patience)


async def test_every_request_of_a_burst_has_a_connection_of_its_own_at_once() -> None:
    async with served() as (portal, address), client(address, most=32) as http:
        for burst in (1, 2):
            asked = [asyncio.create_task(http.get(f"/{burst}/{number}")) for number in range(20)]
            await portal.has(20 * burst)  # none of them waits for the answer to another
            portal.answer_all()
            assert {(await task).text for task in asked} == {"ok"}
        assert portal.connections == 20


async def test_looks_keep_more_than_one_connection_open(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served() as (portal, address), client(address, most=32) as http:
        both = [asyncio.create_task(http.get(f"/{number}")) for number in range(2)]
        await portal.has(2)
        portal.answer_all()
        await asyncio.gather(*both)
        portal.over.clear()
        for _ in range(4):
            await http.get("/now")
        assert sorted(portal.over) == [1, 1, 2, 2]
        # a connection that has rested for long may be closed by now: the one used last is the safest
        monkeypatch.setattr("bot.portal.http.connection_pool._SURELY_OPEN", timedelta(0))
        portal.over.clear()
        for _ in range(4):
            await http.get("/now")
        assert len(set(portal.over)) == 1


async def test_an_accept_goes_before_everything_else_that_waits_and_the_rest_in_order() -> None:
    async with served() as (portal, address), client(address, most=1) as http:
        tasks = [asyncio.create_task(http.get("/first"))]
        await portal.has(1)
        for path, urgent in (("/page/1", False), ("/page/2", False), ("/accept", True), ("/page/3", False)):
            tasks.append(asyncio.create_task(http.get(path, extensions={URGENT: urgent})))
            await asyncio.sleep(0)
        for number in range(1, 6):
            await portal.has(number)
            portal.answer_first()
        await asyncio.gather(*tasks)
        assert portal.paths == ["/first", "/accept", "/page/1", "/page/2", "/page/3"]
        assert portal.connections == 1


async def test_what_can_wait_leaves_connections_for_accepts() -> None:
    async with served() as (portal, address), client(address, most=3, for_urgent=1) as http:
        pages = [asyncio.create_task(http.get(f"/page/{number}")) for number in range(5)]
        await portal.has(2)
        accept = asyncio.create_task(http.get("/accept", extensions={URGENT: True}))
        await portal.has(3)  # while every other connection is busy
        assert portal.paths == ["/page/0", "/page/1", "/accept"]
        portal.is_slow = False
        portal.answer_all()
        await asyncio.gather(accept, *pages)
        assert sorted(portal.paths[3:]) == ["/page/2", "/page/3", "/page/4"]
        assert portal.connections == 3


async def test_who_gives_up_in_the_moment_of_its_turn_passes_it_on() -> None:
    async with served() as (portal, address), client(address, most=1) as http:
        one = await http.send(http.build_request("GET", "/now"), stream=True)
        leaving = asyncio.create_task(http.get("/never"))
        waiting = asyncio.create_task(http.get("/now/after"))
        await asyncio.sleep(0)
        await one.aclose()
        leaving.cancel()
        async with asyncio.timeout(10):
            assert (await waiting).text == "ok"
        assert portal.paths == ["/now", "/now/after"]
        with pytest.raises(asyncio.CancelledError):
            await leaving


async def test_who_waits_too_long_is_told_and_nothing_of_it_is_sent() -> None:
    async with served() as (portal, address), client(address, most=1, patience=0.2) as http:
        held = asyncio.create_task(http.get("/held", timeout=10))
        await portal.has(1)
        with pytest.raises(httpx.PoolTimeout):
            await http.get("/late")
        portal.answer_all()
        await held
        assert (await http.get("/now")).text == "ok"
        assert portal.paths == ["/held", "/now"]


async def test_who_waits_when_all_is_closed_is_told_that_nothing_was_sent() -> None:
    async with served() as (portal, address):
        http = client(address, most=1)
        held = asyncio.create_task(http.get("/held"))
        await portal.has(1)
        waiting = asyncio.create_task(http.get("/never"))
        await asyncio.sleep(0)
        await http.aclose()
        with pytest.raises(httpx.ConnectError):
            await waiting
        with pytest.raises(httpx.HTTPError):
            await held
        assert portal.paths == ["/held"]


async def test_a_connection_that_the_portal_cut_is_replaced() -> None:
    async with served() as (portal, address), client(address, most=1) as http:
        cut = asyncio.create_task(http.get("/cut"))
        await portal.has(1)
        portal.hang_up()
        with pytest.raises(httpx.RemoteProtocolError):
            await cut
        assert (await http.get("/now")).text == "ok"
        # closed while nobody used it, as servers do after a while
        portal.hang_up()
        await asyncio.sleep(0)
        assert (await http.get("/now/again")).text == "ok"
        assert portal.paths == ["/cut", "/now", "/now/again"]


async def test_the_machines_proxy_is_used_but_for_what_it_is_not_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served() as (portal, address):
        monkeypatch.setenv("http_proxy", address)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        async with client(address, most=1) as http:
            await http.get("/now")
        async with client("http://portal.example", most=1) as http:
            await http.get("/now")
        assert portal.arrived == ["GET /now HTTP/1.1", "GET http://portal.example/now HTTP/1.1"]
