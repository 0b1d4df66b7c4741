"""Pages of a portal as values: HTML in, jobs out. Pure; what the portal is like stands in its definition.

Whatever is not a whole, understood page raises ``LayoutChanged`` (or ``SignInAgain``, ``RetryLater`` where the page
says so): never an empty board, never a job that was not there. In particular:

- a page must end as the definition says, its tables must be closed, and it must name the signed-in user;
- the board's table, every heading that is used, and in each row as many cells as there are headings must be there;
- a reference or a status that cannot be read makes the whole page one that we do not know: a row whose identity or
  state is in doubt may hide a job, or be a wrong one. So do a status that its text and its class tell differently, two
  rows with one job number, and addresses in one row that lead to different jobs;
- a date, time or duration that cannot be read is None: such a job can still be shown, and the rules that need the value
  refuse it;
- an empty board is the one row with the one text of the definition and nothing else.

The id in a job's addresses is its ``portal_id``; the number in its reference is its ``job_number``. They may differ.
"""

import re
from datetime import timedelta
from http import HTTPStatus

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.domain.job import Job
from bot.portal.definition.model import JobData, JsonRows, Meaning, PortalDefinition, RefusalCode, TableRows
from bot.portal.errors import LayoutChanged, RetryLater, SignInAgain
from bot.portal.models import BoardPage, JobPage, Ownership
from bot.portal.parsing.confirmation_page import read_accept_page
from bot.portal.parsing.extract import label_key, text_by, text_in
from bot.portal.parsing.html import match_address, text_of
from bot.portal.parsing.html_rows import ALWAYS_THERE, card_rows, table_rows
from bot.portal.parsing.job_fields import job_from, unknown_status
from bot.portal.parsing.json_rows import JsonAnswer, NoJson, json_rows, json_texts
from bot.portal.parsing.page import Answer, HtmlPage, PageKind, is_at, messages_on, user_name_on
from bot.portal.parsing.pagination import (
    check_total,
    join_pages,
    missing_pages,
    pages_told,
    pages_told_by_data,
    total_told,
)
from bot.portal.parsing.values import read_count
from bot.portal.safeguards import SafeguardReport
from common.states import PortalAction

__all__ = [
    "PageKind",
    "classify",
    "expect",
    "is_signed_in",
    "join_pages",
    "missing_pages",
    "parse_board",
    "parse_job_page",
    "parse_messages",
    "parse_tokens",
    "read_accept_page",
    "sign_in_refusal",
    "with_page",
]

_OWNERSHIP = {
    Meaning.FREE: Ownership.FREE,
    Meaning.OURS: Ownership.OURS,
    Meaning.NOT_OURS: Ownership.NOT_OURS,
}


# --- answers as a whole -----------------------------------------------------------------------------------------------


def classify(
    html: str, *, status: int, url: str, definition: PortalDefinition, location: str | None = None
) -> PageKind:
    """What the portal answered; ``location`` is where a redirect leads. Whether the page is whole is not asked here."""
    if location and (_leads_to_sign_in(location, url, definition) or _leads_to_refusal(location, url, definition)):
        return PageKind.SIGN_IN
    if status == HTTPStatus.OK:
        return _kind(html, url, definition)
    pages = definition.pages
    by_status = (
        (pages.stale_form_statuses, PageKind.STALE_FORM),
        (pages.too_many_requests_statuses, PageKind.TOO_MANY_REQUESTS),
        (pages.unavailable.statuses, PageKind.UNAVAILABLE),
        ((HTTPStatus.UNAUTHORIZED,), PageKind.SIGN_IN),
    )
    known = next((kind for statuses, kind in by_status if status in statuses), None)
    if known is not None:
        return known
    if status not in definition.gone.statuses:
        return PageKind.OTHER
    texts = definition.gone.texts
    is_gone = not texts or HtmlPage(html, url=url, definition=definition).says(texts)
    return PageKind.GONE if is_gone else PageKind.REFUSED


