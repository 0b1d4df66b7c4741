"""The journal: what the bots of one account did, on disk.

One file an account (``data/bot/{account_id}/journal.sqlite``), written by one process at a time
(``bot.account.account_folder``).

- ``claims``: every claim. An intent is on the disk, through ``fsync``, before its accept goes out; so after a crash or
  a power cut there is no accept that the journal does not know of.
- ``jobs``: the jobs that were read, with their pages, so that a restart does not fetch and tell them all again.
- ``verdicts``, ``missed`` and ``sessions``: what a session's totals are counted from, over crashes.
- ``given``: jobs that are ours without an accept of a bot, so that each is told once.
- ``postings``: when jobs appeared on the board, from which the rhythm of looks is learned.
- ``rejections``: jobs of excluded kinds that were rejected on the portal; on the disk before the request goes out, so
  that it goes out once.
"""

import asyncio
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection, Row

from pydantic import TypeAdapter

from bot.domain.claim import is_open, is_ours
from bot.domain.job import Job, lies_ahead
from bot.domain.pacing.rhythm import PostingCounts
from bot.domain.rules.decision import Decision
from bot.state.claim_record import ClaimRecord
from bot.storage.sqlite_writer import SqliteWriter, StorageError
from common.states import ClaimState, Verdict
from contract.jobs import Given, LossReason

#: What nobody waits for is written together with the next intent, or after so long.
_LAZY = timedelta(seconds=0.5)
#: Jobs are forgotten so long after they were last seen; claims never are.
JOBS_KEPT_FOR = timedelta(days=30)

_SCHEMA = (
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

#: What claims of earlier versions lack.
_ADDED = (("claims", "expires_at TEXT"), ("claims", "approved_at TEXT"), ("claims", "row_digest TEXT"))

#: No intent is written with less than this left on the disk. What proves a claim afterwards (its outcome, the reports,
#: the evidence, the log) needs some hundred kilobytes; it must not be the intent that takes the last of them.
ROOM_TO_PROVE = 10_000_000

_JOB: TypeAdapter[Job] = TypeAdapter(Job)
_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)


@dataclass(frozen=True, kw_only=True, slots=True)
class RememberedJob:
    """A job with its page, as it was last read."""

    job: Job
    #: of the board's row that it was read for
    digest: str
    seen_at: datetime
    page_read_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenJob:
    """A job that is ours, or was, without an accept of a bot."""

    job: Job
    given: Given
    #: first read, from the board or from the list of our jobs
    seen_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Remembered:
    """What a starting bot finds in the journal."""

    #: the newest claim of each job, where it is this session's; and whoever made it, where it is open, where its job is
    #: ours and lies ahead, and where its offer was declined or not answered
    claims: tuple[ClaimRecord, ...]
    #: every job that a bot of this account accepted and that was not taken back, as far as is known
    accepted: frozenset[str]
    #: those that lie ahead
    given: tuple[GivenJob, ...]
    #: jobs that were rejected on the portal
    rejected_on_portal: frozenset[str]
    #: of this session: matching jobs that were gone before there was a claim
    missed: frozenset[str]
    #: the jobs whose claims changed in the journal's last minute: their reports may not have been written any more
    untold: frozenset[str]
    #: how many claims each job has had, by job number
    attempts: dict[str, int]
    jobs: tuple[RememberedJob, ...]
    #: of this session, by job number
    verdicts: dict[str, Verdict]
    #: passes over the board in this session
    checks: int
    #: the cap at which this session said that it is reached; None where it did not
    cap_told: int | None
    #: when the portal was seen to post, and the day on which it was last made to count less
    postings: PostingCounts
    postings_faded_on: date | None


