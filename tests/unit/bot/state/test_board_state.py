"""What is kept of the jobs on the board."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.job import Job
from bot.portal.models import Board, BoardRow, JobPage, Ownership
from bot.state.board_state import BoardState, TrackedJob
from tests.support.engine_support import job, running
from tests.support.fakes.portal import FakePortal
from tests.support.parts import refusal_by, row, tracked
from tests.support.virtual_time import in_virtual_time

AT = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)


def rows_of(*jobs: Job) -> list[BoardRow]:
    portal = FakePortal()
    portal.post(*jobs)
    return list(portal.rows())


def test_a_page_may_be_missed_for_days() -> None:
    # a pause that went on doubling would be no number any more after a thousand tries
    (row,) = rows_of(job(1))
    known = TrackedJob(row=row, job=row.job, seen_at=AT, last_seen_at=AT, source=None, is_on_board=True)
    pauses = []
    for tries in range(1, 2_000):
        known.postpone_reading(100.0, failures=tries)
        pauses.append(known.read_again_at - 100.0)
    assert pauses[:7] == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    assert set(pauses[7:]) == {60.0}


@in_virtual_time
async def test_rows_that_left_the_board_do_not_fill_the_memory(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        portal.post(job(1, kind="Face to Face"))
        await asyncio.sleep(5)
        known = bot.parts.board.get("1")
        assert known is not None
        assert known.row.html
        portal.remove("1")
        await asyncio.sleep(5)
        assert known.row.html == ""


def board_of(*numbers: int, is_whole: bool = True) -> Board:
    return Board(rows=tuple(row(number) for number in numbers), pages=1, user_name="Ada", is_whole=is_whole)


def test_an_older_board_changes_nothing() -> None:
    state = BoardState()
    assert state.take_board(board_of(1), asked=2, source=None, at=AT) is not None
    assert state.take_board(board_of(), asked=1, source=None, at=AT) is None
    assert state.collect_departed() == []


def test_a_job_leaves_with_a_whole_board_alone() -> None:
    state = BoardState()
    state.take_board(board_of(1, 2), asked=1, source=None, at=AT)
    state.take_board(board_of(1, is_whole=False), asked=2, source=None, at=AT)
    assert state.collect_departed() == []
    state.take_board(board_of(1), asked=3, source=None, at=AT)
    assert [one.number for one in state.collect_departed()] == ["2"]
    assert state.collect_departed() == [], "each once"
    new = state.take_board(board_of(1, 2), asked=4, source=None, at=AT)
    assert new == [], "one that comes back is no new one"
    state.take_board(board_of(), asked=5, source=None, at=AT + timedelta(hours=7))
    assert list(state) == []


def test_a_page_is_read_once_until_the_row_changes() -> None:
    state = BoardState()
    state.take_board(board_of(1), asked=1, source=None, at=AT)
    (one,) = state.unread(0.0)
    page = JobPage(job=one.job, ownership=Ownership.FREE, user_name="Ada", html="")
    state.take_page(one, page, digest=one.row.digest, at=AT)
    assert state.unread(0.0) == []
    one.mark_gone(one.row.digest, 100.0)
    assert state.unread(101.0) == []
    assert state.unread(102.0) == [one], "2 s later, as long as the board shows it"


def test_decisions_are_forgotten_all_or_by_the_rule_that_refused() -> None:
    state = BoardState()
    state.take_board(board_of(1, 2), asked=1, source=None, at=AT)
    first, second = state
    first.decision, second.decision = refusal_by("max_accept_per_pass"), refusal_by("languages")
    state.forget_refusals_by("max_accept_per_pass")
    assert [one.decision for one in state] == [None, refusal_by("languages")]
    state.forget_decisions()
    assert [one.decision for one in state] == [None, None]


def test_a_tracked_job_is_a_match_by_its_newest_decision() -> None:
    one = tracked(1)
    assert not one.is_match
    one.decision = refusal_by("languages")
    assert not one.is_match
