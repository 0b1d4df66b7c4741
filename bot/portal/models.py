"""What a portal's pages say, once read. ``parse`` makes these from HTML; lanes hand them to the engine."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.job import Job


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A form as it stands on a page, ready to be sent."""

    #: absolute address
    action: str
    #: ``post`` or ``get``
    method: str
    #: every field that is sent, hidden ones and the CSRF token included
    fields: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardRow:
    """One row of the board."""

    job: Job
    #: there only where the row can be accepted with one request
    accept: Form | None
    #: there only where the row can be rejected with one request
    reject: Form | None = None
    #: the row shows the job as the signed-in user's
    is_ours: bool = False
    #: why the row is left alone although the page is understood, e.g. a status word that nobody knows
    doubt: str | None = None
    #: digest of all that the row shows except its CSRF token: unchanged means that nothing about the job changed
    digest: str
    #: the row as the portal wrote it, for the proof of a claim; empty where it cannot be accepted
    html: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardPage:
    """One page of the board, read in full."""

    rows: tuple[BoardRow, ...]
    #: page numbers that the pagination links to, this one included; ``(1,)`` where there is no pagination
    pages: tuple[int, ...]
    number: int
    #: the total in the navigation's badge; None where the page has none
    badge_total: int | None
    #: the signed-in user's full name
    user_name: str | None
    #: messages shown once (a hint, never evidence)
    messages: tuple[str, ...] = ()
    #: terms cover the page until the owner agrees to them
    terms_shown: bool = False
    #: why some of its rows are left alone
    doubts: tuple[str, ...] = ()
    #: how many of these are not among ``rows``, because nobody knows which job they show
    unidentified: int = 0
    #: the page as the portal wrote it, and its address: to be kept where it does not fit the board's other pages
    html: str = field(default="", repr=False, compare=False)
    url: str | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """Every page of the filtered board, put together; a job number stands in it once."""

    rows: tuple[BoardRow, ...]
    pages: int
    user_name: str | None
    #: terms cover the pages until the owner agrees to them
    terms_shown: bool = False
    #: no: it changed while it was read, and a job that is on it may be missing here; what is here is there
    is_whole: bool = True
    #: on the board of our jobs: those of this week that are done, where the portal lists them apart
    completed: tuple[BoardRow, ...] = ()
    #: why some of its rows are left alone
    doubts: tuple[str, ...] = ()


class Ownership(StrEnum):
    """Whose a job is, by its own status on the portal."""

    #: assigned to us
    OURS = "ours"
    #: can still be accepted
    FREE = "free"
    #: somebody else's, cancelled, or in a state in which it is not ours
    NOT_OURS = "not_ours"
    #: the portal does not show the job any more (403, or not on the board)
    GONE = "gone"


@dataclass(frozen=True, kw_only=True, slots=True)
class JobPage:
    """A job's own page, read in full."""

    job: Job
    ownership: Ownership
    user_name: str | None
    messages: tuple[str, ...] = ()
    #: the page as the portal wrote it, for the proof of a claim
    html: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class AcceptAnswer:
    """What came back when the accept was sent: a hint about the outcome, never the evidence."""

    #: the HTTP status of the first answer (a redirect is expected); None where nothing was sent
    http_status: int | None
    #: messages of the page that the redirect led to, where it was read
    messages: tuple[str, ...] = ()
    #: the answer as the portal wrote it, for the proof of a claim
    html: str = field(default="", repr=False, compare=False)
