"""The rows of a board's page: of a table, and of cards."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

from selectolax.lexbor import LexborNode

from bot.domain.text_matching import spelling_key
from bot.portal.definition.model import CardRows, Link, Meaning, Place, Source, TableRows
from bot.portal.errors import LayoutChanged
from bot.portal.models import BoardRow, Form
from bot.portal.parsing.extract import text_by, text_in
from bot.portal.parsing.html import absolute, attribute, button_of, form_as_sent, is_torn, text_of
from bot.portal.parsing.job_fields import job_from, job_number, unknown_status
from bot.portal.parsing.page import Answer, HtmlPage
from bot.portal.parsing.values import one_line, same_text
from bot.portal.safeguards import Safeguard
from common.states import PortalAction


def require_sound(answer: Answer, rows: tuple[BoardRow, ...]) -> tuple[BoardRow, ...]:
    """The rows; raises LayoutChanged where a job stands there twice, or where no accept is understood."""
    numbers = [row.job.job_number for row in rows]
    if len(set(numbers)) != len(numbers):
        raise answer.changed("the board shows one job twice")
    ids = [row.job.portal_id for row in rows if row.accept is not None]
    if len(set(ids)) != len(ids):
        raise answer.changed("two jobs of the board are accepted at one address")
    return rows


class RowInDoubt(Exception):
    """One row cannot be read, and nobody knows which job it shows; the others are not to suffer from it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundRows:
    """The rows of one page."""

    rows: tuple[BoardRow, ...]
    #: why each of the rows that are not among ``rows`` cannot be read
    unidentified: tuple[str, ...] = ()

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why rows are left alone."""
        return (*(row.doubt for row in self.rows if row.doubt is not None), *self.unidentified)


Node = TypeVar("Node")


def read_rows(answer: Answer, nodes: Sequence[Node], read: Callable[[Node], tuple[BoardRow, bool]]) -> FoundRows:
    """Each row, read with ``read``, which tells the row and whether its job is free.

    Raises LayoutChanged where no row is beyond doubt, or where none that is free has an accept: a changed accept would
    otherwise look like a board on which nothing can be had, and nobody would notice.
    """
    rows: list[tuple[BoardRow, bool]] = []
    unidentified: list[str] = []
    for node in nodes:
        try:
            rows.append(read(node))
        except RowInDoubt as doubt:
            unidentified.append(str(doubt))
    doubts = [*(row.doubt for row, _ in rows if row.doubt is not None), *unidentified]
    if doubts and len(doubts) == len(nodes):
        raise answer.changed(doubts[0])
    free = [row for row, is_free in rows if is_free]
    if free and not answer.definition.accept.optional and all(row.job.action is PortalAction.NONE for row in free):
        raise answer.changed("no job that can be accepted has an accept as the definition describes it")
    return FoundRows(rows=require_sound(answer, tuple(row for row, _ in rows)), unidentified=tuple(unidentified))


# --- tables -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class _Columns:
    """Where the cells of each field stand."""

    count: int
    #: each field with its source and the place of its column
    fields: tuple[tuple[str, Source, int], ...]


def table_rows(page: HtmlPage, shape: TableRows) -> FoundRows:
    """The rows of the board's table; empty only where the table says so."""
    tables = page.tree.css(shape.table)
    says_empty = shape.empty is not None and says_so(page, shape.empty)
    if says_empty and not tables:
        return FoundRows(rows=())
    if len(tables) != 1:
        raise page.changed("the board's table is not there" if not tables else "there is more than one board")
    if says_empty:
        raise page.changed("the board says that it is empty and shows a table")
    table = tables[0]
    columns = _columns(page, shape, table)
    body = table.css("tbody tr")
    if not body:
        raise page.changed("the board has no row, not even the one that says that it is empty")
    _require_all_rows(page, table, body)
    if shape.empty_text is not None and len(body) == 1 and _is_empty_row(page, shape.empty_text, body[0]):
        return FoundRows(rows=())
    nodes = table.css(shape.row)
    if {node.mem_id for node in nodes} != {node.mem_id for node in body}:
        raise page.changed("the board has rows of another form")
    return read_rows(page, nodes, lambda node: _table_row(page, shape, node, columns))


def says_so(page: HtmlPage, place: Place) -> bool:
    """Whether an element of the page says these words."""
    return any(same_text(text_of(node), place.text or "") for node in page.tree.css(place.selector))


def _require_all_rows(page: HtmlPage, table: LexborNode, body: Sequence[LexborNode]) -> None:
    """Raise where rows are not in the table's body: rows behind a misplaced tag are taken for headings."""
    page.require_all("tr")
    in_body = {node.mem_id for node in body}
    for node in table.css("tr"):
        if node.mem_id not in in_body and node.css_first("td") is not None:
            raise page.changed("rows of the board stand among its headings")


