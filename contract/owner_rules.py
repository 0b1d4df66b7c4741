"""The parts of the owner's settings that are more than a number or a list of words."""

from datetime import time
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from common.job_fields import TEXT_FIELDS
from common.states import Preference
from contract.wire import ONE_WILL_DO, Day, Text, TimeOfDay, Wire, only_text

__all__ = [
    "BrowserUse",
    "DateSpan",
    "LaneChoice",
    "Mode",
    "Preference",
    "Weekday",
    "WeeklyHours",
    "WordList",
    "WordRule",
    "Words",
]

#: What it may be stands in the schema, for the dashboard's types; the validator says it in words.
_SearchableField = Annotated[Text, Field(json_schema_extra={"enum": [*TEXT_FIELDS]})]


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Mode(StrEnum):
    """What becomes of a job to which every rule says yes."""

    #: it is accepted at once
    ACCEPT = "accept"
    #: it is offered to the owner, and accepted when the owner approves it in time
    ASK = "ask"
    #: it is recorded, and never accepted
    WATCH = "watch"


class LaneChoice(StrEnum):
    """The way to the portal."""

    #: over HTTP where the portal's definition can be read that way, else through the browser
    AUTO = "auto"
    #: over HTTP, with the session that the browser signed in
    HTTP = "http"
    #: through the browser, with page loads and clicks
    PAGE = "page"


class BrowserUse(StrEnum):
    """What becomes of the browser when it is not needed."""

    #: it is closed, and started for the next sign-in or picture: about 300 MB less
    SLEEP = "sleep"
    #: it stays open: the next sign-in is some seconds faster
    STAY = "stay"


class DateSpan(Wire):
    """From one calendar date to another, both included; null is open."""

    first: Day | None = None
    last: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first is None and self.last is None:
            raise ValueError("give a first or a last date")
        if self.first is not None and self.last is not None and self.last < self.first:
            raise ValueError(f"{self.last} lies before {self.first}; the first date comes first")
        return self


class WeeklyHours(Wire):
    """Hours on some days of the week, on the portal's clock. An end at or before the start is on the next day."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    start: TimeOfDay = time(0, 0)
    #: midnight is the end of the day
    end: TimeOfDay = time(0, 0)

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.start == self.end and self.start != time(0, 0):
            raise ValueError("start and end are the same; for the whole day leave both out")
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise ValueError("write times as the portal's clock shows them, like 09:00")
        return self


#: Some words: a name or a phrase.
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(only_text)
]


class WordRule(Wire):
    """Words to look for in a job, as whole words; capitals do not matter."""

    #: one of these is enough
    words: Annotated[tuple[Words, ...], ONE_WILL_DO, Field(min_length=1)]
    #: where to look; empty means in every field
    fields: tuple[_SearchableField, ...] = ()

    @model_validator(mode="after")
    def _known_fields(self) -> Self:
        for name in self.fields:
            if name not in TEXT_FIELDS:
                raise ValueError(f"'{name}' is not a text of a job; choose from {', '.join(TEXT_FIELDS)}")
        for words in self.words:
            if not any(character.isalnum() for character in words):
                raise ValueError(f"'{words}' has no letter or digit in it, so it could never be found")
        return self


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


#: A list of names or phrases, each once. One text alone is a list of one.
WordList = Annotated[tuple[Words, ...], ONE_WILL_DO, AfterValidator(_each_once)]
