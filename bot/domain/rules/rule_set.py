"""The values that the owner set for the rules, and how far the caps are used up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.domain.local_time import say_date
from bot.domain.weekly_hours import WeeklyWindow

#: The names of a job's fields in a sentence.
FIELD_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "reference": "reference",
        "submitted_on": "date on which it was submitted",
        "appointment_date": "appointment date",
        "appointment_time": "appointment time",
        "duration_minutes": "duration",
        "language": "language",
        "kind": "kind of job",
        "company_name": "company name",
        "client_name": "client name",
        "client_reference": "client reference",
        "qualification": "qualification",
        "security_check": "security check",
        "gender": "gender",
        "address": "address",
        "postcode": "postcode",
        "special_instructions": "special instructions",
    }
)

#: The fields that only a job's own page shows. If all of them are missing, the page was not read.
PAGE_FIELDS: tuple[str, ...] = (
    "kind",
    "company_name",
    "client_name",
    "client_reference",
    "qualification",
    "security_check",
    "gender",
    "address",
    "postcode",
    "special_instructions",
)

_LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, kw_only=True, slots=True)
class DateRange:
    """From one calendar date to another, both included; None leaves that end open."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the day lies in the range."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def __str__(self) -> str:
        if self.first == self.last and self.first is not None:
            return say_date(self.first)
        if self.first is None and self.last is None:
            return "any date"
        if self.first is None:
            return f"up to {say_date(self.last)}" if self.last else ""
        return f"from {say_date(self.first)}" + (f" to {say_date(self.last)}" if self.last else "")


@dataclass(frozen=True, kw_only=True, slots=True)
class WordRule:
    """Words to search for, as whole words, without regard to case."""

    #: one of these is enough
    words: tuple[str, ...]
    #: names out of ``common.job_fields.TEXT_FIELDS``; empty means all of them
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """The values of all rules. A value that is left at its default restricts nothing; the basic rules hold always.

    Names (kinds, languages) are compared without regard to case, hyphens and extra spaces.
    """

    #: kinds that are accepted; empty means every kind that is not excluded
    job_type_filter: tuple[str, ...] = ()
    #: kinds that are never accepted
    exclude_types: tuple[str, ...] = ()
    #: every kind that the portal has; another one is treated as unknown. Empty: any word is a kind
    known_kinds: tuple[str, ...] = ()
    #: the portal must show all of these (names out of ``FIELD_NAMES``)
    required_fields: tuple[str, ...] = ()
    #: the portal's status words with which a job can be accepted
    open_statuses: tuple[str, ...] = ("matched",)

    languages: tuple[str, ...] = ()
    exclude_languages: tuple[str, ...] = ()

    #: the appointment lies in one of these; empty means any date
    dates: tuple[DateRange, ...] = ()
    #: the appointment's date, and that of its end, lies in none of these
    exclude_dates: tuple[DateRange, ...] = ()
    #: the whole appointment lies within these hours of the week; empty means any hour
    weekly_hours: tuple[WeeklyWindow, ...] = ()
    #: at least this long from now to the start
    minimum_notice: timedelta | None = None
    shortest_minutes: int | None = None
    longest_minutes: int | None = None

    #: postcode areas (``M``, ``SW1``, ``EC1A 1``) or names of places in the address; one is enough
    places: tuple[str, ...] = ()
    exclude_places: tuple[str, ...] = ()
    #: kinds that need no travel: the rules about places agree to them
    remote_kinds: tuple[str, ...] = ("Telephone Interpreting", "Video Interpreting")

    #: each of these must be found
    words_wanted: tuple[WordRule, ...] = ()
    #: none of these may be found
    words_excluded: tuple[WordRule, ...] = ()
    #: words of the company's or the client's name; one is enough
    clients: tuple[str, ...] = ()
    exclude_clients: tuple[str, ...] = ()

    #: at least this long between this job and any other
    gap_around_jobs: timedelta = timedelta(0)
    #: at least this long between this job and a calendar entry
    gap_around_events: timedelta = timedelta(0)
    #: a job whose date the portal does not show may be taken: overlap and start are not asked of such a job
    accept_undated: bool = False

    #: jobs accepted in one session from start to stop; None is no cap (so for all caps)
    max_accept_per_run: int | None = None
    #: jobs accepted in one poll cycle
    max_accept_per_pass: int | None = None
    #: jobs held on the day of the appointment
    max_accept_per_day: int | None = None
    #: hours of work held on that day
    max_accept_hours_per_day: float | None = None
    #: jobs held in the week of the appointment, Monday to Sunday
    max_accept_per_week: int | None = None
    #: hours of work held in that week
    max_accept_hours_per_week: float | None = None

    #: the portal's time zone: days, weeks and hours are counted in its local time
    zone: ZoneInfo = _LONDON


@dataclass(frozen=True, kw_only=True, slots=True)
class Caps:
    """How far the caps are used up. For days and weeks the jobs in the calendar are counted."""

    #: claims of this session that take a place (``bot.domain.claim.takes_place``)
    accepted_this_run: int = 0
    #: of these, the ones of this poll cycle
    accepted_this_pass: int = 0

    def one_more(self) -> "Caps":
        """The caps' use after one more job was taken."""
        return Caps(
            accepted_this_run=self.accepted_this_run + 1,
            accepted_this_pass=self.accepted_this_pass + 1,
        )
