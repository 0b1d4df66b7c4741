"""``ingest_positions`` in SQL."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.database.models import IngestPositionRow
from app.ingest.reading import OutboxKey


def read_positions(session: Session, keys: Iterable[OutboxKey]) -> dict[OutboxKey, int]:
    """How far these outboxes are in the tables, locked until the transaction ends; a new one is missing."""
    wanted = sorted((key.session_id, key.outbox_id) for key in keys)
    if not wanted:
        return {}
    rows = session.execute(
        select(IngestPositionRow.session_id, IngestPositionRow.outbox_id, IngestPositionRow.seq)
        .where(tuple_(IngestPositionRow.session_id, IngestPositionRow.outbox_id).in_(wanted))
        .order_by(IngestPositionRow.session_id, IngestPositionRow.outbox_id)
        .with_for_update()
    )
    return {OutboxKey(row.session_id, row.outbox_id): row.seq for row in rows}


def write_positions(session: Session, positions: Mapping[OutboxKey, int]) -> None:
    """Note how far the outboxes are in the tables."""
    if not positions:
        return
    now = datetime.now(UTC)
    statement = insert(IngestPositionRow)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["session_id", "outbox_id"],
            # never back
            set_={
                "seq": func.greatest(IngestPositionRow.seq, statement.excluded.seq),
                "updated_at": statement.excluded.updated_at,
            },
        ),
        [
            {"session_id": key.session_id, "outbox_id": key.outbox_id, "seq": seq, "updated_at": now}
            for key, seq in positions.items()
        ],
    )
