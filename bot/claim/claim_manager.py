"""The claim desk: from a match to the proof that the job is ours.

A claim takes its place under the caps and in the calendar in the very step in which it is decided, before anything is
awaited: claims that are made side by side can neither pass a cap nor overlap. Its intent is on disk before its accept
goes out, and in the last moment before that it is asked once more whether it may. The accept is sent once; it is sent
again only where the portal refused to look at it, and only with a form that was read anew. What came of it is read from
the job's own page until it is certain (``bot.claim.outcome``), also where the portal refused every time: some answer so
and have taken it. An offer waits for the owner's answer without a place; once approved it takes one.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from bot.account.portal_session import PortalSession
from bot.claim.outcome import ClaimTimes, Confirmed, Lost, Sent, conclude
from bot.clock import now, steady_now
from bot.domain.claim import is_open, is_ours, needs_lookup, takes_place
from bot.domain.rules.decision import Decision
from bot.portal.client import OutcomeUnknown, PortalClient
from bot.portal.errors import LayoutChanged, RetryLater, SignInAgain, StopAndTell
from bot.portal.models import AcceptAnswer, BoardRow, JobPage, Ownership
from bot.state.board_state import TrackedJob
from bot.state.claim_record import ClaimRecord
from bot.state.journal import Journal
from bot.storage.sqlite_writer import StorageError
from common.states import ClaimState
from contract.jobs import LossReason

log = structlog.get_logger(__name__)

#: A job is claimed at most so often by one process; a portal that loses every accept is not asked for ever.
MOST_ATTEMPTS = 5

#: Claims whose pages are read side by side; what is read later than it could be is known later and no worse, and the
#: next accept does not find the connections taken.
_LOOKUPS_AT_ONCE = 8

#: Pauses between two looks at a claim whose outcome is open: short at first, because somebody waits for the place.
_FIRST_PAUSE = timedelta(seconds=0.3)
_LONGEST_PAUSE = timedelta(seconds=30)
#: A job that reads as not ours after it was confirmed is read once more after this before it is told.
_SECOND_LOOK = timedelta(seconds=2)

#: After these the very row that was claimed is not claimed again.
_CLOSING = (LossReason.TAKEN_WHILE_DECIDING, LossReason.REFUSED, LossReason.NOT_VISIBLE)

#: A claim in one of these waits, for the owner or for being weighed once more; nothing of it has been sent.
_WAITING = (ClaimState.OFFERED, ClaimState.APPROVED)

_UNREADABLE = (RetryLater, LayoutChanged, SignInAgain)


class DeskHost(Protocol):
    """What the desk needs of the engine."""

    def why_not(self, record: ClaimRecord) -> "NotNow | None":
        """Why the accept of this claim may not go out at this moment; None where it may."""
        ...

    def claim_changed(self, record: ClaimRecord) -> None:
        """A claim went a step further."""
        ...

    def place_is_free(self) -> None:
        """A claim gave back its place: jobs that only it kept out can be weighed again."""
        ...

    def disk_failed(self, error: StorageError) -> None:
        """An intent could not be written; no accept went out."""
        ...

    def disk_works(self) -> None:
        """An intent was written."""
        ...

    async def read_board_now(self) -> None:
        """Read the board anew and take it up; raises the portal's errors."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class NotNow:
    """Why an accept may not go out."""

    reason: LossReason
    words: str


#: Takes a piece of evidence: of what, of which job, and the texts by name. Never waits.
KeepEvidence = Callable[[str, str, Mapping[str, str]], None]


def keep_nothing(kind: str, job_number: str, items: Mapping[str, str]) -> None:
    """No evidence."""
    del kind, job_number, items


