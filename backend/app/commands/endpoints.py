"""``/api/bot``: answering offers, and a picture of the portal."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.commands import service
from app.commands.schemas import CommandSent
from app.commands.sending import send
from app.dependencies import Plane, Transaction
from app.jobs.service import WhichJob
from app.problems import Conflict, DatabaseAway, InvalidInput, NotFound, RedisAway, problem_responses
from app.query_params import SessionName
from contract.wire import Text

router = APIRouter(prefix="/api/bot", tags=["commands"])

JobNumber = Annotated[Text, Path(max_length=200, description="The number before the slash of the job's reference.")]
WhichAccount = Annotated[
    Text | None,
    Query(max_length=80, description="Whose job; needed only where several accounts have a job of that number."),
]
WhichPortal = Annotated[
    Text | None,
    Query(max_length=80, description="Where the job is; needed only where several portals have one of that number."),
]
_RESPONSES = problem_responses(NotFound, Conflict, InvalidInput, DatabaseAway, RedisAway)


@router.post("/jobs/{job_number}/approve", operation_id="approveOffer", responses=_RESPONSES)
def approve(
    job_number: JobNumber,
    session: Transaction,
    plane: Plane,
    account_id: WhichAccount = None,
    portal: WhichPortal = None,
) -> CommandSent:
    """Tell the bot to take a job that it offers. Whether it got the job comes over the websocket."""
    which = WhichJob(job_number=job_number, account_id=account_id, portal=portal)
    return service.approve(session, plane.presence.snapshot(), partial(send, plane.settings), which)


@router.post("/jobs/{job_number}/decline", operation_id="declineOffer", responses=_RESPONSES)
def decline(
    job_number: JobNumber,
    session: Transaction,
    plane: Plane,
    account_id: WhichAccount = None,
    portal: WhichPortal = None,
) -> CommandSent:
    """Tell the bot to leave a job that it offers."""
    which = WhichJob(job_number=job_number, account_id=account_id, portal=portal)
    return service.decline(session, plane.presence.snapshot(), partial(send, plane.settings), which)


@router.post("/snapshot", operation_id="takeSnapshot", responses=_RESPONSES)
def snapshot(
    session: Transaction,
    plane: Plane,
    session_id: Annotated[
        SessionName | None, Query(description="Which session; the current one where this is left out.")
    ] = None,
) -> CommandSent:
    """Have the bot keep a picture and the HTML of what the portal shows now."""
    return service.snapshot(session, plane.presence.snapshot(), partial(send, plane.settings), session_id)
