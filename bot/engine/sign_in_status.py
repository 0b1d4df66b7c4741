"""What signing in means for the session: its state, its conditions, and what the owner is told."""

import structlog

from bot.account.portal_session import LoginListener
from bot.engine.portal_health import PortalHealth
from bot.engine.unreadable_pages import PageKeeper
from bot.events import EventSink
from bot.portal.errors import LayoutChanged, PortalError, RetryLater, StopAndTell
from bot.state.domain_events import Publisher, SignedIn, SignInRefused
from bot.state.session_status import BotSession, Condition
from common.states import SessionState
from contract.sessions import LoginStatus

log = structlog.get_logger(__name__)

_BEFORE_SIGN_IN = (SessionState.STARTING, SessionState.RUNNING, SessionState.PAUSED)


class SignInStatus(LoginListener):
    """Follows the sign-ins of the portal session."""

    def __init__(
        self,
        *,
        session: BotSession,
        events: EventSink,
        publisher: Publisher,
        health: PortalHealth,
        page_keeper: PageKeeper,
        failures_until_told: int,
    ) -> None:
        self._session = session
        self._events = events
        self._publisher = publisher
        self._health = health
        self._page_keeper = page_keeper
        self._failures_until_told = failures_until_told

    def signing_in(self) -> None:
        """A sign-in begins."""
        self._session.set_login(LoginStatus.SIGNING_IN)
        if self._session.state in _BEFORE_SIGN_IN:
            self._session.move(SessionState.SIGNING_IN)

    def signed_in(self, user_name: str | None) -> None:
        """The portal knows us; ``user_name`` is the name that it shows."""
        self._session.clear_condition(Condition.SIGN_IN)
        self._session.set_login(LoginStatus.SIGNED_IN, name=user_name)
        if self._session.state is SessionState.SIGNING_IN:
            self._session.move(SessionState.PAUSED if self._session.is_paused else SessionState.RUNNING)
        self._publisher.publish(SignedIn())

    def not_yet(self, error: PortalError, failures: int) -> None:
        """Signing in did not work now, for the nth time in a row (``failures``); it is tried again later."""
        self._session.set_login(LoginStatus.SIGNED_OUT)
        self._session.set_condition(Condition.SIGN_IN, f"{error.message}; the bot tries again by itself")
        log.warning("signing in did not work", action="sign_in_failed", why=error.message, failures=failures)
        if isinstance(error, LayoutChanged):
            kept = self._page_keeper.keep(error) if failures == 1 else None
            log.warning("the page is kept", action="page_kept", file=str(kept))
        if failures == self._failures_until_told:
            self._events.error(
                code="sign_in_failing",
                message=f"Signing in does not work: {error.message}.",
                what_to_do="nothing for now, the bot tries again by itself; if it lasts, sign in by hand and see",
            )

    def refused(self, error: StopAndTell) -> None:
        """Only the owner can mend it: the session ends."""
        was_refused = error.code == "wrong_credentials"
        self._session.set_login(LoginStatus.REFUSED if was_refused else LoginStatus.SIGNED_OUT)
        self._publisher.publish(SignInRefused(error))

    def asked_to_wait(self, error: RetryLater) -> None:
        """The portal asked to be left alone, with whatever request."""
        self._health.record_failure(error)
