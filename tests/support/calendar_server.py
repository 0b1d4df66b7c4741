"""A server of calendars on 127.0.0.1, with every habit that such servers have."""

import gzip
import hashlib
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self, cast

#: Answers one request.
Page = Callable[[BaseHTTPRequestHandler], None]


def reply(
    handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", headers: dict[str, str] | None = None
) -> None:
    """One whole answer."""
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def answers(status: int, body: bytes = b"", **headers: str) -> Page:
    """A page that is always the same; an underscore in a header's name stands for a hyphen."""
    return lambda handler: reply(handler, status, body, {name.replace("_", "-"): of for name, of in headers.items()})


class Tagged:
    """A calendar that can be changed, with an ``ETag`` or, without one, a ``Last-Modified``."""

    def __init__(self, body: bytes, *, has_etag: bool = True) -> None:
        self.body = body
        self.has_etag = has_etag
        self.changed = 0

    def become(self, body: bytes) -> None:
        """From now on it says this."""
        self.body = body
        self.changed += 1

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        """Answers one request."""
        etag = f'"{hashlib.sha256(self.body).hexdigest()}"'
        date = f"Fri, 20 Nov 2026 10:15:{self.changed:02} GMT"
        kept = {"ETag": etag} if self.has_etag else {"Last-Modified": date}
        shown = handler.headers["If-None-Match" if self.has_etag else "If-Modified-Since"]
        if shown == (etag if self.has_etag else date):
            reply(handler, HTTPStatus.NOT_MODIFIED, headers=kept)
        else:
            reply(handler, HTTPStatus.OK, self.body, kept)


class Slow:
    """Sends a little, and then nothing, or a little more at a time."""

    def __init__(self, *, drips: bool = False) -> None:
        self.drips = drips
        self.over = threading.Event()

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        """Answers one request, never to its end."""
        handler.send_response(HTTPStatus.OK)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        while not self.over.wait(0.05 if self.drips else None):
            handler.wfile.write(b"B")
            handler.wfile.flush()


def cut(handler: BaseHTTPRequestHandler) -> None:
    """Half of what was promised."""
    handler.send_response(HTTPStatus.OK)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"BEGIN:VCALENDAR\r\n")


def bomb(handler: BaseHTTPRequestHandler) -> None:
    """Little on the wire, much when unpacked."""
    reply(handler, HTTPStatus.OK, gzip.compress(b"B" * 50_000_000), {"Content-Encoding": "gzip"})


class CalendarServer(ThreadingHTTPServer):
    """The server; ``pages`` says who answers which path."""

    daemon_threads = True

    def __init__(self, certificate: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
            self.scheme = "https"
        self.pages: dict[str, Page] = {}
        #: path and headers of every request
        self.asked: list[tuple[str, Message]] = []

    def address(self, path: str) -> str:
        """The address of a path."""
        return f"{self.scheme}://127.0.0.1:{self.server_port}{path}"

    def put(self, path: str, page: Page) -> str:
        """Let ``page`` answer ``path``; answers its address."""
        self.pages[path] = page
        return self.address(path)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what several tests are about."""

    @classmethod
    @contextmanager
    def running(cls, certificate: Path | None = None) -> Iterator[Self]:
        """A server that is stopped at the end, with whatever it was still sending."""
        with cls(certificate) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield server
            finally:
                for page in server.pages.values():
                    if isinstance(page, Slow):
                        page.over.set()
                server.shutdown()
                thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the name that the base class calls
        """Answers one request."""
        server = cast(CalendarServer, self.server)
        server.asked.append((self.path, self.headers))
        server.pages.get(self.path, answers(HTTPStatus.NOT_FOUND, b"Not found"))(self)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name for it
        """Say nothing."""
