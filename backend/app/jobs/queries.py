"""``job_records`` in SQL."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import ColumnElement, Dialect, func, select, text, tuple_
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from app.cursors import read_cursor
from app.database.models import JobRecordRow
from app.database.models.job_records import SEARCH_PUNCTUATION
from app.jobs.precedence import Standing
from app.jobs.schemas import JobQuery
from contract.jobs import JobReport, JobStatus, JobTimes, PortalJob

#: (portal, account_id, job_number)
JobKey = tuple[str, str, str]

_COLUMNS = JobRecordRow.__table__.c
_KEY = ("portal", "account_id", "job_number")

# --- reading for a new report -----------------------------------------------------------------------------------------

_KNOWN = (
    *_KEY,
    *("session_id", "outbox_id", "seq", "updated_at", "verdict", "claim_state", "was_claimed", "first_seen_at"),
    *("given", "loss_reason", "status", "language", "seen_at", "decided_at", "submitted_at", "confirmed_at"),
)
_SELECT_KNOWN = text(
    f"SELECT {', '.join(f'job.{name}' for name in _KNOWN)} "  # noqa: S608  # names of columns, no input
    "FROM jsonb_to_recordset(CAST(:keys AS jsonb)) AS wanted (portal text, account_id text, job_number text) "
    "JOIN job_records AS job USING (portal, account_id, job_number)"
).columns(*(_COLUMNS[name] for name in _KNOWN))


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownJob:
    """What is known of a job, as far as the next report on it and the statistics need it."""

    standing: Standing
    was_claimed: bool
    first_seen_at: datetime
    status: JobStatus
    language: str | None
    times: JobTimes


def known_jobs(session: Session, keys: Iterable[JobKey]) -> dict[JobKey, KnownJob]:
    """Those of the jobs that are in the table."""
    wanted = json.dumps([dict(zip(_KEY, key, strict=True)) for key in keys])
    return {
        (row.portal, row.account_id, row.job_number): KnownJob(
            standing=Standing(
                session_id=row.session_id,
                outbox_id=row.outbox_id,
                seq=row.seq,
                at=row.updated_at,
                verdict=row.verdict,
                claim_state=row.claim_state,
                given=row.given,
                is_lost=row.loss_reason is not None,
            ),
            was_claimed=row.was_claimed,
            first_seen_at=row.first_seen_at,
            status=row.status,
            language=row.language,
            times=JobTimes.model_construct(
                seen_at=row.seen_at,
                decided_at=row.decided_at,
                submitted_at=row.submitted_at,
                confirmed_at=row.confirmed_at,
            ),
        )
        for row in session.execute(_SELECT_KNOWN, {"keys": wanted})
    }


# --- writing in bulk --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class NewRow:
    """A whole row to write, in place of the one that is there."""

    key: JobKey
    known: KnownJob
    report: JobReport


# Postgres takes the reports apart itself: one parameter for a batch instead of 45 for a row.
_FROM_JOB = tuple(PortalJob.model_fields)
_FROM_TIMES = tuple(JobTimes.model_fields)
_FROM_ROW = ("portal", "account_id", "session_id", "outbox_id", "seq", "status", "was_claimed", "first_seen_at")
_FROM_ROW_TOO = ("updated_at",)
_FROM_REPORT = ("claim_state", "loss_reason", "loss_detail", "offer_expires_at", "only_watched", "given")
_FROM_DECISION = ("verdict", "summary", "reasons")


_POSTGRES: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


def _record(name: str, columns: Sequence[str], *more: str) -> str:
    typed = [f"{column} {_COLUMNS[column].type.compile(_POSTGRES)}" for column in columns]
    return f"{name} ({', '.join([*typed, *more])})"


def _upsert_statement() -> str:
    taken = {
        "item": (*_FROM_ROW, *_FROM_ROW_TOO),
        "report": _FROM_REPORT,
        "job": _FROM_JOB,
        "times": _FROM_TIMES,
        "decision": tuple(name for name in _FROM_DECISION if name != "reasons"),
    }
    values = {column: f"{source}.{column}" for source, columns in taken.items() for column in columns}
    values["reasons"] = "coalesce(decision.reasons, '[]'::jsonb)"
    changed = [f"{column} = EXCLUDED.{column}" for column in values if column not in _KEY]
    return (
        f"INSERT INTO job_records ({', '.join(values)}) SELECT {', '.join(values.values())} "  # noqa: S608  # as above
        f"FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS {_record('item', taken['item'], 'report jsonb')}, "
        f"jsonb_to_record(item.report) AS "
        f"{_record('report', _FROM_REPORT, 'job jsonb', 'times jsonb', 'decision jsonb')}, "
        f"jsonb_to_record(report.job) AS {_record('job', _FROM_JOB)}, "
        f"jsonb_to_record(report.times) AS {_record('times', _FROM_TIMES)} "
        f"LEFT JOIN LATERAL jsonb_to_record(report.decision) AS {_record('decision', _FROM_DECISION)} ON true "
        f"ON CONFLICT (portal, account_id, job_number) DO UPDATE SET {', '.join(changed)}"
    )


_UPSERT = text(_upsert_statement().replace("::", r"\:\:"))


def write_jobs(session: Session, rows: Iterable[NewRow]) -> None:
    """Insert the rows, or replace what is there. No two of them for one job."""
    items = [_item(row) for row in rows]
    if items:
        session.execute(_UPSERT, {"rows": to_json(items).decode()})


def _item(row: NewRow) -> dict[str, Any]:
    portal, account_id, _ = row.key
    standing = row.known.standing
    return {
        "portal": portal,
        "account_id": account_id,
        "session_id": standing.session_id,
        "outbox_id": standing.outbox_id,
        "seq": standing.seq,
        "status": row.known.status,
        "was_claimed": row.known.was_claimed,
        "first_seen_at": row.known.first_seen_at,
        "updated_at": standing.at,
        "report": row.report,
    }


_UPDATE_KNOWN = text(
    "UPDATE job_records AS job SET was_claimed = item.was_claimed, first_seen_at = item.first_seen_at "
    "FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS item "
    "(portal text, account_id text, job_number text, was_claimed boolean, first_seen_at timestamptz) "
    "WHERE (job.portal, job.account_id, job.job_number) = (item.portal, item.account_id, item.job_number)"
)


def write_history(session: Session, known: Mapping[JobKey, KnownJob]) -> None:
    """Note what a report told that did not replace the one that counts: an earlier first sight, a claim."""
    if known:
        rows = [
            {
                **dict(zip(_KEY, key, strict=True)),
                "was_claimed": one.was_claimed,
                "first_seen_at": one.first_seen_at.isoformat(),
            }
            for key, one in known.items()
        ]
        session.execute(_UPDATE_KNOWN, {"rows": json.dumps(rows)})


# --- one job ----------------------------------------------------------------------------------------------------------


def jobs_named(
    session: Session, job_number: str, *, account_id: str | None, portal: str | None
) -> Sequence[JobRecordRow]:
    """The jobs of that number, of one account and one portal where that is asked for."""
    words = search_words(job_number)
    if not words:
        return []
    conditions = [
        # there is no index on the number alone; the search's finds the few rows that have it anywhere
        JobRecordRow.search.op("@@")(func.to_tsquery("simple", " & ".join(words))),
        JobRecordRow.job_number == job_number,
    ]
    if account_id is not None:
        conditions.append(JobRecordRow.account_id == account_id)
    if portal is not None:
        conditions.append(JobRecordRow.portal == portal)
    return session.scalars(select(JobRecordRow).where(*conditions)).all()


# --- the list ---------------------------------------------------------------------------------------------------------


#: Where more rows than this may have the rarest of the words that are searched for, a page is found sooner by reading
#: the newest rows than by collecting all that match.
_COMMON_ROWS = 100_000


def job_page(session: Session, query: JobQuery) -> Sequence[JobRecordRow]:
    """One row more than the page holds, so that it is known whether there is a next one. Raises InvalidInput."""
    conditions = _conditions(query)
    words = search_words(query.search or "")
    if query.search is not None and query.search.strip() and not words:
        return []  # no job has a word that is none
    if words:
        conditions.append(JobRecordRow.search.op("@@")(func.to_tsquery("simple", " & ".join(words))))
    newest = select(JobRecordRow).order_by(JobRecordRow.seen_at.desc(), JobRecordRow.id.desc())
    if words and min(_rows_with(session, word) for word in words) <= _COMMON_ROWS:
        # Postgres takes words for independent of each other, and would read a million rows for two that never meet
        matching = select(JobRecordRow.id, JobRecordRow.seen_at).where(*conditions).cte("matching")
        matching = matching.prefix_with("MATERIALIZED")
        shown = select(matching.c.id).order_by(matching.c.seen_at.desc(), matching.c.id.desc()).limit(query.limit + 1)
        return session.scalars(newest.where(JobRecordRow.id.in_(shown))).all()
    return session.scalars(newest.where(*conditions).limit(query.limit + 1)).all()


def _conditions(query: JobQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.status:
        conditions.append(JobRecordRow.status.in_(query.status))
    for column, wanted in (
        (JobRecordRow.session_id, query.session_id),
        (JobRecordRow.language, query.language),
        (JobRecordRow.kind, query.kind),
    ):
        if wanted is not None:
            conditions.append(column == wanted)
    if query.since is not None:
        conditions.append(JobRecordRow.seen_at >= query.since)
    if query.until is not None:
        conditions.append(JobRecordRow.seen_at < query.until)
    if query.cursor is not None:
        seen_at, record_id = read_cursor(query.cursor, int)
        conditions.append(tuple_(JobRecordRow.seen_at, JobRecordRow.id) < (seen_at, record_id))
    return conditions


_ESTIMATE = text("EXPLAIN (FORMAT JSON) SELECT FROM job_records WHERE search @@ to_tsquery('simple', :word)")


def _rows_with(session: Session, word: str) -> int:
    """About how many rows have the word, as Postgres' statistics say."""
    plan: Any = session.scalar(_ESTIMATE, {"word": word})
    return int(plan[0]["Plan"]["Plan Rows"])


_AS_SPACES = str.maketrans(dict.fromkeys(SEARCH_PUNCTUATION, " "))


def search_words(search: str) -> list[str]:
    """What was typed, for ``to_tsquery``: each word of it, which may be unfinished."""
    return [f"'{word}':*" for word in search.translate(_AS_SPACES).split()]
