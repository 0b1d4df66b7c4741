"""What a starting bot reads from the journal: the history of its account and of its session."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from sqlite3 import Connection

from bot.domain.job import Job, lies_ahead
from bot.domain.pacing.rhythm import PostingCounts
from bot.state.claim_record import ClaimRecord
from bot.state.journal_claims import JOBS_KEPT_FOR, read_accepted, read_attempts, read_claims, read_maybe_unreported
from bot.state.journal_schema import job_from_text, time_as_text
from common.states import Verdict
from contract.jobs import Given


@dataclass(frozen=True, kw_only=True, slots=True)
class RememberedJob:
    """A job with its page, as it was last read."""

    job: Job
    #: of the board's row for which the page was read
    digest: str
    seen_at: datetime
    page_read_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternallyAssignedJob:
    """A job that is ours, or was, without an accept of a bot."""

    job: Job
    given: Given
    #: first read, from the board or from the list of our jobs
    seen_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalHistory:
    """The journal's content as far as a starting bot needs it."""

    #: the newest claim of each job: of this session; and of other sessions if it is open, if its job is ours and lies
    #: ahead, or if its offer was declined or not answered
    claims: tuple[ClaimRecord, ...]
    #: every job that a bot of this account accepted and that was not taken back, as far as is known
    accepted: frozenset[str]
    #: those that lie ahead
    externally_assigned: tuple[ExternallyAssignedJob, ...]
    #: jobs that were rejected on the portal
    rejected_on_portal: frozenset[str]
    #: of this session: matching jobs that were gone before there was a claim
    missed: frozenset[str]
    #: the jobs whose claims changed in the journal's last minute: their reports may not have been written any more
    maybe_unreported: frozenset[str]
    #: how many claims each job has had, by job number
    attempts: dict[str, int]
    jobs: tuple[RememberedJob, ...]
    #: of this session, by job number
    verdicts: dict[str, Verdict]
    #: poll cycles of this session
    checks: int
    #: the cap at which this session told the owner that it is reached; None if it did not
    cap_told: int | None
    #: when the portal was seen to post, and the day on which old postings were last made to count less
    postings: PostingCounts
    postings_faded_on: date | None


def read_history(connection: Connection, session_id: str, now: datetime) -> JournalHistory:
    """Read the history; jobs that were not seen for long are deleted first."""
    connection.execute("DELETE FROM jobs WHERE page_read_at < ?", (time_as_text(now - JOBS_KEPT_FOR),))
    session = connection.execute("SELECT checks, cap_told FROM sessions WHERE session_id = ?", (session_id,)).fetchone()
    postings, faded_on = _read_postings(connection)
    return JournalHistory(
        claims=tuple(read_claims(connection, session_id, now)),
        accepted=frozenset(read_accepted(connection)),
        externally_assigned=tuple(one for one in _read_externally_assigned(connection) if lies_ahead(one.job, now)),
        rejected_on_portal=frozenset(_read_numbers(connection, "SELECT job_number FROM rejections")),
        missed=frozenset(_read_numbers(connection, "SELECT job_number FROM missed WHERE session_id = ?", session_id)),
        maybe_unreported=frozenset(read_maybe_unreported(connection)),
        attempts=read_attempts(connection),
        jobs=tuple(_read_jobs(connection)),
        verdicts=_read_verdicts(connection, session_id),
        checks=session[0] if session else 0,
        cap_told=session[1] if session else None,
        postings=postings,
        postings_faded_on=faded_on,
    )


def _read_numbers(connection: Connection, query: str, *values: str) -> list[str]:
    return [number for (number,) in connection.execute(query, values)]


def _read_jobs(connection: Connection) -> Iterator[RememberedJob]:
    for digest, seen_at, page_read_at, job in connection.execute("SELECT digest, seen_at, page_read_at, job FROM jobs"):
        yield RememberedJob(
            job=job_from_text(job),
            digest=digest,
            seen_at=datetime.fromisoformat(seen_at),
            page_read_at=datetime.fromisoformat(page_read_at),
        )


def _read_verdicts(connection: Connection, session_id: str) -> dict[str, Verdict]:
    cursor = connection.execute("SELECT job_number, verdict FROM verdicts WHERE session_id = ?", (session_id,))
    return {number: Verdict(verdict) for number, verdict in cursor}


def _read_externally_assigned(connection: Connection) -> Iterator[ExternallyAssignedJob]:
    for given, seen_at, job in connection.execute("SELECT given, seen_at, job FROM given"):
        yield ExternallyAssignedJob(job=job_from_text(job), given=Given(given), seen_at=datetime.fromisoformat(seen_at))


def _read_postings(connection: Connection) -> tuple[PostingCounts, date | None]:
    found = connection.execute("SELECT hours, minutes, faded_on FROM postings").fetchone()
    if found is None:
        return PostingCounts(), None
    hours, minutes, faded_on = found
    postings = PostingCounts(hours=tuple(json.loads(hours)), minutes=tuple(json.loads(minutes)))
    return postings, date.fromisoformat(faded_on)