def _columns(page: HtmlPage, shape: TableRows, table: LexborNode) -> _Columns:
    headings = [text_of(node).casefold() for node in table.css(shape.headings)]
    fields = []
    for name, source in page.definition.board.fields.shown():
        wanted = one_line(source.heading or "").casefold()
        if wanted not in headings and source.required is False:
            continue
        if headings.count(wanted) != 1:
            there = "not there" if wanted not in headings else "there more than once"
            raise page.changed(f"the column “{source.heading}” is {there}")
        fields.append((name, source, headings.index(wanted)))
    return _Columns(count=len(headings), fields=tuple(fields))


def _is_empty_row(page: HtmlPage, words: str, row: LexborNode) -> bool:
    cells = row.css("td")
    if len(cells) != 1 or "colspan" not in cells[0].attributes:
        return False
    if not same_text(text_of(cells[0]), words):
        raise page.changed(f"the board's only row says “{text_of(cells[0])[:80]}”")
    return True


def _table_row(page: HtmlPage, shape: TableRows, row: LexborNode, columns: _Columns) -> tuple[BoardRow, bool]:
    cells = row.css(shape.cell)
    if len(cells) != columns.count:
        raise page.changed(f"a row has {len(cells)} of {columns.count} cells")
    shown = [text_of(cell) for cell in cells]
    texts: dict[str, str] = {}
    for name, source, place in columns.fields:
        texts[name] = shown[place] if source.is_whole_cell else text_in(cells[place], source)
        if name == "portal_status":
            _check_status_class(page, cells[place], texts[name])
    return _row(page, row, texts, [*shown, *(attribute(cell, "class") for cell in cells)])


def _check_status_class(page: HtmlPage, node: LexborNode, status: str) -> None:
    prefix = page.definition.board.status_class
    if prefix is None:
        return
    marked = [name.removeprefix(prefix) for name in attribute(node, "class").split() if name.startswith(prefix)]
    fits = [spelling_key(name) for name in marked] == [spelling_key(status)]
    differ = page.changed(f"a row's status reads “{status}” and is marked as {' '.join(marked) or 'none'}")
    page.safeguards.expect(Safeguard.STATUS_CLASS, fits, differ)


# --- cards ------------------------------------------------------------------------------------------------------------


def card_rows(page: HtmlPage, shape: CardRows) -> FoundRows:
    """The cards of the board; empty only where the page says so."""
    boards = page.tree.css(shape.board)
    cards = [card for board in boards for card in board.css(shape.card)]
    says_empty = says_so(page, shape.empty)
    if not cards:
        if not says_empty:
            raise page.changed("the board has no card, and does not say that it is empty")
        return FoundRows(rows=())
    if says_empty:
        raise page.changed("the board says that it is empty and shows cards")
    if len(page.tree.css(shape.card)) != len(cards):
        raise page.changed("a card stands outside the board, or within another one")
    for tag in {card.tag for card in cards if card.tag}:
        page.require_all(tag)
    known = {card.mem_id for card in cards}
    beside = {node.mem_id for board in boards for node in board.css(shape.beside)} if shape.beside else set()
    for board in boards:
        known -= _require_only_cards(page, board, known, beside)
    if known:
        raise page.changed("a card stands within another element")
    return read_rows(page, cards, lambda card: _card(page, card))


def _require_only_cards(page: HtmlPage, board: LexborNode, known: set[int], beside: set[int]) -> set[int]:
    """The cards that stand right in this board; raises LayoutChanged where something stands there that is none."""
    found = set()
    child = board.first_child
    while child is not None:
        if child.is_element_node and child.mem_id in known:
            found.add(child.mem_id)
        elif child.is_element_node and child.mem_id not in beside:
            raise page.changed(f"beside the cards of the board stands a <{child.tag}> that is none")
        elif child.is_text_node and (child.text_content or "").strip():
            raise page.changed("beside the cards of the board stands a text")
        child = child.next
    return found


#: Fields that may stand in several elements of one card.
_OF_SEVERAL_PARTS = frozenset({"address", "special_instructions"})


def _card(page: HtmlPage, card: LexborNode) -> tuple[BoardRow, bool]:
    texts: dict[str, str] = {}
    for name, source in page.definition.board.fields.shown():
        # the card's own element is among those that a selector finds in it
        nodes = card.css(source.selector or "")
        if not nodes and (source.required or name in ALWAYS_THERE):
            raise page.changed(f"a card shows no “{source.selector}”")
        if len(nodes) > 1 and source.line is None and name not in _OF_SEVERAL_PARTS:
            raise page.changed(f"a card shows “{source.selector}” {len(nodes)} times: it may be two cards")
        texts[name] = text_by(nodes, source)
        if name == "portal_status" and nodes:
            _check_status_class(page, nodes[0], texts[name])
    # cards like to say how long ago something was: the values count, not every word
    return _row(page, card, texts, [attribute(card, "class"), *texts.values()])


# --- what a row offers ------------------------------------------------------------------------------------------------


