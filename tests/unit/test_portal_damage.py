"""Damaged pages: whatever is done to a page, no job is read that was not there, and no board is read as empty."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.portal.definition.model import load
from bot.portal.errors import LayoutChanged, PortalError
from bot.portal.models import BoardPage, JobPage
from bot.portal.parsing.parse import parse_board, parse_job_page, with_page
from common.states import PortalAction

PAGES = Path(__file__).parents[1] / "pages"
ATOZ = load("atoz")
BOARD_URL = "https://portal.atozinterpreting.com/"
JOB_URL = "https://portal.atozinterpreting.com/interpreter-jobs/10432"

#: nine rows, one of each kind; without the total in the navigation, which would give most of the damage away
BOARD = re.sub(
    r'<span class="badge">.*?</span>',
    "",
    (PAGES / "board-every-kind-of-row" / "page.html").read_text(encoding="utf-8"),
)
JOB = (PAGES / "job-face-to-face" / "page.html").read_text(encoding="utf-8")


def board(html: str) -> BoardPage:
    return parse_board(html, definition=ATOZ, page_url=BOARD_URL)


def job(html: str) -> JobPage:
    return parse_job_page(html, definition=ATOZ, page_url=JOB_URL)


RIGHT = board(BOARD)
assert RIGHT.badge_total is None
RIGHT_JOB = job(JOB)
ROWS = {row.job.portal_id: row for row in RIGHT.rows}

NUMBERS = {row.job.job_number for row in RIGHT.rows}

TAG = re.compile(r"</?[a-zA-Z][^>]*>")
TAGS = [found.span() for found in TAG.finditer(BOARD)]
TABLE_ROW = re.compile(r' *<tr class="table__row">\n          <td.*?</tr>\n', re.DOTALL)


def check_board(html: str, *, every_row: bool = True) -> None:
    """Either the page is refused, or it shows the jobs that were there, and what can be accepted is what could be."""
    try:
        read = board(html)
    except PortalError:
        return
    assert read.rows, "a board with jobs was read as empty"
    if every_row:
        assert len(read.rows) + read.unidentified == len(RIGHT.rows)
    for row in read.rows:
        if row.job.action is PortalAction.ACCEPT or row.accept is not None:
            # what can be accepted is known by its id, which stands in its row three times
            right = ROWS.get(row.job.portal_id)
            assert right is not None, f"job {row.job.portal_id} was not there"
            assert right.accept is not None
            assert row.accept is not None
            assert row.accept.action == right.accept.action
        else:
            # any other row may have one link alone; its reference or its id is right
            assert row.job.portal_id in ROWS or row.job.job_number in NUMBERS


def check_same_values(html: str) -> None:
    """No value is made up: each is the right one, or missing."""
    try:
        read = board(html)
    except PortalError:
        return
    for row in read.rows:
        right = ROWS[row.job.portal_id].job
        for field in fields(right):
            value = getattr(row.job, field.name)
            assert value in (None, PortalAction.NONE, getattr(right, field.name)), field.name


def test_a_page_that_is_cut_anywhere_is_never_read() -> None:
    # the last character is the line end behind </html>
    for end in range(len(BOARD) - 1):
        with pytest.raises(LayoutChanged):
            board(BOARD[:end])


def test_a_jobs_page_that_is_cut_anywhere_is_never_read() -> None:
    for end in range(len(JOB) - 1):
        with pytest.raises(LayoutChanged):
            job(JOB[:end])


@settings(deadline=None, max_examples=200)
@given(st.integers(0, len(BOARD)), st.integers(0, len(BOARD)))
def test_a_piece_that_is_missing_never_makes_a_job_or_an_empty_board(one: int, other: int) -> None:
    start, end = sorted((one, other))
    check_board(BOARD[:start] + BOARD[end:], every_row=False)


@settings(deadline=None, max_examples=200)
@given(st.permutations(range(len(RIGHT.rows))))
def test_rows_in_another_order_are_the_same_jobs(order: list[int]) -> None:
    rows = TABLE_ROW.findall(BOARD)
    assert len(rows) == len(RIGHT.rows)
    read = board(BOARD.replace("".join(rows), "".join(rows[index] for index in order)))
    assert read.rows == tuple(RIGHT.rows[index] for index in order)


def test_one_dropped_tag() -> None:
    for start, end in TAGS:
        check_board(BOARD[:start] + BOARD[end:])
        check_same_values(BOARD[:start] + BOARD[end:])


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(TAGS), min_size=2, max_size=6, unique=True))
def test_several_dropped_tags(dropped: list[tuple[int, int]]) -> None:
    html = BOARD
    for start, end in sorted(dropped, reverse=True):
        html = html[:start] + html[end:]
    check_board(html)
    check_same_values(html)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(TAGS), st.sampled_from(TAGS))
def test_a_tag_that_stands_somewhere_else(taken: tuple[int, int], put: tuple[int, int]) -> None:
    tag = BOARD[slice(*taken)]
    check_board(BOARD[: put[0]] + tag + BOARD[put[0] :])


#: what swallows or breaks what stands behind it
TROUBLE = [
    "<!--",
    "-->",
    "<script>",
    "<textarea>",
    "<style>",
    "<title>",
    "<template>",
    "<plaintext>",
    '"',
    "'",
    "<",
    ">",
]


@settings(deadline=None, max_examples=500)
@given(st.integers(0, len(BOARD)), st.sampled_from([*TROUBLE, "</table>", "</html>", "<table>", "\x00", "\ufffd"]))
def test_a_piece_of_trouble_anywhere(at: int, trouble: str) -> None:
    check_board(BOARD[:at] + trouble + BOARD[at:])


@settings(deadline=None, max_examples=500)
@given(st.integers(0, len(BOARD) - 1), st.characters(max_codepoint=0x2FF))
# the end of an address: what stands behind it becomes its query
@example(BOARD.index('/matched" method') + len("/matched"), "?")
def test_a_corrupted_character(at: int, character: str) -> None:
    check_board(BOARD[:at] + character + BOARD[at + 1 :])


def test_a_wrong_digit_anywhere() -> None:
    """The nastiest single damage, everywhere: a number that is another number."""
    for found in re.finditer(r"[0-9]", BOARD):
        at = found.start()
        check_board(BOARD[:at] + str((int(found[0]) + 1) % 10) + BOARD[at + 1 :])


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(BOARD) - 1), st.characters(max_codepoint=0x2FF)), min_size=2, max_size=30))
def test_many_corrupted_characters_never_make_an_empty_board(changes: list[tuple[int, str]]) -> None:
    characters = list(BOARD)
    for at, character in changes:
        characters[at] = character
    try:
        read = board("".join(characters))
    except PortalError:
        return
    assert len(read.rows) + read.unidentified == len(RIGHT.rows)


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=3), st.integers(0, len(BOARD)))
def test_bytes_that_are_no_text(noise: bytes, at: int) -> None:
    check_board((BOARD[:at].encode() + noise + BOARD[at:].encode()).decode("utf-8", "replace"))


@settings(deadline=None, max_examples=300)
@given(st.integers(0, len(JOB) - 1), st.characters(max_codepoint=0x2FF))
def test_a_damaged_jobs_page_is_refused_or_of_the_same_job_and_state(at: int, character: str) -> None:
    """Whose the job is decides what is recorded: one damaged character never changes it."""
    html = JOB[:at] + character + JOB[at + 1 :]
    try:
        read = job(html)
    except PortalError:
        return
    assert read.job.portal_id == RIGHT_JOB.job.portal_id
    assert read.ownership is RIGHT_JOB.ownership
    row = next(row for row in RIGHT.rows if row.job.portal_id == "10432")
    try:
        joined = with_page(row.job, read)
    except LayoutChanged:
        return
    assert joined.job_number == "10432"


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=400))
def test_any_text_is_no_board(text: str) -> None:
    with pytest.raises(PortalError):
        board(text)
    with pytest.raises(PortalError):
        job(text)
