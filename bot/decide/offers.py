"""Offers: matches that wait for the owner's answer (``mode: ask``), each with a deadline.

An answer comes as a command, perhaps long after the owner gave it. It counts only for the offer that the owner was
asked about; an answer that comes too late is answered in words.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.claim.claim_store import ClaimStore
from bot.claim.waiting_claims import WaitingClaims
from bot.clock import now
from bot.decide.decider import Decider
from bot.decide.vanished_offers import VanishedOffers
from bot.decide.weigher import Weigher
from bot.domain.claim import is_ours
from bot.domain.local_time import say_date
from bot.events import EventSink
from bot.state.claim_record import ClaimRecord
from bot.state.domain_events import ClaimChanged
from common.states import ClaimState, Verdict

#: A suspended machine's time does not count in ``asyncio.sleep``: deadlines are checked at least this often.
_LONGEST_SLEEP = timedelta(seconds=30)
#: The clock of the machine that sends an answer may be behind ours by this much.
_CLOCKS_DIFFER = timedelta(seconds=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferPorts:
    """What taking answers needs of others."""

    claims: ClaimStore
    waiting: WaitingClaims
    weigher: Weigher
    vanished: VanishedOffers
    decider: Decider
    events: EventSink


class Offers:
    """Takes the owner's answers, and ends offers that were not answered."""

    def __init__(self, ports: OfferPorts, *, zone: ZoneInfo) -> None:
        self._ports = ports
        self._zone = zone
        self._changed = asyncio.Event()

    def receive_claim(self, event: ClaimChanged) -> None:
        """A claim changed: there may be another deadline."""
        del event
        self._changed.set()

    async def run(self) -> None:
        """End each offer at its deadline, until cancelled."""
        while True:
            self._changed.clear()
            self._end_overdue()
            deadlines = [record.expires_at for record in self._ports.claims.offers if record.expires_at is not None]
            sleep = min([_LONGEST_SLEEP, *(deadline - now() for deadline in deadlines)])
            try:
                async with asyncio.timeout(max(sleep.total_seconds(), 0.0) if deadlines else None):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def approve(self, job_number: str, *, issued_at: datetime) -> None:
        """Take the owner's yes."""
        offer = self._answered_offer(job_number, issued_at, "yes")
        if offer is None:
            return
        decision = self._ports.weigher.weigh_offer(offer)
        if decision.verdict is not Verdict.MATCH:
            until = f"; it stays offered until {self._say(offer.expires_at)}" if offer.expires_at else ""
            self._ports.events.notice(
                action="approval_refused",
                message=f"Job {job_number} is not accepted, because your rules say no at the moment: "
                f"{decision.summary.removesuffix('.')}{until}.",
            )
            return
        self._ports.waiting.approve(job_number, at=now())
        self._ports.decider.decide()
        if not self._ports.decider.is_at_work:
            self._ports.events.notice(
                action="approval_waits",
                message=f"Your yes to job {job_number} is noted; it is followed as soon as the bot watches the board.",
            )

    def decline(self, job_number: str, *, issued_at: datetime) -> None:
        """Take the owner's no."""
        if self._answered_offer(job_number, issued_at, "no") is not None:
            self._ports.waiting.decline(job_number, "You declined it.")

    # --- which offer is meant -----------------------------------------------------------------------------------------

    def _answered_offer(self, job_number: str, issued_at: datetime, answer: str) -> ClaimRecord | None:
        """The offer that was answered; None, after a notice to the owner, if the answer cannot mean any."""
        self._end_overdue()
        record = self._ports.claims.waiting(job_number)
        if record is None or record.state is not ClaimState.OFFERED:
            action, message = "answer_without_offer", self._say_too_late(job_number, answer)
        elif self._ports.vanished.has(job_number):
            action = "answer_without_offer"
            message = f"Your {answer} to job {job_number} came too late: the job has left the board."
        elif issued_at + _CLOCKS_DIFFER < record.decided_at:
            action = "answer_outdated"
            message = f"Job {job_number} has changed since you answered, and is offered anew: please answer again."
        else:
            return record
        self._ports.events.notice(action=action, message=message)
        return None

    def _say_too_late(self, job_number: str, answer: str) -> str:
        record = self._ports.claims.get(job_number)
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
        for record in self._ports.claims.offers:
            if record.expires_at is not None and record.expires_at <= now():
                message = f"Nobody answered until {self._say(record.expires_at)}."
                self._ports.waiting.expire(record.job.job_number, message)

    def _say(self, moment: datetime) -> str:
        wall = moment.astimezone(self._zone)
        day = "" if wall.date() == now().astimezone(self._zone).date() else f"{say_date(wall.date())} "
        return f"{day}{wall:%H:%M:%S}"
