"""Which of two reports on one job counts. Pure.

Within one session a later report replaces an earlier one. Between sessions, whose reports may arrive in any order:

- A report that tells what became of the job (an accept was sent or about to be; the job was lost; it is ours without
  the bot) stays: one that only weighs the job ("rejected: it is assigned already") never replaces it, and is replaced
  by it whenever it arrives.
- A claim that got the job stays when somebody says that the job was given to us: it was the bot. What was given back
  since, or given after a claim whose outcome is none or not known, counts by its time.
- A report of a loss without a claim never replaces one of a job that was claimed.
- A report that was not decided yet never replaces one that was.
- Otherwise the one that was made later counts.
"""

from dataclasses import dataclass
from datetime import datetime

from contract.jobs import ClaimState, Given, JobReport, Verdict

#: From the intent on, an accept may have reached the portal.
CLAIMED: frozenset[ClaimState] = frozenset(
    {
        ClaimState.INTENDED,
        ClaimState.SUBMITTED,
        ClaimState.UNKNOWN,
        ClaimState.CONFIRMED,
        ClaimState.HELD,
        ClaimState.TAKEN_BACK,
        ClaimState.LOST,
    }
)

#: The portal has shown the job as ours after the bot's accept.
_OURS_BY_CLAIM = frozenset({ClaimState.CONFIRMED, ClaimState.HELD})

#: Of a job whose history is not at hand, a report with one of these may count for less than what is known already.
MAY_BE_OUTWEIGHED: frozenset[ClaimState | None] = frozenset({None, *ClaimState}) - (
    _OURS_BY_CLAIM | {ClaimState.MATCHED, ClaimState.INTENDED, ClaimState.SUBMITTED}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What has to be known of a report to weigh it against another one on the same job."""

    session_id: str
    outbox_id: str
    #: its place within the outbox
    seq: int
    #: when the bot made it
    at: datetime
    verdict: Verdict | None
    claim_state: ClaimState | None
    given: Given | None = None
    is_lost: bool = False

    @property
    def is_claimed(self) -> bool:
        """An accept was sent, or was about to be."""
        return self.claim_state in CLAIMED

    @property
    def tells_outcome(self) -> bool:
        """It says what became of the job, not only how it was weighed."""
        return self.is_claimed or self.given is not None or self.is_lost

    @property
    def only_weighs(self) -> bool:
        """It says nothing but what the rules answered, if that."""
        return self.claim_state is None and not self.tells_outcome

    @property
    def is_decided(self) -> bool:
        """The rules have answered, or the outcome is known without them."""
        return self.verdict is not None or self.claim_state is not None or self.tells_outcome

    @property
    def _order(self) -> tuple[datetime, str, str, int]:
        return (self.at, self.session_id, self.outbox_id, self.seq)

    def comes_after(self, other: "Standing") -> bool:
        """Whether this report was made after the other one."""
        if (self.session_id, self.outbox_id) == (other.session_id, other.outbox_id):
            return self.seq > other.seq  # the outbox counts; a clock may jump
        return self._order > other._order


def standing_of(report: JobReport, *, session_id: str, outbox_id: str, seq: int, at: datetime) -> Standing:
    """The standing of a report as it came."""
    return Standing(
        session_id=session_id,
        outbox_id=outbox_id,
        seq=seq,
        at=at,
        verdict=report.decision.verdict if report.decision else None,
        claim_state=report.claim_state,
        given=report.given,
        is_lost=report.loss_reason is not None,
    )


def replaces(new: Standing, old: Standing, *, was_claimed: bool) -> bool:
    """Whether ``new`` takes the place of ``old``; ``was_claimed`` tells that the job was claimed at some time."""
    if new.claim_state is None and new.given is None and was_claimed:
        return False
    if new.only_weighs != old.only_weighs and (new.tells_outcome or old.tells_outcome):
        return new.tells_outcome
    if old.is_claimed and new.claim_state is None:
        return not _claim_outweighs(old, new) and new.comes_after(old)
    if new.is_claimed and old.claim_state is None:
        return _claim_outweighs(new, old) or new.comes_after(old)
    if old.is_decided != new.is_decided:
        return new.is_decided
    return new.comes_after(old)


def _claim_outweighs(claim: Standing, told: Standing) -> bool:
    """Whether a claim counts for more than an outcome that was told without one, whichever was told later."""
    if told.given is None:
        return True
    return told.given is Given.OURS and claim.claim_state in _OURS_BY_CLAIM
