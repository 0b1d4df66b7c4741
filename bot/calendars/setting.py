"""The setting ``CALENDARS``: which calendars the owner has.

Entries are separated by commas or new lines; each is an address, or ``name=address``, e.g.::

    family=webcal://calendar.example/family.ics, ~/work.ics

An address is a file's path, or starts with ``https://``, ``http://``, ``webcal://`` or ``file://``. A private
calendar's address holds a secret: whoever knows it can read the calendar. It is therefore a setting of the bot's own
and travels nowhere; everything that is said about a calendar names it by its label.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

_SEPARATORS = re.compile(r"[,\n]")
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):(?=//)")
#: What may be a name: it is shown in sentences, and must not be taken for an address.
_LABEL = re.compile(r"^[^\W_][\w .&'()-]{0,39}$")
#: webcal is http by another name, which calendar programs open; every server that matters has https.
_SCHEMES = {"https": "https", "http": "http", "webcal": "https", "webcals": "https"}


class CalendarSettingError(ValueError):
    """The setting cannot be used; the message says which entry and what to do, and never shows an address."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarSource:
    """One calendar and where it comes from."""

    #: how it is called in everything that is said about it; unique and harmless
    label: str
    #: an absolute path, or an ``https://`` or ``http://`` address; a secret
    address: str = field(repr=False)
    is_file: bool


def parse_calendars(text: str, *, base: Path) -> tuple[CalendarSource, ...]:
    """The calendars that the setting names, in its order; none for an empty one.

    A file's path may start with ``~`` or be relative to ``base``; whether the file exists is not asked here. Raises
    CalendarSettingError.
    """
    found: list[CalendarSource] = []
    entries = [entry.strip() for entry in _SEPARATORS.split(text)]
    for number, entry in enumerate((entry for entry in entries if entry), start=1):
        label, address = _divide(entry, number)
        address, is_file = _address(address, number, base)
        if any(other.address == address for other in found):
            raise CalendarSettingError(f"{_entry(number)} is the same calendar as one before it; remove one of them")
        taken = {other.label.casefold() for other in found}
        if label is None:
            label = _unused(_label_of(address, number, is_file=is_file), taken)
        elif label.casefold() in taken:
            raise CalendarSettingError(f"{_entry(number)}: two calendars are called “{label}”; give them other names")
        found.append(CalendarSource(label=label, address=address, is_file=is_file))
    return tuple(found)


def _divide(entry: str, number: int) -> tuple[str | None, str]:
    before, equals, after = entry.partition("=")
    # an address may hold a "=" of its own, but never before its first slash or colon
    if not equals or any(mark in before for mark in "/:\\?"):
        return None, entry
    label, address = before.strip(), after.strip()
    if not label:
        raise CalendarSettingError(
            f"{_entry(number)} has no name before its =; write name=address, or the address alone"
        )
    if not _LABEL.match(label):
        raise CalendarSettingError(
            f"{_entry(number)}: the name before the = cannot be used; start it with a letter or digit and use at most "
            "40 letters, digits, spaces and . - & ' ( )"
        )
    if not address:
        raise CalendarSettingError(f"{_entry(number)}: “{label}” has no address after its =")
    return label, address


def _address(text: str, number: int, base: Path) -> tuple[str, bool]:
    """The address in its usual form, and whether it is a file."""
    match = _SCHEME.match(text)
    if match is None:
        return _path(text, number, base), True
    scheme = match[1].lower()
    if scheme == "file":
        return _path(unquote(urlsplit(text).path), number, base), True
    if scheme not in _SCHEMES:
        raise CalendarSettingError(
            f"{_entry(number)}: {scheme}:// is not understood; use the path of a file, or an address with https://, "
            "http:// or webcal://"
        )
    if any(character.isspace() for character in text):
        raise CalendarSettingError(f"{_entry(number)} has a space in its address; separate calendars by commas")
    address = f"{_SCHEMES[scheme]}{text[match.end(1) :]}".partition("#")[0]
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise CalendarSettingError(f"{_entry(number)} is no address: the name of its server cannot be read")
    return address, False


def _path(text: str, number: int, base: Path) -> str:
    try:
        return str((base / Path(text).expanduser()).resolve())
    except (RuntimeError, ValueError, OSError):  # no such home folder; a character that no path may hold
        raise CalendarSettingError(f"{_entry(number)} is no path that can be used; write it in full") from None


def _label_of(address: str, number: int, *, is_file: bool) -> str:
    """A label that gives nothing away: the file's name or the server's, never more of an address."""
    label = Path(address).stem if is_file else urlsplit(address).hostname or ""
    return label if _LABEL.match(label) else f"calendar {number}"


def _unused(label: str, taken: set[str]) -> str:
    candidates = (label if count == 1 else f"{label} {count}" for count in range(1, len(taken) + 2))
    return next(one for one in candidates if one.casefold() not in taken)


def _entry(number: int) -> str:
    return f"CALENDARS: entry {number}"
