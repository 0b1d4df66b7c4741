"""A portal's texts as values: dates, times, durations. What cannot be read is None, never a guess."""

import re
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

#: Years in which an appointment can lie; another one is a misreading, and calendars cannot count beyond 1 and 9999.
_YEARS = range(2000, 2100)

#: A month: nobody interprets longer in one appointment, so a longer one is a misreading.
_LONGEST_MINUTES = 31 * 24 * 60

#: Moments as numbers since 1970: how many of them make a second.
_UNIX = {"unix": 1, "unix_ms": 1000}

# A board shows the same few texts again at every poll; reading a date takes longer than finding it in a cache.
_KEPT = 4096


def one_line(text: str) -> str:
    """The text with every run of white space, no-break spaces included, as one space."""
    return " ".join(text.split())


def same_text(one: str, other: str) -> bool:
    """Whether two texts of a page are the same but for case and white space."""
    return one_line(one).casefold() == one_line(other).casefold()


def read_count(text: str) -> int | None:
    """A whole number from 0 on; None for anything else, and for one of more than nine digits."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= 9  # noqa: PLR2004 - said above
    return int(text) if is_number else None


@lru_cache(maxsize=_KEPT)
def read_date(text: str, formats: tuple[str, ...]) -> date | None:
    """The calendar date in the first format that fits the whole text; None where none does."""
    found = _read(text, formats)
    return found.date() if found and found.year in _YEARS else None


@lru_cache(maxsize=_KEPT)
def read_time(text: str, formats: tuple[str, ...]) -> time | None:
    """The wall clock time in the first format that fits the whole text; None where none does."""
    found = _read(text, formats)
    return found.time() if found else None


@lru_cache(maxsize=_KEPT)
def read_moment(
    text: str, moments: tuple[str, ...], dates: tuple[str, ...], zone: ZoneInfo
) -> tuple[date | None, time | None]:
    """Date and time in one text, as the wall clock of ``zone`` shows them.

    A moment with an offset, or a count of seconds, is turned into that zone's clock. The time is None where only a date
    stands there, both where nothing fits.
    """
    found = _read(text, moments)
    if found and found.tzinfo is not None:
        found = found.astimezone(zone)
    if found and found.year in _YEARS:
        return found.date(), found.time()
    return read_date(text, dates), None


@lru_cache(maxsize=_KEPT)
def read_duration(text: str, patterns: tuple[str, ...]) -> int | None:
    """Minutes, from the first pattern that fits the whole text and finds hours or minutes; None where none does."""
    for pattern in patterns:
        match = re.fullmatch(pattern, text, re.IGNORECASE)
        if not match:
            continue
        groups = match.groupdict()
        hours, minutes = read_count(groups.get("hours") or "0"), read_count(groups.get("minutes") or "0")
        if hours is None or minutes is None or not (groups.get("hours") or groups.get("minutes")):
            continue
        total = hours * 60 + minutes
        return total if total <= _LONGEST_MINUTES else None
    return None


def _read(text: str, formats: tuple[str, ...]) -> datetime | None:
    if not text:
        return None
    for layout in formats:
        try:
            if layout in _UNIX:
                return datetime.fromtimestamp(int(text) / _UNIX[layout], UTC)
            # The portal's wall clock; its zone is added where date and time come together.
            return datetime.strptime(text, layout)  # noqa: DTZ007
        except (ValueError, OverflowError, OSError):
            continue
    return None
