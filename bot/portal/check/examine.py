"""Looking at one page with a definition in hand: what of the definition is on it, and what is not.

``parse`` stops at the first thing that it does not understand; whoever writes a definition wants to see all of it.
Pure; ``python -m bot.portal check`` shows what this finds.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.portal.definition.model import CardRows, JobData, JsonRows, Place, PortalDefinition, Source, TableRows
from bot.portal.errors import PortalError
from bot.portal.models import BoardPage, Form, JobPage
from bot.portal.parsing.extract import chosen, label_key, text_by, text_in
from bot.portal.parsing.html import attribute, match_address, text_of
from bot.portal.parsing.html_rows import ALWAYS_THERE
from bot.portal.parsing.json_rows import JsonAnswer, NoJson, text_of_value, value_at
from bot.portal.parsing.page import PageKind, is_at, user_name_on
from bot.portal.parsing.parse import parse_board, parse_job_page, read_accept_page, sign_in_refusal
from bot.portal.parsing.values import one_line, read_date, read_duration, read_moment, read_time, same_text

#: Texts that are shown are cut here.
_LONGEST = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One part of a definition on one page."""

    #: the part's place in the definition, e.g. ``board.rows.table``
    field: str
    found: bool
    #: what stands there, or what is missing
    seen: str
    #: its absence is no fault: not every page has it
    optional: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Examination:
    """Everything that a definition finds on a page."""

    #: in words, e.g. ``board``
    kind: str
    url: str
    findings: tuple[Finding, ...]
    #: what the bot reads of the page; all None where it does not read it, and ``error`` says why
    board: BoardPage | None = None
    job: JobPage | None = None
    accept: Form | None = None
    error: str | None = None

    @property
    def missing(self) -> tuple[Finding, ...]:
        """What should be there and is not."""
        return tuple(one for one in self.findings if not one.found and not one.optional)

    @property
    def is_right(self) -> bool:
        """Whether the bot reads the page as it is."""
        return self.error is None and not self.missing


def examine(html: str, *, definition: PortalDefinition, url: str | None = None) -> Examination:
    """Look for every part of the definition that belongs on a page of this kind.

    ``url`` is the address the page came from; without it the one that a browser notes in a saved page counts, and else
    the page's content tells which of the definition's pages it is. JSON is read as the board's data.
    """
    if html.lstrip()[:1] in ("{", "["):
        return _examined_data(html, definition, url)
    tree = LexborHTMLParser(html)
    address = url or _saved_from(html)
    if address and _is_accept_page(address, definition):
        return _examined_accept_page(html, tree, definition, address)
    kind = _kind(tree, definition, address)
    address = address or _address(tree, definition, kind)
    common = tuple(_common(html, tree, definition, signed_in=kind is not PageKind.SIGN_IN))
    match kind:
        case PageKind.SIGN_IN:
            return Examination(kind=kind, url=address, findings=(*common, *_sign_in(html, tree, definition, address)))
        case PageKind.JOB:
            return _examined_job(html, tree, definition, address, common)
        case _:
            return _examined_board(html, tree, definition, address, common)


def _examined_board(
    html: str, tree: LexborHTMLParser, definition: PortalDefinition, url: str, common: tuple[Finding, ...]
) -> Examination:
    findings = (*common, *_board(tree, definition))
    try:
        board = parse_board(html, definition=definition, page_url=url)
    except PortalError as error:
        return Examination(kind=PageKind.BOARD, url=url, findings=findings, error=error.message)
    return Examination(kind=PageKind.BOARD, url=url, findings=findings, board=board)


def _examined_job(
    html: str, tree: LexborHTMLParser, definition: PortalDefinition, url: str, common: tuple[Finding, ...]
) -> Examination:
    findings = (*common, *_job(tree, definition))
    try:
        job = parse_job_page(html, definition=definition, page_url=url)
    except PortalError as error:
        return Examination(kind=PageKind.JOB, url=url, findings=findings, error=error.message)
    return Examination(kind=PageKind.JOB, url=url, findings=findings, job=job)


# --- which page it is -------------------------------------------------------------------------------------------------

#: How browsers note the address in a page that they save.
_SAVED_FROM = re.compile(r"<!-- saved from url=\(\d+\)(\S+) -->")


def _saved_from(html: str) -> str | None:
    found = _SAVED_FROM.search(html)
    return found[1] if found else None


