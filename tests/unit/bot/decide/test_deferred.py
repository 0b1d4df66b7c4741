"""Work that waits until accepts have gone out."""

import asyncio
from datetime import timedelta

from bot.decide.deferred import DeferredWork
from tests.support.engine_support import now
from tests.support.virtual_time import in_virtual_time


@in_virtual_time
async def test_work_runs_together_after_the_delay_and_in_its_order() -> None:
    deferred, done = DeferredWork(timedelta(milliseconds=50)), list[tuple[str, float]]()
    deferred.add(lambda: done.append(("first", now())))
    await asyncio.sleep(0.03)
    deferred.add(lambda: done.append(("second", now())))
    assert done == []
    await asyncio.sleep(0.03)
    assert done == [("first", 0.05), ("second", 0.05)]


@in_virtual_time
async def test_what_waits_can_be_run_at_once_and_then_only_once() -> None:
    deferred, done = DeferredWork(timedelta(seconds=1)), list[str]()
    deferred.add(lambda: done.append("it"))
    deferred.run_now()
    await asyncio.sleep(2)
    assert done == ["it"]
