"""The owner's settings: one model for the API, the database, the wire and the command line.

Validation is here, at the boundary, in words that a non-programmer understands.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Self, get_args, get_origin

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from contract.owner_rules import (
    BrowserUse,
    DateSpan,
    LaneChoice,
    Mode,
    Preference,
    WeeklyHours,
    WordList,
    WordRule,
)
from contract.wire import ONE_WILL_DO, Text, Wire

#: The kinds of job the AtoZ portal knows (shared/portal-facts.md, "A job's page").
KNOWN_JOB_KINDS: tuple[str, ...] = (
    "Face to Face",
    "BSL",
    "Telephone Interpreting",
    "Video Interpreting",
    "Simultaneous",
    "Consecutive",
)

#: Fields that an owner can insist on; the names are those of ``contract.jobs.PortalJob``.
REQUIRABLE_FIELDS: tuple[str, ...] = (
    "reference",
    "submitted_on",
    "appointment_date",
    "appointment_time",
    "duration_minutes",
    "language",
    "kind",
    "company_name",
    "client_name",
    "postcode",
)

#: What it may be stands in the schema, for the dashboard's types; the validator says it in words.
_RequirableField = Annotated[Text, Field(json_schema_extra={"enum": [*REQUIRABLE_FIELDS]})]


def kind_key(kind: str) -> str:
    """What two spellings of one kind have in common: ``Face-to-face`` and ``Face  to Face`` are the same kind."""
    return " ".join(kind.replace("-", " ").replace("_", " ").casefold().split())


_KIND_BY_KEY = {kind_key(kind): kind for kind in KNOWN_JOB_KINDS}


def _known_kinds(kinds: tuple[str, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for kind in kinds:
        known = _KIND_BY_KEY.get(kind_key(kind))
        if known is None:
            raise ValueError(f"'{kind}' is not a kind of job on this portal; choose from {', '.join(KNOWN_JOB_KINDS)}")
        found[known] = None
    return tuple(found)


#: A list of kinds of job. One text alone is a list of one.
JobKinds = Annotated[tuple[Text, ...], ONE_WILL_DO, AfterValidator(_known_kinds)]


#: However busy the hour, no two looks at the board start closer together.
SHORTEST_INTERVAL_SECONDS = 0.2

#: Most minutes that a setting can name: four weeks, as far ahead as jobs are posted.
_FOUR_WEEKS = 28 * 24 * 60

#: A number of jobs; null for no cap.
JobCap = Annotated[int | None, Field(ge=0, le=10_000)]
#: A number of hours of work; null for no cap.
HourCap = Annotated[float | None, Field(gt=0, le=24 * 7)]
Minutes = Annotated[int, Field(ge=0, le=_FOUR_WEEKS)]
OptionalMinutes = Annotated[int | None, Field(ge=0, le=_FOUR_WEEKS)]


class BotConfiguration(Wire):
    """How a bot watches and what it accepts.

    A rule that is left as it is restricts nothing; an empty list means "any".
    """

    model_config = ConfigDict(use_attribute_docstrings=True)

    mode: Mode = Mode.ACCEPT
    """What becomes of a job to which every rule says yes."""
    offer_deadline_seconds: float = Field(default=300, ge=5, le=86_400)
    """In mode ``ask``: how long an offer waits for the owner's approval."""
    reject_excluded: bool = False
    """Reject jobs of excluded kinds on the portal, so that they leave its board; they are gone for good then."""

    check_interval_seconds: float = Field(default=0.5, ge=SHORTEST_INTERVAL_SECONDS, le=3600)
    """Seconds between the starts of two polls of the board."""
    jitter: float = Field(default=0.1, ge=0, le=0.9)
    """Part of the interval by which a poll starts earlier or later, half of it to each side."""
    follow_rhythm: bool = True
    """Poll more often in the hours and minutes in which this portal was seen to post, less often in the others."""
    requests_per_minute: int = Field(default=1_200, ge=10, le=6_000)
    """Most requests to the portal in any minute; polls of the board wait for it, an accept never does."""
    opening_hours: tuple[WeeklyHours, ...] = ()
    """The portal is watched within these hours; empty means always."""
    lane: LaneChoice = LaneChoice.AUTO
    """The way to the portal."""
    browser: BrowserUse = BrowserUse.SLEEP
    """What becomes of the browser when it is not needed."""
    max_accept_per_run: int | None = Field(default=5, ge=0, le=10_000)
    """Most jobs accepted in one session from start to stop, also over a crash; null for no cap."""
    job_type_filter: JobKinds = ("Telephone Interpreting", "Video Interpreting")
    """Kinds that are accepted; empty means every kind that is not excluded."""
    exclude_types: JobKinds = ("Face to Face",)
    """Kinds that are never accepted."""
    required_fields: tuple[_RequirableField, ...] = ("reference", "appointment_date", "appointment_time", "language")
    """A job is only accepted when the portal shows all of these."""

    languages: WordList = ()
    """Languages that are accepted; empty means any."""
    exclude_languages: WordList = ()
    """Languages that are never accepted."""

    dates: tuple[DateSpan, ...] = ()
    """The appointment is on one of these dates; empty means any."""
    exclude_dates: tuple[DateSpan, ...] = ()
    """The appointment touches none of these dates."""
    weekly_hours: tuple[WeeklyHours, ...] = ()
    """The whole appointment lies within these hours; empty means any hour."""
    minimum_notice_minutes: OptionalMinutes = None
    """At least so long from now to the start."""
    shortest_minutes: OptionalMinutes = None
    """A shorter job is not accepted."""
    longest_minutes: OptionalMinutes = None
    """A longer job is not accepted."""

    places: WordList = ()
    """Postcode areas (``M``, ``SW1``) or names of places in the address; one is enough. Jobs to which nobody travels
    are not asked."""
    exclude_places: WordList = ()
    """Postcode areas or names of places that are never accepted."""

    words_wanted: tuple[WordRule, ...] = ()
    """Each of these must be found in the job."""
    words_excluded: tuple[WordRule, ...] = ()
    """None of these may be found in the job."""
    clients: WordList = ()
    """Words of the company's or the client's name; one is enough."""
    exclude_clients: WordList = ()
    """Words of the names of companies and clients that are never accepted."""

    gap_around_jobs_minutes: Minutes = 0
    """Free time between two jobs."""
    gap_around_events_minutes: Minutes = 0
    """Free time between a job and an entry of the owner's calendars."""

    max_accept_per_pass: JobCap = None
    """Most jobs accepted in one poll of the board."""
    max_accept_per_day: JobCap = None
    """Most jobs on the day of an appointment, those included that are held already."""
    max_accept_hours_per_day: HourCap = None
    """Most hours of work on the day of an appointment."""
    max_accept_per_week: JobCap = None
    """Most jobs in the week of an appointment, Monday to Sunday."""
    max_accept_hours_per_week: HourCap = None
    """Most hours of work in the week of an appointment, Monday to Sunday."""

    prefer: tuple[Preference, ...] = (Preference.SOONEST,)
    """What is taken first when not everything can be taken; the first counts most."""

    @field_validator("exclude_languages", "exclude_places", "exclude_clients")
    @classmethod
    def _not_wanted_as_well(cls, excluded: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        wanted = info.data.get(str(info.field_name).removeprefix("exclude_"), ())
        keys = {kind_key(name) for name in wanted}
        both = [name for name in excluded if kind_key(name) in keys]
        if both:
            raise ValueError(
                f"{', '.join(both)} cannot be wanted and excluded at the same time; remove it from one list"
            )
        return excluded

    @field_validator("longest_minutes")
    @classmethod
    def _not_below_the_shortest(cls, longest: int | None, info: ValidationInfo) -> int | None:
        shortest = info.data.get("shortest_minutes")
        if longest is not None and shortest is not None and longest < shortest:
            raise ValueError(f"no job can take at least {shortest} and at most {longest} minutes")
        return longest

    @field_validator("required_fields")
    @classmethod
    def _requirable(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in REQUIRABLE_FIELDS:
                raise ValueError(f"'{name}' is not a field of a job; choose from {', '.join(REQUIRABLE_FIELDS)}")
        return tuple(dict.fromkeys(names))

    @model_validator(mode="after")
    def _wanted_and_excluded_differ(self) -> Self:
        both = [kind for kind in self.job_type_filter if kind in self.exclude_types]
        if both:
            raise ValueError(
                f"{', '.join(both)} cannot be wanted and excluded at the same time; remove it from one list"
            )
        return self


#: How "no value" is written where a setting is a text.
_NOTHING = frozenset({"none", "null"})


def read_texts(written: Mapping[str, str]) -> dict[str, Any]:
    """Settings as they are written in the environment, by the names of ``BotConfiguration`` in any case.

    A list is comma separated; a list of parts (dates, hours, words) is JSON; ``none`` is no value, or an empty list.
    Other names and empty texts are left out. What is no setting's value is left for ``BotConfiguration`` to refuse.
    """
    by_name = {name.lower(): text.strip() for name, text in written.items() if text.strip()}
    return {name: _read_text(name, by_name[name]) for name in BotConfiguration.model_fields if name in by_name}


def _read_text(name: str, text: str) -> Any:
    kind = BotConfiguration.model_fields[name].annotation
    if get_origin(kind) is tuple:
        if text.lower() in _NOTHING:
            return ()
        item = get_args(kind)[0]
        if not (isinstance(item, type) and issubclass(item, Wire)):
            return tuple(part.strip() for part in text.split(",") if part.strip())
        try:
            return json.loads(text)
        except ValueError:
            return text
    return None if text.lower() in _NOTHING and type(None) in get_args(kind) else text


class VersionedConfiguration(Wire):
    """A configuration and its number: a bot that reports a lower number has not heard of it yet."""

    version: int = Field(ge=0)
    configuration: BotConfiguration
