"""The jobs as tickets of a tracker: everybody can write every field, and the last write wins."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from simulator.domain.accounts import Account
from simulator.domain.jobs import AcceptTry, Job, JobStatus, us
from simulator.domain.portal import Portal

#: What everybody is told who sends the edit form.
SAVED = "Your changes have been saved."
#: What stands among the accepts where somebody only followed the link "Take".
TAKEN_BY_LINK = "Owner changed."


class TicketState(StrEnum):
    """The word in the State column."""

    NEW = "new"
    #: a quote comes first
    QUOTING = "quoting"
    #: somebody is the owner and has not said yes yet
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    CLOSED = "closed"


#: What a job is whose ticket is written with a state; a closed one depends on whether somebody has it.
_MEANS = {
    TicketState.NEW: JobStatus.PENDING,
    TicketState.QUOTING: JobStatus.PENDING,
    TicketState.ASSIGNED: JobStatus.ASSIGNED,
    TicketState.ACCEPTED: JobStatus.ASSIGNED,
}

#: The other way round, where nobody has written a state.
_READS = {
    JobStatus.PENDING: TicketState.NEW,
    JobStatus.ASSIGNED: TicketState.ACCEPTED,
    JobStatus.QUOTED: TicketState.QUOTING,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """Everything that the edit form holds."""

    #: ``us:<e-mail>``, ``rival:<n>`` or nobody
    owner: str | None
    state: TicketState
    summary: str
    kind: str
    component: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that came with a change."""

    at: datetime
    #: full name
    who: str
    text: str


@dataclass(slots=True)
class _Ticket:
    """The fields of a ticket that the job itself does not have."""

    summary: str
    kind: str
    component: str
    urgent: bool
    #: the state as somebody wrote it, and the job's version since: what happens to the job later counts for more
    state: TicketState | None = None
    stated_at_version: int = -1
    comments: list[Comment] = field(default_factory=list)


class Tracker:
    """The tickets of a portal's jobs."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._tickets: dict[int, _Ticket] = {}

    def read(self, job: Job) -> Written:
        """The ticket as it is now."""
        ticket = self._ticket(job)
        return Written(
            owner=job.holder,
            state=self._state(job, ticket),
            summary=ticket.summary,
            kind=ticket.kind,
            component=ticket.component,
            urgent=ticket.urgent,
        )

    def comments(self, job: Job) -> list[Comment]:
        """The ticket's comments, the oldest first."""
        return self._ticket(job).comments

    def write(self, job: Job, account: Account, now: datetime, wanted: Written, comment: str = "") -> bool:
        """Save the edit form as it was sent; returns whether the account got the job by it."""
        before = self.read(job)
        ticket = self._ticket(job)
        who = us(account.email)
        for name in ("summary", "kind", "component", "urgent"):
            if getattr(wanted, name) != getattr(before, name):
                setattr(ticket, name, getattr(wanted, name))
                job.note(now, who, f"changed {name}")
        if comment:
            ticket.comments.append(Comment(now, account.name, comment))
        return self._hand_over(job, who, now, before=before, wanted=wanted, told=SAVED)

    def take(self, job: Job, account: Account, now: datetime) -> bool:
        """Make the account the owner, whoever was it before, as following the link "Take" does.

        Returns whether the account got the job by it.
        """
        before = self.read(job)
        who = us(account.email)
        if before.owner == who:
            return False
        wanted = replace(before, owner=who, state=TicketState.ASSIGNED)
        return self._hand_over(job, who, now, before=before, wanted=wanted, told=TAKEN_BY_LINK)

    def _hand_over(self, job: Job, who: str, now: datetime, *, before: Written, wanted: Written, told: str) -> bool:
        is_accept = wanted.owner == who and _MEANS.get(wanted.state) is JobStatus.ASSIGNED
        if (before.owner, before.state) != (wanted.owner, wanted.state):
            self._portal.unlocked.overwrite(job, who, now, holder=wanted.owner, status=_status(wanted))
        ticket = self._ticket(job)
        ticket.state, ticket.stated_at_version = wanted.state, job.version
        took = is_accept and not (before.owner == who and _MEANS.get(before.state) is JobStatus.ASSIGNED)
        if is_accept:
            job.accepts.append(AcceptTry(now, who, told, took))
        return took

    def _state(self, job: Job, ticket: _Ticket) -> TicketState:
        if ticket.state is not None and ticket.stated_at_version == job.version:
            return ticket.state
        if job.status is JobStatus.PENDING and job.draft.quote_only:
            return TicketState.QUOTING
        return _READS.get(job.status, TicketState.CLOSED)

    def _ticket(self, job: Job) -> _Ticket:
        found = self._tickets.get(job.number)
        if found is None:
            draft = job.draft
            found = self._tickets[job.number] = _Ticket(
                summary=f"Interpreter for {draft.company_name}",
                kind=draft.kind,
                component=draft.language.name,
                urgent=job.number % 3 == 0,
            )
            self._forget_what_the_portal_forgot()
        return found

    def _forget_what_the_portal_forgot(self) -> None:
        jobs = self._portal.store.jobs
        if len(self._tickets) > 2 * len(jobs):
            self._tickets = {number: one for number, one in self._tickets.items() if number in jobs}


def _status(wanted: Written) -> JobStatus:
    if wanted.state is TicketState.CLOSED:
        return JobStatus.CANCELLED if wanted.owner is None else JobStatus.COMPLETED
    return _MEANS[wanted.state]