def _kind(tree: LexborHTMLParser, definition: PortalDefinition, url: str | None) -> PageKind:
    """Which of the definition's pages this is meant to be: by its address, else by what is on it."""
    sign_in, board = definition.sign_in, definition.board
    form = tree.css_first(sign_in.form) if sign_in.way == "form" else None
    asks_for_password = form is not None and form.css_first(sign_in.password) is not None
    if asks_for_password and user_name_on(tree, definition) is None:
        return PageKind.SIGN_IN
    if url is not None:
        kinds = (
            (PageKind.BOARD, (board.path, *board.also)),
            (PageKind.JOB, (definition.job.path,)),
            (PageKind.SIGN_IN, (sign_in.path,)),
        )
        for kind, paths in kinds:
            if any(is_at(url, path, page_url=url, definition=definition) for path in paths):
                return kind
        return PageKind.BOARD
    rows = board.rows
    place = rows.table if isinstance(rows, TableRows) else rows.board if isinstance(rows, CardRows) else None
    if place is not None and tree.css_first(place) is not None:
        return PageKind.BOARD
    reference = definition.job.fields.reference
    is_job = reference is not None and reference.selector and tree.css_first(reference.selector) is not None
    return PageKind.JOB if is_job else PageKind.BOARD


def _address(tree: LexborHTMLParser, definition: PortalDefinition, kind: PageKind) -> str:
    if kind is PageKind.SIGN_IN:
        return definition.url(definition.sign_in.path)
    if kind is PageKind.BOARD:
        return definition.url(definition.board.path)
    source = definition.job.fields.reference
    text = text_by(tree.css(source.selector), source) if source and source.selector else ""
    number = re.fullmatch(definition.reference.pattern, one_line(text), re.ASCII)
    # The id is not known without the address; in most portals it is the number of the reference.
    portal_id = number[1] if number and number.re.groups else "0"
    return definition.url(definition.job.path, portal_id=portal_id)


# --- the parts of each page -------------------------------------------------------------------------------------------


def _common(html: str, tree: LexborHTMLParser, definition: PortalDefinition, *, signed_in: bool) -> Iterator[Finding]:
    pages = definition.pages
    ends = html.rstrip().lower().endswith(pages.ends_with.lower())
    last = one_line(html.rstrip()[-_LONGEST:])
    yield Finding(field="pages.ends_with", found=ends, seen=last if last else "the page is empty")
    if signed_in:
        yield _element(tree, "pages.user_name", pages.user_name)
    for number, selector in enumerate(pages.messages, start=1):
        yield _element(tree, f"pages.messages.{number}", selector, optional=True)
    if pages.terms:
        yield _element(tree, "pages.terms", pages.terms, optional=True)
    if pages.token and pages.token.selector and signed_in:
        yield _element(tree, "pages.token", pages.token.selector)


def _sign_in(html: str, tree: LexborHTMLParser, definition: PortalDefinition, url: str) -> Iterator[Finding]:
    sign_in = definition.sign_in
    form = tree.css_first(sign_in.form)
    yield _element(tree, "sign_in.form", sign_in.form)
    inner = (("username", sign_in.username), ("password", sign_in.password), ("submit", sign_in.submit))
    for name, selector in inner:
        yield _within(form, f"sign_in.{name}", selector)
    if sign_in.remember:
        yield _within(form, "sign_in.remember", sign_in.remember)
    refusal = sign_in_refusal(html, page_url=url, definition=definition)
    seen = f"{refusal[0]}: {refusal[1]}" if refusal else "no refusal"
    yield Finding(field="sign_in.refusals", found=refusal is not None, seen=_cut(seen), optional=True)


def _board(tree: LexborHTMLParser, definition: PortalDefinition) -> Iterator[Finding]:
    board = definition.board
    match board.rows:
        case TableRows() as table:
            yield from _table(tree, table, definition)
        case CardRows() as cards:
            yield from _cards(tree, cards, definition)
        case JsonRows():
            yield Finding(field="board.rows", found=False, seen="a page of HTML where the board comes as JSON")
    if board.pagination and board.pagination.links and board.pagination.current:
        yield _element(tree, "board.pagination.links", board.pagination.links, optional=True)
        yield _element(tree, "board.pagination.current", board.pagination.current, optional=True)
    if board.total:
        yield _element(tree, "board.total.selector", board.total.selector)


