"""What is kept of the jobs on the board."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.job import Job
from bot.portal.models import BoardRow
from bot.state.board_state import TrackedJob
from tests.support.engine_support import job, running
from tests.support.fakes.portal import FakePortal
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
