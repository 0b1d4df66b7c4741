"""Safeguards: used once they fit, put aside where they never do, and what protects a board without them."""

import contextlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import clock
from bot.account.fitted_safeguards import FittedSafeguards
from bot.portal.board_reader import BoardWalk
from bot.portal.definition.model import PortalDefinition, load
from bot.portal.errors import LayoutChanged, PortalError
from bot.portal.models import BoardPage
from bot.portal.parsing.parse import parse_board
from bot.portal.safeguards import POLLS_BEFORE_PUT_ASIDE, PortalSafeguards, Safeguard, SafeguardReport, read_with

PAGES = Path(__file__).parents[1] / "pages"
ATOZ = load("atoz")
URL = f"{ATOZ.base_url}?status=0"
BOARD = (PAGES / "board-every-kind-of-row" / "page.html").read_text(encoding="utf-8")
EMPTY = (PAGES / "board-empty" / "page.html").read_text(encoding="utf-8")
FIRST_OF_TWO = (PAGES / "board-first-of-two-pages" / "page.html").read_text(encoding="utf-8")
RIGHT = parse_board(BOARD, definition=ATOZ, page_url=URL)

#: A page on which one safeguard alone does not fit, as a portal of another make would show it.
MISFITS: dict[Safeguard, str] = {
    Safeguard.TOTAL: BOARD.replace('<span class="badge">10</span>', '<span class="badge">many</span>'),
    Safeguard.STATUS_CLASS: BOARD.replace("status--", "state--"),
    Safeguard.ENDS_WITH: BOARD.replace("</html>", "</html><p>served in 12 ms</p>"),
    Safeguard.CLOSED_TAGS: BOARD.replace("</main>", "</table></main>"),
    Safeguard.ROWS_PER_PAGE: FIRST_OF_TWO,
}


def definition_for(safeguard: Safeguard) -> PortalDefinition:
    """The portal; with another number of rows on a page where that is what is not to fit."""
    if safeguard is not Safeguard.ROWS_PER_PAGE:
        return ATOZ
    assert ATOZ.board.pagination is not None
    pagination = ATOZ.board.pagination.model_copy(update={"rows_per_page": 25})
    return ATOZ.model_copy(update={"board": ATOZ.board.model_copy(update={"pagination": pagination})})


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def wall(self) -> datetime:
        return datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def steady(self) -> float:
        return self.seconds


@pytest.fixture
def time_passes() -> Iterator[Clock]:
    moving = Clock()
    with clock.override(moving):
        yield moving


def poll(safeguards: PortalSafeguards, html: str, definition: PortalDefinition = ATOZ) -> BoardPage:
    return read_with(
        safeguards,
        lambda report: parse_board(html, definition=definition, page_url=URL, safeguards=report),
    )


@pytest.mark.parametrize("safeguard", Safeguard)
def test_one_that_never_fitted_is_put_aside_after_some_polls(safeguard: Safeguard, time_passes: Clock) -> None:
    told: list[Mapping[Safeguard, str]] = []
    safeguards = PortalSafeguards(on_change=told.append)
    definition, html = definition_for(safeguard), MISFITS[safeguard]
    for _ in range(POLLS_BEFORE_PUT_ASIDE - 1):
        with pytest.raises(LayoutChanged) as refused:
            poll(safeguards, html, definition)
        assert refused.value.safeguard is safeguard
        time_passes.seconds += 0.5
    assert told == []
    page = poll(safeguards, html, definition)
    assert page.rows
    assert safeguards.put_aside == {safeguard}
    assert [set(one) for one in told] == [{safeguard}]
    assert told[0][safeguard] == refused.value.message
    poll(safeguards, html, definition)
    assert len(told) == 1, "it is told once"


@pytest.mark.parametrize("safeguard", Safeguard)
def test_one_that_has_fitted_is_never_put_aside(safeguard: Safeguard, time_passes: Clock) -> None:
    safeguards = PortalSafeguards({safeguard})
    for _ in range(3 * POLLS_BEFORE_PUT_ASIDE):
        time_passes.seconds += 0.5
        with pytest.raises(LayoutChanged):
            poll(safeguards, MISFITS[safeguard], definition_for(safeguard))
    assert not safeguards.put_aside


@pytest.mark.parametrize("safeguard", [one for one in Safeguard if one is not Safeguard.ROWS_PER_PAGE])
def test_one_that_fits_after_all_is_used_from_then_on(safeguard: Safeguard, time_passes: Clock) -> None:
    fitted: list[Safeguard] = []
    told: list[Mapping[Safeguard, str]] = []
    safeguards = PortalSafeguards(on_fitted=fitted.append, on_change=told.append)
    for _ in range(POLLS_BEFORE_PUT_ASIDE - 1):
        with pytest.raises(LayoutChanged):
            poll(safeguards, MISFITS[safeguard])
        time_passes.seconds += 0.5
    poll(safeguards, MISFITS[safeguard])
    assert safeguards.put_aside == {safeguard}
    poll(safeguards, BOARD)
    assert not safeguards.put_aside
    assert told[-1] == {}
    assert safeguard in fitted
    with pytest.raises(LayoutChanged):
        poll(safeguards, MISFITS[safeguard])


