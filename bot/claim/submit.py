"""Sending the accept of a claim: the intent on the disk first, then the accept, once.

It is sent again only after the portal refused to look at it, and only with a form that was read anew. If the portal
refused every time the outcome is followed all the same: some portals answer so and have taken the accept.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.account.portal_session import PortalSession
from bot.claim.accept_request import AcceptRequest, FormOfEndedSession, NotSent
from bot.claim.claim_store import ClaimStore
from bot.claim.evidence import ClaimEvidence
from bot.claim.outcome import Sent
from bot.claim.ports import AcceptPermission, BoardRefresh
from bot.clock import now, steady_now
from bot.portal.client import OutcomeUnknown
from bot.portal.errors import LayoutChanged, RetryLater, SignInAgain, StopAndTell
from bot.portal.models import AcceptAnswer
from bot.state.board_state import TrackedJob
from bot.state.domain_events import IntentNotWritten, IntentWritten, Publisher
from bot.state.journal import Journal
from bot.storage.sqlite_writer import StorageError
from common.backoff import Backoff
from common.states import ClaimState
from contract.jobs import LossReason

log = structlog.get_logger(__name__)

#: The pauses between two tries, in seconds. The first is short: somebody else may take the job meanwhile.
PAUSES = Backoff(first=0.3, longest=30.0)

_NOT_OFFERED_ANY_MORE = "The portal did not offer the job any more when the accept was about to be sent."
_BOARD_NOT_WHOLE = "The portal's board changed all the time while it was read."
_NO_ACCEPT_ANY_MORE = "The job changed before the accept could be sent again."
_REFUSED_FOR_TOO_LONG = "The portal did not take the accept for too long."


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmitPorts:
    """What sending an accept needs of others."""

    portal: PortalSession
    journal: Journal
    permission: AcceptPermission
    board: BoardRefresh
    publisher: Publisher
    evidence: ClaimEvidence


class Submitter:
    """Sends accepts."""

    def __init__(
        self, claims: ClaimStore, ports: SubmitPorts, *, gone_statuses: Iterable[int], resend_for: timedelta
    ) -> None:
        """``gone_statuses``: answers with these HTTP statuses say that the job is gone."""
        self._claims = claims
        self._ports = ports
        self._gone_statuses = frozenset(gone_statuses)
        self._resend_for = resend_for

    async def submit(self, tracked: TrackedJob) -> Sent | None:
        """Send the accept of a job's claim; return what is known of it, None if the claim ended without one."""
        number = tracked.number
        # the row as it is now: it may change while the intent is written
        request = AcceptRequest(tracked, claims=self._claims, permission=self._ports.permission)
        if not await self._write_intent(number):
            return None
        try:
            return await self._send(tracked, request)
        except NotSent as error:
            if not error.counts:
                self._claims.discount_attempt(number)
            if not request.has_left:
                self._claims.lose(number, error.reason, error.detail)
                return None
            # the portal refused to look at it, and may have taken it all the same: the job's own page tells
            self._claims.move(number, ClaimState.SUBMITTED, submitted_at=request.left_at, loss_detail=error.detail)
            return Sent(at=request.left_at_monotonic, is_answered=True, given_up=(error.reason, error.detail))

    async def _write_intent(self, number: str) -> bool:
        """Bring the claim's intent to the disk; False if it cannot be written. Without it there is no accept."""
        intended = self._claims[number].moved(ClaimState.INTENDED, intended_at=now())
        try:
            await self._ports.journal.intend(intended)
        except StorageError as error:
            # the job is weighed again in the next poll cycle
            if self._claims[number].state is ClaimState.MATCHED:
                self._claims.drop(number)
            self._claims.discount_attempt(number)
            self._ports.publisher.publish(IntentNotWritten(error))
            return False
        self._ports.publisher.publish(IntentWritten())
        self._claims.put(intended)
        return True

    async def _send(self, tracked: TrackedJob, request: AcceptRequest) -> Sent:
        """Send the accept. Raises NotSent if it never left, or the portal refused to look at it for too long."""
        number = tracked.number
        give_up_at = steady_now() + self._resend_for
        pauses = PAUSES
        while True:
            try:
                answer = await self._ports.portal.once(request)
            except (OutcomeUnknown, LayoutChanged) as error:
                return self._note_missing_answer(number, request, error)
            except StopAndTell as error:
                raise NotSent(LossReason.SESSION_ENDED, error.message) from error
            except (FormOfEndedSession, SignInAgain) as error:
                log.info("the accept needs a new form", action="accept_not_taken", job=number, why=str(error))
            except RetryLater as error:
                log.info("the portal did not take the accept", action="accept_not_taken", job=number, why=str(error))
                await self._pause(pauses, error, give_up_at, has_left=request.has_left)
                pauses = pauses.grown()
            else:
                return self._note_answer(number, request, answer)
            await self._read_anew(tracked, request, give_up_at)
            request.renew()

    @staticmethod
    async def _pause(pauses: Backoff, error: RetryLater, give_up_at: datetime, *, has_left: bool) -> None:
        """Wait before the next try. Raises NotSent if that would be too late."""
        pause = max(error.retry_after or timedelta(0), timedelta(seconds=pauses.wait))
        if steady_now() + pause > give_up_at:
            # if the portal asked for a longer wait before anything was sent, it was no attempt
            counts = has_left or error.retry_after is None
            raise NotSent(LossReason.PORTAL_FAILING, error.message, counts=counts) from error
        await asyncio.sleep(pause.total_seconds())

    def _note_missing_answer(self, number: str, request: AcceptRequest, error: Exception) -> Sent:
        self._claims.move(number, ClaimState.SUBMITTED, submitted_at=request.left_at)
        self._claims.move(number, ClaimState.UNKNOWN, loss_detail=str(error))
        self._ports.evidence.keep_missing_answer(number, request.row, error)
        # how long the portal had been working on it is unknown: what it may still do counts from now on
        return Sent(at=steady_now(), is_answered=False)

    def _note_answer(self, number: str, request: AcceptRequest, answer: AcceptAnswer) -> Sent:
        if answer.http_status is None:
            raise NotSent(LossReason.TAKEN_WHILE_DECIDING, _NOT_OFFERED_ANY_MORE)
        self._claims.move(number, ClaimState.SUBMITTED, submitted_at=request.left_at)
        self._ports.evidence.keep_answer(number, request.row, answer)
        return Sent(
            at=request.left_at_monotonic,
            is_answered=True,
            was_gone=answer.http_status in self._gone_statuses,
            messages=answer.messages,
        )

    async def _read_anew(self, tracked: TrackedJob, request: AcceptRequest, give_up_at: datetime) -> None:
        """Read the board, so that the accept can be sent with a new form. Raises NotSent if it cannot be sent.

        The very answer that the new form comes from has to show the job as it was decided on.
        """
        pauses = PAUSES
        while (why := await self._refresh_row(tracked)) is not None:
            pause = timedelta(seconds=pauses.wait)
            if steady_now() + pause > give_up_at:
                raise NotSent(LossReason.PORTAL_FAILING, why)
            await asyncio.sleep(pause.total_seconds())
            pauses = pauses.grown()
        if not tracked.is_gone and tracked.row.accept is None:
            raise NotSent(LossReason.PORTAL_FAILING, _NO_ACCEPT_ANY_MORE)
        request.check()
        if steady_now() > give_up_at:
            raise NotSent(LossReason.PORTAL_FAILING, _REFUSED_FOR_TOO_LONG)

    async def _refresh_row(self, tracked: TrackedJob) -> str | None:
        """Read the board once; return why the job's row is still the old one, None if it is not."""
        asked_at = now()
        try:
            await self._ports.board.read_now()
        except StopAndTell as error:
            raise NotSent(LossReason.SESSION_ENDED, error.message) from error
        except (RetryLater, LayoutChanged, SignInAgain) as error:
            return error.message
        is_renewed = tracked.is_gone or tracked.last_seen_at >= asked_at
        return None if is_renewed else _BOARD_NOT_WHOLE
