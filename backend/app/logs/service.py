"""What the rest of the control plane may write to and ask of the log for the owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from app.cursors import write_cursor
from app.logs import queries
from app.logs.schemas import LogEntry, LogLevel, LogPage, LogQuery

#: Lines are kept so long.
KEPT_FOR = timedelta(days=90)


@dataclass(frozen=True, kw_only=True, slots=True)
class LogLine:
    """A line to write."""

    at: datetime
    level: LogLevel
    #: stable and short
    action: str
    message: str
    what_to_do: str | None = None
    session_id: str | None = None


def write(session: Session, lines: Sequence[LogLine]) -> None:
    """Write lines; a session that they name must be in its table."""
    if lines:
        queries.write_lines(
            session,
            [
                {
                    "at": line.at,
                    "level": line.level,
                    "action": line.action,
                    "message": line.message,
                    "what_to_do": line.what_to_do,
                    "session_id": line.session_id,
                }
                for line in lines
            ],
        )


def list_logs(session: Session, query: LogQuery) -> LogPage:
    """A page of lines, newest first. Raises InvalidInput for a cursor that is none."""
    rows = queries.log_page(session, query)
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return LogPage(
        items=[LogEntry.model_validate(row, from_attributes=True) for row in shown],
        next_cursor=write_cursor(shown[-1].at, shown[-1].id) if more else None,
    )


def forget_old(session: Session) -> int:
    """Delete lines older than ``KEPT_FOR``; how many."""
    return queries.forget_before(session, datetime.now(UTC) - KEPT_FOR)
