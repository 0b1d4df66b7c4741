"""The cookies of a signed-in session, kept and sent as a browser does.

httpx sends no cookie with a letter beyond ASCII (0.28: it fails), and Python's cookie jar sends none that is ``Secure``
to a portal on this machine. A browser does both, so the jar is asked here, and httpx never sees a cookie.
"""

from collections.abc import Iterable
from email.message import Message
from http.cookiejar import Cookie as JarCookie
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, cast
from urllib.request import Request as UrllibRequest

import httpx

from bot.portal.credentials import Cookie

if TYPE_CHECKING:
    from http.client import HTTPResponse

#: Hosts that a browser trusts without encryption (W3C, Secure Contexts, section 3.1).
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
_ENCRYPTED = ("https", "wss")


class SessionCookies:
    """Adds the cookies to each request and keeps those that answers bring."""

    def __init__(self, cookies: Iterable[Cookie], *, host: str) -> None:
        """``host`` is the portal's."""
        trusted = (*_ENCRYPTED, "http") if host in _THIS_MACHINE else _ENCRYPTED
        self._jar = CookieJar(DefaultCookiePolicy(secure_protocols=trusted))
        for cookie in cookies:
            self._jar.set_cookie(_as_jar_cookie(cookie))

    async def add_to(self, request: httpx.Request) -> None:
        """Set the request's header, for ``event_hooks``."""
        asked = UrllibRequest(str(request.url))  # noqa: S310  (never opened; the jar asks it for its address)
        self._jar.add_cookie_header(asked)
        if (header := asked.get_header("Cookie")) is not None:
            request.headers.encoding = "utf-8"
            request.headers["Cookie"] = header

    async def keep_from(self, response: httpx.Response) -> None:
        """Keep what the answer brings, for ``event_hooks``."""
        said = Message()
        for name, value in response.headers.raw:
            if name.lower() == b"set-cookie":
                said["Set-Cookie"] = value.decode(errors="replace")
        if said:
            asked = UrllibRequest(str(response.request.url))  # noqa: S310
            self._jar.extract_cookies(cast("HTTPResponse", _Answer(said)), asked)

    def cookies(self) -> tuple[Cookie, ...]:
        """The session's cookies as they are now."""
        return tuple(_from_jar_cookie(cookie) for cookie in self._jar)


def keeps_no_cookies() -> CookieJar:
    """A jar for httpx itself, which is to know none."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


class _Answer:
    """What Python's jar asks of an answer."""

    def __init__(self, headers: Message) -> None:
        self._headers = headers

    def info(self) -> Message:
        """The headers."""
        return self._headers


def _as_jar_cookie(cookie: Cookie) -> JarCookie:
    return JarCookie(
        version=0,
        name=cookie.name,
        value=cookie.value,
        port=None,
        port_specified=False,
        # Python's jar keeps hosts without a dot, such as localhost, under a name of its own
        domain=cookie.domain if "." in cookie.domain else f"{cookie.domain}.local",
        domain_specified=cookie.domain.startswith("."),
        domain_initial_dot=cookie.domain.startswith("."),
        path=cookie.path,
        path_specified=True,
        secure=cookie.secure,
        expires=int(cookie.expires) if cookie.expires is not None else None,
        discard=cookie.expires is None,
        comment=None,
        comment_url=None,
        rest={"HttpOnly": ""} if cookie.http_only else {},
    )


def _from_jar_cookie(cookie: JarCookie) -> Cookie:
    return Cookie(
        name=cookie.name,
        value=cookie.value or "",
        domain=cookie.domain.removesuffix(".local"),
        path=cookie.path,
        secure=cookie.secure,
        http_only=cookie.has_nonstandard_attr("HttpOnly"),
        expires=float(cookie.expires) if cookie.expires is not None else None,
    )
