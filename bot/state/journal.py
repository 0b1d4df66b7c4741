"""The journal: what the bots of one account did, in a SQLite file.

There is one file an account (``data/bot/{account_id}/journal.sqlite``), written by one process at a time
(``bot.account.account_folder``). Its tables (``bot.state.journal_schema``):

- ``claims``: every claim. An intent is on the disk, through ``fsync``, before its accept goes out; so there is no
  accept that the journal does not know of after a crash or a power cut.
- ``jobs``: the jobs that were read, with their pages, so that a restart does not fetch and report them all again.
- ``verdicts``, ``missed`` and ``sessions``: what a session's totals are counted from, over crashes.
- ``given``: jobs that are ours without an accept of a bot, so that each is reported once.
- ``postings``: when jobs appeared on the board, from which the rhythm of polls is learned.
- ``rejections``: jobs of excluded kinds that were rejected on the portal; on the disk before the request goes out, so
  that it goes out once.
"""

import asyncio
import json
import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.domain.pacing.rhythm import PostingCounts
from bot.state.claim_record import ClaimRecord
from bot.state.journal_claims import write_claim
from bot.state.journal_history import ExternallyAssignedJob, JournalHistory, RememberedJob, read_history
from bot.state.journal_schema import ADDED_COLUMNS, SCHEMA, job_as_text, time_as_text
from bot.storage.sqlite_writer import SqliteWriter, StorageError
from common.states import Verdict

#: What is not urgent is written together with the next intent, or after this time.
_WRITE_WITHIN = timedelta(seconds=0.5)

#: No intent is written with fewer bytes than these left on the disk. What proves a claim afterwards (its outcome, the
#: reports, the evidence, the log) needs some hundred kilobytes; an intent must not take the last of them.
ROOM_TO_PROVE = 10_000_000


class Journal:
    """The open journal. Writing never blocks the event loop; what must be on the disk is awaited."""

    def __init__(self, path: Path, *, writer: Callable[..., SqliteWriter] = SqliteWriter) -> None:
        """``writer``: makes the database's writer, called as the class is."""
        self._database = writer(path, schema=SCHEMA, name="journal", added=ADDED_COLUMNS)

    def open(self) -> None:
        """Open the file, or create it. Raises StorageError."""
        self._database.open()

    async def close(self) -> None:
        """Write what is left and close the file."""
        await asyncio.to_thread(self._database.close)

    async def read(self, session_id: str, now: datetime) -> JournalHistory:
        """Read what is known of the account and of this session. Raises StorageError."""
        return await asyncio.wrap_future(
            self._database.submit(lambda connection: read_history(connection, session_id, now))
        )

    # --- claims -------------------------------------------------------------------------------------------------------

    async def intend(self, claim: ClaimRecord) -> None:
        """Return when the intent is on the disk for good; raises StorageError if it cannot be written."""
        self._require_room()
        await asyncio.wrap_future(
            self._database.submit(lambda connection: write_claim(connection, claim), durable=True)
        )

    def record(self, claim: ClaimRecord) -> None:
        """Write a claim's new state.

        It survives the end of this process. After a power cut, or with a full disk, the journal may have the state
        before: what follows an intent is read from the portal again.
        """
        self._database.submit(lambda connection: write_claim(connection, claim))

    def _require_room(self) -> None:
        folder = self._database.path.parent
        try:
            found = os.statvfs(folder)
        except OSError as error:
            raise StorageError(f"{folder}: {error.strerror}") from error
        left = found.f_bavail * found.f_frsize
        if left < ROOM_TO_PROVE:
            raise StorageError(f"only {left / 1_000_000:.1f} MB are left on the disk with {folder}")

    # --- jobs ---------------------------------------------------------------------------------------------------------

    def remember_job(self, remembered: RememberedJob) -> None:
        """Keep a job and its page."""
        values = (
            remembered.job.job_number,
            remembered.digest,
            time_as_text(remembered.seen_at),
            time_as_text(remembered.page_read_at),
            job_as_text(remembered.job),
        )
        self._write_soon("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?, ?)", values)

    def remember_verdict(self, session_id: str, job_number: str, verdict: Verdict) -> None:
        """Keep the rules' answer to a job in a session."""
        self._write_soon("INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?)", (session_id, job_number, verdict.value))

    def remember_missed(self, session_id: str, job_number: str) -> None:
        """Keep that a matching job was gone before there was a claim."""
        self._write_soon("INSERT OR REPLACE INTO missed VALUES (?, ?)", (session_id, job_number))

    def forget_missed(self, session_id: str, job_number: str) -> None:
        """Delete that a job was missed: it came back, or it is ours after all."""
        self._write_soon("DELETE FROM missed WHERE session_id = ? AND job_number = ?", (session_id, job_number))

    def remember_externally_assigned(self, assigned: ExternallyAssignedJob, at: datetime) -> None:
        """Keep a job that is ours, or was, without an accept of a bot."""
        number, text = assigned.job.job_number, job_as_text(assigned.job)
        values = (number, assigned.given.value, time_as_text(assigned.seen_at), time_as_text(at), text)
        self._write_soon("INSERT OR REPLACE INTO given VALUES (?, ?, ?, ?, ?)", values)

    def forget_externally_assigned(self, job_number: str) -> None:
        """Delete that a job is ours without an accept of a bot: a bot claims it now."""
        self._write_soon("DELETE FROM given WHERE job_number = ?", (job_number,))

    async def intend_rejection(self, job_number: str, at: datetime) -> None:
        """Return when it is on the disk for good that this job is rejected on the portal; raises StorageError."""
        self._require_room()
        statement, values = "INSERT OR REPLACE INTO rejections VALUES (?, ?)", (job_number, time_as_text(at))
        await asyncio.wrap_future(
            self._database.submit(lambda connection: connection.execute(statement, values).rowcount, durable=True)
        )

    def forget_rejection(self, job_number: str) -> None:
        """Delete a rejection that the portal certainly did not take."""
        self._write_soon("DELETE FROM rejections WHERE job_number = ?", (job_number,))

    # --- the session and the portal's habits --------------------------------------------------------------------------

    def remember_checks(self, session_id: str, checks: int) -> None:
        """Keep how many poll cycles a session had."""
        self._write_soon(
            "INSERT INTO sessions (session_id, checks) VALUES (?, ?)"
            " ON CONFLICT (session_id) DO UPDATE SET checks = excluded.checks",
            (session_id, checks),
        )

    def remember_cap_told(self, session_id: str, cap: int) -> None:
        """Keep that the owner was told that this cap is reached."""
        self._write_soon(
            "INSERT INTO sessions (session_id, cap_told) VALUES (?, ?)"
            " ON CONFLICT (session_id) DO UPDATE SET cap_told = excluded.cap_told",
            (session_id, cap),
        )

    def remember_postings(self, postings: PostingCounts, faded_on: date) -> None:
        """Keep when the portal was seen to post."""
        values = (json.dumps(postings.hours), json.dumps(postings.minutes), faded_on.isoformat())
        self._write_soon("INSERT OR REPLACE INTO postings VALUES (1, ?, ?, ?)", values)

    def _write_soon(self, statement: str, values: tuple[object, ...]) -> None:
        self._database.submit(lambda connection: connection.execute(statement, values).rowcount, patience=_WRITE_WITHIN)
