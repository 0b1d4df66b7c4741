"""A calendar's text from an address (``sources``). Blocking; see ``reader``."""

import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import httpx

from bot.calendars.sources import LARGEST_BYTES, CannotRead, Content, too_large
from bot.portal.retry_after import retry_after

#: One step of an answer may take this long, and all of it this much.
STEP_TIMEOUT = timedelta(seconds=15)
WHOLE_TIMEOUT = timedelta(seconds=60)
#: A calendar's address leads to another once or twice; more is a circle.
_MOST_REDIRECTS = 5

_HEADERS = {"User-Agent": "AtoZ-Bot/0.1 (reads its owner's calendar)", "Accept": "text/calendar, */*;q=0.5"}
#: The answer's header -> the header with which it is shown again (RFC 9110, section 13.1).
_VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
_LEADS_NOWHERE = "leads to an address that cannot be used"
_ASK_ANEW = "copy its private address anew from the calendar's settings"


def fetch(address: str, validators: Mapping[str, str], *, largest: int = LARGEST_BYTES) -> Content | None:
    """What the address answers; None where it answers that nothing changed since ``validators``. Raises CannotRead."""
    asked = {header: validators[name] for name, header in _VALIDATORS.items() if name in validators}
    until = time.monotonic() + WHOLE_TIMEOUT.total_seconds()
    try:
        with httpx.Client(timeout=STEP_TIMEOUT.total_seconds(), headers=_HEADERS | asked) as client:
            for _ in range(_MOST_REDIRECTS + 1):
                with client.stream("GET", address) as response:
                    if response.has_redirect_location:
                        address = _next_address(address, response.headers["location"])
                        continue
                    if response.status_code == HTTPStatus.NOT_MODIFIED and asked:
                        return None
                    _require_ok(response)
                    content = b"".join(_chunks(response, largest, until))
                    kept = {name: response.headers[name] for name in _VALIDATORS if name in response.headers}
                    return Content(content=content, validators=kept)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise CannotRead(_words(error)) from None  # the cause may show the address
    raise CannotRead("is moved from one address to another without end")


def _next_address(address: str, location: str) -> str:
    """Where a redirect leads; raises CannotRead where it would give up encryption, or leave the web."""
    try:
        target = urljoin(address, location)
        scheme = urlsplit(target).scheme
    except ValueError:
        raise CannotRead(_LEADS_NOWHERE) from None
    if scheme == "https" or scheme == urlsplit(address).scheme:
        return target
    raise CannotRead(f"leads to an address that starts with {scheme}://, which is not followed")


def _require_ok(response: httpx.Response) -> None:
    status = response.status_code
    if status == HTTPStatus.OK:
        return
    wait = retry_after(response.headers.get("retry-after"))
    match status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            words = f"does not let us in (HTTP {status}); {_ASK_ANEW}"
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            words = f"is not there (HTTP {status}); {_ASK_ANEW}"
        case HTTPStatus.TOO_MANY_REQUESTS:
            words = "asks to be read less often (HTTP 429)"
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            words = f"fails at its server (HTTP {status})"
        case _:
            words = f"answers with HTTP {status}"
    raise CannotRead(words, retry_after=wait)


def _chunks(response: httpx.Response, largest: int, until: float) -> Iterator[bytes]:
    size = 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > largest:
            raise too_large(largest)
        if time.monotonic() > until:
            raise CannotRead("did not answer in time")
        yield chunk


def _words(error: Exception) -> str:
    if isinstance(error, httpx.ConnectError) and "certificate" in str(error).lower():
        return "has a certificate that cannot be trusted"
    if isinstance(error, httpx.RemoteProtocolError) and "location header" in str(error):
        return _LEADS_NOWHERE
    known = (words for kinds, words in _WORDS if isinstance(error, kinds))
    return next(known, f"cannot be read ({type(error).__name__})")


_WORDS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((httpx.TimeoutException,), "did not answer in time"),
    ((httpx.ConnectError,), "cannot be reached: no connection could be made"),
    ((httpx.ReadError, httpx.RemoteProtocolError), "cut the connection before its answer was whole"),
    ((httpx.DecodingError,), "answers with something that cannot be unpacked"),
    ((httpx.InvalidURL, httpx.UnsupportedProtocol), "has an address that cannot be used"),
)
