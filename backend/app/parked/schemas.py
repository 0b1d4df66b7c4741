"""Parked events as the API shows them."""

from datetime import datetime

from pydantic import BaseModel, Field


class ParkedEvent(BaseModel):
    """An event that could not be read or stored, as it came."""

    id: str = Field(description="Its id in the stream of parked events.")
    at: datetime | None = Field(description="When it was parked.")
    reason: str = Field(description="Why, in the words of whatever refused it.")
    session_id: str | None = Field(description="Whose it is, where it says so.")
    type: str | None = Field(description="What kind of event it says it is.")
    content: str = Field(description="The event as it came; characters that are no text are replaced.")


class ParkedEvents(BaseModel):
    """A page of parked events, the newest first."""

    items: list[ParkedEvent]
    next_cursor: str | None = Field(description="Asks for the page behind this one; null on the last page.")
    total: int = Field(description="How many are parked in all.")


class ParkedEventAnswer(BaseModel):
    """What came of sending an event again, or of throwing it away."""

    message: str
