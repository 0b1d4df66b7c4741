"""Numbers for the dashboard."""

from datetime import datetime

from pydantic import BaseModel, Field


class DashboardMetrics(BaseModel):
    """Today in numbers; "today" is the calendar day in Europe/London."""

    active_sessions: int = Field(description="Sessions whose bot gives signs of life.")
    total_jobs_today: int = Field(description="Jobs that a bot saw for the first time today.")
    accepted_today: int = Field(description="Jobs that the portal confirmed as ours today.")
    acceptance_rate_today: float = Field(
        ge=0, le=1, description="Of the jobs settled today (accepted, rejected, lost) the accepted part; 0 where none."
    )
    most_active_language: str | None = Field(description="The language of most of today's new jobs.")
    bot_uptime_hours: float = Field(ge=0, description="How long the current session has been running; 0 while none is.")
    last_activity: datetime | None = Field(description="When a bot last reported anything.")


class AnalyticsPeriod(BaseModel):
    """One hour of one account."""

    period_start: datetime = Field(description="The full hour, UTC.")
    account_id: str
    checks: int
    jobs_seen: int
    jobs_accepted: int
    jobs_rejected: int
    jobs_lost: int
    languages: dict[str, int] = Field(description="Language -> new jobs.")


class AnalyticsPeriods(BaseModel):
    """Hours, oldest first; an hour in which nothing happened is left out."""

    items: list[AnalyticsPeriod]
