"""``/api/bot/logs``: the log for the owner."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.dependencies import Transaction
from app.logs import service
from app.logs.schemas import LogPage, LogQuery
from app.problems import DatabaseAway, InvalidInput, problem_responses

router = APIRouter(prefix="/api/bot", tags=["logs"])


@router.get("/logs", operation_id="listLogs", responses=problem_responses(InvalidInput, DatabaseAway))
def logs(query: Annotated[LogQuery, Query()], session: Transaction) -> LogPage:
    """Log lines, newest first."""
    return service.list_logs(session, query)
