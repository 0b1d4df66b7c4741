"""A job: the client's description, its state, its matches to accounts and its history."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

#: The agency, where the history says who did something.
AGENCY = "agency"


def us(email: str) -> str:
    """The name of an account as a holder: ``us:<e-mail>``."""
    return f"us:{email}"


def rival(number: int) -> str:
    """The name of a rival as a holder: ``rival:<n>``."""
    return f"rival:{number}"


class JobStatus(IntEnum):
    """A job's own status; the numbers are those of the board's ``status`` filter."""

    #: can still be accepted
    PENDING = 0
    #: somebody has it
    ASSIGNED = 1
    #: the client does not need it any more
    CANCELLED = 2
    #: the agency refused it
    REJECTED = 3
    #: done
    COMPLETED = 4
    #: somebody's quote is with the client
    QUOTED = 5
    #: gone from every page; no number of the portal's
    REMOVED = 99


#: What a job must be in to be listed at all; accepting one in another status answers 403.
ACTIVE = frozenset({JobStatus.PENDING, JobStatus.ASSIGNED, JobStatus.QUOTED})


class MatchStatus(StrEnum):
    """The status of a job for one interpreter: the word in the board's Status column."""

    MATCHED = "matched"
    ASSIGNED = "assigned"
    REJECTED = "rejected"
    QUOTED = "quoted"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    #: not matched to the interpreter any more
    PENDING = "pending"


class LoserSees(StrEnum):
    """What an interpreter sees of a job that another interpreter got."""

    #: it stands on the board as ``cancelled``
    CANCELLED = "cancelled"
    #: nothing: it left the board, and its page answers 403
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """A language that the agency works with."""

    #: the number of the board's ``language_id`` filter
    language_id: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class JobDraft:
    """A job as its client described it."""

    language: Language
    #: as the client typed it; capitals vary
    kind: str
    #: the date of the request, in Europe/London
    submitted_on: date
    #: the appointment's calendar date and wall clock time in Europe/London; the time can be missing
    appointment_date: date
    appointment_time: time | None
    duration_minutes: int
    #: the client wants a quote: "Accept" is a link and accepts nothing
    quote_only: bool = False
    #: what stands after the reference of some clients' jobs
    stray: str = ""
    company_name: str
    client_name: str
    client_reference: str
    #: lines of "Interpreter details" after the kind
    qualification: str
    security_check: str
    gender: str
    #: made up, as everything here; a bot must not carry it about
    service_user: str
    special_instructions: str
    #: the place of appointment, the last line the postcode; empty where there is none
    address: tuple[str, ...] = ()
    #: whom to ask for at the place of appointment
    contact_on_arrival: str = ""
    loser_sees: LoserSees = LoserSees.CANCELLED
    #: e-mails of the accounts that are matched; None for all
    matched_to: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """The time of an appointment, UTC; the end is not part of it."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Interval") -> bool:
        """Whether the two intervals have a moment in common."""
        return self.start < other.end and other.start < self.end


def interval_of(draft: JobDraft) -> Interval | None:
    """The appointment's interval; None where the draft has no time."""
    if draft.appointment_time is None:
        return None
    local = datetime.combine(draft.appointment_date, draft.appointment_time, tzinfo=LONDON)
    start = local.astimezone(UTC)
    return Interval(start, start + timedelta(minutes=draft.duration_minutes))


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One event in a job's history."""

    at: datetime
    who: str
    action: str
    #: from whom it was taken
    whom: str | None = None


@dataclass(frozen=True, slots=True)
class AcceptTry:
    """One accept request for the job and the answer to it."""

    #: when the portal took it up
    at: datetime
    who: str
    #: the portal's words
    answered: str
    #: the job was written to ``who``; another accept may have overwritten it since
    took_effect: bool


@dataclass(slots=True)
class Match:
    """The state of a job for one account."""

    match_id: int
    status: MatchStatus
    #: False: the account sees nothing of the job any more
    seen: bool = True
    #: off the board to keep the diary short, though still assigned
    archived: bool = False


@dataclass(slots=True)
class Job:
    """A job with its state; only the classes of ``simulator.domain`` change it."""

    number: int
    draft: JobDraft
    interval: Interval | None
    visible_at: datetime
    status: JobStatus = JobStatus.PENDING
    #: who has it: ``us:<e-mail>``, ``rival:<n>`` or nobody
    holder: str | None = None
    #: when the first accept that counted was taken up; reset when the job is given back
    first_accepted_at: datetime | None = None
    #: until then an accept still overwrites the holder; None while nobody accepted
    settles_at: datetime | None = None
    #: by e-mail
    matches: dict[str, Match] = field(default_factory=dict)
    history: list[HistoryEntry] = field(default_factory=list)
    accepts: list[AcceptTry] = field(default_factory=list)
    #: counts every change, so that a rendered row is known to be stale
    version: int = 0

    @property
    def reference(self) -> str:
        """The reference as the board shows it."""
        return f"{self.number}/atoz{self.draft.stray}"

    @property
    def board_order(self) -> tuple[int, int, int]:
        """Sort key of the board: the latest appointment first, the newest job first among equals."""
        at = self.draft.appointment_time
        minutes = at.hour * 60 + at.minute if at is not None else 0
        return (-self.draft.appointment_date.toordinal(), -minutes, -self.number)

    def note(self, at: datetime, who: str, action: str, whom: str | None = None) -> None:
        """Add an event to the history and count the version up, which makes rendered rows stale."""
        self.history.append(HistoryEntry(at, who, action, whom))
        self.version += 1
