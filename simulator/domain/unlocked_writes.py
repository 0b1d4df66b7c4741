"""Writes a job's holder and status without a lock and without a refusal, as a tracker does."""

from collections.abc import Callable
from datetime import datetime

from simulator.domain.job_store import JobStore
from simulator.domain.jobs import Job, JobStatus, LoserSees, MatchStatus, us
from simulator.domain.rules import PortalRules


class UnlockedWrites:
    """Overwrites jobs; the last writer wins."""

    def __init__(self, store: JobStore, rules: Callable[[], PortalRules]) -> None:
        """``rules`` returns the rules that apply now."""
        self._store = store
        self._rules = rules

    def overwrite(self, job: Job, who: str, now: datetime, *, holder: str | None, status: JobStatus) -> None:
        """Write holder and status as somebody sends them, whoever has the job. Who loses it is told nothing.

        The history says ``taken_from`` where somebody else held it, then ``accepted`` where ``who`` has it now.
        """
        former, was = job.holder, job.status
        if (former, was) == (holder, status):
            return
        self._store.match_holder(job, holder)
        job.holder, job.status = holder, status
        if status is JobStatus.PENDING:
            job.first_accepted_at, job.settles_at = None, None
        elif job.first_accepted_at is None:
            job.first_accepted_at, job.settles_at = now, now + self._rules().settle
        for email, match in job.matches.items():
            match.status = _own_view(us(email) == holder, status)
            match.seen = (
                holder is None or us(email) == holder or job.draft.loser_sees is LoserSees.CANCELLED or match.seen
            )
        if former not in (None, who, holder):
            job.note(now, who, "taken_from", former)
        job.note(now, who, _written(who, former, holder, status))
        self._store.changed(job, now)


def _own_view(is_holder: bool, status: JobStatus) -> MatchStatus:
    """How an interpreter sees a job that was written with that status."""
    if status is JobStatus.PENDING:
        return MatchStatus.MATCHED
    if not is_holder:
        return MatchStatus.CANCELLED
    return MatchStatus.COMPLETED if status is JobStatus.COMPLETED else MatchStatus.ASSIGNED


def _written(who: str, former: str | None, holder: str | None, status: JobStatus) -> str:
    """What the history calls it."""
    if status in (JobStatus.COMPLETED, JobStatus.CANCELLED):
        return "closed"
    if holder is None:
        return "unassigned" if former is not None else "written"
    if holder == who and status is JobStatus.ASSIGNED:
        return "accepted"
    return f"assigned to {holder}"