def test_pages_of_one_poll_count_once(time_passes: Clock) -> None:
    safeguards = PortalSafeguards()
    for _ in range(3 * POLLS_BEFORE_PUT_ASIDE):
        with pytest.raises(LayoutChanged):
            poll(safeguards, MISFITS[Safeguard.TOTAL])
        time_passes.seconds += 0.01
    assert not safeguards.put_aside


def test_a_poll_that_fits_between_two_that_do_not_begins_anew(time_passes: Clock) -> None:
    safeguards = PortalSafeguards()
    for _ in range(POLLS_BEFORE_PUT_ASIDE - 1):
        with pytest.raises(LayoutChanged):
            poll(safeguards, MISFITS[Safeguard.STATUS_CLASS])
        time_passes.seconds += 0.5
    poll(safeguards, BOARD)
    with pytest.raises(LayoutChanged):
        poll(safeguards, MISFITS[Safeguard.STATUS_CLASS])


def test_a_page_that_is_cut_is_no_safeguards_misfit(time_passes: Clock) -> None:
    """Neither its end nor the end of its table is there: whatever fitted before, a part is missing."""
    safeguards = PortalSafeguards()
    cut = BOARD[: BOARD.index("10380/atoz")]
    for _ in range(3 * POLLS_BEFORE_PUT_ASIDE):
        time_passes.seconds += 0.5
        with pytest.raises(LayoutChanged) as refused:
            poll(safeguards, cut)
        assert refused.value.safeguard is None
    assert not safeguards.put_aside


@pytest.mark.parametrize(
    ("what", "html"),
    [
        ("table", BOARD.replace('<table class="table">', '<table class="grid">')),
        ("heading", BOARD.replace(">Status<", ">State<")),
        ("user name", BOARD.replace("header__name", "header__user")),
        ("accept", BOARD.replace(">Accept<", ">Take<")),
    ],
)
def test_what_is_needed_is_never_put_aside(what: str, html: str, time_passes: Clock) -> None:
    safeguards = PortalSafeguards()
    for _ in range(3 * POLLS_BEFORE_PUT_ASIDE):
        time_passes.seconds += 0.5
        with pytest.raises(PortalError):
            poll(safeguards, html)
    assert not safeguards.put_aside, what


# --- the board without them -------------------------------------------------------------------------------------------


class Walk:
    """Walks over a board of one page, which a test changes."""

    def __init__(self, *put_aside: Safeguard) -> None:
        self.html = BOARD
        self.safeguards = PortalSafeguards()
        for safeguard in put_aside:
            error = LayoutChanged("it does not fit", html="")
            error.safeguard = safeguard
            for _ in range(POLLS_BEFORE_PUT_ASIDE):
                self.safeguards.record_misfit(error)
                clock_now = clock.current()
                assert isinstance(clock_now, Clock)
                clock_now.seconds += 1
        assert self.safeguards.put_aside == set(put_aside)
        self._boards = BoardWalk(ATOZ, self._read, self.safeguards)

    async def _read(self, query: Mapping[str, str], number: int) -> BoardPage:
        del query, number
        report = SafeguardReport(self.safeguards.put_aside)
        return parse_board(self.html, definition=ATOZ, page_url=URL, safeguards=report)

    async def poll(self) -> tuple[set[str], bool]:
        """The jobs that are shown, and whether what is missing is gone."""
        board = await self._boards.walk(ATOZ.board.query)
        return {row.job.job_number for row in board.rows}, board.is_whole

    async def poll_ours(self) -> Any:
        return await self._boards.walk_ours()


NUMBERS = {row.job.job_number for row in RIGHT.rows}


async def test_with_all_of_them_one_empty_board_is_enough(time_passes: Clock) -> None:
    del time_passes
    walk = Walk()
    assert await walk.poll() == (NUMBERS, True)
    walk.html = EMPTY
    assert await walk.poll() == (set(), True)


@pytest.mark.parametrize("safeguard", Safeguard)
async def test_without_one_an_empty_board_counts_when_it_comes_twice(safeguard: Safeguard, time_passes: Clock) -> None:
    del time_passes
    walk = Walk(safeguard)
    assert await walk.poll() == (NUMBERS, False), "nothing is known of what was there before"
    assert await walk.poll() == (NUMBERS, True)
    walk.html = EMPTY
    assert await walk.poll() == (set(), False), "it may be a page that lost its rows"
    walk.html = BOARD
    assert await walk.poll() == (NUMBERS, True), "what is new is there at once"
    walk.html = EMPTY
    assert await walk.poll() == (set(), False)
    assert await walk.poll() == (set(), True)


