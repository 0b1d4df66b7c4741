"""The tables, a file each."""

from app.database.models.analytics_periods import AnalyticsPeriodRow
from app.database.models.base import Base
from app.database.models.bot_configurations import BotConfigurationRow
from app.database.models.bot_sessions import BotSessionRow
from app.database.models.ingest_positions import IngestPositionRow
from app.database.models.job_records import JobRecordRow
from app.database.models.system_logs import SystemLogRow

__all__ = [
    "AnalyticsPeriodRow",
    "Base",
    "BotConfigurationRow",
    "BotSessionRow",
    "IngestPositionRow",
    "JobRecordRow",
    "SystemLogRow",
]