def signed_out(kind: PageKind, *, status: int, url: str, definition: PortalDefinition) -> SignInAgain:
    """The error for an answer that says that nobody is signed in.

    It is doubtful where the sign-in page, which has an address of its own, came in another page's place.
    """
    has_own_page = definition.sign_in.path not in (definition.board.path, *definition.board.also)
    in_place = has_own_page and not is_at(url, definition.sign_in.path, page_url=url, definition=definition)
    return SignInAgain(
        f"{definition.title} does not know our session any more",
        is_doubtful=kind is PageKind.SIGN_IN and status == HTTPStatus.OK and in_place,
    )


def _leads_to_sign_in(location: str, url: str, definition: PortalDefinition) -> bool:
    """Whether a redirect leads to the sign-in page, and not to the board on which the form may stand as well."""
    board = definition.board
    if any(is_at(location, path, page_url=url, definition=definition) for path in (board.path, *board.also)):
        return False
    return is_at(location, definition.sign_in.path, page_url=url, definition=definition)


def _leads_to_refusal(location: str, url: str, definition: PortalDefinition) -> bool:
    """Whether a redirect leads where the portal sends an account that it does not let in.

    Signing in anew finds out, and says why.
    """
    return any(
        refusal.path is not None
        and refusal.selector is None
        and is_at(location, refusal.path, page_url=url, definition=definition)
        for refusal in definition.sign_in.refusals
    )


def _kind(text: str, url: str, definition: PortalDefinition) -> PageKind:
    """What an answer with status 200 is; JSON where JSON was asked for, else a page, which may say why it is none."""
    board, job = definition.board, definition.job_data
    asked = [(PageKind.BOARD, board.path)] if board.is_json else []
    asked += [(PageKind.JOB, job.path)] if job is not None else []
    for kind, path in asked:
        if is_at(url, path, page_url=url, definition=definition):
            try:
                JsonAnswer(text, url=url, definition=definition, user_name=None)
            except NoJson:
                break
            return kind
    return HtmlPage(text, url=url, definition=definition).kind()


def expect(
    html: str,
    *,
    status: int,
    url: str,
    definition: PortalDefinition,
    expected: PageKind,
    location: str | None = None,
    retry_after: timedelta | None = None,
) -> None:
    """Nothing where the answer is what was asked for; else the error that says what to do.

    Raises SignInAgain (signed out, stale form), RetryLater (too many requests, unavailable, an answer of somebody in
    front of the portal; with ``retry_after``) or LayoutChanged (anything else).
    """
    kind = classify(html, status=status, url=url, definition=definition, location=location)
    if kind is expected:
        return
    match kind:
        case PageKind.SIGN_IN | PageKind.STALE_FORM:
            raise signed_out(kind, status=status, url=url, definition=definition)
        case PageKind.TOO_MANY_REQUESTS:
            raise RetryLater(f"{definition.title} asks for fewer requests", retry_after=retry_after, is_asked=True)
        case PageKind.UNAVAILABLE:
            raise RetryLater(
                f"{definition.title} is not available at the moment (HTTP {status})",
                retry_after=retry_after,
                is_asked=status == HTTPStatus.SERVICE_UNAVAILABLE,
            )
        case PageKind.REFUSED:
            raise RetryLater(
                f"{definition.title} answered with HTTP {status}, and not with a page of its own",
                retry_after=retry_after,
            )
        case _:
            to = f", a redirect to {location}" if location else ""
            raise LayoutChanged(
                f"{definition.title} answered with something else than the {expected} page (HTTP {status}{to})",
                html=html,
                url=url,
            )


def parse_messages(html: str, *, definition: PortalDefinition) -> tuple[str, ...]:
    """The messages that a page shows once. A hint, never evidence."""
    return messages_on(LexborHTMLParser(html), definition)


def parse_tokens(html: str, *, definition: PortalDefinition) -> dict[str, str]:
    """The values of the token fields, where a page shows them by itself (``pages.token``); else empty."""
    source = definition.pages.token
    if source is None or source.selector is None:
        return {}
    token = text_by(LexborHTMLParser(html).css(source.selector), source)
    return dict.fromkeys(definition.pages.token_fields, token) if token else {}


