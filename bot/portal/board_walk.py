"""A walk over every page of a board, pages side by side, whichever lane reads them."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

from bot.portal.definition import PortalDefinition
from bot.portal.errors import LayoutChanged, RetryLater, SignInAgain
from bot.portal.pages import Board, BoardPage
from bot.portal.parse import join_pages, missing_pages

#: The pages of a board that grows while it is walked are asked for this often, then the next look goes on.
_ROUNDS = 3

#: Reads one page of the board: the filter's query and the page's number in, the page out; raises a PortalError.
ReadPage = Callable[[Mapping[str, str], int], Coroutine[None, None, BoardPage]]


class BoardWalk:
    """Walks over one portal's boards; remembers how many pages each had, so that all are asked for side by side."""

    def __init__(self, definition: PortalDefinition, read_page: ReadPage) -> None:
        self._definition = definition
        self._read_page = read_page
        self._known_pages: dict[str, int] = {}

    async def walk(self, query: Mapping[str, str], *, at_once: int | None = None) -> Board:
        """Every page of the board under this filter, all or ``at_once`` of them side by side.

        Raises the most telling error where one page cannot be read.
        """
        key = urlencode(query)
        pages: dict[int, BoardPage] = {}
        wanted: tuple[int, ...] = tuple(range(1, self._known_pages.get(key, 1) + 1))
        for _ in range(_ROUNDS):
            for page in await self._side_by_side(query, wanted, at_once or len(wanted)):
                pages[page.number] = page
            wanted = missing_pages(pages.values())
            if not wanted:
                break
        # a page that was asked for because the last walk had it, and that is empty now, is not there any more
        last = max((number for number, page in pages.items() if page.rows), default=1)
        self._known_pages[key] = last
        return join_pages([page for number, page in pages.items() if number <= last], definition=self._definition)

    async def walk_ours(self, *, at_once: int | None = None) -> Board:
        """Every page of the jobs that are ours, and of those that are done this week.

        What is done is read last: a job that is completed between the two stands in both, and never in none.
        """
        board = self._definition.board
        ours = await self.walk(board.assigned_query, at_once=at_once)
        week = board.completed_in_week_of(datetime.now(self._definition.zone).date())
        if week is None:
            return ours
        done = (await self.walk(week, at_once=at_once)).rows
        numbers = {row.job.job_number for row in done}
        return replace(ours, rows=tuple(row for row in ours.rows if row.job.job_number not in numbers), completed=done)

    async def _side_by_side(self, query: Mapping[str, str], numbers: Sequence[int], at_once: int) -> list[BoardPage]:
        """These pages, or the most telling error; where one fails the others are ended, not left to run."""
        gate = asyncio.Semaphore(at_once)

        async def read(number: int) -> BoardPage:
            async with gate:
                return await self._read_page(query, number)

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(read(number)) for number in numbers]
        except BaseExceptionGroup as errors:
            raise _most_telling(errors) from errors
        return [task.result() for task in tasks]


def address_of_page(definition: PortalDefinition, query: Mapping[str, str], number: int = 1) -> str:
    """The absolute address of one page of the board under a filter."""
    asked = dict(query)
    if number > 1 and definition.board.pagination:
        asked[definition.board.pagination.parameter] = str(number)
    address = definition.url(definition.board.path)
    return f"{address}?{urlencode(asked)}" if asked else address


def _most_telling(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    found = list(errors.exceptions)
    for kind in (SignInAgain, RetryLater, LayoutChanged):
        for error in found:
            if isinstance(error, kind):
                return error
    return found[0]
