"""Calendars from files and from a real server, and what is said where one cannot be read."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.calendars import http_source as addresses
from bot.calendars.http_source import fetch
from bot.calendars.reader import answer
from bot.calendars.reader_protocol import Answer, Failed, Reading, Request, Unchanged
from bot.calendars.sources import CannotRead, read_file
from tests.support.calendar_server import CalendarServer, Page, Slow, Tagged, answers, bomb, cut

NOW = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)
SECRET = "/private-0123456789abcdef/basic.ics"


def calendar(*days: int, written_at: str = "20261120T101500Z", extra: str = "") -> bytes:
    """An hour at ten on each of these days of November 2026."""
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{day}\r\nDTSTAMP:{written_at}\r\nDTSTART:202611{day:02}T100000Z\r\nDURATION:PT1H\r\n"
        f"SUMMARY:Day {day}\r\n{extra}END:VEVENT\r\n"
        for day in days
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n".encode()


@pytest.fixture
def server() -> Iterator[CalendarServer]:
    with CalendarServer.running() as running:
        yield running


def ask(address: str, known: Reading | None = None, *, is_file: bool = False) -> Answer:
    return answer(
        Request(
            address=address,
            is_file=is_file,
            zone="Europe/London",
            now=NOW.timestamp(),
            first=(NOW - timedelta(days=1)).timestamp(),
            last=(NOW + timedelta(days=400)).timestamp(),
            validators=known.validators if known else {},
            digest=known.digest if known else "",
        )
    )


def reading(given: Answer) -> Reading:
    assert isinstance(given, Reading), given
    return given


def days(found: Answer) -> list[int]:
    return [span.starts_at.day for span in reading(found).spans]


# --- what changed -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_etag", [True, False], ids=["etag", "last-modified"])
def test_a_calendar_is_sent_again_only_when_it_changed(server: CalendarServer, *, has_etag: bool) -> None:
    page = Tagged(calendar(25), has_etag=has_etag)
    address = server.put(SECRET, page)
    first = reading(ask(address))
    assert days(first) == [25]
    assert (first.read_at, first.known_until) == (NOW, NOW + timedelta(days=400))
    assert ask(address, first) == Unchanged(validators=first.validators)
    page.become(calendar(25, 26))
    assert days(ask(address, first)) == [25, 26]


def test_the_moment_at_which_it_was_written_is_no_change(server: CalendarServer) -> None:
    address = server.put(SECRET, answers(200, calendar(25)))
    first = reading(ask(address))
    server.put(SECRET, answers(200, calendar(25, written_at="20261120T103000Z"), ETag='"2"'))
    assert ask(address, first) == Unchanged(validators={"etag": '"2"'})
    server.put(SECRET, answers(200, calendar(26, written_at="20261120T103000Z")))
    assert days(ask(address, first)) == [26]


def test_a_file_is_read_and_known_by_its_date(tmp_path: Path) -> None:
    file = tmp_path / "work.ics"
    file.write_bytes(calendar(25))
    first = reading(ask(str(file), is_file=True))
    assert days(first) == [25]
    assert isinstance(ask(str(file), first, is_file=True), Unchanged)
    file.write_bytes(calendar(25, 27))
    assert days(ask(str(file), first, is_file=True)) == [25, 27]


# --- what cannot be read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("habit", "said"),
    [
        (answers(404, b"Not found"), "is not there (HTTP 404); copy its private address anew"),
        (answers(410), "is not there (HTTP 410)"),
        (answers(403), "does not let us in (HTTP 403)"),
        (answers(401), "does not let us in (HTTP 401)"),
        (answers(500), "fails at its server (HTTP 500)"),
        (answers(204), "answers with HTTP 204"),
        (answers(304), "answers with HTTP 304"),  # nobody asked whether it changed
        (answers(302), "answers with HTTP 302"),  # without a word where to
        (answers(200, b"<html>Sign in</html>"), "is a web page, not a calendar"),
        (answers(200, b""), "is not in iCal format"),
        (answers(200, calendar(25)[:-20]), "ends in the middle"),
        (answers(200, b"junk", Content_Encoding="gzip"), "cannot be unpacked"),
        (answers(302, Location="file:///etc/hostname"), "starts with file://, which is not followed"),
        (answers(302, Location="https://[/"), "leads to an address that cannot be used"),
        (answers(302, Location="http://a:b/"), "leads to an address that cannot be used"),
        (answers(302, Location=SECRET), "is moved from one address to another without end"),
        (cut, "cut the connection before its answer was whole"),
        (lambda handler: handler.connection.close(), "cut the connection before its answer was whole"),
        (bomb, "is larger than 10 MB"),
    ],
)
def test_what_went_wrong_is_said_without_the_address(server: CalendarServer, habit: Page, said: str) -> None:
    failed = ask(server.put(SECRET, habit))
    assert isinstance(failed, Failed), failed
    assert said in failed.words
    for hidden in ("private", "127.0.0.1", str(server.server_port)):
        assert hidden not in failed.words.replace("private address", "address")
        assert hidden not in (failed.where or "")


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_may_ask_for_patience(server: CalendarServer, status: int) -> None:
    failed = ask(server.put(SECRET, answers(status, Retry_After="120")))
    assert isinstance(failed, Failed), failed
    assert failed.retry_after == timedelta(minutes=2)


def test_nobody_there(free_port: Callable[[], int]) -> None:
    failed = ask(f"http://127.0.0.1:{free_port()}{SECRET}")
    assert failed == Failed(words="cannot be reached: no connection could be made")


def test_a_server_that_falls_silent(server: CalendarServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "STEP_TIMEOUT", timedelta(seconds=0.2))
    assert ask(server.put(SECRET, Slow())) == Failed(words="did not answer in time")


def test_a_server_that_drips(server: CalendarServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "WHOLE_TIMEOUT", timedelta(seconds=0.3))
    assert ask(server.put(SECRET, Slow(drips=True))) == Failed(words="did not answer in time")


def test_a_calendar_that_is_too_large(server: CalendarServer, tmp_path: Path) -> None:
    body = calendar(25)
    address = server.put(SECRET, answers(200, body))
    assert fetch(address, {}, largest=len(body)) is not None
    with pytest.raises(CannotRead, match="is larger than"):
        fetch(address, {}, largest=len(body) - 1)
    file = tmp_path / "work.ics"
    file.write_bytes(body)
    assert read_file(str(file), largest=len(body)).content == body
    with pytest.raises(CannotRead, match="is larger than"):
        read_file(str(file), largest=len(body) - 1)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ics")
    assert ask(str(tmp_path / "pipe.ics"), is_file=True) == Failed(words="is no file")
    assert ask(str(tmp_path), is_file=True) == Failed(words="is no file")
    missing = ask(str(tmp_path / "work.ics"), is_file=True)
    assert missing == Failed(words="cannot be opened: No such file or directory")


# --- redirects and encryption -----------------------------------------------------------------------------------------


def test_a_redirect_is_followed(server: CalendarServer) -> None:
    server.put("/moved.ics", answers(200, calendar(25)))
    assert days(ask(server.put(SECRET, answers(301, Location="/moved.ics")))) == [25]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    file = tmp_path / "certificate.pem"
    file.write_bytes(
        made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


def test_a_certificate_that_nobody_vouches_for(certificate: Path) -> None:
    with CalendarServer.running(certificate) as server:
        failed = ask(server.put(SECRET, answers(200, calendar(25))))
    assert failed == Failed(words="has a certificate that cannot be trusted")


def test_encryption_is_never_given_up(
    server: CalendarServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with CalendarServer.running(certificate) as encrypted:
        there = encrypted.put(SECRET, answers(200, calendar(25)))
        assert days(ask(there)) == [25]
        assert days(ask(server.put(SECRET, answers(302, Location=there)))) == [25]
        encrypted.put(SECRET, answers(302, Location=server.put("/open.ics", answers(200, calendar(26)))))
        assert ask(there) == Failed(words="leads to an address that starts with http://, which is not followed")
    assert "/open.ics" not in [path for path, _ in server.asked]
