"""A portal definition: all that is known of one portal, as data that a user can correct.

A definition is a YAML file (``bot/portal/definitions/atoz.yaml``; how to write one: ``docs/portals.md``). ``load``
reads it, and one that it extends, and names file, line and field of everything that is wrong with it. The parts are in
``schema_board`` (where jobs stand) and ``schema_actions`` (what can be done).
"""

import re
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator, model_validator

from bot.domain.text_matching import spelling_key
from bot.portal.definition.actions import (
    Accept,
    AcceptPage,
    Link,
    Refusal,
    RefusalCode,
    Request,
    SignIn,
    When,
)
from bot.portal.definition.board import (
    Board,
    BoardData,
    CardRows,
    JobData,
    JobFields,
    JobPageShape,
    JsonRows,
    Pagination,
    Source,
    TableRows,
    Total,
)
from bot.portal.definition.loader import DefinitionError, Problem, read_definition
from bot.portal.definition.types import Address, PageText, Part, Pattern, Place, Selector, ZoneName, valid_address

__all__ = [
    "DEFINITIONS",
    "Accept",
    "AcceptPage",
    "Board",
    "BoardData",
    "CardRows",
    "DefinitionError",
    "JobData",
    "JobFields",
    "JobPageShape",
    "JsonRows",
    "Link",
    "Meaning",
    "Pagination",
    "Part",
    "Place",
    "PortalDefinition",
    "Problem",
    "Refusal",
    "RefusalCode",
    "Request",
    "SignIn",
    "Source",
    "TableRows",
    "Total",
    "When",
    "load",
]

#: Where the definitions that come with the bot lie.
DEFINITIONS = Path(__file__).parents[1] / "definitions"

#: In ``statuses``: whatever names the signed-in user, and any other word.
OWN_NAME, ANY_OTHER = "{user_name}", "*"


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


class Meaning(StrEnum):
    """What a portal's status word means for us."""

    #: can be accepted
    FREE = "free"
    #: assigned to us
    OURS = "ours"
    #: somebody else's, cancelled, rejected, past
    NOT_OURS = "not_ours"


class Reference(Part):
    """How a job's reference and its id read; a reference of another form is a changed portal."""

    #: the whole reference from its first character to its last; the first group is the job's number
    pattern: Pattern
    #: the whole id in the portal's addresses
    portal_id: Pattern = "[A-Za-z0-9_-]+"


