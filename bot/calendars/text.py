"""An iCal text before its entries are looked at: whether it is whole, what is over, and what the parser makes of it."""

import re
import warnings
from collections.abc import Iterator
from datetime import date

from icalendar import Calendar

#: So much of a rule is shown.
_LONGEST_RULE = 80

#: What comes out of the libraries for an entry that makes no sense.
SENSELESS = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, AssertionError)


class NotACalendar(Exception):
    """The text is no whole calendar; the words go on after "The calendar …"."""


_BEGIN_CALENDAR = re.compile(rb"^BEGIN:VCALENDAR[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_END_CALENDAR = re.compile(rb"^END:VCALENDAR[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_EVENT = re.compile(rb"^BEGIN:VEVENT[ \t]*\r?\n.*?^END:VEVENT[ \t]*\r?\n", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_BEGIN_EVENT = re.compile(rb"^BEGIN:VEVENT[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_REACHES_FURTHER = re.compile(rb"^(RRULE|RDATE|RECURRENCE-ID|DURATION)", re.IGNORECASE | re.MULTILINE)
_START_OR_END = re.compile(rb"^DT(START|END)\b", re.IGNORECASE | re.MULTILINE)
_START_OR_END_DAY = re.compile(rb"^DT(START|END)(?:;[^:\r\n]*)?:(\d{8})", re.IGNORECASE | re.MULTILINE)
_FOLD = re.compile(rb"\r?\n[ \t]")
_RULE = re.compile(rb"^RRULE[^:\r\n]*:(.*)$", re.IGNORECASE | re.MULTILINE)


def whole(content: bytes) -> bytes:
    """The text, once it is certain that it is a calendar and nothing of it is missing. Raises NotACalendar."""
    text = content.removeprefix(b"\xef\xbb\xbf").strip() + b"\r\n"
    if text.startswith(b"<"):
        raise NotACalendar("is a web page, not a calendar; use its address in iCal format (it often ends in .ics)")
    begins = len(_BEGIN_CALENDAR.findall(text))
    if not begins or not _BEGIN_CALENDAR.match(text):
        raise NotACalendar("is not in iCal format")
    last_line = text.rstrip().rsplit(b"\n", 1)[-1].strip()
    if begins != len(_END_CALENDAR.findall(text)) or last_line.upper() != b"END:VCALENDAR":
        raise NotACalendar("ends in the middle: a part of it is missing")
    return text


def without_past(text: bytes, *, day: date) -> bytes:
    """The text without entries that were plainly over before ``day``.

    A calendar is mostly past, and parsing costs a millisecond and 25 kB an entry. What is written in an unusual way
    stays.
    """
    limit = f"{day:%Y%m%d}".encode()

    def keep(match: re.Match[bytes]) -> bytes:
        entry = match[0]
        if _REACHES_FURTHER.search(entry) or len(_BEGIN_EVENT.findall(entry)) != 1:
            return entry
        days = dict(_START_OR_END_DAY.findall(entry))
        is_over = b"START" in days and max(days.values()) < limit
        return b"" if is_over and len(days) == len(_START_OR_END.findall(entry)) else entry

    return _EVENT.sub(keep, text)


def damaged_rules(text: bytes) -> Iterator[str]:
    """Rules of which the library would leave out a part that it does not understand."""
    for match in _RULE.finditer(_FOLD.sub(b"", text)):
        if any(part and part.count(b"=") != 1 for part in match[1].strip().split(b";")):
            rule = match[1].decode(errors="replace").strip()[:_LONGEST_RULE]
            yield f"a recurring entry: its rule “{rule}” cannot be read"


def parse(text: bytes) -> list[Calendar]:
    """The calendars in the text, every entry included. Raises NotACalendar."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # guesses at time zones' names; they are right where they find one
        try:
            calendars = Calendar.from_ical(text, multiple=True)
        except SENSELESS as error:
            raise NotACalendar(f"cannot be understood ({type(error).__name__})") from error
    found = sum(len(calendar.walk("VEVENT")) for calendar in calendars)
    if found != len(_BEGIN_EVENT.findall(text)):
        raise NotACalendar("ends in the middle of an entry: a part of it is missing")
    return calendars
