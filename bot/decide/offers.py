"""Offers: matches that wait for the owner's yes (``mode: ask``), each with a deadline.

An answer comes as a command, perhaps long after it was given: it counts only for what the owner was asked about, and
whoever answers too late is told so in words.
"""

import asyncio
from datetime import datetime, timedelta

from bot.claim.claim_manager import ClaimManager
from bot.clock import now
from bot.decide.decider import Decider
from bot.domain.claim import is_ours
from bot.domain.local_time import say_date
from bot.events import EventSink
from bot.portal.definition.model import PortalDefinition
from bot.state.claim_record import ClaimRecord
from common.states import ClaimState

#: A sleeping machine does not count for ``asyncio.sleep``: deadlines are looked at so often.
_LONGEST_NAP = timedelta(seconds=30)
#: How far the clock of whoever sends an answer may be behind ours.
_CLOCKS_DIFFER = timedelta(seconds=2)


class Offers:
    """Takes the owner's answers, and ends offers that nobody answered."""

    def __init__(
        self, *, desk: ClaimManager, deciding: Decider, teller: EventSink, definition: PortalDefinition
    ) -> None:
        self._desk = desk
        self._deciding = deciding
        self._teller = teller
        self._zone = definition.zone
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """There may be a new deadline."""
        self._changed.set()

    async def keep(self) -> None:
        """End each offer at its deadline, until cancelled."""
        while True:
            self._changed.clear()
            self._end_overdue()
            deadlines = [record.expires_at for record in self._desk.offers if record.expires_at is not None]
            nap = min([_LONGEST_NAP, *(deadline - now() for deadline in deadlines)])
            try:
                async with asyncio.timeout(max(nap.total_seconds(), 0.0) if deadlines else None):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def approve(self, job_number: str, *, issued_at: datetime) -> None:
        """The owner says yes."""
        offer = self._answered(job_number, issued_at, "yes")
        if offer is None:
            return
        refusal = self._deciding.refusal(offer)
        if refusal is not None:
            until = f"; it stays offered until {self._at(offer.expires_at)}" if offer.expires_at else ""
            self._teller.notice(
                action="approval_refused",
                message=f"Job {job_number} is not accepted, because your rules say no at the moment: "
                f"{refusal.removesuffix('.')}{until}.",
            )
            return
        self._desk.approve(job_number, at=now())
        self._deciding.decide()
        if not self._deciding.is_at_work:
            self._teller.notice(
                action="approval_waits",
                message=f"Your yes to job {job_number} is noted; it is followed as soon as the bot watches the board.",
            )

    def decline(self, job_number: str, *, issued_at: datetime) -> None:
        """The owner says no."""
        if self._answered(job_number, issued_at, "no") is not None:
            self._desk.decline(job_number, "You declined it.")

    # --- which offer is meant -----------------------------------------------------------------------------------------

    def _answered(self, job_number: str, issued_at: datetime, answer: str) -> ClaimRecord | None:
        """The offer that was answered; None, and the owner is told, where there is none that it could mean."""
        self._end_overdue()
        record = self._desk.waits(job_number)
        if record is None or record.state is not ClaimState.OFFERED:
            self._teller.notice(action="answer_without_offer", message=self._too_late(job_number, answer))
            return None
        if self._deciding.is_vanishing(job_number):
            message = f"Your {answer} to job {job_number} came too late: the job has left the board."
            self._teller.notice(action="answer_without_offer", message=message)
            return None
        if issued_at + _CLOCKS_DIFFER < record.decided_at:
            message = f"Job {job_number} has changed since you answered, and is offered anew: please answer again."
            self._teller.notice(action="answer_outdated", message=message)
            return None
        return record

    def _too_late(self, job_number: str, answer: str) -> str:
        record = self._desk.of(job_number)
        if record is None:
            return f"Job {job_number} does not wait for an answer."
        said = f"Your {answer} to job {job_number} came too late"
        match record.state:
            case ClaimState.EXPIRED | ClaimState.LOST:
                return f"{said}. {record.loss_detail or 'It is over.'}"
            case ClaimState.DECLINED:
                return f"{said}: you have declined it already."
            case state if is_ours(state):
                return f"{said}: the job is yours already."
            case ClaimState.TAKEN_BACK:
                return f"{said}: the job was yours, and was taken back."
        return f"{said}: the job is being accepted."

    def _end_overdue(self) -> None:
        for record in self._desk.offers:
            if record.expires_at is not None and record.expires_at <= now():
                words = f"Nobody answered until {self._at(record.expires_at)}."
                self._desk.let_pass(record.job.job_number, words)

    def _at(self, moment: datetime) -> str:
        wall = moment.astimezone(self._zone)
        day = "" if wall.date() == now().astimezone(self._zone).date() else f"{say_date(wall.date())} "
        return f"{day}{wall:%H:%M:%S}"
