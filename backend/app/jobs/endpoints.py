"""``/api/bot/jobs``: what the bots saw, decided and accepted."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.dependencies import Transaction
from app.jobs import service
from app.jobs.schemas import JobPage, JobQuery
from app.problems import DatabaseAway, InvalidInput, problem_responses

router = APIRouter(prefix="/api/bot", tags=["jobs"])


@router.get("/jobs", operation_id="listJobs", responses=problem_responses(InvalidInput, DatabaseAway))
def jobs(query: Annotated[JobQuery, Query()], session: Transaction) -> JobPage:
    """Jobs, newest first."""
    return service.list_jobs(session, query)
