"""Who may ask: the names the API goes by, and what other sites may not do."""

import pytest

from app.auth.guard import allowed, why_refused

ALLOWED = allowed((8000, 3000), ("bots.example:8443", "Any-Port.example"))


def refused(host: str | None, *, origin: str | None = None, changes: bool = True, **more: str) -> bool:
    headers = {name.replace("_", "-").encode(): value.encode() for name, value in more.items()}
    if host is not None:
        headers[b"host"] = host.encode()
    if origin is not None:
        headers[b"origin"] = origin.encode()
    why = why_refused(ALLOWED, changes_something=changes, headers=headers, scheme="http", own_port=8123)
    return why is not None


@pytest.mark.parametrize(
    "host",
    [
        *("localhost:8000", "127.0.0.1:8000", "[::1]:8000", "localhost:3000", "LOCALHOST:8000"),
        *("127.0.0.1:8123", "bots.example:8443", "any-port.example:1", "any-port.example"),
    ],
)
def test_our_own_names(host: str) -> None:
    assert not refused(host)
    assert not refused(host, changes=False)


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8000", "localhost.evil.example:8000", "127.0.0.1.evil.example:8000"),
        *("localhost:9999", "localhost", "bots.example:8000", "[::1]:9999", "", "[::1", "localhost:8000x", None),
        *("localhost:٨٠٠٠", f"localhost:{'8' * 5000}"),
    ],
)
def test_names_that_are_not_ours_are_refused_even_for_reading(host: str | None) -> None:
    assert refused(host, changes=False)
    assert refused(host)


@pytest.mark.parametrize(
    "origin", ["http://localhost:3000", "http://127.0.0.1:8000", "http://[::1]:3000", "https://bots.example:8443"]
)
def test_our_own_pages_may_change_things(origin: str) -> None:
    assert not refused("localhost:8000", origin=origin)


@pytest.mark.parametrize(
    "origin",
    [
        *("http://evil.example", "https://localhost.evil.example:3000", "null", "", "http://localhost:5173"),
        *("http://localhost", "http://[::1", "file://", "http://user@evil.example:8000", "chrome-extension://abcdef"),
    ],
)
def test_other_pages_may_not(origin: str) -> None:
    assert refused("localhost:8000", origin=origin)
    assert not refused("localhost:8000", origin=origin, changes=False)


def test_programs_send_no_origin() -> None:
    assert not refused("localhost:8000")


def test_a_browser_that_says_cross_site_without_an_origin() -> None:
    assert refused("localhost:8000", sec_fetch_site="cross-site")
    assert not refused("localhost:8000", sec_fetch_site="same-origin")
