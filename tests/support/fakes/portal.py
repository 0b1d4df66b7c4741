"""A portal in memory, behind the same protocol as the real ways to one, so that hours of it pass in a second.

It behaves as the facts say, as ``simulator/`` does over HTTP, and breaks where its tests tell it to:
accepts are written without a lock and the last one within the settle time has the job; a refused or dropped request has
no effect, a lost answer hides one, a refusal may hide one too, and a late one takes effect when nobody waits for it any
more.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from random import Random

from bot.domain.job import Job
from bot.portal.client import BeforeSend, NoRequestLimit, OutcomeUnknown, RequestLimiter
from bot.portal.errors import LayoutChanged, RetryLater, SignInAgain
from bot.portal.models import AcceptAnswer, Board, BoardRow, Form, JobPage, Ownership
from common.states import PortalAction

US = "us"


class Fault(StrEnum):
    """What happens to one request."""

    #: the session has ended, for this request and all later ones of it
    SIGNED_OUT = "signed_out"
    #: refused before anybody looked at it
    BUSY = "busy"
    #: the accept took effect, and the answer is the same as for one that was refused; all else is refused
    TAKEN_AND_BUSY = "taken_and_busy"
    #: the job's page says that it is gone, and it is not; all else is refused
    GONE = "gone"
    #: refused with the wish to be left alone for ``FakePortal.wish``
    ASKED = "asked"
    #: the sign-in page instead of what was asked for, though the session lives
    SIGN_IN_PAGE = "sign_in_page"
    #: another page than the one that was asked for; no accept is answered so
    STRANGE = "strange"
    #: seconds pass before it is looked at
    SLOW = "slow"
    #: the connection is cut before it is looked at
    DROPPED = "dropped"
    #: the connection is cut after it took effect
    ANSWER_LOST = "answer_lost"
    #: the connection is cut, and it takes effect seconds later
    LATE = "late"
    #: seconds pass until whoever waits gives up, and it takes effect seconds after that
    TIMED_OUT = "timed_out"


_SLOW = (Fault.SLOW, Fault.TIMED_OUT)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One accept that reached the portal's heart."""

    who: str
    at: float
    took_effect: bool


@dataclass(slots=True)
class FakeJob:
    """A job and its truth."""

    job: Job
    holder: str | None = None
    settled_at: float = 0.0
    is_gone: bool = False
    arrivals: list[Arrival] = field(default_factory=list)
    #: accepts of ours on their way: sent, and neither written nor refused yet
    on_the_way: int = 0
    #: we have declined it
    is_rejected: bool = False
    #: we have done it, and said so
    is_completed: bool = False