async def test_a_badge_that_counts_more_than_the_filter_lists_is_put_aside(time_passes: Clock) -> None:
    """Each page by itself has fewer rows than the number says; only all of them together do not fit."""
    last_of_two = (PAGES / "board-last-of-two-pages" / "page.html").read_text(encoding="utf-8")
    pages = {1: FIRST_OF_TWO, 2: last_of_two}
    (total,) = set(re.findall(r'<span class="badge">(\d+)<', FIRST_OF_TWO + last_of_two))
    safeguards = PortalSafeguards()
    badge = "200"

    async def read(query: Mapping[str, str], number: int) -> BoardPage:
        del query
        html = pages[number].replace(f'<span class="badge">{total}<', f'<span class="badge">{badge}<')
        address = f"{ATOZ.base_url}?status=0&page={number}"
        return read_with(
            safeguards, lambda report: parse_board(html, definition=ATOZ, page_url=address, safeguards=report)
        )

    walk = BoardWalk(ATOZ, read, safeguards)
    for _ in range(POLLS_BEFORE_PUT_ASIDE):
        time_passes.seconds += 0.5
        with contextlib.suppress(LayoutChanged):
            board = await walk.walk(ATOZ.board.query)
    assert safeguards.put_aside == {Safeguard.TOTAL}
    assert len(board.rows) == int(total)
    badge = total
    time_passes.seconds += 0.5
    await walk.walk(ATOZ.board.query)
    assert not safeguards.put_aside, "it is tried again with each poll"


async def test_a_total_that_fitted_over_all_pages_is_used_from_then_on(time_passes: Clock) -> None:
    last_of_two = (PAGES / "board-last-of-two-pages" / "page.html").read_text(encoding="utf-8")
    pages = {1: FIRST_OF_TWO, 2: last_of_two}
    safeguards = PortalSafeguards()

    async def read(query: Mapping[str, str], number: int) -> BoardPage:
        del query
        address = f"{ATOZ.base_url}?status=0&page={number}"
        return read_with(
            safeguards, lambda report: parse_board(pages[number], definition=ATOZ, page_url=address, safeguards=report)
        )

    walk = BoardWalk(ATOZ, read, safeguards)
    assert (await walk.walk(ATOZ.board.query)).is_whole
    pages = {number: re.sub(r'"badge">\d+<', '"badge">200<', html) for number, html in pages.items()}
    for _ in range(3 * POLLS_BEFORE_PUT_ASIDE):
        time_passes.seconds += 0.5
        with pytest.raises(LayoutChanged, match="own count of jobs is 200"):
            await walk.walk(ATOZ.board.query)
    assert not safeguards.put_aside


async def test_a_row_without_a_number_may_be_any_job(time_passes: Clock) -> None:
    del time_passes
    walk = Walk()
    assert await walk.poll() == (NUMBERS, True)
    walk.html = BOARD.replace(">10433/atoz1<", ">A-10433<")
    assert await walk.poll() == (NUMBERS - {"10433"}, False)


@pytest.mark.parametrize(("right", "wrong"), [(">10433/atoz1<", ">A-10433<"), ("quoted", "waiting")])
async def test_a_list_of_our_jobs_with_a_row_in_doubt_is_none(right: str, wrong: str, time_passes: Clock) -> None:
    """The row may be that of a job of ours, and another one would be accepted on top of it."""
    del time_passes
    walk = Walk()
    walk.html = BOARD.replace(right, wrong)
    with pytest.raises(LayoutChanged, match="your own jobs"):
        await walk.poll_ours()


@settings(deadline=None, max_examples=300)
@given(st.integers(0, len(BOARD)), st.integers(0, len(BOARD)), st.sets(st.sampled_from(Safeguard)))
def test_whatever_is_put_aside_no_job_is_made_up(one: int, other: int, put_aside: set[Safeguard]) -> None:
    """A piece of the page is missing, and safeguards are put aside: only jobs that were there, as they were."""
    start, end = sorted((one, other))
    report = SafeguardReport(put_aside)
    try:
        read = parse_board(BOARD[:start] + BOARD[end:], definition=ATOZ, page_url=URL, safeguards=report)
    except PortalError:
        return
    right = {row.job.portal_id: row for row in RIGHT.rows}
    for row in read.rows:
        if row.accept is not None:
            assert row.accept.action == right[row.job.portal_id].accept.action  # type: ignore[union-attr]
        else:
            assert row.job.portal_id in right or row.job.job_number in NUMBERS


# --- on disk ----------------------------------------------------------------------------------------------------------


def test_what_has_fitted_is_remembered_with_its_definition(tmp_path: Path) -> None:
    FittedSafeguards(tmp_path, ATOZ).add(Safeguard.TOTAL)
    FittedSafeguards(tmp_path, ATOZ).add(Safeguard.ROWS_PER_PAGE)
    assert FittedSafeguards(tmp_path, ATOZ).load() == {Safeguard.TOTAL, Safeguard.ROWS_PER_PAGE}
    corrected = definition_for(Safeguard.ROWS_PER_PAGE)
    assert FittedSafeguards(tmp_path, corrected).load() == {Safeguard.TOTAL}


@pytest.mark.parametrize("content", ["", "[]", "{", '{"total": 1}', "null", "\udcff"])
def test_a_damaged_file_of_them_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "fitted-safeguards.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    assert FittedSafeguards(tmp_path, ATOZ).load() == frozenset()
