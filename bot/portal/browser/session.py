"""A browser that stays open for one signed-in session, and is replaced when it crashed, hangs or grew too large.

Browser and Playwright's driver are one unit: they start together and end together. Whoever used the one that is
replaced gets an error from it and may ask again; nobody waits for a browser that does not answer.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import psutil
import structlog
from playwright.async_api import (
    Browser,
    BrowserContext,
    Dialog,
    Error,
    HttpCredentials,
    Page,
    Playwright,
    Request,
    async_playwright,
)
from playwright.async_api import TimeoutError as PlaywrightTimeout

from bot.portal.browser.chromium import launch_arguments
from bot.portal.browser.cookies import for_browser, from_browser
from bot.portal.browser.process_tree import end, family, marked, memory_of, with_parent
from bot.portal.credentials import Cookie
from bot.portal.errors import PortalError, RetryLater, StopAndTell
from bot.portal.priority_semaphore import PrioritySemaphore

log = structlog.get_logger(__name__)

_T = TypeVar("_T")

#: Tabs take some 30 MB each; more than this side by side the portal would notice as well.
_MOST_TABS = 8
#: Of these reads leave so many to accepts.
_LEFT_FOR_ACCEPTS = 2
#: What stays open between requests; the others are closed when they were used.
_IDLE_TABS = 3
#: All processes of a browser and its driver together: with one tab of a plain portal they take some 520 MB, with eight
#: 720 MB (Chromium 156 on Debian, proportional set size). One that leaks must not take the machine down.
MEMORY_LIMIT_BYTES = 900 * 1024 * 1024
#: Measuring reads a file of the kernel for each process, some milliseconds each, in another thread.
MEMORY_CHECK = timedelta(seconds=30)
#: A browser that does not answer so simple a question as which cookies it has does not answer at all.
_ANSWERS_WITHIN = timedelta(seconds=3)
_STARTS_WITHIN = timedelta(seconds=30)
#: What a browser gets to close by itself before its processes are killed.
_CLOSES_WITHIN = timedelta(seconds=3)


class Tab:
    """One tab of the browser."""

    def __init__(self, page: Page) -> None:
        self.page = page
        #: the address that was loaded last
        self.address: str | None = None
        #: not to be used again
        self.broken = False
        #: requests of its pages that were not answered yet
        self.waiting: set[Request] = set()
        page.on("dialog", _agree)
        page.on("crash", self._crashed)
        page.on("request", self._asked)
        page.on("requestfinished", self._answered)
        page.on("requestfailed", self._answered)

    def _asked(self, request: Request) -> None:
        self.waiting.add(request)

    def _answered(self, request: Request) -> None:
        self.waiting.discard(request)

    def _crashed(self, _page: Page) -> None:
        self.broken = True


async def _agree(dialog: Dialog) -> None:
    """A page that asks "Are you sure?" after a click of ours is told yes."""
    await dialog.accept()


class _Running:
    """One browser with its driver and its tabs."""

    def __init__(self) -> None:
        #: an argument that Chromium does not know and that nobody else has: its processes are found by it
        self._mark = f"--atoz-page-lane={secrets.token_hex(8)}"
        self._processes: list[psutil.Process] = []
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._context: BrowserContext | None = None
        self.idle: list[Tab] = []
        #: requests that use it
        self.users = 0
        #: something in it did not work: it is asked whether it still answers before it is used again
        self.is_suspect = False
        #: it is not used again, and closed after the last that uses it
        self.is_retired = False
        self._closing: asyncio.Task[None] | None = None

    @property
    def processes(self) -> list[psutil.Process]:
        """Those of the browser and of its driver."""
        found = {one.pid: one for one in (*self._processes, *family(self._processes))}
        return list(found.values())

    @property
    def is_connected(self) -> bool:
        """Whether the driver still has hold of it."""
        return self._browser is not None and self._browser.is_connected()

    @property
    def context(self) -> BrowserContext:
        """Where its tabs are."""
        if self._context is None:
            raise RuntimeError("the browser was not started")
        return self._context

    async def start(
        self,
        path: str | None,
        cookies: Sequence[Cookie],
        tab_timeout: timedelta,
        http_credentials: HttpCredentials | None,
    ) -> None:
        """Start driver and browser; raises playwright's Error or TimeoutError."""
        async with asyncio.timeout(_STARTS_WITHIN.total_seconds()):
            self._playwright = await async_playwright().start()
            self._browser = await self._playwright.chromium.launch(
                executable_path=path, args=[*launch_arguments(), self._mark], timeout=0
            )
            self._processes = with_parent(marked(self._mark))
            self._context = await self._browser.new_context(http_credentials=http_credentials)
            self._context.set_default_timeout(tab_timeout.total_seconds() * 1000)
            await self._context.add_cookies(for_browser(cookies))

    async def answers(self) -> bool:
        """Whether it still does what it is told."""
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN.total_seconds()):
                await self.context.cookies()
        except (Error, TimeoutError):
            return False
        return self.is_connected

    async def close(self) -> None:
        """End it, once, whoever asks: by itself while it answers, and by force what is left then."""
        if self._closing is None:
            self.is_retired = True
            self._closing = asyncio.create_task(self._close(), name="close the browser")
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        if self._browser is not None and self.is_connected and not self.is_suspect:
            await _within(_CLOSES_WITHIN, self._browser.close())
        known = {one.pid: one for one in (*self.processes, *with_parent(marked(self._mark)))}
        browser = [one for one in known.values() if self._mark in _command_line(one)]
        await end(browser)
        if self._playwright is not None:
            await _within(_CLOSES_WITHIN, self._playwright.stop())
        await end(known.values())


