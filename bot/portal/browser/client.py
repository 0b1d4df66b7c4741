"""The page lane: the portal in a browser that stays open, through real page loads and real clicks.

For portals whose pages need scripts. It reads the same pages with the same parser as the fast lane; only the way in
differs. A browser that crashed or hangs is replaced at the next request; what was under way then is answered like a cut
connection: nothing was sent, or nobody knows.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import parse_qsl, urljoin

import psutil
from playwright.async_api import APIResponse, Error, Locator, Request, Response

from bot.portal.board_reader import BoardWalk, address_of_page
from bot.portal.browser.send_once import ACCEPT_TIMEOUT, NothingSent, Sent
from bot.portal.browser.session import BrowserSession, Tab, words_of
from bot.portal.client import BeforeSend, NoRequestLimit, OutcomeUnknown, RequestLimiter
from bot.portal.credentials import SignedIn
from bot.portal.definition.model import AcceptPage, CardRows, JsonRows, Link, PortalDefinition, TableRows
from bot.portal.errors import LayoutChanged, RetryLater
from bot.portal.models import AcceptAnswer, Board, BoardPage, BoardRow, Form, JobPage, Ownership
from bot.portal.parsing.accept_response import read_answer
from bot.portal.parsing.confirmation_page import FRESH, read_accept_page
from bot.portal.parsing.html import absolute
from bot.portal.parsing.parse import PageKind, classify, expect, parse_board, parse_job_page
from bot.portal.parsing.values import one_line, same_text
from bot.portal.retry_after import retry_after
from bot.portal.safeguards import PortalSafeguards, read_with

#: A page with its scripts; the same patience as for one in the fast lane, and some more for the browser.
LOAD_TIMEOUT = timedelta(seconds=15)
#: What the portal answered is known by then; this is for the words on the page that follows.
_PAGE_AFTER = timedelta(seconds=5)


class BrowserClient:
    """One signed-in session in a browser (``bot.portal.client.PortalClient``)."""

    def __init__(
        self,
        definition: PortalDefinition,
        session: SignedIn,
        *,
        browser_path: str | None,
        turns: RequestLimiter | None = None,
        safeguards: PortalSafeguards | None = None,
        memory_limit: int | None = None,
    ) -> None:
        """``memory_limit``: bytes for all processes of the browser together; nothing for the usual ones."""
        if definition.board.is_json:
            raise ValueError(f"{definition.name} is read as JSON: a browser has no page of it to click on")
        self._definition = definition
        self._turns = turns or NoRequestLimit()
        self._user_name = session.user_name
        self._safeguards = safeguards or PortalSafeguards()
        self._boards = BoardWalk(definition, self._read_board_page, self._safeguards)
        self._http_login = login = session.http_login
        self._browser = BrowserSession(
            browser_path,
            session.cookies,
            tab_timeout=LOAD_TIMEOUT,
            on_request=self._count_request,
            memory_limit=memory_limit,
            # at once with what is sent for a page: an accept is not asked for twice
            http_credentials={
                "username": login.username,
                "password": login.password,
                "origin": definition.origin,
                "send": "always",
            }
            if login
            else None,
        )
        #: job number -> address of the board's page that showed it last
        self._shown_on: dict[str, str] = {}

    # --- reading ------------------------------------------------------------------------------------------------------

    async def warm(self) -> None:
        """Have the browser open; see the protocol."""
        await self._browser.open()

    async def read_board(self) -> Board:
        """Every page of what can still be accepted; see the protocol."""
        board = await self._boards.walk(self._definition.board.query)
        await self._browser.keep_cookies()
        shown = {row.job.job_number for row in board.rows}
        self._shown_on = {number: address for number, address in self._shown_on.items() if number in shown}
        return board

    async def read_assigned(self, *, at_once: int | None = None) -> Board:
        """Every page of the jobs that are ours; see the protocol."""
        return await self._boards.walk_ours(at_once=at_once)

    async def read_job(self, portal_id: str) -> JobPage | None:
        """A job's own page; None when the portal says that the job is gone."""
        address = self._definition.url(self._definition.job.path, portal_id=portal_id)
        async with self._browser.tab() as tab:
            loaded = await self._load(tab, address)
        if loaded.kind(self._definition) is PageKind.GONE:
            return None
        loaded.expect(self._definition, PageKind.JOB)
        page = read_with(
            self._safeguards,
            lambda report: parse_job_page(
                loaded.html, definition=self._definition, page_url=address, safeguards=report
            ),
        )
        self._require_same_user(page.user_name, loaded)
        return page

    async def ownership(self, portal_id: str) -> Ownership:
        """Whose the job is now, read from its own status."""
        page = await self.read_job(portal_id)
        return Ownership.GONE if page is None else page.ownership

    async def _read_board_page(self, query: Mapping[str, str], number: int) -> BoardPage:
        address = address_of_page(self._definition, query, number)
        async with self._browser.tab(address) as tab:
            return await self._load_board_page(tab, address)

    async def _load_board_page(self, tab: Tab, address: str, *, claims: bool = False) -> BoardPage:
        loaded = await self._load(tab, address, claims=claims)
        loaded.expect(self._definition, PageKind.BOARD)
        page = read_with(
            self._safeguards,
            lambda report: parse_board(loaded.html, definition=self._definition, page_url=address, safeguards=report),
        )
        self._require_same_user(page.user_name, loaded)
        for row in page.rows:
            if row.accept is not None or row.reject is not None:
                self._shown_on[row.job.job_number] = address
        return page

    def _require_same_user(self, user_name: str | None, loaded: "_Loaded") -> None:
        """Pages of another account would show another's jobs as ours."""
        if self._user_name is None:
            self._user_name = user_name
        elif user_name != self._user_name:
            raise LayoutChanged(
                f"{self._definition.title} shows the page of “{user_name}”, not of “{self._user_name}”",
                html=loaded.html,
                url=loaded.url,
            )

    def _count_request(self, request: Request) -> None:
        """Pages have had their turn; what their scripts ask for goes out by itself. Style sheets are no questions."""
        if request.resource_type in ("xhr", "fetch"):
            self._turns.record_sent()

    # --- loading ------------------------------------------------------------------------------------------------------

    async def _load(self, tab: Tab, address: str, *, claims: bool = False) -> "_Loaded":
        """Load an address; raises RetryLater where nothing came.

        ``claims``: on the way to an accept, which does not wait for its turn.
        """
        if claims:
            self._turns.acquire_for_accept()
        else:
            await self._turns.acquire()
        tab.address = address

        async def go() -> Response | None:
            return await tab.page.goto(address, wait_until="domcontentloaded")

        return await self._loaded(tab, go)

    async def _follow(self, tab: Tab, link: Locator) -> "_Loaded":
        """Click on a link and have the page that it leads to."""
        self._turns.acquire_for_accept()
        tab.address = None

        async def go() -> Response | None:
            # the page belongs into this tab, whatever the link says
            await link.evaluate("link => link.removeAttribute('target')")
            async with tab.page.expect_navigation(wait_until="domcontentloaded") as navigation:
                await self._press(tab, link)
            return await navigation.value

        return await self._loaded(tab, go)

    async def _loaded(self, tab: Tab, go: Callable[[], Awaitable[Response | None]]) -> "_Loaded":
        tab.waiting.clear()
        try:
            async with asyncio.timeout(LOAD_TIMEOUT.total_seconds()):
                response = await go()
                if response is None:
                    raise RetryLater("the browser loaded nothing")
                if response.status == HTTPStatus.OK:
                    await self._drawn(tab)
                html, sent = await tab.page.content(), await response.text()
        except (Error, TimeoutError) as error:
            tab.broken = True
            raise RetryLater(f"the portal does not answer the browser: {words_of(error)}") from error
        return _Loaded(
            html=html,
            sent=sent,
            status=response.status,
            url=tab.page.url,
            wait=retry_after(response.headers.get("retry-after")),
        )

    async def _drawn(self, tab: Tab) -> None:
        """Wait until a script has drawn the page, or has sent us to the sign-in page.

        Raises TimeoutError while the portal still owes an answer; a page that stays as it is will be told as it is.
        """
        ready = self._definition.pages.ready
        if ready is None:
            return
        sign_in = self._definition.sign_in
        there = f"{ready}, {sign_in.form}" if sign_in.way == "form" else ready
        patience = LOAD_TIMEOUT / 2
        try:
            await tab.page.wait_for_selector(there, state="attached", timeout=patience.total_seconds() * 1000)
        except Error as error:
            if tab.waiting:
                raise TimeoutError("the portal has not answered everything") from error

    # --- accepting ----------------------------------------------------------------------------------------------------

    async def accept(self, row: BoardRow, *, leaves: BeforeSend = lambda: None) -> AcceptAnswer:
        """Load the page that shows the row, read there that it is still free, and click; see the protocol."""
        if row.accept is None:
            raise ValueError(f"{row.job.reference} has no accept form")
        return await self._do(row, lambda shown: shown.accept, self._definition.accept, leaves)

    async def reject(self, row: BoardRow) -> AcceptAnswer:
        """Load the page that shows the row, and click its reject button; see the protocol."""
        if row.reject is None or self._definition.reject is None:
            raise ValueError(f"{row.job.reference} has no reject form")
        return await self._do(row, lambda shown: shown.reject, self._definition.reject, lambda: None)

    async def _do(
        self, row: BoardRow, form_of: Callable[[BoardRow], Form | None], link: Link, leaves: BeforeSend
    ) -> AcceptAnswer:
        address = self._shown_on.get(row.job.job_number) or address_of_page(
            self._definition, self._definition.board.query
        )
        async with self._browser.tab(address, urgent=link is self._definition.accept) as tab:
            try:
                return await self._do_in(tab, address, row, form_of, link, leaves=leaves)
            except LayoutChanged as error:
                # whatever was sent is answered without this error
                raise RetryLater(f"nothing was sent: {error.message}") from error
            except NothingSent:
                return AcceptAnswer(http_status=None)

    async def _do_in(
        self,
        tab: Tab,
        address: str,
        row: BoardRow,
        form_of: Callable[[BoardRow], Form | None],
        link: Link,
        *,
        leaves: BeforeSend,
    ) -> AcceptAnswer:
        page = await self._load_board_page(tab, address, claims=True)
        place = next((n for n, one in enumerate(page.rows) if one.job.job_number == row.job.job_number), None)
        form = form_of(page.rows[place]) if place is not None else None
        if place is None or form is None:
            return AcceptAnswer(http_status=None, messages=page.messages)
        try:
            async with asyncio.timeout(LOAD_TIMEOUT.total_seconds()):
                control = await self._control(tab, page.rows[place], place, link, form)
        except (Error, TimeoutError) as error:
            tab.broken = True
            raise RetryLater(f"the browser could not find the button: {words_of(error)}") from error
        accept = self._definition.accept
        if link is accept and accept.page is not None:
            return await self._through_page(tab, control, accept.page, form.action, row.job.portal_id, leaves=leaves)
        is_drawn_anew = link is accept and accept.way == "button"
        sending = Sent(tab.page, form.action, form.method, leaves=leaves)
        return await self._click(tab, control, sending, navigates=not is_drawn_anew)

    async def _control(self, tab: Tab, row: BoardRow, place: int, link: Link, form: Form) -> Locator:
        """The button or the link of the very row that was read."""
        shape = self._definition.board.rows
        match shape:
            case TableRows():
                element = tab.page.locator(shape.table).locator(shape.row).nth(place)
            case CardRows():
                element = tab.page.locator(shape.board).locator(shape.card).nth(place)
            case JsonRows():
                raise RuntimeError("a board of JSON has no buttons")
        if row.job.reference.casefold() not in one_line(await element.text_content() or "").casefold():
            raise RetryLater("the board was drawn anew while the bot looked at it")
        for node in await element.locator(link.selector).all():
            tag, leads_to = await node.evaluate(_WHAT_IT_IS)
            if tag in ("form", "a") and self._absolute(tab, leads_to) != form.action:
                continue
            found = await _button_in(node, link.text) if tag == "form" else node
            if found is not None and (tag == "form" or same_text(await found.text_content() or "", link.text)):
                return found
        raise await self._changed(tab, f"the row of {row.job.reference} has no button to click")

    def _absolute(self, tab: Tab, address: str) -> str:
        return absolute(address or tab.page.url, tab.page.url, self._definition.base_url)

    async def _changed(self, tab: Tab, what: str) -> LayoutChanged:
        return LayoutChanged(f"{self._definition.title}: {what}", html=await tab.page.content(), url=tab.page.url)

    # --- the page between a row and its accept ------------------------------------------------------------------------

    async def _through_page(
        self, tab: Tab, link: Locator, shape: AcceptPage, address: str, portal_id: str, *, leaves: BeforeSend
    ) -> AcceptAnswer:
        """Click through the page that asks once more, or whose fields are set first."""
        loaded = await self._follow(tab, link)
        form = self._form_on(loaded, address, portal_id)
        if form is None:
            raise NothingSent("the job is not free any more")
        wanted = {name: value for name, value in form.fields if name in shape.set}
        try:
            async with asyncio.timeout(LOAD_TIMEOUT.total_seconds()):
                element = await self._form_element(tab, shape, form)
                for name, value in wanted.items():
                    await _set(element, name, value)
                button = await _button_in(element, shape.button)
        except (Error, TimeoutError) as error:
            tab.broken = True
            raise RetryLater(f"the browser could not fill in the form: {words_of(error)}") from error
        if button is None:
            raise await self._changed(tab, f"the form that accepts a job has no button “{shape.button}”")

        async def is_right(sends: str) -> None:
            await self._require_still_free(tab, address, portal_id, sends=sends, wanted=wanted)

        sending = Sent(tab.page, form.action, form.method, leaves=leaves, is_right=is_right)
        return await self._click(tab, button, sending)

    def _form_on(self, loaded: "_Loaded", address: str, portal_id: str) -> Form | None:
        """The form on the page that was loaded; None where the job does not read as free there, or is gone."""
        if loaded.kind(self._definition) is PageKind.GONE:
            return None
        if loaded.status != HTTPStatus.OK:
            loaded.expect(self._definition, PageKind.ACCEPT)
        loaded.require_end(self._definition)
        return read_accept_page(
            loaded.html,
            definition=self._definition,
            page_url=address,
            portal_id=portal_id,
            user_name=self._user_name,
        )

    async def _form_element(self, tab: Tab, shape: AcceptPage, form: Form) -> Locator:
        for element in await tab.page.locator(shape.form).all():
            _, leads_to = await element.evaluate(_WHAT_IT_IS)
            if self._absolute(tab, leads_to) == form.action:
                return element
        raise await self._changed(tab, "the form that accepts a job is not there any more")

    async def _require_still_free(
        self, tab: Tab, address: str, portal_id: str, *, sends: str, wanted: Mapping[str, str]
    ) -> None:
        """The last look before the form leaves: filling it in took a while, and a person may have been faster.

        Raises NothingSent where the job does not read as free any more, or what the browser is about to send is not
        what was set; RetryLater and LayoutChanged where that cannot be told.
        """
        sent = dict(parse_qsl(sends, keep_blank_values=True))
        if sent and any(sent.get(name) != value for name, value in wanted.items()):
            raise LayoutChanged(
                f"{self._definition.title}: the form does not send what was set in it", html=sends, url=address
            )
        self._turns.acquire_for_accept()
        asked_at = time.monotonic()
        answer = await tab.page.context.request.get(
            address, max_redirects=0, timeout=LOAD_TIMEOUT.total_seconds() * 1000
        )
        html = await answer.text()
        answered_within = time.monotonic() - asked_at
        if self._definition.pages.ready is not None:
            return  # a script would have to draw it; the page in the tab is what is known
        loaded = _Loaded(
            html=html,
            sent=html,
            status=answer.status,
            url=answer.url,
            wait=retry_after(answer.headers.get("retry-after")),
        )
        if self._form_on(loaded, address, portal_id) is None:
            raise NothingSent("the job is not free any more")
        if answered_within > FRESH.total_seconds():
            raise RetryLater("the portal answers too slowly to know whether the job is still free")

    # --- sending ------------------------------------------------------------------------------------------------------

    async def _click(self, tab: Tab, button: Locator, sending: Sent, *, navigates: bool = True) -> AcceptAnswer:
        self._turns.acquire_for_accept()
        after = asyncio.Event()
        tab.page.once("domcontentloaded", lambda _page: after.set())
        async with sending as sent:
            try:
                async with asyncio.timeout(ACCEPT_TIMEOUT.total_seconds()):
                    await self._press(tab, button)
                    response = await sent.answer()
            except (Error, TimeoutError) as error:
                tab.broken = True
                if not sent.happened:
                    raise RetryLater(f"the browser could not click: {words_of(error)}") from error
                raise OutcomeUnknown(f"no answer to what was sent: {words_of(error)}") from error
            tab.address = None
            return await self._answer(tab, response, after, navigates=navigates)

    async def _press(self, tab: Tab, button: Locator) -> None:
        terms = self._definition.pages.terms
        if terms and await tab.page.locator(terms).first.is_visible():
            # the terms are the owner's to agree to; the page under them is complete, and its button works
            await button.dispatch_event("click")
        else:
            await button.click(no_wait_after=True)

    async def _answer(self, tab: Tab, response: APIResponse, after: asyncio.Event, *, navigates: bool) -> AcceptAnswer:
        """What came back, with the page that follows where the browser shows it in time."""
        text = ""
        try:
            async with asyncio.timeout(_PAGE_AFTER.total_seconds()):
                text = await response.text()
                if navigates:
                    await after.wait()
                await self._drawn(tab)
                if navigates:
                    text = await tab.page.content()
        except (Error, TimeoutError):
            tab.broken = True
        location = response.headers.get("location")
        return read_answer(
            text,
            status=response.status,
            url=response.url,
            location=urljoin(response.url, location) if location else None,
            retry_after=retry_after(response.headers.get("retry-after")),
            definition=self._definition,
        )

    # --- pictures -----------------------------------------------------------------------------------------------------

    async def picture(self) -> tuple[bytes, str]:
        """What the board shows now, as PNG and as HTML."""
        async with self._browser.tab() as tab:
            loaded = await self._load(tab, address_of_page(self._definition, self._definition.board.query))
            try:
                return await tab.page.screenshot(full_page=True), loaded.html
            except Error as error:
                tab.broken = True
                raise RetryLater(f"the browser takes no picture: {words_of(error)}") from error

    # --- the browser --------------------------------------------------------------------------------------------------

    def session(self) -> SignedIn:
        """The session, with the cookies that the portal has renewed."""
        return SignedIn(cookies=self._browser.cookies, user_name=self._user_name, http_login=self._http_login)

    def browser_processes(self) -> list[psutil.Process]:
        """Every process of the browser and its driver; empty while none is open."""
        return self._browser.processes

    async def close(self) -> None:
        """End the browser, with every process of it."""
        await self._browser.close()


