"""What the rest of the control plane may ask about sessions and want of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy.orm import Session

from app.cursors import write_cursor
from app.database.models import BotSessionRow
from app.logs import service as logs
from app.logs.schemas import LogLevel
from app.logs.service import LogLine
from app.problems import Conflict, NotFound
from app.sessions import queries
from app.sessions.events import Recorded, new_row, record, state_action
from app.sessions.heartbeats import ENDED, Sightings
from app.sessions.schemas import BotActionResult, SessionPage, SessionStatus, Wanted
from app.sessions.status import no_session, status_of
from contract.events import Event
from contract.sessions import LoginStatus, SessionState, StartedBy

__all__ = ["Recorded", "SessionStatus", "status_of"]

#: Portals that nobody's real jobs come from.
PRACTICE_PORTALS = frozenset({"simulator"})

_NO_ACCOUNT = (
    "No portal account is set up yet. Put ATOZ_USERNAME and ATOZ_PASSWORD into the file .env in the project's folder "
    "(see .env.example), then start again."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSession:
    """What a session that is started now is like."""

    practice_mode: bool
    has_account: bool


# --- asking -----------------------------------------------------------------------------------------------------------


def current_status(session: Session, seen: Sightings) -> SessionStatus:
    """How the current session stands: the newest that is wanted running, else that is alive, else the newest."""
    row = queries.current(session, seen.alive())
    return status_of(row, seen) if row is not None else no_session()


def status(session: Session, seen: Sightings, session_id: str | None) -> SessionStatus:
    """How the session, or the current one, stands. Raises NotFound."""
    row = _named_or_current(session, seen, session_id)
    return status_of(row, seen) if row is not None else no_session()


def list_sessions(session: Session, seen: Sightings, limit: int, cursor: str | None) -> SessionPage:
    """A page of sessions, newest first. Raises InvalidInput for a cursor that is none."""
    rows = queries.page(session, limit, cursor)
    shown = rows[:limit]
    return SessionPage(
        items=[status_of(row, seen) for row in shown],
        next_cursor=write_cursor(shown[-1].start_time, shown[-1].session_id) if len(rows) > limit else None,
    )


def last_activity(session: Session) -> datetime | None:
    """When a bot last reported anything."""
    return queries.last_activity(session)


def open_sessions(session: Session, seen: Sightings) -> Sequence[BotSessionRow]:
    """Every session that is wanted, not ended, or alive."""
    return queries.to_watch(session, seen.alive())


def newest_sessions(session: Session, number: int) -> Sequence[BotSessionRow]:
    """The newest so many."""
    return queries.newest(session, number)


# --- wanting ----------------------------------------------------------------------------------------------------------


def toggle(session: Session, seen: Sightings, new: NewSession) -> BotActionResult:
    """Stop the current session where it is wanted running or alive; start a new one where not. Raises Conflict."""
    queries.one_at_a_time(session)
    row = queries.current(session, seen.alive())
    if row is not None and _is_going(row, seen):
        return _stop(row, seen)
    return _start(session, seen, new)


def start(session: Session, seen: Sightings, new: NewSession) -> BotActionResult:
    """Start a new session where none is wanted running. Raises Conflict."""
    queries.one_at_a_time(session)
    row = queries.current(session, seen.alive())
    if row is not None and row.wanted is not Wanted.STOPPED:
        return BotActionResult(message="The bot is running already.", status=status_of(row, seen))
    return _start(session, seen, new)


def stop(session: Session, seen: Sightings, session_id: str | None) -> BotActionResult:
    """Stop the session, or the current one. Raises NotFound."""
    queries.one_at_a_time(session)
    row = _named_or_current(session, seen, session_id)
    if row is None:
        return BotActionResult(message="The bot is not running.", status=no_session())
    return _stop(row, seen)


def pause(session: Session, seen: Sightings, session_id: str | None) -> BotActionResult:
    """Pause the session, or the current one. Raises NotFound, and Conflict where it does not run."""
    row = _running(session, seen, session_id)
    if row.wanted is Wanted.PAUSED:
        return BotActionResult(message="The bot is paused already.", status=status_of(row, seen))
    _want(row, Wanted.PAUSED)
    return BotActionResult(
        message="The bot pauses: it stays signed in and accepts nothing.", status=status_of(row, seen)
    )


def resume(session: Session, seen: Sightings, session_id: str | None) -> BotActionResult:
    """Let the session, or the current one, watch again. Raises NotFound, and Conflict where it does not run."""
    row = _running(session, seen, session_id)
    if row.wanted is Wanted.RUNNING:
        return BotActionResult(message="The bot is watching already.", status=status_of(row, seen))
    _want(row, Wanted.RUNNING)
    return BotActionResult(message="The bot watches again.", status=status_of(row, seen))


def _named_or_current(session: Session, seen: Sightings, session_id: str | None) -> BotSessionRow | None:
    if session_id is None:
        return queries.current(session, seen.alive())
    row = queries.by_id(session, session_id, lock=True)
    if row is None:
        raise NotFound(f"There is no session named {session_id}.")
    return row


def _running(session: Session, seen: Sightings, session_id: str | None) -> BotSessionRow:
    queries.one_at_a_time(session)
    row = _named_or_current(session, seen, session_id)
    if row is None or row.wanted is Wanted.STOPPED:
        raise Conflict("The bot is not running. Start it first.")
    return row


def _is_going(row: BotSessionRow, seen: Sightings) -> bool:
    # as it is shown: a goodbye can be in the row before the next look at the heartbeats
    return row.wanted is not Wanted.STOPPED or status_of(row, seen).is_running


def _want(row: BotSessionRow, wanted: Wanted) -> None:
    row.wanted, row.wanted_at = wanted, datetime.now(UTC)


def _stop(row: BotSessionRow, seen: Sightings) -> BotActionResult:
    if row.wanted is not Wanted.STOPPED:
        _want(row, Wanted.STOPPED)
        message = "The bot stops: it finishes what it is doing and ends."
    elif _is_going(row, seen):
        message = "The bot is stopping already."
    else:
        message = "The bot is not running."
    return BotActionResult(message=message, status=status_of(row, seen))


def _start(session: Session, seen: Sightings, new: NewSession) -> BotActionResult:
    if not new.has_account:
        raise Conflict(_NO_ACCOUNT)
    now = datetime.now(UTC)
    name = free_name(now, lambda session_id: queries.is_taken(session, session_id))
    row = BotSessionRow(
        session_id=name,
        session_name=name,
        account_id=None,
        portal=None,
        started_by=StartedBy.CONTROL_PLANE,
        practice_mode=new.practice_mode,
        wanted=Wanted.RUNNING,
        wanted_at=now,
        state=SessionState.STARTING,
        state_at=now,
        status_reason=None,
        condition=None,
        login_status=LoginStatus.SIGNED_OUT,
        interpreter_name=None,
        total_checks=0,
        total_accepted=0,
        total_rejected=0,
        total_lost=0,
        start_time=now,
        end_time=None,
        last_event_at=None,
    )
    session.add(row)
    session.flush()
    return BotActionResult(message="The bot starts.", status=status_of(row, seen))


def free_name(now: datetime, is_taken: Callable[[str], bool]) -> str:
    """A name for a session that starts ``now``: its moment in UTC, e.g. ``session-20261120_101500``.

    A second one in the same second gets ``-2`` behind it.
    """
    name = f"session-{now.astimezone(UTC):%Y%m%d_%H%M%S}"
    number, free = 1, name
    while is_taken(free):
        number += 1
        free = f"{name}-{number}"
    return free


# --- recording --------------------------------------------------------------------------------------------------------


def record_events(session: Session, events: Sequence[Event]) -> Recorded:
    """Bring events, in the order of their sessions, into the sessions' rows, made where they are missing."""
    recorded = Recorded()
    rows = queries.by_ids(session, {event.session_id for event in events})
    in_groups = sorted(events, key=lambda event: event.session_id)
    for session_id, group in groupby(in_groups, key=lambda event: event.session_id):
        own = list(group)
        row = rows.get(session_id)
        if row is None:
            row = new_row(own[0])
            session.add(row)
        record(row, own, recorded, practice_portals=PRACTICE_PORTALS)
    session.flush()
    return recorded


