"""Sign in with Playwright, and take pictures, in a process of its own.

``sign_in`` and ``take_picture`` are called in the bot; the browser is in a process of its own
(``bot.portal.browser.worker_pool``), which runs this module's ``main``.

The credentials are typed once. Whatever the portal answers, there is no second try here.
"""

import base64
import contextlib
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, assert_never

import psutil

from bot.portal.board_reader import address_of_page
from bot.portal.browser.chromium import launch_arguments
from bot.portal.browser.cookies import for_browser, from_browser
from bot.portal.browser.worker_pool import BrowserWorkerPool
from bot.portal.credentials import Cookie, Credentials, SignedIn
from bot.portal.definition.model import PortalDefinition, RefusalCode
from bot.portal.errors import LayoutChanged, PortalError, RetryLater, SignInUnclear, StopAndTell
from bot.portal.parsing.parse import is_signed_in, sign_in_refusal
from bot.portal.retry_after import retry_after
from bot.portal.screenshot import Picture

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Response

#: A browser's start, two page loads and a portal in a bad mood; after this the browser is taken for hung.
SIGN_IN_TIMEOUT = timedelta(seconds=90)

#: How long the portal's pages may take in the browser, together.
_PAGES_TIMEOUT = timedelta(seconds=45)

#: A sign-in form that is shown again, without a word, for so long after it was sent will say no more.
_SILENT_FOR = timedelta(seconds=3)

#: What the portal says is quoted up to so many characters.
_LONGEST_QUOTE = 300

#: What Chromium calls a name and password that the server did not take, where it shows no page of the server's.
_REFUSED_BY_HTTP = "ERR_INVALID_AUTH_CREDENTIALS"

#: A picture may wait for as long as a page takes, and some more for the browser's start.
PICTURE_TIMEOUT = timedelta(seconds=60)

#: Pictures are of what a person sees at a desk.
_SCREEN = {"width": 1280, "height": 900}


# --- in the bot -------------------------------------------------------------------------------------------------------


async def sign_in(
    definition: PortalDefinition,
    credentials: Credentials,
    browsers: BrowserWorkerPool,
    *,
    patience: timedelta = SIGN_IN_TIMEOUT,
) -> SignedIn:
    """Sign in once, in a browser context of its own.

    Raises StopAndTell where only the owner can mend it (refused credentials, whether in words that the definition knows
    or not, lockout, disabled or unapproved account, a code asked for, no browser), RetryLater where the portal or the
    browser failed, LayoutChanged where the sign-in page is not as the definition says.
    """
    task = {
        "do": "sign_in",
        "definition": definition.model_dump(mode="json", exclude_unset=True),
        "username": credentials.username,
        "password": credentials.password,
    }
    return _understand(await browsers.ask(task, patience=patience))


async def take_picture(
    definition: PortalDefinition,
    session: SignedIn | None,
    browsers: BrowserWorkerPool,
    *,
    patience: timedelta = PICTURE_TIMEOUT,
) -> Picture:
    """A picture of the board as the session sees it, or as nobody signed in does.

    Raises RetryLater where portal or browser failed, StopAndTell (``no_browser``) where there is no browser.
    """
    task = {
        "do": "picture",
        "definition": definition.model_dump(mode="json", exclude_unset=True),
        "cookies": [asdict(cookie) for cookie in session.cookies] if session is not None else [],
        "http_login": asdict(session.http_login) if session is not None and session.http_login else None,
    }
    answer = await browsers.ask(task, patience=patience)
    if answer["outcome"] == "picture":
        return Picture(png=base64.b64decode(answer["png"]), html=answer["html"], url=answer["url"])
    raise _error(answer)


def _understand(answer: dict[str, Any]) -> SignedIn:
    if answer["outcome"] == "signed_in":
        return SignedIn.from_json(answer)
    raise _error(answer)


def _error(answer: dict[str, Any]) -> PortalError:
    match answer["outcome"]:
        case "stop":
            return StopAndTell(answer["message"], code=answer["code"], what_to_do=answer["what_to_do"])
        case "retry":
            wait = answer["retry_after_seconds"]
            return RetryLater(
                answer["message"],
                retry_after=None if wait is None else timedelta(seconds=wait),
                is_asked=answer["is_asked"],
            )
        case "layout_changed":
            return LayoutChanged(answer["message"], html=answer["html"], url=answer["url"])
        case "unclear":
            return SignInUnclear(answer["message"], html=answer["html"], url=answer["url"])
        case other:
            return RetryLater(f"the browser's process answered “{other}”")


# --- in the browser's process -----------------------------------------------------------------------------------------


