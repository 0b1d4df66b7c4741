"""What the parts of a portal definition are made of: texts that are checked when a definition is loaded."""

import re
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.portal.selectors import is_selector


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


#: A CSS selector.
Selector = Annotated[str, AfterValidator(_selector)]
#: A regular expression; what counts is its first group, or all of it where it has none. Case is left out.
Pattern = Annotated[str, AfterValidator(_pattern)]
#: An address with its scheme and host, without a slash at the end.
Address = Annotated[str, AfterValidator(valid_address)]
#: A path on the portal, from its base address on, with a query where that matters; ``{portal_id}`` stands for a job's
#: id: ``/jobs/{portal_id}`` or ``/job.php?id={portal_id}``.
AddressPath = Annotated[str, AfterValidator(_path)]
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
