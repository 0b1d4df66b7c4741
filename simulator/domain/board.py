"""One interpreter's board. Its rows are kept sorted, so that showing a page needs no sorting."""

from bisect import bisect_left, insort
from dataclasses import dataclass, replace
from datetime import date

from simulator.domain.appointment_index import AppointmentIndex
from simulator.domain.jobs import Job, JobStatus, Match, MatchStatus

#: Rows on a page of the board.
PAGE_SIZE = 10

#: A job in one of these statuses of its own is hidden while it overlaps an assigned one.
_HIDDEN_BY_OVERLAP = frozenset({JobStatus.PENDING, JobStatus.QUOTED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """The board's filters; None where one is not used."""

    status: int | None = None
    language_id: int | None = None
    #: first and last appointment date, both included
    dates: tuple[date, date] | None = None
    search: str | None = None

    def lets_through(self, job: Job) -> bool:
        """Whether the filters list the job; the search compares the reference and the client's reference."""
        draft = job.draft
        return (
            (self.status is None or job.status == self.status)
            and (self.language_id is None or draft.language.language_id == self.language_id)
            and (self.dates is None or self.dates[0] <= draft.appointment_date <= self.dates[1])
            and (
                self.search is None
                or self.search in job.reference.casefold()
                or self.search in draft.client_reference.casefold()
            )
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardPage:
    """One page of a board."""

    jobs: tuple[Job, ...]
    number: int
    last: int
    #: of the list as filtered, all its pages together
    total: int
    #: of everything on the board
    total_unfiltered: int


class _Rows:
    """Jobs in the board's order."""

    def __init__(self) -> None:
        self._order: list[tuple[int, int, int]] = []
        self._jobs: dict[tuple[int, int, int], Job] = {}

    def __len__(self) -> int:
        return len(self._order)

    def put(self, job: Job) -> None:
        key = job.board_order
        if key not in self._jobs:
            insort(self._order, key)
            self._jobs[key] = job

    def drop(self, job: Job) -> None:
        key = job.board_order
        if self._jobs.pop(key, None) is not None:
            del self._order[bisect_left(self._order, key)]

    def cut(self, first: int, end: int) -> list[Job]:
        return [self._jobs[key] for key in self._order[first:end]]

    def chosen(self, filters: Filters) -> list[Job]:
        return [job for key in self._order if filters.lets_through(job := self._jobs[key])]


class AccountBoard:
    """One account's board, and the assigned appointments that hide what overlaps them."""

    def __init__(self, *, hides_overlaps: bool = True) -> None:
        self._hides_overlaps = hides_overlaps
        self._rows = _Rows()
        #: those of them that are pending: what ``?status=0`` lists, which is asked for all the time
        self._pending = _Rows()
        #: the appointments of this interpreter, by job number
        self.assigned = AppointmentIndex()
        #: every matched job that an assigned one could hide, hidden or not
        self._hideable: dict[int, Job] = {}
        self._hideable_index = AppointmentIndex()

    def page(self, filters: Filters, number: int) -> BoardPage:
        """A page of the filtered board; beyond the last one it has no rows."""
        rows, filters = self._narrowed(filters)
        first = (number - 1) * PAGE_SIZE
        if filters == Filters():
            total, jobs = len(rows), rows.cut(first, first + PAGE_SIZE)
        else:
            chosen = rows.chosen(filters)
            total, jobs = len(chosen), chosen[first : first + PAGE_SIZE]
        return BoardPage(
            jobs=tuple(jobs),
            number=number,
            last=max(1, -(-total // PAGE_SIZE)),
            total=total,
            total_unfiltered=len(self._rows),
        )

    def listed(self, filters: Filters) -> list[Job]:
        """The jobs of all pages of the filtered board."""
        rows, filters = self._narrowed(filters)
        return rows.chosen(filters)

    def _narrowed(self, filters: Filters) -> tuple[_Rows, Filters]:
        """The rows to search, and the filters that remain to be applied to them."""
        if filters.status == JobStatus.PENDING:
            return self._pending, replace(filters, status=None)
        return self._rows, filters

    def hides(self, job: Job) -> bool:
        """Whether the job is off the board because it overlaps an assigned job."""
        if not self._hides_overlaps or job.status not in _HIDDEN_BY_OVERLAP or job.interval is None:
            return False
        return any(number != job.number for number in self.assigned.overlapping(job.interval))

    def update(self, job: Job, match: Match) -> None:
        """Update the board after the job or the account's match to it changed."""
        is_assigned = match.status is MatchStatus.ASSIGNED and match.seen and not match.archived
        self._set_assigned(job, is_assigned=is_assigned)
        self._set_hideable(job, is_hideable=match.seen and job.status in _HIDDEN_BY_OVERLAP)
        self._place(job, shown=match.seen and not match.archived and job.status != JobStatus.REMOVED)

    def forget(self, job: Job) -> None:
        """Remove the job from the board and from all indexes."""
        self._rows.drop(job)
        self._pending.drop(job)
        self._set_hideable(job, is_hideable=False)
        self._set_assigned(job, is_assigned=False)

    def _place(self, job: Job, *, shown: bool) -> None:
        shown = shown and not self.hides(job)
        for rows, wanted in ((self._rows, shown), (self._pending, shown and job.status == JobStatus.PENDING)):
            if wanted:
                rows.put(job)
            else:
                rows.drop(job)

    def _set_hideable(self, job: Job, *, is_hideable: bool) -> None:
        if is_hideable and job.interval is not None:
            self._hideable[job.number] = job
            self._hideable_index.put(job.number, job.interval)
        else:
            self._hideable.pop(job.number, None)
            self._hideable_index.drop(job.number)

    def _set_assigned(self, job: Job, *, is_assigned: bool) -> None:
        if job.interval is None or is_assigned == (job.number in self.assigned):
            return
        if is_assigned:
            self.assigned.put(job.number, job.interval)
        else:
            self.assigned.drop(job.number)
        for number in self._hideable_index.overlapping(job.interval):
            if number != job.number:
                self._place(self._hideable[number], shown=True)
