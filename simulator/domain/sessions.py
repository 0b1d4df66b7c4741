"""Sessions like those of a Laravel 5.7 site: a cookie, a CSRF token, an idle timeout, messages shown once."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

#: Sessions kept at most; a client without cookies leaves one behind with every request.
_MOST_SESSIONS = 20_000


class Tone(StrEnum):
    """The kind of a message, which decides its colour."""

    SUCCESS = "success"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Message:
    """A message that the session's next page shows."""

    tone: Tone
    text: str


@dataclass(slots=True)
class Session:
    """The state of one browser's session."""

    session_id: str = field(repr=False)
    #: the CSRF token of every form
    token: str = field(repr=False)
    begun_at: datetime
    last_seen_at: datetime
    #: e-mail of who is signed in
    account: str | None = None
    #: shown on the next page that is rendered, then gone
    messages: list[Message] = field(default_factory=list)
    #: the sign-in form's error and the e-mail typed, likewise once
    sign_in_error: str | None = None
    typed_email: str = ""
    #: the page first asked for, where the sign-in leads to
    intended: str | None = None


def _secret() -> str:
    return secrets.token_urlsafe(30)


class Sessions:
    """All sessions by cookie; a session that was idle too long ends."""

    def __init__(self) -> None:
        self._by_id: dict[str, Session] = {}

    def resume(self, cookie: str | None, now: datetime, idle: timedelta) -> Session:
        """The cookie's session, marked as used now; a new one where there is none or it was idle too long."""
        session = self.peek(cookie, now, idle)
        if session is None:
            return self._begin(now)
        session.last_seen_at = now
        return session

    def peek(self, cookie: str | None, now: datetime, idle: timedelta) -> Session | None:
        """The cookie's session, without marking it as used; None where there is none or it was idle too long."""
        session = self._by_id.get(cookie) if cookie else None
        if session is not None and now - session.last_seen_at >= idle:
            del self._by_id[session.session_id]
            return None
        return session

    def renew(self, session: Session, now: datetime) -> None:
        """Give the session a new id and token, as every sign-in does; the old cookie becomes invalid."""
        del self._by_id[session.session_id]
        session.session_id, session.token, session.begun_at = _secret(), _secret(), now
        self._by_id[session.session_id] = session

    def end(self, session: Session) -> None:
        """Forget the session."""
        self._by_id.pop(session.session_id, None)

    def _begin(self, now: datetime) -> Session:
        if len(self._by_id) >= _MOST_SESSIONS:
            oldest = next(iter(self._by_id.values()))
            self.end(next((one for one in self._by_id.values() if one.account is None), oldest))
        session = Session(session_id=_secret(), token=_secret(), begun_at=now, last_seen_at=now)
        self._by_id[session.session_id] = session
        return session
