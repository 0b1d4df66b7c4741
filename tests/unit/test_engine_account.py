"""Whose account it is, who has it, and what was refused."""

import multiprocessing
import secrets
import time
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.account.account_folder import AccountFolder, LockHolder, RefusedCredentials, account_id
from bot.portal.credentials import Credentials
from bot.portal.definition.model import load
from bot.portal.errors import StopAndTell
from contract.wire import AccountId

SIMULATOR = load("simulator")


@given(st.text(min_size=1))
def test_an_id_fits_the_wire_and_shows_no_name(username: str) -> None:
    found = account_id(SIMULATOR, username)
    assert TypeAdapter(AccountId).validate_python(found) == found
    assert found.startswith("simulator-")
    if len(username.strip()) > 3:
        assert username.strip().casefold() not in found


def test_one_account_has_one_id_however_it_is_written() -> None:
    same = {
        account_id(SIMULATOR.at(address), name)
        for address in ("http://127.0.0.1:8090", "http://127.0.0.1:8090/", "HTTP://127.0.0.1:8090")
        for name in ("ada@example.com", " Ada@Example.com ")
    }
    assert len(same) == 1
    assert account_id(SIMULATOR.at("http://127.0.0.1:8091"), "ada@example.com") not in same
    assert account_id(SIMULATOR.at("http://127.0.0.1:8090"), "bob@example.com") not in same
    assert account_id(load("atoz").at("http://127.0.0.1:8090"), "ada@example.com") not in same


def test_the_folder_is_the_owners_alone(tmp_path: Path) -> None:
    folder = AccountFolder(tmp_path, "simulator-1")
    assert folder.path.stat().st_mode & 0o077 == 0


def _hold(data: Path, has_it: Event) -> None:
    assert AccountFolder(data, "simulator-1").lock("session-other") is None
    has_it.set()
    time.sleep(60)


def test_one_process_has_the_account_until_it_ends_however_it_ends(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    has_it = context.Event()
    other = context.Process(target=_hold, args=(tmp_path, has_it), daemon=True)
    other.start()
    try:
        assert has_it.wait(30)
        folder = AccountFolder(tmp_path, "simulator-1")
        assert other.pid is not None
        assert folder.lock("session-ours") == LockHolder("session-other", other.pid)
        other.kill()
        other.join()
        assert folder.lock("session-ours") is None
        assert AccountFolder(tmp_path, "simulator-1").lock("session-third") is not None
        folder.unlock()
        folder.unlock()
        assert AccountFolder(tmp_path, "simulator-1").lock("session-third") is None
    finally:
        other.kill()


def test_the_place_stands_for_the_folder(tmp_path: Path) -> None:
    assert AccountFolder(tmp_path, "a").place == AccountFolder(tmp_path, "a").place
    assert AccountFolder(tmp_path, "a").place != AccountFolder(tmp_path, "b").place


def test_refused_credentials_are_known_again_and_are_not_on_disk(tmp_path: Path) -> None:
    folder = AccountFolder(tmp_path, "simulator-1")
    wrong = Credentials(username="ada@example.com", password=secrets.token_urlsafe(12))
    refused = RefusedCredentials(folder)
    refused.check(wrong)
    refused.remember(wrong)
    with pytest.raises(StopAndTell) as told:
        RefusedCredentials(folder).check(Credentials(username=" Ada@example.com", password=wrong.password))
    assert told.value.code == "wrong_credentials"
    assert "ATOZ_PASSWORD" in told.value.what_to_do
    RefusedCredentials(folder).check(Credentials(username="ada@example.com", password="another one"))
    for file in folder.path.iterdir():
        assert wrong.password.encode() not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0
    refused.forget()
    RefusedCredentials(folder).check(wrong)


def test_a_damaged_note_of_a_refusal_refuses_nothing(tmp_path: Path) -> None:
    folder = AccountFolder(tmp_path, "simulator-1")
    (folder.path / "refused-sign-in.json").write_text("{")
    RefusedCredentials(folder).check(Credentials(username="ada@example.com", password="x"))
