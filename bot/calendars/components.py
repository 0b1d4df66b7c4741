"""The lines of an iCal text as components with the properties that the bot reads (RFC 5545, section 3.6).

What the bot does not read (alarms, tasks, journals, descriptions) is left out before anybody looks into it, so that a
damaged line there costs nothing.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.calendars.text import NotACalendar

#: The components that are read -> those of their properties that are.
_READ: Mapping[str, frozenset[str]] = {
    "VCALENDAR": frozenset({"METHOD", "X-WR-CALNAME", "X-WR-TIMEZONE"}),
    "VEVENT": frozenset(
        {
            *("UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "RECURRENCE-ID"),
            *("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE"),
            *("STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "ATTENDEE"),
            *("SUMMARY", "CLASS"),
        }
    ),
    "VFREEBUSY": frozenset({"FREEBUSY"}),
    "VTIMEZONE": frozenset({"TZID"}),
    "STANDARD": frozenset({"DTSTART", "RDATE", "RRULE", "TZOFFSETFROM", "TZOFFSETTO"}),
    "DAYLIGHT": frozenset({"DTSTART", "RDATE", "RRULE", "TZOFFSETFROM", "TZOFFSETTO"}),
}
#: Where each of them stands; the same name elsewhere is something else.
_WITHIN = {
    "VCALENDAR": "",
    "VEVENT": "VCALENDAR",
    "VFREEBUSY": "VCALENDAR",
    "VTIMEZONE": "VCALENDAR",
    "STANDARD": "VTIMEZONE",
    "DAYLIGHT": "VTIMEZONE",
}
#: Where one of these ends too late, it is certain that something is missing.
_MUST_BE_WHOLE = frozenset({"VCALENDAR", "VEVENT", "VFREEBUSY"})

_NAME = re.compile(r"\s*([A-Za-z0-9-]+)")
_LINE = re.compile(r"\s*([A-Za-z0-9-]+)\s*((?:;(?:[^:\"]|\"[^\"]*\")*)?):(.*)", re.DOTALL)
#: What stands for a line break, a comma, a semicolon or a backslash within a text (RFC 5545, section 3.3.11).
_ESCAPE = re.compile(r"\\(.)")
_PARAMETER = re.compile(r";\s*([^=;:\s]+)\s*=\s*(\"[^\"]*\"|[^;]*)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Property:
    """One line of a component."""

    #: in capitals
    name: str
    #: names in capitals; values without their quotes
    parameters: Mapping[str, str]
    value: str

    @property
    def text(self) -> str:
        """The value as words: without escapes and superfluous space."""
        return " ".join(_ESCAPE.sub(_unescaped, self.value).split())


@dataclass(kw_only=True, slots=True)
class Component:
    """A calendar, an entry, a published busy time, or (a part of) the definition of a time zone."""

    #: in capitals
    name: str
    properties: list[Property] = field(default_factory=list)
    parts: list["Component"] = field(default_factory=list)
    #: the names of properties whose line cannot be read
    damaged: list[str] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        """Every property of this name."""
        return [one for one in self.properties if one.name == name]

    def has(self, name: str) -> bool:
        """Whether there is a property of this name."""
        return any(one.name == name for one in self.properties)

    def text(self, name: str) -> str:
        """The words of the first property of this name; empty where there is none."""
        return next((one.text for one in self.properties if one.name == name), "")

    def words(self, name: str) -> set[str]:
        """What all properties of this name say, in capitals."""
        return {one.text.upper() for one in self.all(name)}

    def parts_called(self, name: str) -> list["Component"]:
        """The parts of this name."""
        return [part for part in self.parts if part.name == name]


def parse(lines: Iterable[str]) -> list[Component]:
    """The calendars in the lines. Raises NotACalendar where a calendar or an entry is not whole."""
    calendars: list[Component] = []
    #: the names of the components that are open, and each one's content; None where it is not read
    open_: list[tuple[str, Component | None]] = []
    for line in lines:
        head, colon, name = line.partition(":")
        match head.strip().upper() if colon else "":
            case "BEGIN":
                _begin(name.strip().upper(), open_, calendars)
            case "END":
                _end(name.strip().upper(), open_)
            case _:
                if open_ and (component := open_[-1][1]) is not None:
                    _add_line(component, line)
    return calendars


def _unescaped(match: re.Match[str]) -> str:
    return " " if match[1] in "nN" else match[1]


def _begin(name: str, open_: list[tuple[str, Component | None]], calendars: list[Component]) -> None:
    if name in _MUST_BE_WHOLE and any(one in _MUST_BE_WHOLE and one != "VCALENDAR" for one, _ in open_):
        raise NotACalendar("ends in the middle of an entry: a part of it is missing")
    if _WITHIN.get(name) == "VCALENDAR" and any(one == "VCALENDAR" for one, _ in open_):
        # what stands open before an entry has lost its end; the entry must not be lost with it
        while open_[-1][0] != "VCALENDAR":
            open_.pop()
    parent = open_[-1][1] if open_ else None
    within = parent.name if parent is not None else ""
    component = None
    if _WITHIN.get(name) == within and (parent is not None or not open_):
        component = Component(name=name)
        (calendars if parent is None else parent.parts).append(component)
    open_.append((name, component))


def _end(name: str, open_: list[tuple[str, Component | None]]) -> None:
    """Close the innermost component of this name; one within it that has no end of its own ends there as well."""
    if all(one != name for one, _ in open_):
        if name in _MUST_BE_WHOLE:
            raise NotACalendar("ends in the middle of an entry: a part of it is missing")
        return
    while True:
        closed, _ = open_.pop()
        if closed == name:
            return
        if closed in _MUST_BE_WHOLE:
            raise NotACalendar("ends in the middle of an entry: a part of it is missing")


def _add_line(component: Component, line: str) -> None:
    found = _NAME.match(line)
    if found is None or (name := found[1].upper()) not in _READ[component.name]:
        return
    match = _LINE.fullmatch(line)
    if match is None:
        component.damaged.append(name)
        return
    parameters = {key.upper(): value.strip().strip('"').strip() for key, value in _PARAMETER.findall(match[2])}
    component.properties.append(Property(name=name, parameters=parameters, value=match[3].strip()))