class FakePortal:
    """The portal. Times are seconds of the running loop's clock."""

    def __init__(
        self,
        *,
        latency: float = 0.03,
        settle: float = 2.0,
        slow: float = 4.0,
        late: float = 3.0,
        chance: Random | None = None,
    ) -> None:
        self._latency = latency
        #: spreads the latency from half to one and a half of itself
        self._chance = chance
        self.settle = settle
        self.slow = slow
        self.late = late
        #: seconds from when an accept is begun to when it leaves: a page on the way, fields to fill in
        self.filling_in = 0.0
        #: what ``Retry-After`` says; None for no such header
        self.wish: timedelta | None = timedelta(seconds=30)
        self.jobs: dict[str, FakeJob] = {}
        #: the jobs that fall between two pages of every board that is read, which says that it is not whole
        self.between_pages: set[str] = set()
        #: what happens to the next requests: of ``board``, ``assigned``, ``job``, ``job 17``, ``accept``, ``reject``
        self.faults: dict[str, deque[Fault]] = {}
        self.sign_ins = 0
        #: when each request began, and of what it was
        self.requests: list[tuple[float, str]] = []
        self._session = 0
        self._late: set[asyncio.Task[None]] = set()
        self._tokens = itertools.count(1)

    @property
    def latency(self) -> float:
        """How long this request takes one way."""
        return self._latency * (0.5 + self._chance.random()) if self._chance else self._latency

    def post(self, *jobs: Job) -> None:
        """Show jobs on the board."""
        for job in jobs:
            self.jobs[job.job_number] = FakeJob(job)

    def assign(self, job: Job, who: str) -> None:
        """A job that somebody has already, and that is settled."""
        self.jobs[job.job_number] = FakeJob(job, holder=who)

    def rival_accepts(self, job_number: str, who: str = "rival:1") -> None:
        """Somebody else accepts."""
        self._write(self.jobs[job_number], who)

    def give(self, job_number: str) -> None:
        """The owner takes the job by hand, or the agency gives it to us."""
        self.jobs[job_number].holder = US

    def take_back(self, job_number: str, who: str = "rival:1") -> None:
        """The agency gives the job to somebody else."""
        self.jobs[job_number].holder = who

    def complete(self, job_number: str) -> None:
        """We say that the job is done: it leaves the list of our jobs for that of the done ones."""
        self.jobs[job_number].is_completed = True

    def remove(self, job_number: str) -> None:
        """The job is gone from every page."""
        self.jobs[job_number].is_gone = True

    def end_session(self) -> None:
        """Every session that was signed in is over."""
        self._session += 1

    def break_next(self, what: str, *faults: Fault) -> None:
        """Faults for the next requests of this kind, in their order."""
        self.faults.setdefault(what, deque()).extend(faults)

    async def sign_in(self, rate_limiter: RequestLimiter | None = None) -> "FakePortalClient":
        """A new session."""
        await asyncio.sleep(self.latency * 10)
        self.sign_ins += 1
        return FakePortalClient(self, self._session, rate_limiter or NoRequestLimit())

    async def all_has_arrived(self) -> None:
        """Return when no accept is on its way any more."""
        await asyncio.gather(*self._late)

    def note(self, what: str) -> None:
        """A request begins."""
        self.requests.append((self._now(), what))

    # --- what clients ask ---------------------------------------------------------------------------------------------

    def rows(self) -> Iterable[BoardRow]:
        """The board of what can still be accepted."""
        for truth in self.jobs.values():
            if truth.holder is None and not truth.is_gone and not truth.is_rejected:
                yield self._row(truth.job)

    def ours(self, *, is_completed: bool) -> Iterable[BoardRow]:
        """The board of what is ours, done or still to do."""
        status = "completed" if is_completed else "assigned"
        for truth in self.jobs.values():
            if truth.holder == US and not truth.is_gone and truth.is_completed is is_completed:
                yield BoardRow(job=_as_ours(truth.job, status), accept=None, is_ours=True, digest="")

    def page(self, portal_id: str) -> JobPage | None:
        """A job's own page."""
        truth = next((one for one in self.jobs.values() if one.job.portal_id == portal_id), None)
        if truth is None or truth.is_gone:
            return None
        status, ownership = {None: ("matched", Ownership.FREE), US: ("assigned", Ownership.OURS)}.get(
            truth.holder, ("cancelled", Ownership.NOT_OURS)
        )
        if truth.is_rejected and truth.holder is None:
            status, ownership = "rejected", Ownership.NOT_OURS
        if truth.is_completed and truth.holder == US:
            status = "completed"
        job = truth.job.changed(portal_status=status, action=PortalAction.NONE)
        shown = f"<p>{truth.job.reference} {status}</p>"
        return JobPage(job=job, ownership=ownership, user_name="Ada Example", html=shown)

    def next_fault(self, what: str) -> Fault | None:
        """What happens to this request."""
        waiting = self.faults.get(what)
        return waiting.popleft() if waiting else None

    def knows(self, session: int) -> bool:
        """Whether this session still lasts."""
        return session == self._session

    def accept(self, job_number: str) -> AcceptAnswer:
        """Our accept is written."""
        truth = self.jobs[job_number]
        if truth.is_gone:
            truth.arrivals.append(Arrival(US, self._now(), took_effect=False))
            return AcceptAnswer(http_status=403, html="<p>gone</p>")
        took_effect = self._write(truth, US)
        messages = () if took_effect else ("You cannot accept this job",)
        return AcceptAnswer(http_status=302, messages=messages, html="<p>to the board</p>")

    def reject(self, job_number: str) -> AcceptAnswer:
        """Our reject is written; a job that somebody has is refused."""
        truth = self.jobs[job_number]
        if truth.is_gone:
            return AcceptAnswer(http_status=403, html="<p>gone</p>")
        truth.is_rejected = truth.is_rejected or truth.holder is None
        return AcceptAnswer(http_status=302, html="<p>to the board</p>")

    def accept_late(self, job_number: str) -> None:
        """Our accept is written some time after everybody stopped waiting for it."""

        async def write() -> None:
            await asyncio.sleep(self.late)
            self.jobs[job_number].on_the_way -= 1
            self.accept(job_number)

        task = asyncio.create_task(write())
        self.jobs[job_number].on_the_way += 1
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    def _write(self, truth: FakeJob, who: str) -> bool:
        now = self._now()
        if truth.holder is None:
            truth.settled_at = now + self.settle
        took_effect = truth.holder is None or (now < truth.settled_at and not truth.is_gone)
        if took_effect:
            truth.holder = who
        truth.arrivals.append(Arrival(who, now, took_effect))
        return took_effect

    def _row(self, job: Job) -> BoardRow:
        board_job, digest = _as_on_board(job)
        address = f"memory:/jobs/{job.portal_id}/matched"
        token = (("_token", str(next(self._tokens))),)
        return BoardRow(
            job=board_job,
            accept=Form(action=address, method="post", fields=token),
            reject=Form(action=f"{address}/reject", method="post", fields=token),
            digest=digest,
            html=f"<tr><td>{job.reference}</td></tr>",
        )

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


@lru_cache(maxsize=512)
def _as_on_board(job: Job) -> tuple[Job, str]:
    """What the board shows of a job, and its digest."""
    shown = (job.reference, job.appointment_date, job.appointment_time, job.duration_minutes, job.language)
    digest = blake2b(repr(shown).encode(), digest_size=8).hexdigest()
    return job.changed(kind=None, action=PortalAction.ACCEPT), digest


