"""The fast lane: the portal's pages and forms over HTTP, with the session that a browser signed in.

What stands between a decision and the accept's arrival is one request on a connection that is open already; where the
portal has a page between a row and its accept, that page and the form on it. Redirects are never followed: where one
leads says what the portal means. A request is sent once; what may be tried again is decided by who asked for it.

Where a script draws the portal's pages, the JSON behind them is read instead.
"""

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlencode, urljoin, urlsplit

import httpx
import structlog

from bot.portal.board_reader import BoardWalk, address_of_page
from bot.portal.client import BeforeSend, NoRequestLimit, OutcomeUnknown, RequestLimiter
from bot.portal.credentials import SignedIn
from bot.portal.definition.model import PortalDefinition
from bot.portal.errors import LayoutChanged, RetryLater
from bot.portal.http.connection_pool import URGENT, connections_to
from bot.portal.http.page_encoding import encoding_of, name_gzip_as_usual
from bot.portal.http.session_cookies import SessionCookies, keeps_no_cookies
from bot.portal.models import AcceptAnswer, Board, BoardPage, BoardRow, Form, JobPage, Ownership
from bot.portal.parsing.accept_response import read_answer
from bot.portal.parsing.confirmation_page import FRESH, read_accept_page
from bot.portal.parsing.parse import (
    PageKind,
    classify,
    expect,
    parse_board,
    parse_job_page,
    parse_tokens,
)
from bot.portal.retry_after import retry_after
from bot.portal.safeguards import PortalSafeguards, read_with

log = structlog.get_logger(__name__)

#: A portal that needs longer than this for one page is as good as away; the next look starts on the clock anyway.
REQUEST_TIMEOUT = timedelta(seconds=10)
#: An accept gets more patience: giving up on one leaves its outcome unknown.
ACCEPT_TIMEOUT = timedelta(seconds=20)
#: A page that comes too late to be believed is asked for again so often.
_FRESH_TRIES = 3
#: Idle connections are kept as long as the portal keeps them; most servers close them after 5 to 75 seconds.
_KEEP_IDLE = timedelta(minutes=2)
#: Twenty jobs' pages side by side and a poll or two.
_MOST_CONNECTIONS = 32
#: Of these reads leave so many to accepts.
_LEFT_FOR_ACCEPTS = 8
#: Open from the start: in a burst of accepts each new connection would wait for two or three round trips more. With
#: HTTP/2 one carries them all.
_WARM_CONNECTIONS = 6

#: Where JSON is read; a page may come instead and say why.
_ACCEPTED = "application/json, text/html;q=0.9"

_USER_AGENT = "AtoZ-Bot/0.1 (works for the account's owner)"

#: Raised before anything of the request was sent.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)


