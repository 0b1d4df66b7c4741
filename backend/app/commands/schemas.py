"""The answer to a command."""

from pydantic import BaseModel, ConfigDict, Field


class CommandSent(BaseModel):
    """The bot was told; what comes of it is told over the websocket."""

    model_config = ConfigDict(frozen=True)

    message: str = Field(description="In words for the owner.")
    session_id: str = Field(description="The session that was told.")
