"""``system_logs``: the log for the owner."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.database.models.base import Base, Word
from app.logs.schemas import LogLevel


class SystemLogRow(Base):
    """One line."""

    __tablename__ = "system_logs"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    session_id: Mapped[str | None] = mapped_column(ForeignKey("bot_sessions.session_id"))
    level: Mapped[LogLevel] = mapped_column(Word(LogLevel))
    #: stable and short
    action: Mapped[str]
    message: Mapped[str]
    what_to_do: Mapped[str | None]


Index("ix_system_logs_newest", SystemLogRow.at.desc(), SystemLogRow.id.desc())
Index("ix_system_logs_level", SystemLogRow.level, SystemLogRow.at.desc(), SystemLogRow.id.desc())
Index("ix_system_logs_session", SystemLogRow.session_id, SystemLogRow.at.desc(), SystemLogRow.id.desc())
