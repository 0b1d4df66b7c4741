"""Cookies as the browser keeps them, and as everything else here does. Playwright is needed by the types alone."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot.portal.credentials import Cookie

if TYPE_CHECKING:
    # Playwright gives the type of what it takes no public name
    from playwright._impl._api_structures import SetCookieParam
    from playwright.async_api import Cookie as BrowserCookie

#: What the browser says of a cookie that lasts as long as the session.
_NO_EXPIRY = -1


def for_browser(cookies: Iterable[Cookie]) -> "list[SetCookieParam]":
    """What a browser's context takes."""
    return [
        {
            "name": cookie.name,
            "value": cookie.value,
            "domain": cookie.domain,
            "path": cookie.path,
            "secure": cookie.secure,
            "httpOnly": cookie.http_only,
            "expires": cookie.expires if cookie.expires is not None else _NO_EXPIRY,
        }
        for cookie in cookies
    ]


def from_browser(cookies: "Iterable[BrowserCookie]") -> tuple[Cookie, ...]:
    """What a browser's context gave."""
    return tuple(
        Cookie(
            name=cookie["name"],
            value=cookie["value"],
            domain=cookie["domain"],
            path=cookie["path"],
            secure=cookie["secure"],
            http_only=cookie["httpOnly"],
            expires=cookie["expires"] if cookie["expires"] > 0 else None,
        )
        for cookie in cookies
    )
