"""The portal without its pages: its accounts, sessions and jobs, and the actions that change them."""

from datetime import datetime

from simulator.domain.accounts import Account, AccountRegister, AccountState
from simulator.domain.agency_actions import AgencyActions
from simulator.domain.interpreter_actions import InterpreterActions
from simulator.domain.job_store import JobStore
from simulator.domain.rules import PortalRules
from simulator.domain.sessions import Sessions
from simulator.domain.sign_in import SignIn
from simulator.domain.unlocked_writes import UnlockedWrites


class Portal:
    """The parts of one portal. Their methods are instant; ``now`` is an aware time in UTC."""

    def __init__(self, rules: PortalRules, *, hides_overlaps: bool = True) -> None:
        """``hides_overlaps``: a job that overlaps an assigned one is left off the board."""
        #: can be replaced at any time
        self.rules = rules
        self.sessions = Sessions()
        self.accounts = AccountRegister(hides_overlaps=hides_overlaps)
        self.store = JobStore(self.accounts, lambda: self.rules)
        self.signing_in = SignIn(self.accounts, self.sessions, lambda: self.rules)
        self.interpreters = InterpreterActions(self.store, lambda: self.rules)
        self.agency = AgencyActions(self.store)
        self.unlocked = UnlockedWrites(self.store, lambda: self.rules)

    def add_account(
        self, email: str, password: str, name: str, now: datetime, state: AccountState = AccountState.ENABLED
    ) -> Account:
        """Add an account and match it to every job that is open to all; raises ValueError if the e-mail is taken."""
        account = self.accounts.add(email, password, name, now, state)
        self.store.match_to_open_jobs(account)
        return account
