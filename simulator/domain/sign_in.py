"""Signs accounts in: by password, or by the long-lived cookie."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum

from simulator.domain.accounts import Account, AccountRegister, AccountState, Lockout
from simulator.domain.rules import PortalRules
from simulator.domain.sessions import Session, Sessions


class SignedIn(Enum):
    """The outcome of a sign-in."""

    YES = "yes"
    WRONG = "wrong"
    LOCKED = "locked"
    DISABLED = "disabled"
    #: the password is right, and a code is asked for
    CODE = "code"


class SignIn:
    """Checks passwords and long-lived cookies, and puts the account into the session."""

    def __init__(self, accounts: AccountRegister, sessions: Sessions, rules: Callable[[], PortalRules]) -> None:
        """``rules`` returns the rules that apply now."""
        self._accounts = accounts
        self._sessions = sessions
        self._rules = rules
        self._lockout = Lockout()

    def sign_in(
        self, session: Session, email: str, password: str, *, address: str, now: datetime
    ) -> tuple[SignedIn, int]:
        """Sign the session in; the number is the seconds until the next try where the account is locked, else 0."""
        wait = self._lockout.seconds_left(address, email, now)
        if wait is not None:
            return SignedIn.LOCKED, wait
        account = self._accounts.find(email)
        if account is None or not account.knows(password):
            rules = self._rules()
            self._lockout.wrong(address, email, now, allowed=rules.lockout_tries, lasts=rules.lockout)
            return SignedIn.WRONG, 0
        self._lockout.right(address, email)
        if account.state is AccountState.DISABLED:
            return SignedIn.DISABLED, 0
        if account.state is AccountState.CODE:
            return SignedIn.CODE, 0
        self._sessions.renew(session, now)
        session.account = account.email
        return SignedIn.YES, 0

    @staticmethod
    def remember_cookie(account: Account) -> str:
        """The content of the account's long-lived cookie."""
        return f"{account.account_id}|{account.remember_token}"

    def remembered(self, cookie: str | None) -> Account | None:
        """The account whose long-lived cookie this is; None where the cookie is not valid or the account disabled."""
        if not cookie:
            return None
        for account in self._accounts:
            if self.remember_cookie(account) == cookie:
                return account if account.state is not AccountState.DISABLED else None
        return None
