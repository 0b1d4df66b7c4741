"""Following a claim whose accept went out, or may have, until its outcome is certain."""

import asyncio
from datetime import datetime

import structlog

from bot.claim.claim_store import ClaimStore
from bot.claim.evidence import ClaimEvidence
from bot.claim.outcome import ClaimTimes, Confirmed, Lost, Sent, conclude
from bot.claim.status_reader import StatusReader
from bot.claim.submit import PAUSES
from bot.clock import now, steady_now
from bot.portal.errors import LayoutChanged, RetryLater, SignInAgain, StopAndTell
from bot.portal.models import JobPage, Ownership
from common.states import ClaimState

log = structlog.get_logger(__name__)


class _Readings:
    """What the readings of one job's page said so far."""

    def __init__(self, number: str) -> None:
        self._number = number
        #: monotonic: the first reading that showed the job as ours; and the same on the wall clock
        self.ours_since: datetime | None = None
        self.ours_since_wall = now()
        #: monotonic: the first of the last readings in a row that showed it as gone
        self.gone_since: datetime | None = None
        self.messages: list[str] = []

    def add(self, page: JobPage | None, *, read_at: datetime) -> Ownership:
        """Note one reading; return whose the job is by it."""
        ownership = Ownership.GONE if page is None else page.ownership
        self.messages += page.messages if page else ()
        if ownership is Ownership.OURS and self.ours_since is None:
            log.info("the portal shows the job as ours", action="job_reads_as_ours", job=self._number)
            self.ours_since, self.ours_since_wall = read_at, now()
        self.gone_since = (self.gone_since or read_at) if ownership is Ownership.GONE else None
        return ownership


class Confirmer:
    """Reads claimed jobs' own pages until the outcome of the accept is certain."""

    def __init__(self, claims: ClaimStore, reader: StatusReader, *, evidence: ClaimEvidence, times: ClaimTimes) -> None:
        self._claims = claims
        self._reader = reader
        self._evidence = evidence
        self._times = times

    async def follow(self, number: str, sent: Sent) -> None:
        """Return when the claim is confirmed or lost, or stays unknown because signing in is refused for good."""
        readings, pauses = _Readings(number), PAUSES
        while True:
            try:
                page = await self._reader.read(self._claims[number])
            except StopAndTell:
                self._mark_unknown(number, "The bot could not sign in any more.")
                return
            except (RetryLater, LayoutChanged, SignInAgain) as error:
                self._mark_unknown(number, error.message)
                await asyncio.sleep(pauses.wait)
                pauses = pauses.grown()
                continue
            read_at = steady_now()
            ownership = readings.add(page, read_at=read_at)
            conclusion = conclude(
                ownership,
                read_at=read_at,
                sent=sent,
                ours_since=readings.ours_since,
                gone_since=readings.gone_since,
                messages=readings.messages,
                times=self._times,
            )
            match conclusion:
                case Confirmed():
                    # the first reading told it, and it stood
                    told_at = readings.ours_since_wall
                    self._claims.move(number, ClaimState.CONFIRMED, confirmed_at=told_at, loss_detail=None)
                    self._evidence.keep_outcome(self._claims[number], page)
                    return
                case Lost(reason=reason, detail=detail):
                    self._claims.lose(number, reason, detail, confirmed_at=now())
                    self._evidence.keep_outcome(self._claims[number], page)
                    return
            left = (conclusion.at - steady_now()).total_seconds()
            # a job that reads as ours is read again when that counts: many claims at once are many requests
            wait = left if ownership is Ownership.OURS else min(pauses.wait, left)
            await asyncio.sleep(max(wait, 0.0))
            pauses = pauses.grown()

    def _mark_unknown(self, number: str, why: str) -> None:
        if self._claims[number].state is ClaimState.SUBMITTED:
            self._claims.move(number, ClaimState.UNKNOWN, loss_detail=why)
