"""Models of the control interface's requests and answers."""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from simulator.domain.accounts import AccountState
from simulator.domain.jobs import Job, JobStatus, LoserSees
from simulator.settings import KINDS
from simulator.world import words


def _language(name: str) -> str:
    if name.casefold() not in words.LANGUAGE_BY_NAME:
        known = ", ".join(language.name for language in words.LANGUAGES)
        raise ValueError(f"the portal has no language {name!r}; choose from {known}")
    return name


def _kind(kind: str) -> str:
    if " ".join(kind.casefold().split()) not in {known.casefold() for known in KINDS}:
        raise ValueError(f"the portal has no kind {kind!r}; choose from {', '.join(KINDS)}, in whatever capitals")
    return kind


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class JobRequest(_Asked):
    """``POST /jobs``: what is left out is made up, and without date and time the job stands in a free hour."""

    count: int = Field(default=1, ge=1, le=5000)
    #: shown as written here
    kind: Annotated[str, AfterValidator(_kind)] | None = None
    language: Annotated[str, AfterValidator(_language)] | None = None
    submitted_on: date | None = None
    appointment_date: date | None = None
    #: null or "" for a job without a time
    appointment_time: Annotated[time | None, BeforeValidator(lambda given: given or None)] = None
    duration_minutes: int | None = Field(default=None, ge=1, le=24 * 60)
    quote_only: bool = False
    #: true for "1", or the character itself
    stray_character: bool | str = False
    company_name: str | None = None
    client_name: str | None = None
    client_reference: str | None = None
    qualification: str | None = None
    security_check: str | None = None
    gender: str | None = None
    service_user: str | None = None
    special_instructions: str | None = None
    #: the lines of the place of appointment, the last one the postcode; [] for none
    address: tuple[str, ...] | None = None
    #: what others see once somebody has it; by chance when left out
    loser_sees: LoserSees | None = None
    #: e-mails of the accounts that see it; all when left out
    accounts: tuple[str, ...] | None = None
    #: a rival accepts so long after it became visible; null: no rival does; by chance when both are left out
    rival_reaction_ms: float | None = Field(default=None, ge=0)
    #: a rival accepts so long after an account did; 0: in the same instant; null: no rival does
    rival_after_accept_ms: float | None = Field(default=None, ge=0)

    def given(self) -> dict[str, Any]:
        """The fields of a ``JobDraft`` that were asked for."""
        as_they_are = (
            "kind",
            "submitted_on",
            "appointment_date",
            "duration_minutes",
            "company_name",
            "client_name",
            "client_reference",
            "qualification",
            "security_check",
            "gender",
            "service_user",
            "special_instructions",
            "address",
            "loser_sees",
        )
        found = {name: value for name in as_they_are if (value := getattr(self, name)) is not None}
        if "appointment_time" in self.model_fields_set:
            found["appointment_time"] = self.appointment_time
        if self.language is not None:
            found["language"] = words.LANGUAGE_BY_NAME[self.language.casefold()]
        if self.stray_character:
            found["stray"] = "1" if self.stray_character is True else self.stray_character
        return found | {"quote_only": self.quote_only}

    @property
    def is_planned(self) -> bool:
        """Whether the request sets a plan for the rivals."""
        return not self.model_fields_set.isdisjoint({"rival_reaction_ms", "rival_after_accept_ms"})

    @property
    def is_anywhere(self) -> bool:
        """Whether neither date nor time is set, so that the job gets a free hour."""
        return self.model_fields_set.isdisjoint({"appointment_date", "appointment_time"})


class AssignRequest(_Asked):
    """``POST /jobs/{job_number}/assign``."""

    #: ``us:<e-mail>`` or ``rival:<n>``
    to: str = Field(pattern=r"^(us:.+|rival:\d+)$")


class ChangeRequest(_Asked):
    """``POST /jobs/{job_number}/change``: what the client changes; what is left out stays."""

    appointment_date: date | None = None
    #: null or "" for a job without a time
    appointment_time: Annotated[time | None, BeforeValidator(lambda given: given or None)] = None
    duration_minutes: int | None = Field(default=None, ge=1, le=24 * 60)

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("say what changes: appointment_date, appointment_time or duration_minutes")
        if "appointment_date" in self.model_fields_set and self.appointment_date is None:
            raise ValueError("a job has a date: appointment_date cannot be null")
        if "duration_minutes" in self.model_fields_set and self.duration_minutes is None:
            raise ValueError("a job has a length: duration_minutes cannot be null")
        return self


class MatchRequest(_Asked):
    """``POST /jobs/{job_number}/remove-match``."""

    #: the account's e-mail
    account: str


class AccountRequest(_Asked):
    """``POST /accounts``: a new account, or what changes about one that is there."""

    email: str = Field(min_length=3, pattern="@")
    #: needed for a new account
    password: str | None = Field(default=None, min_length=1, repr=False)
    name: str | None = None
    state: AccountState | None = None
    #: jobs of its past, for a new account; the setting when left out
    population: int | None = Field(default=None, ge=0, le=5000)


class HistoryTold(BaseModel):
    """One event of a job's history."""

    at: datetime
    who: str
    action: str
    #: with ``taken_from``: who had the job
    whom: str | None


class AcceptTold(BaseModel):
    """One accept request for the job and the answer to it."""

    at: datetime
    who: str
    answered: str
    took_effect: bool


class JobTruth(BaseModel):
    """The true state of a job, whatever the pages show."""

    job_number: str
    reference: str
    kind: str
    language: str
    appointment_date: date
    appointment_time: str
    duration_minutes: int
    quote_only: bool
    status: str
    visible_at: datetime
    holder: str | None
    settled_at: datetime | None
    history: list[HistoryTold]
    accepts: list[AcceptTold]

    @classmethod
    def of(cls, job: Job) -> "JobTruth":
        """The true state of this job."""
        at = job.draft.appointment_time
        return cls(
            job_number=str(job.number),
            reference=job.reference,
            kind=job.draft.kind,
            language=job.draft.language.name,
            appointment_date=job.draft.appointment_date,
            appointment_time=at.strftime("%H:%M") if at is not None else "",
            duration_minutes=job.draft.duration_minutes,
            quote_only=job.draft.quote_only,
            status=JobStatus(job.status).name.casefold(),
            visible_at=job.visible_at,
            holder=job.holder,
            settled_at=job.settles_at,
            history=[HistoryTold(at=one.at, who=one.who, action=one.action, whom=one.whom) for one in job.history],
            accepts=[
                AcceptTold(at=one.at, who=one.who, answered=one.answered, took_effect=one.took_effect)
                for one in job.accepts
            ],
        )


class RequestTold(BaseModel):
    """One request that the portal got."""

    #: its arrival, before any latency
    at: datetime
    method: str
    #: with its query
    path: str
    #: null where the connection was cut
    status: int | None
    #: until the end of the answer
    ms: float
    #: the account's e-mail
    who: str | None


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    type: Literal["about:blank"] = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = []
