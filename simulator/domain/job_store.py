"""Keeps the jobs, their matches to accounts and the accounts' boards consistent with each other."""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from simulator.domain.accounts import Account, AccountRegister
from simulator.domain.appointment_index import AppointmentIndex
from simulator.domain.jobs import Interval, Job, JobDraft, JobStatus, LoserSees, Match, MatchStatus, interval_of, us
from simulator.domain.rules import Answer, PortalRules

#: The first number that a job gets.
FIRST_NUMBER = 10_432


class JobStore:
    """All jobs by number. Whoever changes a job calls ``changed`` afterwards; the boards follow."""

    def __init__(self, accounts: AccountRegister, rules: Callable[[], PortalRules]) -> None:
        """``rules`` returns the rules that apply now."""
        self._accounts = accounts
        self._rules = rules
        self._jobs: dict[int, Job] = {}
        self._pending: dict[int, Job] = {}
        self._pending_index = AppointmentIndex()
        self._next_number = FIRST_NUMBER
        self._next_match = 90_001
        #: numbers in the order in which the jobs stopped being open; one number can stand there twice
        self._closed: deque[int] = deque()

    @property
    def jobs(self) -> Mapping[int, Job]:
        """Every job by number, the oldest first."""
        return MappingProxyType(self._jobs)

    @property
    def pending(self) -> Mapping[int, Job]:
        """The jobs that can still be accepted, by number."""
        return MappingProxyType(self._pending)

    def why_missing(self, number: int) -> Answer:
        """The answer about a number that is not in the store: forgotten, or never given."""
        return Answer.GONE if FIRST_NUMBER <= number < self._next_number else Answer.UNKNOWN

    def seen(self, number: int, account: Account) -> tuple[Job, Match] | Answer:
        """The job and the account's match to it, or ``GONE`` or ``UNKNOWN``."""
        job = self._jobs.get(number)
        if job is None:
            return self.why_missing(number)
        match = job.matches.get(account.email)
        if match is None or not match.seen or job.status is JobStatus.REMOVED:
            return Answer.GONE
        return job, match

    def is_free(self, interval: Interval) -> bool:
        """Whether no interpreter's appointment and no open job overlaps the interval."""
        return self._pending_index.is_free(interval) and all(
            account.board.assigned.is_free(interval) for account in self._accounts
        )

    def add(self, draft: JobDraft, who: str, now: datetime) -> Job:
        """Add a pending job and match it to the accounts that the draft names, or to all."""
        job = Job(number=self._next_number, draft=draft, interval=interval_of(draft), visible_at=now)
        self._next_number += 1
        self._jobs[job.number] = job
        self._set_pending(job, is_pending=True)
        job.note(now, who, "posted")
        for account in self._accounts:
            if draft.matched_to is None or account.email in draft.matched_to:
                self._match(job, account)
        self._forget_old()
        return job

    def match_to_open_jobs(self, account: Account) -> None:
        """Match a new account to every pending job that is open to all."""
        for job in self._pending.values():
            if job.draft.matched_to is None:
                self._match(job, account)

    def match_holder(self, job: Job, holder: str | None) -> None:
        """Match the job to its holder's account where it was never offered to it, so that the holder sees it."""
        account = self._accounts.find(holder.removeprefix("us:")) if holder is not None else None
        if account is not None and account.email not in job.matches:
            self._match(job, account)

    @staticmethod
    def give(job: Job, to: str) -> None:
        """Assign the job, and close it for everybody else. Call ``changed`` afterwards."""
        job.status, job.holder = JobStatus.ASSIGNED, to
        for email, match in job.matches.items():
            if us(email) == to:
                match.status, match.seen = MatchStatus.ASSIGNED, True
            elif match.status in (MatchStatus.MATCHED, MatchStatus.ASSIGNED, MatchStatus.QUOTED):
                match.status, match.seen = MatchStatus.CANCELLED, job.draft.loser_sees is LoserSees.CANCELLED

    def take_off_boards(self, job: Job) -> None:
        """Take the job off every board before its appointment changes. Call ``changed`` afterwards."""
        self._set_pending(job, is_pending=False)
        for email in job.matches:
            self._accounts[email].board.forget(job)

    def changed(self, job: Job, now: datetime) -> None:
        """Update the boards after the job or one of its matches changed."""
        for email, match in job.matches.items():
            account = self._accounts[email]
            account.board.update(job, match)
            self._archive_oldest(account, now)
        is_pending = job.status is JobStatus.PENDING
        self._set_pending(job, is_pending=is_pending)
        if not is_pending:
            self._closed.append(job.number)

    def _match(self, job: Job, account: Account) -> None:
        match = Match(self._next_match, MatchStatus.MATCHED)
        self._next_match += 1
        job.matches[account.email] = match
        account.board.update(job, match)

    def _set_pending(self, job: Job, *, is_pending: bool) -> None:
        if not is_pending:
            self._pending.pop(job.number, None)
            self._pending_index.drop(job.number)
            return
        self._pending[job.number] = job
        if job.interval is not None:
            self._pending_index.put(job.number, job.interval)

    def _archive_oldest(self, account: Account, now: datetime) -> None:
        limit = self._rules().diary_limit
        while limit is not None and len(account.board.assigned) > limit:
            assigned = (self._jobs[number] for number in account.board.assigned)
            job = next((one for one in assigned if not _is_given_ahead(one, now)), None)
            if job is None:
                return
            match = job.matches[account.email]
            match.archived = True
            account.board.update(job, match)

    def _forget_old(self) -> None:
        while len(self._jobs) > self._rules().keep_jobs and self._closed:
            job = self._jobs.get(self._closed.popleft())
            if job is None or job.status is JobStatus.PENDING:
                continue
            for email in job.matches:
                self._accounts[email].board.forget(job)
            del self._jobs[job.number]


def _is_given_ahead(job: Job, now: datetime) -> bool:
    """Whether the agency gave it and it is still to come: off the board it would look as if it was taken back."""
    return not job.accepts and job.interval is not None and job.interval.start > now
