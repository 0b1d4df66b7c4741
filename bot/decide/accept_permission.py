"""The last question before an accept leaves, answered with everything as it is at that moment."""

from bot.availability.commitments import Commitments
from bot.claim.ports import AccountLease, Refusal
from bot.decide.weigher import Weigher
from bot.state.claim_record import ClaimRecord
from common.states import Verdict
from contract.jobs import LossReason
from contract.owner_rules import Mode

#: What a claim says that ended because the owner wants to be asked first.
ASK_FIRST = "You told the bot to ask first, before the accept had gone out."

_ACCOUNT_TAKEN = "Another bot has taken over the account."
_ONLY_WATCH = "You told the bot only to watch, before the accept had gone out."
_OUR_JOBS_UNKNOWN = "The list of your jobs was not known any more when the accept was about to go out."
_RULES_REFUSE = "By the time the accept was about to go out your rules said no"


class LastMomentPermission:
    """Asks the account lease, the owner's mode, the list of our jobs and the rules (``AcceptPermission``)."""

    def __init__(self, *, account: AccountLease, weigher: Weigher, commitments: Commitments) -> None:
        self._account = account
        self._weigher = weigher
        self._commitments = commitments

    def refusal(self, record: ClaimRecord) -> Refusal | None:
        """Why the accept of this claim may not go out now; None if it may."""
        if not self._account.may_claim():
            return Refusal(reason=LossReason.SESSION_ENDED, message=_ACCOUNT_TAKEN)
        if self._weigher.mode is Mode.WATCH:
            return Refusal(reason=LossReason.CALLED_OFF, message=_ONLY_WATCH)
        if self._weigher.mode is Mode.ASK and record.approved_at is None:
            return Refusal(reason=LossReason.CALLED_OFF, message=ASK_FIRST)
        if self._commitments.assigned is None:
            return Refusal(reason=LossReason.CALLED_OFF, message=_OUR_JOBS_UNKNOWN)
        decision = self._weigher.weigh_claim(record)
        if decision.verdict is Verdict.NO_MATCH:
            return Refusal(reason=LossReason.CALLED_OFF, message=f"{_RULES_REFUSE}: {decision.summary}")
        return None