def _table(tree: LexborHTMLParser, shape: TableRows, definition: PortalDefinition) -> Iterator[Finding]:
    tables = tree.css(shape.table)
    if shape.empty is not None:
        said = _says_so(tree, shape.empty)
        yield Finding(
            field="board.rows.empty",
            found=said,
            seen=_cut(shape.empty.text or "") if said else f"nothing fits {shape.empty.selector} with these words",
            optional=bool(tables),
        )
        if said and not tables:
            return
    yield _count("board.rows.table", tables, "table")
    if not tables:
        return
    table = tables[0]
    headings = [text_of(node) for node in table.css(shape.headings)]
    seen = ", ".join(headings) or "no headings"
    yield Finding(field="board.rows.headings", found=bool(headings), seen=_cut(seen, 200))
    rows, body = table.css(shape.row), table.css("tbody tr")
    is_empty = len(body) == 1 and len(body[0].css("td")) == 1
    yield Finding(
        field="board.rows.row", found=bool(body) and len(rows) == len(body), seen=f"{len(rows)} of {len(body)} rows"
    )
    if is_empty and shape.empty_text is not None:
        words = text_of(body[0])
        yield Finding(field="board.rows.empty_text", found=same_text(words, shape.empty_text), seen=_cut(words))
    cells = [] if is_empty else [row.css(shape.cell) for row in rows]
    yield from _columns(definition, headings, cells, user_name_on(tree, definition))
    if not is_empty:
        yield _row_actions(rows)


def _columns(
    definition: PortalDefinition, headings: list[str], rows: list[list[LexborNode]], user_name: str | None
) -> Iterator[Finding]:
    places = [one_line(heading).casefold() for heading in headings]
    if rows:
        right = all(len(cells) == len(headings) for cells in rows)
        counts = " or ".join(str(count) for count in sorted({len(cells) for cells in rows}))
        seen = f"{counts} cells in a row, {len(headings)} headings"
        yield Finding(field="board.rows.cell", found=right, seen=seen)
    for name, source in definition.board.fields.shown():
        wanted = one_line(source.heading or "").casefold()
        field = f"board.fields.{name}"
        if places.count(wanted) != 1:
            seen = f"{places.count(wanted)} columns “{source.heading}”"
            yield Finding(field=field, found=False, seen=seen, optional=source.required is False)
            continue
        place = places.index(wanted)
        values = [text_in(cells[place], source) for cells in rows if len(cells) > place]
        yield from _values(definition, field, name, values, user_name)


def _cards(tree: LexborHTMLParser, shape: CardRows, definition: PortalDefinition) -> Iterator[Finding]:
    boards = tree.css(shape.board)
    cards = [card for board in boards for card in board.css(shape.card)]
    is_empty = _says_so(tree, shape.empty)
    if cards or not is_empty:
        yield _count("board.rows.board", boards, "board", several=True)
        yield _count("board.rows.card", cards, "card", several=True)
    seen = shape.empty.text or "" if is_empty else f"nothing fits {shape.empty.selector} with these words"
    yield Finding(field="board.rows.empty", found=is_empty, seen=_cut(seen), optional=bool(cards))
    for name, source in definition.board.fields.shown():
        field = f"board.fields.{name}"
        found = [card.css(source.selector or "") for card in cards]
        if cards and not any(found):
            optional = _may_be_missing(name, source)
            seen = f"nothing in any card fits {source.selector}"
            yield Finding(field=field, found=False, seen=seen, optional=optional)
            continue
        yield from _values(
            definition, field, name, [text_by(nodes, source) for nodes in found], user_name_on(tree, definition)
        )
    if cards:
        yield _row_actions(cards)


def _says_so(tree: LexborHTMLParser, place: Place) -> bool:
    return any(same_text(text_of(node), place.text or "") for node in tree.css(place.selector))


def _row_actions(rows: list[LexborNode]) -> Finding:
    buttons: Counter[str] = Counter()
    for row in rows:
        for form in row.css("form"):
            said = " / ".join(text_of(button) for button in form.css("button")) or "a form without a button"
            buttons[f"{said} -> {_shape(attribute(form, 'action'))}"] += 1
        for link in row.css("a[href]"):
            buttons[f"{text_of(link) or 'a link without text'} -> {_shape(attribute(link, 'href'))}"] += 1
    seen = "; ".join(f"{count} × {what}" for what, count in buttons.most_common(8)) or "no form and no link"
    return Finding(field="accept, quote, reject", found=bool(buttons), seen=_cut(seen, 600), optional=True)


def _shape(address: str) -> str:
    """An address with its numbers left out, so that those of all rows look alike."""
    return re.sub(r"\d+", "…", address)


