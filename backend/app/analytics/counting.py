"""What a job counts for, and in which hour. Pure.

A job counts as seen in the hour in which it was first seen, and for its outcome in the hour in which that was settled,
and only for the outcome that it has now. So the table is always the sum over all jobs, whatever way they took: what a
job counted for before a report is taken away, what it counts for after it is added.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from app.jobs.service import JobChange, KnownJob
from contract.jobs import JobStatus

What = Literal["checks", "jobs_seen", "jobs_accepted", "jobs_rejected", "jobs_lost"]

_OUTCOMES: dict[JobStatus, What] = {
    JobStatus.ACCEPTED: "jobs_accepted",
    JobStatus.REJECTED: "jobs_rejected",
    JobStatus.LOST: "jobs_lost",
}


class Counted(NamedTuple):
    """One thing that is counted."""

    account_id: str
    #: the full hour, UTC
    hour: datetime
    what: What
    #: of a new job; empty for every other thing and where the portal shows none
    language: str = ""


def full_hour(moment: datetime) -> datetime:
    """The hour that a moment lies in, UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def counts_of(account_id: str, job: KnownJob) -> Counter[Counted]:
    """What a job counts for as it stands."""
    counts = Counter([Counted(account_id, full_hour(job.first_seen_at), "jobs_seen", job.language or "")])
    outcome = _OUTCOMES.get(job.status)
    if outcome:
        settled_at = job.times.confirmed_at or job.times.decided_at or job.times.seen_at
        counts[Counted(account_id, full_hour(settled_at), outcome)] += 1
    return counts


def difference(changes: Iterable[JobChange]) -> Counter[Counted]:
    """What the changes add to the counts; negative where something no longer counts."""
    sums: Counter[Counted] = Counter()
    for change in changes:
        sums.update(counts_of(change.account_id, change.after))
        if change.before is not None:
            sums.subtract(counts_of(change.account_id, change.before))
    return Counter({counted: number for counted, number in sums.items() if number})