#: Without these no row can be told from another, or nobody knows whose it is.
ALWAYS_THERE = frozenset({"reference", "portal_status", "owner"})


def _row(page: HtmlPage, node: LexborNode, texts: dict[str, str], shown: list[str]) -> tuple[BoardRow, bool]:
    """The row, and whether its job is free."""
    links, forms = node.css("a[href]"), node.css("form")
    meaning = page.meaning(texts["portal_status"], texts.get("owner"))
    is_free = meaning is Meaning.FREE
    require_reference(page, texts)
    portal_id = _portal_id(page, texts, links, forms, is_free=is_free)
    action, accept = _action(page, node, portal_id) if is_free else (PortalAction.NONE, None)
    # A job that was rejected still shows its accept form; nothing that is not free is offered further on.
    reject = page.definition.reject
    row = BoardRow(
        job=job_from(page, texts, portal_id=portal_id, action=action),
        accept=accept,
        reject=_offered(page, node, reject, portal_id) if reject and is_free else None,
        is_ours=meaning is Meaning.OURS,
        doubt=unknown_status(page, texts),
        digest=_digest(page, shown, links, forms),
        html=(node.html or "") if accept else "",
    )
    return row, is_free


def require_reference(answer: Answer, texts: Mapping[str, str]) -> None:
    """Raise RowInDoubt where nobody knows which job the row shows."""
    try:
        job_number(answer, one_line(texts["reference"]))
    except LayoutChanged as error:
        raise RowInDoubt(error.message) from error


def _action(page: HtmlPage, row: LexborNode, portal_id: str) -> tuple[PortalAction, Form | None]:
    accept, quote = page.definition.accept, page.definition.quote
    if accept.way == "button":
        form = _sent_by_button(page, row, portal_id)
    else:
        form = _offered(page, row, accept, portal_id, want_form=accept.way == "form")
    if form is not None:
        return PortalAction.ACCEPT, form
    if quote is not None and quote.text and _offered(page, row, quote, portal_id) is not None:
        return PortalAction.QUOTE, None
    return PortalAction.NONE, None


def _sent_by_button(page: HtmlPage, row: LexborNode, portal_id: str) -> Form | None:
    """What the script of the row's accept button sends."""
    accept = page.definition.accept
    if not any(same_text(text_of(node), accept.text) for node in row.css(accept.selector)):
        return None
    action = page.definition.url(accept.path, portal_id=portal_id)
    return Form(action=action, method=accept.request.method, fields=tuple(accept.request.fields.items()))


def _offered(
    page: HtmlPage, row: LexborNode, link: Link, portal_id: str, *, want_form: bool | None = None
) -> Form | None:
    """The request behind a form or a link of a row; ``want_form`` where only one of the two will do."""
    base_url = page.definition.base_url
    said = one_line(link.text).casefold()
    for node in row.css(link.selector):
        is_form = node.tag == "form"
        if want_form is not None and is_form is not want_form:
            continue
        if is_form:
            button = button_of(node, said)
            if button is not None and page.leads_to(attribute(node, "action") or page.url, link.path, portal_id):
                return form_as_sent(node, button, page_url=page.url, base_url=base_url)
        elif text_of(node).casefold() == said and page.leads_to(attribute(node, "href"), link.path, portal_id):
            return Form(action=absolute(attribute(node, "href"), page.url, base_url), method="get", fields=())
    return None


def _portal_id(
    page: HtmlPage, texts: dict[str, str], links: Sequence[LexborNode], forms: Sequence[LexborNode], *, is_free: bool
) -> str:
    if any(is_torn(node) for node in (*links, *forms)):
        raise page.changed(f"an address in the row of {texts['reference']} is torn")
    addresses = [attribute(node, "href") for node in links] + [attribute(node, "action") for node in forms]
    ids = {found for address in addresses if (found := page.id_in(address, below=True)) is not None}
    if texts.get("portal_id"):
        ids.add(texts["portal_id"])
    if len(ids) > 1:
        raise page.changed(f"the addresses of {texts['reference']} lead to different jobs")
    if ids:
        return ids.pop()
    if is_free:
        raise page.changed(f"the row of {texts['reference']} has no address of the job")
    # A past or foreign job may have no link; nothing is ever asked for under this id.
    return job_number(page, one_line(texts["reference"]))


def _digest(page: HtmlPage, shown: Sequence[str], links: Sequence[LexborNode], forms: Sequence[LexborNode]) -> str:
    """Of all that the row shows; what only tells one showing of it from the next is left out."""
    parts = [*shown, *(attribute(node, "href") for node in links)]
    for form in forms:
        parts.append(attribute(form, "action"))
        for field in form.css("input, select"):
            name = attribute(field, "name")
            if name not in page.definition.pages.token_fields:
                parts.append(f"{name}={attribute(field, 'value')}")
    return digest_of(parts)


def digest_of(parts: Sequence[str]) -> str:
    """A short name for these texts: the same for the same texts alone."""
    return blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
