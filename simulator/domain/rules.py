"""Settings of the portal's behaviour and the answers that an interpreter gets."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


@dataclass(frozen=True, kw_only=True, slots=True)
class PortalRules:
    """Settings of the portal's behaviour."""

    #: time after the first accept within which a later accept still overwrites it
    settle: timedelta = timedelta(milliseconds=400)
    #: time after ``settle`` within which an accept is answered "You cannot accept this job"; a later one gets a 403
    same_moment: timedelta = timedelta(milliseconds=50)
    #: a session ends after this time without a request
    session_idle: timedelta = timedelta(hours=2)
    #: wrong sign-ins from one address and e-mail before both are locked together, and for how long
    lockout_tries: int = 5
    lockout: timedelta = timedelta(seconds=60)
    #: the most assigned jobs on one board; the oldest leave it and hide nothing any more. None for no limit
    diary_limit: int | None = None
    #: the number of jobs that are kept; the oldest that can no longer be accepted are forgotten first
    keep_jobs: int = 20_000


class Answer(StrEnum):
    """The answer to an interpreter's action, in the portal's words."""

    ACCEPTED = "Job accepted"
    REFUSED = "You cannot accept this job"
    REJECTED = "Job rejected"
    UNASSIGNED = "Agent unassigned"
    QUOTED = "Quote sent"
    COMPLETED = "Job completed"
    #: status 403: another interpreter has it
    GONE = "This assignment is no longer available!"
    #: status 403: withdrawn by the client, or not matched to the interpreter any more
    WITHDRAWN = "This action is unauthorized."
    #: status 404: there never was such a job
    UNKNOWN = "Sorry, the page you are looking for could not be found."
