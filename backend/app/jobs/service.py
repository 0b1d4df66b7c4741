"""What the rest of the control plane may ask about jobs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.cursors import write_cursor
from app.database.models import JobRecordRow
from app.jobs import queries
from app.jobs.precedence import MAY_BE_OUTWEIGHED, replaces, standing_of
from app.jobs.queries import JobKey, KnownJob, NewRow
from app.jobs.schemas import JobPage, JobQuery, JobRecord
from app.problems import Conflict, NotFound
from contract.events import JobProcessed

__all__ = [
    "MAY_BE_OUTWEIGHED",
    "JobChange",
    "JobKey",
    "KnownJob",
    "WhichJob",
    "find_job",
    "key_of",
    "list_jobs",
    "record_of",
    "record_reports",
    "weigh",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class WhichJob:
    """A job as the owner names it."""

    job_number: str
    #: None where it does not matter
    account_id: str | None = None
    portal: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class JobChange:
    """What reports did to a job, for the statistics."""

    account_id: str
    #: None where the job is new
    before: KnownJob | None
    after: KnownJob


def key_of(event: JobProcessed) -> JobKey:
    """The identity of the job that an event reports on."""
    return (event.portal, event.account_id, event.report.job.job_number)


def weigh(event: JobProcessed, before: KnownJob | None) -> tuple[KnownJob, bool]:
    """What is known after the event, and whether its report is the one that counts."""
    report = event.report
    standing = standing_of(report, session_id=event.session_id, outbox_id=event.outbox_id, seq=event.seq, at=event.at)
    told = KnownJob(
        standing=standing,
        was_claimed=standing.is_claimed,
        first_seen_at=report.times.seen_at,
        status=report.status,
        language=report.job.language,
        times=report.times,
    )
    if before is None:
        return told, True
    was_claimed = before.was_claimed or told.was_claimed
    first_seen_at = min(before.first_seen_at, told.first_seen_at)
    counts = replaces(standing, before.standing, was_claimed=before.was_claimed)
    return replace(told if counts else before, was_claimed=was_claimed, first_seen_at=first_seen_at), counts


def record_reports(session: Session, events: Sequence[JobProcessed]) -> list[JobChange]:
    """Bring reports, in the order of their sessions, into the table: one row a job. Returns what changed."""
    before = queries.known_jobs(session, {key_of(event) for event in events})
    after = dict(before)
    written: dict[JobKey, NewRow] = {}
    for event in events:
        key = key_of(event)
        after[key], counts = weigh(event, after.get(key))
        if counts:
            written[key] = NewRow(key=key, known=after[key], report=event.report)
        elif key in written:
            written[key] = replace(written[key], known=after[key])
    queries.write_jobs(session, written.values())
    queries.write_history(
        session, {key: known for key, known in after.items() if key not in written and known != before[key]}
    )
    return [
        JobChange(account_id=key[1], before=before.get(key), after=known)
        for key, known in after.items()
        if known != before.get(key)
    ]


def known_jobs(session: Session, keys: Iterable[JobKey]) -> dict[JobKey, KnownJob]:
    """Those of the jobs that are in the table."""
    return queries.known_jobs(session, keys)


def record_of(event: JobProcessed) -> JobRecord:
    """The record as it stands when the event's report counts."""
    report, decision = event.report, event.report.decision
    return JobRecord.model_construct(
        **{name: getattr(report.job, name) for name in type(report.job).model_fields},
        portal=event.portal,
        account_id=event.account_id,
        session_id=event.session_id,
        status=report.status,
        verdict=decision.verdict if decision else None,
        summary=decision.summary if decision else None,
        reasons=list(decision.reasons) if decision else [],
        claim_state=report.claim_state,
        loss_reason=report.loss_reason,
        loss_detail=report.loss_detail,
        offer_expires_at=report.offer_expires_at,
        only_watched=report.only_watched,
        given=report.given,
        seen_at=report.times.seen_at,
        decided_at=report.times.decided_at,
        submitted_at=report.times.submitted_at,
        confirmed_at=report.times.confirmed_at,
        updated_at=event.at,
    )


def find_job(session: Session, which: WhichJob) -> JobRecord:
    """The job. Raises NotFound where there is none, and Conflict where several accounts or portals have one."""
    rows = queries.jobs_named(session, which.job_number, account_id=which.account_id, portal=which.portal)
    if not rows:
        raise NotFound(f"No bot has seen a job {which.job_number}.")
    if len(rows) > 1:
        raise Conflict(
            f"There are {len(rows)} jobs {which.job_number}, of several accounts or portals: say which with account_id "
            "and portal."
        )
    return _record(rows[0])


def list_jobs(session: Session, query: JobQuery) -> JobPage:
    """A page of jobs, newest first. Raises InvalidInput for a cursor that is none."""
    rows = queries.job_page(session, query)
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return JobPage(
        items=[_record(row) for row in shown],
        next_cursor=write_cursor(shown[-1].seen_at, shown[-1].id) if more else None,
    )


def _record(row: JobRecordRow) -> JobRecord:
    return JobRecord.model_validate(row, from_attributes=True)
