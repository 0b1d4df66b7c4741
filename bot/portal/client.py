"""The one protocol behind which every way to talk to a portal stands."""

from collections.abc import Callable
from typing import Protocol

from bot.portal.models import AcceptAnswer, Board, BoardRow, JobPage, Ownership


class PortalClient(Protocol):
    """A signed-in way to the portal. Every method may raise a ``bot.portal.errors.PortalError``."""

    async def warm(self) -> None:
        """Open the connections that an accept will need, and keep them open."""
        ...

    async def read_board(self) -> Board:
        """Every page of what can still be accepted, pages side by side.

        Raises LayoutChanged for anything but a whole board, never returns a wrong "empty". Only a board of several
        pages that changes again and again while it is read comes with ``is_whole`` false: what it does not show may be
        there.
        """
        ...

    async def read_assigned(self, *, at_once: int | None = None) -> Board:
        """Every page of the jobs that are ours, so that nothing is accepted on top of them.

        Where the portal lists apart what is done, the done ones of this week are ``completed``: they fill the caps.

        It is always whole; RetryLater where it changes again and again while it is read.

        ``at_once``: how many pages are read side by side at most; all where it is left out. Raises as ``read_board``
        does.
        """
        ...

    async def read_job(self, portal_id: str) -> JobPage | None:
        """A job's own page; None when the portal says that the job is gone."""
        ...

    async def accept(self, row: BoardRow, *, leaves: "BeforeSend" = lambda: None) -> AcceptAnswer:
        """Take the row's job: what takes it is sent once, whatever else has to be read or filled in before.

        ``leaves`` is called in the last moment before that. What it raises comes out, and nothing was sent.

        Where a page stands between the row and the accept, the job has to read as free in the very answer that the form
        comes from; where it does not, nothing is sent and ``http_status`` is None.

        Raises SignInAgain or RetryLater only where it is certain that the portal did not take the request
        (nothing was sent, or the answer itself refuses it: 419, a redirect to the sign-in page, 429, 503);
        raises ``OutcomeUnknown`` where it may have. A page on the way to the accept that is not the page we know is a
        RetryLater too, caused by the LayoutChanged: nothing was sent. Raises ValueError for a row without an accept.
        """
        ...

    async def reject(self, row: BoardRow) -> AcceptAnswer:
        """Send the row's reject form, once; what is raised means the same as for ``accept``.

        Raises ValueError for a row without one.
        """
        ...

    async def ownership(self, portal_id: str) -> Ownership:
        """Whose the job is now, read from its own status."""
        ...

    async def close(self) -> None:
        """Give back connections."""
        ...


#: Called when what takes a job is about to leave for the portal; keeps it from leaving by raising.
BeforeSend = Callable[[], None]


class RequestLimiter(Protocol):
    """Whom a lane asks before every request that it makes, so that the portal is never asked too often."""

    async def acquire(self) -> None:
        """Return when a request that changes nothing may go out. It counts from now on."""
        ...

    def acquire_for_accept(self) -> None:
        """Count a request that claims; it never waits.

        Raises RetryLater, and nothing is sent, while the portal asks to be left alone.
        """
        ...

    def record_sent(self) -> None:
        """Count a request that a page made by itself; later ones make up for it."""
        ...


class NoRequestLimit:
    """Nobody waits (``RequestLimiter``): for who asks a portal a few times by hand."""

    async def acquire(self) -> None:
        """At once."""

    def acquire_for_accept(self) -> None:
        """At once."""

    def record_sent(self) -> None:
        """Nobody counts."""


class OutcomeUnknown(Exception):
    """An accept or a reject went out and no answer came back; only the job's status can tell."""
