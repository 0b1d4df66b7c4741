"""How a bot gets its signed-in lane: with the session that was kept, else with the browser.

Credentials that the portal refused are never tried again, in this process or in a later one.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

import structlog

from bot.account.account_folder import AccountFolder, RefusedCredentials
from bot.account.portal_session import LoginResult
from bot.account.rate_limiter import RateLimiter
from bot.account.session_store import session_from
from bot.config import PROJECT, BotSettings
from bot.portal.board_reader import address_of_page
from bot.portal.browser.chromium import find_browser
from bot.portal.browser.login_worker import sign_in, take_picture
from bot.portal.browser.worker_pool import BrowserWorkerPool
from bot.portal.credentials import SignedIn
from bot.portal.errors import PortalError, RetryLater, StopAndTell
from bot.portal.http.client import HttpClient
from bot.portal.safeguards import PortalSafeguards
from bot.portal.screenshot import Picture
from contract.configuration import BotConfiguration
from contract.owner_rules import BrowserUse, LaneChoice

if TYPE_CHECKING:
    from bot.portal.browser.client import BrowserClient

log = structlog.get_logger(__name__)

#: A kept session costs at most so long; then the browser signs in.
_KEPT_WITHIN_SECONDS = 10.0


@contextlib.contextmanager
def _disk_may_fail(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        log.warning("a refusal could not be noted", action="refusal_not_noted", to_be=what, why=str(error))


class BrowserSignIn:
    """Signs in for one account; an instance is what ``bot.account.portal_session.PortalSession`` calls."""

    def __init__(
        self,
        settings: BotSettings,
        folder: AccountFolder,
        turns: RateLimiter,
        safeguards: PortalSafeguards | None = None,
    ) -> None:
        self._settings = settings
        self._safeguards = safeguards or PortalSafeguards()
        self._turns = turns
        self._folder = folder
        self._refused = RefusedCredentials(folder)
        self._has_tried_kept = False
        self._lane: HttpClient | BrowserClient | None = None
        self._browser_path = find_browser(settings.data_dir, settings.environment)
        self._browsers = BrowserWorkerPool(self._browser_path)
        self._way = settings.configuration.lane

    async def __call__(self) -> LoginResult:
        """A signed-in lane. Raises as ``bot.portal.browser.login_worker.sign_in`` does."""
        kept = await self._kept()
        if kept is not None:
            log.info("the session of an earlier run is used", action="kept_session_used")
            return await self._entry(kept)
        settings = self._settings
        self._refused.check(settings.credentials)
        try:
            signed_in = await sign_in(settings.definition, settings.credentials, self._browsers)
        except StopAndTell as error:
            if error.code == "wrong_credentials":
                # a refusal that cannot be written down is one all the same: the bot ends, and is not started again
                with _disk_may_fail("remembered"):
                    self._refused.remember(settings.credentials)
            raise
        with _disk_may_fail("forgotten"):
            self._refused.forget()
        entry = await self._entry(signed_in)
        await self._keep(signed_in)
        return entry

    async def keep_for_next_time(self) -> None:
        """Keep the session as it is now, with what the portal renewed of it."""
        if self._lane is not None:
            await self._keep(self._lane.session())

    def secrets(self) -> tuple[str, ...]:
        """Texts that must not be kept with any page: name, password, the session's cookies."""
        cookies = self._lane.session().cookies if self._lane is not None else ()
        credentials = self._settings.credentials
        return credentials.username, credentials.password, *(cookie.value for cookie in cookies)

    # --- what the owner set -------------------------------------------------------------------------------------------

    async def configure(self, configuration: BotConfiguration) -> bool:
        """Go by these settings; True where the lane in use is another one than the owner wants now."""
        await self._browsers.let_stay(configuration.browser is BrowserUse.STAY)
        self._way = configuration.lane
        return self._lane is not None and isinstance(self._lane, HttpClient) is self._is_page_lane

    async def other_lane(self) -> LoginResult:
        """The lane that the owner wants now, with the session that the one in use has. Raises the portal's errors."""
        if self._lane is None:
            raise RetryLater("nobody is signed in")
        return await self._entry(self._lane.session())

    @property
    def _is_page_lane(self) -> bool:
        """Whether the way to the portal leads through the browser."""
        match self._way:
            case LaneChoice.AUTO:
                return self._settings.definition.lane == "page"
            case way:
                return way is LaneChoice.PAGE

    # --- pictures -----------------------------------------------------------------------------------------------------

    async def picture(self) -> Picture:
        """What the board looks like now, as our session sees it; as nobody signed in does, where there is none.

        Raises RetryLater where portal or browser failed, StopAndTell (``no_browser``) where there is no browser.
        """
        lane, definition = self._lane, self._settings.definition
        if lane is not None and not isinstance(lane, HttpClient):
            png, html = await lane.picture()
            return Picture(png=png, html=html, url=address_of_page(definition, definition.board.query))
        session = lane.session() if lane is not None else None
        await self._turns.acquire()
        return await take_picture(definition, session, self._browsers)

    async def close(self) -> None:
        """End every browser that was started here."""
        await self._browsers.close()

    async def _entry(self, session: SignedIn) -> LoginResult:
        lane = self._new_lane(session)
        try:
            await lane.warm()
        except StopAndTell:
            await lane.close()
            raise
        except PortalError as error:
            log.info("the lane is not warm", action="lane_not_warm", why=error.message)  # who reads next finds out
        self._lane = lane
        return LoginResult(lane=lane, user_name=session.user_name)

    def _new_lane(self, session: SignedIn) -> "HttpClient | BrowserClient":
        definition = self._settings.definition
        if not self._is_page_lane:
            return HttpClient(definition, session, turns=self._turns, safeguards=self._safeguards)
        if definition.board.is_json:
            raise StopAndTell(
                f"{definition.title} is read as JSON, so there is no page of it for a browser.",
                code="no_page_lane",
                what_to_do="set the way to the portal (lane) to auto or http",
            )
        from bot.portal.browser.client import BrowserClient  # noqa: PLC0415  (Playwright: megabytes that few bots need)

        return BrowserClient(
            definition, session, browser_path=self._browser_path, turns=self._turns, safeguards=self._safeguards
        )

    async def _kept(self) -> SignedIn | None:
        if self._has_tried_kept:
            return None  # the portal did not know it any more
        self._has_tried_kept = True
        if not self._folder.kept_session.exists():
            return None
        answer = await self._run("read", None)
        found = json.loads(answer) if answer else None
        return None if found is None else session_from(found)

    async def _keep(self, session: SignedIn) -> None:
        await self._run("keep", session)

    async def _run(self, what: Literal["read", "keep"], session: SignedIn | None) -> bytes | None:
        """Run ``bot.account.session_store``; None where that failed, which costs a sign-in and nothing else."""
        task: dict[str, Any] = {"credentials": asdict(self._settings.credentials)}
        if session is not None:
            task["session"] = asdict(session)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.account.session_store",
            what,
            str(self._folder.kept_session),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=PROJECT,
        )
        try:
            async with asyncio.timeout(_KEPT_WITHIN_SECONDS):
                said, complaints = await process.communicate(json.dumps(task).encode())
        except TimeoutError:
            complaints = b"it took too long"
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if process.returncode == 0:
            return said
        why = complaints.decode(errors="replace").strip().splitlines()[-1:]
        log.warning("the session could not be kept or read", action="kept_session_failed", what=what, why=why)
        return None
