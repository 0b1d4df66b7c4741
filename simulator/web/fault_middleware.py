"""Middleware that applies the faults to requests and answers."""

import asyncio
import re

from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.clock import Clock
from simulator.domain.portal import Portal
from simulator.domain.sessions import Session
from simulator.web.faults import Fault, FaultKind, FaultList
from simulator.web.request_log import target_of
from simulator.web.site import Site
from simulator.web.visit import Frame

#: Where the server puts the connection, so that a fault can cut it.
TRANSPORT = "simulator.transport"


class _Answer:
    """An answer that is held back to be changed."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""

    async def take(self, message: Message) -> None:
        """Collect a message in place of ASGI's ``send``."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    @property
    def is_page(self) -> bool:
        """Whether it shows a page of the site, or what one is drawn from."""
        content_type = next((value for name, value in self.headers if name == b"content-type"), b"")
        return self.status == 200 and content_type.startswith((b"text/html", b"application/json"))  # noqa: PLR2004

    async def send_on(self, send: Send) -> None:
        """Send it as it is now."""
        headers = [(name, value) for name, value in self.headers if name != b"content-length"]
        headers.append((b"content-length", str(len(self.body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


#: Files that are no pages; no fault strikes them, so that a browser's request for one does not use a fault up.
_STATIC = ("/css/", "/static/")

#: Faults that answer instead of the portal, with a status of their own.
_STATUS_PAGES = {
    FaultKind.MAINTENANCE: 503,
    FaultKind.SERVER_ERROR: 500,
    FaultKind.TOO_MANY_REQUESTS: 429,
}

_INSTEAD = frozenset(
    {*_STATUS_PAGES, FaultKind.OK_ERROR_PAGE, FaultKind.SIGN_IN_PAGE_200, FaultKind.HANG, FaultKind.DROP}
)

_CSRF_META = re.compile(r'<meta name="csrf-token" content="([^"]*)">')


class FaultMiddleware:
    """Applies the faults that are set."""

    def __init__(self, site: Site, faults: FaultList, portal: Portal, clock: Clock) -> None:
        self._app: ASGIApp = site.app
        self._site = site
        self._faults = faults
        self._portal = portal
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with the faults that match it."""
        if scope["type"] != "http" or not self._faults.all or scope["path"].startswith(_STATIC):
            return await self._app(scope, receive, send)
        faults = self._faults.striking(scope["method"], target_of(scope), self._clock.now())
        if not faults:
            return await self._app(scope, receive, send)
        for fault in faults:
            if fault.asked.kind is FaultKind.SLOW:
                fault.used()
                await asyncio.sleep(fault.asked.delay_ms / 1000)
            elif fault.asked.kind is FaultKind.EXPIRE_SESSIONS:
                self._expire(scope, fault)
        instead = next((fault for fault in faults if fault.asked.kind in _INSTEAD), None)
        if instead is not None:
            return await self._answer_instead(instead, scope, receive, send)
        return await self._change_answer(faults, scope, receive, send)

    # --- before the request is taken up ---------------------------------------------------------------------------

    def _expire(self, scope: Scope, fault: Fault) -> None:
        cookies = _cookies(scope)
        session = self._session(cookies)
        struck = session is not None and session.begun_at < fault.since
        if session is not None and struck:
            self._portal.sessions.end(session)
        remembered = cookies.get(self._site.remember_cookie) if self._site.remember_cookie else None
        account = self._portal.signing_in.remembered(remembered)
        if account is not None and fault.asked.remember_too and account.remembered_since < fault.since:
            account.forget_devices(self._clock.now())
            struck = True
        if struck:
            fault.used()

    def _session(self, cookies: dict[str, str]) -> Session | None:
        cookie = cookies.get(self._site.session_cookie)
        return self._portal.sessions.peek(cookie, self._clock.now(), self._portal.rules.session_idle)

    async def _answer_instead(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        fault.used()
        if fault.asked.takes_effect:
            await self._app(scope, receive, _Answer().take)
        kind = fault.asked.kind
        if kind is FaultKind.HANG:
            await self._hang(fault, receive)
        if kind in (FaultKind.HANG, FaultKind.DROP):
            return await _cut(scope, receive)
        answer = _Answer()
        answer.status = _STATUS_PAGES.get(kind, 200)
        answer.headers = [(b"content-type", b"text/html; charset=utf-8")]
        if fault.asked.retry_after_seconds is not None:
            answer.headers.append((b"retry-after", str(fault.asked.retry_after_seconds).encode()))
        answer.body = self._page_instead(kind, scope).encode()
        return await answer.send_on(send)

    def _page_instead(self, kind: FaultKind, scope: Scope) -> str:
        if kind is not FaultKind.SIGN_IN_PAGE_200:
            return self._site.error_page(_STATUS_PAGES.get(kind, 500))
        session = self._session(_cookies(scope))
        headers = dict(scope["headers"])
        base_url = f"{scope['scheme']}://{headers.get(b'host', b'').decode('latin-1')}"
        token = session.token if session is not None else ""
        return self._site.sign_in_page(Frame(base_url=base_url, token=token, user_name=None))

    async def _hang(self, fault: Fault, receive: Receive) -> None:
        seconds = (fault.until - self._clock.now()).total_seconds() if fault.until is not None else None
        waits = {asyncio.ensure_future(fault.ended.wait()), asyncio.ensure_future(_disconnected(receive))}
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    # --- after it took effect -------------------------------------------------------------------------------------

    async def _change_answer(self, faults: list[Fault], scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer()
        await self._app(scope, receive, answer.take)
        for fault in faults:
            if fault.asked.kind is FaultKind.DROP_AFTER:
                fault.used()
                return await _cut(scope, receive)
            if answer.is_page:
                self._change_page(fault, answer, scope)
        return await answer.send_on(send)

    def _change_page(self, fault: Fault, answer: _Answer, scope: Scope) -> None:
        html = answer.body.decode()
        kind = fault.asked.kind
        if kind is FaultKind.EMPTY_BODY:
            changed = ""
        elif kind is FaultKind.HALF_PAGE:
            changed = html[: int(len(html) * fault.asked.part)]
        elif kind is FaultKind.TERMS_OVERLAY:
            changed = self._with_terms(html, fault, scope)
        elif kind in self._site.page_faults:
            changed = self._site.page_faults[kind](html)
        else:
            return
        if changed != html:
            fault.used()
            answer.body = changed.encode()

    def _with_terms(self, html: str, fault: Fault, scope: Scope) -> str:
        account = self._portal.accounts.find(scope.get("state", {}).get("who"))
        found = _CSRF_META.search(html)
        agreed_at = account.agreed_to_terms_at if account is not None else None
        if account is None or found is None or (agreed_at is not None and agreed_at >= fault.since):
            return html
        return html.replace("</body>", f"{self._site.terms_overlay(found[1])}\n</body>")


def _cookies(scope: Scope) -> dict[str, str]:
    header = next((value for name, value in scope["headers"] if name == b"cookie"), b"")
    return cookie_parser(header.decode("latin-1"))


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _cut(scope: Scope, receive: Receive) -> None:
    """Cut the connection without an answer, and wait until the server knows."""
    scope["extensions"][TRANSPORT]["transport"].abort()
    await _disconnected(receive)