def sign_in_refusal(
    html: str, *, page_url: str, definition: PortalDefinition
) -> tuple[RefusalCode, str, timedelta | None] | None:
    """Why the portal did not let us in, in its own words, and how long to wait where it says so.

    None where the page shows no refusal that the definition knows.
    """
    page = LexborHTMLParser(html)
    for refusal in definition.sign_in.refusals:
        if refusal.path and not is_at(page_url, refusal.path, page_url=page_url, definition=definition):
            continue
        if refusal.selector is None:
            return refusal.code, "", None
        for node in page.css(refusal.selector):
            said = text_of(node)
            found = re.search(refusal.pattern, said, re.IGNORECASE) if refusal.pattern else None
            if refusal.pattern and not found:
                continue
            seconds = read_count(found.groupdict().get("seconds") or "") if found else None
            return refusal.code, said, None if seconds is None else timedelta(seconds=seconds)
    return None


def is_signed_in(html: str, *, definition: PortalDefinition) -> bool:
    """Whether the page names a signed-in user."""
    return user_name_on(LexborHTMLParser(html), definition) is not None


# --- the board --------------------------------------------------------------------------------------------------------


def parse_board(
    html: str, *, definition: PortalDefinition, page_url: str, safeguards: SafeguardReport | None = None
) -> BoardPage:
    """One page of the board, HTML or JSON; ``page_url`` is the address it was asked for with.

    ``safeguards``: which of them are put aside, and how each fitted; all are used where it is left out.

    Raises SignInAgain, RetryLater or LayoutChanged for anything but a whole, understood page of the board.
    """
    shape = definition.board.rows
    if isinstance(shape, JsonRows):
        return _parse_data(html, shape, definition, page_url, safeguards)
    page = HtmlPage(html, url=page_url, definition=definition, safeguards=safeguards)
    page.require_whole()
    found = table_rows(page, shape) if isinstance(shape, TableRows) else card_rows(page, shape)
    rows, unidentified = found.rows, len(found.unidentified)
    number, pages = pages_told(page, len(rows) + unidentified)
    board = BoardPage(
        rows=rows,
        pages=pages,
        number=number,
        badge_total=total_told(page),
        user_name=page.user_name,
        messages=page.messages(),
        terms_shown=page.shows_terms(),
        doubts=found.doubts,
        unidentified=unidentified,
        html=html,
        url=page_url,
    )
    return check_total(page, board)


def _parse_data(
    text: str, shape: JsonRows, definition: PortalDefinition, url: str, safeguards: SafeguardReport | None
) -> BoardPage:
    answer = _json(text, definition, url, shape.user_name)
    answer.safeguards = safeguards or answer.safeguards
    found = json_rows(answer, shape)
    rows, unidentified = found.rows, len(found.unidentified)
    number, pages = pages_told_by_data(answer, shape, len(rows) + unidentified)
    board = BoardPage(
        rows=rows,
        pages=pages,
        number=number,
        badge_total=answer.number_at(shape.total),
        user_name=answer.user_name,
        doubts=found.doubts,
        unidentified=unidentified,
        html=text,
        url=url,
    )
    return check_total(answer, board)


def _json(text: str, definition: PortalDefinition, url: str, user_name: str | None) -> JsonAnswer:
    """The answer as JSON; raises what a page says that came instead of it, else LayoutChanged."""
    try:
        return JsonAnswer(text, url=url, definition=definition, user_name=user_name)
    except NoJson as error:
        page = HtmlPage(text, url=url, definition=definition)
        if not text.strip() or text.lstrip().startswith("<"):
            # a page that says why: signed out, in maintenance
            page.require_whole()
        raise page.changed(f"the answer is no JSON: {error}") from error


# --- a job's page -----------------------------------------------------------------------------------------------------