class HttpClient:
    """One signed-in session over HTTP (``bot.portal.client.PortalClient``)."""

    def __init__(
        self,
        definition: PortalDefinition,
        session: SignedIn,
        *,
        turns: RequestLimiter | None = None,
        safeguards: PortalSafeguards | None = None,
    ) -> None:
        #: what is read: the JSON, where there is some
        self._definition = definition.without_browser()
        #: the portal as a browser sees it
        self._pages = definition
        self._turns = turns or NoRequestLimit()
        self._http_login = login = session.http_login
        self._cookies = SessionCookies(session.cookies, host=urlsplit(definition.base_url).hostname or "")
        self._http = httpx.AsyncClient(
            transport=connections_to(
                definition.base_url, most=_MOST_CONNECTIONS, for_urgent=_LEFT_FOR_ACCEPTS, keep_idle=_KEEP_IDLE
            ),
            timeout=REQUEST_TIMEOUT.total_seconds(),
            headers={"User-Agent": _USER_AGENT, "Accept": _ACCEPTED if self._definition.board.is_json else "text/html"},
            follow_redirects=False,
            auth=httpx.BasicAuth(login.username, login.password) if login else None,
            cookies=keeps_no_cookies(),
            event_hooks={
                "request": [self._cookies.add_to],
                "response": [self._cookies.keep_from, name_gzip_as_usual],
            },
        )
        self._user_name = session.user_name
        self._safeguards = safeguards or PortalSafeguards()
        self._boards = BoardWalk(self._definition, self._read_board_page, self._safeguards)
        #: the newest value of each token field that a page of this session showed
        self._tokens: dict[str, str] = {}

    # --- reading ------------------------------------------------------------------------------------------------------

    async def warm(self, connections: int = _WARM_CONNECTIONS) -> None:
        """Have so many connections open, by a request each that changes nothing and answers with little."""
        address = self._definition.url(self._definition.sign_in.path)
        first = await self._head(address)
        if first.http_version != "HTTP/2":
            await asyncio.gather(*(self._head(address) for _ in range(connections)))
        if self._definition.board.is_json and self._needs_tokens(self._definition.accept.request.fields):
            await self._read_tokens()

    async def read_board(self) -> Board:
        """Every page of what can still be accepted; see the protocol."""
        return await self._boards.walk(self._definition.board.query)

    async def read_assigned(self, *, at_once: int | None = None) -> Board:
        """Every page of the jobs that are ours; see the protocol."""
        return await self._boards.walk_ours(at_once=at_once)

    async def read_job(self, portal_id: str) -> JobPage | None:
        """A job's own page; None when the portal says that the job is gone."""
        address = self._definition.job_address(portal_id)
        response = await self._get(address)
        if self._kind(response) is PageKind.GONE:
            return None
        self._expect(response, PageKind.JOB)
        page = read_with(
            self._safeguards,
            lambda report: parse_job_page(
                response.text, definition=self._definition, page_url=address, safeguards=report
            ),
        )
        self._require_same_user(page.user_name, response, is_named=self._definition.job_names_user)
        return page

    async def ownership(self, portal_id: str) -> Ownership:
        """Whose the job is now, read from its own status."""
        page = await self.read_job(portal_id)
        return Ownership.GONE if page is None else page.ownership

    async def _read_board_page(self, query: Mapping[str, str], number: int) -> BoardPage:
        definition = self._definition
        address = address_of_page(definition, query, number)
        response = await self._get(address)
        self._expect(response, PageKind.BOARD)
        page = read_with(
            self._safeguards,
            lambda report: parse_board(response.text, definition=definition, page_url=address, safeguards=report),
        )
        self._require_same_user(page.user_name, response, is_named=definition.board.names_user)
        for row in page.rows:
            self._remember_tokens(row)
        return page

    def _remember_tokens(self, row: BoardRow) -> None:
        if row.accept is not None:
            self._tokens.update(
                (name, value)
                for name, value in row.accept.fields
                if value and name in self._definition.pages.token_fields
            )

    def _require_same_user(self, user_name: str | None, response: httpx.Response, *, is_named: bool) -> None:
        """Pages of another account would show another's jobs as ours; ``is_named``: this answer is to name a user."""
        if not is_named:
            return
        if self._user_name is None:
            self._user_name = user_name
        elif user_name != self._user_name:
            raise LayoutChanged(
                f"{self._definition.title} shows the page of “{user_name}”, not of “{self._user_name}”",
                html=response.text,
                url=str(response.url),
            )

    # --- accepting ----------------------------------------------------------------------------------------------------

    async def accept(self, row: BoardRow, *, leaves: BeforeSend = lambda: None) -> AcceptAnswer:
        """Take the row's job; see the protocol for what each error says of it."""
        if row.accept is None:
            raise ValueError(f"{row.job.reference} has no accept form")
        if self._definition.accept.way != "page":
            form = await self._with_tokens(row.accept, row)
            self._turns.acquire_for_accept()
            leaves()
            return await self._send(form, referer=self._board_address, urgent=True)
        try:
            found = await self._form_of_accept_page(row.accept.action, row.job.portal_id)
        except LayoutChanged as error:
            raise RetryLater(f"nothing was sent: {error.message}") from error
        if found is None:
            return AcceptAnswer(http_status=None)
        self._turns.acquire_for_accept()
        leaves()
        return await self._send(found, referer=row.accept.action, urgent=True)

    async def reject(self, row: BoardRow) -> AcceptAnswer:
        """Send the row's reject form, once; see the protocol."""
        if row.reject is None:
            raise ValueError(f"{row.job.reference} has no reject form")
        form = await self._with_tokens(row.reject, row)
        await self._turns.acquire()
        return await self._send(form, referer=self._board_address, urgent=False)

    async def _form_of_accept_page(self, address: str, portal_id: str) -> Form | None:
        """The form on the page that an accept leads to; None where the job does not read as free there.

        What is sent takes the job from whoever holds it by then, so an old answer is not believed.
        """
        for _ in range(_FRESH_TRIES):
            asked_at = time.monotonic()
            response = await self._get(address, claims=True)
            answered_within = time.monotonic() - asked_at
            if self._kind(response) is PageKind.GONE:
                return None
            if response.status_code != HTTPStatus.OK:
                self._expect(response, PageKind.ACCEPT)
            form = read_accept_page(
                response.text, definition=self._pages, page_url=address, portal_id=portal_id, user_name=self._user_name
            )
            if form is None or answered_within < FRESH.total_seconds():
                return form
        raise RetryLater("the portal answers too slowly to know whether the job is still free")

    async def _with_tokens(self, form: Form, row: BoardRow) -> Form:
        """The form with the newest value of each token."""
        if self._needs_tokens(dict(form.fields)):
            try:
                await self._read_tokens(row)
            except LayoutChanged as error:
                raise RetryLater(f"nothing was sent: {error.message}") from error
        fields = tuple((name, self._tokens.get(name, value)) for name, value in form.fields)
        return Form(action=form.action, method=form.method, fields=fields)

    def _needs_tokens(self, fields: Mapping[str, str]) -> bool:
        """Whether a token is to be sent whose value has to be read from a page first."""
        names = self._definition.pages.token_fields
        return any(name in names and not value and name not in self._tokens for name, value in fields.items())

    async def _read_tokens(self, row: BoardRow | None = None) -> None:
        """Read the token that the portal's pages show, from the board, or where that is JSON itself from a job."""
        if not self._pages.board.is_json:
            address = address_of_page(self._pages, self._pages.board.query)
        elif row is not None:
            address = self._pages.url(self._pages.job.path, portal_id=row.job.portal_id)
        else:
            return
        response = await self._get(address, claims=row is not None)
        found = parse_tokens(response.text, definition=self._pages)
        if not found:
            # signed out, in maintenance; else the page has changed
            self._expect(response, PageKind.BOARD, definition=self._pages)
            raise LayoutChanged(
                f"{self._pages.title}: no page shows the token that its script sends",
                html=response.text,
                url=str(response.url),
            )
        self._tokens.update(found)

    @property
    def _board_address(self) -> str:
        """The page that a browser would show while somebody accepts."""
        return address_of_page(self._pages, self._pages.board.query)

    async def _send(self, form: Form, *, referer: str, urgent: bool) -> AcceptAnswer:
        """Send a form, once; ``urgent`` before whatever else waits for a connection."""
        is_get = form.method == "get"
        fields = urlencode(form.fields)
        try:
            response = await self._http.request(
                form.method.upper(),
                _with_query(form.action, fields) if is_get else form.action,
                content=None if is_get else fields,
                headers={"Referer": referer} | ({} if is_get else _AS_FORM),
                timeout=ACCEPT_TIMEOUT.total_seconds(),
                extensions={URGENT: urgent},
            )
        except _NOT_SENT as error:
            raise _no_answer(error) from error
        except Exception as error:
            # whatever it is, it may have been sent: only the portal's lists can tell
            raise OutcomeUnknown(f"no answer to what was sent: {_words(error)}") from error
        return self._accept_answer(_in_its_encoding(response))

    def _accept_answer(self, response: httpx.Response) -> AcceptAnswer:
        return read_answer(
            response.text,
            status=response.status_code,
            url=str(response.url),
            location=_location(response),
            retry_after=_wait(response),
            definition=self._definition,
        )

    # --- the session --------------------------------------------------------------------------------------------------

    def session(self) -> SignedIn:
        """The session as it is now, with the cookies that the portal has renewed."""
        return SignedIn(cookies=self._cookies.cookies(), user_name=self._user_name, http_login=self._http_login)

    async def close(self) -> None:
        """Give back the connections."""
        await self._http.aclose()

    async def _head(self, address: str) -> httpx.Response:
        await self._turns.acquire()
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT.total_seconds()):
                return await self._http.head(address)
        except Exception as error:
            raise _no_answer(error) from error

    async def _get(self, address: str, *, claims: bool = False) -> httpx.Response:
        """``claims``: on the way to an accept, which does not wait for its turn."""
        if claims:
            self._turns.acquire_for_accept()
        else:
            await self._turns.acquire()
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT.total_seconds()):
                return _in_its_encoding(await self._http.get(address, extensions={URGENT: claims}))
        except Exception as error:
            raise _no_answer(error) from error

    def _kind(self, response: httpx.Response) -> PageKind:
        return classify(
            response.text,
            status=response.status_code,
            url=str(response.url),
            definition=self._definition,
            location=_location(response),
        )

    def _expect(
        self, response: httpx.Response, expected: PageKind, *, definition: PortalDefinition | None = None
    ) -> None:
        expect(
            response.text,
            status=response.status_code,
            url=str(response.url),
            definition=definition or self._definition,
            expected=expected,
            location=_location(response),
            retry_after=_wait(response),
        )