def _job(tree: LexborHTMLParser, definition: PortalDefinition) -> Iterator[Finding]:
    shape = definition.job
    labels: dict[str, LexborNode] = {}
    if shape.row and shape.label and shape.value:
        rows = tree.css(shape.row)
        yield _count("job.row", rows, "row", several=True)
        for row in rows:
            for label, value in zip(row.css(shape.label), row.css(shape.value), strict=False):
                labels[label_key(text_of(label))] = value
    for name, source in shape.fields.shown():
        field = f"job.fields.{name}"
        if source.label is not None:
            labelled = labels.get(label_key(source.label))
            text = text_in(labelled, source) if labelled is not None else None
            missing = f"no label “{source.label}” among: {', '.join(labels) or 'no labels'}"
        else:
            nodes = tree.css(source.selector or "")
            text = text_by(nodes, source) if nodes else None
            missing = f"nothing fits {source.selector}"
        seen = missing if text is None else one_line(text) or "empty"
        yield Finding(field=field, found=text is not None, seen=_cut(seen, 200), optional=_may_be_missing(name, source))
        if text:
            yield from _unread(definition, name, [one_line(text)], user_name_on(tree, definition))


# --- the board's data, and the page before the accept -----------------------------------------------------------------


def _examined_data(text: str, definition: PortalDefinition, url: str | None) -> Examination:
    known = definition.without_browser()
    job = known.job_data
    if job is not None and url is not None and is_at(url, job.path, page_url=url, definition=known):
        return _examined_job_data(text, job, known, url)
    shape = known.board.rows
    address = url or known.url(known.board.path)
    if not isinstance(shape, JsonRows):
        seen = f"JSON where the board is of the shape {shape.shape}"
        finding = Finding(field="board.rows", found=False, seen=seen)
        return Examination(kind="board's data", url=address, findings=(finding,), error="the bot reads no JSON here")
    try:
        answer = JsonAnswer(text, url=address, definition=known, user_name=shape.user_name)
    except NoJson as error:
        finding = Finding(field="board.data", found=False, seen=_cut(str(error)))
        return Examination(kind="board's data", url=address, findings=(finding,), error=f"this is no JSON: {error}")
    findings = tuple(_data(answer, shape, known))
    try:
        board = parse_board(text, definition=known, page_url=address)
    except PortalError as error:
        return Examination(kind="board's data", url=address, findings=findings, error=error.message)
    return Examination(kind="board's data", url=address, findings=findings, board=board)


def _data(answer: JsonAnswer, shape: JsonRows, definition: PortalDefinition) -> Iterator[Finding]:
    rows = answer.value_at(shape.rows)
    is_list = isinstance(rows, list)
    seen = f"{len(rows)} jobs" if is_list else f"no list; there is: {_names(answer.data)}"
    yield Finding(field="board.rows.rows", found=is_list, seen=_cut(seen, 200))
    for name in ("user_name", "total", "page", "last_page"):
        path = getattr(shape, name)
        if path is not None:
            value = answer.value_at(path)
            yield Finding(field=f"board.rows.{name}", found=value is not None, seen=_cut(text_of_value(value) or "–"))
    jobs = [row for row in rows if isinstance(row, Mapping)] if is_list else []
    for name, source in definition.board.fields.shown():
        values = [value_at(row, source.path or "") for row in jobs]
        if jobs and all(value is None for value in values):
            seen = f"no job has {source.path}; they have: {_names(jobs[0])}"
            yield Finding(
                field=f"board.fields.{name}", found=False, seen=_cut(seen, 200), optional=_may_be_missing(name, source)
            )
            continue
        texts = [text_of_value(value) for value in values]
        yield from _values(definition, f"board.fields.{name}", name, texts, answer.user_name)


def _examined_job_data(text: str, shape: JobData, definition: PortalDefinition, url: str) -> Examination:
    kind = "job's data"
    try:
        answer = JsonAnswer(text, url=url, definition=definition, user_name=shape.user_name)
        findings = tuple(_job_data(answer, shape, definition))
    except NoJson as error:
        return Examination(kind=kind, url=url, findings=(), error=f"this is no JSON: {error}")
    try:
        job = parse_job_page(text, definition=definition, page_url=url)
    except PortalError as error:
        return Examination(kind=kind, url=url, findings=findings, error=error.message)
    return Examination(kind=kind, url=url, findings=findings, job=job)


def _job_data(answer: JsonAnswer, shape: JobData, definition: PortalDefinition) -> Iterator[Finding]:
    for name, source in shape.fields.shown():
        value = answer.value_at(source.path or "")
        seen = _cut(one_line(text_of_value(value))) or "empty"
        missing = f"there is no {source.path}"
        found = value is not None
        yield Finding(
            field=f"job.data.fields.{name}",
            found=found,
            seen=seen if found else missing,
            optional=_may_be_missing(name, source),
        )
        if found:
            text = one_line(chosen(text_of_value(value).splitlines(), source))
            yield from _unread(definition, name, [text] if text else [], answer.user_name)


