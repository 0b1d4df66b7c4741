"""Jobs that are ours without an accept of a bot: the owner took them by hand, or the agency gave them.

Each that lies ahead is reported once (also over restarts), and once more if it is gone before its start. Their time
counts as busy and they count for the caps of day and week; they do not count as accepted by the bot.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.account.portal_session import PortalSession
from bot.account.rate_limiter import RequestPriority, request_priority
from bot.claim.claim_store import ClaimStore
from bot.claim.ports import TaskStarter
from bot.clock import now
from bot.domain.job import Job, lies_ahead
from bot.events import EventSink
from bot.portal.errors import PortalError
from bot.portal.parsing.parse import with_page
from bot.state.assigned_list import AssignedList
from bot.state.board_state import BoardState
from bot.state.claim_record import ClaimRecord, unclaimed_report
from bot.state.domain_events import AssignmentFound, ClaimChanged, Publisher
from bot.state.journal import Journal
from bot.state.journal_history import ExternallyAssignedJob, JournalHistory
from common.states import ClaimState, PortalAction
from contract.jobs import Given

log = structlog.get_logger(__name__)

#: A job that is missing from this many lists in a row was taken back: one list may have been read while it changed.
_MISSING_LISTS = 2

#: The claim ended without the job being ours; if it is ours after all, that was not the bot's doing.
_ENDED = (ClaimState.DECLINED, ClaimState.EXPIRED, ClaimState.LOST)


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternallyAssignedPorts:
    """What finding and reporting such jobs needs of others."""

    portal: PortalSession
    claims: ClaimStore
    board: BoardState
    journal: Journal
    events: EventSink
    publisher: Publisher
    tasks: TaskStarter


class ExternallyAssigned:
    """Finds the jobs in the list of our jobs that no bot accepted, and those that are missing from it again."""

    def __init__(self, ports: ExternallyAssignedPorts) -> None:
        self._ports = ports
        self._jobs: dict[str, ExternallyAssignedJob] = {}
        self._one_page_at_a_time = asyncio.Lock()
        #: by job number: in how many lists in a row the job was missing
        self._missing: dict[str, int] = {}
        #: what bots of this account accepted, in other sessions too
        self._accepted: frozenset[str] = frozenset()

    def restore(self, history: JournalHistory) -> None:
        """Take over what the journal has."""
        self._jobs = {one.job.job_number: one for one in history.externally_assigned}
        self._accepted = history.accepted

    def status(self, job_number: str) -> Given | None:
        """Whether such a job is ours or was taken back; None for every other job."""
        one = self._jobs.get(job_number)
        return None if one is None else one.given

    def drop_claimed(self, event: ClaimChanged) -> None:
        """Forget a job that a bot claims now."""
        number = event.record.job.job_number
        if event.record.state not in (ClaimState.INTENDED, ClaimState.SUBMITTED):
            return
        if self._jobs.pop(number, None) is not None:
            self._ports.journal.forget_externally_assigned(number)

    def update(self, jobs_to_do: Iterable[Job], assigned: AssignedList) -> bool:
        """Compare with a list of our jobs; return whether it should be read again soon.

        ``jobs_to_do``: the list without what is completed, which is no news.
        """
        self._find_new(jobs_to_do, assigned)
        return self._find_missing(assigned)

    def _find_new(self, jobs: Iterable[Job], assigned: AssignedList) -> None:
        for job in jobs:
            number = job.job_number
            self._missing.pop(number, None)
            record = self._ports.claims.get(number)
            was_claimed = number in self._accepted if record is None else not _has_ended(record, assigned)
            if was_claimed or self.status(number) is Given.OURS or not lies_ahead(job, assigned.asked_at):
                continue
            self._add(job, assigned.asked_at)
            log.info("ours without an accept of a bot", action="job_given", job=number)
            self._ports.publisher.publish(AssignmentFound(number))
            if self._jobs[number].job.kind is None:
                self._ports.tasks.start(self._report_with_page(number), f"page of assigned {number}")
            else:
                self._report(number)

    def _add(self, job: Job, asked_at: datetime) -> None:
        number = job.job_number
        tracked, before = self._ports.board.get(number), self._jobs.get(number)
        seen_at = before.seen_at if before else tracked.seen_at if tracked else asked_at
        if tracked is not None and tracked.is_read:
            # the list says less of the job than its page did
            job = tracked.job.changed(portal_status=job.portal_status, action=PortalAction.NONE)
        self._jobs[number] = ExternallyAssignedJob(job=job, given=Given.OURS, seen_at=seen_at)

    def _find_missing(self, assigned: AssignedList) -> bool:
        is_in_doubt = False
        for number, one in tuple(self._jobs.items()):
            if number in assigned.job_numbers or one.given is not Given.OURS:
                continue
            if not lies_ahead(one.job, assigned.asked_at):
                del self._jobs[number]  # it has begun, and what becomes of it is no news
                continue
            self._missing[number] = self._missing.get(number, 0) + 1
            if self._missing[number] < _MISSING_LISTS:
                is_in_doubt = True
                continue
            self._jobs[number] = replace(one, given=Given.TAKEN_BACK)
            log.info("an assigned job is ours no more", action="job_given_taken_back", job=number)
            self._report(number)
        return is_in_doubt

    async def _report_with_page(self, number: str) -> None:
        """Report a job with what its own page says, because the list says little of it."""
        one, portal = self._jobs[number], self._ports.portal
        # in the background and one by one: at the first start there may be half a year's jobs
        async with self._one_page_at_a_time:
            try:
                with request_priority(RequestPriority.LATER):
                    page = await portal.use(lambda client: client.read_job(one.job.portal_id))
                if page is not None and number in self._jobs:
                    self._jobs[number] = replace(self._jobs[number], job=with_page(one.job, page))
            except PortalError as error:
                log.info("an assigned job's page cannot be read", action="given_unread", job=number, why=error.message)
        if number in self._jobs:
            self._report(number)

    def _report(self, number: str) -> None:
        one, record = self._jobs[number], self._ports.claims.get(number)
        if record is not None:
            report = record.report(one.given)
        else:
            report = unclaimed_report(one.job, None, seen_at=one.seen_at, decided_at=None, given=one.given)
        self._ports.events.job(report)
        self._ports.journal.remember_externally_assigned(one, now())


def _has_ended(record: ClaimRecord, assigned: AssignedList) -> bool:
    """Whether the claim ended without the job being ours, and the list that shows it as ours is newer than that."""
    ended_at = record.confirmed_at
    return record.state in _ENDED and (ended_at is None or assigned.reflects(ended_at))
