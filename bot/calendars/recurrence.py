"""The rules by which entries recur (RFC 5545, section 3.3.10), read and counted through.

Rules are counted by ``recurring-ical-events``. A rule of which a part cannot be read is replaced by one that holds all
that it could mean: every day at that time, or, where not even the hours are certain, everything from the start on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import prod
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event
from icalendar.prop import vDDDLists, vDDDTypes, vRecur

from bot.calendars.components import Property
from bot.calendars.values import Unreadable, point_readings

#: A day or moment of an entry in its zone.
Point = date | datetime
#: A further start of an entry, or a period of its own.
ExtraStart = Point | tuple[datetime, datetime | timedelta]

#: A rule that is counted through in more steps than this means no person's time: every minute for a year is as many.
_MOST_STEPS = 500_000
_STEP = {
    "SECONDLY": timedelta(seconds=1),
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
}
_DAY = timedelta(days=1)
_NIGHTLY_OR_RARER = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_OF_THE_CLOCK = ("BYHOUR", "BYMINUTE", "BYSECOND")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

#: Parts with numbers -> the smallest and the largest that they may hold; negative ones count from the end.
_RANGES: Mapping[str, tuple[int, int]] = {
    "BYSECOND": (0, 60),
    "BYMINUTE": (0, 59),
    "BYHOUR": (0, 23),
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYSETPOS": (-366, 366),
}
_MAY_BE_ZERO = frozenset(_OF_THE_CLOCK)
#: A day of the month that not every month has; a rule with ``SKIP`` (RFC 7529) moves it.
_EVERY_MONTH_HAS = 28
#: The months after those that lack a day: where ``SKIP=FORWARD`` moves it to.
_AFTER_SHORTER = {29: (3,), 30: (3,), 31: (3, 5, 7, 10, 12)}


def moment_of(point: Point, zone: ZoneInfo) -> datetime:
    """The moment at which a day or moment begins; a whole day begins at midnight in the owner's ``zone``."""
    return point if isinstance(point, datetime) else datetime.combine(point, time(), tzinfo=zone)


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleReading:
    """What a rule can mean."""

    #: rules that together hold every occurrence; none where everything from the start on is meant
    rules: tuple[vRecur, ...]
    #: the last day or moment, where everything up to it is meant; None where it has no end
    until: Point | None = None
    #: what of the rule cannot be read, in words; None where all of it can
    trouble: str | None = None


def read_rule(one: Property) -> RuleReading:
    """The rule of an ``RRULE`` line. It never fails: what cannot be read makes it wider, and is told."""
    parts, is_damaged = _parts(one.value)
    until, until_is_read = _until(parts.pop("UNTIL", None), one)
    count = parts.pop("COUNT", None)
    trouble = None if until_is_read else "its last day cannot be read"
    if count is not None and not _is_number(count, 1):
        count, trouble = None, "the number of its occurrences cannot be read"
    skip = parts.pop("SKIP", "OMIT")
    is_gregorian = parts.pop("RSCALE", "GREGORIAN") == "GREGORIAN"
    bad = {name for name, value in parts.items() if not _is_sound(name, value)}
    end = {"UNTIL": [until]} if until is not None else {}
    if not bad and not is_damaged and is_gregorian and "FREQ" in parts:
        counted = {"COUNT": [int(count)]} if count is not None else {}
        rule = vRecur(vRecur.from_ical(_written(parts)) | end | counted)
        return RuleReading(rules=(rule,) if skip == "OMIT" else (rule, *_skipping(rule, skip)), trouble=trouble)
    trouble = f"its rule “{_shortened(one.value)}” cannot be read"
    hours_are_certain = not is_damaged and bad.isdisjoint({"FREQ", *_OF_THE_CLOCK})
    if hours_are_certain and parts.get("FREQ") in _NIGHTLY_OR_RARER:
        hours = {name: parts[name] for name in _OF_THE_CLOCK if name in parts}
        every_day = vRecur(vRecur.from_ical(_written({"FREQ": "DAILY"} | hours)) | end)
        return RuleReading(rules=(every_day,), trouble=trouble)
    return RuleReading(rules=(), until=until, trouble=trouble)


