"""Claims as they run: submit the accept, follow its outcome, and check later whether the job is still ours.

A claim takes its place under the caps and in the calendar in the very step in which it is decided, before anything is
awaited: claims that are made side by side can neither pass a cap nor overlap.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.claim.claim_store import ClaimStore
from bot.claim.confirm import Confirmer
from bot.claim.hold_check import HoldCheck
from bot.claim.outcome import Sent
from bot.claim.ports import TaskStarter
from bot.claim.submit import Submitter
from bot.claim.waiting_claims import matched_claim
from bot.clock import steady_now
from bot.domain.claim import needs_lookup
from bot.domain.rules.decision import Decision
from bot.state.board_state import TrackedJob
from bot.state.claim_record import ClaimRecord
from common.states import ClaimState


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimSteps:
    """The steps of a claim."""

    submitter: Submitter
    confirmer: Confirmer
    hold_check: HoldCheck


class ClaimManager:
    """Runs each claim as a task of its own."""

    def __init__(self, claims: ClaimStore, steps: ClaimSteps, *, tasks: TaskStarter, hold_check: timedelta) -> None:
        """``hold_check``: a confirmed job is checked again after this time."""
        self._claims = claims
        self._steps = steps
        self._tasks = tasks
        self._check_hold_after = hold_check
        #: claims whose outcome is open
        self._open: set[asyncio.Task[None]] = set()
        #: by job number: confirmed claims that are checked again
        self._checks: dict[str, asyncio.Task[None]] = {}

    def resume(self) -> None:
        """Go on with the claims that earlier processes left.

        Claims whose accept went out, or may have, are looked up; they are never sent.
        """
        for record in self._claims.records:
            if needs_lookup(record.state):
                # when its accept left, or how long the portal worked on it, is unknown; it was before this moment
                self._run(self._look_up(record, Sent(at=steady_now(), is_answered=False)), record.job.job_number)
            elif record.state is ClaimState.CONFIRMED:
                self._check_hold(record.job.job_number, after=self._check_hold_after)

    def claim(self, tracked: TrackedJob, decision: Decision, *, decided_at: datetime) -> None:
        """Claim a job that every rule agrees to. Its place is taken when this returns.

        If an offer of the job was approved, that becomes the claim; else a new one begins.
        """
        approved = self._claims.waiting(tracked.number)
        if approved is None or approved.state is not ClaimState.APPROVED:
            record = matched_claim(self._claims, tracked, decision, decided_at=decided_at)
        else:
            # its place is this session's from now on, whichever session offered it
            session_id = self._claims.session_id
            record = replace(approved, job=tracked.job, decision=decision, session_id=session_id)
        self._claims.new_claim(tracked, record)
        self._run(self._submit_and_follow(tracked), tracked.number)

    def check_hold(self, job_number: str) -> None:
        """Read a job's own page now: something suggests that it is not ours any more, or is ours again."""
        if job_number not in self._checks:
            self._check_hold(job_number, after=timedelta(0))

    async def finish(self, within: timedelta) -> None:
        """Return when every claim under way has its outcome, or after this time; then cancel what is left.

        A claim without an outcome stands in the journal, and the next session looks it up.
        """
        if self._open:
            await asyncio.wait(self._open, timeout=within.total_seconds())
        left = [*self._open, *self._checks.values()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    # --- one claim ----------------------------------------------------------------------------------------------------

    async def _submit_and_follow(self, tracked: TrackedJob) -> None:
        sent = await self._steps.submitter.submit(tracked)
        if sent is not None:
            await self._follow(tracked.number, sent)

    async def _look_up(self, record: ClaimRecord, sent: Sent) -> None:
        number = record.job.job_number
        if record.state is not ClaimState.UNKNOWN:
            detail = "The bot was stopped before the portal answered."
            self._claims.move(number, ClaimState.UNKNOWN, loss_detail=detail)
        await self._follow(number, sent)

    async def _follow(self, number: str, sent: Sent) -> None:
        await self._steps.confirmer.follow(number, sent)
        if self._claims[number].state is ClaimState.CONFIRMED:
            self._check_hold(number, after=self._check_hold_after)

    def _run(self, work: Coroutine[Any, Any, None], number: str) -> None:
        task = self._tasks.start(work, f"claim {number}")
        self._open.add(task)
        self._claims.set_in_progress(number, True)
        task.add_done_callback(self._open.discard)
        task.add_done_callback(lambda _: self._claims.set_in_progress(number, False))

    def _check_hold(self, number: str, *, after: timedelta) -> None:
        task = self._tasks.start(self._steps.hold_check.check(number, after=after), f"check {number}")
        self._checks[number] = task
        task.add_done_callback(lambda _: self._checks.pop(number, None))
