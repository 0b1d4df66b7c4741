"""The system's log as the API shows it."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from app.query_params import Cursor, PageLength, SessionName


class LogLevel(StrEnum):
    """How much a line matters."""

    #: worth knowing
    INFO = "info"
    #: something did not go as it should, and the system goes on
    WARNING = "warning"
    #: the owner should look at it
    ERROR = "error"


class LogEntry(BaseModel):
    """One line of the log, for the owner."""

    id: int
    at: datetime
    session_id: str | None
    level: LogLevel
    action: str = Field(description="Stable and short, e.g. `sign_in_refused`.")
    message: str
    what_to_do: str | None


class LogPage(BaseModel):
    """Log lines, newest first."""

    items: list[LogEntry]
    next_cursor: str | None = Field(description="Give it back as `cursor` for the next page; null on the last one.")


class LogQuery(BaseModel):
    """Which lines, and which page of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: LogLevel | None = Field(default=None, description="This level alone.")
    session_id: SessionName | None = None
    limit: PageLength = 50
    cursor: Cursor | None = None
