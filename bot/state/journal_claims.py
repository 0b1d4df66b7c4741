"""Claims in the journal's database: written as rows and read back."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from sqlite3 import Connection, Row

from bot.domain.claim import is_open, is_ours
from bot.domain.job import lies_ahead
from bot.state.claim_record import ClaimRecord
from bot.state.journal_schema import (
    decision_as_text,
    decision_from_text,
    job_as_text,
    job_from_text,
    optional_time_as_text,
    optional_time_from_text,
    time_as_text,
)
from common.states import ClaimState
from contract.jobs import LossReason

#: Jobs are forgotten this long after they were last seen; claims never are.
JOBS_KEPT_FOR = timedelta(days=30)

#: Reports of claims that changed in this last part of the journal may not have been written any more.
_MAYBE_UNREPORTED = timedelta(minutes=1)


def write_claim(connection: Connection, claim: ClaimRecord) -> None:
    """Insert a claim, or replace what the journal has of it."""
    connection.execute(
        "INSERT OR REPLACE INTO claims (job_number, attempt, session_id, state, loss_reason, loss_detail, seen_at,"
        " decided_at, intended_at, submitted_at, confirmed_at, updated_at, job, decision, expires_at, approved_at,"
        " row_digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            claim.job.job_number,
            claim.attempt,
            claim.session_id,
            claim.state.value,
            claim.loss_reason,
            claim.loss_detail,
            time_as_text(claim.seen_at),
            time_as_text(claim.decided_at),
            optional_time_as_text(claim.intended_at),
            optional_time_as_text(claim.submitted_at),
            optional_time_as_text(claim.confirmed_at),
            time_as_text(datetime.now(UTC)),
            job_as_text(claim.job),
            decision_as_text(claim.decision),
            optional_time_as_text(claim.expires_at),
            optional_time_as_text(claim.approved_at),
            claim.row_digest,
        ),
    )


def read_claims(connection: Connection, session_id: str, now: datetime) -> Iterator[ClaimRecord]:
    """The newest claim of each job that matters to this session; see ``JournalHistory.claims``."""
    kept = [state.value for state in ClaimState if is_open(state)]
    answered = [ClaimState.DECLINED.value, ClaimState.EXPIRED.value]
    cursor = connection.execute(
        # every column of the newest claim of each job
        "SELECT *, max(attempt) FROM claims GROUP BY job_number"  # noqa: S608  # only question marks are put in
        f" HAVING session_id = ? OR state = ? OR state IN ({', '.join('?' * len(kept))})"
        f" OR (state IN ({', '.join('?' * len(answered))}) AND updated_at >= ?)",
        (session_id, ClaimState.HELD.value, *kept, *answered, time_as_text(now - JOBS_KEPT_FOR)),
    )
    cursor.row_factory = Row
    for row in cursor:
        claim = _claim(row)
        if claim.state is not ClaimState.HELD or claim.session_id == session_id or lies_ahead(claim.job, now):
            yield claim


def read_accepted(connection: Connection) -> Iterable[str]:
    """The numbers of the jobs that a bot of the account accepted and that are still ours."""
    states = [state.value for state in ClaimState if is_ours(state)]
    cursor = connection.execute("SELECT job_number, state, max(attempt) FROM claims GROUP BY job_number")
    return [number for number, state, _ in cursor if state in states]


def read_attempts(connection: Connection) -> dict[str, int]:
    """How many claims each job has had, by job number."""
    return dict(connection.execute("SELECT job_number, max(attempt) FROM claims GROUP BY job_number"))


def read_maybe_unreported(connection: Connection) -> Iterator[str]:
    """The numbers of the jobs whose claims changed in the journal's last minute."""
    newest = optional_time_from_text(connection.execute("SELECT max(updated_at) FROM claims").fetchone()[0])
    if newest is not None:
        since = time_as_text(newest - _MAYBE_UNREPORTED)
        for (number,) in connection.execute("SELECT job_number FROM claims WHERE updated_at >= ?", (since,)):
            yield number


def _claim(row: Row) -> ClaimRecord:
    return ClaimRecord(
        job=job_from_text(row["job"]),
        decision=decision_from_text(row["decision"]),
        attempt=row["attempt"],
        session_id=row["session_id"],
        state=ClaimState(row["state"]),
        loss_reason=LossReason(row["loss_reason"]) if row["loss_reason"] else None,
        loss_detail=row["loss_detail"],
        seen_at=datetime.fromisoformat(row["seen_at"]),
        decided_at=datetime.fromisoformat(row["decided_at"]),
        intended_at=optional_time_from_text(row["intended_at"]),
        submitted_at=optional_time_from_text(row["submitted_at"]),
        confirmed_at=optional_time_from_text(row["confirmed_at"]),
        expires_at=optional_time_from_text(row["expires_at"]),
        approved_at=optional_time_from_text(row["approved_at"]),
        row_digest=row["row_digest"],
    )
