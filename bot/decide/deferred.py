"""Work that waits until the accepts that are being made have gone out: reports, pages to remember."""

import asyncio
from collections.abc import Callable
from datetime import timedelta


class DeferredWork:
    """Runs what is handed over a moment later, in its order."""

    def __init__(self, delay: timedelta) -> None:
        self._delay = delay
        self._waiting: list[Callable[[], None]] = []

    def add(self, work: Callable[[], None]) -> None:
        """Run this after the delay, together with what was handed over in it."""
        if not self._waiting:
            asyncio.get_running_loop().call_later(self._delay.total_seconds(), self.run_now)
        self._waiting.append(work)

    def run_now(self) -> None:
        """Run what waits."""
        waiting, self._waiting = self._waiting, []
        for work in waiting:
            work()
