"""What a bot process ends on its way out."""

import asyncio
from pathlib import Path

import pytest

from bot.account.portal_session import LoginResult
from bot.account.sign_in import BrowserSignIn
from bot.config import load
from bot.run.process import BotProcess
from common.exit_codes import EXIT_STOPPED


async def test_a_picture_that_takes_long_ends_before_what_it_writes_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {
        "ATOZ_USERNAME": "ada@example.com",
        "ATOZ_PASSWORD": "a password",
        "ATOZ_PORTAL": "simulator",
        "ATOZ_DATA_DIR": str(tmp_path),
        "ATOZ_ENV_FILE": "",
    }
    happened: list[str] = []
    begun = asyncio.Event()

    async def for_ever(*_: object) -> LoginResult:
        try:
            begun.set()
            return await asyncio.Event().wait()  # type: ignore[return-value]  # it never comes to that
        finally:
            happened.append("the picture ended")

    async def sign_in(_: BrowserSignIn) -> LoginResult:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(BrowserSignIn, "__call__", sign_in)
    process = BotProcess(load(environment), "session-1", with_control_plane=False, listener=lambda _: None)
    monkeypatch.setattr(process._proof, "snapshot", for_ever)
    close = process._proof.close

    async def note_close() -> None:
        happened.append("the evidence is closed")
        await close()

    monkeypatch.setattr(process._proof, "close", note_close)
    running = asyncio.create_task(process.run())
    process._take_snapshot()
    await begun.wait()
    process.stop()
    assert await running == EXIT_STOPPED
    assert happened == ["the picture ended", "the evidence is closed"]
