"""A job, a clock and a time zone for the tests of the core."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.job import Job
from bot.domain.local_time import moment
from common.states import PortalAction

LONDON = ZoneInfo("Europe/London")

#: A Friday morning in winter: London and UTC agree.
NOW = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)


def a_job(**fields: Any) -> Job:
    """A telephone job on Wednesday 25 November 2026 from 09:30 to 11:00, with some fields changed.

    ``starts_at`` follows from date and time.
    """
    values: dict[str, Any] = {
        "job_number": "10432",
        "appointment_date": date(2026, 11, 25),
        "appointment_time": time(9, 30),
        "duration_minutes": 90,
        "language": "Polish",
        "kind": "Telephone Interpreting",
        "portal_status": "matched",
        "action": PortalAction.ACCEPT,
        "company_name": "Leeds Teaching Hospitals",
        "client_name": "Ward 7",
    } | fields
    number = values["job_number"]
    values = {"reference": f"{number}/atoz", "portal_id": number} | values
    day, at = values["appointment_date"], values["appointment_time"]
    values.setdefault("starts_at", moment(day, at, LONDON) if day and at else None)
    return Job(**values)
