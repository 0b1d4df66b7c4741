"""What the parts of a portal definition are made of: texts that are checked when a definition is loaded."""

import re
from datetime import date, timedelta
from string import Formatter
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.portal.definition.css import is_selector


class Part(BaseModel):
    """A part of a definition; a field that it does not know is an error, not a typo that passes silently."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _selector(text: str) -> str:
    if not is_selector(text):
        raise ValueError(f"'{text}' is not a CSS selector")
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"'{text}' is not a regular expression: {error}") from error
    return text


def valid_address(text: str) -> str:
    """The address without a slash at its end; raises ValueError for what is none."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"'{text}' is not an address that starts with http:// or https://")
    return text.rstrip("/")


def _path(text: str) -> str:
    if not text.startswith("/"):
        raise ValueError(f"'{text}' is not a path on the portal; it starts with a slash")
    unknown = set(re.findall(r"\{(.*?)\}", text)) - {"portal_id"}
    if unknown or text.count("{") != text.count("}"):
        raise ValueError(f"'{text}': {{portal_id}} is the only name that can stand in braces")
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"'{name}' is not a time zone; write it like Europe/London") from error
    return name


def _json_path(text: str) -> str:
    if not all(text.split(".")):
        raise ValueError(f"'{text}' is not a way to a value: write names joined by dots, like job.date")
    return text


#: Two weeks, to see whether a text says which one is meant.
_A_DAY, _A_LATER_DAY = date(2026, 11, 25), date(2027, 12, 14)


def in_week_of(day: date, text: str) -> str:
    """A filter's value with the week of this day filled in; raises ValueError for a format that is none."""
    monday = day - timedelta(days=day.weekday())
    return text.format(monday=monday, sunday=monday + timedelta(days=6))


def _week_text(text: str) -> str:
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"'{text}': {error}") from error
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if name not in ("monday", "sunday") or conversion or "{" in (form or ""):
            raise ValueError(f"'{text}': {{monday}} and {{sunday}} are the only names that can stand in braces")
        day = f"{{{name}:{form}}}"
        if in_week_of(_A_DAY, day) == in_week_of(_A_LATER_DAY, day):
            raise ValueError(f"'{text}': {{{name}:{form}}} is no format of a date; write it like {{{name}:%d/%m/%Y}}")
    return text


#: A CSS selector.
Selector = Annotated[str, AfterValidator(_selector)]
#: A regular expression; what counts is its first group, or all of it where it has none. Case is left out.
Pattern = Annotated[str, AfterValidator(_pattern)]
#: An address with its scheme and host, without a slash at the end.
Address = Annotated[str, AfterValidator(valid_address)]
#: A path on the portal, from its base address on, with a query where that matters; ``{portal_id}`` stands for a job's
#: id: ``/jobs/{portal_id}`` or ``/job.php?id={portal_id}``.
AddressPath = Annotated[str, AfterValidator(_path)]
#: What stands in a filter; ``{monday}`` and ``{sunday}`` stand for the first and the last day of the current week, as
#: ``2026-11-16`` or in a format of their own: ``{monday:%d/%m/%Y}``.
WeekText = Annotated[str, AfterValidator(_week_text)]
#: A time zone's name in the tz database.
ZoneName = Annotated[str, AfterValidator(_zone)]
#: The way to a value in JSON: names joined by dots; a number is a place in a list, counted from 0.
JsonPath = Annotated[str, AfterValidator(_json_path)]
#: A text as the page shows it; case and extra spaces are left out when it is compared.
PageText = Annotated[str, Field(min_length=1)]


class Place(Part):
    """An element of a page and, where ``text`` is given, all that stands in it."""

    selector: Selector
    #: nothing: the element alone is enough
    text: str | None = None
