"""A portal's job as a value."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, Self

from common.states import PortalAction


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One job. Fields that the board does not show are None until the job's own page was read."""

    #: the number before the slash of the reference: the job's identity on the portal
    job_number: str
    #: the reference as shown, a stray character included
    reference: str
    #: the id in the portal's addresses
    portal_id: str
    #: when the client asked (a date alone)
    submitted_on: date | None = None
    #: the appointment's calendar date in the portal's time zone
    appointment_date: date | None = None
    #: the appointment's wall clock time in the portal's time zone; may be missing
    appointment_time: time | None = None
    #: the appointment's start, aware, UTC; None while its date or time is missing
    starts_at: datetime | None = None
    duration_minutes: int | None = None
    language: str | None = None
    #: the kind as the portal writes it; None while the job's page is unread
    kind: str | None = None
    #: the portal's own status word in lower case, e.g. ``matched``
    portal_status: str
    action: PortalAction = PortalAction.NONE
    company_name: str | None = None
    client_name: str | None = None
    client_reference: str | None = None
    qualification: str | None = None
    security_check: str | None = None
    gender: str | None = None
    address: str | None = None
    postcode: str | None = None
    special_instructions: str | None = None
    #: absolute address of the job's page
    page_url: str | None = None

    def changed(self, **changes: Any) -> Self:
        """A copy with some fields changed; raises TypeError for a field that a job does not have."""
        return replace(self, **changes)


def lies_ahead(job: Job, now: datetime) -> bool:
    """Whether the appointment has not begun, as far as the portal shows; without a time the whole day counts."""
    if job.starts_at is not None:
        return job.starts_at > now
    return job.appointment_date is None or job.appointment_date >= now.date()
