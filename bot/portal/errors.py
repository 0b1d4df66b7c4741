"""What can go wrong with a portal, named by what its catcher does next.

PortalError
├── SignInAgain        the session ended: sign in once more, then go on
├── RetryLater         the portal is slow, limiting or in maintenance: wait (``retry_after``), then go on
├── LayoutChanged      the page is not the page we know: keep it, tell the owner, go on slowly
│   └── SignInUnclear  name and password were sent, and nothing says what came of it: try again after a long while
└── StopAndTell        refused credentials, lockout, disabled account, a code asked for: stop and say so

"Taken by somebody else" is an outcome of a claim and no error.
"""

from datetime import timedelta


class PortalError(Exception):
    """Something about the portal that its caller has to answer."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SignInAgain(PortalError):
    """The portal does not know our session any more.

    ``is_doubtful``: it showed the sign-in page where another was asked for, instead of leading there. A portal in
    trouble does so while the session lives, so it is asked again before anybody signs in.
    """

    def __init__(self, message: str, *, is_doubtful: bool = False) -> None:
        super().__init__(message)
        self.is_doubtful = is_doubtful


class RetryLater(PortalError):
    """The portal cannot answer now; ``retry_after`` is its own wish, None where it named none.

    ``is_asked``: the portal itself asked to be left alone (429, 503, ``Retry-After``), which goes for everything that
    asks it; else something failed, and what else is asked may well be answered.
    """

    def __init__(self, message: str, *, retry_after: timedelta | None = None, is_asked: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.is_asked = is_asked or retry_after is not None


class LayoutChanged(PortalError):
    """A page does not read as its definition says; ``html`` is the page as it came.

    ``safeguard``: the safeguard that does not fit (``bot.portal.safeguards``), where that alone keeps the page from
    being read; None where a part is missing without which it cannot be read.
    """

    def __init__(self, message: str, *, html: str, url: str | None = None) -> None:
        super().__init__(message)
        self.html = html
        self.url = url
        self.safeguard: str | None = None


class SignInUnclear(LayoutChanged):
    """The sign-in form was sent, and the portal says neither who is signed in nor why not.

    It may have been a refusal all the same: portals lock an account after a few of these in a minute.
    """


class StopAndTell(PortalError):
    """Only the owner can mend it; ``code`` is stable and short, ``what_to_do`` is for the owner."""

    def __init__(self, message: str, *, code: str, what_to_do: str) -> None:
        super().__init__(message)
        self.code = code
        self.what_to_do = what_to_do
