"""AutoRejector jobs of excluded kinds on the portal, where the owner asked for it (``reject_excluded``).

A rejection cannot be taken back, so it is done only on what the job's own page says at that very moment, once a job,
and never for another reason than the kind.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import structlog

from bot.account.portal_session import PortalSession
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
from bot.storage.sqlite_writer import StorageError

log = structlog.get_logger(__name__)

#: A job whose rejection the portal did not take is tried again so often.
_MOST_TRIES = 3


class RejectingHost(Protocol):
    """What rejecting needs of the engine."""

    def may_change_the_portal(self) -> bool:
        """Whether the session runs and the account is this bot's."""
        ...


class AutoRejector:
    """Each job once; what was rejected stands in the journal."""

    def __init__(self, *, access: PortalSession, journal: Journal, teller: EventSink, host: RejectingHost) -> None:
        self._access = access
        self._journal = journal
        self._teller = teller
        self._host = host
        self._rules = Rules()
        self._is_wanted = False
        self._start: Callable[[Coroutine[Any, Any, None], str], object] | None = None
        #: the jobs that were rejected on the portal, or may have been
        self.done: set[str] = set()
        self._tries: dict[str, int] = {}

    def begin(self, start: Callable[[Coroutine[Any, Any, None], str], object]) -> None:
        """From now on rejections run as tasks that ``start`` makes."""
        self._start = start

    def use(self, rules: Rules, *, is_wanted: bool) -> None:
        """Reject by these rules from now on, or nothing."""
        self._rules = rules
        self._is_wanted = is_wanted

    def consider(self, known: TrackedJob, decision: Decision) -> None:
        """Reject a job that the rules refuse, where it is of an excluded kind and the owner asked for it."""
        refused = any(answer.rule == "exclude_types" and not answer.passed for answer in decision.reasons)
        number = known.number
        may = self._is_wanted and self._start is not None and number not in self.done
        if not (may and refused and self._may_reject(known) and self._tries.get(number, 0) < _MOST_TRIES):
            return
        self.done.add(number)
        self._tries[number] = self._tries.get(number, 0) + 1
        if self._start is not None:
            self._start(self._reject(known), f"reject {number}")

    def _may_reject(self, known: TrackedJob) -> bool:
        return (
            self._is_wanted
            and self._host.may_change_the_portal()
            and known.row.reject is not None
            and not known.is_gone
            and is_excluded_kind(known.job, self._rules)
        )

    async def _reject(self, known: TrackedJob) -> None:
        number = known.number
        try:
            page = await self._read(known)
            if page is None or not self._is_still_so(known, page):
                self.done.discard(number)
                return
            await self._journal.intend_rejection(number, now())
            answer = await self._access.once(_Rejecting(known, self._may_reject))
        except OutcomeUnknown as error:
            log.info("no answer to the rejection", action="rejection_unanswered", job=number, why=str(error))
            await self._tell(known, ())
        except (RetryLater, SignInAgain, LayoutChanged, StopAndTell, StorageError, _NotRejected) as error:
            log.info("not rejected", action="rejection_not_taken", job=number, why=str(error))
            self.done.discard(number)
            self._journal.forget_rejection(number)
            known.decision = None  # weighed again, and perhaps rejected, with the next look at the board
        else:
            await self._tell(known, answer.messages)

    def _is_still_so(self, known: TrackedJob, page: JobPage) -> bool:
        """By the page as it is now: free, this very job, and of an excluded kind."""
        return page.ownership is Ownership.FREE and is_excluded_kind(with_page(known.row.job, page), self._rules)

    async def _tell(self, known: TrackedJob, messages: tuple[str, ...]) -> None:
        """What came of it, by the job's own status."""
        said = f" The portal said: “{' '.join(messages)}”." if messages else ""
        try:
            page = await self._read(known)
        except (RetryLater, SignInAgain, LayoutChanged, StopAndTell) as error:
            log.info("the rejected job cannot be read", action="rejection_unread", job=known.number, why=str(error))
            outcome = "was rejected on the portal; whether that took effect could not be read"
        else:
            is_gone = page is None or page.ownership is not Ownership.FREE
            outcome = "was rejected on the portal" if is_gone else "could not be rejected: the portal left it as it was"
        message = f"Job {known.job.reference} ({known.job.kind}, a kind that you never accept) {outcome}.{said}"
        log.info(message, action="job_rejected_on_portal", job=known.number)
        self._teller.notice(action="job_rejected_on_portal", message=message)

    async def _read(self, known: TrackedJob) -> JobPage | None:
        return await self._access.use(lambda lane: lane.read_job(known.job.portal_id))


class _NotRejected(Exception):
    """Nothing was sent."""


class _Rejecting:
    """Sends the reject form of a row, with the session that the row was read in."""

    def __init__(self, known: TrackedJob, may_reject: Callable[[TrackedJob], bool]) -> None:
        self._known = known
        self._row = known.row
        self._source = known.source
        self._may_reject = may_reject

    async def __call__(self, lane: PortalClient) -> AcceptAnswer:
        if lane is not self._source:
            raise _NotRejected("the session in which the job was read has ended")
        if not self._may_reject(self._known):
            raise _NotRejected("the owner wants it no more, or the job is gone")
        return await lane.reject(self._row)
