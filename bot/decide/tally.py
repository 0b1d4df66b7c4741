"""The jobs of this session without a claim that its totals count: refused by the rules, or missed."""

from bot.claim.claim_store import ClaimStore
from bot.state.domain_events import AssignmentFound
from bot.state.journal import Journal
from bot.state.journal_history import JournalHistory
from common.states import Verdict


class UnclaimedTally:
    """Counts jobs; each is refused, or missed, or neither."""

    def __init__(self, claims: ClaimStore, journal: Journal) -> None:
        self._claims = claims
        self._journal = journal
        self._refused: set[str] = set()
        self._missed: set[str] = set()

    @property
    def refused(self) -> int:
        """How many jobs the rules refused."""
        return len(self._refused)

    @property
    def missed(self) -> int:
        """How many matching jobs were gone before there was a claim."""
        return len(self._missed)

    def is_refused(self, job_number: str) -> bool:
        """Whether a job counts as refused."""
        return job_number in self._refused

    def is_missed(self, job_number: str) -> bool:
        """Whether a job counts as missed."""
        return job_number in self._missed

    def restore(self, history: JournalHistory) -> None:
        """Take over what the journal has of this session; the claims are restored already."""
        claimed = {record.job.job_number for record in self._claims.records}
        refused = {number for number, verdict in history.verdicts.items() if verdict is Verdict.NO_MATCH}
        self._refused = refused - claimed
        self._missed = set(history.missed)

    def add_refused(self, job_number: str) -> None:
        """Count a job as refused."""
        self._refused.add(job_number)

    def add_missed(self, job_number: str) -> None:
        """Count a job as missed, and not as refused any more."""
        self._missed.add(job_number)
        self._refused.discard(job_number)

    def remove_refused(self, job_number: str) -> None:
        """Not count a job as refused any more."""
        self._refused.discard(job_number)

    def remove_missed(self, job_number: str) -> None:
        """Not count a job as missed any more: it came back, or it is ours after all. The journal forgets it as well."""
        if job_number in self._missed:
            self._missed.discard(job_number)
            self._journal.forget_missed(self._claims.session_id, job_number)

    def receive_assignment(self, event: AssignmentFound) -> None:
        """A job is ours after all."""
        self.remove_missed(event.job_number)
