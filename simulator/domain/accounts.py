"""The accounts, and the limit on wrong sign-ins."""

import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from simulator.domain.board import AccountBoard


class AccountState(StrEnum):
    """How far an account gets after the right password."""

    ENABLED = "enabled"
    #: is refused with a message
    DISABLED = "disabled"
    #: signs in, and every board leads to the page on which its profile is made
    UNAPPROVED = "unapproved"
    #: never confirmed its e-mail address: signs in, and every board leads to the page that says so
    UNCONFIRMED = "unconfirmed"
    #: is asked for a code after the password; no code is right
    CODE = "code"


@dataclass(kw_only=True, slots=True)
class Account:
    """An interpreter's account."""

    account_id: int
    email: str
    password: str = field(repr=False)
    name: str
    #: since when the token below is the one
    remembered_since: datetime
    state: AccountState = AccountState.ENABLED
    #: what the long-lived cookie holds; a new one makes the old cookies worthless
    remember_token: str = field(default_factory=lambda: secrets.token_urlsafe(40), repr=False)
    #: when it last agreed to the terms; None while never
    agreed_to_terms_at: datetime | None = None
    board: AccountBoard = field(default_factory=AccountBoard, repr=False)

    def knows(self, password: str) -> bool:
        """Whether that is the account's password."""
        return hmac.compare_digest(self.password.encode(), password.encode())

    def forget_devices(self, now: datetime) -> None:
        """Make every long-lived cookie of this account worthless."""
        self.remember_token, self.remembered_since = secrets.token_urlsafe(40), now


class AccountRegister:
    """All accounts, the oldest first. E-mails are compared without regard to capitals."""

    def __init__(self, *, hides_overlaps: bool = True) -> None:
        """``hides_overlaps``: a job that overlaps an assigned one is left off the board."""
        self._hides_overlaps = hides_overlaps
        self._by_email: dict[str, Account] = {}

    def __iter__(self) -> Iterator[Account]:
        return iter(self._by_email.values())

    def __len__(self) -> int:
        return len(self._by_email)

    def __getitem__(self, email: str) -> Account:
        return self._by_email[email.casefold()]

    def find(self, email: str | None) -> Account | None:
        """The account with that e-mail; None where there is none."""
        return self._by_email.get(email.casefold()) if email else None

    def add(self, email: str, password: str, name: str, now: datetime, state: AccountState) -> Account:
        """Add an account with an empty board; raises ValueError if the e-mail is taken."""
        if self.find(email) is not None:
            raise ValueError(f"there is an account for {email} already")
        account = Account(
            account_id=len(self._by_email) + 1,
            email=email,
            password=password,
            name=name,
            remembered_since=now,
            state=state,
            board=AccountBoard(hides_overlaps=self._hides_overlaps),
        )
        self._by_email[email.casefold()] = account
        return account


@dataclass(slots=True)
class _Tries:
    wrong: int = 0
    locked_until: datetime | None = None


class Lockout:
    """Counts wrong sign-ins by network address and e-mail, and locks the pair for a while after too many."""

    def __init__(self) -> None:
        self._tries: dict[tuple[str, str], _Tries] = {}

    def seconds_left(self, address: str, email: str, now: datetime) -> int | None:
        """Whole seconds until the lock ends; None where there is no lock."""
        tries = self._tries.get((address, email.casefold()))
        if tries is None or tries.locked_until is None:
            return None
        if now >= tries.locked_until:
            del self._tries[address, email.casefold()]
            return None
        return max(1, round((tries.locked_until - now).total_seconds()))

    def wrong(self, address: str, email: str, now: datetime, *, allowed: int, lasts: timedelta) -> None:
        """Count a wrong try; the try number ``allowed`` locks the pair for the time ``lasts``."""
        tries = self._tries.setdefault((address, email.casefold()), _Tries())
        tries.wrong += 1
        if tries.wrong >= allowed:
            tries.locked_until = now + lasts

    def right(self, address: str, email: str) -> None:
        """Forget the wrong tries after a right one."""
        self._tries.pop((address, email.casefold()), None)