def _may_be_missing(name: str, source: Source) -> bool:
    """Whether the bot reads a page on which this field is not."""
    return not source.required and name not in ALWAYS_THERE


def _names(data: object) -> str:
    return ", ".join(str(name) for name in data) if isinstance(data, Mapping) else type(data).__name__


def _is_accept_page(url: str, definition: PortalDefinition) -> bool:
    accept = definition.accept
    return accept.page is not None and is_at(url, accept.path, page_url=url, definition=definition)


def _examined_accept_page(html: str, tree: LexborHTMLParser, definition: PortalDefinition, url: str) -> Examination:
    found = match_address(definition.accept.path, url, page_url=url, base_url=definition.base_url) or {}
    findings = [*_common(html, tree, definition, signed_in=True)]
    shape = definition.accept.page
    if shape is not None:
        for number, place in enumerate(shape.free, start=1):
            # without a text it is there only where the job is free
            optional = place.text is None
            findings.append(_element(tree, f"accept.page.free.{number}", place.selector, optional=optional))
        # where the job is not free there need be no form
        findings.append(_element(tree, "accept.page.form", shape.form, optional=True))
    try:
        form = read_accept_page(html, definition=definition, page_url=url, portal_id=found.get("portal_id", ""))
    except PortalError as error:
        return Examination(kind="accept", url=url, findings=tuple(findings), error=error.message)
    seen = "it reads as free" if form else "it does not read as free: nothing would be sent"
    findings.append(Finding(field="accept.page.free", found=form is not None, seen=seen, optional=True))
    return Examination(kind="accept", url=url, findings=tuple(findings), accept=form)


# --- values -----------------------------------------------------------------------------------------------------------


def _values(
    definition: PortalDefinition, field: str, name: str, values: Iterable[str], user_name: str | None
) -> Iterator[Finding]:
    """What stands in a column, and what of it cannot be read."""
    shown = [one_line(value) for value in dict.fromkeys(values) if value]
    seen = ", ".join(shown[:4]) + (", …" if len(shown) > 4 else "") if shown else "nothing in any row"  # noqa: PLR2004
    yield Finding(field=field, found=True, seen=_cut(seen))
    yield from _unread(definition, name, shown, user_name)


def _unread(definition: PortalDefinition, name: str, shown: list[str], user_name: str | None) -> Iterator[Finding]:
    """The values of a field that the definition's formats and lists do not cover."""
    formats = definition.formats
    match name:
        case "submitted_on" | "appointment_date":
            unread = [value for value in shown if read_date(value, formats.dates) is None]
            part = "formats.dates"
        case "appointment_time":
            unread = [value for value in shown if read_time(value, formats.times) is None]
            part = "formats.times"
        case "appointment":
            zone = definition.zone
            unread = [value for value in shown if read_moment(value, formats.moments, formats.dates, zone)[0] is None]
            part = "formats.moments"
        case "duration_minutes":
            unread = [value for value in shown if read_duration(value, formats.durations) is None]
            part = "formats.durations"
        case "portal_status":
            unread = [value for value in shown if definition.meaning(value, user_name) is None]
            part = "statuses"
        case "reference":
            unread = [value for value in shown if not re.fullmatch(definition.reference.pattern, value, re.ASCII)]
            part = "reference.pattern"
        case "kind":
            unread = [value for value in shown if definition.kinds and definition.kind_of(value) is None]
            part = "kinds"
        case _:
            return
    if unread:
        yield Finding(field=part, found=False, seen=_cut("cannot read " + ", ".join(unread)))


# --- elements ---------------------------------------------------------------------------------------------------------


def _element(tree: LexborHTMLParser, field: str, selector: str, *, optional: bool = False) -> Finding:
    nodes = tree.css(selector)
    if not nodes:
        return Finding(field=field, found=False, seen=f"nothing fits {selector}", optional=optional)
    texts = ", ".join(text for node in nodes[:12] if (text := text_of(node)))
    return Finding(field=field, found=True, seen=_cut(texts) or "there", optional=optional)


def _within(form: LexborNode | None, field: str, selector: str) -> Finding:
    found = form is not None and form.css_first(selector) is not None
    return Finding(field=field, found=found, seen="there" if found else f"nothing in the form fits {selector}")


def _count(field: str, nodes: list[LexborNode], what: str, *, several: bool = False) -> Finding:
    right = bool(nodes) and (several or len(nodes) == 1)
    return Finding(field=field, found=right, seen=f"{len(nodes)} {what}{'' if len(nodes) == 1 else 's'}")


def _cut(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
