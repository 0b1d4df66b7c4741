"""Telling the owner that the list of our jobs cannot be read, while the portal answers everything else."""

from datetime import datetime

from bot.engine.portal_health import PortalHealth
from bot.engine.unreadable_pages import PageKeeper
from bot.events import EventSink
from bot.portal.errors import LayoutChanged, PortalError
from bot.state.domain_events import AssignedJobsRead, AssignedJobsUnread
from bot.state.session_status import BotSession, Condition

_READABLE_AGAIN = "The list of your jobs on the portal can be read again, and jobs are accepted again."


class AssignedListHealth:
    """Counts failures of the list in a row. If the whole portal is away, polls tell that (``PortalHealth``)."""

    def __init__(
        self,
        *,
        session: BotSession,
        events: EventSink,
        portal: PortalHealth,
        page_keeper: PageKeeper,
        failures_until_told: int,
    ) -> None:
        self._session = session
        self._events = events
        self._portal = portal
        self._page_keeper = page_keeper
        self._failures_until_told = failures_until_told
        self._failures = 0
        #: how often the board had been read at the last failure of the list
        self._boards_read_before = 0

    def receive_list(self, event: AssignedJobsRead) -> None:
        """The list was read."""
        del event
        self._failures = 0
        if self._session.clear_condition(Condition.OUR_JOBS):
            self._events.notice(action="our_jobs_readable", message=_READABLE_AGAIN)

    def receive_failure(self, event: AssignedJobsUnread) -> None:
        """The list could not be read."""
        self._failures += 1
        portal_answers = self._portal.boards_read > self._boards_read_before
        self._boards_read_before = self._portal.boards_read
        is_news = self._failures >= self._failures_until_told and portal_answers
        if is_news and not self._session.has_condition(Condition.OUR_JOBS):
            self._tell(event.error, event.accepts_until)

    def _tell(self, error: PortalError, accepts_until: datetime | None) -> None:
        unread = f"The list of your jobs on the portal cannot be read: {error.message}."
        nothing = (
            "Nothing is accepted" if accepts_until is None else f"From {accepts_until:%H:%M} on nothing is accepted"
        )
        so = f"{nothing} until it can be read again, because a job could be at the time of one that you have already."
        if isinstance(error, LayoutChanged):
            kept = self._page_keeper.keep_with_picture(error)
            what_to_do = (
                "look at your jobs on the portal by hand; if their page has changed, correct the portal's "
                "definition (docs/portals.md); the bot tries again by itself"
            )
        else:
            kept = ""
            what_to_do = (
                "nothing for now, the bot tries again by itself; if it lasts, look at your jobs on the portal by hand"
            )
        self._events.error(code="our_jobs_unread", message=f"{unread} {so}{kept}", what_to_do=what_to_do)
        self._session.set_condition(Condition.OUR_JOBS, f"{unread} {so}")
