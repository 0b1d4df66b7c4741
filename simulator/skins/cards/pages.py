"""Renders the board of cards."""

from dataclasses import dataclass
from datetime import date, time
from enum import Enum
from itertools import groupby
from pathlib import Path

from simulator.domain.jobs import Job, Match, MatchStatus
from simulator.skins.paging import Slice
from simulator.skins.templates import templates
from simulator.web.visit import Frame

_TEMPLATES = Path(__file__).parent / "templates"

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Lane(Enum):
    """A section of the board, in the order shown."""

    YOURS = "Your jobs"
    OPEN = "Open jobs"
    OTHER = "Other jobs"

    @property
    def css(self) -> str:
        """The section's part of the class name."""
        return self.name.casefold()


LANES = tuple(Lane)


class Look(Enum):
    """The look of a card: its class, its tag, and its section of the board."""

    OPEN = ("open", "Open", Lane.OPEN)
    QUOTE = ("quote", "Quote first", Lane.OPEN)
    YOURS = ("yours", "Yours", Lane.YOURS)
    DONE = ("done", "Done", Lane.OTHER)
    PASSED = ("passed", "Passed", Lane.OTHER)
    SENT = ("sent", "Quote sent", Lane.OTHER)
    GONE = ("gone", "Gone", Lane.OTHER)

    def __init__(self, css: str, tag: str, lane: Lane) -> None:
        self.css = css
        self.tag = tag
        self.lane = lane


_LOOKS = {
    MatchStatus.ASSIGNED: Look.YOURS,
    MatchStatus.COMPLETED: Look.DONE,
    MatchStatus.REJECTED: Look.PASSED,
    MatchStatus.QUOTED: Look.SENT,
    MatchStatus.CANCELLED: Look.GONE,
}


def look_of(job: Job, match: Match) -> Look:
    """How the job's card looks to the match's account."""
    if match.status is MatchStatus.MATCHED:
        return Look.QUOTE if job.draft.quote_only else Look.OPEN
    return _LOOKS[match.status]


@dataclass(frozen=True, slots=True)
class Card:
    """A job as the board shows it."""

    job: Job
    look: Look


def long_date(day: date) -> str:
    """``Wed 25 Nov 2026``."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_time(at: time) -> str:
    """``9.30am``, and on the full hour ``10am``."""
    minutes = f".{at.minute:02d}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"  # noqa: PLR2004


def when(job: Job) -> str:
    """``Wed 25 Nov 2026, 9.30am``."""
    at = job.draft.appointment_time
    return f"{long_date(job.draft.appointment_date)}, {short_time(at) if at is not None else 'time to be agreed'}"


def length(minutes: int) -> str:
    """``1 hr 30 min``, ``2 hrs`` or ``45 min``."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} hr{'s' if hours > 1 else ''}"] if hours else []
    return " ".join(parts + ([f"{rest} min"] if rest else []))


class Pages:
    """Every page of this skin."""

    def __init__(self) -> None:
        names = ("enter", "board", "job", "take", "quote", "error")
        self._templates = templates(_TEMPLATES, names, when=when, how_long=length, long_date=long_date)
        self.stylesheet = (_TEMPLATES / "board.css").read_text(encoding="utf-8")

    def enter(self, frame: Frame, *, wrong: str | None = None) -> str:
        """The sign-in form."""
        return self._templates["enter"].render(frame=frame, wrong=wrong)

    def board(self, frame: Frame, cards: Slice[Card], *, view: str) -> str:
        """A page of the board."""
        lanes = [(lane, list(found)) for lane, found in groupby(cards.items, lambda card: card.look.lane)]
        return self._templates["board"].render(frame=frame, cards=cards, lanes=lanes, view=view)

    def job(self, frame: Frame, card: Card) -> str:
        """A job's own page."""
        return self._templates["job"].render(frame=frame, card=card, facts=_facts(card.job))

    def take(self, frame: Frame, card: Card) -> str:
        """The page that asks for confirmation before the job is accepted."""
        return self._templates["take"].render(frame=frame, card=card, facts=_facts(card.job))

    def quote(self, frame: Frame, card: Card) -> str:
        """The page on which an interpreter quotes a price."""
        return self._templates["quote"].render(frame=frame, card=card, facts=_facts(card.job))

    def error(self, title: str, message: str) -> str:
        """An error page."""
        return self._templates["error"].render(title=title, message=message)


def _facts(job: Job) -> list[tuple[str, str]]:
    draft = job.draft
    facts = [
        ("Language", draft.language.name),
        ("When", when(job)),
        ("How long", length(draft.duration_minutes)),
        ("Kind of job", draft.kind),
        ("For", f"{draft.client_name}, {draft.company_name}"),
        ("Their reference", draft.client_reference),
        ("We ask for", "; ".join((draft.qualification, draft.security_check, draft.gender))),
        ("Where", ", ".join(draft.address)),
        ("Please note", draft.special_instructions),
    ]
    return [(name, value) for name, value in facts if value]
