"""The parts of a definition that say where jobs stand: the board in its three shapes, and a job's own page."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, model_validator

from bot.portal.definition.types import (
    AddressPath,
    JsonPath,
    PageText,
    Part,
    Pattern,
    Place,
    Selector,
    WeekText,
    in_week_of,
)


class Source(Part):
    """Where a value comes from. Exactly one of ``heading``, ``label``, ``selector`` or ``path``.

    ``selector`` may stand beside ``heading`` or ``label``: an element within that cell.
    """

    #: the table column's heading
    heading: PageText | None = None
    #: the label in front of the value, without its colon
    label: PageText | None = None
    #: an element, within the row or the page
    selector: Selector | None = None
    #: the way to the value in a JSON row
    path: JsonPath | None = None
    #: the value is this attribute of the element, not its text
    attribute: str | None = None
    #: of several lines (or elements), the one that counts: 1 is the first, -1 the last; nothing: all of them
    line: int | None = None
    #: what of the text counts: the first group
    pattern: Pattern | None = None
    #: yes: without this label or element the page is another one than we know (its value may be empty). No: also the
    #: column of a table may be missing. Nothing: a column must be there, a label or an element need not
    required: bool | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        named = [name for name in ("heading", "label", "path") if getattr(self, name) is not None]
        if len(named) > 1:
            raise ValueError(f"{' and '.join(named)} cannot stand together; choose one")
        if not named and self.selector is None:
            raise ValueError("says nowhere where the value is: give a heading, a label, a selector or a path")
        if self.path is not None and (self.selector is not None or self.attribute is not None):
            raise ValueError("a JSON row has no elements: leave selector and attribute out")
        if self.line == 0:
            raise ValueError("lines are counted from 1 (the first) or from -1 (the last)")
        return self

    @cached_property
    def is_whole_cell(self) -> bool:
        """Whether the value is all that stands in the column's cell."""
        return self.selector is None and self.attribute is None and self.line is None and self.pattern is None


class JobFields(Part):
    """Where each field of a job stands; a field that the portal does not show is left out."""

    reference: Source | None = None
    portal_status: Source | None = None
    #: who has the job, where that is a column or a label of its own
    owner: Source | None = None
    #: the id in the portal's addresses, where it does not stand in the row's own addresses
    portal_id: Source | None = None
    submitted_on: Source | None = None
    #: date and time in one
    appointment: Source | None = None
    appointment_date: Source | None = None
    appointment_time: Source | None = None
    duration_minutes: Source | None = None
    language: Source | None = None
    kind: Source | None = None
    company_name: Source | None = None
    client_name: Source | None = None
    client_reference: Source | None = None
    qualification: Source | None = None
    security_check: Source | None = None
    gender: Source | None = None
    address: Source | None = None
    postcode: Source | None = None
    special_instructions: Source | None = None

    def shown(self) -> Iterator[tuple[str, Source]]:
        """Every field that the portal shows, with its source."""
        for name in type(self).model_fields:
            source = getattr(self, name)
            if source is not None:
                yield name, source

    @property
    def has_dates(self) -> bool:
        """Whether an appointment's date is among them."""
        return self.appointment is not None or self.appointment_date is not None


_Rows = TypeVar("_Rows", bound=Part)


def _with_words(rows: _Rows, empty: Place | None) -> _Rows:
    if empty is not None and not empty.text:
        raise ValueError("empty.text is missing: without its words nobody can tell an empty board from a broken one")
    return rows


class TableRows(Part):
    """A board that is a table: one row a job, columns known by their headings."""

    shape: Literal["table"]
    table: Selector
    #: within the table; every heading that a field names must be there
    headings: Selector
    #: within the table; every ``tr`` of the table's body must be one
    row: Selector
    #: within a row; as many as there are headings
    cell: Selector
    #: the whole text of the only cell of the only row of an empty board
    empty_text: PageText | None = None
    #: or what an empty board shows instead of the table
    empty: Place | None = None

    @model_validator(mode="after")
    def _empty_says_something(self) -> Self:
        if (self.empty_text is None) is (self.empty is None):
            raise ValueError("give either empty_text or empty: how the board reads when there is no job")
        return _with_words(self, self.empty)


class CardRows(Part):
    """A board of cards: one element a job, values known by elements within it."""

    shape: Literal["cards"]
    #: what the cards stand in, once or several times
    board: Selector
    #: within the board
    card: Selector
    #: what else may stand in the board, such as headings; anything that is neither is a changed portal
    beside: Selector | None = None
    #: what an empty board shows instead of cards; it may stand anywhere on the page
    empty: Place

    @model_validator(mode="after")
    def _empty_says_something(self) -> Self:
        if not self.empty.text:
            raise ValueError(
                "empty.text is missing: without its words nobody can tell an empty board from a broken one"
            )
        return self


class JsonRows(Part):
    """A board that comes as JSON."""

    shape: Literal["json"]
    #: the way to the list of jobs
    rows: JsonPath
    #: the way to the signed-in user's full name; nothing: it is not asked whose answer it is
    user_name: JsonPath | None = None
    #: the way to the number of jobs on all pages together
    total: JsonPath | None = None
    #: the way to the number of this page, and to that of the last one
    page: JsonPath | None = None
    last_page: JsonPath | None = None


Rows = Annotated[TableRows | CardRows | JsonRows, Field(discriminator="shape")]


class Pagination(Part):
    """How a board is divided into pages."""

    #: the name in the query, e.g. ``page``
    parameter: str
    #: the links to the pages; their texts that are numbers count
    links: Selector | None = None
    #: the page that is shown
    current: Selector | None = None
    #: rows on every page but the last; nothing: unknown
    rows_per_page: int | None = Field(default=None, ge=1)


