"""Renders the tracker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

from simulator.domain.jobs import Job
from simulator.domain.tickets import Comment, TicketState, Written
from simulator.settings import KINDS
from simulator.skins.paging import Slice
from simulator.skins.templates import templates
from simulator.skins.tickets.people import Owner
from simulator.web.visit import Frame
from simulator.world import words

_TEMPLATES = Path(__file__).parent / "templates"

_HEADINGS = ("Ticket", "Summary", "Type", "Component", "Owner", "State")

_COMPONENTS = tuple(sorted(language.name for language in words.LANGUAGES))


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A ticket as its pages show it."""

    job: Job
    written: Written
    #: full name, or ``nobody``
    owner: str
    #: None where the tracker does not tell
    created: date | None


def short_date(day: date) -> str:
    """``20/11/26``."""
    return day.strftime("%d/%m/%y")


class Pages:
    """Every page of this skin."""

    def __init__(self) -> None:
        names = ("login", "list", "ticket", "edit", "error")
        self._templates = templates(_TEMPLATES, names, short_date=short_date)
        self.stylesheet = (_TEMPLATES / "desk.css").read_text(encoding="utf-8")

    def login(self, frame: Frame, *, referer: str = "/tickets", problem: str | None = None) -> str:
        """The sign-in form."""
        return self._templates["login"].render(frame=frame, referer=referer, problem=problem)

    def tickets(self, frame: Frame, items: Slice[Item], *, query: Mapping[str, str], with_created: bool) -> str:
        """A page of the list."""
        return self._templates["list"].render(
            frame=frame,
            items=items,
            headings=[*_HEADINGS, *(["Created"] if with_created else []), "Do"],
            with_created=with_created,
            address=lambda number: f"/tickets?{urlencode({**query, 'page': number})}",
        )

    def ticket(self, frame: Frame, item: Item, comments: Sequence[Comment]) -> str:
        """A ticket's own page."""
        draft = item.job.draft
        properties = [
            ("Owned by", item.owner, "owner"),
            ("State", item.written.state.value, ""),
            ("Type", item.written.kind, ""),
            ("Component", item.written.component, ""),
            ("Reported by", draft.client_name, ""),
            ("Length", f"{draft.duration_minutes} min", ""),
            ("Client reference", draft.client_reference, ""),
            ("Place", ", ".join(draft.address), ""),
            ("Urgent", "yes" if item.written.urgent else "no", ""),
        ]
        return self._templates["ticket"].render(frame=frame, item=item, properties=properties, comments=comments)

    def edit(self, frame: Frame, item: Item, owners: Sequence[Owner]) -> str:
        """The form with everything that can be changed, as the ticket is now."""
        written = item.written
        return self._templates["edit"].render(
            frame=frame,
            item=item,
            owners=owners,
            kinds=_with(KINDS, written.kind),
            components=_with(_COMPONENTS, written.component),
            states=list(TicketState),
        )

    def error(self, title: str, message: str) -> str:
        """An error page."""
        return self._templates["error"].render(title=title, message=message)


def _with(choices: Sequence[str], chosen: str) -> list[str]:
    """The choices, and the chosen one where somebody typed it otherwise."""
    return [*choices, *([] if chosen in choices else [chosen])]
