"""What a session's events change in its row, and which of them the owner's log tells."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from app.database.models import BotSessionRow
from app.logs.schemas import LogLevel
from app.logs.service import LogLine
from app.sessions.heartbeats import ENDED
from app.sessions.schemas import Wanted
from contract.events import (
    ConfigurationUpdated,
    CycleComplete,
    ErrorReported,
    Event,
    JobProcessed,
    Notice,
    SessionStarted,
    StatusUpdate,
)
from contract.sessions import LoginStatus, SessionState, SessionTotals, StartedBy


@dataclass(kw_only=True)
class Recorded:
    """What recording events brought about beside the rows."""

    lines: list[LogLine] = field(default_factory=list)
    #: (account, moment) -> passes over the board
    checks: Counter[tuple[str, datetime]] = field(default_factory=Counter)


def new_row(event: Event) -> BotSessionRow:
    """A row for a session that the table does not know: one from the command line, or of another database's time."""
    return BotSessionRow(
        session_id=event.session_id,
        session_name=event.session_id,
        account_id=event.account_id,
        portal=None,
        # nobody but a person answers for it until its own first event says otherwise
        started_by=StartedBy.COMMAND_LINE,
        practice_mode=False,
        wanted=Wanted.RUNNING,
        wanted_at=event.at,
        state=SessionState.STARTING,
        state_at=event.at,
        status_reason=None,
        condition=None,
        login_status=LoginStatus.SIGNED_OUT,
        interpreter_name=None,
        total_checks=0,
        total_accepted=0,
        total_rejected=0,
        total_lost=0,
        start_time=event.at,
        end_time=None,
        last_event_at=None,
    )


def record(
    row: BotSessionRow, events: Iterable[Event], recorded: Recorded, *, practice_portals: frozenset[str]
) -> None:
    """Bring a session's events, in their order, into its row."""
    latest = row.last_event_at
    for event in events:
        latest = event.at if latest is None or event.at > latest else latest
        match event:
            case SessionStarted():
                _started(row, event)
                row.practice_mode = row.practice_mode or event.portal in practice_portals
            case StatusUpdate():
                _count(row, event.totals, event, recorded)
                _status(row, event, recorded)
            case CycleComplete():
                _count(row, event.totals, event, recorded)
            case JobProcessed():
                if row.portal is None:
                    row.portal = event.portal
            case ErrorReported() | Notice() | ConfigurationUpdated():
                recorded.lines.append(_line(event))
        if row.account_id is None:
            row.account_id = event.account_id
    row.last_event_at = latest


def _started(row: BotSessionRow, event: SessionStarted) -> None:
    row.portal = event.portal
    row.account_id = event.account_id
    if event.at < row.state_at:
        return  # told late: what is known already came after it
    row.started_by = event.started_by
    row.state, row.state_at, row.status_reason, row.condition = SessionState.STARTING, event.at, None, None
    row.end_time = None
    if event.started_by is StartedBy.COMMAND_LINE and event.at > row.wanted_at:
        # whoever typed the command wants it to run
        row.wanted, row.wanted_at = Wanted.RUNNING, event.at


def _status(row: BotSessionRow, event: StatusUpdate, recorded: Recorded) -> None:
    if event.at < row.state_at:
        return
    is_refused = event.login_status is LoginStatus.REFUSED and row.login_status is not LoginStatus.REFUSED
    if event.state is not row.state:
        recorded.lines.append(_state_line(event, is_refused=is_refused))
    elif is_refused and event.state not in ENDED:
        recorded.lines.append(_line_of(event, _REFUSED, LogLevel.WARNING))
    row.state, row.state_at, row.status_reason, row.condition = event.state, event.at, event.reason, event.condition
    row.login_status = event.login_status
    row.interpreter_name = event.interpreter_name or row.interpreter_name
    row.end_time = event.at if event.state in ENDED else None
    by_itself = event.state is SessionState.FAILED or (
        event.state is SessionState.STOPPED and row.started_by is StartedBy.COMMAND_LINE
    )
    if by_itself and event.at >= row.wanted_at:
        row.wanted, row.wanted_at = Wanted.STOPPED, event.at


def _count(row: BotSessionRow, totals: SessionTotals, event: Event, recorded: Recorded) -> None:
    # counted by the totals, not by the events: a bot that waits long for Redis thins its passes out
    if totals.checks > row.total_checks:
        recorded.checks[event.account_id, event.at] += totals.checks - row.total_checks
    row.total_checks = max(row.total_checks, totals.checks)
    row.total_accepted = max(row.total_accepted, totals.accepted)
    row.total_rejected = max(row.total_rejected, totals.rejected)
    row.total_lost = max(row.total_lost, totals.lost)


_STATE_IN_WORDS = {
    SessionState.STARTING: "The bot is starting.",
    SessionState.SIGNING_IN: "The bot is signing in to the portal.",
    SessionState.RUNNING: "The bot is watching the board.",
    SessionState.PAUSED: "The bot is paused: it stays signed in and accepts nothing.",
    SessionState.STOPPING: "The bot is stopping.",
    SessionState.STOPPED: "The bot has stopped.",
    SessionState.FAILED: "The bot has ended because it needs you.",
}
_REFUSED = "The portal refused the sign-in."


def state_action(state: SessionState) -> str:
    """What coming into a state is called in the log; the dashboard knows such lines by it."""
    return f"session_{state.value}"


def _state_line(event: StatusUpdate, *, is_refused: bool) -> LogLine:
    said = _STATE_IN_WORDS[event.state]
    if is_refused:
        said += f" {_REFUSED}"
    level = LogLevel.ERROR if event.state is SessionState.FAILED else LogLevel.INFO
    return _line_of(event, f"{said} {event.reason}" if event.reason else said, level)


def _line_of(event: StatusUpdate, message: str, level: LogLevel) -> LogLine:
    return LogLine(
        at=event.at, session_id=event.session_id, level=level, action=state_action(event.state), message=message
    )


def _line(event: ErrorReported | Notice | ConfigurationUpdated) -> LogLine:
    match event:
        case ErrorReported():
            return LogLine(
                at=event.at,
                session_id=event.session_id,
                level=LogLevel.ERROR,
                action=event.code,
                message=event.message,
                what_to_do=event.what_to_do,
            )
        case Notice():
            return LogLine(
                at=event.at,
                session_id=event.session_id,
                level=LogLevel.INFO,
                action=event.action,
                message=event.message,
            )
        case ConfigurationUpdated():
            return LogLine(
                at=event.at,
                session_id=event.session_id,
                level=LogLevel.INFO,
                action="configuration_taken_up",
                message="The bot now uses the settings that you saved last."
                if event.version
                else "The bot works with its own settings: none were saved in the dashboard.",
            )
