"""Reading the board and taking it up: for a poll, or out of turn for an accept that needs a new form."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.account.portal_session import PortalSession
from bot.account.rate_limiter import RequestPriority, request_priority
from bot.clock import now, steady_seconds
from bot.engine.portal_health import PortalHealth
from bot.portal.client import PortalClient
from bot.portal.errors import LayoutChanged, RetryLater, SignInAgain, StopAndTell
from bot.portal.models import Board
from bot.state.board_state import BoardState
from bot.state.domain_events import BoardRead, Publisher

_Reading = tuple[PortalClient, Board]
#: How a reading is done: ``PortalSession.once``, or ``PortalSession.use``, which reads again after a new sign-in.
_Through = Callable[[Callable[[PortalClient], Awaitable[_Reading]]], Awaitable[_Reading]]


class BoardPoller:
    """Reads the board. Each board that is newer than the one known is published as BoardRead."""

    def __init__(self, *, portal: PortalSession, board: BoardState, health: PortalHealth, publisher: Publisher) -> None:
        self._portal = portal
        self._board = board
        self._health = health
        self._publisher = publisher
        #: requests are numbered, because answers may overtake each other
        self._asked = 0
        self._reading_now: asyncio.Task[None] | None = None

    async def poll(self) -> None:
        """Read the board once; whatever the portal answers, nothing is raised."""
        try:
            with request_priority(RequestPriority.LOOK):
                await self._read(self._portal.once)
        except (SignInAgain, StopAndTell):
            return  # the next poll signs in; a refusal ends the session (``SignInRefused``)
        except RetryLater as error:
            self._health.record_failure(error)
        except LayoutChanged as error:
            self._health.record_unreadable_board(error)

    async def read_now(self) -> None:
        """Read the board out of turn; concurrent callers share one reading. Raises the portal's errors."""
        if self._reading_now is None or self._reading_now.done():
            self._reading_now = asyncio.create_task(self._read(self._portal.use), name="read the board now")
            # its error is not lost: every caller gets it, unless all of them were cancelled before
            self._reading_now.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.shield(self._reading_now)

    async def close(self) -> None:
        """Cancel a reading that is under way."""
        if self._reading_now is not None:
            self._reading_now.cancel()
            await asyncio.wait([self._reading_now])

    async def _read(self, through: _Through) -> None:
        began = steady_seconds()
        asked = 0

        async def read(client: PortalClient) -> _Reading:
            nonlocal asked
            self._asked += 1
            asked = self._asked
            return client, await client.read_board()

        client, board = await through(read)
        seconds = steady_seconds() - began
        self._health.record_board()
        new = self._board.take_board(board, asked=asked, source=client, at=now())
        if new is not None:
            self._publisher.publish(BoardRead(board, new_jobs=len(new), seconds=seconds))
