"""A walk over every page of a board, pages side by side, whichever lane reads them.

A board of several pages can change between two of them: a job that goes or comes on one page moves those behind it, and
one that moves from a page that is still to be read to one that was read stands on neither. So a walk is believed where
nothing says that this happened, and else done again, until two in a row agree on what is gone.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

from bot.portal.definition.model import PortalDefinition
from bot.portal.errors import LayoutChanged, RetryLater, SignInAgain
from bot.portal.models import Board, BoardPage
from bot.portal.parsing.pagination import PagesDoNotFit, are_counted, join_pages, missing_pages, total_fits
from bot.portal.safeguards import PortalSafeguards, Safeguard

#: The pages of a board that grows while it is walked are asked for this often, and a board that changes while it is
#: walked is walked this often, then the next look goes on.
_ROUNDS = 3

#: Reads one page of the board: the filter's query and the page's number in, the page out; raises a PortalError.
ReadPage = Callable[[Mapping[str, str], int], Coroutine[None, None, BoardPage]]


class BoardWalk:
    """Walks over one portal's boards; remembers how many pages each had, so that all are asked for side by side."""

    def __init__(
        self, definition: PortalDefinition, read_page: ReadPage, safeguards: PortalSafeguards | None = None
    ) -> None:
        self._definition = definition
        self._read_page = read_page
        self._safeguards = safeguards or PortalSafeguards()
        self._known_pages: dict[str, int] = {}
        #: the numbers of the jobs that the newest walk found
        self._found: dict[str, frozenset[str]] = {}

    async def walk(self, query: Mapping[str, str], *, at_once: int | None = None) -> Board:
        """Every page of the board under this filter, all or ``at_once`` of them side by side.

        Where it changes in every walk, what the last one found, as a board that is not whole: who watches goes on.
        Raises the most telling error where one page cannot be read, and LayoutChanged where the pages never fit.
        """
        found: Board | None = None
        misfit: PagesDoNotFit | None = None
        for _ in range(_ROUNDS):
            pages = await self._pages(query, at_once)
            try:
                found = join_pages(pages, definition=self._definition, put_aside=self._safeguards.put_aside)
            except PagesDoNotFit as error:
                misfit = error
                self._safeguards.record_misfit(error)
                continue
            if len(pages) > 1 and total_fits(pages, found, self._definition):
                self._safeguards.record_fit(Safeguard.TOTAL)
            is_counted = are_counted(pages, self._definition) and Safeguard.TOTAL not in self._safeguards.put_aside
            if self._is_believed(urlencode(query), found, is_counted=is_counted):
                return found
            if found.pages == 1:
                break  # it is one answer, and the next poll confirms it
        if found is None:
            raise misfit or LayoutChanged("no page of the board was read", html="")
        return replace(found, is_whole=False)

    def _is_believed(self, key: str, board: Board, *, is_counted: bool) -> bool:
        """Whether no job can have fallen between two pages, as far as this walk and the one before it tell.

        Whatever makes a job fall between pages is seen as well: the job that went was read before and is gone in the
        next walk, the one that came is new in this one. So a walk that has all of the one before it lost none; and
        where a count fits the rows of all pages, a lost one needs one more that is new.
        """
        numbers = frozenset(row.job.job_number for row in board.rows)
        before = self._found.get(key)
        self._found[key] = numbers
        if not board.is_whole:
            return False
        if self._safeguards.put_aside:
            # a job that is missing may be on a part of the page that is: it is gone when the next poll misses it too
            return before is not None and before <= numbers
        if board.pages == 1:
            return True  # one answer
        if before is None:
            return is_counted
        return before <= numbers or (is_counted and numbers <= before)

    async def _walk_whole(self, query: Mapping[str, str], at_once: int | None) -> Board:
        board = await self.walk(query, at_once=at_once)
        if board.doubts:
            # a row that is not understood may be a job of ours
            raise LayoutChanged(
                f"{self._definition.title}: a row of your own jobs is not understood: {board.doubts[0]}", html=""
            )
        if not board.is_whole:
            # a job of ours that is missing could be accepted over
            raise RetryLater(f"the jobs that are yours on {self._definition.title} change while they are read")
        return board

    async def _pages(self, query: Mapping[str, str], at_once: int | None) -> list[BoardPage]:
        """The pages of one walk."""
        key = urlencode(query)
        pages: dict[int, BoardPage] = {}
        wanted: tuple[int, ...] = tuple(range(1, self._known_pages.get(key, 1) + 1))
        for _ in range(_ROUNDS):
            for page in await self._side_by_side(query, wanted, at_once or len(wanted)):
                pages[page.number] = page
            wanted = missing_pages(pages.values())
            if not wanted:
                break
        # a page that was asked for because the last walk had it, and that is empty now, is not there any more; where
        # another page tells of it the board changed between the two
        filled = [page for page in pages.values() if page.rows or page.number == 1]
        self._known_pages[key] = max(page.number for page in filled)
        last = max(number for page in filled for number in page.pages)
        return [page for number, page in pages.items() if number <= last]

    async def walk_ours(self, *, at_once: int | None = None) -> Board:
        """Every page of the jobs that are ours, and of those that are done this week.

        What is done is read last: a job that is completed between the two stands in both, and never in none.
        """
        board = self._definition.board
        ours = await self._walk_whole(board.assigned_query, at_once)
        week = board.completed_in_week_of(datetime.now(self._definition.zone).date())
        if week is None:
            return ours
        done = (await self._walk_whole(week, at_once)).rows
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
