"""``analytics_periods``: what happened in each hour, per account."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.database.models.base import Base


class AnalyticsPeriodRow(Base):
    """One hour of one account. An hour in which nothing happened has no row."""

    __tablename__ = "analytics_periods"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    #: the full hour, UTC
    period_start: Mapped[datetime] = mapped_column(primary_key=True)
    checks: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    #: jobs seen for the first time
    jobs_seen: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    # jobs whose outcome, as it stands now, was settled in this hour
    jobs_accepted: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    jobs_rejected: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    jobs_lost: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    #: language -> new jobs
    languages: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))


Index("ix_analytics_periods_period_start", AnalyticsPeriodRow.period_start)
