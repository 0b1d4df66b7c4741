"""The jobs on the board, as far as they are known. Answers may arrive in another order than they were asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.job import Job
from bot.domain.rules.decision import Decision
from bot.portal.models import Board, BoardRow, JobPage
from bot.portal.parsing.parse import with_page
from bot.state.journal_history import RememberedJob
from common.backoff import growing_wait
from common.states import Verdict

#: A job that leaves the board is forgotten after this time; one that comes back before then is the same one.
_FORGET_AFTER = timedelta(hours=6)


@dataclass(slots=True)
class TrackedJob:
    """One job of the board."""

    #: as the newest board shows it
    row: BoardRow
    #: with its own page, once that was read
    job: Job
    #: first read from the board
    seen_at: datetime
    #: when the board showed it last
    last_seen_at: datetime
    #: the portal client with which ``row`` was read: its form is good for that session alone
    source: object
    #: the newest board that was read has it
    is_on_board: bool
    #: of the row for which ``job`` was read from its page; None if it was not
    page_digest: str | None = None
    page_read_at: datetime | None = None
    #: its page is being read at the moment
    is_being_read: bool = False
    #: the next try after its page could not be read, or did not come, in monotonic seconds; and how many tries of each
    #: kind there were
    read_again_at: float = 0.0
    failed_reads: int = 0
    unanswered_reads: int = 0
    gone_reads: int = 0
    #: of the row that the board still had when the portal said that the job is gone
    gone_digest: str | None = None
    #: the rules' answer; None while they were not asked, or have to be asked again
    decision: Decision | None = None
    #: the rules that refused when that was reported last
    reported_refusals: frozenset[str] | None = None
    #: it was reported as a match that is only watched
    is_watched: bool = False
    #: of the row on which a claim of it ended; a job with that very row is not claimed again
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
        """Whether the job cannot be had any more, as far as is known."""
        return not self.is_on_board or self.gone_digest == self.row.digest

    @property
    def is_match(self) -> bool:
        """Whether the rules agreed to it when they were asked last."""
        return self.decision is not None and self.decision.verdict is Verdict.MATCH

    def mark_gone(self, digest: str, monotonic: float) -> None:
        """Note that its page, read for the row with ``digest``, said that the job is gone.

        While the board shows the row the page is read again, less and less often: a portal in trouble may say of any
        page that it is gone.
        """
        self.gone_digest = digest
        if digest != self.row.digest:
            return
        self.gone_reads += 1
        self.postpone_reading(monotonic, failures=self.gone_reads)

    def postpone_reading(self, monotonic: float, *, failures: int) -> None:
        """Have the page read again after 1 s, 2 s, 4 s … 60 s, for 0, 1, 2 … failures."""
        self.read_again_at = monotonic + growing_wait(failures)


class BoardState:
    """All tracked jobs by number."""

    def __init__(self) -> None:
        self._jobs: dict[str, TrackedJob] = {}
        self._remembered: dict[str, RememberedJob] = {}
        self._newest_board = 0
        #: the newest board showed everything that is on it: a job that it does not show is gone
        self.is_whole = False
        self._departed: list[TrackedJob] = []

    def restore(self, remembered: Iterable[RememberedJob]) -> None:
        """Take over what an earlier process read."""
        self._remembered = {one.job.job_number: one for one in remembered}

    def __iter__(self) -> Iterator[TrackedJob]:
        return iter(list(self._jobs.values()))

    def get(self, job_number: str) -> TrackedJob | None:
        """One tracked job; None for an unknown number."""
        return self._jobs.get(job_number)

    def unread(self, monotonic: float) -> list[TrackedJob]:
        """The jobs on the board whose page has to be read now, for the first time or because their row changed."""
        return [
            one
            for one in self._jobs.values()
            if one.is_on_board
            and (one.is_gone or not one.is_read)
            and not one.is_being_read
            and one.read_again_at <= monotonic
        ]

    def take_board(self, board: Board, *, asked: int, source: object, at: datetime) -> list[TrackedJob] | None:
        """Take up a board that was read with the portal client ``source``; return the jobs that were never seen before.

        ``asked`` numbers the requests in their order. If a board that was asked for later is already known, nothing
        changes and None is returned.
        """
        if asked <= self._newest_board:
            return None
        self._newest_board, self.is_whole = asked, board.is_whole
        new: list[TrackedJob] = []
        on_board = set()
        for row in board.rows:
            on_board.add(row.job.job_number)
            tracked = self._jobs.get(row.job.job_number)
            if tracked is None:
                tracked, is_new = self._track(row, source, at)
                if is_new:
                    new.append(tracked)
            self._show(tracked, row, source, at)
        if self.is_whole:
            for number, tracked in list(self._jobs.items()):
                if number not in on_board:
                    self._hide(tracked, at)
        return new

    def collect_departed(self) -> list[TrackedJob]:
        """Return the jobs that have left the board since the last call."""
        departed, self._departed = self._departed, []
        return [tracked for tracked in departed if not tracked.is_on_board]

    def take_page(self, tracked: TrackedJob, page: JobPage, *, digest: str, at: datetime) -> None:
        """Take up a job's page, read for the row with ``digest``. Raises LayoutChanged if it is another job's page."""
        read = with_page(tracked.row.job, page)
        if read != tracked.job:
            tracked.decision = None
        tracked.job = read
        if tracked.gone_digest is not None:
            tracked.gone_digest = tracked.closed_digest = None  # a job that comes back is offered anew
        tracked.failed_reads = tracked.unanswered_reads = tracked.gone_reads = 0
        tracked.page_digest = digest
        tracked.page_read_at = at

    def forget_decisions(self) -> None:
        """Have the rules asked again about every job."""
        for tracked in self._jobs.values():
            tracked.decision = None

    def forget_refusals_by(self, rule: str) -> None:
        """Have the rules asked again about every job that this rule refused."""
        for tracked in self._jobs.values():
            if tracked.decision is not None and rule in tracked.decision.refusals:
                tracked.decision = None

    def _track(self, row: BoardRow, source: object, at: datetime) -> tuple[TrackedJob, bool]:
        remembered = self._remembered.pop(row.job.job_number, None)
        if remembered is None or remembered.job.portal_id != row.job.portal_id:
            tracked = TrackedJob(row=row, job=row.job, source=source, seen_at=at, last_seen_at=at, is_on_board=True)
            is_new = True
        else:
            tracked = TrackedJob(
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
        self._jobs[row.job.job_number] = tracked
        return tracked, is_new

    @staticmethod
    def _show(tracked: TrackedJob, row: BoardRow, source: object, at: datetime) -> None:
        if row.digest != tracked.row.digest:
            # what the board says of it is newer than what its page said
            tracked.job = row.job
        elif tracked.page_digest == row.digest:
            # the page says nothing of what can be done with the job
            tracked.job = tracked.job.changed(action=row.job.action)
        if not tracked.is_on_board:
            tracked.gone_digest = None  # it is back
        tracked.row, tracked.source = row, source
        tracked.last_seen_at = at
        tracked.is_on_board = True

    def _hide(self, tracked: TrackedJob, at: datetime) -> None:
        if tracked.is_on_board:
            self._departed.append(tracked)
        tracked.is_on_board = False
        if tracked.row.html:
            # it was kept as evidence for a claim; rows are large
            tracked.row = replace(tracked.row, html="")
        tracked.closed_digest = None  # a job that comes back is offered anew
        if at - tracked.last_seen_at > _FORGET_AFTER:
            del self._jobs[tracked.number]