def main() -> None:
    """Do the tasks that come as lines on standard input, one after the other; answer each with a line."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (the bot imports this module without it)

    tasks: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read_tasks, args=(tasks,), daemon=True).start()
    with sync_playwright() as playwright:
        worker = _Worker(playwright)
        while True:
            answer = worker.do(json.loads(tasks.get()))
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


def _read_tasks(tasks: "queue.SimpleQueue[str]") -> None:
    """Until the end of standard input, which is the bot's end: then everything that was started here goes down."""
    for line in sys.stdin:
        tasks.put(line)
    for one in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    os._exit(1)


class _Worker:
    """Does tasks with one browser; another one where it crashed."""

    def __init__(self, playwright: "Playwright") -> None:
        self._playwright = playwright
        self._browser: Browser | None = None

    def do(self, task: dict[str, Any]) -> dict[str, Any]:
        """The answer to one task."""
        from playwright.sync_api import Error  # noqa: PLC0415

        try:
            browser = self._open(task["browser_path"])
            match task["do"]:
                case "sign_in":
                    return {"outcome": "signed_in"} | asdict(_sign_in(browser, task))
                case "picture":
                    return {"outcome": "picture"} | _picture(browser, task)
                case "nothing":
                    with _context(browser) as context:
                        context.new_page().evaluate("1 + 1")
                    return {"outcome": "nothing"}
                case other:
                    raise RetryLater(f"the browser's process knows no task “{other}”")
        except PortalError as error:
            return _as_answer(error)
        except Error as error:
            return _as_answer(RetryLater(f"the browser failed: {error.message.strip().splitlines()[0]}"))

    def _open(self, browser_path: str | None) -> "Browser":
        from playwright.sync_api import Error  # noqa: PLC0415

        if self._browser is not None and self._browser.is_connected():
            return self._browser
        try:
            self._browser = self._playwright.chromium.launch(
                executable_path=browser_path, args=launch_arguments(), timeout=30_000
            )
        except Error as error:
            first_line = error.message.strip().splitlines()[0]
            raise StopAndTell(
                f"the browser does not start: {first_line}",
                code="no_browser",
                what_to_do="run ./start_system.sh, which finds or installs a Chromium, or set CHROMIUM_PATH to one",
            ) from error
        return self._browser


@contextlib.contextmanager
def _context(
    browser: "Browser", definition: PortalDefinition | None = None, login: Credentials | None = None
) -> "Iterator[BrowserContext]":
    """A context that shares nothing with others, closed at the end; ``login`` is for HTTP authentication."""
    from playwright.sync_api import Error  # noqa: PLC0415

    context = browser.new_context(
        viewport={"width": _SCREEN["width"], "height": _SCREEN["height"]},
        http_credentials=None
        if definition is None or login is None
        else {"username": login.username, "password": login.password, "origin": definition.origin},
    )
    try:
        yield context
    finally:
        with contextlib.suppress(Error):  # it may have crashed
            context.close()


def _as_answer(error: PortalError) -> dict[str, Any]:
    match error:
        case StopAndTell():
            return {"outcome": "stop", "message": error.message, "code": error.code, "what_to_do": error.what_to_do}
        case LayoutChanged():
            outcome = "unclear" if isinstance(error, SignInUnclear) else "layout_changed"
            return {"outcome": outcome, "message": error.message, "html": error.html, "url": error.url}
        case RetryLater(retry_after=timedelta() as wait):
            seconds: float | None = wait.total_seconds()
        case _:
            seconds = None
    is_asked = isinstance(error, RetryLater) and error.is_asked
    return {"outcome": "retry", "message": error.message, "retry_after_seconds": seconds, "is_asked": is_asked}


def _picture(browser: "Browser", task: dict[str, Any]) -> dict[str, Any]:
    definition = PortalDefinition.model_validate(task["definition"])
    login = Credentials(**task["http_login"]) if task["http_login"] else None
    with _context(browser, definition, login) as context:
        context.add_cookies(for_browser(Cookie(**cookie) for cookie in task["cookies"]))
        page = context.new_page()
        address = address_of_page(definition, definition.board.query)
        page.goto(address, wait_until="load", timeout=_PAGES_TIMEOUT.total_seconds() * 1000)
        png = page.screenshot(full_page=True)
        return {"png": base64.b64encode(png).decode(), "html": page.content(), "url": page.url}


def _sign_in(browser: "Browser", task: dict[str, Any]) -> SignedIn:
    definition = PortalDefinition.model_validate(task["definition"])
    credentials = Credentials(username=task["username"], password=task["password"])
    by_http = definition.sign_in.way == "http"
    with _context(browser, definition, credentials if by_http else None) as context:
        signing_in = _SigningIn(context, definition)
        return signing_in.enter(credentials) if by_http else signing_in.run(credentials)


