"""Checking again, some time later, whether a confirmed job is still ours."""

import asyncio
from datetime import timedelta

from bot.claim.claim_store import ClaimStore
from bot.claim.evidence import ClaimEvidence
from bot.claim.status_reader import StatusReader
from bot.claim.submit import PAUSES
from bot.portal.errors import LayoutChanged, RetryLater, SignInAgain, StopAndTell
from bot.portal.models import JobPage, Ownership
from bot.state.domain_events import PlaceFreed, Publisher
from common.states import ClaimState

#: A job that reads as not ours after it was confirmed is read once more after this before the claim changes.
_SECOND_READING_AFTER = timedelta(seconds=2)


class HoldCheck:
    """Reads whether confirmed jobs are still ours."""

    def __init__(
        self, claims: ClaimStore, reader: StatusReader, *, evidence: ClaimEvidence, publisher: Publisher
    ) -> None:
        self._claims = claims
        self._reader = reader
        self._evidence = evidence
        self._publisher = publisher

    async def check(self, number: str, *, after: timedelta) -> None:
        """Read the job's own page after this time; the claim becomes held, or is taken back on the second reading."""
        await asyncio.sleep(after.total_seconds())
        pauses, doubts = PAUSES, 0
        while True:
            try:
                page = await self._reader.read(self._claims[number])
            except StopAndTell:
                return  # the session ends; the job is confirmed, and the next session checks it
            except (RetryLater, LayoutChanged, SignInAgain):
                await asyncio.sleep(pauses.wait)
                pauses = pauses.grown()
                continue
            state = self._claims[number].state
            if page is not None and page.ownership is Ownership.OURS:
                if state in (ClaimState.CONFIRMED, ClaimState.TAKEN_BACK):
                    self._claims.move(number, ClaimState.HELD, loss_detail=None)
                return
            if state is ClaimState.TAKEN_BACK:
                return
            doubts += 1
            if doubts > 1:
                self._take_back(number, page)
                return
            await asyncio.sleep(_SECOND_READING_AFTER.total_seconds())

    def _take_back(self, number: str, page: JobPage | None) -> None:
        said = "is not shown any more" if page is None else f"reads “{page.job.portal_status}”"
        detail = f"The job was yours, and now it {said}: the agency or the portal gave it to somebody else."
        self._claims.move(number, ClaimState.TAKEN_BACK, loss_detail=detail)
        self._evidence.keep_outcome(self._claims[number], page)
        self._publisher.publish(PlaceFreed())
