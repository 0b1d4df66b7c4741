"""``/api/bot``: how the bot stands, and steering it."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.database.connection import after_commit
from app.dependencies import Plane, Transaction
from app.problems import Conflict, DatabaseAway, InvalidInput, NotFound, problem_responses
from app.query_params import Cursor, PageLength, SessionName
from app.sessions import service
from app.sessions.schemas import BotActionResult, SessionPage, SessionStatus

router = APIRouter(prefix="/api/bot", tags=["bot"])

WhichSession = Annotated[
    SessionName | None, Query(description="Which session; the current one where this is left out.")
]


@router.get("/status", operation_id="getStatus", responses=problem_responses(DatabaseAway))
def status(session: Transaction, plane: Plane) -> SessionStatus:
    """How the current session stands."""
    return service.current_status(session, plane.presence.snapshot())


@router.post("/toggle", operation_id="toggleBot", responses=problem_responses(Conflict, DatabaseAway))
def toggle(session: Transaction, plane: Plane) -> BotActionResult:
    """Stop the current session where it is wanted running or alive; start a new one where not."""
    after_commit(session, plane.something_changed)
    return service.toggle(session, plane.presence.snapshot(), plane.new_session())


@router.post("/start", operation_id="startBot", responses=problem_responses(Conflict, DatabaseAway))
def start(session: Transaction, plane: Plane) -> BotActionResult:
    """Start a new session; where one runs already, say so and change nothing."""
    after_commit(session, plane.something_changed)
    return service.start(session, plane.presence.snapshot(), plane.new_session())


@router.post("/stop", operation_id="stopBot", responses=problem_responses(NotFound, InvalidInput, DatabaseAway))
def stop(session: Transaction, plane: Plane, session_id: WhichSession = None) -> BotActionResult:
    """Stop a session: it finishes the claim under way and ends."""
    after_commit(session, plane.something_changed)
    return service.stop(session, plane.presence.snapshot(), session_id)


@router.post(
    "/pause", operation_id="pauseBot", responses=problem_responses(NotFound, Conflict, InvalidInput, DatabaseAway)
)
def pause(session: Transaction, plane: Plane, session_id: WhichSession = None) -> BotActionResult:
    """Let a session stay signed in and watch nothing."""
    after_commit(session, plane.something_changed)
    return service.pause(session, plane.presence.snapshot(), session_id)


@router.post(
    "/resume", operation_id="resumeBot", responses=problem_responses(NotFound, Conflict, InvalidInput, DatabaseAway)
)
def resume(session: Transaction, plane: Plane, session_id: WhichSession = None) -> BotActionResult:
    """Let a paused session watch again."""
    after_commit(session, plane.something_changed)
    return service.resume(session, plane.presence.snapshot(), session_id)


@router.get("/sessions", operation_id="listSessions", responses=problem_responses(InvalidInput, DatabaseAway))
def sessions(
    session: Transaction,
    plane: Plane,
    limit: Annotated[PageLength, Query()] = 50,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> SessionPage:
    """All sessions, newest first."""
    return service.list_sessions(session, plane.presence.snapshot(), limit, cursor)
