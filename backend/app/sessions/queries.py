"""``bot_sessions`` in SQL."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import exists, func, or_, select, text, tuple_
from sqlalchemy.orm import Session

from app.cursors import read_cursor
from app.database.locks import LockName
from app.database.models import BotSessionRow
from app.sessions.schemas import Wanted

_NEWEST_FIRST = (BotSessionRow.start_time.desc(), BotSessionRow.session_id.desc())
#: As the index of the open sessions says it.
_OPEN = or_(BotSessionRow.end_time.is_(None), BotSessionRow.wanted != Wanted.STOPPED)


def one_at_a_time(session: Session) -> None:
    """Let no two requests choose the current session at once; until the transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": LockName.SESSIONS.value})


def by_id(session: Session, session_id: str, *, lock: bool = False) -> BotSessionRow | None:
    """The row; locked until the transaction ends where that is asked for."""
    return session.get(BotSessionRow, session_id, with_for_update=True if lock else None)


def by_ids(session: Session, session_ids: Iterable[str]) -> dict[str, BotSessionRow]:
    """The rows, locked until the transaction ends."""
    rows = session.scalars(
        select(BotSessionRow)
        .where(BotSessionRow.session_id.in_(sorted(session_ids)))
        .order_by(BotSessionRow.session_id)
        .with_for_update()
    )
    return {row.session_id: row for row in rows}


def current(session: Session, alive: Sequence[str]) -> BotSessionRow | None:
    """The newest that is wanted running, else the newest of ``alive``, else the newest; None where there is none."""
    newest = select(BotSessionRow).order_by(*_NEWEST_FIRST).limit(1)
    wanted = session.scalar(newest.where(_OPEN, BotSessionRow.wanted != Wanted.STOPPED))
    if wanted is None and alive:
        wanted = session.scalar(newest.where(BotSessionRow.session_id.in_(alive)))
    return wanted if wanted is not None else session.scalar(newest)


def to_watch(session: Session, alive: Sequence[str]) -> Sequence[BotSessionRow]:
    """Every session that is wanted, not ended, or alive."""
    return session.scalars(
        select(BotSessionRow).where(or_(_OPEN, BotSessionRow.session_id.in_(alive))).order_by(BotSessionRow.start_time)
    ).all()


def newest(session: Session, number: int) -> Sequence[BotSessionRow]:
    """The newest so many."""
    return session.scalars(select(BotSessionRow).order_by(*_NEWEST_FIRST).limit(number)).all()


def page(session: Session, limit: int, cursor: str | None) -> Sequence[BotSessionRow]:
    """One row more than the page holds, so that it is known whether there is a next one. Raises InvalidInput."""
    statement = select(BotSessionRow).order_by(*_NEWEST_FIRST)
    if cursor is not None:
        start_time, session_id = read_cursor(cursor, str)
        statement = statement.where(
            tuple_(BotSessionRow.start_time, BotSessionRow.session_id) < (start_time, session_id)
        )
    return session.scalars(statement.limit(limit + 1)).all()


def is_taken(session: Session, session_id: str) -> bool:
    """Whether there is a session of that name."""
    return bool(session.scalar(select(exists().where(BotSessionRow.session_id == session_id))))


def last_activity(session: Session) -> datetime | None:
    """When a bot last reported anything."""
    return session.scalar(select(func.max(BotSessionRow.last_event_at)))
