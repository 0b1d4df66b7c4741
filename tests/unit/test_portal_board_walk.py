"""A board that changes while it is walked over: no job is ever missing from a board that is handed out as whole."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.job import Job
from bot.portal.board_reader import BoardWalk
from bot.portal.definition.model import PortalDefinition, load
from bot.portal.errors import LayoutChanged, RetryLater
from bot.portal.models import Board, BoardPage, BoardRow

ATOZ = load("atoz")
#: Rows on a page of the board here.
SIZE = 3

Counts = Literal["board", "everything", "nothing"]


def definition(counts: Counts) -> PortalDefinition:
    assert ATOZ.board.total is not None
    total = None if counts == "nothing" else ATOZ.board.total.model_copy(update={"counts": counts})
    return ATOZ.model_copy(update={"board": ATOZ.board.model_copy(update={"total": total})})


def row(number: str) -> BoardRow:
    job = Job(job_number=number, reference=f"{number}/atoz", portal_id=number, portal_status="matched")
    return BoardRow(job=job, accept=None, digest=number)


@dataclass
class Portal:
    """A board as a list that anything can happen to between two requests."""

    jobs: list[str]
    counts: Counts = "board"
    #: what happens after each request, in their order; then nothing any more
    happens: list[Callable[[list[str]], object]] = field(default_factory=list)
    #: the order in which the pages that are asked for side by side arrive
    backwards: bool = False
    requests: int = 0
    #: the jobs that stood on the board at every request of a walk
    stood: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._walk = BoardWalk(definition(self.counts), self._read)

    async def _read(self, query: Mapping[str, str], number: int) -> BoardPage:
        del query
        if self.backwards:
            for _ in range(20 - number):  # turns of the loop: the last page comes first
                await asyncio.sleep(0)
        self.requests += 1
        first = (number - 1) * SIZE
        last = max(number, -(-len(self.jobs) // SIZE), 1)
        totals = {"board": len(self.jobs), "everything": len(self.jobs) + 40, "nothing": None}
        page = BoardPage(
            rows=tuple(row(one) for one in self.jobs[first : first + SIZE]),
            pages=tuple(range(1, last + 1)),
            number=number,
            badge_total=totals[self.counts],
            user_name="Anna",
            html=f"page {number}",
        )
        self.stood &= set(self.jobs)
        if self.happens:
            self.happens.pop(0)(self.jobs)
        return page

    def look(self) -> Board:
        self.stood = set(self.jobs)
        return asyncio.run(self._walk.walk({}))

    def list_ours(self) -> Board:
        return asyncio.run(self._walk.walk_ours())


def numbers(board: Board) -> list[str]:
    return [one.job.job_number for one in board.rows]


def goes(job: str) -> Callable[[list[str]], object]:
    return lambda jobs: jobs.remove(job)


def comes(job: str, at: int) -> Callable[[list[str]], object]:
    return lambda jobs: jobs.insert(at, job)


def both(*changes: Callable[[list[str]], object]) -> Callable[[list[str]], object]:
    return lambda jobs: [change(jobs) for change in changes]


NOTHING: Callable[[list[str]], object] = len


@pytest.mark.parametrize("counts", ["board", "everything", "nothing"])
@pytest.mark.parametrize(
    ("change", "backwards"),
    [
        # D moves to the page that was read
        (goes("B"), False),
        # C moves to the page that was read
        (comes("X", 0), True),
        # as many as before, so that every page states the same number
        (both(goes("B"), comes("X", 4)), False),
        # D falls between the pages, and the last page is empty then
        (both(goes("B"), goes("E")), False),
    ],
)
def test_a_job_that_falls_between_two_pages_is_on_the_board(
    counts: Counts, change: Callable[[list[str]], object], backwards: bool
) -> None:
    portal = Portal(jobs=list("ABCDE"), counts=counts, backwards=backwards)
    assert numbers(portal.look()) == list("ABCDE")
    portal.happens = [change]
    board = portal.look()
    assert board.is_whole
    assert numbers(board) == portal.jobs


@pytest.mark.parametrize("counts", ["board", "everything", "nothing"])
def test_a_board_that_stands_still_is_walked_once(counts: Counts) -> None:
    portal = Portal(jobs=list("ABCDE"), counts=counts)
    portal.look()
    portal.requests = 0
    portal.look()
    assert portal.requests == 2
    portal.jobs.append("F")
    assert numbers(portal.look()) == list("ABCDEF")
    assert portal.requests == 4, "what is new needs no second look"
    portal.jobs.remove("B")
    assert numbers(portal.look()) == list("ACDEF")
    assert portal.requests == (6 if counts == "board" else 8), "what is gone needs one where nothing counts"


def test_a_board_of_one_page_is_one_answer() -> None:
    portal = Portal(jobs=list("AB"), counts="nothing")
    assert numbers(portal.look()) == ["A", "B"]
    portal.jobs[:] = ["C"]
    assert (numbers(portal.look()), portal.requests) == (["C"], 2)


def test_a_board_that_never_stands_still_is_handed_out_as_one_that_is_not_whole() -> None:
    portal = Portal(jobs=list("ABCDEFGHIJ"))
    portal.look()
    portal.happens = [both(goes(one), comes(f"new-{one}", 9)) for one in "ABCDEFGHIJ"] + [NOTHING] * 99
    portal.requests = 0
    board = portal.look()
    assert not board.is_whole
    assert any(number.startswith("new-") for number in numbers(board)), "what is new is used at once"
    assert portal.requests <= 3 * 5
    portal.happens = []
    board = portal.look()
    assert board.is_whole
    assert numbers(board) == portal.jobs


def test_the_list_of_our_jobs_is_whole_or_none() -> None:
    portal = Portal(jobs=list("ABCDE"), counts="nothing")
    portal.happens = [_first_goes_and_one_comes(n) for n in range(40)]
    with pytest.raises(RetryLater, match="change while they are read"):
        portal.list_ours()


def _first_goes_and_one_comes(n: int) -> Callable[[list[str]], object]:
    def change(jobs: list[str]) -> None:
        del jobs[0]
        jobs.append(f"new-{n}")

    return change


def test_a_count_that_never_fits_is_a_changed_portal() -> None:
    portal = Portal(jobs=list("ABCDE"))

    async def read(query: Mapping[str, str], number: int) -> BoardPage:
        page = await Portal._read(portal, query, number)
        return BoardPage(
            rows=page.rows, pages=page.pages, number=number, badge_total=6, user_name="Anna", html=page.html
        )

    portal._walk._read_page = read
    with pytest.raises(LayoutChanged, match="own count of jobs is 6") as misfit:
        portal.look()
    assert misfit.value.html == "page 2"


CHANGES = st.lists(
    st.one_of(
        st.just(("nothing", 0)),
        st.tuples(st.just("goes"), st.integers(0, 30)),
        st.tuples(st.just("comes"), st.integers(0, 30)),
    ),
    max_size=3,
)


def _changed_by(steps: Sequence[tuple[str, int]], name: str) -> Callable[[list[str]], object]:
    def change(jobs: list[str]) -> None:
        for number, (what, at) in enumerate(steps):
            if what == "goes" and jobs:
                del jobs[at % len(jobs)]
            elif what == "comes":
                jobs.insert(at % (len(jobs) + 1), f"{name}-{number}")

    return change


@given(
    size=st.integers(0, 12),
    counts=st.sampled_from(["board", "everything", "nothing"]),
    backwards=st.booleans(),
    looks=st.lists(st.lists(CHANGES, max_size=6), min_size=1, max_size=4),
)
def test_no_job_that_stood_still_is_missing_from_a_whole_board(
    size: int, counts: Counts, backwards: bool, looks: list[list[list[tuple[str, int]]]]
) -> None:
    """Whatever happens between requests: what was handed out once and stands on the board all the time stays on it."""
    portal = Portal(jobs=[f"job-{n}" for n in range(size)], counts=counts, backwards=backwards)
    known = set(numbers(portal.look()))
    for look, changes in enumerate(looks):
        portal.happens = [_changed_by(steps, f"{look}-{place}") for place, steps in enumerate(changes)]
        try:
            board = portal.look()
        except LayoutChanged:
            continue
        shown = set(numbers(board))
        if board.is_whole:
            assert known & portal.stood <= shown
        known = shown if board.is_whole else known | shown