class Journal:
    """The open journal. Writing never blocks the event loop; what must be on disk is awaited."""

    def __init__(self, path: Path) -> None:
        self._database = SqliteWriter(path, schema=_SCHEMA, name="journal", added=_ADDED)

    def open(self) -> None:
        """Opens the file, or makes it. Raises StorageError."""
        self._database.open()

    async def close(self) -> None:
        """Writes what is left and closes the file."""
        await asyncio.to_thread(self._database.close)

    async def intend(self, claim: ClaimRecord) -> None:
        """Return when the intent is on the disk for good; raises StorageError where it cannot be, or fills the disk."""
        self._require_room()
        await asyncio.wrap_future(
            self._database.submit(lambda connection: _write_claim(connection, claim), durable=True)
        )

    def _require_room(self) -> None:
        folder = self._database.path.parent
        try:
            found = os.statvfs(folder)
        except OSError as error:
            raise StorageError(f"{folder}: {error.strerror}") from error
        left = found.f_bavail * found.f_frsize
        if left < ROOM_TO_PROVE:
            raise StorageError(f"only {left / 1_000_000:.1f} MB are left on the disk with {folder}")

    def record(self, claim: ClaimRecord) -> None:
        """Write a claim's new state.

        It survives the end of this process. After a power cut, or with a full disk, it may be the state before: what
        follows an intent is read from the portal again.
        """
        self._database.submit(lambda connection: _write_claim(connection, claim))

    def remember_job(self, remembered: RememberedJob) -> None:
        """Keep a job and its page."""
        values = (
            remembered.job.job_number,
            remembered.digest,
            _text(remembered.seen_at),
            _text(remembered.page_read_at),
            _JOB.dump_json(remembered.job).decode(),
        )
        self._later("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?, ?)", values)

    def remember_verdict(self, session_id: str, job_number: str, verdict: Verdict) -> None:
        """Keep how a job was weighed in a session."""
        self._later("INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?)", (session_id, job_number, verdict.value))

    def remember_checks(self, session_id: str, checks: int) -> None:
        """Keep how often a session looked at the board."""
        self._later(
            "INSERT INTO sessions (session_id, checks) VALUES (?, ?)"
            " ON CONFLICT (session_id) DO UPDATE SET checks = excluded.checks",
            (session_id, checks),
        )

    def remember_cap_told(self, session_id: str, cap: int) -> None:
        """Keep that the owner was told that this cap is reached."""
        self._later(
            "INSERT INTO sessions (session_id, cap_told) VALUES (?, ?)"
            " ON CONFLICT (session_id) DO UPDATE SET cap_told = excluded.cap_told",
            (session_id, cap),
        )

    def remember_missed(self, session_id: str, job_number: str) -> None:
        """Keep that a matching job was gone before there was a claim."""
        self._later("INSERT OR REPLACE INTO missed VALUES (?, ?)", (session_id, job_number))

    def forget_missed(self, session_id: str, job_number: str) -> None:
        """It came back, or it is ours after all."""
        self._later("DELETE FROM missed WHERE session_id = ? AND job_number = ?", (session_id, job_number))

    def remember_given(self, given: GivenJob, at: datetime) -> None:
        """Keep a job that is ours, or was, without an accept of a bot."""
        job = _JOB.dump_json(given.job).decode()
        values = (given.job.job_number, given.given.value, _text(given.seen_at), _text(at), job)
        self._later("INSERT OR REPLACE INTO given VALUES (?, ?, ?, ?, ?)", values)

    def forget_given(self, job_number: str) -> None:
        """A bot claims it now."""
        self._later("DELETE FROM given WHERE job_number = ?", (job_number,))

    async def intend_rejection(self, job_number: str, at: datetime) -> None:
        """Return when it is on the disk for good that this job is rejected on the portal; raises StorageError."""
        self._require_room()
        values = (job_number, _text(at))
        await asyncio.wrap_future(
            self._database.submit(
                lambda connection: (
                    connection.execute("INSERT OR REPLACE INTO rejections VALUES (?, ?)", values).rowcount
                ),
                durable=True,
            )
        )

    def forget_rejection(self, job_number: str) -> None:
        """The portal certainly did not take it."""
        self._later("DELETE FROM rejections WHERE job_number = ?", (job_number,))

    def remember_postings(self, postings: PostingCounts, faded_on: date) -> None:
        """Keep when the portal was seen to post."""
        values = (json.dumps(postings.hours), json.dumps(postings.minutes), faded_on.isoformat())
        self._later("INSERT OR REPLACE INTO postings VALUES (1, ?, ?, ?)", values)

    async def read(self, session_id: str, now: datetime) -> Remembered:
        """What is known of the account, and of this session; forgets jobs that were not seen for long."""

        def read(connection: Connection) -> Remembered:
            connection.execute("DELETE FROM jobs WHERE page_read_at < ?", (_text(now - JOBS_KEPT_FOR),))
            session = connection.execute(
                "SELECT checks, cap_told FROM sessions WHERE session_id = ?", (session_id,)
            ).fetchone()
            postings, faded_on = _read_postings(connection)
            return Remembered(
                claims=tuple(_read_claims(connection, session_id, now)),
                accepted=frozenset(_accepted(connection)),
                given=tuple(one for one in _read_given(connection) if lies_ahead(one.job, now)),
                rejected_on_portal=frozenset(
                    number for (number,) in connection.execute("SELECT job_number FROM rejections")
                ),
                missed=frozenset(
                    number
                    for (number,) in connection.execute(
                        "SELECT job_number FROM missed WHERE session_id = ?", (session_id,)
                    )
                ),
                untold=frozenset(_changed_last(connection)),
                attempts=dict(connection.execute("SELECT job_number, max(attempt) FROM claims GROUP BY job_number")),
                jobs=tuple(
                    RememberedJob(
                        job=_JOB.validate_json(job),
                        digest=digest,
                        seen_at=datetime.fromisoformat(seen_at),
                        page_read_at=datetime.fromisoformat(page_read_at),
                    )
                    for digest, seen_at, page_read_at, job in connection.execute(
                        "SELECT digest, seen_at, page_read_at, job FROM jobs"
                    )
                ),
                verdicts={
                    number: Verdict(verdict)
                    for number, verdict in connection.execute(
                        "SELECT job_number, verdict FROM verdicts WHERE session_id = ?", (session_id,)
                    )
                },
                checks=session[0] if session else 0,
                cap_told=session[1] if session else None,
                postings=postings,
                postings_faded_on=faded_on,
            )

        return await asyncio.wrap_future(self._database.submit(read))

    def _later(self, statement: str, values: tuple[object, ...]) -> None:
        self._database.submit(lambda connection: connection.execute(statement, values).rowcount, patience=_LAZY)


