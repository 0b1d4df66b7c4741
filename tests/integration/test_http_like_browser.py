"""Cookies and encodings: each one in a real Chromium and over HTTP alone, with the same result."""

import asyncio
import gzip
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, TypeVar

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

from bot.portal.browser.chromium import launch_arguments
from bot.portal.credentials import Cookie, SignedIn
from bot.portal.definition.model import load
from bot.portal.errors import RetryLater
from bot.portal.http.client import HttpClient
from bot.portal.http.page_encoding import encoding_of, name_gzip_as_usual
from bot.portal.http.session_cookies import SessionCookies, keeps_no_cookies
from tests.support.lane_support import BROWSER

T = TypeVar("T")


@dataclass
class Site:
    """A server that answers each path with what a test put there, and keeps the cookies that it was sent."""

    base_url: str = ""
    answers: dict[str, tuple[list[tuple[str, bytes]], bytes]] = field(default_factory=dict)
    sent: dict[str, bytes] = field(default_factory=dict)


@contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers, body = site.answers.get(self.path, ([("Content-Type", b"text/html")], b"<p>ok</p>"))
            # http.server reads headers as Latin-1, letter by byte
            site.sent[self.path] = (self.headers.get("Cookie") or "").encode("latin-1")
            self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n")
            for name, value in headers:
                self.wfile.write(name.encode() + b": " + value + b"\r\n")
            self.wfile.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            self.close_connection = True

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    site.base_url = f"http://{host}:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=launch_arguments())
        yield browser.new_page()
        browser.close()


def run(asking: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: Playwright's loop runs in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, asking).result()


def over_http(addresses: list[str], host: str) -> list[httpx.Response]:
    """The answers to requests one after the other, as the HTTP client asks."""

    async def ask() -> list[httpx.Response]:
        cookies = SessionCookies((), host=host)
        client = httpx.AsyncClient(
            cookies=keeps_no_cookies(),
            event_hooks={"request": [cookies.add_to], "response": [cookies.keep_from, name_gzip_as_usual]},
        )
        async with client:
            return [await client.get(address) for address in addresses]

    return run(ask())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize(
    ("said", "path"),
    [
        (b"a=1; Path=/", "/jobs"),
        (b"a=Jos\xc3\xa9; Path=/", "/jobs"),
        (b"a=1; Path=/; Secure", "/jobs"),
        (b"a=1; Path=/; HttpOnly; SameSite=Lax", "/jobs"),
        (b"a=1; Path=/jobs", "/jobs/7"),
        (b"a=1; Path=/jobs", "/jobsboard"),
        (b"a=1; Path=/elsewhere", "/jobs"),
        (b"a=1", "/jobs"),
        (b"a=1; Path=/; Max-Age=0", "/jobs"),
        (b"a=1; Path=/; Max-Age=3600", "/jobs"),
        (b"a=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "/jobs"),
        (b'a="1 2"; Path=/', "/jobs"),
        (b"a=; Path=/", "/jobs"),
        (b"a=1=2; Path=/", "/jobs"),
    ],
)
def test_a_cookie_is_sent_where_a_browser_sends_it(chromium: Page, host: str, said: bytes, path: str) -> None:
    with serving(host) as site:
        site.answers["/login/"] = ([("Content-Type", b"text/html"), ("Set-Cookie", said)], b"in")
        addresses = [f"{site.base_url}/login/", f"{site.base_url}{path}"]
        chromium.context.clear_cookies()
        for address in addresses:
            chromium.goto(address)
        by_browser = site.sent.pop(path)
        over_http(addresses, host)
        assert site.sent[path] == by_browser


NAME = "José García – Müller"


@pytest.mark.parametrize(
    ("content_type", "head", "codec"),
    [
        (b"text/html; charset=utf-8", b"", "utf-8"),
        (b"text/html", b'<meta charset="utf-8">', "utf-8"),
        (b"text/html", b"<META CHARSET=windows-1252>", "cp1252"),
        (b"text/html", b'<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">', "cp1252"),
        (b"text/html; charset=ISO-8859-1", b"", "cp1252"),
        (b"text/html; charset=utf-8", b'<meta charset="windows-1252">', "utf-8"),
        (b"text/html; charset=windows-1252", b"\xef\xbb\xbf", "utf-8"),
        (b"text/html; charset=windows-1252", b"\xff\xfe", "utf-16-le"),
        (b"text/html; charset=nonsense", b'<meta charset="windows-1252">', "cp1252"),
        (b"text/html", b'<!-- <meta charset="koi8-r"> --><meta charset="windows-1252">', "cp1252"),
        (b"text/html", b'<meta charset="utf-16">', "utf-8"),
    ],
)
def test_a_page_is_read_in_the_encoding_of_a_browser(
    chromium: Page, content_type: bytes, head: bytes, codec: str
) -> None:
    with serving() as site:
        site.answers["/page"] = ([("Content-Type", content_type)], head + f"<p>{NAME}</p>".encode(codec))
        chromium.goto(f"{site.base_url}/page")
        (answer,) = over_http([f"{site.base_url}/page"], "127.0.0.1")
        answer.encoding = encoding_of(answer)
        assert chromium.locator("p").inner_text() == NAME
        assert f"<p>{NAME}</p>" in answer.text


@pytest.mark.parametrize("packing", [b"gzip", b"x-gzip", b"X-GZIP"])
def test_a_packed_page_is_unpacked(chromium: Page, packing: bytes) -> None:
    with serving() as site:
        headers = [("Content-Type", b"text/html"), ("Content-Encoding", packing)]
        site.answers["/page"] = (headers, gzip.compress(b"<p>unpacked</p>"))
        chromium.goto(f"{site.base_url}/page")
        assert chromium.locator("p").inner_text() == "unpacked"
        (answer,) = over_http([f"{site.base_url}/page"], "127.0.0.1")
        assert answer.text == "<p>unpacked</p>"


def client_with(site: Site, *cookies: Cookie) -> HttpClient:
    definition = load("simulator").at(site.base_url)
    return HttpClient(definition, SignedIn(cookies=cookies, user_name=None))


def test_the_bots_own_client_sends_a_letter_beyond_ascii() -> None:
    async def warm(site: Site) -> None:
        client = client_with(site, Cookie(name="name", value="José", domain="127.0.0.1", secure=True))
        await client.warm(1)
        assert [cookie.value for cookie in client.session().cookies] == ["José"]
        await client.close()

    with serving() as site:
        run(warm(site))
        assert set(site.sent.values()) == {"name=José".encode()}


def test_an_error_that_nobody_foresaw_is_a_trouble_and_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise LookupError("of a kind that no version of httpx has yet")

    async def read() -> None:
        with serving() as site:
            client = client_with(site)
            with pytest.raises(RetryLater, match="LookupError"):
                await client.read_job("7")
            await client.close()

    monkeypatch.setattr(SessionCookies, "add_to", fail)
    run(read())
