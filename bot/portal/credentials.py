"""What signing in needs and what it gives. Reprs show no secret."""

from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """The owner's name and password on the portal."""

    username: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cookie:
    """One cookie of the signed-in session."""

    name: str
    value: str = field(repr=False)
    #: the host; with a leading dot also the hosts below it
    domain: str
    path: str = "/"
    secure: bool = False
    http_only: bool = False
    #: Unix seconds; None until the session ends
    expires: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """A signed-in session, as it is handed from the browser to a lane."""

    cookies: tuple[Cookie, ...]
    #: the full name that the portal shows
    user_name: str | None
    #: where the portal asks for name and password by HTTP authentication, which goes with every request
    http_login: Credentials | None = None

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """A session from what ``dataclasses.asdict`` made of it."""
        login = fields.get("http_login")
        return cls(
            cookies=tuple(Cookie(**cookie) for cookie in fields["cookies"]),
            user_name=fields["user_name"],
            http_login=Credentials(**login) if login else None,
        )