@lru_cache(maxsize=512)
def _as_ours(job: Job, status: str) -> Job:
    """What the list of our jobs shows of a job."""
    return job.changed(portal_status=status, action=PortalAction.NONE, kind=None)


class FakePortalClient:
    """One session of the portal in memory."""

    def __init__(self, portal: FakePortal, session: int, rate_limiter: RequestLimiter) -> None:
        self._rate_limiter = rate_limiter
        self._portal = portal
        self._session = session

    async def warm(self) -> None:
        """Nothing to open."""

    async def read_board(self) -> Board:
        """What can still be accepted."""
        await self._ask("board")
        lost = self._portal.between_pages
        rows = tuple(row for row in self._portal.rows() if row.job.job_number not in lost)
        return Board(rows=rows, pages=1, user_name="Ada Example", is_whole=not lost)

    async def read_assigned(self, *, at_once: int | None = None) -> Board:
        """What is ours, on one page, and what of it is done."""
        del at_once
        await self._ask("assigned")
        return Board(
            rows=tuple(self._portal.ours(is_completed=False)),
            pages=1,
            user_name="Ada Example",
            completed=tuple(self._portal.ours(is_completed=True)),
        )

    async def read_job(self, portal_id: str) -> JobPage | None:
        """A job's own page."""
        fault = await self._ask(f"job {portal_id}" if self._portal.faults.get(f"job {portal_id}") else "job")
        return None if fault is Fault.GONE else self._portal.page(portal_id)

    async def ownership(self, portal_id: str) -> Ownership:
        """Whose the job is now."""
        page = await self.read_job(portal_id)
        return Ownership.GONE if page is None else page.ownership

    async def accept(self, row: BoardRow, *, leaves: BeforeSend = lambda: None) -> AcceptAnswer:
        """Send the accept, once."""
        portal, number = self._portal, row.job.job_number
        truth = portal.jobs[number]
        self._rate_limiter.acquire_for_accept()
        await asyncio.sleep(portal.filling_in)
        leaves()
        portal.note("accept")
        fault = portal.next_fault("accept")
        truth.on_the_way += 1
        try:
            await asyncio.sleep(portal.slow if fault in _SLOW else portal.latency)
        finally:
            truth.on_the_way -= 1
        if fault is Fault.TAKEN_AND_BUSY and portal.knows(self._session):
            portal.accept(number)
        self._refuse(fault)
        if fault is Fault.GONE:
            raise RetryLater("the portal is not available at the moment")
        if fault is Fault.DROPPED:
            raise OutcomeUnknown("the connection was cut")
        if fault in (Fault.LATE, Fault.TIMED_OUT):
            portal.accept_late(number)
            raise OutcomeUnknown("the connection was cut")
        answer = portal.accept(number)
        await asyncio.sleep(portal.latency)
        if fault is Fault.ANSWER_LOST:
            raise OutcomeUnknown("the connection was cut")
        return answer

    async def reject(self, row: BoardRow) -> AcceptAnswer:
        """Send the reject, once."""
        portal = self._portal
        self._rate_limiter.acquire_for_accept()
        portal.note("reject")
        fault = portal.next_fault("reject")
        await asyncio.sleep(portal.slow if fault in _SLOW else portal.latency)
        self._refuse(fault)
        if fault in (Fault.DROPPED, Fault.LATE, Fault.TIMED_OUT):
            raise OutcomeUnknown("the connection was cut")
        answer = portal.reject(row.job.job_number)
        await asyncio.sleep(portal.latency)
        if fault is Fault.ANSWER_LOST:
            raise OutcomeUnknown("the connection was cut")
        return answer

    async def close(self) -> None:
        """Nothing to give back."""

    async def _ask(self, what: str) -> Fault | None:
        await self._rate_limiter.acquire()
        self._portal.note(what.partition(" ")[0])
        fault = self._portal.next_fault(what)
        await asyncio.sleep(self._portal.slow if fault in _SLOW else self._portal.latency)
        self._refuse(fault)
        match fault:
            case Fault.STRANGE:
                raise LayoutChanged("the page is another one", html="<html>")
            case Fault.DROPPED | Fault.ANSWER_LOST | Fault.LATE | Fault.TIMED_OUT:
                raise RetryLater("the portal does not answer: the connection was cut")
            case Fault.GONE if not what.startswith("job"):
                raise RetryLater("the portal is not available at the moment")
        return fault

    def _refuse(self, fault: Fault | None) -> None:
        if fault is Fault.SIGNED_OUT:
            self._portal.end_session()
        if not self._portal.knows(self._session):
            raise SignInAgain("the session has ended")
        match fault:
            case Fault.BUSY | Fault.TAKEN_AND_BUSY:
                raise RetryLater("the portal is not available at the moment")
            case Fault.ASKED:
                raise RetryLater("the portal asks for fewer requests", retry_after=self._portal.wish, is_asked=True)
            case Fault.SIGN_IN_PAGE:
                raise SignInAgain("the portal shows its sign-in page", is_doubtful=True)
