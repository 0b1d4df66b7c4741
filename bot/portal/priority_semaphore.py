"""So many places for requests side by side, and who gets the next one."""

import asyncio
import heapq
from itertools import count


class PrioritySemaphore:
    """``most`` places. Who waits for one is served in order, what is urgent first.

    What is not urgent leaves ``for_urgent`` of them alone: a long list that is read side by side takes all that it can
    get, and an accept must not wait for its end.
    """

    def __init__(self, *, most: int, for_urgent: int) -> None:
        self._most = most
        self._for_urgent = for_urgent
        self._taken = 0
        self._waiting: list[tuple[bool, int, asyncio.Future[None]]] = []
        self._order = count()

    async def take(self, *, urgent: bool) -> None:
        """Return when a place is taken; ``give_back`` ends that. Raises what ``close`` was called with."""
        if self._has_one(urgent=urgent):
            self._taken += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (not urgent, next(self._order), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.give_back()  # it came in the very moment in which nobody waited for it any more
            raise

    def give_back(self) -> None:
        """One place is free again, and goes to whoever is next."""
        self._taken -= 1
        while self._waiting and self._has_one(urgent=not self._waiting[0][0]):
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                self._taken += 1
                turn.set_result(None)

    def close(self, error: Exception) -> None:
        """Whoever waits hears this error."""
        for _, _, turn in self._waiting:
            if not turn.done():
                turn.set_exception(error)
        self._waiting.clear()

    def _has_one(self, *, urgent: bool) -> bool:
        return self._taken < self._most - (0 if urgent else self._for_urgent)
