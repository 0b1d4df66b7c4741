"""Names of time zones as programs write them, and the zones that each of them can mean.

Known are the names of the IANA database, those of Windows (by the table of Unicode's CLDR, which icalendar ships),
abbreviations and English names that stand in calendars, offsets, and the cities in the titles that Windows shows.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

#: Abbreviations and names that are in no database; several zones where programs mean different ones by it. A program
#: that writes "BST" in winter may mean an hour before UTC, or London.
_BY_WORD: dict[str, tuple[str, ...]] = {
    "z": ("UTC",),
    "zulu": ("UTC",),
    "coordinated universal time": ("UTC",),
    "universal time": ("UTC",),
    "bst": ("Etc/GMT-1", "Europe/London"),
    "british summer time": ("Etc/GMT-1", "Europe/London"),
    "gmt/bst": ("Europe/London",),
    "british time": ("Europe/London",),
    "uk": ("Europe/London",),
    "greenwich mean time": ("UTC", "Europe/London"),
    "ist": ("Etc/GMT-1", "Europe/Dublin", "Asia/Kolkata", "Asia/Jerusalem"),
    "irish standard time": ("Etc/GMT-1", "Europe/Dublin"),
    "irish summer time": ("Etc/GMT-1", "Europe/Dublin"),
    "western european time": ("UTC", "Europe/Lisbon"),
    "western european summer time": ("Etc/GMT-1", "Europe/Lisbon"),
    "west": ("Etc/GMT-1", "Europe/Lisbon"),
    "central european time": ("Etc/GMT-1", "Europe/Brussels"),
    "central european summer time": ("Etc/GMT-2", "Europe/Brussels"),
    "cest": ("Etc/GMT-2", "Europe/Brussels"),
    "mez": ("Etc/GMT-1", "Europe/Brussels"),
    "mesz": ("Etc/GMT-2", "Europe/Brussels"),
    "eastern european time": ("Etc/GMT-2", "Europe/Bucharest"),
    "eastern european summer time": ("Etc/GMT-3", "Europe/Bucharest"),
    "eest": ("Etc/GMT-3", "Europe/Bucharest"),
    "edt": ("Etc/GMT+4", "America/New_York"),
    "cdt": ("Etc/GMT+5", "America/Chicago"),
    "mdt": ("Etc/GMT+6", "America/Denver"),
    "pst": ("Etc/GMT+8", "America/Los_Angeles"),
    "pdt": ("Etc/GMT+7", "America/Los_Angeles"),
    "eastern time": ("America/New_York",),
    "central time": ("America/Chicago",),
    "mountain time": ("America/Denver",),
    "pacific time": ("America/Los_Angeles",),
}
_OFFSET = re.compile(r"\(?(?:utc|gmt)?\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?\)?", re.IGNORECASE)
#: A title as Windows shows it: "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna".
_TITLE = re.compile(r"\(\s*(?:utc|gmt)\s*(?:([+-])\s*(\d{1,2}):?(\d{2}))?\s*\)\s*(.+)", re.IGNORECASE)
#: Outlook numbers the second definition of a name; "GMT 1" is none of these, it may mean an hour before GMT.
_NUMBER_AT_END = re.compile(r"(?<=\w{4})[\s_]+\d+$")
_IN_BRACKETS = re.compile(r"\s*\(.*?\)")
_LARGEST_OFFSET = timedelta(hours=15)


def known_zones(name: str) -> tuple[tzinfo, ...]:
    """The zones that a name can mean; one for nearly every name, none for one that nobody knows."""
    cleaned = " ".join(name.strip().strip("\"'").split())
    for candidate in _candidates(cleaned):
        if found := _zones_called(candidate):
            return found
    title = _TITLE.fullmatch(cleaned)
    return _zones_of_title(title) if title is not None else ()


def _candidates(name: str) -> Iterator[str]:
    """The name, and then without what programs put before and behind it."""
    plain = name.strip("/")
    yield plain
    yield _NUMBER_AT_END.sub("", plain)
    if "/" in plain:
        # /freeassociation.sourceforge.net/Europe/London, tzone://Microsoft/Utc: the longest end that is a name
        parts = [part for part in plain.split("/") if part]
        for start in range(1, len(parts)):
            yield "/".join(parts[start:])


def _zones_called(name: str) -> tuple[tzinfo, ...]:
    word = name.casefold()
    if word in _BY_WORD:
        return tuple(_zone(key) for key in _BY_WORD[word])
    if key := _iana_names().get(word.replace(" ", "_")):
        return (_zone(key),)
    if key := _windows_names().get(word):
        return (_zone(key),)
    if match := _OFFSET.fullmatch(name):
        return _fixed(match)
    return ()


def _fixed(match: re.Match[str]) -> tuple[tzinfo, ...]:
    size = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if size > _LARGEST_OFFSET:
        return ()
    return (timezone(-size if match[1] == "-" else size),)


def _zones_of_title(match: re.Match[str]) -> tuple[tzinfo, ...]:
    """By the cities in the title, as far as they are in the database; else all Windows zones of its offset."""
    size = timedelta(hours=int(match[2] or 0), minutes=int(match[3] or 0))
    offset = -size if match[1] == "-" else size
    words = [word.strip().casefold().replace(" ", "_") for word in match[4].split(",")]
    cities = {key for key in _iana_names().values() if key.rpartition("/")[2].casefold() in words}
    in_title = [zone for zone in map(_zone, sorted(cities)) if _standard_offset(zone) == offset]
    if in_title:
        return tuple(in_title)
    called = _zones_called(_IN_BRACKETS.sub("", match[4]))
    every = called or tuple(map(_zone, sorted(set(WINDOWS_TO_OLSON.values()))))
    return tuple(zone for zone in every if _standard_offset(zone) == offset)


def _standard_offset(zone: tzinfo) -> timedelta | None:
    """What a clock there shows against UTC when no summer time holds, in a recent year."""
    offsets = [zone.utcoffset(datetime(2026, month, 1)) for month in (1, 7)]  # noqa: DTZ001
    return min(one for one in offsets if one is not None)


@cache
def _iana_names() -> dict[str, str]:
    """Every name of the database by its small letters."""
    return {name.casefold(): name for name in available_timezones()}


@cache
def _windows_names() -> dict[str, str]:
    """Names of Windows, in small letters, also with "Daylight" or "Summer" for "Standard"."""
    found = {name.casefold(): key for name, key in WINDOWS_TO_OLSON.items()}
    summer = {
        name.replace("standard", word): key
        for name, key in found.items()
        for word in ("daylight", "summer")
        if "standard" in name
    }
    return summer | found


@cache
def _zone(key: str) -> tzinfo:
    return UTC if key == "UTC" else ZoneInfo(key)
