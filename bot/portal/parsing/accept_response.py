"""What the portal's answer to an accept or a reject means; the same for every lane."""

from datetime import timedelta
from http import HTTPStatus

from bot.portal.client import OutcomeUnknown
from bot.portal.definition.model import PortalDefinition
from bot.portal.errors import RetryLater
from bot.portal.models import AcceptAnswer
from bot.portal.parsing.json_rows import JsonAnswer, NoJson
from bot.portal.parsing.page import HtmlPage
from bot.portal.parsing.parse import PageKind, classify, parse_messages, signed_out
from bot.portal.parsing.values import one_line


def read_answer(
    text: str,
    *,
    status: int,
    url: str,
    location: str | None,
    retry_after: timedelta | None,
    definition: PortalDefinition,
) -> AcceptAnswer:
    """The answer to what was sent: a hint about the outcome, never the evidence.

    ``text`` is what came back, or the page that a browser shows after it; ``location`` is where a redirect leads.

    Raises SignInAgain or RetryLater where the answer itself says that nothing was done, OutcomeUnknown where the portal
    failed in the middle of it.
    """
    kind = classify(text, status=status, url=url, definition=definition, location=location)
    match kind:
        case PageKind.SIGN_IN | PageKind.STALE_FORM:
            raise signed_out(kind, status=status, url=url, definition=definition)
        case PageKind.TOO_MANY_REQUESTS:
            raise RetryLater(f"{definition.title} asks for fewer requests", retry_after=retry_after, is_asked=True)
        case PageKind.UNAVAILABLE if status == HTTPStatus.SERVICE_UNAVAILABLE:
            # in maintenance the portal answers before it looks at what was asked
            raise RetryLater(f"{definition.title} is in maintenance", retry_after=retry_after, is_asked=True)
        case PageKind.UNAVAILABLE:
            # a gateway that lost patience, or an error in the middle of the work: it may have taken effect
            raise OutcomeUnknown(f"the portal failed while it took what was sent (HTTP {status})")
    messages = _messages(text, url, definition)
    if kind is PageKind.GONE and not messages:
        messages = _gone_words(text, url, definition)
    return AcceptAnswer(http_status=status, messages=messages, html=text)


def _gone_words(text: str, url: str, definition: PortalDefinition) -> tuple[str, ...]:
    """The sentence of an error page that says that the job is not to be had: such a page has no messages."""
    page = HtmlPage(text, url=url, definition=definition)
    return tuple(words for words in definition.gone.texts if page.says([words]))


def _messages(text: str, url: str, definition: PortalDefinition) -> tuple[str, ...]:
    """What the portal says of it: on a page, or in JSON where the definition says where."""
    path = definition.accept.request.message
    if path is not None:
        try:
            said = one_line(JsonAnswer(text, url=url, definition=definition, user_name=None).text_at(path))
        except NoJson:
            pass  # a page came instead
        else:
            return (said,) if said else ()
    return parse_messages(text, definition=definition) if text else ()
