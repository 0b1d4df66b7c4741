"""Signing in with two requests, for the tests whose subject is not the browser that signs in."""

from bot.portal.credentials import Cookie, SignedIn
from tests.support.simulator_client import Skin
from tests.support.simulator_forms import sign_in
from tests.support.simulator_visitor import Visitor


def session_without_browser(
    visitor: Visitor, skin: Skin, email: str, password: str, name: str | None = None
) -> SignedIn:
    """What the bot gets from its browser when it has signed in as this account; ``name`` is what the portal shows."""
    answer = sign_in(visitor, skin, email, password)
    assert answer.is_redirect, answer.status_code
    cookies = tuple(
        Cookie(name=cookie.name, value=cookie.value or "", domain="127.0.0.1", path=cookie.path)
        for cookie in visitor.http.cookies.jar
    )
    return SignedIn(cookies=cookies, user_name=name)
