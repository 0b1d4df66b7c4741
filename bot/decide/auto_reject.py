"""Rejecting jobs of excluded kinds on the portal, if the owner asked for it (``reject_excluded``).

A rejection cannot be taken back. So it is based on what the job's own page says at that very moment, it is sent once
for each job, and the kind is the only reason for it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from bot.account.portal_session import PortalSession
from bot.claim.ports import AccountLease, TaskStarter
from bot.clock import now
from bot.domain.rules.decision import Decision
from bot.domain.rules.evaluate import is_excluded_kind
from bot.domain.rules.rule_set import Rules
from bot.events import EventSink
from bot.portal.client import OutcomeUnknown, PortalClient
from bot.portal.errors import LayoutChanged, RetryLater, SignInAgain, StopAndTell
from bot.portal.models import AcceptAnswer, JobPage, Ownership
from bot.portal.parsing.parse import with_page
from bot.state.board_state import TrackedJob
from bot.state.journal import Journal
from bot.state.session_status import BotSession
from bot.storage.sqlite_writer import StorageError

log = structlog.get_logger(__name__)

#: A job whose rejection the portal did not take is tried again at most this often.
_MOST_TRIES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectPorts:
    """What rejecting needs of others."""

    portal: PortalSession
    journal: Journal
    events: EventSink
    session: BotSession
    account: AccountLease
    tasks: TaskStarter


class AutoRejector:
    """Rejects each job once; the journal knows what was rejected."""

    def __init__(self, ports: RejectPorts) -> None:
        self._ports = ports
        self._rules = Rules()
        self._is_wanted = False
        #: the jobs that were rejected on the portal, or may have been
        self._rejected: set[str] = set()
        self._tries: dict[str, int] = {}

    def restore(self, rejected: Iterable[str]) -> None:
        """Take over what was rejected before."""
        self._rejected = set(rejected)

    def has_rejected(self, job_number: str) -> bool:
        """Whether a job was rejected on the portal, or may have been."""
        return job_number in self._rejected

    def configure(self, rules: Rules, *, is_wanted: bool) -> None:
        """Reject by these rules from now on; nothing if it is not wanted."""
        self._rules = rules
        self._is_wanted = is_wanted

    def consider(self, tracked: TrackedJob, decision: Decision) -> None:
        """Reject a refused job on the portal, if it is of an excluded kind and the owner asked for it."""
        refused = any(answer.rule == "exclude_types" and not answer.passed for answer in decision.reasons)
        number = tracked.number
        tries = self._tries.get(number, 0)
        if not refused or number in self._rejected or tries >= _MOST_TRIES or not self._may_reject(tracked):
            return
        self._rejected.add(number)
        self._tries[number] = tries + 1
        self._ports.tasks.start(self._reject(tracked), f"reject {number}")

    def _may_reject(self, tracked: TrackedJob) -> bool:
        return (
            self._is_wanted
            and self._ports.session.may_claim
            and self._ports.account.may_claim()
            and tracked.row.reject is not None
            and not tracked.is_gone
            and is_excluded_kind(tracked.job, self._rules)
        )

    async def _reject(self, tracked: TrackedJob) -> None:
        number = tracked.number
        try:
            page = await self._read(tracked)
            if page is None or not self._is_still_so(tracked, page):
                self._rejected.discard(number)
                return
            await self._ports.journal.intend_rejection(number, now())
            answer = await self._ports.portal.once(_RejectRequest(tracked, self._may_reject))
        except OutcomeUnknown as error:
            log.info("no answer to the rejection", action="rejection_unanswered", job=number, why=str(error))
            await self._report(tracked, ())
        except (RetryLater, SignInAgain, LayoutChanged, StopAndTell, StorageError, _NotRejected) as error:
            log.info("not rejected", action="rejection_not_taken", job=number, why=str(error))
            self._rejected.discard(number)
            self._ports.journal.forget_rejection(number)
            tracked.decision = None  # weighed again, and perhaps rejected, in the next poll cycle
        else:
            await self._report(tracked, answer.messages)

    def _is_still_so(self, tracked: TrackedJob, page: JobPage) -> bool:
        """Whether the page as it is now shows a free job of an excluded kind."""
        return page.ownership is Ownership.FREE and is_excluded_kind(with_page(tracked.row.job, page), self._rules)

    async def _report(self, tracked: TrackedJob, messages: tuple[str, ...]) -> None:
        """Tell the owner what came of a rejection, by the job's own status."""
        said = f" The portal said: “{' '.join(messages)}”." if messages else ""
        try:
            page = await self._read(tracked)
        except (RetryLater, SignInAgain, LayoutChanged, StopAndTell) as error:
            log.info("the rejected job cannot be read", action="rejection_unread", job=tracked.number, why=str(error))
            outcome = "was rejected on the portal; whether that took effect could not be read"
        else:
            is_gone = page is None or page.ownership is not Ownership.FREE
            outcome = "was rejected on the portal" if is_gone else "could not be rejected: the portal left it as it was"
        message = f"Job {tracked.job.reference} ({tracked.job.kind}, a kind that you never accept) {outcome}.{said}"
        log.info(message, action="job_rejected_on_portal", job=tracked.number)
        self._ports.events.notice(action="job_rejected_on_portal", message=message)

    async def _read(self, tracked: TrackedJob) -> JobPage | None:
        return await self._ports.portal.use(lambda client: client.read_job(tracked.job.portal_id))


class _NotRejected(Exception):
    """Nothing was sent."""


class _RejectRequest:
    """Sends the reject form of a job's row with the client that read the row."""

    def __init__(self, tracked: TrackedJob, may_reject: Callable[[TrackedJob], bool]) -> None:
        self._known = tracked
        self._row = tracked.row
        self._source = tracked.source
        self._may_reject = may_reject

    async def __call__(self, client: PortalClient) -> AcceptAnswer:
        if client is not self._source:
            raise _NotRejected("the session in which the job was read has ended")
        if not self._may_reject(self._known):
            raise _NotRejected("the owner wants it no more, or the job is gone")
        return await client.reject(self._row)
