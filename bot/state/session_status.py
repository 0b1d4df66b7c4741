"""One session as it stands: its state and reason, our being signed in, its totals. Whoever changes it tells of it."""

from collections.abc import Callable
from enum import StrEnum

import structlog

from bot.domain.session_state import advance, is_over
from common.states import SessionState
from contract.sessions import LoginStatus, SessionTotals

log = structlog.get_logger(__name__)


class Condition(StrEnum):
    """What the owner should know while it lasts; the first of these that holds is the session's reason."""

    #: another bot has the account
    ACCOUNT = "account"
    #: claims cannot be written down, so none is made
    DISK = "disk"
    #: a calendar of the owner was never read, so that nobody knows when the owner is free
    CALENDAR = "calendar"
    #: the portal cannot be signed in to at the moment
    SIGN_IN = "sign_in"
    #: the owner does not want the portal to be watched now
    HOURS = "hours"
    #: the portal's pages cannot be read
    LAYOUT = "layout"
    #: the portal does not answer, or asks to be left alone
    PORTAL = "portal"
    #: the list of our jobs cannot be read, so nothing is accepted
    OUR_JOBS = "our_jobs"
    #: the cap of the session is reached
    CAP = "cap"


class Session:
    """The session's state. ``on_change`` is called after each change that somebody may want to see."""

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        self.state = SessionState.STARTING
        self.login_status = LoginStatus.SIGNED_OUT
        #: the full name that the portal shows
        self.interpreter_name: str | None = None
        self.on_change: Callable[[], None] = lambda: None
        #: who counts what the session did
        self.count: Callable[[], SessionTotals] = SessionTotals
        self._ended_because: str | None = None
        self._conditions: dict[Condition, str] = {}

    @property
    def reason(self) -> str | None:
        """In words, for the owner: why it ended, or what stands in the way."""
        if self._ended_because is not None:
            return self._ended_because
        condition = self.condition
        return None if condition is None else self._conditions[condition]

    @property
    def condition(self) -> Condition | None:
        """What the reason is about while it works; None where nothing stands in the way."""
        if self._ended_because is not None:
            return None
        return next((one for one in Condition if one in self._conditions), None)

    @property
    def totals(self) -> SessionTotals:
        """What the session did so far."""
        return self.count()

    @property
    def is_over(self) -> bool:
        """Whether the session has ended."""
        return is_over(self.state)

    def move(self, to: SessionState, *, because: str | None = None) -> None:
        """Go to another state; quiet when it is that already. Raises IllegalTransition.

        ``because`` becomes the reason for good; it is for the way to an end.
        """
        if to is self.state and because is None:
            return
        if to is not self.state:
            self.state = advance(self.state, to)
        self._ended_because = because or self._ended_because
        log.info("session", action=f"session_{to}", reason=self.reason)
        self.on_change()

    def sign_in_is(self, status: LoginStatus, *, name: str | None = None) -> None:
        """What the portal says about our being signed in."""
        if status is self.login_status and name in (None, self.interpreter_name):
            return
        self.login_status = status
        self.interpreter_name = name or self.interpreter_name
        self.on_change()

    def holds(self, condition: Condition, words: str) -> None:
        """Something stands in the way from now on."""
        if self._conditions.get(condition) != words:
            self._conditions[condition] = words
            self.on_change()

    def is_held_up_by(self, condition: Condition) -> bool:
        """Whether this stands in the way now."""
        return condition in self._conditions

    def is_past(self, condition: Condition) -> bool:
        """It does not stand in the way any more; False when it did not."""
        if self._conditions.pop(condition, None) is None:
            return False
        self.on_change()
        return True