class _SigningIn:
    """One try in a fresh browser context."""

    def __init__(self, context: "BrowserContext", definition: PortalDefinition) -> None:
        self._definition = definition
        self._context = context
        self._page: Page = self._context.new_page()
        self._page.on("response", self._note)
        self._deadline = time.monotonic() + _PAGES_TIMEOUT.total_seconds()
        #: status and Retry-After of the newest answer that was a page of its own
        self._last: tuple[int, str | None] = (0, None)
        #: when that answer came
        self._last_at = 0.0
        #: when the portal answered a form, whether with a page or to a script
        self._form_answered_at = 0.0
        #: the lines of the sign-in page before the form was sent
        self._words_before: dict[str, str] = {}

    def _note(self, response: "Response") -> None:
        request = response.request
        if request.is_navigation_request() and request.frame == self._page.main_frame:
            self._last = (response.status, response.headers.get("retry-after"))
            self._last_at = time.monotonic()
        if request.method == "POST" and response.url.startswith(self._definition.origin):
            self._form_answered_at = time.monotonic()

    def run(self, credentials: Credentials) -> SignedIn:
        """Open the page, fill the form, send it once, and read what came of it."""
        from playwright.sync_api import TimeoutError as PlaywrightTimeout  # noqa: PLC0415

        definition = self._definition
        try:
            self._page.goto(definition.url(definition.sign_in.path), wait_until="domcontentloaded", timeout=30_000)
        except PlaywrightTimeout as error:
            raise RetryLater(f"{definition.title} does not answer") from error
        self._refuse_bad_answers()
        self._require_form()
        self._words_before = self._words()
        self._fill(credentials)
        return self._outcome()

    def enter(self, credentials: Credentials) -> SignedIn:
        """Load a page that asks by HTTP authentication; the browser answers it, once."""
        from playwright.sync_api import Error  # noqa: PLC0415

        definition = self._definition
        try:
            self._page.goto(definition.url(definition.sign_in.path), wait_until="domcontentloaded", timeout=30_000)
        except Error as error:
            if _REFUSED_BY_HTTP not in error.message:
                raise RetryLater(f"{definition.title} does not answer") from error
            self._last = (HTTPStatus.UNAUTHORIZED, None)
        if self._last[0] == HTTPStatus.UNAUTHORIZED:
            raise _refused(RefusalCode.WRONG_CREDENTIALS, "", None, title=definition.title)
        return replace(self._outcome(), http_login=credentials)

    def _require_form(self) -> None:
        if not self._shows_form():
            self._raise_refusal()
            raise self._changed("the sign-in page shows no form for name and password")

    def _shows_form(self) -> bool:
        sign_in = self._definition.sign_in
        form = self._page.locator(sign_in.form)
        return bool(form.count() and form.locator(sign_in.username).count() and form.locator(sign_in.password).count())

    def _fill(self, credentials: Credentials) -> None:
        definition = self._definition
        form = self._page.locator(definition.sign_in.form).first
        form.locator(definition.sign_in.username).first.fill(credentials.username)
        password = form.locator(definition.sign_in.password).first
        password.fill(credentials.password)
        if definition.sign_in.remember:
            box = form.locator(definition.sign_in.remember)
            if box.count() and not box.first.is_checked():
                box.first.check(force=True)
        # The terms are the owner's to agree to: where they cover the form, it is sent from under them.
        terms = definition.pages.terms
        covered = terms is not None and self._page.locator(terms).first.is_visible()
        submit = form.locator(definition.sign_in.submit)
        if covered or not submit.count():
            password.press("Enter", no_wait_after=True)
        else:
            submit.first.click(no_wait_after=True)

    def _outcome(self) -> SignedIn:
        """Look at the page until it says what came of the form; a script may need no new page to say so."""
        from playwright.sync_api import Error  # noqa: PLC0415

        sent_at = time.monotonic()
        while time.monotonic() < self._deadline:
            try:
                html, url = self._page.content(), self._page.url
            except Error:  # in the middle of loading the next page
                self._page.wait_for_timeout(20)
                continue
            # a refusal may come with any status, 401 among them; its words may be here a moment later
            self._raise_refusal(html, url)
            self._refuse_unavailable()
            if is_signed_in(html, definition=self._definition):
                return self._signed_in()
            is_silent = self._last_at > sent_at and time.monotonic() - self._last_at > _SILENT_FOR.total_seconds()
            if is_silent and (self._last[0] >= HTTPStatus.BAD_REQUEST or self._shows_form()):
                break
            self._page.wait_for_timeout(50)
        if self._last[0] in self._definition.pages.stale_form_statuses:
            raise RetryLater(f"{self._definition.title} did not take the sign-in form (HTTP {self._last[0]})")
        # where nobody answered, new words are those of a page that waits
        if self._form_answered_at > sent_at and self._shows_form() and (said := self._new_words()):
            raise _refused_in_other_words(said, title=self._definition.title)
        raise SignInUnclear(
            f"{self._definition.title}: after the form was sent the portal shows neither who is signed in nor why not",
            html=self._page.content(),
            url=self._page.url,
        )

    def _new_words(self) -> str:
        """What the page says that it did not say before the form was sent."""
        said = [words for key, words in self._words().items() if key not in self._words_before]
        return " / ".join(said)[:_LONGEST_QUOTE]

    def _words(self) -> dict[str, str]:
        """The lines that a person sees, by what stays of them without digits: a clock or a number is no news."""
        lines = (" ".join(line.split()) for line in self._page.locator("body").inner_text().splitlines())
        return {key: line for line in lines if (key := "".join(one for one in line if one.isalpha()))}

    def _signed_in(self) -> SignedIn:
        cookies = from_browser(self._context.cookies(self._definition.base_url))
        name = self._page.locator(self._definition.pages.user_name).first.text_content()
        return SignedIn(cookies=cookies, user_name=" ".join(name.split()) if name else None)

    def _refuse_bad_answers(self) -> None:
        self._refuse_unavailable()
        status = self._last[0]
        if status in self._definition.pages.stale_form_statuses:
            raise RetryLater(f"{self._definition.title} did not take the sign-in form (HTTP {status})")
        if status >= HTTPStatus.BAD_REQUEST:
            raise self._changed(f"signing in answered with HTTP {status}")

    def _refuse_unavailable(self) -> None:
        status, wait = self._last
        pages = self._definition.pages
        if status in pages.unavailable.statuses or status in pages.too_many_requests_statuses:
            raise RetryLater(
                f"{self._definition.title} is not available at the moment (HTTP {status})",
                retry_after=retry_after(wait),
                is_asked=status in pages.too_many_requests_statuses or status == HTTPStatus.SERVICE_UNAVAILABLE,
            )

    def _raise_refusal(self, html: str | None = None, url: str | None = None) -> None:
        found = sign_in_refusal(
            html if html is not None else self._page.content(),
            page_url=url or self._page.url,
            definition=self._definition,
        )
        if found is not None:
            raise _refused(*found, title=self._definition.title)

    def _changed(self, what: str) -> LayoutChanged:
        return LayoutChanged(f"{self._definition.title}: {what}", html=self._page.content(), url=self._page.url)


