"""Damaged cards and damaged JSON: no job that was not there, and no board that is read as empty."""

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.portal.definition.model import PortalDefinition, load
from bot.portal.errors import LayoutChanged, PortalError
from bot.portal.parsing.parse import parse_board, read_accept_page
from common.states import PortalAction

PAGES = Path(__file__).parents[1] / "pages"
CARDS = load("cards")
DATA = load("script").without_browser()
TICKETS = load("tickets")
CARDS_URL = f"{CARDS.base_url}/board"
DATA_URL = f"{DATA.base_url}/api/assignments"
EDIT_URL = f"{TICKETS.base_url}/tickets/10432/edit"


def text_of(name: str) -> str:
    return next((PAGES / name).glob("page.*")).read_text(encoding="utf-8")


BOARD = text_of("cards-board")
JSON = text_of("script-data")
EDIT = text_of("tickets-edit")
TAGS = [found.span() for found in re.finditer(r"</?[a-zA-Z][^>]*>", BOARD)]


def check(text: str, definition: PortalDefinition, url: str, original: str) -> None:
    """Refused, or the jobs that were there."""
    right = {row.job.portal_id: row for row in parse_board(original, definition=definition, page_url=url).rows}
    try:
        read = parse_board(text, definition=definition, page_url=url)
    except PortalError:
        return
    assert len(read.rows) + read.unidentified == len(right)
    numbers = {row.job.job_number for row in right.values()}
    for row in read.rows:
        if row.job.action is PortalAction.ACCEPT:
            assert right[row.job.portal_id].job.action is PortalAction.ACCEPT
        else:
            # a row that cannot be accepted may have one link alone; its reference or its id is right
            assert row.job.portal_id in right or row.job.job_number in numbers


def test_cards_that_are_cut_anywhere_are_never_read() -> None:
    for end in range(len(BOARD) - 1):
        with pytest.raises(LayoutChanged):
            parse_board(BOARD[:end], definition=CARDS, page_url=CARDS_URL)


def test_cards_without_one_of_their_tags() -> None:
    for start, end in TAGS:
        check(BOARD[:start] + BOARD[end:], CARDS, CARDS_URL, BOARD)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(TAGS), min_size=2, max_size=5, unique=True))
def test_cards_without_several_tags(dropped: list[tuple[int, int]]) -> None:
    html = BOARD
    for start, end in sorted(dropped, reverse=True):
        html = html[:start] + html[end:]
    check(html, CARDS, CARDS_URL, BOARD)


@settings(deadline=None, max_examples=400)
@given(
    st.integers(0, len(BOARD)),
    st.sampled_from(["<!--", "<script>", "<template>", '"', "<", "</article>", "<article>", "</section>", "<section>"]),
)
def test_trouble_among_cards(at: int, trouble: str) -> None:
    check(BOARD[:at] + trouble + BOARD[at:], CARDS, CARDS_URL, BOARD)


def test_json_that_is_cut_anywhere_is_never_read() -> None:
    whole = JSON.rstrip()
    for end in range(len(whole)):
        with pytest.raises(LayoutChanged):
            parse_board(whole[:end], definition=DATA, page_url=DATA_URL)


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


PLACES = [place for place in places(json.loads(JSON)) if place]
values: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just([]) | st.just({}) | st.just([[]])
)


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(PLACES), values)
def test_json_with_another_value_somewhere(place: tuple[Any, ...], value: Any) -> None:
    data = json.loads(JSON)
    inner = data
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    try:
        read = parse_board(json.dumps(data), definition=DATA, page_url=DATA_URL)
    except PortalError:
        return
    assert len(read.rows) + read.unidentified == 5
    assert read.badge_total == 5


@pytest.mark.parametrize("pages", [1001, 10**8, 10**9, 10**30])
def test_a_board_of_absurdly_many_pages_is_refused(pages: int) -> None:
    data = json.loads(JSON)
    data["meta"] |= {"pages": pages, "total": pages * 10}
    with pytest.raises(LayoutChanged):
        parse_board(json.dumps(data), definition=DATA, page_url=DATA_URL)
    html = (PAGES / "board-first-of-two-pages" / "page.html").read_text(encoding="utf-8").replace(">2<", f">{pages}<")
    atoz = load("atoz")
    with pytest.raises(LayoutChanged):
        parse_board(html, definition=atoz, page_url=f"{atoz.base_url}/")


@settings(deadline=None, max_examples=100)
@given(st.permutations(range(5)))
def test_json_in_another_order_is_the_same_jobs(order: list[int]) -> None:
    data = json.loads(JSON)
    data["data"] = [data["data"][index] for index in order]
    read = parse_board(json.dumps(data), definition=DATA, page_url=DATA_URL)
    right = parse_board(JSON, definition=DATA, page_url=DATA_URL)
    assert read.rows == tuple(right.rows[index] for index in order)


def accept_form(html: str) -> object:
    return read_accept_page(html, definition=TICKETS, page_url=EDIT_URL, portal_id="10432")


def test_half_an_edit_form_is_never_sent() -> None:
    for end in range(len(EDIT) - 1):
        with pytest.raises(LayoutChanged):
            accept_form(EDIT[:end])


@settings(deadline=None, max_examples=300)
@given(st.integers(0, len(EDIT) - 1), st.characters(max_codepoint=0x2FF))
def test_a_damaged_edit_form_sets_what_it_should_or_nothing(at: int, character: str) -> None:
    try:
        form = read_accept_page(
            EDIT[:at] + character + EDIT[at + 1 :], definition=TICKETS, page_url=EDIT_URL, portal_id="10432"
        )
    except PortalError:
        return
    if form is not None:
        assert form.action == EDIT_URL
        assert {name for name, _ in form.fields} >= {"owner", "state"}
        assert [name for name, _ in form.fields].count("owner") == 1


@pytest.mark.parametrize("holder", ["Robin Carver", "Sam Example"])
def test_a_ticket_that_somebody_holds_is_never_taken(holder: str) -> None:
    held = EDIT.replace('<option value="" selected>', '<option value="">')
    held = re.sub(rf'(<option value="\w+")>{holder}<', rf"\1 selected>{holder}<", held)
    assert held.count(" selected>") == EDIT.count(" selected>")
    assert accept_form(held) is None
    # also where the order of what stands on the page is another one
    select = re.search(r'<select name="owner">.*?</select>', held, re.DOTALL)
    assert select is not None
    options = re.findall(r"<option.*?</option>", select[0])
    random.Random(3).shuffle(options)  # noqa: S311 - any order will do
    assert accept_form(held.replace(select[0], f'<select name="owner">{"".join(options)}</select>')) is None


def test_the_link_that_takes_a_ticket_when_it_is_fetched_is_never_in_a_row() -> None:
    board = parse_board(text_of("tickets-list"), definition=TICKETS, page_url=f"{TICKETS.base_url}/tickets")
    accepts = [row.accept.action for row in board.rows if row.accept]
    assert accepts
    assert all(action.endswith("/edit") for action in accepts)
