"""Damaged lists of the tracker and damaged tables that a script drew: never a job that was not there, never empty."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.portal.definition.model import PortalDefinition, load
from bot.portal.errors import LayoutChanged, PortalError
from bot.portal.models import BoardPage, Ownership
from bot.portal.parsing.parse import parse_board, parse_job_page
from common.states import PortalAction

PAGES = Path(__file__).parents[1] / "pages"


@dataclass(frozen=True)
class Shape:
    """A page as it should be."""

    name: str

    @cached_property
    def text(self) -> str:
        return next((PAGES / self.name).glob("page.*")).read_text(encoding="utf-8")

    @cached_property
    def expected(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((PAGES / self.name / "expected.json").read_text(encoding="utf-8"))
        return found

    @cached_property
    def definition(self) -> PortalDefinition:
        found = load(self.expected["definition"])
        return found.without_browser() if "/api/" in self.expected["url"] else found

    def board(self, text: str) -> BoardPage:
        return parse_board(text, definition=self.definition, page_url=self.expected["url"])

    @cached_property
    def right(self) -> BoardPage:
        return self.board(self.text)

    @cached_property
    def tags(self) -> list[tuple[int, int]]:
        return [found.span() for found in re.finditer(r"</?[a-zA-Z][^>]*>", self.text)]

    def check(self, text: str) -> None:
        """Refused, or the jobs that were there, and of these none can be had that could not."""
        try:
            read = self.board(text)
        except PortalError:
            return
        assert len(read.rows) + read.unidentified == len(self.right.rows)
        free = {row.job.portal_id for row in self.right.rows if row.accept}
        numbers = {row.job.job_number for row in self.right.rows}
        ids = {row.job.portal_id for row in self.right.rows}
        for row in read.rows:
            assert row.job.portal_id in ids or row.job.job_number in numbers
            if row.accept is not None:
                assert row.job.portal_id in free
                assert row.job.action is PortalAction.ACCEPT
                assert f"/{row.job.portal_id}/" in row.accept.action


SHAPES = [Shape("tickets-list"), Shape("tickets-new"), Shape("script-drawn-first-of-two-pages")]
each = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)


@each
def test_what_is_cut_anywhere_is_never_read(shape: Shape) -> None:
    whole = shape.text.rstrip()
    for end in range(0, len(whole) - 1, 3):
        with pytest.raises(LayoutChanged):
            shape.board(whole[:end])


@each
def test_without_one_of_its_tags(shape: Shape) -> None:
    for start, end in shape.tags:
        shape.check(shape.text[:start] + shape.text[end:])


@each
@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_without_several_tags(shape: Shape, data: st.DataObject) -> None:
    dropped = data.draw(st.lists(st.sampled_from(shape.tags), min_size=2, max_size=6, unique=True))
    text = shape.text
    for start, end in sorted(dropped, reverse=True):
        text = text[:start] + text[end:]
    shape.check(text)


@each
@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_trouble_anywhere(shape: Shape, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(shape.text)))
    trouble = data.draw(
        st.sampled_from(["<!--", "<script>", "<template>", '"', "<", "</table>", "<tr>", "</tr>", "<td>", "</tbody>"])
    )
    shape.check(shape.text[:at] + trouble + shape.text[at:])


@each
def test_a_quote_too_many(shape: Shape) -> None:
    """It ends a value early, and an address then leads to another job."""
    for found in re.finditer(r'="[^"]*"', shape.text):
        for at in range(found.start() + 2, found.end() - 1):
            shape.check(shape.text[:at] + '"' + shape.text[at:])


@each
@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_pieces_missing_or_twice(shape: Shape, data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(shape.text))] * 2)))
    piece = shape.text[start:end]
    is_missing = data.draw(st.booleans())
    shape.check(shape.text[:start] + ("" if is_missing else piece + piece) + shape.text[end:])


@each
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_rows_in_another_order_are_the_same_jobs(shape: Shape, data: st.DataObject) -> None:
    body = re.search(r"<tbody>(.*)</tbody>", shape.text, re.DOTALL)
    assert body is not None
    rows = re.findall(r"<tr.*?</tr>", body[1], re.DOTALL)
    order = data.draw(st.permutations(rows))
    read = shape.board(shape.text.replace(body[1], "\n".join(order)))
    assert {row.job.job_number: row.digest for row in read.rows} == {
        row.job.job_number: row.digest for row in shape.right.rows
    }


# --- JSON -------------------------------------------------------------------------------------------------------------


DATA = Shape("script-data")


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


def value_at(tree: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        tree = tree[key]
    return tree


PLACES = [place for place in places(json.loads(DATA.text)) if place]


@settings(deadline=None, max_examples=500)
@given(st.sampled_from(PLACES), st.sampled_from(PLACES))
def test_json_with_values_swapped_gives_no_job_that_was_not_there(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    if one[: len(other)] == other or other[: len(one)] == one:
        return
    data = json.loads(DATA.text)
    first, second = value_at(data, one), value_at(data, other)
    value_at(data, one[:-1])[one[-1]] = second
    value_at(data, other[:-1])[other[-1]] = first
    DATA.check(json.dumps(data))


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3, unique=True))
def test_json_without_some_of_its_parts(dropped: list[tuple[Any, ...]]) -> None:
    data = json.loads(DATA.text)
    for place in sorted(dropped, key=str, reverse=True):
        try:
            del value_at(data, place[:-1])[place[-1]]
        except (LookupError, TypeError):
            continue
    DATA.check(json.dumps(data))


def test_a_row_whose_addresses_lead_to_another_job_is_refused() -> None:
    data = json.loads(DATA.text)
    row = next(row for row in data["data"] if row["accept"])
    row["accept"]["url"] = "/api/assignments/99999/accept"
    with pytest.raises(LayoutChanged, match="lead to different jobs"):
        DATA.board(json.dumps(data))


# --- a job's own page -------------------------------------------------------------------------------------------------

JOBS = [
    Shape(name) for name in ("cards-job-free", "script-drawn-job-free", "script-data-job-free", "tickets-ticket-free")
]


@pytest.mark.parametrize("shape", JOBS, ids=lambda shape: shape.name)
@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_a_damaged_page_of_a_free_job_never_reads_as_ours(shape: Shape, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(shape.text) - 1))
    trouble = data.draw(st.sampled_from(["", "<!--", "<b>", '"', "<", "</dl>", "<dd>", "</td>", "x", "{", "}", ","]))
    skip = data.draw(st.integers(0, 40))
    try:
        page = parse_job_page(
            shape.text[:at] + trouble + shape.text[at + skip :],
            definition=shape.definition,
            page_url=shape.expected["url"],
        )
    except PortalError:
        return
    assert page.ownership is not Ownership.OURS
