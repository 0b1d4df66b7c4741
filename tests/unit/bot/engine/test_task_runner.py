"""Tasks that start from anywhere and end with the engine."""

import asyncio

import pytest

from bot.engine.task_runner import TaskRunner


async def test_tasks_start_while_the_engine_runs_and_end_with_it() -> None:
    tasks, ended = TaskRunner(), list[str]()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("work")

    async with asyncio.TaskGroup() as group:
        tasks.attach(group)
        task = tasks.start(work(), "work")
        await asyncio.sleep(0)
        tasks.cancel_all()
    assert (task.get_name(), ended) == ("work", ["work"])


async def test_nothing_starts_before_the_engine_runs_or_after_it_failed() -> None:
    tasks = TaskRunner()
    work = asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="does not run"):
        tasks.start(work, "too early")
    work.close()

    async def fail() -> None:
        async with asyncio.TaskGroup() as group:
            tasks.attach(group)
            raise ValueError("something failed")

    with pytest.raises(ExceptionGroup):
        await fail()
    with pytest.raises(RuntimeError):
        tasks.start(asyncio.sleep(0), "too late")
