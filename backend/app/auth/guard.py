"""The guard: requests that another site makes the owner's browser send, or that were sent to a name that is not ours.

There are no accounts here: the API listens on 127.0.0.1 and trusts who sits at the machine. What it cannot trust is the
browser at the machine, which also shows other sites:

- The ``Host`` must be one of ours. A site whose name is suddenly resolved to 127.0.0.1 (DNS rebinding) would otherwise
  be same-origin with us and could read and steer everything.
- What changes something, and every websocket, must not carry a foreign ``Origin``. Browsers always send one there;
  programs such as curl send none, and nobody can make them.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from app.problems import PROBLEM_JSON, ForeignRequest

#: Requests that change nothing (RFC 9110, section 9.2.1).
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_OUR_NAMES = ("localhost", "127.0.0.1", "[::1]")

_LONGEST_PORT = len("65535")

_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """By which names and ports the API may be called."""

    ports: frozenset[int]
    #: ``name`` (any port) or ``name:port``, in lower case
    extra: frozenset[str] = frozenset()

    def includes(self, host: str, *, default_port: int, own_port: int | None) -> bool:
        """Whether ``host``, as a ``Host`` header or the end of an ``Origin`` says it, is one of ours."""
        name, port = _split(host.lower(), default_port)
        if name in self.extra or f"{name}:{port}" in self.extra:
            return True
        return name in _OUR_NAMES and (port in self.ports or port == own_port)


def allowed(ports: Iterable[int], extra: Iterable[str]) -> Allowed:
    """The names and ports of the settings."""
    return Allowed(ports=frozenset(ports), extra=frozenset(one.lower() for one in extra))


def _split(host: str, default_port: int) -> tuple[str, int | None]:
    """Name and port of a host; an IPv6 address keeps its brackets. The port is None where it is no number."""
    name, colon, port = host.rpartition(":")
    if not colon or port.endswith("]"):
        return host, default_port
    return name, int(port) if port.isascii() and port.isdecimal() and len(port) <= _LONGEST_PORT else None


def why_refused(
    allowed_hosts: Allowed,
    *,
    changes_something: bool,
    headers: Mapping[bytes, bytes],
    scheme: str,
    own_port: int | None,
) -> str | None:
    """In words why a request is refused; None where it is not."""
    host = headers.get(b"host", b"").decode("latin-1")
    if not allowed_hosts.includes(host, default_port=_DEFAULT_PORTS.get(scheme, 80), own_port=own_port):
        return (
            f"This control plane is not called '{host[:100]}'. Open it as http://localhost, or name it in "
            "ATOZ_ALLOWED_HOSTS."
        )
    if not changes_something:
        return None
    origin = headers.get(b"origin")
    if origin is not None:
        is_foreign = not _is_ours(allowed_hosts, origin.decode("latin-1"), own_port)
    else:
        is_foreign = headers.get(b"sec-fetch-site") == b"cross-site"
    if is_foreign:
        return "The request was made by another web site. Use the dashboard, or a program on this machine."
    return None


def _is_ours(allowed_hosts: Allowed, origin: str, own_port: int | None) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    default_port = _DEFAULT_PORTS.get(parts.scheme, 80)
    return bool(parts.netloc) and allowed_hosts.includes(parts.netloc, default_port=default_port, own_port=own_port)


class Guard:
    """ASGI middleware that answers 403 to what ``why_refused``."""

    def __init__(self, app: ASGIApp, allowed_hosts: Allowed) -> None:
        self._app = app
        self._allowed = allowed_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse."""
        kind = scope["type"]
        if kind in {"http", "websocket"}:
            server = scope.get("server")
            refused = why_refused(
                self._allowed,
                changes_something=kind == "websocket" or scope["method"] not in _SAFE_METHODS,
                headers=dict(scope["headers"]),
                scheme=scope["scheme"],
                own_port=server[1] if server else None,
            )
            if refused is not None:
                await _refuse(scope, receive, send, refused)
                return
        await self._app(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send, why: str) -> None:
    body = json.dumps(
        {
            "type": f"urn:atoz:{ForeignRequest.kind}",
            "title": ForeignRequest.title,
            "status": ForeignRequest.status,
            "detail": why,
        }
    ).encode()
    if scope["type"] == "websocket":
        await receive()  # websocket.connect
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008, "reason": ForeignRequest.title})
            return
        prefix = "websocket.http.response"
    else:
        prefix = "http.response"
    headers = [(b"content-type", PROBLEM_JSON.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": f"{prefix}.start", "status": ForeignRequest.status, "headers": headers})
    await send({"type": f"{prefix}.body", "body": body})
