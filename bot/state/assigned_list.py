"""The list of our jobs as the portal showed it at one moment."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.job import Job

#: The time that a portal may need until its list of our jobs shows what was settled on a job's own page. A longer value
#: is the safer one for every use: a confirmed claim keeps its hour as busy for longer, and a job that is missing, or
#: unexpectedly there, is doubted later. Portals were seen to need a few seconds.
_LIST_DELAY = timedelta(seconds=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class AssignedList:
    """The jobs that the portal showed as ours, with this week's completed ones if it lists them separately."""

    jobs: tuple[Job, ...]
    #: when the list was asked for: a job that was confirmed later may be missing
    asked_at: datetime
    #: monotonic seconds; after that the list is too old to accept anything by it
    good_until: float = float("inf")
    job_numbers: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "job_numbers", frozenset(job.job_number for job in self.jobs))

    def reflects(self, settled_at: datetime) -> bool:
        """Whether the list is new enough to show what was settled on the portal at this moment."""
        return settled_at + _LIST_DELAY < self.asked_at
