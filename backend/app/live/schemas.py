"""What goes over the websocket: one union, told apart by its literal ``type``, each ``{type, data, timestamp}``."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter

from app.jobs.schemas import JobRecord
from app.sessions.schemas import SessionStatus
from contract.configuration import BotConfiguration


class ConnectionEstablished(BaseModel):
    """The first message on every connection."""

    server_time: datetime
    version: str


class CycleCompleted(BaseModel):
    """One pass over the board."""

    session_id: str
    duration_ms: float
    pages: int
    jobs_on_board: int
    new_jobs: int
    total_checks: int
    total_accepted: int
    total_rejected: int
    total_lost: int


class ErrorShown(BaseModel):
    """Something went wrong that the owner should know of."""

    session_id: str
    code: str
    message: str
    what_to_do: str
    fatal: bool = Field(description="The session ended because of it.")


class NoticeShown(BaseModel):
    """Something worth a line that is no error."""

    session_id: str
    action: str
    message: str


class ConfigurationChanged(BaseModel):
    """The owner saved a configuration, or a bot took it up."""

    version: int
    configuration: BotConfiguration
    session_id: str | None = Field(description="The bot that took it up; null when the owner saved it.")


class _MessageBase(BaseModel):
    timestamp: datetime = Field(description="When it happened.")


class ConnectionEstablishedMessage(_MessageBase):
    """Say hello."""

    type: Literal["connection_established"] = "connection_established"
    data: ConnectionEstablished


class StatusUpdateMessage(_MessageBase):
    """A session's status changed, or what is wanted of it."""

    type: Literal["status_update"] = "status_update"
    data: SessionStatus


class JobProcessedMessage(_MessageBase):
    """Something about a job changed."""

    type: Literal["job_processed"] = "job_processed"
    data: JobRecord


class CycleCompleteMessage(_MessageBase):
    """A pass over the board was completed."""

    type: Literal["cycle_complete"] = "cycle_complete"
    data: CycleCompleted


class ErrorMessage(_MessageBase):
    """An error to show."""

    type: Literal["error"] = "error"
    data: ErrorShown


class NoticeMessage(_MessageBase):
    """A line to show."""

    type: Literal["notice"] = "notice"
    data: NoticeShown


class ConfigurationUpdatedMessage(_MessageBase):
    """The configuration changed."""

    type: Literal["configuration_updated"] = "configuration_updated"
    data: ConfigurationChanged


LiveMessage = Annotated[
    ConnectionEstablishedMessage
    | StatusUpdateMessage
    | JobProcessedMessage
    | CycleCompleteMessage
    | ErrorMessage
    | NoticeMessage
    | ConfigurationUpdatedMessage,
    Field(discriminator="type"),
]

LIVE_MESSAGE: TypeAdapter[LiveMessage] = TypeAdapter(LiveMessage)
