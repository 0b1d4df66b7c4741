"""What a sign-in leaves behind on disk, and what it means where it can leave nothing."""

import asyncio
from pathlib import Path

import pytest

from bot.account import sign_in as signing_in
from bot.account.account_folder import AccountFolder
from bot.account.portal_session import LoginListener, LoginResult, PortalSession
from bot.account.rate_limiter import RateLimiter
from bot.account.sign_in import BrowserSignIn
from bot.config import load
from bot.portal.credentials import SignedIn
from bot.portal.errors import StopAndTell
from tests.support.fakes.portal import FakePortal

REFUSAL = StopAndTell("The portal refused it.", code="wrong_credentials", what_to_do="check it")


class Told(LoginListener):
    """What the owner would hear."""

    def __init__(self) -> None:
        self.refusals: list[str] = []

    def refused(self, error: StopAndTell) -> None:
        self.refusals.append(error.code)


@pytest.fixture
def folder(tmp_path: Path) -> AccountFolder:
    return AccountFolder(tmp_path, "simulator-1")


@pytest.fixture
def signs_in(folder: AccountFolder, tmp_path: Path) -> BrowserSignIn:
    environment = {
        "ATOZ_USERNAME": "ada@example.com",
        "ATOZ_PASSWORD": "not the right one",
        "ATOZ_PORTAL": "simulator",
        "ATOZ_DATA_DIR": str(tmp_path),
        "ATOZ_ENV_FILE": "",
    }
    return BrowserSignIn(load(environment), folder, RateLimiter(60))


async def test_a_refusal_that_cannot_be_written_down_is_one_all_the_same(
    signs_in: BrowserSignIn, folder: AccountFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder.path / "refused-sign-in.json.making").mkdir()  # as where the disk is full, or not ours to write
    tries = 0

    async def refuse(*_: object) -> SignedIn:
        nonlocal tries
        tries += 1
        raise REFUSAL

    monkeypatch.setattr(signing_in, "sign_in", refuse)
    told = Told()
    access = PortalSession(signs_in, told, RateLimiter(60))
    for _ in range(2):
        with pytest.raises(StopAndTell, match="refused it"):
            await access.once(lambda lane: lane.read_board())
    assert tries == 1
    assert "wrong_credentials" in told.refusals
    await access.close()


async def test_an_old_refusal_that_cannot_be_forgotten_keeps_nobody_out(
    signs_in: BrowserSignIn, folder: AccountFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder.path / "refused-sign-in.json").mkdir()

    async def let_in(*_: object) -> SignedIn:
        return SignedIn(cookies=(), user_name="Ada Example")

    async def entry(signed_in: SignedIn) -> LoginResult:
        return LoginResult(lane=await FakePortal().sign_in(), user_name=signed_in.user_name)

    monkeypatch.setattr(signing_in, "sign_in", let_in)
    monkeypatch.setattr(signs_in, "_entry", entry)
    monkeypatch.setattr(signs_in, "_keep", lambda _: asyncio.sleep(0))
    assert (await signs_in()).user_name == "Ada Example"