async def _within(patience: timedelta, doing: Coroutine[None, None, None]) -> None:
    """Wait for it so long and no longer; that it failed says that it is to be ended by force."""
    try:
        async with asyncio.timeout(patience.total_seconds()):
            await doing
    except (Error, TimeoutError) as error:
        log.info("the browser does not end by itself", action="browser_killed", why=words_of(error))


def _command_line(process: psutil.Process) -> Sequence[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return ()


class BrowserSession:
    """Keeps a browser for one session; hands out tabs."""

    def __init__(
        self,
        path: str | None,
        cookies: tuple[Cookie, ...],
        *,
        tab_timeout: timedelta,
        on_request: Callable[[Request], None],
        memory_limit: int | None = None,
        http_credentials: HttpCredentials | None = None,
    ) -> None:
        """``on_request`` is called with everything that its pages ask for."""
        self._path = path
        self._on_request = on_request
        self._http_credentials = http_credentials
        self.cookies = cookies
        self._tab_timeout = tab_timeout
        self._memory_limit = memory_limit or MEMORY_LIMIT_BYTES
        self._measured_at = time.monotonic()
        self._opening = asyncio.Lock()
        self._places = PrioritySemaphore(most=_MOST_TABS, for_urgent=_LEFT_FOR_ACCEPTS)
        self._running: _Running | None = None
        self._has_started_before = False
        self._is_closed = False
        #: what goes on beside: closing tabs and browsers, measuring
        self._beside: set[asyncio.Task[Any]] = set()

    @property
    def processes(self) -> list[psutil.Process]:
        """The browser's processes and its driver's; empty while none is open."""
        return [] if self._running is None else self._running.processes

    async def open(self) -> None:
        """Have it open. Raises as ``tab`` does."""
        await self._current()

    @contextlib.asynccontextmanager
    async def tab(self, address: str | None = None, *, urgent: bool = False) -> AsyncIterator[Tab]:
        """A tab for one's own use, if possible one that shows ``address`` already; a broken one is not used again.

        ``urgent``: before whatever else waits for one. Raises RetryLater where the browser crashed or does not answer,
        StopAndTell where it cannot be started at all.
        """
        await self._places.take(urgent=urgent)
        try:
            running = await self._current()
            running.users += 1
            tab: Tab | None = None
            try:
                tab = _take_idle(running, address) or await self._new_tab(running)
                yield tab
            except BaseException:
                if tab is not None:
                    tab.broken = True
                raise
            finally:
                running.users -= 1
                self._give_back(running, tab)
        finally:
            self._places.give_back()

    async def keep_cookies(self) -> None:
        """Remember the cookies as they are now: the portal may have renewed some."""
        running = self._running
        if running is None:
            return
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN.total_seconds()):
                found = await running.context.cookies()
        except (Error, TimeoutError):
            running.is_suspect = True
            return
        self.cookies = from_browser(found)

    async def measure(self) -> None:
        """Retire the browser where it has grown over its limit."""
        running = self._running
        if running is None:
            return
        used = await asyncio.to_thread(memory_of, running.processes)
        if used > self._memory_limit:
            log.warning("the browser has grown too large", action="browser_too_large", bytes=used)
            running.is_retired = True

    async def close(self) -> None:
        """End every process of it, also of one that hangs or was stopped."""
        self._is_closed = True
        async with self._opening:
            running, self._running = self._running, None
        if running is not None:
            await running.close()
        while self._beside:
            await asyncio.gather(*self._beside, return_exceptions=True)

    # --- which browser ------------------------------------------------------------------------------------------------

    async def _current(self) -> _Running:
        async with self._opening:
            running = self._running
            if running is not None and await _is_usable(running):
                return running
            if running is not None:
                self._running = None
                log.warning("the browser is replaced", action="browser_replaced")
                self._retire(running)
            # whoever asked may be cancelled while it starts; it ends then by itself
            self._running = await asyncio.shield(self._spawn(self._started()))
            return self._running

    async def _started(self) -> _Running:
        if self._is_closed:
            raise RetryLater("the browser was closed")
        running = _Running()
        try:
            await running.start(self._path, self.cookies, self._tab_timeout, self._http_credentials)
        except (Error, TimeoutError, OSError) as error:
            running.is_suspect = True
            await running.close()
            raise self._does_not_start(error) from error
        self._has_started_before = True
        running.context.on("request", self._on_request)
        if self._is_closed:
            await running.close()
            raise RetryLater("the browser was closed")
        return running

    def _does_not_start(self, error: Exception) -> PortalError:
        if self._has_started_before:
            return RetryLater(f"the browser does not start again: {words_of(error)}")
        return StopAndTell(
            f"the browser does not start: {words_of(error)}",
            code="no_browser",
            what_to_do="run ./start_system.sh, which finds or installs a Chromium, or set CHROMIUM_PATH to one",
        )

    def _retire(self, running: _Running) -> None:
        """Close it after the last that uses it; at once where it does not answer anyway."""
        running.is_retired = True
        if running.is_suspect or not running.is_connected or not running.users:
            self._spawn(running.close())

    # --- tabs ---------------------------------------------------------------------------------------------------------

    async def _new_tab(self, running: _Running) -> Tab:
        try:
            async with asyncio.timeout(self._tab_timeout.total_seconds()):
                return Tab(await running.context.new_page())
        except (Error, TimeoutError) as error:
            running.is_suspect = True
            raise RetryLater(f"the browser has crashed or hangs: {words_of(error)}") from error

    def _give_back(self, running: _Running, tab: Tab | None) -> None:
        if tab is not None and tab.broken:
            running.is_suspect = True
            self._spawn(_within(_CLOSES_WITHIN, tab.page.close()))
        elif tab is not None and len(running.idle) >= _IDLE_TABS:
            self._spawn(_within(_CLOSES_WITHIN, tab.page.close()))
        elif tab is not None:
            running.idle.append(tab)
        if running.is_retired and not running.users and running is not self._running:
            self._spawn(running.close())
        elif time.monotonic() - self._measured_at >= MEMORY_CHECK.total_seconds():
            self._measured_at = time.monotonic()
            self._spawn(self.measure())

    def _spawn(self, doing: Coroutine[None, None, _T]) -> "asyncio.Task[_T]":
        task = asyncio.create_task(doing)
        self._beside.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._beside.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waits for it gets it; nobody has to


async def _is_usable(running: _Running) -> bool:
    if not running.is_connected or running.is_retired:
        return False
    if running.is_suspect:
        running.is_suspect = not await running.answers()
    return not running.is_suspect


def _take_idle(running: _Running, address: str | None) -> Tab | None:
    running.idle = [tab for tab in running.idle if not tab.broken]
    if not running.idle:
        return None
    place = next((place for place, tab in enumerate(running.idle) if tab.address == address), 0)
    return running.idle.pop(place)


def words_of(error: Exception) -> str:
    """What an error of the browser says, in one line."""
    if isinstance(error, TimeoutError | PlaywrightTimeout):
        return "it took too long"
    said = str(error).strip()
    return said.splitlines()[0] if said else type(error).__name__
