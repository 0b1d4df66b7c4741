"""The journal on a real disk: what is written is what a starting bot reads."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.domain.pacing.rhythm import PostingCounts
from bot.state.claim_record import ClaimRecord
from bot.state.journal import Journal
from bot.state.journal_claims import JOBS_KEPT_FOR
from bot.state.journal_history import ExternallyAssignedJob, RememberedJob
from bot.storage.sqlite_writer import StorageError
from common.states import ClaimState, Verdict
from contract.jobs import Given, LossReason
from tests.support.engine_support import SESSION, job
from tests.support.parts import AT, refusal_by


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    opened = Journal(tmp_path / "journal.sqlite")
    opened.open()
    yield opened
    await opened.close()


def claim(number: int, state: ClaimState, session: str = SESSION, attempt: int = 1) -> ClaimRecord:
    return ClaimRecord(
        job=job(number),
        decision=refusal_by("languages"),
        attempt=attempt,
        session_id=session,
        state=state,
        seen_at=AT,
        decided_at=AT + timedelta(seconds=1),
        intended_at=AT + timedelta(seconds=2),
        loss_reason=LossReason.REFUSED if state is ClaimState.LOST else None,
        expires_at=AT + timedelta(minutes=2),
        row_digest="row 1",
    )


async def test_a_claim_is_read_as_it_was_written(journal: Journal) -> None:
    written = claim(1, ClaimState.INTENDED)
    await journal.intend(written)
    history = await journal.read(SESSION, AT)
    assert history.claims == (written,)
    assert history.attempts == {"1": 1}
    assert history.maybe_unreported == {"1"}


async def test_of_other_sessions_only_what_still_matters_is_read(journal: Journal) -> None:
    for number, state in enumerate(ClaimState, start=1):
        journal.record(claim(number, state, session="another"))
    history = await journal.read(SESSION, AT)
    states = {record.state for record in history.claims}
    assert states == set(ClaimState) - {ClaimState.LOST, ClaimState.TAKEN_BACK}
    after_the_jobs = await journal.read(SESSION, AT + timedelta(days=10))
    assert ClaimState.HELD not in {record.state for record in after_the_jobs.claims}
    assert len((await journal.read("another", AT)).claims) == len(ClaimState)


async def test_the_newest_attempt_counts(journal: Journal) -> None:
    journal.record(claim(1, ClaimState.HELD))
    journal.record(claim(1, ClaimState.LOST, attempt=2))
    history = await journal.read(SESSION, AT)
    assert [record.attempt for record in history.claims] == [2]
    assert history.accepted == frozenset()


async def test_everything_else_is_read_as_it_was_written(journal: Journal) -> None:
    page = RememberedJob(job=job(1), digest="row 1", seen_at=AT, page_read_at=AT)
    assigned = ExternallyAssignedJob(job=job(2), given=Given.OURS, seen_at=AT)
    postings = PostingCounts().seen(AT, jobs=3)
    journal.remember_job(page)
    journal.remember_externally_assigned(assigned, AT)
    journal.remember_verdict(SESSION, "3", Verdict.NO_MATCH)
    journal.remember_missed(SESSION, "4")
    journal.remember_checks(SESSION, 7)
    journal.remember_cap_told(SESSION, 5)
    journal.remember_postings(postings, date(2026, 11, 20))
    await journal.intend_rejection("6", AT)
    history = await journal.read(SESSION, AT)
    assert (history.jobs, history.externally_assigned) == ((page,), (assigned,))
    assert history.verdicts == {"3": Verdict.NO_MATCH}
    assert history.missed == {"4"}
    assert history.rejected_on_portal == {"6"}
    assert (history.checks, history.cap_told) == (7, 5)
    assert (history.postings, history.postings_faded_on) == (postings, date(2026, 11, 20))


async def test_what_is_taken_back_is_forgotten(journal: Journal) -> None:
    assigned = ExternallyAssignedJob(job=job(2), given=Given.OURS, seen_at=AT)
    journal.remember_externally_assigned(assigned, AT)
    journal.remember_missed(SESSION, "4")
    await journal.intend_rejection("6", AT)
    journal.forget_externally_assigned("2")
    journal.forget_missed(SESSION, "4")
    journal.forget_rejection("6")
    history = await journal.read(SESSION, AT)
    assert (history.externally_assigned, history.missed, history.rejected_on_portal) == ((), frozenset(), frozenset())


async def test_pages_are_forgotten_after_a_month_and_claims_never(journal: Journal) -> None:
    journal.remember_job(RememberedJob(job=job(1), digest="row 1", seen_at=AT, page_read_at=AT))
    journal.record(claim(1, ClaimState.LOST))
    history = await journal.read(SESSION, AT + JOBS_KEPT_FOR + timedelta(seconds=1))
    assert (history.jobs, len(history.claims)) == ((), 1)


async def test_no_intent_takes_the_last_room(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.state.journal.ROOM_TO_PROVE", 2**62)
    with pytest.raises(StorageError, match="MB are left"):
        await journal.intend(claim(1, ClaimState.INTENDED))
    assert (await journal.read(SESSION, AT)).claims == ()


async def test_a_file_of_an_earlier_version_gets_the_columns_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    first = Journal(path)
    first.open()
    first.record(claim(1, ClaimState.INTENDED))
    await first.close()
    with sqlite3.connect(path) as connection:
        for column in ("expires_at", "approved_at", "row_digest"):
            connection.execute(f"ALTER TABLE claims DROP COLUMN {column}")
    connection.close()
    second = Journal(path)
    second.open()
    history = await second.read(SESSION, AT)
    await second.close()
    assert history.claims == (replace(claim(1, ClaimState.INTENDED), expires_at=None, row_digest=None),)
