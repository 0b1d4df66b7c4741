"""One claim's accept on its way to the portal, with the last check before it leaves.

The path is straight: ``PortalSession.once`` calls the request with a client, the client's ``accept`` fills in the form
and calls ``_leave`` right before the request that takes the job, and ``_leave`` calls ``check``, which asks the board
and the ``AcceptPermission`` as everything is at that moment.
"""

from bot.claim.claim_store import ClaimStore
from bot.claim.ports import AcceptPermission
from bot.clock import now, steady_now
from bot.portal.client import PortalClient
from bot.portal.models import AcceptAnswer
from bot.state.board_state import TrackedJob
from contract.jobs import LossReason

#: How a loss reads whose job was gone before there could be an accept.
GONE_BEFORE_ACCEPT = "The job was gone before the accept could be sent."


class NotSent(Exception):
    """No accept is sent, or not once more. ``counts``: whether this was one of the job's attempts."""

    def __init__(self, reason: LossReason, detail: str, *, counts: bool = True) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.counts = counts


class FormOfEndedSession(Exception):
    """The row's form belongs to a portal session that has ended; nothing was sent."""


class AcceptRequest:
    """Sends the accept of a job's row with the client that read the row, and notes when it left."""

    def __init__(self, tracked: TrackedJob, *, claims: ClaimStore, permission: AcceptPermission) -> None:
        self._tracked = tracked
        self._claims = claims
        self._permission = permission
        self.row, self._source = tracked.row, tracked.source
        #: whether an accept of this claim has left, and when the last one did: wall clock and monotonic
        self.has_left = False
        self.left_at = now()
        self.left_at_monotonic = steady_now()

    def renew(self) -> None:
        """Send the row as the newest board shows it from now on."""
        self.row, self._source = self._tracked.row, self._tracked.source

    def check(self) -> None:
        """Raise NotSent if the accept may not leave at this moment.

        Since the decision the board may have shown another row, the agency may have given the owner a job at that
        hour, and the owner may have changed the rules.
        """
        tracked = self._tracked
        if tracked.is_gone:
            raise NotSent(LossReason.TAKEN_WHILE_DECIDING, GONE_BEFORE_ACCEPT)
        if not self._claims.has_claimed_row_of(tracked):
            raise NotSent(LossReason.CALLED_OFF, "The job changed before the accept could be sent.")
        if (refusal := self._permission.refusal(self._claims[tracked.number])) is not None:
            raise NotSent(refusal.reason, refusal.message)

    async def __call__(self, client: PortalClient) -> AcceptAnswer:
        """Send it once. Raises NotSent, FormOfEndedSession and what ``PortalClient.accept`` raises."""
        if client is not self._source:
            raise FormOfEndedSession("the session in which the job was read has ended")
        return await client.accept(self.row, leaves=self._leave)

    def _leave(self) -> None:
        self.check()
        self.has_left = True
        self.left_at, self.left_at_monotonic = now(), steady_now()