class _Loaded:
    """A page as it was loaded."""

    def __init__(self, *, html: str, sent: str, status: int, url: str, wait: timedelta | None) -> None:
        #: as the browser shows it, scripts included
        self.html = html
        #: as the portal sent it: the browser makes a whole page of half a one
        self._sent = sent
        self.status = status
        #: where it ended, after redirects
        self.url = url
        self._wait = wait

    def kind(self, definition: PortalDefinition) -> PageKind:
        """What the portal answered."""
        return classify(self.html, status=self.status, url=self.url, definition=definition)

    def expect(self, definition: PortalDefinition, expected: PageKind) -> None:
        """Raise what to do next where it is not what was asked for, or not all of it."""
        expect(
            self.html,
            status=self.status,
            url=self.url,
            definition=definition,
            expected=expected,
            retry_after=self._wait,
        )
        self.require_end(definition)

    def require_end(self, definition: PortalDefinition) -> None:
        """Raise LayoutChanged where the end of the page did not come."""
        if not self._sent.rstrip().casefold().endswith(definition.pages.ends_with.casefold()):
            raise LayoutChanged(
                f"{definition.title}: the page does not end with {definition.pages.ends_with}: a part of it is missing",
                html=self._sent,
                url=self.url,
            )


#: Of an element: its tag, and where it leads.
_WHAT_IT_IS = "node => [node.tagName.toLowerCase(), node.getAttribute('action') ?? node.getAttribute('href') ?? '']"

#: What a button says.
_SAYS = "node => node.tagName === 'INPUT' ? node.value : node.textContent"


async def _button_in(form: Locator, text: str) -> Locator | None:
    """The button of a form that says ``text``."""
    for button in await form.locator("button, input[type=submit], input[type=image]").all():
        if same_text(await button.evaluate(_SAYS) or "", text):
            return button
    return None


async def _set(form: Locator, name: str, value: str) -> None:
    """Set a field as a person would: choose, tick or type."""
    for field in await form.locator("input, select, textarea").all():
        if await field.get_attribute("name") != name:
            continue
        tag, kind = await field.evaluate("node => [node.tagName.toLowerCase(), node.type]")
        if tag == "select":
            await field.select_option(value=value)
            return
        if kind in ("radio", "checkbox"):
            if (await field.get_attribute("value") or "on") == value:
                # its own element may be hidden behind a drawn one
                await (field.check() if await field.is_visible() else field.evaluate("node => node.click()"))
                return
        elif kind == "hidden":
            await field.evaluate("(node, value) => { node.value = value }", value)
            return
        else:
            await field.fill(value)
            return
