"""``ingest_positions``: how far each outbox's events are in the tables."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from app.database.models.base import Base


class IngestPositionRow(Base):
    """Changes in the same transaction as the tables that the events went into, so each event counts once."""

    __tablename__ = "ingest_positions"

    session_id: Mapped[str] = mapped_column(primary_key=True)
    outbox_id: Mapped[str] = mapped_column(primary_key=True)
    #: everything up to and including this one is in the tables
    seq: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[datetime]
