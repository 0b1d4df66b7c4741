"""Carries the one request of a page that takes or declines a job to the portal, once."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Self
from urllib.parse import urlsplit

from playwright.async_api import APIResponse, Error, Page, Route

from bot.portal.client import BeforeSend

#: From the click to the portal's answer.
ACCEPT_TIMEOUT = timedelta(seconds=20)


class NothingSent(Exception):
    """The last look before the request left said that it must not be sent."""


class Sent:
    """Carries the request that a click sends to the portal, once.

    Chromium sends a request again by itself, a POST too, when a connection that it had used before is cut. An accept
    must not go out twice, so this one is taken from the browser, sent without retries, and its answer handed back.

    ``is_right`` is asked with what the page sends, and ``leaves`` in the last moment; what they raise keeps the request
    from being sent and comes out of ``answer``.
    """

    def __init__(
        self,
        page: Page,
        action: str,
        method: str,
        *,
        leaves: BeforeSend,
        is_right: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self._page = page
        self._path = urlsplit(action).path
        self._method = method.upper()
        self._leaves = leaves
        self._is_right = is_right
        self._answer: asyncio.Future[APIResponse] = asyncio.get_running_loop().create_future()
        self._is_taken = False
        #: the request left for the portal
        self.happened = False

    async def __aenter__(self) -> Self:
        await self._page.route(self._is_ours, self._carry)
        return self

    async def __aexit__(self, *failure: object) -> None:
        # a click that comes to nothing now must not be carried later
        self._is_taken = True
        if self._answer.done() and not self._answer.cancelled():
            self._answer.exception()  # it may be that nobody asked
        self._answer.cancel()
        with contextlib.suppress(Error, TimeoutError):  # the tab may have crashed or hang
            async with asyncio.timeout(2):
                await self._page.unroute(self._is_ours)

    async def answer(self) -> APIResponse:
        """The first answer to it, a redirect too.

        Raises playwright's Error where the connection was cut, and what ``is_right`` and ``leaves`` raised.
        """
        return await self._answer

    def _is_ours(self, url: str) -> bool:
        return urlsplit(url).path == self._path

    async def _carry(self, route: Route) -> None:
        if route.request.method != self._method:
            await route.continue_()
            return
        if self._is_taken:
            await route.abort()
            return
        self._is_taken = True
        try:
            if self._is_right is not None:
                await self._is_right(route.request.post_data or "")
            response = await self._send(route)
        except Exception as error:  # noqa: BLE001 (whatever it is, it comes out of ``answer``)
            if not self._answer.done():
                self._answer.set_exception(error)
            with contextlib.suppress(Error):
                await route.abort()
            return
        if not self._answer.done():
            self._answer.set_result(response)
        with contextlib.suppress(Error):
            await route.fulfill(response=response)

    async def _send(self, route: Route) -> APIResponse:
        if self._answer.cancelled():
            raise NothingSent("nobody waits for it any more")
        self._leaves()
        self.happened = True
        return await route.fetch(max_redirects=0, max_retries=0, timeout=ACCEPT_TIMEOUT.total_seconds() * 1000)
