"""The pages of a board: which there are, how many jobs they hold together, and all of them as one board."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from bot.portal.definition.model import JsonRows, PortalDefinition
from bot.portal.errors import LayoutChanged
from bot.portal.models import Board, BoardPage, BoardRow
from bot.portal.parsing.html import text_of
from bot.portal.parsing.json_rows import JsonAnswer
from bot.portal.parsing.page import Answer, HtmlPage
from bot.portal.parsing.values import read_count
from bot.portal.safeguards import Safeguard

#: A board with more pages than this is a page that was damaged, or a filter that does not work: each page would be one
#: request of every look, and the portal would rightly mind.
MOST_PAGES = 500


class PagesDoNotFit(LayoutChanged):
    """The pages of one walk do not belong together: the portal is broken, or it changed while it was walked over."""


def missing_pages(pages: Iterable[BoardPage]) -> tuple[int, ...]:
    """The pages of the board that these pages tell of and that are not among them."""
    read = list(pages)
    told = {number for page in read for number in page.pages}
    return tuple(sorted(told - {page.number for page in read}))


def join_pages(
    pages: Sequence[BoardPage], *, definition: PortalDefinition, put_aside: Collection[Safeguard] = ()
) -> Board:
    """The pages of one walk over the board as one board; each job stands in it once.

    ``put_aside``: the safeguards that are not used.

    It is not whole where the pages themselves tell that it changed between two requests: their totals differ, or a job
    moved to another page, which is when one can fall between them.

    Raises LayoutChanged where pages name different users; PagesDoNotFit where a page that was told of is not there or
    is empty, or where the total that the portal states does not fit.
    """
    if not pages:
        raise LayoutChanged("no page of the board was read", html="")
    pages = sorted(pages, key=lambda page: page.number)
    if Safeguard.TOTAL in put_aside:
        pages = [replace(page, badge_total=None) for page in pages]
    missing = missing_pages(pages)
    if missing:
        raise _do_not_fit(f"page {missing[0]} of the board is told of and was not read", pages, definition)
    if len({page.user_name for page in pages}) > 1:
        last = pages[-1]
        what = f"{definition.title}: the pages of the board belong to different users"
        raise LayoutChanged(what, html=last.html, url=last.url)
    rows: dict[str, BoardRow] = {}
    for page in pages:
        for row in page.rows:
            rows.setdefault(row.job.job_number, row)
    unidentified = sum(page.unidentified for page in pages)
    if len({page.badge_total for page in pages}) == 1:
        count = len(rows) + unidentified
        if not _fits(count, pages[0].badge_total, definition, is_all=True):
            misfit = _do_not_fit(_misfit(count, pages[0].badge_total), pages, definition)
            misfit.safeguard = Safeguard.TOTAL
            raise misfit
        if len(pages) > 1 and not pages[-1].rows:
            raise _do_not_fit(f"page {pages[-1].number} of the board is told of and is empty", pages, definition)
        # a row without a number that can be read may be that of any job
        is_whole = len(rows) == sum(len(page.rows) for page in pages) and not unidentified
    else:
        # the board changed between two requests: nothing can be compared
        is_whole = False
    return Board(
        rows=tuple(rows.values()),
        pages=len(pages),
        user_name=pages[0].user_name,
        terms_shown=any(page.terms_shown for page in pages),
        is_whole=is_whole,
        doubts=tuple(doubt for page in pages for doubt in page.doubts),
    )


def are_counted(pages: Sequence[BoardPage], definition: PortalDefinition) -> bool:
    """Whether every page states the number of jobs on all of them, so that none that stood still can be missing."""
    return _counts_the_board(definition) and all(page.badge_total is not None for page in pages)


def total_fits(pages: Sequence[BoardPage], board: Board, definition: PortalDefinition) -> bool:
    """Whether every page states one and the same total, and it is the number of rows on all of them."""
    totals = {page.badge_total for page in pages}
    return _counts_the_board(definition) and totals == {len(board.rows) + sum(page.unidentified for page in pages)}


def _do_not_fit(what: str, pages: Sequence[BoardPage], definition: PortalDefinition) -> PagesDoNotFit:
    """The error, with the last of the pages: the owner sees what the bot saw."""
    return PagesDoNotFit(f"{definition.title}: {what}", html=pages[-1].html, url=pages[-1].url)


def pages_told(page: HtmlPage, count: int) -> tuple[int, tuple[int, ...]]:
    """This page's number and all that its links tell of; ``count`` is the number of its rows.

    Raises LayoutChanged where another page came than was asked for, or one with too few rows.
    """
    shape = page.definition.board.pagination
    if shape is None:
        return 1, (1,)
    current = page.tree.css_first(shape.current) if shape.current else None
    shown = text_of(current) if current is not None else ""
    links = page.tree.css(shape.links) if shape.links else []
    linked = [_page_number(page, text) for node in links if (text := text_of(node)).isdecimal()]
    return _numbered(page, _page_number(page, shown) if shown.isdecimal() else None, linked, count)


def _page_number(answer: Answer, text: str) -> int:
    number = read_count(text)
    if number is None:
        raise answer.changed(f"the board tells of a page “{text[:40]}”")
    return number


def pages_told_by_data(answer: JsonAnswer, shape: JsonRows, count: int) -> tuple[int, tuple[int, ...]]:
    """The same for a board that comes as JSON."""
    shown = answer.number_at(shape.page)
    last = answer.number_at(shape.last_page)
    return _numbered(answer, shown, [] if last is None else [last], count)


def _numbered(answer: Answer, shown: int | None, linked: Sequence[int], count: int) -> tuple[int, tuple[int, ...]]:
    shape = answer.definition.board.pagination
    asked = parse_qs(urlsplit(answer.url).query).get(shape.parameter, ["1"])[0] if shape else "1"
    number = read_count(asked) or 1
    if shown is not None and shown != number:
        raise answer.changed(f"page {number} was asked for, and page {shown} came")
    # Long paginations leave numbers out between the first and the last.
    last = max([number, *linked])
    if last > MOST_PAGES:
        raise answer.changed(f"the board says that it has {last} pages")
    if not count and number == 1 and last > 1:
        raise answer.changed("the board says that it is empty and that it has more pages")
    if shape and shape.rows_per_page and number < last:
        short = answer.changed(f"page {number} of {last} has {count} rows, not {shape.rows_per_page}")
        answer.safeguards.expect(Safeguard.ROWS_PER_PAGE, count == shape.rows_per_page, short)
    return number, tuple(range(1, last + 1))


def total_told(page: HtmlPage) -> int | None:
    """The number of jobs that the page states; None where it states none, or where that safeguard is put aside.

    Raises LayoutChanged for one that cannot be read.
    """
    shape = page.definition.board.total
    node = page.tree.css_first(shape.selector) if shape else None
    if shape is None or node is None:
        return None
    said = text_of(node)
    found = re.search(shape.pattern, said, re.IGNORECASE | re.ASCII)
    if found:
        return _total(page, found[1] if found.re.groups else found[0])
    # the words around the number may be others; the only number that stands there is the total all the same
    numbers = re.findall(r"[0-9]+", said)
    if len(numbers) == 1:
        return _total(page, numbers[0])
    page.safeguards.expect(Safeguard.TOTAL, False, page.changed(f"the total reads “{said[:40]}”"))
    return None


def _total(page: HtmlPage, text: str) -> int:
    total = read_count(text)
    if total is None:
        raise page.changed(f"the total reads “{text[:40]}”")
    return total


def check_total(answer: Answer, board: BoardPage) -> BoardPage:
    """The page; without its total where that does not fit and the safeguard is put aside.

    Raises LayoutChanged where the total does not fit the rows, as far as one page can tell.
    """
    count, is_all = len(board.rows) + board.unidentified, len(board.pages) == 1
    fits = _fits(count, board.badge_total, answer.definition, is_all=is_all)
    if board.badge_total is None or (fits and not is_all):
        return board  # one page of several tells nothing: the total fits when all of them are there
    if answer.safeguards.expect(Safeguard.TOTAL, fits, answer.changed(_misfit(count, board.badge_total))):
        return board
    return replace(board, badge_total=None)


def _fits(count: int, total: int | None, definition: PortalDefinition, *, is_all: bool) -> bool:
    if total is None:
        return True
    return count == total if is_all and _counts_the_board(definition) else count <= total


def _counts_the_board(definition: PortalDefinition) -> bool:
    board = definition.board
    return board.is_json or (board.total is not None and board.total.counts == "board")


def _misfit(count: int, total: int | None) -> str:
    return f"the portal's own count of jobs is {total}, and the board has {count}"
