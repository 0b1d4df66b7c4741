"""The journal's tables, and how values stand in their columns."""

from datetime import UTC, datetime

from pydantic import TypeAdapter

from bot.domain.job import Job
from bot.domain.rules.decision import Decision

SCHEMA = (
    """
    CREATE TABLE IF NOT EXISTS claims (
        job_number TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        session_id TEXT NOT NULL,
        state TEXT NOT NULL,
        loss_reason TEXT,
        loss_detail TEXT,
        seen_at TEXT NOT NULL,
        decided_at TEXT NOT NULL,
        intended_at TEXT,
        submitted_at TEXT,
        confirmed_at TEXT,
        updated_at TEXT NOT NULL,
        job TEXT NOT NULL,
        decision TEXT NOT NULL,
        expires_at TEXT,
        approved_at TEXT,
        row_digest TEXT,
        PRIMARY KEY (job_number, attempt)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX IF NOT EXISTS claims_by_session ON claims (session_id, state)",
    """
    CREATE TABLE IF NOT EXISTS jobs (
        job_number TEXT PRIMARY KEY,
        digest TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        page_read_at TEXT NOT NULL,
        job TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS verdicts (
        session_id TEXT NOT NULL,
        job_number TEXT NOT NULL,
        verdict TEXT NOT NULL,
        PRIMARY KEY (session_id, job_number)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS postings (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        hours TEXT NOT NULL,
        minutes TEXT NOT NULL,
        faded_on TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS sessions (
        session_id TEXT PRIMARY KEY,
        checks INTEGER NOT NULL DEFAULT 0,
        cap_told INTEGER
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS missed (
        session_id TEXT NOT NULL,
        job_number TEXT NOT NULL,
        PRIMARY KEY (session_id, job_number)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS given (
        job_number TEXT PRIMARY KEY,
        given TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        updated_at TEXT NOT NULL,
        job TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS rejections (
        job_number TEXT PRIMARY KEY,
        at TEXT NOT NULL
    ) WITHOUT ROWID
    """,
)

#: Columns, each with its table, that the files of earlier versions lack.
ADDED_COLUMNS = (("claims", "expires_at TEXT"), ("claims", "approved_at TEXT"), ("claims", "row_digest TEXT"))

_JOB: TypeAdapter[Job] = TypeAdapter(Job)
_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)


def job_as_text(job: Job) -> str:
    """A job as JSON."""
    return _JOB.dump_json(job).decode()


def job_from_text(text: str) -> Job:
    """The job that ``job_as_text`` wrote."""
    return _JOB.validate_json(text)


def decision_as_text(decision: Decision) -> str:
    """A decision as JSON."""
    return _DECISION.dump_json(decision).decode()


def decision_from_text(text: str) -> Decision:
    """The decision that ``decision_as_text`` wrote."""
    return _DECISION.validate_json(text)


def time_as_text(at: datetime) -> str:
    """A moment in ISO 8601, UTC, so that texts sort as moments do."""
    return at.astimezone(UTC).isoformat()


def optional_time_as_text(at: datetime | None) -> str | None:
    """``time_as_text``, and None for None."""
    return None if at is None else time_as_text(at)


def optional_time_from_text(text: str | None) -> datetime | None:
    """The moment that ``optional_time_as_text`` wrote."""
    return None if text is None else datetime.fromisoformat(text)