class Formats(Part):
    """How dates, times and durations are written."""

    #: as for Python's strptime, e.g. ``%d/%m/%Y``; the first that fits counts
    dates: tuple[str, ...] = ("%d/%m/%Y",)
    times: tuple[str, ...] = ("%H:%M",)
    #: date and time in one; ``unix`` is a number of seconds since 1970, ``unix_ms`` one of milliseconds
    moments: tuple[str, ...] = ("%d/%m/%Y %H:%M",)
    #: the groups ``hours`` and ``minutes``, of which one may be missing
    durations: tuple[Pattern, ...] = (r"(?:(?P<hours>\d+) hours?)? ?(?:(?P<minutes>\d+) minutes?)?",)

    @field_validator("durations")
    @classmethod
    def _has_groups(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            if not {"hours", "minutes"} & set(re.compile(pattern).groupindex):
                raise ValueError(f"'{pattern}' has neither a group named hours nor one named minutes")
        return patterns


class Gone(Part):
    """How the portal says that a job is not to be had any more."""

    statuses: tuple[int, ...] = (403, 404, 410)
    #: texts of which a page with such a status says one; nothing: the status is enough. What stands in front of a
    #: portal answers with the same statuses, and means something else
    texts: tuple[PageText, ...] = ()
    #: what its page shows, where the status does not tell: a page that a script draws
    shows: Place | None = None


class Unavailable(Part):
    """How the portal says that it is not there at the moment."""

    statuses: tuple[int, ...] = (502, 503, 504)
    #: texts of a page that says so, with whatever status it comes
    texts: tuple[PageText, ...] = ()


class Pages(Part):
    """What all pages of the portal have in common."""

    #: the last thing of a whole page
    ends_with: PageText = "</html>"
    #: tags that are opened as often as they are closed on a whole page
    closed_tags: tuple[str, ...] = ("table",)
    #: the signed-in user's full name; on every signed-in page
    user_name: Selector
    #: messages that are shown once
    messages: tuple[Selector, ...] = ()
    #: covers a page until it is agreed to; the page under it is complete
    terms: Selector | None = None
    #: what a page shows once its script has drawn it; a browser waits for it
    ready: Selector | None = None
    #: hidden fields of a form that are different each time it is shown and say nothing about the job
    token_fields: tuple[str, ...] = ("_token",)
    #: where a page shows the token that its script sends, for boards that come as JSON; an element
    token: Source | None = None
    #: statuses of an answer to a form that is too old: the session has ended
    stale_form_statuses: tuple[int, ...] = (419,)
    too_many_requests_statuses: tuple[int, ...] = (429,)
    unavailable: Unavailable = Unavailable()

    @model_validator(mode="after")
    def _token_is_an_element(self) -> Self:
        if self.token is not None and self.token.selector is None:
            raise ValueError("token stands on a page: it needs a selector")
        return self


class PortalDefinition(Part):
    """All that is known of one portal."""

    #: short, for file names and records, e.g. ``atoz``
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    #: for people
    title: str
    base_url: Address
    #: which way ``lane: auto`` of the owner's settings means: ``http``, the fast one, or ``page``, a browser that stays
    #: open, for pages that need scripts and whose data cannot be read without them
    lane: Literal["http", "page"] = "http"
    time_zone: ZoneName
    pages: Pages
    sign_in: SignIn
    board: Board
    job: JobPageShape
    gone: Gone = Gone()
    reference: Reference
    formats: Formats = Formats()
    #: the portal's status words, and what each means for us; ``{user_name}`` is whatever names the signed-in user,
    #: ``*`` any other word; without ``*`` another word is a changed portal
    statuses: dict[str, Meaning]
    #: where jobs have an owner: what stands there while nobody has the job
    nobody: tuple[str, ...] = ()
    #: every kind of job that the portal has; where it has other names for a kind, these behind the kind's own:
    #: ``{Telephone Interpreting: [Remote phone, OPI]}``
    kinds: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    #: the kinds to which nobody travels
    remote_kinds: tuple[str, ...] = ()
    accept: Accept
    #: a job that wants a quote first
    quote: Link | None = None
    reject: Link | None = None

    @field_validator("kinds", mode="before")
    @classmethod
    def _a_list_will_do(cls, kinds: object) -> object:
        if isinstance(kinds, list | tuple) and all(isinstance(kind, str) for kind in kinds):
            return dict.fromkeys(kinds, ())
        return kinds

    @field_validator("kinds")
    @classmethod
    def _names_are_of_one_kind(cls, kinds: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        names = [spelling_key(name) for kind, others in kinds.items() for name in {kind, *others}]
        for kind, others in kinds.items():
            for name in (kind, *others):
                if names.count(spelling_key(name)) > 1:
                    raise ValueError(f"“{name}” is a name of two kinds")
        return kinds

    @field_validator("statuses")
    @classmethod
    def _one_is_free(cls, statuses: dict[str, Meaning]) -> dict[str, Meaning]:
        if Meaning.FREE not in statuses.values():
            raise ValueError("no status means free, so no job could ever be accepted")
        if statuses.get(ANY_OTHER, Meaning.NOT_OURS) is not Meaning.NOT_OURS:
            raise ValueError("any other word (*) can only mean not_ours: what nobody knows is neither free nor ours")
        if statuses.get(OWN_NAME) is Meaning.FREE:
            raise ValueError("a job that names the signed-in user is not free")
        return {_folded(word): meaning for word, meaning in statuses.items()}

    @model_validator(mode="after")
    def _ours_can_be_told(self) -> Self:
        shown = [self.board.fields, self.job.fields]
        shown += [part.fields for part in (self.board.data, self.job.data) if part is not None]
        owned = [fields.owner is not None for fields in shown]
        if self.job.data is not None and self.board.data is None and not self.board.is_json:
            raise ValueError("job.data is read together with the board's data: board.data is missing")
        if any(owned) is not all(owned):
            raise ValueError("fields.owner has to stand in all of board, job and their data, or in none")
        if any(owned) and not self.nobody:
            raise ValueError("nobody is missing: what stands in the place of the owner while nobody has the job")
        if not any(owned) and Meaning.OURS not in self.statuses.values():
            raise ValueError("no status means ours and jobs have no owner, so none could ever be confirmed")
        return self

    @model_validator(mode="after")
    def _own_name_can_be_told(self) -> Self:
        if self.board.fields.owner is None and OWN_NAME not in self.statuses:
            return self
        parts = (
            ("board.rows.user_name", self.board),
            ("board.data.rows.user_name", self.board.data),
            ("job.data.user_name", self.job.data),
        )
        unnamed = [name for name, part in parts if part is not None and not part.names_user]
        if unnamed:
            raise ValueError(
                f"{unnamed[0]} is missing: a job is known as yours by your name, so the JSON has to say who you are"
            )
        return self

    @model_validator(mode="after")
    def _lane_can_be_gone(self) -> Self:
        if self.lane == "page" and self.board.is_json:
            raise ValueError("lane: page needs a board that a browser shows: describe the page, and the JSON in data")
        return self

    @model_validator(mode="after")
    def _actions_fit_the_rows(self) -> Self:
        if not self.board.is_json and not self.accept.text:
            raise ValueError("accept.text is missing: what the accept's button, or its link, says in a row")
        as_json = self.board.is_json or self.board.data is not None
        if as_json and self.accept.request.fields and not self.pages.token:
            named = set(self.accept.request.fields) & set(self.pages.token_fields)
            if named:
                raise ValueError(f"pages.token is missing: where a page shows the value of {', '.join(sorted(named))}")
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        """The portal's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def origin(self) -> str:
        """Scheme, host and port: where a browser may send what it knows of this portal."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @cached_property
    def free_statuses(self) -> tuple[str, ...]:
        """The status words with which a job can be accepted."""
        return tuple(word for word, meaning in self.statuses.items() if meaning is Meaning.FREE)

    @property
    def has_dates(self) -> bool:
        """Whether this portal shows when an appointment is."""
        return self.board.fields.has_dates or self.job.fields.has_dates

    def meaning(self, status: str, user_name: str | None, owner: str | None = None) -> Meaning | None:
        """What a status means for the signed-in user; None for a word that the definition does not know.

        ``owner`` is who has the job, where the portal says so: what is not nobody's is ours or somebody else's,
        whatever its status.
        """
        meaning = self._meaning_of(_folded(status), user_name)
        if owner is None or meaning is None:
            return meaning
        if _folded(owner) in {_folded(name) for name in self.nobody}:
            return Meaning.NOT_OURS if meaning is Meaning.OURS else meaning
        is_us = user_name is not None and _folded(owner) == _folded(user_name)
        return Meaning.OURS if is_us else Meaning.NOT_OURS

    def _meaning_of(self, word: str, user_name: str | None) -> Meaning | None:
        if word in self.statuses:
            return self.statuses[word]
        if user_name is not None and word == _folded(user_name) and OWN_NAME in self.statuses:
            return self.statuses[OWN_NAME]
        return self.statuses.get(ANY_OTHER)

    def kind_of(self, text: str) -> str | None:
        """The kind that the portal means by these words; None for words that the definition does not know."""
        return self._kinds_by_name.get(spelling_key(text))

    @cached_property
    def _kinds_by_name(self) -> dict[str, str]:
        return {spelling_key(name): kind for kind, others in self.kinds.items() for name in (kind, *others)}

    def at(self, base_url: str) -> Self:
        """The same portal at another address; raises ValueError for what is no address."""
        return self.model_copy(update={"base_url": valid_address(base_url)})

    def without_browser(self) -> Self:
        """The same portal for who runs no scripts: where board or job come as JSON, that is read."""
        return self.model_copy(update={"board": self.board.as_data()})

    @property
    def job_data(self) -> JobData | None:
        """The JSON behind a job's own page, where that is what is read."""
        return self.job.data if self.board.is_json else None

    @property
    def job_names_user(self) -> bool:
        """Whether a job, as it is read, names the signed-in user: every page does, and JSON where a path is given."""
        return self.job_data is None or self.job_data.names_user

    def job_address(self, portal_id: str) -> str:
        """Where a job is read: its own page, or the JSON behind it."""
        data = self.job_data
        return self.url(data.path if data else self.job.path, portal_id=portal_id)

    def url(self, path: str, **values: str) -> str:
        """The absolute address of a path of this definition, with ``{portal_id}`` filled in."""
        return self.base_url + path.format(**values)


def load(name_or_path: str | Path) -> PortalDefinition:
    """The definition of that name among those that come with the bot, or the one in that file.

    Raises DefinitionError, which names file, line and field of everything that is wrong.
    """
    raw = read_definition(name_or_path, DEFINITIONS)
    try:
        return PortalDefinition.model_validate(raw.data)
    except ValidationError as error:
        raise DefinitionError(raw.problems(error, _field_names(Part))) from error


def _field_names(part: type[Part]) -> set[str]:
    """The names of all fields of a part and of what derives from it."""
    return set(part.model_fields).union(*(_field_names(derived) for derived in part.__subclasses__()))
