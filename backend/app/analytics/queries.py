"""``analytics_periods`` in SQL."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.database.models import AnalyticsPeriodRow

#: (account_id, the full hour in UTC)
Hour = tuple[str, datetime]


def hours_to_change(session: Session, hours: Iterable[Hour]) -> dict[Hour, AnalyticsPeriodRow]:
    """The rows of these hours, made where they are missing, locked until the transaction ends."""
    wanted = sorted(hours)
    if not wanted:
        return {}
    session.execute(
        insert(AnalyticsPeriodRow).on_conflict_do_nothing(),
        [{"account_id": account_id, "period_start": hour} for account_id, hour in wanted],
    )
    rows = session.scalars(
        select(AnalyticsPeriodRow)
        .where(tuple_(AnalyticsPeriodRow.account_id, AnalyticsPeriodRow.period_start).in_(wanted))
        .order_by(AnalyticsPeriodRow.account_id, AnalyticsPeriodRow.period_start)
        .with_for_update()
    )
    return {(row.account_id, row.period_start): row for row in rows}


def sums_between(session: Session, since: datetime, until: datetime) -> tuple[int, int, int, int]:
    """Jobs seen, accepted, rejected and lost in the hours from ``since`` until before ``until``, over all accounts."""
    row = AnalyticsPeriodRow
    sums = session.execute(
        select(
            *(
                func.coalesce(func.sum(column), 0)
                for column in (row.jobs_seen, row.jobs_accepted, row.jobs_rejected, row.jobs_lost)
            )
        ).where(row.period_start >= since, row.period_start < until)
    ).one()
    seen, accepted, rejected, lost = (int(one) for one in sums)
    return seen, accepted, rejected, lost


_BUSIEST_LANGUAGE = text(
    "SELECT language.key FROM analytics_periods, jsonb_each_text(languages) AS language "
    "WHERE period_start >= :since AND period_start < :until "
    "GROUP BY language.key ORDER BY sum(language.value::bigint) DESC, language.key LIMIT 1".replace("::", r"\:\:")
)


def busiest_language(session: Session, since: datetime, until: datetime) -> str | None:
    """The language of most new jobs between the two hours; None where there were none."""
    found: Any = session.scalar(_BUSIEST_LANGUAGE, {"since": since, "until": until})
    return None if found is None else str(found)


def periods_between(session: Session, since: datetime, until: datetime) -> Sequence[AnalyticsPeriodRow]:
    """The hours from ``since`` until before ``until``, oldest first."""
    row = AnalyticsPeriodRow
    return session.scalars(
        select(row)
        .where(row.period_start >= since, row.period_start < until)
        .order_by(row.period_start, row.account_id)
    ).all()
