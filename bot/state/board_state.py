"""What is known of the jobs on the board. Answers may arrive in another order than they were asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.job import Job
from bot.domain.rules.decision import Decision
from bot.portal.models import Board, BoardRow, JobPage
from bot.portal.parsing.parse import with_page
from bot.state.journal import RememberedJob

#: A job that leaves the board is forgotten after this; one that comes back before then is the same one.
_FORGET_AFTER = timedelta(hours=6)

#: A job's page is read again after 2, 4 … 60 seconds.
_LONGEST_PAUSE_FOR_A_PAGE = 60.0
#: So often a pause can double before it is longer than that; more, some 17 hours later, is no number any more.
_MOST_DOUBLINGS = 6


@dataclass(slots=True)
class TrackedJob:
    """One job."""

    #: as the newest board shows it
    row: BoardRow
    #: with its own page, where that was read
    job: Job
    #: first read from the board
    seen_at: datetime
    #: when the board showed it last
    last_seen_at: datetime
    #: the lane with which ``row`` was read: its form is good for that session alone
    source: object
    #: the newest board that was read has it
    is_on_board: bool
    #: the row for which ``job`` was read from its page; None while it was not
    page_digest: str | None = None
    page_read_at: datetime | None = None
    #: somebody is reading its page
    is_being_read: bool = False
    #: its page could not be read, or did not come: the next try, in steady seconds, and how many there were of each
    read_again_at: float = 0.0
    failed_reads: int = 0
    unanswered_reads: int = 0
    gone_reads: int = 0
    #: the portal said that the job is gone, while the board still had this row
    gone_digest: str | None = None
    #: what the rules say; None while they were not asked, or have to be asked again
    decision: Decision | None = None
    #: the rules that said no when it was told last
    told: frozenset[str] | None = None
    #: it was told as a match that is only watched
    is_watched: bool = False
    #: of the row on which a claim of it ended; that very row is not claimed again
    closed_digest: str | None = None

    @property
    def number(self) -> str:
        """The job's number."""
        return self.job.job_number

    @property
    def is_read(self) -> bool:
        """Whether the page was read for the row as it stands."""
        return self.page_digest == self.row.digest

    @property
    def is_gone(self) -> bool:
        """Whether it is not to be had any more, as far as is known."""
        return not self.is_on_board or self.gone_digest == self.row.digest

    def was_gone(self, digest: str, steady_seconds: float) -> None:
        """Its page, read for the row with ``digest``, said that the job is gone.

        While the board shows the row it is asked again, less and less often: a portal in trouble says so of any page.
        """
        self.gone_digest = digest
        if digest != self.row.digest:
            return
        self.gone_reads += 1
        self.read_later(steady_seconds, doublings=self.gone_reads)

    def read_later(self, steady_seconds: float, *, doublings: int) -> None:
        """Have the page read again after a second that was doubled so often."""
        pause = min(2.0 ** min(doublings, _MOST_DOUBLINGS), _LONGEST_PAUSE_FOR_A_PAGE)
        self.read_again_at = steady_seconds + pause


class BoardState:
    """All jobs by number."""

    def __init__(self) -> None:
        self._jobs: dict[str, TrackedJob] = {}
        self._remembered: dict[str, RememberedJob] = {}
        self._newest_board = 0
        #: the newest board showed all that is on it: who is not there is gone
        self.is_whole = False
        self._left: list[TrackedJob] = []

    def remember(self, remembered: Iterable[RememberedJob]) -> None:
        """Take over what an earlier process read."""
        self._remembered = {one.job.job_number: one for one in remembered}

    def __iter__(self) -> Iterator[TrackedJob]:
        return iter(list(self._jobs.values()))

    def get(self, job_number: str) -> TrackedJob | None:
        """What is known of one job."""
        return self._jobs.get(job_number)

    def take_board(self, board: Board, *, asked: int, source: object, at: datetime) -> list[TrackedJob] | None:
        """Take up a board that was read with the lane ``source``; ``asked`` numbers the questions in their order.

        Answers the jobs that were never seen before. None, and nothing changes, when a board that was asked for later
        is already known: what it shows is newer.
        """
        if asked <= self._newest_board:
            return None
        self._newest_board, self.is_whole = asked, board.is_whole
        new: list[TrackedJob] = []
        on_board = set()
        for row in board.rows:
            on_board.add(row.job.job_number)
            known = self._jobs.get(row.job.job_number)
            if known is None:
                known, is_new = self._first_seen(row, source, at)
                if is_new:
                    new.append(known)
            self._show(known, row, source, at)
        for number, known in list(self._jobs.items()):
            if number in on_board or not self.is_whole:
                continue
            if known.is_on_board:
                self._left.append(known)
            known.is_on_board = False
            if known.row.html:
                known.row = replace(known.row, html="")  # it proved a claim while there was one; rows are large
            # who comes back is offered anew
            known.closed_digest = None
            if at - known.last_seen_at > _FORGET_AFTER:
                del self._jobs[number]
        return new

    def take_left(self) -> list[TrackedJob]:
        """The jobs that have left the board since this was asked last."""
        left, self._left = self._left, []
        return [known for known in left if not known.is_on_board]

    def to_read(self, steady_seconds: float) -> list[TrackedJob]:
        """The jobs on the board whose page has to be read now, for the first time or because their row changed."""
        return [
            one
            for one in self._jobs.values()
            if one.is_on_board
            and (one.is_gone or not one.is_read)
            and not one.is_being_read
            and one.read_again_at <= steady_seconds
        ]

    def take_page(self, known: TrackedJob, page: JobPage, *, digest: str, at: datetime) -> None:
        """Take up a job's page, read for the row with ``digest``. Raises LayoutChanged where it is another job's."""
        read = with_page(known.row.job, page)
        if read != known.job:
            known.decision = None
        known.job = read
        if known.gone_digest is not None:
            known.gone_digest = known.closed_digest = None  # who comes back is offered anew
        known.failed_reads = known.unanswered_reads = known.gone_reads = 0
        known.page_digest = digest
        known.page_read_at = at

    def _first_seen(self, row: BoardRow, source: object, at: datetime) -> tuple[TrackedJob, bool]:
        remembered = self._remembered.pop(row.job.job_number, None)
        if remembered is None or remembered.job.portal_id != row.job.portal_id:
            known = TrackedJob(row=row, job=row.job, source=source, seen_at=at, last_seen_at=at, is_on_board=True)
            is_new = True
        else:
            known = TrackedJob(
                row=row,
                source=source,
                job=remembered.job if remembered.digest == row.digest else row.job,
                seen_at=remembered.seen_at,
                last_seen_at=at,
                is_on_board=True,
                page_digest=remembered.digest,
                page_read_at=remembered.page_read_at,
            )
            is_new = False
        self._jobs[row.job.job_number] = known
        return known, is_new

    @staticmethod
    def _show(known: TrackedJob, row: BoardRow, source: object, at: datetime) -> None:
        if row.digest != known.row.digest:
            # what the board says of it is newer than what its page said
            known.job = row.job
        elif known.page_digest == row.digest:
            # the page says nothing of what can be done with the job
            known.job = known.job.changed(action=row.job.action)
        if not known.is_on_board:
            known.gone_digest = None  # it is back
        known.row, known.source = row, source
        known.last_seen_at = at
        known.is_on_board = True
