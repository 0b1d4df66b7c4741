"""The claims that are known: what state each is in, which places they take, and which jobs may be claimed."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from bot.domain.claim import is_open, is_ours, takes_place
from bot.state.board_state import TrackedJob
from bot.state.claim_record import ClaimRecord
from bot.state.domain_events import ClaimChanged, PlaceFreed, Publisher
from bot.state.journal import Journal
from common.states import ClaimState
from contract.jobs import LossReason

#: One process claims a job at most this often: a portal that loses every accept is not asked for ever.
MOST_ATTEMPTS = 5

#: After a loss for one of these reasons the very row that was claimed is not claimed again.
_CLOSING = (LossReason.TAKEN_WHILE_DECIDING, LossReason.REFUSED, LossReason.NOT_VISIBLE)

#: A claim in one of these states waits, for the owner's answer or for being weighed again; nothing of it was sent.
_WAITING = (ClaimState.OFFERED, ClaimState.APPROVED)


class ClaimStore:
    """Every claim of this session, and the open ones that earlier sessions of the account left.

    Each change is written to the journal and published as ClaimChanged.
    """

    def __init__(self, *, session_id: str, journal: Journal, publisher: Publisher) -> None:
        self.session_id = session_id
        self._journal = journal
        self._publisher = publisher
        self._records: dict[str, ClaimRecord] = {}
        self._holding: dict[str, ClaimRecord] = {}
        #: how many of this session's claims are in each state
        self._own: Counter[ClaimState] = Counter()
        #: the claimed job, and its row's digest at the moment of the claim
        self._claimed: dict[str, tuple[TrackedJob, str]] = {}
        #: by job number: all claims ever, and those of this process
        self._attempts: dict[str, int] = {}
        self._attempts_here: Counter[str] = Counter()
        #: jobs whose claim is being sent or followed
        self._in_progress: set[str] = set()

    def restore(self, records: Iterable[ClaimRecord], attempts: dict[str, int]) -> None:
        """Take over what the journal has."""
        self._attempts = dict(attempts)
        for record in records:
            self.put(record)

    # --- queries ------------------------------------------------------------------------------------------------------

    @property
    def records(self) -> tuple[ClaimRecord, ...]:
        """The newest claim of every job."""
        return tuple(self._records.values())

    @property
    def holding(self) -> Iterator[ClaimRecord]:
        """The claims whose time is taken: their jobs are ours, or may become ours."""
        return iter(self._holding.values())

    @property
    def offers(self) -> list[ClaimRecord]:
        """The claims that wait for the owner's answer."""
        return [record for record in self._records.values() if record.state is ClaimState.OFFERED]

    @property
    def places_taken(self) -> int:
        """How many places under the session's cap are taken."""
        return sum(self._own[state] for state in ClaimState if takes_place(state))

    @property
    def accepted(self) -> int:
        """How many jobs of this session the portal shows as ours."""
        return sum(self._own[state] for state in ClaimState if is_ours(state))

    @property
    def lost(self) -> int:
        """How many jobs of this session matched and are not ours."""
        return self._own[ClaimState.LOST] + self._own[ClaimState.TAKEN_BACK]

    def __getitem__(self, job_number: str) -> ClaimRecord:
        """The newest claim of a job; raises KeyError if there is none."""
        return self._records[job_number]

    def get(self, job_number: str) -> ClaimRecord | None:
        """The newest claim of a job; None if there is none."""
        return self._records.get(job_number)

    def waiting(self, job_number: str) -> ClaimRecord | None:
        """The claim of a job that waits: for an answer, or, approved, for being sent. None if it does not wait."""
        record = self._records.get(job_number)
        waits = record is not None and record.state in _WAITING and job_number not in self._in_progress
        return record if waits else None

    def may_be_claimed(self, tracked: TrackedJob) -> bool:
        """Whether a new claim of this job could be made, as far as earlier claims are concerned."""
        record = self._records.get(tracked.number)
        if record is not None and (is_open(record.state) or is_ours(record.state)):
            return False
        if record is not None and record.state is ClaimState.DECLINED and record.row_digest == tracked.row.digest:
            return False
        return tracked.closed_digest != tracked.row.digest and self._attempts_here[tracked.number] < MOST_ATTEMPTS

    def may_be_offered(self, tracked: TrackedJob) -> bool:
        """Whether the owner may be asked about this job: a row whose offer expired is not offered again unchanged."""
        record = self._records.get(tracked.number)
        has_expired = (
            record is not None and record.state is ClaimState.EXPIRED and record.row_digest == tracked.row.digest
        )
        return self.may_be_claimed(tracked) and not has_expired

    def has_claimed_row_of(self, tracked: TrackedJob) -> bool:
        """Whether the board still shows the job's row as it was when the job was claimed."""
        return self._claimed[tracked.number][1] == tracked.row.digest

    # --- changes ------------------------------------------------------------------------------------------------------

    def new_claim(self, tracked: TrackedJob, record: ClaimRecord) -> None:
        """Add the claim of a job that is about to be sent; its place is taken from now on."""
        self._attempts_here[tracked.number] += 1
        self.put(record)
        self._claimed[tracked.number] = (tracked, tracked.row.digest)

    def next_attempt(self, job_number: str) -> int:
        """Count one more claim of a job; return its number."""
        self._attempts[job_number] = self._attempts.get(job_number, 0) + 1
        return self._attempts[job_number]

    def discount_attempt(self, job_number: str) -> None:
        """Not count the newest attempt of this process: nothing was sent."""
        self._attempts_here[job_number] -= 1

    def set_in_progress(self, job_number: str, is_in_progress: bool) -> None:
        """Note that a job's claim is being sent or followed, or is not any more."""
        if is_in_progress:
            self._in_progress.add(job_number)
        else:
            self._in_progress.discard(job_number)

    def put(self, record: ClaimRecord) -> None:
        """Set a job's newest claim, without a word to anybody."""
        number = record.job.job_number
        self.drop(number)
        self._records[number] = record
        if record.session_id == self.session_id:
            self._own[record.state] += 1
        if takes_place(record.state):
            self._holding[number] = record

    def drop(self, job_number: str) -> None:
        """Forget a job's newest claim."""
        before = self._records.pop(job_number, None)
        self._holding.pop(job_number, None)
        if before is not None and before.session_id == self.session_id:
            self._own[before.state] -= 1

    def move(self, job_number: str, to: ClaimState, **changes: Any) -> ClaimRecord:
        """Bring a job's claim to its next state; raises IllegalTransition. Written to the journal and published."""
        record = self._records[job_number].moved(to, **changes)
        self.put(record)
        # the intent is on the disk; what follows it can be read from the portal again, should the disk be full now
        self._journal.record(record)
        self._publisher.publish(ClaimChanged(record))
        return record

    def lose(self, job_number: str, reason: LossReason, detail: str, **changes: Any) -> None:
        """End a claim as lost and give back its place."""
        if job_number in self._claimed and reason in _CLOSING:
            tracked, digest = self._claimed[job_number]
            tracked.closed_digest = digest
        self.move(job_number, ClaimState.LOST, loss_reason=reason, loss_detail=detail, **changes)
        self._publisher.publish(PlaceFreed())
