"""The signed-in state on disk: readable with the owner's password, and with nothing else."""

import secrets
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.account.session_store import StoredSession
from bot.portal.credentials import Cookie, Credentials, SignedIn

OWNER = Credentials(username="Interpreter@example.com", password=secrets.token_urlsafe(12))
SESSION = SignedIn(
    cookies=(Cookie(name="portal_session", value=secrets.token_urlsafe(24), domain="127.0.0.1", http_only=True),),
    user_name="Ada Example",
)


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    kept = StoredSession(tmp_path / "session")
    kept.keep(SESSION, OWNER)
    same_owner = Credentials(username=" interpreter@EXAMPLE.com", password=OWNER.password)
    assert StoredSession(tmp_path / "session").read(same_owner) == SESSION


def test_the_file_shows_no_secret_and_is_the_owners_alone(tmp_path: Path) -> None:
    StoredSession(tmp_path / "session").keep(SESSION, OWNER)
    content = (tmp_path / "session").read_bytes()
    for secret in (SESSION.cookies[0].value, OWNER.password, OWNER.username, "Ada Example"):
        assert secret.encode() not in content
    assert (tmp_path / "session").stat().st_mode & 0o077 == 0


def test_another_password_opens_nothing(tmp_path: Path) -> None:
    kept = StoredSession(tmp_path / "session")
    kept.keep(SESSION, OWNER)
    assert kept.read(Credentials(username=OWNER.username, password="another")) is None


def test_a_session_that_was_forgotten_is_gone(tmp_path: Path) -> None:
    kept = StoredSession(tmp_path / "session")
    kept.forget()
    kept.keep(SESSION, OWNER)
    kept.forget()
    assert kept.read(OWNER) is None


@given(junk=st.binary(max_size=120))
def test_a_file_that_is_damaged_is_as_good_as_none(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    file = tmp_path_factory.mktemp("kept") / "session"
    file.write_bytes(junk)
    assert StoredSession(file).read(OWNER) is None
