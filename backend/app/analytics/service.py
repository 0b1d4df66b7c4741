"""What the rest of the control plane may count, and ask of the counts."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.analytics import queries
from app.analytics.counting import Counted, difference, full_hour
from app.analytics.schemas import AnalyticsPeriod, AnalyticsPeriods, DashboardMetrics
from app.jobs.service import JobChange
from app.problems import FieldProblem, InvalidInput
from app.sessions.schemas import SessionStatus

#: The portal's people live here; their day is "today".
LONDON = ZoneInfo("Europe/London")

#: Most hours that one request gives.
LONGEST = timedelta(days=31)


def count(session: Session, changes: Iterable[JobChange], checks: Counter[tuple[str, datetime]]) -> None:
    """Bring what happened into the hours; ``checks`` is (account, moment) -> passes over the board."""
    sums = difference(changes)
    for (account_id, moment), number in checks.items():
        sums[Counted(account_id, full_hour(moment), "checks")] += number
    rows = queries.hours_to_change(session, {(counted.account_id, counted.hour) for counted in sums})
    for counted, number in sums.items():
        row = rows[counted.account_id, counted.hour]
        setattr(row, counted.what, getattr(row, counted.what) + number)
        if counted.language:
            languages = dict(row.languages)
            languages[counted.language] = languages.get(counted.language, 0) + number
            row.languages = {language: jobs for language, jobs in languages.items() if jobs}
    session.flush()


def day_in_london(now: datetime) -> tuple[datetime, datetime]:
    """Begin and end of the calendar day in Europe/London that ``now`` lies in, UTC. Both are full hours."""
    today = now.astimezone(LONDON).date()
    begin = datetime.combine(today, time(), LONDON)
    end = datetime.combine(today + timedelta(days=1), time(), LONDON)
    return begin.astimezone(UTC), end.astimezone(UTC)


def metrics(
    session: Session,
    *,
    now: datetime,
    current: SessionStatus,
    active_sessions: int,
    last_activity: datetime | None,
) -> DashboardMetrics:
    """Today in numbers."""
    begin, end = day_in_london(now)
    seen, accepted, rejected, lost = queries.sums_between(session, begin, end)
    settled = accepted + rejected + lost
    running = current.is_running and current.start_time is not None
    uptime = (now - current.start_time).total_seconds() / 3600 if running and current.start_time else 0.0
    return DashboardMetrics(
        active_sessions=active_sessions,
        total_jobs_today=seen,
        accepted_today=accepted,
        acceptance_rate_today=round(accepted / settled, 4) if settled else 0.0,
        most_active_language=queries.busiest_language(session, begin, end),
        bot_uptime_hours=round(max(uptime, 0.0), 3),
        last_activity=last_activity,
    )


def list_periods(session: Session, since: datetime | None, until: datetime | None) -> AnalyticsPeriods:
    """The hours between the two moments. Raises InvalidInput where they are the wrong way round or too far apart."""
    until = until or datetime.now(UTC)
    since = full_hour(since or until - timedelta(hours=24))
    if since > until:
        raise InvalidInput(
            "The hours cannot be shown.", errors=[FieldProblem(field="since", message="It is after the end.")]
        )
    if until - since > LONGEST + timedelta(hours=1):
        raise InvalidInput(
            "The hours cannot be shown.",
            errors=[FieldProblem(field="since", message=f"Ask for at most {LONGEST.days} days at once.")],
        )
    rows = queries.periods_between(session, since, until)
    return AnalyticsPeriods(items=[AnalyticsPeriod.model_validate(row, from_attributes=True) for row in rows])
