"""Types of query parameters that several lists share."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from contract.wire import Text


def is_of_our_time(moment: datetime) -> bool:
    """Whether no time zone and no addition of some days takes the moment out of the calendar."""
    return _EARLIEST <= moment <= _LATEST


def _of_our_time(moment: datetime) -> datetime:
    if not is_of_our_time(moment):
        raise ValueError("choose a moment between 1970 and 2200")
    return moment


_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def _written_out(moment: object) -> object:
    # Pydantic would also take a bare number, for seconds or milliseconds as it sees fit
    if isinstance(moment, str) and not _MOMENT.match(moment):
        raise ValueError("write it as 2026-11-20T12:00:00Z")
    return moment


#: A date, a time and a time zone; whether there is such a moment is Pydantic's to say.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt _]\d\d:\d\d.*(?:[Zz]|[+-]\d\d:?\d\d)$")

#: A moment that no time zone and no addition of some days takes out of the calendar.
Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_of_our_time)]

SessionName = Annotated[Text, Field(max_length=80)]
Cursor = Annotated[Text, Field(max_length=400, description="`next_cursor` of the page before.")]
PageLength = Annotated[int, Field(ge=1, le=200, description="How many at most.")]