def _write_claim(connection: Connection, claim: ClaimRecord) -> None:
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
            _text(claim.seen_at),
            _text(claim.decided_at),
            _text(claim.intended_at),
            _text(claim.submitted_at),
            _text(claim.confirmed_at),
            _text(datetime.now(UTC)),
            _JOB.dump_json(claim.job).decode(),
            _DECISION.dump_json(claim.decision).decode(),
            _text(claim.expires_at),
            _text(claim.approved_at),
            claim.row_digest,
        ),
    )


def _read_claims(connection: Connection, session_id: str, now: datetime) -> Iterable[ClaimRecord]:
    kept = [state.value for state in ClaimState if is_open(state)]
    answered = [ClaimState.DECLINED.value, ClaimState.EXPIRED.value]
    cursor = connection.execute(
        # every column of the newest claim of each job
        "SELECT *, max(attempt) FROM claims GROUP BY job_number"  # noqa: S608  # only question marks are put in
        f" HAVING session_id = ? OR state = ? OR state IN ({', '.join('?' * len(kept))})"
        f" OR (state IN ({', '.join('?' * len(answered))}) AND updated_at >= ?)",
        (session_id, ClaimState.HELD.value, *kept, *answered, _text(now - JOBS_KEPT_FOR)),
    )
    cursor.row_factory = Row
    for row in cursor:
        claim = _claim(row)
        if claim.state is not ClaimState.HELD or claim.session_id == session_id or lies_ahead(claim.job, now):
            yield claim


def _claim(row: Row) -> ClaimRecord:
    return ClaimRecord(
        job=_JOB.validate_json(row["job"]),
        decision=_DECISION.validate_json(row["decision"]),
        attempt=row["attempt"],
        session_id=row["session_id"],
        state=ClaimState(row["state"]),
        loss_reason=LossReason(row["loss_reason"]) if row["loss_reason"] else None,
        loss_detail=row["loss_detail"],
        seen_at=datetime.fromisoformat(row["seen_at"]),
        decided_at=datetime.fromisoformat(row["decided_at"]),
        intended_at=_moment(row["intended_at"]),
        submitted_at=_moment(row["submitted_at"]),
        confirmed_at=_moment(row["confirmed_at"]),
        expires_at=_moment(row["expires_at"]),
        approved_at=_moment(row["approved_at"]),
        row_digest=row["row_digest"],
    )


def _accepted(connection: Connection) -> Iterable[str]:
    states = [state.value for state in ClaimState if is_ours(state)]
    cursor = connection.execute("SELECT job_number, state, max(attempt) FROM claims GROUP BY job_number")
    return [number for number, state, _ in cursor if state in states]


def _read_given(connection: Connection) -> Iterable[GivenJob]:
    for given, seen_at, job in connection.execute("SELECT given, seen_at, job FROM given"):
        yield GivenJob(job=_JOB.validate_json(job), given=Given(given), seen_at=datetime.fromisoformat(seen_at))


def _read_postings(connection: Connection) -> tuple[PostingCounts, date | None]:
    found = connection.execute("SELECT hours, minutes, faded_on FROM postings").fetchone()
    if found is None:
        return PostingCounts(), None
    hours, minutes, faded_on = found
    postings = PostingCounts(hours=tuple(json.loads(hours)), minutes=tuple(json.loads(minutes)))
    return postings, date.fromisoformat(faded_on)


def _changed_last(connection: Connection) -> Iterable[str]:
    newest = _moment(connection.execute("SELECT max(updated_at) FROM claims").fetchone()[0])
    if newest is not None:
        since = _text(newest - timedelta(minutes=1))
        for (number,) in connection.execute("SELECT job_number FROM claims WHERE updated_at >= ?", (since,)):
            yield number


def _text(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
