"""One request to the portal with its session, its form and the messages for the next page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hmac import compare_digest
from urllib.parse import parse_qsl

from starlette.requests import Request

from simulator.domain.accounts import Account
from simulator.domain.sessions import Message, Session, Tone

READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Remember(Enum):
    """What the answer does with the long-lived cookie, on a portal that has one."""

    LEAVE = "leave"
    SET = "set"
    DROP = "drop"


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What every page shows around its content."""

    #: scheme and host, without a slash at the end
    base_url: str
    #: the session's CSRF token
    token: str
    #: full name of who is signed in
    user_name: str | None
    messages: tuple[Message, ...] = ()


@dataclass(slots=True)
class Visit:
    """A request under way."""

    request: Request
    session: Session
    now: datetime
    form: dict[str, str]
    #: the method that the site works by: a form may name another one than it was sent with
    method: str
    #: the CSRF token that was sent
    token: str
    account: Account | None = None
    remember: Remember = Remember.LEAVE

    @property
    def base_url(self) -> str:
        """Scheme and host as the browser knows them."""
        return f"{self.request.url.scheme}://{self.request.headers.get('host', '')}"

    @property
    def path_and_query(self) -> str:
        """The path of the request."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    @property
    def me(self) -> Account:
        """The signed-in account, for pages that need one."""
        if self.account is None:
            raise RuntimeError("this page needs somebody signed in")
        return self.account

    @property
    def job_number(self) -> int:
        """The job in the address."""
        return int(self.request.path_params["number"])

    def token_fits(self) -> bool:
        """Whether a request that changes something carries this session's CSRF token."""
        return self.method in READ_METHODS or compare_digest(self.token.encode(), self.session.token.encode())

    def say(self, tone: Tone, text: str) -> None:
        """Add a message for the next page that this session loads."""
        self.session.messages.append(Message(tone, text))

    def frame(self) -> Frame:
        """The frame of a page, with the messages that wait; that uses them up."""
        messages, self.session.messages = tuple(self.session.messages), []
        return Frame(
            base_url=self.base_url,
            token=self.session.token,
            user_name=self.account.name if self.account is not None else None,
            messages=messages,
        )


async def open_visit(
    request: Request,
    *,
    session_of: Callable[[datetime], Session],
    clock_now: Callable[[], datetime],
    token_field: str,
    method_field: str | None,
) -> Visit:
    """Take a request up: its body is read, and its session found or begun."""
    form: dict[str, str] = {}
    if request.method not in READ_METHODS:
        form = await _form(request)
    now = clock_now()
    method = form.get(method_field, "").upper() if request.method == "POST" and method_field else ""
    token = form.get(token_field) or request.headers.get("x-csrf-token", "")
    return Visit(request, session_of(now), now, form, method or request.method, token)


async def _form(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as sent:
            return {name: value for name, value in sent.items() if isinstance(value, str)}
    body = await request.body()
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
