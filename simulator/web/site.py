"""What the sites of all skins share: handling of requests, sessions and access."""

import base64
import binascii
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from simulator.clock import Clock
from simulator.domain.accounts import Account, AccountState
from simulator.domain.portal import Portal
from simulator.domain.sign_in import SignedIn
from simulator.web.faults import BY_SKIN, FaultKind
from simulator.web.visit import Frame, Visit, open_visit
from simulator.world.world import World

Handler = Callable[[Visit], Response]

#: How a fault changes a page, or whatever else an answer's body is.
PageFault = Callable[[str], str]

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


class Site(ABC):
    """A skin: the portal's site as an ASGI application, and what faults need to know of its pages."""

    #: its name on the command line, and the portal's own
    skin: ClassVar[str]
    title: ClassVar[str]
    session_cookie: ClassVar[str]
    #: the long-lived one, where there is one
    remember_cookie: ClassVar[str | None] = None
    #: the form field with the CSRF token; every skin takes it as the header ``X-CSRF-Token`` too
    token_field: ClassVar[str]
    #: the form field that names another method than POST
    method_field: ClassVar[str | None] = None
    #: whether a job that overlaps an assigned one is left off the board
    hides_overlaps: ClassVar[bool] = False
    #: the faults that change this skin's pages, beside those that strike every answer alike
    page_faults: ClassVar[Mapping[FaultKind, PageFault]]
    #: settings that are otherwise than the profile has them, unless asked for
    own_settings: ClassVar[Mapping[str, object]] = {}

    def __init__(self, portal: Portal, world: World, clock: Clock) -> None:
        self.portal = portal
        self.world = world
        self._clock = clock
        self.app = Starlette(routes=self.routes(), exception_handlers={HTTPException: self._http_error})

    # --- what a skin is -------------------------------------------------------------------------------------------

    @abstractmethod
    def routes(self) -> list[BaseRoute]:
        """Its pages."""

    @abstractmethod
    def sign_in_page(self, frame: Frame) -> str:
        """The page with the sign-in form, as a fault shows it."""

    @abstractmethod
    def error_page(self, status: int, message: str | None = None) -> str:
        """An error page."""

    def error(self, status: int, message: str | None = None, *, path: str = "/") -> Response:  # noqa: ARG002 (for skins)
        """The answer to a request that cannot be met; ``path`` is what was asked for."""
        return HTMLResponse(self.error_page(status, message), status)

    @abstractmethod
    def sign_in_first(self, visit: Visit) -> Response:
        """The answer to a guest on a page for members."""

    @abstractmethod
    def stale_form(self, visit: Visit) -> Response:
        """The answer to a form whose CSRF token is not the session's."""

    def terms_overlay(self, _token: str) -> str | None:
        """What covers a page until the terms are agreed to; None where there is no such thing."""
        return None

    def can_break(self, kind: FaultKind) -> bool:
        """Whether this skin has what a fault of this kind breaks."""
        has_terms = kind is FaultKind.TERMS_OVERLAY and self.terms_overlay("") is not None
        return kind not in BY_SKIN or kind in self.page_faults or has_terms

    def lets_in(self, account: Account) -> bool:
        """Whether the account may be signed in."""
        return account.state is AccountState.ENABLED

    def refusal(self, visit: Visit, *, guest: bool) -> Response | None:
        """The answer that refuses a request, from the first check that fails; None where all pass."""
        return self.identified(visit, guest=guest) or self.checked_token(visit)

    def set_cookies(self, visit: Visit, response: Response) -> None:
        """Give the browser its session, where that is new."""
        if visit.request.cookies.get(self.session_cookie) != visit.session.session_id:
            set_cookie(response, f"{self.session_cookie}={visit.session.session_id}; Path=/; HttpOnly; SameSite=Lax")

    # --- the way of every request ---------------------------------------------------------------------------------

    def route(self, path: str, *, guest: bool = False, **handlers: Handler) -> Route:
        """A route with a handler for each method; ``guest``: no sign-in is needed."""

        async def answer(request: Request) -> Response:
            visit = await open_visit(
                request,
                session_of=lambda now: self.portal.sessions.resume(
                    request.cookies.get(self.session_cookie), now, self.portal.rules.session_idle
                ),
                clock_now=self._clock.now,
                token_field=self.token_field,
                method_field=self.method_field,
            )
            response = self._answer(visit, handlers, guest=guest)
            _note_who(visit)
            self.set_cookies(visit, response)
            return response

        return Route(path, answer, methods=_METHODS)

    def file(self, path: str, content: str, media_type: str) -> Route:
        """A file that is the same for everybody."""

        async def answer(_request: Request) -> Response:
            return PlainTextResponse(content, media_type=media_type, headers={"cache-control": "public, max-age=3600"})

        return Route(path, answer)

    def _answer(self, visit: Visit, handlers: dict[str, Handler], *, guest: bool) -> Response:
        handler = handlers.get("GET" if visit.method == "HEAD" else visit.method)
        if handler is None:
            return self.error(405, path=visit.request.url.path)
        refusal = self.refusal(visit, guest=guest)
        return refusal if refusal is not None else handler(visit)

    async def _http_error(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return self.error(status, path=request.url.path)

    # --- who it is ------------------------------------------------------------------------------------------------

    def checked_token(self, visit: Visit) -> Response | None:
        """The answer to a request that changes something without the session's token; None where it fits."""
        return None if visit.token_fits() else self.stale_form(visit)

    def identified(self, visit: Visit, *, guest: bool) -> Response | None:
        """Find the signed-in account; returns the answer for a guest where the page needs an account."""
        if self.world.settings.sign_in == "basic":
            refusal = self._by_basic(visit)
        else:
            self.by_session(visit)
            refusal = self.sign_in_first(visit) if visit.account is None and not guest else None
        _note_who(visit)
        return refusal

    def by_session(self, visit: Visit) -> None:
        """The session's account, if it may still be signed in."""
        account = self.portal.accounts.find(visit.session.account)
        if account is not None and not self.lets_in(account):
            visit.session.account = account = None
        visit.account = account

    def _by_basic(self, visit: Visit) -> Response | None:
        account = self._with_basic_credentials(visit.request.headers.get("authorization", ""))
        if account is None:
            headers = {"www-authenticate": f'Basic realm="{self.title}", charset="UTF-8"'}
            return PlainTextResponse("Authentication required", 401, headers)
        if not self.lets_in(account):
            return self.error(403, path=visit.request.url.path)
        visit.account = account
        return None

    def _with_basic_credentials(self, header: str) -> Account | None:
        scheme, _, encoded = header.partition(" ")
        if scheme.casefold() != "basic":
            return None
        try:
            email, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        account = self.portal.accounts.find(email)
        return account if account is not None and account.knows(password) else None

    def try_sign_in(self, visit: Visit, email: str, password: str) -> tuple[SignedIn, int]:
        """Sign the session in; returns the outcome and the seconds to wait where the account is locked."""
        client = visit.request.client
        address = client.host if client is not None else ""
        came = self.portal.signing_in.sign_in(visit.session, email.strip(), password, address=address, now=visit.now)
        self.by_session(visit)
        return came


def _note_who(visit: Visit) -> None:
    """Record whose request this is, for the log; a sign-in and a sign-out count as the account's."""
    if visit.account is not None:
        visit.request.state.who = visit.account.email


def set_cookie(response: Response, cookie: str) -> None:
    """Send a cookie as it is written here."""
    response.raw_headers.append((b"set-cookie", cookie.encode("latin-1")))


def see_other(path: str, status: int = 303) -> Response:
    """Redirect to another page of the site, by an address without its host."""
    return RedirectResponse(path, status)
