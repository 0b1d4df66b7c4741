"""What signing in means for the session."""

from pathlib import Path

import pytest

from bot.portal.errors import StopAndTell
from tests.support.engine_support import Bot
from tests.support.fakes.portal import FakePortal
from tests.support.virtual_time import in_virtual_time


@in_virtual_time
async def test_a_refused_password_ends_the_session_after_one_try(tmp_path: Path) -> None:
    refusal = StopAndTell("The portal refused the password.", code="wrong_credentials", what_to_do="check it")
    bot = Bot(FakePortal(), tmp_path, refusal=refusal)
    await bot.start()
    with pytest.raises(StopAndTell) as told:
        await bot.ended()
    assert told.value is refusal
    assert bot.session.login_status == "refused"
