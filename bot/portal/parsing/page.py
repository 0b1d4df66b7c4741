"""One page of a portal, as it came: whether it is whole, whose it is, and what its addresses lead to."""

import re
from collections.abc import Sequence
from enum import StrEnum

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from bot.portal.definition.model import Meaning, PortalDefinition
from bot.portal.errors import LayoutChanged, RetryLater, SignInAgain
from bot.portal.parsing.html import match_address, text_of
from bot.portal.parsing.values import one_line, same_text
from bot.portal.safeguards import Safeguard, SafeguardReport


class PageKind(StrEnum):
    """What an answer of the portal is."""

    BOARD = "board"
    JOB = "job"
    #: the page between a row and its accept
    ACCEPT = "accept"
    SIGN_IN = "sign_in"
    #: the job is not to be had any more
    GONE = "gone"
    #: a status that could mean the same, without the portal's words for it: somebody in front of it may have answered
    REFUSED = "refused"
    #: maintenance, or the portal failing
    UNAVAILABLE = "unavailable"
    TOO_MANY_REQUESTS = "too_many_requests"
    #: the form was too old: the session has ended
    STALE_FORM = "stale_form"
    #: something else
    OTHER = "other"


class Answer:
    """What a portal answered, with what everything that reads it needs."""

    def __init__(
        self, text: str, *, url: str, definition: PortalDefinition, safeguards: SafeguardReport | None = None
    ) -> None:
        self.html = text
        self.url = url
        self.definition = definition
        self.user_name: str | None = None
        #: how the safeguards fit on it
        self.safeguards = safeguards or SafeguardReport()

    def changed(self, what: str) -> LayoutChanged:
        """The error for an answer that is not as the definition says."""
        return LayoutChanged(f"{self.definition.title}: {what}", html=self.html, url=self.url)

    def is_at(self, path: str) -> bool:
        """Whether the answer came from this path of the definition."""
        return is_at(self.url, path, page_url=self.url, definition=self.definition)

    def id_in(self, address: str, *, below: bool) -> str | None:
        """The job's id in an address of its page, or one below it; None in another address."""
        definition = self.definition
        found = match_address(
            definition.job.path, address, page_url=self.url, base_url=definition.base_url, below=below
        )
        if found is None or not re.fullmatch(definition.reference.portal_id, found["portal_id"], re.ASCII):
            return None
        return found["portal_id"]

    def leads_to(self, address: str, path: str, portal_id: str) -> bool:
        """Whether an address is that of the definition's path, for this job."""
        found = match_address(path, address, page_url=self.url, base_url=self.definition.base_url)
        return found is not None and found.get("portal_id", portal_id) == portal_id

    def is_of_another(self, address: str, path: str, portal_id: str) -> bool:
        """Whether an address is that of the definition's path for another job."""
        found = match_address(path, address, page_url=self.url, base_url=self.definition.base_url)
        return found is not None and found.get("portal_id", portal_id) != portal_id

    def meaning(self, status: str, owner: str | None = None) -> Meaning | None:
        """What a status means for the signed-in user, and who has the job; None for an unknown word."""
        return self.definition.meaning(status, self.user_name, owner)


