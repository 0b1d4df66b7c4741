"""A session as the owner sees it: what its row says, and on top what its bot said since. Pure."""

from app.database.models import BotSessionRow
from app.sessions.heartbeats import ENDED, Sighting, Sightings
from app.sessions.schemas import SessionStatus, Wanted
from contract.sessions import SessionState, StartedBy

_NO_SIGN_OF_LIFE = "The bot gives no sign of life."
_STARTED_AGAIN = "The bot gives no sign of life; it is being started again."
_REDIS_AWAY = "Redis does not answer, so this is what was known last."
#: the control plane's own condition, beside those of the bots
_UNHEARD = "unheard"


def status_of(row: BotSessionRow, seen: Sightings) -> SessionStatus:
    """How the session stands."""
    sighting = seen.sessions.get(row.session_id)
    beat = sighting.heartbeat if sighting else None
    # the newer of the two reports; a row may also hold what the supervisor found after the last heartbeat
    says = beat if beat is not None and beat.at >= row.state_at else None
    state = says.state if says else row.state
    reason = says.reason if says else row.status_reason
    condition = says.condition if says else row.condition
    is_running = sighting is not None and sighting.is_fresh and state not in ENDED
    if not is_running:
        state, reason = _without_sign_of_life(row, sighting, state, reason)
    elif row.wanted is Wanted.STOPPED and state is not SessionState.STOPPING:
        state, reason = SessionState.STOPPING, None  # it has been told, or will be in a moment
    if not seen.redis_answers and state not in ENDED:
        reason, condition = _REDIS_AWAY, _UNHEARD
    return SessionStatus(
        is_running=is_running,
        session_id=row.session_id,
        session_name=row.session_name,
        start_time=row.start_time,
        end_time=row.end_time,
        status=state,
        status_reason=reason,
        condition=condition if is_running and reason is not None else None,
        wanted=row.wanted,
        started_by=row.started_by,
        login_status=says.login_status if says else row.login_status,
        interpreter_name=(beat.interpreter_name if beat else None) or row.interpreter_name,
        portal=row.portal or (beat.portal if beat else None),
        account_id=row.account_id or (beat.account_id if beat else None),
        # they only grow, so the higher one is the newer one
        total_checks=max(row.total_checks, beat.totals.checks if beat else 0),
        total_accepted=max(row.total_accepted, beat.totals.accepted if beat else 0),
        total_rejected=max(row.total_rejected, beat.totals.rejected if beat else 0),
        total_lost=max(row.total_lost, beat.totals.lost if beat else 0),
        last_heartbeat_at=beat.at if beat else None,
        configuration_version=beat.configuration_version if beat and is_running else None,
        practice_mode=row.practice_mode,
    )


def _without_sign_of_life(
    row: BotSessionRow, sighting: Sighting | None, state: SessionState, reason: str | None
) -> tuple[SessionState, str | None]:
    kept = row.wanted is Wanted.STOPPED or row.started_by is StartedBy.COMMAND_LINE
    if kept or state is SessionState.FAILED:
        return state, reason if state in ENDED or reason else _NO_SIGN_OF_LIFE
    # wanted running: the supervisor is about to start it, for the first time where nothing was heard of it yet
    return SessionState.STARTING, None if sighting is None else _STARTED_AGAIN


def no_session() -> SessionStatus:
    """How things stand where there never was a session."""
    return SessionStatus(is_running=False)
