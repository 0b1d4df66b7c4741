"""The engine's tasks: started from anywhere while the engine runs, and failing or ending together."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot.account.rate_limiter import default_priority_context


class TaskRunner:
    """Starts tasks in the engine's task group (``bot.claim.ports.TaskStarter``)."""

    def __init__(self) -> None:
        self._group: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[None]] = set()

    def attach(self, group: asyncio.TaskGroup) -> None:
        """Start tasks in this group from now on."""
        self._group = group

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Start a task. Raises RuntimeError if the engine does not run, or is ending because something failed."""
        if self._group is None:
            raise RuntimeError("the engine does not run")
        try:
            task = self._group.create_task(work, name=name, context=default_priority_context())
        except RuntimeError:
            work.close()
            raise
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def cancel_all(self) -> None:
        """Cancel every task that runs."""
        for task in self._running:
            task.cancel()
