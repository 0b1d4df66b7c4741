"""What every model of the wire has in common."""

from datetime import date, time
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

#: A session's name, e.g. ``session-20261120_101500``. It becomes part of Redis keys, file names and URLs.
SessionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$")]

#: Whose account a bot works for: a digest of portal and sign-in name, never the sign-in name itself.
AccountId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]

#: A portal definition's name, e.g. ``atoz``.
PortalName = Annotated[str, StringConstraints(max_length=100)]

#: What identifies something within its portal or outbox. One that is longer is refused: cut, it would be another one.
#: With account and portal beside it, it fits into a row of a Postgres index (2,704 bytes), whatever its characters.
Identifier = Annotated[str, StringConstraints(max_length=200)]

#: A whole number that every column can hold.
Count = Annotated[int, Field(ge=0, le=2**53)]


def _cut(limit: int) -> AfterValidator:
    return AfterValidator(lambda text: text if len(text) <= limit else f"{text[: limit - 1]}…")


#: A name or a word that stands in an index. A longer one is cut, and ends with "…".
ShortText = Annotated[str, _cut(500)]

#: Sentences, addresses, what a portal said. A longer one is cut, and ends with "…". All texts of a job together stay
#: far below what Postgres can search (1 MB).
LongText = Annotated[str, _cut(4_000)]


def _no_number(value: object) -> object:
    # Pydantic would take 0 for 1 January 1970, and 9 for nine seconds after midnight
    if isinstance(value, int | float):
        raise ValueError("write it as a text, not as a number")  # noqa: TRY004  # what Pydantic makes a message of
    return value


_WRITTEN = BeforeValidator(_no_number)

#: A moment, always with its offset; UTC everywhere inside the system. A number is none.
Moment = Annotated[AwareDatetime, _WRITTEN]
#: A calendar date. A number is none.
Day = Annotated[date, _WRITTEN]
#: A time of day on a wall clock. A number is none.
TimeOfDay = Annotated[time, _WRITTEN]


def as_list(value: object) -> object:
    """A single text as a list of one; anything else as it is."""
    return (value,) if isinstance(value, str) else value


#: In front of a list of texts: one text alone will do.
ONE_WILL_DO = BeforeValidator(as_list)


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
