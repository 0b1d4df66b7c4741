"""Conditions of the session that come from claims and calendars: a full disk, an unread calendar, a reached cap."""

import structlog

from bot.availability.commitments import Commitments
from bot.claim.claim_store import ClaimStore
from bot.decide.weigher import Weigher
from bot.domain.claim import is_ours
from bot.events import EventSink
from bot.state.domain_events import ClaimChanged, IntentNotWritten, IntentWritten, PlaceFreed
from bot.state.journal import Journal
from bot.state.session_status import BotSession, Condition

log = structlog.get_logger(__name__)


class SessionConditions:
    """Sets and clears these conditions, and tells the owner once."""

    def __init__(
        self,
        *,
        session: BotSession,
        events: EventSink,
        journal: Journal,
        claims: ClaimStore,
        weigher: Weigher,
        commitments: Commitments,
    ) -> None:
        self._session = session
        self._events = events
        self._journal = journal
        self._claims = claims
        self._weigher = weigher
        self._commitments = commitments
        self._cap_told: int | None = None

    def restore(self, cap_told: int | None) -> None:
        """Take over at which cap the owner was told that it is reached."""
        self._cap_told = cap_told

    def receive_intent_failure(self, event: IntentNotWritten) -> None:
        """An intent could not be written: nothing is accepted."""
        error = event.error
        message = f"Nothing is accepted at the moment, because the intent cannot be written down first: {error}."
        is_known = self._session.has_condition(Condition.DISK)
        self._session.set_condition(Condition.DISK, message)
        log.error("the intent cannot be written", action="disk_failed", why=str(error))
        if not is_known:  # every job that matches meanwhile meets the same disk
            what_to_do = "free some space on the disk; the bot goes on by itself"
            self._events.error(code="disk_failed", message=message, what_to_do=what_to_do)

    def receive_intent(self, event: IntentWritten) -> None:
        """An intent was written: the disk works."""
        del event
        self._session.clear_condition(Condition.DISK)

    def receive_claim(self, event: ClaimChanged) -> None:
        """A claim changed: the cap may be reached."""
        if is_ours(event.record.state):
            self.update_cap()

    def receive_place(self, event: PlaceFreed) -> None:
        """A place is free: the cap may not be reached any more."""
        del event
        self.update_cap()

    def update_calendars(self) -> None:
        """Set the condition while a calendar is unread for longer than a start takes: no dated job is accepted."""
        unread = self._commitments.unread_calendars
        if not unread:
            self._session.clear_condition(Condition.CALENDAR)
            return
        self._commitments.expect_calendars()
        if self._commitments.may_decide:
            named = " and ".join(f"“{label}”" for label in unread)
            message = f"Your calendar {named} has not been read in full yet, so no job with a date is accepted."
            self._session.set_condition(Condition.CALENDAR, message)

    def update_cap(self) -> None:
        """Set the condition while the session's cap is reached, and tell the owner once for each cap."""
        cap = self._weigher.rules.max_accept_per_run
        if cap is None or self._claims.accepted < cap:
            self._session.clear_condition(Condition.CAP)
            return
        jobs = "1 job" if cap == 1 else f"{cap} jobs"
        message = f"It has accepted {jobs}, your limit for one session. It goes on watching and accepts no more."
        self._session.set_condition(Condition.CAP, message)
        if self._cap_told != cap:
            self._cap_told = cap
            self._journal.remember_cap_told(self._session.session_id, cap)
            self._events.notice(action="cap_reached", message=message)
