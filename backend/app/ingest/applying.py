"""One batch, one transaction: the events into the tables, and the positions with them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.analytics import service as analytics
from app.ingest.ordering import Sorted, events_of
from app.ingest.positions import write_positions
from app.ingest.reading import OutboxKey, Unreadable
from app.jobs import service as jobs
from app.logs import service as logs
from app.logs.schemas import LogLevel
from app.logs.service import LogLine
from app.sessions import service as sessions
from contract.events import JobProcessed


def apply(session: Session, batch: Sorted, before: Mapping[OutboxKey, int]) -> None:
    """Bring a sorted batch into the tables; ``before`` are the positions that it was sorted by."""
    events = [entry.event for entry in events_of(batch.apply)]
    if events:
        recorded = sessions.record_events(session, events)
        changes = jobs.record_reports(session, [event for event in events if isinstance(event, JobProcessed)])
        analytics.count(session, changes, recorded.checks)
        logs.write(session, recorded.lines)
    logs.write(session, _own_lines(batch))
    write_positions(session, {key: seq for key, seq in batch.positions.items() if seq > before.get(key, 0)})


def _own_lines(batch: Sorted) -> list[LogLine]:
    now = datetime.now(UTC)
    lines = [
        LogLine(
            at=now,
            level=LogLevel.ERROR,
            action="report_not_understood",
            message=f"A report of the bot could not be read or stored, and was put aside: {entry.reason[:500]}",
            what_to_do="Nothing is lost: it is kept, and can be sent again (GET /api/bot/events/parked). "
            "Please report this.",
        )
        for entry in (*batch.apply, *batch.park)
        if isinstance(entry, Unreadable)
    ]
    lines += [
        LogLine(
            at=now,
            level=LogLevel.WARNING,
            action="reports_missing",
            message=f"Reports {first} to {then - 1} of {key.session_id} are not in this database; {then} follows.",
            what_to_do="They were in a database that was replaced, or could not be read. Nothing is to be done.",
        )
        for key, first, then in batch.given_up
    ]
    return lines