class ClaimManager:
    """Every claim of this session, and the open ones that earlier sessions of the account left."""

    def __init__(
        self,
        *,
        session_id: str,
        access: PortalSession,
        journal: Journal,
        host: DeskHost,
        gone_statuses: Iterable[int],
        times: ClaimTimes,
        evidence: KeepEvidence = keep_nothing,
    ) -> None:
        self._session_id = session_id
        self._access = access
        self._journal = journal
        self._host = host
        self._gone_statuses = frozenset(gone_statuses)
        self._times = times
        self._evidence = evidence
        self._records: dict[str, ClaimRecord] = {}
        self._holding: dict[str, ClaimRecord] = {}
        #: how many of this session's claims are in each state
        self._own: Counter[ClaimState] = Counter()
        # the job that was claimed, and its row's digest at that moment
        self._claimed: dict[str, tuple[TrackedJob, str]] = {}
        self._attempts: dict[str, int] = {}
        self._attempts_here: dict[str, int] = {}
        # claims whose outcome is open, and those that are only looked at once more
        self._open: set[asyncio.Task[None]] = set()
        self._watching: dict[str, asyncio.Task[None]] = {}
        # jobs whose claim is being sent or looked up
        self._at_work: set[str] = set()
        self._start: _Start | None = None
        self._lookups = asyncio.Semaphore(_LOOKUPS_AT_ONCE)

    # --- what is known ------------------------------------------------------------------------------------------------

    @property
    def holding(self) -> Iterator[ClaimRecord]:
        """The claims whose time is taken: their jobs are ours, or may become ours."""
        return iter(self._holding.values())

    @property
    def records(self) -> Iterator[ClaimRecord]:
        """The newest claim of every job."""
        return iter(self._records.values())

    def of(self, job_number: str) -> ClaimRecord | None:
        """The newest claim of a job."""
        return self._records.get(job_number)

    @property
    def places_taken(self) -> int:
        """How many places under the session's cap are taken."""
        return sum(self._own[state] for state in ClaimState if takes_place(state))

    @property
    def accepted(self) -> int:
        """Jobs of this session that the portal shows as ours."""
        return sum(self._own[state] for state in ClaimState if is_ours(state))

    @property
    def lost(self) -> int:
        """Jobs of this session that matched and are not ours."""
        return self._own[ClaimState.LOST] + self._own[ClaimState.TAKEN_BACK]

    def may_be_claimed(self, known: TrackedJob) -> bool:
        """Whether a new claim of this job could be made, as far as earlier ones are concerned."""
        record = self._records.get(known.number)
        if record is not None and (is_open(record.state) or is_ours(record.state)):
            return False
        if record is not None and record.state is ClaimState.DECLINED and record.row_digest == known.row.digest:
            return False
        return known.closed_digest != known.row.digest and self._attempts_here.get(known.number, 0) < MOST_ATTEMPTS

    def may_be_offered(self, known: TrackedJob) -> bool:
        """Whether the owner may be asked about this job: the very row to which nobody answered is not offered again."""
        record = self._records.get(known.number)
        was_let_pass = (
            record is not None and record.state is ClaimState.EXPIRED and record.row_digest == known.row.digest
        )
        return self.may_be_claimed(known) and not was_let_pass

    def waits(self, job_number: str) -> ClaimRecord | None:
        """The claim of a job that waits: for an answer, or, approved, for being sent."""
        record = self._records.get(job_number)
        waits = record is not None and record.state in _WAITING and job_number not in self._at_work
        return record if waits else None

    @property
    def offers(self) -> Iterator[ClaimRecord]:
        """The claims that wait for the owner's answer."""
        return iter([record for record in self._records.values() if record.state is ClaimState.OFFERED])

    def _keep(self, record: ClaimRecord) -> None:
        number = record.job.job_number
        self._forget(number)
        self._records[number] = record
        if record.session_id == self._session_id:
            self._own[record.state] += 1
        if takes_place(record.state):
            self._holding[number] = record

    def _forget(self, number: str) -> None:
        before = self._records.pop(number, None)
        self._holding.pop(number, None)
        if before is not None and before.session_id == self._session_id:
            self._own[before.state] -= 1

    # --- beginning ----------------------------------------------------------------------------------------------------

    def remember(self, records: Iterable[ClaimRecord], attempts: dict[str, int]) -> None:
        """Take over what the journal has."""
        self._attempts = dict(attempts)
        for record in records:
            self._keep(record)

    def begin(self, start: "_Start") -> None:
        """From now on claims run as tasks that ``start`` makes.

        Claims of the journal whose accept went out, or may have, are looked up; they are never sent.
        """
        self._start = start
        for record in tuple(self._records.values()):
            if needs_lookup(record.state):
                # nobody knows when its accept left, or for how long the portal was at it; it was before this moment
                self._run_open(self._take_up(record, Sent(at=steady_now(), is_answered=False)), record)
            elif record.state is ClaimState.CONFIRMED:
                self._watch(record.job.job_number)

    def claim(self, known: TrackedJob, decision: Decision, *, decided_at: datetime) -> None:
        """Claim a job that every rule agrees to. Its place is taken when this returns.

        An offer of it that was approved is the claim; else a new one begins.
        """
        number = known.number
        approved = self.waits(number)
        if approved is None or approved.state is not ClaimState.APPROVED:
            record = self._matched(known, decision, decided_at)
        else:
            # its place is this session's from now on, whichever session offered it
            record = replace(approved, job=known.job, decision=decision, session_id=self._session_id)
        self._attempts_here[number] = self._attempts_here.get(number, 0) + 1
        self._keep(record)
        self._claimed[number] = (known, known.row.digest)
        self._run_open(self._claim(known), record)

    def offer(self, known: TrackedJob, decision: Decision, *, decided_at: datetime, expires_at: datetime) -> None:
        """Ask the owner about a job that every rule agrees to. No place is taken."""
        self._keep(self._matched(known, decision, decided_at))
        self._move(known.number, ClaimState.OFFERED, expires_at=expires_at, row_digest=known.row.digest)

    def approve(self, job_number: str, *, at: datetime | None) -> None:
        """The job's place is taken when this returns. It is weighed again; then comes ``claim``.

        ``at``: when the owner said yes; None where nobody has to be asked any more.
        """
        self._move(job_number, ClaimState.APPROVED, approved_at=at)

    def decline(self, job_number: str, words: str) -> None:
        """The owner said no."""
        self._move(job_number, ClaimState.DECLINED, loss_detail=words)

    def let_pass(self, job_number: str, words: str) -> None:
        """Nobody answered in time: the very row that was offered is not offered again."""
        self._move(job_number, ClaimState.EXPIRED, loss_detail=words)

    def withdraw(self, job_number: str, words: str) -> None:
        """What waits is not to be accepted any more; the job may be offered again."""
        held_place = takes_place(self._records[job_number].state)
        self._move(job_number, ClaimState.EXPIRED, loss_detail=words, row_digest=None)
        if held_place:
            self._host.place_is_free()

    def lose_waiting(self, job_number: str, reason: LossReason, words: str) -> None:
        """What waited went to somebody else."""
        held_place = takes_place(self._records[job_number].state)
        self._move(job_number, ClaimState.LOST, loss_reason=reason, loss_detail=words)
        if held_place:
            self._host.place_is_free()

    def _matched(self, known: TrackedJob, decision: Decision, decided_at: datetime) -> ClaimRecord:
        number = known.number
        self._attempts[number] = self._attempts.get(number, 0) + 1
        return ClaimRecord(
            job=known.job,
            decision=decision,
            attempt=self._attempts[number],
            session_id=self._session_id,
            state=ClaimState.MATCHED,
            seen_at=known.seen_at,
            decided_at=decided_at,
        )

    def look_at(self, job_number: str) -> None:
        """Something suggests that a job which was ours is not any more: read its own page."""
        if job_number not in self._watching:
            self._watch(job_number, at_once=True)

    async def finish(self, at_most: timedelta) -> None:
        """Return when every claim under way has its outcome, or after so long; then end what is left.

        What has no outcome by then stands in the journal, and the next session looks it up.
        """
        if self._open:
            await asyncio.wait(self._open, timeout=at_most.total_seconds())
        left = [*self._open, *self._watching.values()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _run_open(self, work: Coroutine[Any, Any, None], record: ClaimRecord) -> None:
        number = record.job.job_number
        task = self._started(work, f"claim {number}")
        self._open.add(task)
        self._at_work.add(number)
        task.add_done_callback(self._open.discard)
        task.add_done_callback(lambda _: self._at_work.discard(number))

    def _watch(self, job_number: str, *, at_once: bool = False) -> None:
        wait = timedelta(0) if at_once else self._times.hold_check
        task = self._started(self._look_once_more(job_number, wait), f"watch {job_number}")
        self._watching[job_number] = task
        task.add_done_callback(lambda _: self._watching.pop(job_number, None))

    def _started(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        if self._start is None:
            raise RuntimeError("the desk has not begun")
        return self._start(work, name)

    # --- one claim ----------------------------------------------------------------------------------------------------

    async def _claim(self, known: TrackedJob) -> None:
        number = known.number
        sending = _Sending(known.row, known.source, may_leave=lambda: self._require_leave(known))
        intended = self._records[number].moved(ClaimState.INTENDED, intended_at=now())
        try:
            await self._journal.intend(intended)
        except StorageError as error:
            # without proof there is no accept; the job is weighed again with the next look at the board
            if self._records[number].state is ClaimState.MATCHED:
                self._forget(number)
            self._attempts_here[number] -= 1
            self._host.disk_failed(error)
            return
        self._host.disk_works()
        self._keep(intended)
        try:
            sent = await self._send(known, sending)
        except _NotSent as error:
            if not error.counts:
                self._attempts_here[number] -= 1
            if not sending.has_left:
                self._lose(number, error.reason, error.detail)
                return
            # the portal refused to look at it, and may have taken it all the same: the job's own page tells
            self._move(number, ClaimState.SUBMITTED, submitted_at=sending.at, loss_detail=error.detail)
            sent = Sent(at=sending.steadily_at, is_answered=True, given_up=(error.reason, error.detail))
        await self._follow(number, sent)

    def _require_leave(self, known: TrackedJob) -> None:
        """The last question before an accept leaves; raises _NotSent.

        Since it was decided the board may have shown another row, the agency may have given the owner a job at that
        hour, and the owner may have changed the rules.
        """
        if known.is_gone:
            detail = "The job was gone before the accept could be sent."
            raise _NotSent(LossReason.TAKEN_WHILE_DECIDING, detail)
        if known.row.digest != self._claimed[known.number][1]:
            raise _NotSent(LossReason.CALLED_OFF, "The job changed before the accept could be sent.")
        if (not_now := self._host.why_not(self._records[known.number])) is not None:
            raise _NotSent(not_now.reason, not_now.words)

    async def _send(self, known: TrackedJob, sending: "_Sending") -> Sent:
        """Send the accept. Raises _NotSent where it never went out, or the portal refused to look at it."""
        number = known.number
        give_up_at = steady_now() + self._times.resend
        pause = _FIRST_PAUSE
        while True:
            try:
                answer = await self._access.once(sending)
            except (OutcomeUnknown, LayoutChanged) as error:
                self._move(number, ClaimState.SUBMITTED, submitted_at=sending.at)
                self._move(number, ClaimState.UNKNOWN, loss_detail=str(error))
                self._evidence("claim", number, {"row.html": sending.row.html, "answer.txt": f"No answer: {error}"})
                # nobody knows for how long the portal had been at it: what it may still do counts from now on
                return Sent(at=steady_now(), is_answered=False)
            except StopAndTell as error:
                raise _NotSent(LossReason.SESSION_ENDED, error.message) from error
            except (_RowOfEndedSession, SignInAgain) as error:
                log.info("the accept needs a new form", action="accept_not_taken", job=number, why=str(error))
            except RetryLater as error:
                log.info("the portal did not take the accept", action="accept_not_taken", job=number, why=str(error))
                pause = max(error.retry_after or pause, pause)
                if steady_now() + pause > give_up_at:
                    # told to wait for longer than that before anything was sent, it is no try
                    counts = sending.has_left or error.retry_after is None
                    raise _NotSent(LossReason.PORTAL_FAILING, error.message, counts=counts) from error
                await asyncio.sleep(pause.total_seconds())
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                if answer.http_status is None:
                    detail = "The portal did not offer the job any more when the accept was about to be sent."
                    raise _NotSent(LossReason.TAKEN_WHILE_DECIDING, detail)
                self._move(number, ClaimState.SUBMITTED, submitted_at=sending.at)
                self._prove_accept(number, sending.row, answer)
                return self._sent(sending.steadily_at, answer)
            await self._read_anew(known, give_up_at)
            sending.use(known.row, known.source)

    def _prove_accept(self, number: str, row: BoardRow, answer: AcceptAnswer) -> None:
        said = [f"HTTP {answer.http_status}", *answer.messages]
        self._evidence(
            "claim", number, {"row.html": row.html, "answer.html": answer.html, "answer.txt": "\n".join(said)}
        )

    def _prove_outcome(self, number: str, page: JobPage | None) -> None:
        record = self._records[number]
        told = (record.state.value, record.loss_reason, record.loss_detail)
        items = {"outcome.txt": "\n".join(part for part in told if part)}
        if page is None:
            items["status.txt"] = "The portal says that the job is gone."
        else:
            items["status.html"] = page.html
        self._evidence(f"claim_{record.state.value}", number, items)

    def _sent(self, at: datetime, answer: AcceptAnswer) -> Sent:
        return Sent(
            at=at,
            is_answered=True,
            was_gone=answer.http_status in self._gone_statuses,
            messages=answer.messages,
        )

    async def _read_anew(self, known: TrackedJob, give_up_at: datetime) -> None:
        """Read the board, so that the accept can be sent again. Raises _NotSent where it cannot.

        The very answer that the new form comes from has to show the job as it was decided on.
        """
        pause = _FIRST_PAUSE
        while True:
            asked_at = now()
            try:
                await self._host.read_board_now()
            except StopAndTell as error:
                raise _NotSent(LossReason.SESSION_ENDED, error.message) from error
            except _UNREADABLE as error:
                why = error.message
            else:
                if known.is_gone or known.last_seen_at >= asked_at:
                    break
                # the board was not whole, and its form is the old one
                why = "The portal's board changed all the time while it was read."
            if steady_now() + pause > give_up_at:
                raise _NotSent(LossReason.PORTAL_FAILING, why)
            await asyncio.sleep(pause.total_seconds())
            pause = min(pause * 2, _LONGEST_PAUSE)
        if not known.is_gone and known.row.accept is None:
            raise _NotSent(LossReason.PORTAL_FAILING, "The job changed before the accept could be sent again.")
        self._require_leave(known)
        if steady_now() > give_up_at:
            raise _NotSent(LossReason.PORTAL_FAILING, "The portal did not take the accept for too long.")

    async def _take_up(self, record: ClaimRecord, sent: Sent) -> None:
        """A claim that an earlier process left: nobody knows what became of it, so the portal is asked."""
        number = record.job.job_number
        if record.state is not ClaimState.UNKNOWN:
            self._move(number, ClaimState.UNKNOWN, loss_detail="The bot was stopped before the portal answered.")
        await self._follow(number, sent)

    async def _follow(self, number: str, sent: Sent) -> None:
        """Read the job's own page until the outcome is certain."""
        ours_since = gone_since = None
        told_at = now()
        words: list[str] = []
        pause = _FIRST_PAUSE
        while True:
            record = self._records[number]
            try:
                page = await self._look_up(record)
            except StopAndTell:
                self._unknown(number, "The bot could not sign in any more.")
                return
            except _UNREADABLE as error:
                self._unknown(number, error.message)
                await asyncio.sleep(pause.total_seconds())
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            read_at = steady_now()
            ownership = Ownership.GONE if page is None else page.ownership
            words += page.messages if page else ()
            if ownership is Ownership.OURS and ours_since is None:
                log.info("the portal shows the job as ours", action="job_reads_as_ours", job=number)
                ours_since, told_at = read_at, now()
            gone_since = (gone_since or read_at) if ownership is Ownership.GONE else None
            conclusion = conclude(
                ownership,
                read_at=read_at,
                sent=sent,
                ours_since=ours_since,
                gone_since=gone_since,
                words=words,
                times=self._times,
            )
            match conclusion:
                case Confirmed():
                    # the first reading told it, and it stood
                    self._move(number, ClaimState.CONFIRMED, confirmed_at=told_at, loss_detail=None)
                    self._prove_outcome(number, page)
                    self._watch(number)
                    return
                case Lost(reason=reason, detail=detail):
                    self._lose(number, reason, detail, confirmed_at=now())
                    self._prove_outcome(number, page)
                    return
            left = conclusion.at - steady_now()
            # what reads as ours is read again when it counts: many claims at once are many requests
            wait = left if ownership is Ownership.OURS else min(pause, left)
            await asyncio.sleep(max(wait.total_seconds(), 0.0))
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _look_once_more(self, number: str, wait: timedelta) -> None:
        """Read whether a confirmed job is still ours."""
        await asyncio.sleep(wait.total_seconds())
        pause, doubts = _FIRST_PAUSE, 0
        while True:
            try:
                page = await self._look_up(self._records[number])
            except StopAndTell:
                return  # the session ends; it is confirmed, and the next one looks
            except _UNREADABLE:
                await asyncio.sleep(pause.total_seconds())
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            if page is not None and page.ownership is Ownership.OURS:
                if self._records[number].state in (ClaimState.CONFIRMED, ClaimState.TAKEN_BACK):
                    self._move(number, ClaimState.HELD, loss_detail=None)
                return
            if self._records[number].state is ClaimState.TAKEN_BACK:
                return
            doubts += 1
            if doubts > 1:
                said = "is not shown any more" if page is None else f"reads “{page.job.portal_status}”"
                detail = f"The job was yours, and now it {said}: the agency or the portal gave it to somebody else."
                self._move(number, ClaimState.TAKEN_BACK, loss_detail=detail)
                self._prove_outcome(number, page)
                self._host.place_is_free()
                return
            await asyncio.sleep(_SECOND_LOOK.total_seconds())

    async def _look_up(self, record: ClaimRecord) -> JobPage | None:
        """The job's own page; None where the portal says that it is gone. Raises the portal's errors."""
        async with self._lookups:
            return await self._access.use(lambda lane: lane.read_job(record.job.portal_id))

    # --- steps --------------------------------------------------------------------------------------------------------

    def _unknown(self, number: str, why: str) -> None:
        if self._records[number].state is ClaimState.SUBMITTED:
            self._move(number, ClaimState.UNKNOWN, loss_detail=why)

    def _lose(self, number: str, reason: LossReason, detail: str, **changes: Any) -> None:
        if number in self._claimed and reason in _CLOSING:
            known, digest = self._claimed[number]
            known.closed_digest = digest
        self._move(number, ClaimState.LOST, loss_reason=reason, loss_detail=detail, **changes)
        self._host.place_is_free()

    def _move(self, number: str, to: ClaimState, **changes: Any) -> None:
        record = self._records[number].moved(to, **changes)
        self._keep(record)
        # the intent is on disk; what follows it can be read from the portal again, should the disk be full now
        self._journal.record(record)
        self._host.claim_changed(record)


_Start = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]


class _NotSent(Exception):
    """No accept is sent (any more). ``counts``: as one of the job's attempts."""

    def __init__(self, reason: LossReason, detail: str, *, counts: bool = True) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.counts = counts


class _RowOfEndedSession(Exception):
    """The row's form belongs to a session that has ended; nothing was sent."""


class _Sending:
    """Sends a row's accept, with the session that the row was read in, and notes when it left."""

    def __init__(self, row: BoardRow, source: object, *, may_leave: Callable[[], None]) -> None:
        self.row = row
        self._source = source
        #: asked right before it leaves; keeps it by raising
        self._may_leave = may_leave
        #: an accept of this claim has left, and when the last one did
        self.has_left = False
        self.at = now()
        self.steadily_at = steady_now()

    def use(self, row: BoardRow, source: object) -> None:
        """Send this row's the next time."""
        self.row, self._source = row, source

    async def __call__(self, lane: PortalClient) -> AcceptAnswer:
        if lane is not self._source:
            raise _RowOfEndedSession("the session in which the job was read has ended")
        return await lane.accept(self.row, leaves=self._leaves)

    def _leaves(self) -> None:
        self._may_leave()
        self.has_left = True
        self.at, self.steadily_at = now(), steady_now()
