"""Sessions as the API shows them."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from contract.sessions import LoginStatus, SessionState, StartedBy


class Wanted(StrEnum):
    """What the owner wants of a session; the supervisor makes it so."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class SessionStatus(BaseModel):
    """One session, as the rows and the heartbeats tell. Where there never was one, ids and times are null."""

    model_config = ConfigDict(frozen=True)

    is_running: bool = Field(
        description="The bot gives signs of life and its state is neither `stopped` nor `failed`. While Redis is away "
        "this is what was known last."
    )
    session_id: str | None = None
    session_name: str | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    status: SessionState = SessionState.STOPPED
    status_reason: str | None = Field(default=None, description="In words for the owner; always there when `failed`.")
    condition: str | None = Field(
        default=None,
        description="What stands in the way while the bot works, and what `status_reason` is about: `account`, `disk`, "
        "`calendar`, `sign_in`, `hours`, `layout`, `portal`, `our_jobs`, `cap`; `unheard` while Redis is away. A newer "
        "bot may have others.",
    )
    wanted: Wanted = Wanted.STOPPED
    started_by: StartedBy | None = None
    login_status: LoginStatus = LoginStatus.SIGNED_OUT
    interpreter_name: str | None = Field(default=None, description="The name that the portal shows for the account.")
    portal: str | None = None
    account_id: str | None = None
    total_checks: int = 0
    total_accepted: int = 0
    total_rejected: int = 0
    total_lost: int = 0
    last_heartbeat_at: datetime | None = None
    configuration_version: int | None = Field(
        default=None, description="The version of the settings that the bot works with; null where it does not run."
    )
    practice_mode: bool = Field(default=False, description="The simulator stands in for the portal.")


class SessionPage(BaseModel):
    """Sessions, newest first."""

    items: list[SessionStatus]
    next_cursor: str | None = Field(description="Give it back as `cursor` for the next page; null on the last one.")


class BotActionResult(BaseModel):
    """What an action did, and how the session stands now."""

    message: str = Field(description="In words for the owner.")
    status: SessionStatus
