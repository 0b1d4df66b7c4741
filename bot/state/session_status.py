"""The status of the bot's session: its state, the reason in words, the login and the totals."""

from collections.abc import Callable
from enum import StrEnum

import structlog

from bot.domain.session_state import advance, is_over, may_claim
from common.states import SessionState
from contract.sessions import LoginStatus, SessionTotals

log = structlog.get_logger(__name__)


class Condition(StrEnum):
    """What the owner should know while it lasts. In this order: the first condition that is set is the reason."""

    #: another bot has the account
    ACCOUNT = "account"
    #: claims cannot be written down, so none is made
    DISK = "disk"
    #: a calendar of the owner was never read, so it is unknown when the owner is free
    CALENDAR = "calendar"
    #: signing in to the portal does not work at the moment
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
    #: parts of the portal's definition that never fitted are not used
    SAFEGUARDS = "safeguards"


class BotSession:
    """One session of the bot. ``on_change`` is called after each change that the outside world may want to see."""

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        self.state = SessionState.STARTING
        self.login_status = LoginStatus.SIGNED_OUT
        #: the full name that the portal shows
        self.interpreter_name: str | None = None
        #: the owner told the bot to watch nothing
        self.is_paused = False
        self.on_change: Callable[[], None] = lambda: None
        #: counts what the session did so far
        self.count_totals: Callable[[], SessionTotals] = SessionTotals
        self._ended_because: str | None = None
        self._conditions: dict[Condition, str] = {}

    @property
    def reason(self) -> str | None:
        """Why the session ended, or what stands in its way, in words for the owner; None if nothing does."""
        if self._ended_because is not None:
            return self._ended_because
        condition = self.condition
        return None if condition is None else self._conditions[condition]

    @property
    def condition(self) -> Condition | None:
        """The condition that the reason is about; None if the session ended or nothing stands in its way."""
        if self._ended_because is not None:
            return None
        return next((one for one in Condition if one in self._conditions), None)

    @property
    def totals(self) -> SessionTotals:
        """What the session did so far."""
        return self.count_totals()

    @property
    def is_over(self) -> bool:
        """Whether the session has ended."""
        return is_over(self.state)

    @property
    def may_claim(self) -> bool:
        """Whether the session runs: only then are decisions and claims made."""
        return may_claim(self.state)

    def has_condition(self, condition: Condition) -> bool:
        """Whether this condition is set."""
        return condition in self._conditions

    def move(self, to: SessionState, *, because: str | None = None) -> None:
        """Go to another state; nothing happens if the session is in it already. Raises IllegalTransition.

        ``because`` becomes the reason for good; it is given with a state that ends the session.
        """
        if to is self.state and because is None:
            return
        if to is not self.state:
            self.state = advance(self.state, to)
        self._ended_because = because or self._ended_because
        log.info("session", action=f"session_{to}", reason=self.reason)
        self.on_change()

    def set_login(self, status: LoginStatus, *, name: str | None = None) -> None:
        """Note what the portal said about the login, and the interpreter's name if it showed one."""
        if status is self.login_status and name in (None, self.interpreter_name):
            return
        self.login_status = status
        self.interpreter_name = name or self.interpreter_name
        self.on_change()

    def set_condition(self, condition: Condition, message: str) -> None:
        """Set a condition with its reason in words, or change the words."""
        if self._conditions.get(condition) != message:
            self._conditions[condition] = message
            self.on_change()

    def clear_condition(self, condition: Condition) -> bool:
        """Remove a condition; return whether it was set."""
        if self._conditions.pop(condition, None) is None:
            return False
        self.on_change()
        return True
