"""A job, made of the texts that a page shows for it."""

import re
from collections.abc import Mapping
from datetime import date, time

from bot.domain.job import Job
from bot.domain.local_time import moment
from bot.portal.definition.model import PortalDefinition
from bot.portal.parsing.page import Answer
from bot.portal.parsing.values import one_line, read_date, read_duration, read_moment, read_time
from common.states import PortalAction

#: No portal numbers its jobs with more characters than this; the control plane keeps no longer ones.
LONGEST_IDENTIFIER = 200


def unknown_status(answer: Answer, texts: Mapping[str, str]) -> str | None:
    """In words, where the definition does not know the status; else None."""
    status = one_line(texts.get("portal_status", "")).casefold()
    if answer.meaning(status, texts.get("owner")) is not None:
        return None
    return f"“{status[:40]}” is no status that the definition knows"


def job_from(answer: Answer, texts: Mapping[str, str], *, portal_id: str, action: PortalAction) -> Job:
    """The job; raises LayoutChanged for a reference that cannot be read.

    A date, time or duration that cannot be read is None: such a job can be shown, and the rules that need the value
    refuse it.
    """
    definition, formats = answer.definition, answer.definition.formats
    status = one_line(texts.get("portal_status", "")).casefold()
    reference = one_line(texts.get("reference", ""))
    if len(portal_id) > LONGEST_IDENTIFIER:
        raise answer.changed(f"“{portal_id[:40]}…” is too long for a job's id")
    day, at = _appointment(texts, definition)
    return Job(
        job_number=job_number(answer, reference),
        reference=reference,
        portal_id=portal_id,
        submitted_on=read_date(texts.get("submitted_on", ""), formats.dates),
        appointment_date=day,
        appointment_time=at,
        starts_at=moment(day, at, definition.zone) if day is not None and at is not None else None,
        duration_minutes=read_duration(one_line(texts.get("duration_minutes", "")), formats.durations),
        language=texts.get("language") or None,
        kind=_kind(texts.get("kind"), definition),
        portal_status=status,
        action=action,
        company_name=texts.get("company_name") or None,
        client_name=texts.get("client_name") or None,
        client_reference=texts.get("client_reference") or None,
        qualification=texts.get("qualification") or None,
        security_check=texts.get("security_check") or None,
        gender=texts.get("gender") or None,
        address=texts.get("address") or None,
        postcode=texts.get("postcode") or None,
        special_instructions=texts.get("special_instructions") or None,
        page_url=definition.url(definition.job.path, portal_id=portal_id),
    )


def job_number(answer: Answer, reference: str) -> str:
    """The number in a reference; raises LayoutChanged for a text that is none."""
    match = re.fullmatch(answer.definition.reference.pattern, reference, re.ASCII)
    if not match or len(reference) > LONGEST_IDENTIFIER:
        raise answer.changed(f"“{reference[:40]}” is no reference of a job")
    number: str = match[1] if match.re.groups else match[0]
    return number


def _appointment(texts: Mapping[str, str], definition: PortalDefinition) -> tuple[date | None, time | None]:
    formats = definition.formats
    if "appointment" in texts:
        return read_moment(one_line(texts["appointment"]), formats.moments, formats.dates, definition.zone)
    day = read_date(texts.get("appointment_date", ""), formats.dates)
    return day, read_time(texts.get("appointment_time", ""), formats.times)


def _kind(text: str | None, definition: PortalDefinition) -> str | None:
    """The kind in the definition's spelling; as the page writes it where the definition does not know it."""
    if not text:
        return None
    return definition.kind_of(text) or text
