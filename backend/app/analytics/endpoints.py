"""``/api/bot/dashboard/metrics`` and the hours that they are counted from."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from app.analytics import service
from app.analytics.schemas import AnalyticsPeriods, DashboardMetrics
from app.dependencies import Plane, Transaction
from app.problems import DatabaseAway, InvalidInput, problem_responses
from app.query_params import Moment
from app.sessions import service as sessions

router = APIRouter(prefix="/api/bot", tags=["analytics"])


@router.get("/dashboard/metrics", operation_id="getDashboardMetrics", responses=problem_responses(DatabaseAway))
def metrics(session: Transaction, plane: Plane) -> DashboardMetrics:
    """Today in numbers."""
    seen = plane.presence.snapshot()
    return service.metrics(
        session,
        now=datetime.now(UTC),
        current=sessions.current_status(session, seen),
        active_sessions=len(seen.running()),
        last_activity=sessions.last_activity(session),
    )


@router.get(
    "/analytics/periods", operation_id="listAnalyticsPeriods", responses=problem_responses(InvalidInput, DatabaseAway)
)
def periods(
    session: Transaction,
    since: Annotated[Moment | None, Query(description="From this hour on; 24 hours ago if left out.")] = None,
    until: Annotated[Moment | None, Query(description="Before this moment; now if left out.")] = None,
) -> AnalyticsPeriods:
    """Hour by hour, at most 31 days at once."""
    return service.list_periods(session, since, until)