def _refused(code: RefusalCode, said: str, wait: timedelta | None, *, title: str) -> StopAndTell:
    """The error for a refusal, with the portal's own words and what the owner can do."""
    words = f" It says: “{said}”" if said else ""
    match code:
        case RefusalCode.WRONG_CREDENTIALS:
            message = f"{title} refused the name or the password.{words}"
            what = "check ATOZ_USERNAME and ATOZ_PASSWORD; the bot does not try a refused password again"
        case RefusalCode.LOCKED_OUT:
            seconds = f" for {wait.total_seconds():.0f} seconds" if wait is not None else ""
            message = f"{title} has locked the account{seconds} after too many wrong tries.{words}"
            what = "wait until the lock is over, check the password by hand on the portal, then start the bot again"
        case RefusalCode.ACCOUNT_DISABLED:
            message = f"{title} says that the account is not enabled.{words}"
            what = "ask the agency to enable the account, then start the bot again"
        case RefusalCode.ACCOUNT_UNAPPROVED:
            message = f"{title} sends the account to its profile: it is not approved yet.{words}"
            what = "complete the profile on the portal and wait for the agency's approval, then start the bot again"
        case RefusalCode.EMAIL_UNCONFIRMED:
            message = f"{title} wants the account's e-mail address to be confirmed first.{words}"
            what = "open the link in the portal's mail, which the portal can send again; then start the bot again"
        case RefusalCode.CODE_REQUIRED:
            message = f"{title} asks for a code that only the owner has.{words}"
            what = "sign in once by hand; the bot never enters codes"
        case _:
            assert_never(code)
    return StopAndTell(message, code=code.value, what_to_do=what)


def _refused_in_other_words(said: str, *, title: str) -> StopAndTell:
    """For a form that is shown again with words that the definition does not know: in all likelihood a refusal."""
    return StopAndTell(
        f"{title} showed its sign-in page again after name and password were sent. It says: “{said}”",
        code="sign_in_not_understood",
        what_to_do="sign in by hand and see; if name or password are wrong, correct ATOZ_USERNAME and ATOZ_PASSWORD, "
        "then start the bot again; it does not try a password again that may have been refused",
    )


if __name__ == "__main__":
    main()