def row_of_unknown(event: Event) -> BotSessionRow:
    """A row, not in the table, for a session that the table does not know."""
    return new_row(event)


def apply_live(row: BotSessionRow, events: Sequence[Event]) -> None:
    """Bring events into a row that belongs to no transaction, as ``record_events`` does with the table's."""
    record(row, events, Recorded(), practice_portals=PRACTICE_PORTALS)


def give_up(session: Session, session_id: str, reason: str) -> None:
    """The bot ended for a reason that only the owner can mend: it is not wanted any more."""
    row = queries.by_id(session, session_id, lock=True)
    if row is None:
        return
    _end(row, SessionState.FAILED, row.status_reason if row.state is SessionState.FAILED else reason)
    _want(row, Wanted.STOPPED)


def has_ended(session: Session, session_id: str) -> None:
    """The bot that was to stop is gone."""
    row = queries.by_id(session, session_id, lock=True)
    if row is not None and row.wanted is Wanted.STOPPED and row.state not in ENDED:
        _end(row, SessionState.STOPPED, None)


def has_vanished(session: Session, session_id: str) -> None:
    """A bot from the command line is gone without a goodbye. Nobody starts it again."""
    row = queries.by_id(session, session_id, lock=True)
    if row is None or row.started_by is not StartedBy.COMMAND_LINE:
        return
    if row.state not in ENDED:
        reason = "A bot that was started from the command line ended without saying why. Start it again there."
        _end(row, SessionState.FAILED, reason)
        logs.write(
            session,
            [
                LogLine(
                    at=row.state_at,
                    session_id=session_id,
                    level=LogLevel.ERROR,
                    action=state_action(SessionState.FAILED),
                    message=reason,
                )
            ],
        )
    _want(row, Wanted.STOPPED)


def _end(row: BotSessionRow, state: SessionState, reason: str | None) -> None:
    now = datetime.now(UTC)
    row.state, row.state_at, row.status_reason, row.condition = state, now, reason, None
    row.end_time = row.end_time or now
    row.login_status = LoginStatus.REFUSED if row.login_status is LoginStatus.REFUSED else LoginStatus.SIGNED_OUT
