"""Jobs and accounts as JSON for the script."""

from datetime import datetime
from typing import Any

from simulator.domain.accounts import Account
from simulator.domain.jobs import LONDON, Job, Match, MatchStatus

#: The word for what an account sees of a job.
STATES = {
    MatchStatus.MATCHED: "open",
    MatchStatus.ASSIGNED: "yours",
    MatchStatus.REJECTED: "declined",
    MatchStatus.QUOTED: "quoted",
    MatchStatus.CANCELLED: "closed",
    MatchStatus.COMPLETED: "done",
}


def row(job: Job, match: Match) -> dict[str, Any]:
    """A job's fields on the board."""
    draft = job.draft
    can_be_had = match.status is MatchStatus.MATCHED and not draft.quote_only
    return {
        "reference": f"IL-{job.number}",
        "url": f"/assignments/{job.number}",
        "state": STATES[match.status],
        "starts_at": _starts_at(job),
        "duration_minutes": draft.duration_minutes,
        "language": draft.language.name,
        "type": draft.kind,
        "postcode": draft.address[-1] if draft.address else None,
        "posted_on": draft.submitted_on.isoformat(),
        "accept": {"method": "POST", "url": f"/api/assignments/{job.number}/accept"} if can_be_had else None,
    }


def whole(job: Job, match: Match) -> dict[str, Any]:
    """All fields of a job."""
    draft = job.draft
    details = {
        "company": draft.company_name,
        "client": draft.client_name,
        "client_reference": draft.client_reference,
        "qualification": draft.qualification,
        "security_check": draft.security_check,
        "gender": draft.gender,
        "instructions": draft.special_instructions,
        "address": list(draft.address),
    }
    return row(job, match) | {"details": details}


def user(account: Account) -> dict[str, str]:
    """The signed-in user."""
    return {"name": account.name}


def _starts_at(job: Job) -> str:
    """The start with that day's UTC offset; the date alone where the job has no time."""
    draft = job.draft
    if draft.appointment_time is None:
        return draft.appointment_date.isoformat()
    return datetime.combine(draft.appointment_date, draft.appointment_time, tzinfo=LONDON).isoformat()