def parse_job_page(
    html: str, *, definition: PortalDefinition, page_url: str, safeguards: SafeguardReport | None = None
) -> JobPage:
    """A job's own page. ``job.action`` is NONE: what can be done with a job stands on the board.

    Raises SignInAgain, RetryLater or LayoutChanged for anything but a whole, understood page of the job to which
    ``page_url`` leads.
    """
    data = definition.job_data
    if data is not None:
        return _parse_job_data(html, data, definition, page_url)
    page = HtmlPage(html, url=page_url, definition=definition, safeguards=safeguards)
    page.require_whole()
    portal_id = page.id_in(page_url, below=False)
    if portal_id is None:
        raise page.changed("this is not the address of a job's page")
    return _job_page(page, _page_texts(page), portal_id, page.messages())


def _parse_job_data(text: str, data: JobData, definition: PortalDefinition, url: str) -> JobPage:
    answer = _json(text, definition, url, data.user_name)
    found = match_address(data.path, url, page_url=url, base_url=definition.base_url)
    if found is None:
        raise answer.changed("this is not the address of a job's data")
    return _job_page(answer, json_texts(answer, answer.data, data.fields), found["portal_id"], ())


def _job_page(answer: Answer, texts: dict[str, str], portal_id: str, messages: tuple[str, ...]) -> JobPage:
    doubt = unknown_status(answer, texts)
    if doubt is not None:
        raise answer.changed(doubt)  # whose the job is cannot be told
    job = job_from(answer, texts, portal_id=portal_id, action=PortalAction.NONE)
    meaning = answer.meaning(job.portal_status, texts.get("owner")) or Meaning.NOT_OURS
    return JobPage(
        job=job, ownership=_OWNERSHIP[meaning], user_name=answer.user_name, messages=messages, html=answer.html
    )


def with_page(job: Job, page: JobPage) -> Job:
    """A job of the board with what its own page says; the page was read later, so it counts where both say something.

    Raises LayoutChanged where the page is that of another job.
    """
    other = page.job
    if other.job_number != job.job_number or other.portal_id != job.portal_id:
        raise LayoutChanged(
            f"the page of job {job.job_number} shows {other.reference}", html=page.html, url=job.page_url
        )
    changes = {
        name: value
        for name in Job.__dataclass_fields__
        if name not in _NOT_FROM_PAGE and (value := getattr(other, name)) is not None
    }
    if other.appointment_date is not None and (
        other.appointment_time is not None or other.appointment_date != job.appointment_date
    ):
        changes["appointment_date"] = other.appointment_date
        changes["appointment_time"] = other.appointment_time
        changes["starts_at"] = other.starts_at
    if page.ownership is not Ownership.FREE:
        changes["action"] = PortalAction.NONE
    return job.changed(**changes)


#: The board's own: what it offers, the reference as it shows it, and an appointment, which is taken as a whole.
_NOT_FROM_PAGE = frozenset({"action", "reference", "appointment_date", "appointment_time", "starts_at"})


def _page_texts(page: HtmlPage) -> dict[str, str]:
    labelled = _labelled(page)
    texts: dict[str, str] = {}
    for name, source in page.definition.job.fields.shown():
        if source.label is not None:
            value = labelled.get(label_key(source.label))
            found = value is not None
            texts[name] = text_in(value, source) if value is not None else ""
        else:
            nodes = page.tree.css(source.selector or "")
            found = bool(nodes)
            texts[name] = text_by(nodes, source)
        if (source.required or name in ALWAYS_THERE) and not found:
            raise page.changed(f"the job's page does not show “{source.label or source.selector}”")
    return texts


def _labelled(page: HtmlPage) -> dict[str, LexborNode]:
    """Each value by its label."""
    shape = page.definition.job
    found: dict[str, LexborNode] = {}
    if not (shape.row and shape.label and shape.value):
        return found
    for row in page.tree.css(shape.row):
        labels, values = row.css(shape.label), row.css(shape.value)
        if labels and len(labels) != len(values):
            raise page.changed(f"the job's page shows {len(labels)} labels and {len(values)} values beside them")
        for label, value in zip(labels, values, strict=False):
            key = label_key(text_of(label))
            if key in found:
                raise page.changed(f"the job's page shows “{text_of(label)}” twice")
            found[key] = value
    return found
