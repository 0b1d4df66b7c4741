"""The actions of the agency and its clients: post, assign, cancel, change, match, remove."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from simulator.domain.accounts import Account
from simulator.domain.job_store import JobStore
from simulator.domain.jobs import AGENCY, Job, JobDraft, JobStatus, MatchStatus, interval_of, us


class AgencyActions:
    """Changes jobs as the agency decides; nothing is refused."""

    def __init__(self, store: JobStore) -> None:
        self._store = store

    def post(self, draft: JobDraft, now: datetime) -> Job:
        """A new job, on the boards of those it is matched to from ``now`` on."""
        return self._store.add(draft, AGENCY, now)

    def assign(self, job: Job, to: str, now: datetime) -> None:
        """Give the job to somebody, whoever has it, and settle it."""
        self._store.match_holder(job, to)
        job.first_accepted_at = job.first_accepted_at or now
        job.settles_at = now
        self._store.give(job, to)
        job.note(now, AGENCY, f"assigned to {to}")
        self._store.changed(job, now)

    def cancel(self, job: Job, now: datetime) -> None:
        """The client does not need it any more: everyone who saw it sees it cancelled."""
        job.status, job.holder = JobStatus.CANCELLED, None
        for match in job.matches.values():
            match.status = MatchStatus.CANCELLED
        job.note(now, AGENCY, "cancelled")
        self._store.changed(job, now)

    def change(self, job: Job, now: datetime, **changes: Any) -> None:
        """The client changes fields of the draft: the job is taken from whoever has it, and offered again.

        It keeps its number. ``changes``: ``appointment_date``, ``appointment_time``, ``duration_minutes``.
        """
        self._store.take_off_boards(job)
        job.draft = replace(job.draft, **changes)
        job.interval = interval_of(job.draft)
        job.note(now, AGENCY, "changed")
        self._offer_again(job, now)

    def match_again(self, job: Job, now: datetime) -> None:
        """Interpreters are matched again: also one who rejected the job, or was not matched any more."""
        job.note(now, AGENCY, "matched again")
        self._offer_again(job, now)

    def remove_match(self, job: Job, account: Account, now: datetime) -> None:
        """The job is not matched to this interpreter any more: it stays on the board as ``pending``."""
        match = job.matches[account.email]
        match.status, match.seen = MatchStatus.PENDING, True
        job.note(now, AGENCY, f"not matched to {us(account.email)} any more")
        self._store.changed(job, now)

    def remove(self, job: Job, now: datetime) -> None:
        """Take the job off every page."""
        job.status, job.holder = JobStatus.REMOVED, None
        job.note(now, AGENCY, "removed")
        self._store.changed(job, now)

    def _offer_again(self, job: Job, now: datetime) -> None:
        job.status, job.holder, job.first_accepted_at, job.settles_at = JobStatus.PENDING, None, None, None
        for match in job.matches.values():
            match.status, match.seen, match.archived = MatchStatus.MATCHED, True, False
        self._store.changed(job, now)
