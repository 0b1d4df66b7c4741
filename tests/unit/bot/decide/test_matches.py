"""A match is acted on with a fresh page only."""

import asyncio
from datetime import timedelta
from pathlib import Path

from bot import clock
from contract.jobs import JobStatus
from tests.support.engine_support import configuration, job, ours, running
from tests.support.fakes.portal import FakePortal
from tests.support.virtual_time import MovableClock, in_virtual_time


@in_virtual_time
async def test_a_page_from_before_the_clock_was_set_back_is_not_fresh(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(0, exclude_types=("Face to Face",), languages=("Welsh",))
    movable = MovableClock(clock.current())
    with clock.override(movable):
        async with running(portal, tmp_path, settings=settings) as bot:
            await asyncio.sleep(3)
            portal.post(job(1, kind="BSL"))
            await asyncio.sleep(3)
            assert bot.heard.status(1) is JobStatus.REJECTED
            # what only its page shows changes, and the clock goes back by five hours
            portal.jobs["1"].job = job(1, kind="Face to Face")
            movable.wall_jump = timedelta(hours=-5)
            await asyncio.sleep(1800)
            bot.engine.configure(configuration(1, exclude_types=("Face to Face",)))
            await asyncio.sleep(30)
            assert ours(portal) == set()
            assert bot.heard.status(1) is JobStatus.REJECTED