_AS_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _with_query(address: str, fields: str) -> str:
    """Where a form that is sent with GET leads: its fields stand in the place of the address's own query."""
    return urlsplit(address)._replace(query=fields).geturl() if fields else address


def _in_its_encoding(response: httpx.Response) -> httpx.Response:
    response.encoding = encoding_of(response)
    return response


def _no_answer(error: Exception) -> RetryLater:
    """What is told of an answer that did not come, or could not be made; an error of ours is logged as one."""
    if not isinstance(error, httpx.HTTPError | TimeoutError):
        log.error("a request failed in this program", action="request_failed", exc_info=error)
    return RetryLater(f"the portal does not answer: {_words(error)}")


def _words(error: Exception) -> str:
    match error:
        case httpx.TimeoutException() | TimeoutError():
            return "it took too long"
        case httpx.ConnectError():
            return "no connection could be made"
        case httpx.RemoteProtocolError() | httpx.ReadError() | httpx.WriteError():
            return "the connection was cut"
    return type(error).__name__


def _location(response: httpx.Response) -> str | None:
    target = response.headers.get("location")
    return urljoin(str(response.url), target) if target and response.is_redirect else None


def _wait(response: httpx.Response) -> timedelta | None:
    return retry_after(response.headers.get("retry-after"))