class HtmlPage(Answer):
    """A page of HTML."""

    def __init__(
        self, html: str, *, url: str, definition: PortalDefinition, safeguards: SafeguardReport | None = None
    ) -> None:
        super().__init__(html, url=url, definition=definition, safeguards=safeguards)
        #: in lower case, for looking at tags
        self.text = html.lower()
        try:
            self.tree = LexborHTMLParser(html)
        except (SelectolaxError, ValueError) as error:
            raise self.changed(f"it cannot be read as HTML: {error}") from error
        self.user_name = user_name_on(self.tree, definition)

    def kind(self) -> PageKind:
        """What an answer with status 200 is."""
        if self.user_name is None:
            if self._asks_for_password():
                return PageKind.SIGN_IN
            if self._says_gone():
                return PageKind.GONE
            return PageKind.UNAVAILABLE if self._says_unavailable() else PageKind.OTHER
        board = self.definition.board
        if any(self.is_at(path) for path in (board.path, *board.also)):
            return PageKind.BOARD
        if self.id_in(self.url, below=False) is not None:
            return PageKind.GONE if self._says_gone() else PageKind.JOB
        accept = self.definition.accept
        return PageKind.ACCEPT if accept.page is not None and self.is_at(accept.path) else PageKind.OTHER

    def require_whole(self) -> None:
        """Raise unless the page came in full and belongs to a signed-in user."""
        pages, title = self.definition.pages, self.definition.title
        if not self.text.strip():
            raise self.changed("the answer is empty")
        if self.user_name is None:
            if self._asks_for_password():
                raise SignInAgain(f"{title} shows its sign-in page")
            if self._says_unavailable():
                raise RetryLater(f"{title} says that it is not available at the moment")
            raise self.changed("the page does not name the signed-in user")
        is_ended = _without_what_is_behind(self.text).endswith(pages.ends_with.lower())
        unclosed = [tag for tag in pages.closed_tags if not self._is_closed(tag)]
        cut = self.changed(f"the page does not end with {pages.ends_with}: a part of it is missing")
        if not is_ended and unclosed:
            raise cut  # both at once: whatever fitted before, this page is cut
        self.safeguards.expect(Safeguard.ENDS_WITH, is_ended, cut)
        for tag in pages.closed_tags:
            left_open = self.changed(f"a <{tag}> of the page is not closed: a part of it is missing")
            self.safeguards.expect(Safeguard.CLOSED_TAGS, tag not in unclosed, left_open)

    def _is_closed(self, tag: str) -> bool:
        """Whether the tag is closed as often as it is opened, with or without what stands in scripts and comments."""
        texts = (self.text, _NOT_SHOWN.sub("", self.text))
        return any(text.count(f"</{tag}") == text.count(f"<{tag}") for text in texts)

    def require_all(self, tag: str) -> None:
        """Raise where elements stand in the page's text that are not on the page, or the other way round.

        An unfinished comment or tag swallows everything behind it; an element whose tag is missing is made up by the
        parser.
        """
        understood = len(self.tree.css(tag))
        pattern = re.compile(rf"<{re.escape(tag)}[\s/>]")
        if len(pattern.findall(self.text)) == understood:
            return
        if len(pattern.findall(_NOT_SHOWN.sub("", self.text))) != understood:
            raise self.changed("a part of the page is swallowed by another one")

    def messages(self) -> tuple[str, ...]:
        """What the page shows once."""
        return messages_on(self.tree, self.definition)

    def shows_terms(self) -> bool:
        """Whether terms cover the page."""
        terms = self.definition.pages.terms
        return terms is not None and self.tree.css_first(terms) is not None

    def says(self, texts: Sequence[str]) -> bool:
        """Whether the page shows one of these texts."""
        if not texts or self.tree.root is None:
            return False
        shown = text_of(self.tree.root).casefold()
        return any(one_line(text).casefold() in shown for text in texts)

    def _asks_for_password(self) -> bool:
        sign_in = self.definition.sign_in
        if sign_in.way != "form":
            return False
        form = self.tree.css_first(sign_in.form)
        return form is not None and form.css_first(sign_in.password) is not None

    def _says_gone(self) -> bool:
        """Whether a job's page says that there is no such job, whatever its status."""
        place = self.definition.gone.shows
        if place is None or self.id_in(self.url, below=False) is None:
            return False
        return any(place.text is None or same_text(text_of(node), place.text) for node in self.tree.css(place.selector))

    def _says_unavailable(self) -> bool:
        return self.says(self.definition.pages.unavailable.texts)


#: What a page may hold without showing it.
_NOT_SHOWN = re.compile(r"<!--.*?-->|<(script|style|template|noscript|textarea)\b.*?</\1>", re.DOTALL)


def _without_what_is_behind(text: str) -> str:
    """The page up to its end, without whole comments and scripts behind it, which servers and their monitors add."""
    while True:
        text = text.rstrip()
        begin = (
            text.rfind("<!--") if text.endswith("-->") else text.rfind("<script") if text.endswith("</script>") else -1
        )
        if begin < 0:
            return text
        text = text[:begin]


def is_at(address: str, path: str, *, page_url: str, definition: PortalDefinition) -> bool:
    """Whether an address is the one of the definition's path."""
    return match_address(path, address, page_url=page_url, base_url=definition.base_url) is not None


def user_name_on(tree: LexborHTMLParser, definition: PortalDefinition) -> str | None:
    """The signed-in user that a page names."""
    node = tree.css_first(definition.pages.user_name)
    return (text_of(node) or None) if node is not None else None


def messages_on(tree: LexborHTMLParser, definition: PortalDefinition) -> tuple[str, ...]:
    """What a page shows once."""
    texts = (text_of(node) for selector in definition.pages.messages for node in tree.css(selector))
    return tuple(text for text in texts if text)
