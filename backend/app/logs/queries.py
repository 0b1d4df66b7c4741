"""``system_logs`` in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, insert, select, tuple_
from sqlalchemy.orm import Session

from app.cursors import read_cursor
from app.database.models import SystemLogRow
from app.logs.schemas import LogQuery


def log_page(session: Session, query: LogQuery) -> Sequence[SystemLogRow]:
    """One row more than the page holds, so that it is known whether there is a next one. Raises InvalidInput."""
    statement = select(SystemLogRow).order_by(SystemLogRow.at.desc(), SystemLogRow.id.desc())
    if query.level is not None:
        statement = statement.where(SystemLogRow.level == query.level)
    if query.session_id is not None:
        statement = statement.where(SystemLogRow.session_id == query.session_id)
    if query.cursor is not None:
        at, log_id = read_cursor(query.cursor, int)
        statement = statement.where(tuple_(SystemLogRow.at, SystemLogRow.id) < (at, log_id))
    return session.scalars(statement.limit(query.limit + 1)).all()


def write_lines(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert log lines in bulk."""
    session.execute(insert(SystemLogRow), rows)


def forget_before(session: Session, moment: datetime) -> int:
    """Delete lines that are older; how many."""
    done = cast("CursorResult[Any]", session.execute(delete(SystemLogRow).where(SystemLogRow.at < moment)))
    return done.rowcount