def _parts(text: str) -> tuple[dict[str, str], bool]:
    """The rule's parts without those that say nothing about times, and whether one of them is damaged."""
    found: dict[str, str] = {}
    is_damaged = False
    for part in text.upper().split(";"):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if not name and not value:
            continue
        if name.startswith("X-"):
            continue
        is_damaged |= not value or "=" in value or found.get(name, value) != value
        found[name] = "".join(value.split())
    return found, is_damaged


def _is_number(text: str, least: int) -> bool:
    return text.isascii() and text.isdigit() and int(text) >= least


def _is_sound(name: str, value: str) -> bool:
    """Whether a part of a rule is one that can be counted by."""
    values = value.split(",")
    match name:
        case "FREQ":
            return value in (*_STEP, *_NIGHTLY_OR_RARER)
        case "INTERVAL":
            return _is_number(value, 1)
        case "WKST":
            return value in _WEEKDAYS
        case "BYDAY":
            return all(day[-2:] in _WEEKDAYS and (not day[:-2] or _is_in(day[:-2], -53, 53)) for day in values)
        case _ if name in _RANGES:
            return all(_is_in(number, *_RANGES[name], zero=name in _MAY_BE_ZERO) for number in values)
        case _:
            return False


def _is_in(text: str, least: int, most: int, *, zero: bool = False) -> bool:
    try:
        number = int(text)
    except ValueError:
        return False
    return least <= number <= most and (zero or number != 0)


def _until(text: str | None, one: Property) -> tuple[Point | None, bool]:
    """The last day or moment, and whether it could be read. A time of day that cannot be read counts as its day."""
    if text is None:
        return None, True
    try:
        written = point_readings(text, one)[0]
    except Unreadable:
        return None, False
    if written.clock is None or not written.is_certain:
        return written.day, written.is_certain
    return datetime.combine(written.day, written.clock, tzinfo=written.offset), True


