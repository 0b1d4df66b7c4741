"""``bot_configurations`` in SQL."""

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.database.locks import LockName
from app.database.models import BotConfigurationRow


def one_at_a_time(session: Session) -> None:
    """Let no two requests give the same version; until the transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": LockName.CONFIGURATION.value})


def newest(session: Session, *, practice_mode: bool) -> BotConfigurationRow | None:
    """The configuration that counts; None where none was ever saved."""
    return session.scalar(
        select(BotConfigurationRow)
        .where(BotConfigurationRow.practice_mode == practice_mode)
        .order_by(BotConfigurationRow.version.desc())
        .limit(1)
    )


def highest_version(session: Session) -> int:
    """Over practice and earnest; 0 where none was ever saved."""
    return session.scalar(select(func.max(BotConfigurationRow.version))) or 0
