"""What every model of the wire has in common."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints

#: A session's name, e.g. ``session-20261120_101500``. It becomes part of Redis keys, file names and URLs.
SessionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$")]

#: Whose account a bot works for: a digest of portal and sign-in name, never the sign-in name itself.
AccountId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]

#: A moment, always with its offset; UTC everywhere inside the system.
Moment = AwareDatetime


def is_text(text: str) -> bool:
    """Whether it can be written down and kept: Postgres takes no null character, UTF-8 no half of a character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def only_text(text: str) -> str:
    """The text; raises ValueError for one that cannot be kept. It is not repeated: an error must be text as well."""
    if not is_text(text):
        raise ValueError("there is a character in it that is no text; write it without")
    return text


#: What can be written down and kept.
Text = Annotated[str, AfterValidator(only_text)]


class Wire(BaseModel):
    """A frozen message part that refuses fields it does not know, so that a typo never passes silently."""

    model_config = ConfigDict(frozen=True, extra="forbid")