def _written(parts: Mapping[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _shortened(text: str, longest: int = 80) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


# --- days that not every month has ------------------------------------------------------------------------------------


def _skipping(rule: vRecur, skip: str) -> Iterator[vRecur]:
    """What ``SKIP`` adds to a rule: where the days go that a month does not have. Both readings are busy.

    Whoever does not know ``SKIP`` leaves those occurrences out. With ``BACKWARD`` they are on the month's last day,
    with ``FORWARD`` on the first of the next; an unknown word counts as both.
    """
    if rule["FREQ"][0] not in ("MONTHLY", "YEARLY") or not set(rule).isdisjoint({"BYDAY", "BYYEARDAY", "BYWEEKNO"}):
        return
    if skip != "FORWARD":
        yield vRecur(dict(rule) | {"X-MOVE": ["BACKWARD"]})
    if skip != "BACKWARD":
        yield vRecur(dict(rule) | {"X-MOVE": ["FORWARD"]})


def _moved(rule: vRecur, start: Point) -> Iterator[vRecur]:
    """A rule of ``_skipping`` as rules that can be counted, now that its start is known."""
    direction = rule["X-MOVE"][0]
    plain = {name: values for name, values in rule.items() if name not in ("X-MOVE", "BYMONTHDAY", "BYMONTH")}
    months = [int(month) for month in rule.get("BYMONTH", [start.month] if plain["FREQ"] == ["YEARLY"] else [])]
    for day in (int(day) for day in rule.get("BYMONTHDAY", [start.day]) if int(day) > _EVERY_MONTH_HAS):
        if direction == "BACKWARD":
            last = {"BYMONTHDAY": list(range(_EVERY_MONTH_HAS, day + 1)), "BYSETPOS": [-1]}
            for in_month in [{"BYMONTH": [month]} for month in months] or [{}]:
                yield vRecur(plain | last | in_month)
            continue
        after = [month for month in _AFTER_SHORTER[day] if not months or (month - 1) in months]
        if after:
            unbounded = {name: values for name, values in plain.items() if name not in ("COUNT", "INTERVAL", "FREQ")}
            yield vRecur({"FREQ": ["MONTHLY"], "BYMONTH": after, "BYMONTHDAY": [1]} | unbounded | _end_of(rule, start))


def _end_of(rule: vRecur, start: Point) -> dict[str, list[Point]]:
    """A day by which a counted rule is certainly over."""
    if "COUNT" not in rule:
        return {}
    years = int(rule["COUNT"][0]) * int(rule.get("INTERVAL", [1])[0]) + 1
    last_year = min(start.year + years, date.max.year)
    return {"UNTIL": [date(last_year, 12, 31)]}


# --- counting ---------------------------------------------------------------------------------------------------------


def count_through(
    rules: tuple[vRecur, ...],
    extra: tuple[ExtraStart, ...],
    *,
    start: Point,
    length: timedelta,
    first: datetime,
    last: datetime,
    zone: ZoneInfo,
) -> Iterator[tuple[Point, timedelta]]:
    """Each occurrence from ``first`` to ``last``: its start, and what the wall clock shows until its end.

    ``length`` is that of an occurrence whose own end is not named; ``zone`` is the owner's. Ends after the day of
    ``UNTIL`` where an end is a day, since many programs write so. Raises Unreadable for a rule that takes too many
    steps to count.
    """
    every = [one for rule in rules for one in (_moved(rule, start) if "X-MOVE" in rule else (rule,))]
    if any(_steps(rule, last - moment_of(start, zone)) > _MOST_STEPS for rule in every):
        raise Unreadable("it recurs too often to be counted")
    event = Event()
    event["UID"] = "entry"
    event["DTSTART"], event["DTEND"] = vDDDTypes(start), vDDDTypes(start + length)
    event["RRULE"] = [_with_end_like(rule, start, zone) for rule in every]
    event["RDATE"] = [vDDDLists([one]) for one in extra]
    calendar = Calendar()
    calendar.add_component(event)
    for occurrence in recurring_ical_events.of(calendar).between(first, last):
        begins, ends = occurrence["DTSTART"].dt, occurrence["DTEND"].dt
        yield begins, ends - begins


def _steps(rule: vRecur, span: timedelta) -> float:
    """About how many steps it takes to count a rule's occurrences from its start through so much time."""
    frequency = rule["FREQ"][0]
    interval = int(rule.get("INTERVAL", [1])[0])
    a_step = prod(max(1, len(rule.get(name, []))) for name in _OF_THE_CLOCK)
    steps = max(span, timedelta(0)) / (_STEP.get(frequency, _DAY) * interval)
    return float(min(steps, *rule.get("COUNT", [steps])) * a_step)


def _with_end_like(rule: vRecur, start: Point, zone: ZoneInfo) -> vRecur:
    """The rule with its ``UNTIL`` written as its start needs it: a day, or a moment in UTC.

    A day as the end of moments includes that day; many programs write it so.
    """
    until = next(iter(rule.get("UNTIL", [])), None)
    if until is None:
        return rule
    if not isinstance(start, datetime):
        if isinstance(until, datetime):
            until = max(until.date(), until.astimezone(zone).date()) if until.tzinfo else until.date()
    elif not isinstance(until, datetime):
        until = datetime.combine(until, time(23, 59, 59), tzinfo=start.tzinfo).astimezone(UTC)
    else:
        until = (until if until.tzinfo else until.replace(tzinfo=start.tzinfo)).astimezone(UTC)
    changed = vRecur(rule)
    changed["UNTIL"] = [until]
    return changed
