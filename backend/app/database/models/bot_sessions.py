"""``bot_sessions``: each run of a bot, and what the owner wants of it."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database.models.base import Base, Word
from app.sessions.schemas import Wanted
from contract.sessions import LoginStatus, SessionState, StartedBy


class BotSessionRow(Base):
    """One session from its start to its stop, over crashes and restarts."""

    __tablename__ = "bot_sessions"

    session_id: Mapped[str] = mapped_column(primary_key=True)
    session_name: Mapped[str]
    #: null until its bot has said for which account it works
    account_id: Mapped[str | None]
    portal: Mapped[str | None]
    started_by: Mapped[StartedBy] = mapped_column(Word(StartedBy))
    practice_mode: Mapped[bool] = mapped_column(server_default=text("false"))

    #: the only truth about what is wanted
    wanted: Mapped[Wanted] = mapped_column(Word(Wanted))
    wanted_at: Mapped[datetime]

    #: what the bot said last, or what the supervisor found when the bot could say nothing any more
    state: Mapped[SessionState] = mapped_column(Word(SessionState))
    #: when that was; an older report does not change the state
    state_at: Mapped[datetime]
    status_reason: Mapped[str | None]
    #: what the reason is about while the bot works
    condition: Mapped[str | None]
    login_status: Mapped[LoginStatus] = mapped_column(Word(LoginStatus))
    interpreter_name: Mapped[str | None]

    total_checks: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    total_accepted: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    total_rejected: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    total_lost: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))

    start_time: Mapped[datetime]
    #: null while it is wanted or alive
    end_time: Mapped[datetime | None]
    #: when its bot last reported anything
    last_event_at: Mapped[datetime | None]


# the list, newest first, and its next page
Index("ix_bot_sessions_newest", BotSessionRow.start_time.desc(), BotSessionRow.session_id.desc())
# what the supervisor looks at twice a second
Index(
    "ix_bot_sessions_open", BotSessionRow.session_id, postgresql_where=text("end_time IS NULL OR wanted <> 'stopped'")
)
Index("ix_bot_sessions_last_event_at", BotSessionRow.last_event_at.desc().nulls_last())