class Total(Part):
    """A number of jobs that the portal states by itself."""

    selector: Selector
    #: its first group is the number
    pattern: Pattern
    #: ``board``: the rows of the board as it is asked for, all pages together; ``everything``: also what the filter
    #: leaves out, or nobody knows: then it can only show that there are too many rows
    counts: Literal["board", "everything"]


def _require_fitting(fields: JobFields, rows: TableRows | CardRows | JsonRows) -> None:
    """Raise ValueError where a field cannot stand in rows of this shape, or one without which there is no row."""
    needed = {"table": "heading", "cards": "selector", "json": "path"}[rows.shape]
    for name, source in fields.shown():
        if getattr(source, needed) is None:
            raise ValueError(f"fields.{name}: in rows of the shape {rows.shape} a field needs a {needed}")
    for name in ("reference", "portal_status"):
        if getattr(fields, name) is None:
            raise ValueError(f"fields.{name} is missing: without it no row can be told from another")


#: A filter. One that says nothing would list everything.
_WeekQuery = Annotated[dict[str, WeekText], Field(min_length=1)]


class BoardData(Part):
    """The board once more, as the JSON from which a script draws it: for who needs no browser."""

    path: AddressPath
    #: the filter; nothing: the same as the board's
    query: dict[str, str] | None = None
    assigned_query: dict[str, str] | None = None
    completed_query: _WeekQuery | None = None
    rows: JsonRows
    fields: JobFields
    #: nothing: the same as the board's
    pagination: Pagination | None = None

    @model_validator(mode="after")
    def _fields_fit_the_rows(self) -> Self:
        _require_fitting(self.fields, self.rows)
        return self

    @property
    def names_user(self) -> bool:
        """Whether the JSON names the signed-in user."""
        return self.rows.user_name is not None


class Board(Part):
    """The list of jobs."""

    path: AddressPath
    #: other paths of the same page
    also: tuple[AddressPath, ...] = ()
    #: the filter that lists what can be accepted, e.g. ``status: "0"``
    query: dict[str, str] = Field(default_factory=dict)
    #: the filter that lists what is ours, for who wants to know when the owner is busy
    assigned_query: dict[str, str] = Field(default_factory=dict)
    #: the filter that lists what is ours and done, of the current week: a job that was completed fills the caps of its
    #: day and its week. Nothing: what is done stands among what is ours, or cannot be listed by its week
    completed_query: _WeekQuery | None = None
    rows: Rows
    fields: JobFields
    #: in front of the status word in the class of its element, e.g. ``status--``: both must say the same
    status_class: str | None = None
    pagination: Pagination | None = None
    total: Total | None = None
    data: BoardData | None = None

    @model_validator(mode="after")
    def _fields_fit_the_rows(self) -> Self:
        _require_fitting(self.fields, self.rows)
        if self.rows.shape != "json" and self.pagination and not (self.pagination.links and self.pagination.current):
            raise ValueError("pagination.links and pagination.current are missing: where the page shows its pages")
        return self

    @property
    def is_json(self) -> bool:
        """Whether the board comes as JSON and not as a page."""
        return self.rows.shape == "json"

    @property
    def names_user(self) -> bool:
        """Whether it names the signed-in user: every page does, and JSON where a path is given."""
        return not isinstance(self.rows, JsonRows) or self.rows.user_name is not None

    def completed_in_week_of(self, day: date) -> dict[str, str] | None:
        """The filter that lists what is ours and done in the week of this day; None where there is none."""
        if self.completed_query is None:
            return None
        return {name: in_week_of(day, text) for name, text in self.completed_query.items()}

    def as_data(self) -> "Board":
        """The board as the JSON behind it; the board itself where there is none."""
        data = self.data
        if data is None:
            return self
        return Board(
            path=data.path,
            query=self.query if data.query is None else data.query,
            assigned_query=self.assigned_query if data.assigned_query is None else data.assigned_query,
            completed_query=self.completed_query if data.completed_query is None else data.completed_query,
            rows=data.rows,
            fields=data.fields,
            pagination=data.pagination or self.pagination,
        )


class JobData(Part):
    """A job's own page once more, as the JSON from which a script draws it."""

    path: AddressPath
    #: the way to the signed-in user's full name; nothing: it is not asked whose answer it is
    user_name: JsonPath | None = None
    fields: JobFields

    @model_validator(mode="after")
    def _fields_fit(self) -> Self:
        _require_on_page(self.fields, "path")
        return self

    @property
    def names_user(self) -> bool:
        """Whether the JSON names the signed-in user."""
        return self.user_name is not None


class JobPageShape(Part):
    """A job's own page."""

    path: AddressPath
    #: what holds labels and values: a row of a table with one of each, or a whole list with many
    row: Selector | None = None
    #: within it; the first label belongs to the first value, and so on
    label: Selector | None = None
    value: Selector | None = None
    fields: JobFields
    data: JobData | None = None

    @model_validator(mode="after")
    def _values_can_be_found(self) -> Self:
        has_labels = any(source.label for _, source in self.fields.shown())
        if has_labels and not (self.row and self.label and self.value):
            raise ValueError("fields with a label need row, label and value: where labels and values stand")
        _require_on_page(self.fields, "label", "selector")
        return self


def _require_on_page(fields: JobFields, *ways: str) -> None:
    """Raise ValueError where a field cannot stand on a job's own page, or one that must is not there."""
    for name, source in fields.shown():
        if source.heading is not None or all(getattr(source, way) is None for way in ways):
            raise ValueError(f"fields.{name}: here a field needs a {' or a '.join(ways)}")
    for name in ("reference", "portal_status"):
        if getattr(fields, name) is None:
            raise ValueError(f"fields.{name} is missing: without it nobody can tell whose job it is")
