"""Safeguards: parts of a definition that protect from misreading a page and are not needed to read it.

A safeguard that has fitted once on this portal is used in full: where it stops fitting, the portal has changed. One
that never fitted is put aside after some polls, because a wrong assumption about a number in the page's head must not
keep the bot from working; its owner is told. It is tried again with each page, and used from the moment it fits. While
one is put aside, a job counts as gone only when it is missing from two polls in a row.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from bot.clock import steady_seconds
from bot.portal.errors import LayoutChanged


class Safeguard(StrEnum):
    """The safeguards; everything else of a definition is needed to read and to accept rightly."""

    #: ``board.total``: the portal's own count of jobs
    TOTAL = "total"
    #: ``board.status_class``: the status word in the class of its element
    STATUS_CLASS = "status_class"
    #: ``board.pagination.rows_per_page``
    ROWS_PER_PAGE = "rows_per_page"
    #: ``pages.ends_with``: the last thing of a whole page
    ENDS_WITH = "ends_with"
    #: ``pages.closed_tags``: tags that are closed as often as they are opened
    CLOSED_TAGS = "closed_tags"


#: What each safeguard is, in words for the owner.
IN_WORDS: Mapping[Safeguard, str] = {
    Safeguard.TOTAL: "the portal's own count of jobs",
    Safeguard.STATUS_CLASS: "the mark of a job's status beside its word",
    Safeguard.ROWS_PER_PAGE: "the number of jobs on a page",
    Safeguard.ENDS_WITH: "the end of a page",
    Safeguard.CLOSED_TAGS: "whether a page's tables are closed",
}

#: A damaged page is one poll's trouble; a safeguard that does not fit this portal misses in every poll.
POLLS_BEFORE_PUT_ASIDE = 3
#: Pages of one poll are read side by side: misfits so close together count as one.
_ONE_POLL_SECONDS = 0.15


class SafeguardReport:
    """How the safeguards fitted on one page; made by whoever reads it."""

    def __init__(self, put_aside: Collection[Safeguard] = ()) -> None:
        self._put_aside = frozenset(put_aside)
        self.fitted: set[Safeguard] = set()
        self.misfits: dict[Safeguard, str] = {}

    def expect(self, safeguard: Safeguard, fits: bool, error: LayoutChanged) -> bool:
        """Note whether a safeguard fits; answers that. Raises ``error`` where it does not and is not put aside."""
        if fits:
            self.fitted.add(safeguard)
            return True
        if safeguard not in self._put_aside:
            error.safeguard = safeguard
            raise error
        self.misfits[safeguard] = error.message
        return False


class PortalSafeguards:
    """The safeguards of one account's portal: which have fitted, and which are put aside.

    ``fitted``: those that fitted in an earlier run. ``on_fitted`` is called when one fits for the first time ever;
    ``on_change`` when one is put aside, or used again, with all that are put aside by then and what was seen of each.
    """

    def __init__(
        self,
        fitted: Iterable[Safeguard] = (),
        *,
        on_fitted: Callable[[Safeguard], None] = lambda _: None,
        on_change: Callable[[Mapping[Safeguard, str]], None] = lambda _: None,
    ) -> None:
        self._fitted = set(fitted)
        self._on_fitted = on_fitted
        self._on_change = on_change
        self._seen: dict[Safeguard, str] = {}
        self._missed: dict[Safeguard, tuple[int, float]] = {}

    @property
    def put_aside(self) -> frozenset[Safeguard]:
        """The safeguards that are put aside."""
        return frozenset(self._seen)

    def record_misfit(self, error: LayoutChanged) -> bool:
        """Note that a page was refused for a safeguard; answers whether the page may be read without it now.

        The message of ``error`` says what was seen.
        """
        safeguard = error.safeguard
        if not isinstance(safeguard, Safeguard) or safeguard in self._fitted:
            return False
        polls, last = self._missed.get(safeguard, (0, float("-inf")))
        now = steady_seconds()
        if now - last >= _ONE_POLL_SECONDS:
            polls += 1
            self._missed[safeguard] = (polls, now)
        if polls < POLLS_BEFORE_PUT_ASIDE:
            return False
        if safeguard not in self._seen:
            self._seen[safeguard] = error.message
            self._on_change(dict(self._seen))
        return True

    def record_page(self, report: SafeguardReport) -> None:
        """Note how the safeguards fitted on a page that was read."""
        for safeguard in report.fitted:
            self.record_fit(safeguard)

    def record_fit(self, safeguard: Safeguard) -> None:
        """Note that a safeguard fitted: it is used in full from now on."""
        self._missed.pop(safeguard, None)
        if safeguard not in self._fitted:
            self._fitted.add(safeguard)
            self._on_fitted(safeguard)
        if self._seen.pop(safeguard, None) is not None:
            self._on_change(dict(self._seen))


_Page = TypeVar("_Page")


def read_with(safeguards: PortalSafeguards, read: Callable[[SafeguardReport], _Page]) -> _Page:
    """Read a page, without the safeguards that never fitted on this portal. Raises what ``read`` raises."""
    while True:
        report = SafeguardReport(safeguards.put_aside)
        try:
            page = read(report)
        except LayoutChanged as error:
            if error.safeguard in safeguards.put_aside or not safeguards.record_misfit(error):
                raise
            continue  # without it
        safeguards.record_page(report)
        return page
