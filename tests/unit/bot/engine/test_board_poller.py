"""Boards that arrive in another order than they were asked for."""

import asyncio
from pathlib import Path

from bot.engine.times import EngineTimes
from tests.support.engine_support import job, running
from tests.support.fakes.portal import FakePortal, Fault
from tests.support.virtual_time import in_virtual_time


@in_virtual_time
async def test_an_answer_that_comes_too_late_moves_nothing_backwards(tmp_path: Path) -> None:
    portal = FakePortal(slow=3.0)
    async with running(portal, tmp_path, times=EngineTimes()) as bot:
        portal.post(job(1, kind="Face to Face"))
        await asyncio.sleep(3)
        portal.break_next("board", Fault.SLOW)
        await asyncio.sleep(0.6)
        portal.remove("1")
        await asyncio.sleep(2)
        known = bot.parts.board.get("1")
        assert known is not None
        assert not known.is_on_board
        await asyncio.sleep(2)
        assert not known.is_on_board
