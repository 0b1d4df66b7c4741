"""``bot_configurations``: every configuration that the owner saved; the newest one counts."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.database.models.base import Base


class BotConfigurationRow(Base):
    """One version of the owner's settings."""

    __tablename__ = "bot_configurations"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: practice has settings of its own: what is tried out there must not accept real jobs later
    practice_mode: Mapped[bool]
    #: a ``contract.configuration.BotConfiguration``
    configuration: Mapped[dict[str, Any]] = mapped_column(JSONB)
    updated_at: Mapped[datetime]


Index("ix_bot_configurations_newest", BotConfigurationRow.practice_mode, BotConfigurationRow.version.desc())
