"""The portal: every change to a job goes through here, whoever causes it."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Any

from simulator.domain.accounts import Account, AccountState, Lockout
from simulator.domain.appointment_index import AppointmentIndex
from simulator.domain.board import AccountBoard, BoardPage, Filters
from simulator.domain.jobs import (
    ACTIVE,
    AGENCY,
    AcceptTry,
    Interval,
    Job,
    JobDraft,
    JobStatus,
    LoserSees,
    Match,
    MatchStatus,
    interval_of,
    us,
)
from simulator.domain.sessions import Session, Sessions

#: The first number that a job gets.
FIRST_NUMBER = 10_432


@dataclass(frozen=True, kw_only=True, slots=True)
class PortalRules:
    """What can be set about how the portal behaves."""

    #: how long after the first accept another one still overwrites it
    settle: timedelta = timedelta(milliseconds=400)
    #: how long after that an accept is still told "You cannot accept this job"; a later one is answered with 403
    same_moment: timedelta = timedelta(milliseconds=50)
    #: without a request for so long, a session ends
    session_idle: timedelta = timedelta(hours=2)
    #: wrong sign-ins from one address and e-mail before it is locked, and for how long
    lockout_tries: int = 5
    lockout: timedelta = timedelta(seconds=60)
    #: the most assigned jobs on one board; the oldest leave it (and hide nothing any more). None for no limit
    diary_limit: int | None = None
    #: jobs remembered; the oldest that nobody can accept any more are forgotten first
    keep_jobs: int = 20_000


class Answer(StrEnum):
    """What an interpreter is told, in the portal's words."""

    ACCEPTED = "Job accepted"
    REFUSED = "You cannot accept this job"
    REJECTED = "Job rejected"
    UNASSIGNED = "Agent unassigned"
    QUOTED = "Quote sent"
    COMPLETED = "Job completed"
    #: status 403: somebody else has it
    GONE = "This assignment is no longer available!"
    #: status 403: withdrawn by the client, or not matched to the interpreter any more
    WITHDRAWN = "This action is unauthorized."
    #: status 404: there never was such a job
    UNKNOWN = "Sorry, the page you are looking for could not be found."


class SignedIn(Enum):
    """What came of a sign-in."""

    YES = "yes"
    WRONG = "wrong"
    LOCKED = "locked"
    DISABLED = "disabled"
    #: the password is right, and a code is asked for
    CODE = "code"


class Portal:
    """Jobs, accounts and sessions. Every method is instant; ``now`` is an aware time in UTC."""

    def __init__(self, rules: PortalRules, *, hides_overlaps: bool = True) -> None:
        """``hides_overlaps``: a job that overlaps an assigned one is left off the board."""
        self.rules = rules
        self._hides_overlaps = hides_overlaps
        self.sessions = Sessions()
        self.lockout = Lockout()
        #: by number, oldest first
        self.jobs: dict[int, Job] = {}
        #: those of them that can still be accepted
        self.pending: dict[int, Job] = {}
        self._pending_index = AppointmentIndex()
        self._accounts: dict[str, Account] = {}
        self._next_number = FIRST_NUMBER
        self._next_match = 90_001
        #: numbers in the order in which the jobs stopped being open; one can stand there twice
        self._closed: deque[int] = deque()

    # --- accounts -------------------------------------------------------------------------------------------------

    @property
    def accounts(self) -> Iterable[Account]:
        """Every account, the first one first."""
        return self._accounts.values()

    def account(self, email: str | None) -> Account | None:
        """The account with that e-mail, in whatever capitals."""
        return self._accounts.get(email.casefold()) if email else None

    def add_account(
        self, email: str, password: str, name: str, now: datetime, state: AccountState = AccountState.ENABLED
    ) -> Account:
        """A new account, matched to every job that is open to all; ValueError when the e-mail is taken."""
        if self.account(email) is not None:
            raise ValueError(f"there is an account for {email} already")
        account = Account(
            account_id=len(self._accounts) + 1,
            email=email,
            password=password,
            name=name,
            remembered_since=now,
            state=state,
            board=AccountBoard(hides_overlaps=self._hides_overlaps),
        )
        self._accounts[email.casefold()] = account
        for job in self.pending.values():
            if job.draft.matched_to is None:
                self._match(job, account)
        return account

    def sign_in(
        self, session: Session, email: str, password: str, *, address: str, now: datetime
    ) -> tuple[SignedIn, int]:
        """Try to sign the session in; the number is the seconds to wait when the account is locked."""
        wait = self.lockout.seconds_left(address, email, now)
        if wait is not None:
            return SignedIn.LOCKED, wait
        account = self.account(email)
        if account is None or not account.knows(password):
            self.lockout.wrong(address, email, now, allowed=self.rules.lockout_tries, lasts=self.rules.lockout)
            return SignedIn.WRONG, 0
        self.lockout.right(address, email)
        if account.state is AccountState.DISABLED:
            return SignedIn.DISABLED, 0
        if account.state is AccountState.CODE:
            return SignedIn.CODE, 0
        self.sessions.renew(session, now)
        session.account = account.email
        return SignedIn.YES, 0

    def remember_cookie(self, account: Account) -> str:
        """What the long-lived cookie holds."""
        return f"{account.account_id}|{account.remember_token}"

    def remembered(self, cookie: str | None) -> Account | None:
        """The account of a long-lived cookie that is still worth something."""
        if not cookie:
            return None
        for account in self.accounts:
            if self.remember_cookie(account) == cookie:
                return account if account.state is not AccountState.DISABLED else None
        return None

    # --- what an interpreter sees ---------------------------------------------------------------------------------

    def board(self, account: Account, filters: Filters, page: int) -> BoardPage:
        """A page of the account's board."""
        return account.board.page(filters, page)

    def listed(self, account: Account, filters: Filters) -> list[Job]:
        """Everything on the account's board that the filters let through, in the board's order."""
        return account.board.listed(filters)

    def seen(self, number: int, account: Account) -> tuple[Job, Match] | Answer:
        """The job and the account's tie to it, or ``GONE`` or ``UNKNOWN``."""
        job = self.jobs.get(number)
        if job is None:
            return Answer.GONE if FIRST_NUMBER <= number < self._next_number else Answer.UNKNOWN
        match = job.matches.get(account.email)
        if match is None or not match.seen or job.status is JobStatus.REMOVED:
            return Answer.GONE
        return job, match

    def can_complete(self, job: Job, now: datetime) -> bool:
        """Whether the appointment has begun, so that its interpreter may call it done."""
        return job.interval is not None and job.interval.start <= now

    # --- what interpreters do -------------------------------------------------------------------------------------

    def accept(self, number: int, who: str, now: datetime) -> Answer:
        """Somebody accepts. There is no lock: until the truth settles, the last accept written has the job."""
        job = self.jobs.get(number)
        if job is None:
            return Answer.GONE if FIRST_NUMBER <= number < self._next_number else Answer.UNKNOWN
        answer = self._answer_accept(job, who, now)
        took_effect = answer is Answer.ACCEPTED
        job.accepts.append(AcceptTry(now, who, answer.value, took_effect))
        if took_effect:
            if job.first_accepted_at is None:
                job.first_accepted_at = now
                job.settles_at = now + self.rules.settle
            self._give(job, who)
            job.note(now, who, "accepted")
            self._changed(job, now)
        return answer

    def _answer_accept(self, job: Job, who: str, now: datetime) -> Answer:
        if job.status not in ACTIVE or self._is_not_matched(job, who):
            return Answer.WITHDRAWN
        if job.draft.quote_only or job.status is JobStatus.QUOTED or job.holder == who:
            return Answer.REFUSED
        if job.status is JobStatus.ASSIGNED and (job.settles_at is None or now >= job.settles_at):
            in_the_same_moment = job.settles_at is not None and now < job.settles_at + self.rules.same_moment
            return Answer.REFUSED if in_the_same_moment else Answer.GONE
        return Answer.ACCEPTED

    @staticmethod
    def _is_not_matched(job: Job, who: str) -> bool:
        """Whether it is an account's accept, and the job is not matched to that account (any more)."""
        if not who.startswith("us:"):
            return False
        match = job.matches.get(who.removeprefix("us:"))
        return match is None or match.status is MatchStatus.PENDING

    def reject(self, number: int, account: Account, now: datetime) -> Answer:
        """An interpreter does not want the job; it stays on the board, with its Accept."""
        found = self.seen(number, account)
        if isinstance(found, Answer):
            return found
        job, match = found
        if job.status not in ACTIVE:
            return Answer.GONE
        if match.status is not MatchStatus.MATCHED:
            return Answer.REFUSED
        match.status = MatchStatus.REJECTED
        job.note(now, us(account.email), "rejected")
        self._changed(job, now)
        return Answer.REJECTED

    def unassign(self, number: int, match_id: int, account: Account, now: datetime) -> Answer:
        """An interpreter gives an assigned job back: it can be accepted again, by everyone."""
        found = self.seen(number, account)
        if isinstance(found, Answer):
            return found
        job, match = found
        if match.match_id != match_id or match.status is not MatchStatus.ASSIGNED:
            return Answer.GONE
        job.status, job.holder, job.first_accepted_at, job.settles_at = JobStatus.PENDING, None, None, None
        for one in job.matches.values():
            if one.status in (MatchStatus.ASSIGNED, MatchStatus.CANCELLED):
                one.status, one.seen, one.archived = MatchStatus.MATCHED, True, False
        job.note(now, us(account.email), "unassigned")
        self._changed(job, now)
        return Answer.UNASSIGNED

    def quote(self, number: int, account: Account, now: datetime) -> Answer:
        """An interpreter names a price; the client decides some other day."""
        found = self.seen(number, account)
        if isinstance(found, Answer):
            return found
        job, match = found
        if not job.draft.quote_only or job.status not in (JobStatus.PENDING, JobStatus.QUOTED):
            return Answer.GONE
        # the job itself stays pending while nobody has it: ?status=0 goes on listing it
        match.status = MatchStatus.QUOTED
        job.note(now, us(account.email), "quoted")
        self._changed(job, now)
        return Answer.QUOTED

    def complete(self, number: int, account: Account, now: datetime) -> Answer:
        """An interpreter calls an assigned job done once its appointment has begun."""
        found = self.seen(number, account)
        if isinstance(found, Answer):
            return found
        job, match = found
        if match.status is not MatchStatus.ASSIGNED or not self.can_complete(job, now):
            return Answer.GONE
        job.status, match.status = JobStatus.COMPLETED, MatchStatus.COMPLETED
        job.note(now, us(account.email), "completed")
        self._changed(job, now)
        return Answer.COMPLETED

    # --- where nothing is locked and nothing refused --------------------------------------------------------------

    def overwrite(self, job: Job, who: str, now: datetime, *, holder: str | None, status: JobStatus) -> None:
        """Write holder and status as somebody sends them, whoever has the job. Who loses it is told nothing.

        The history says ``taken_from`` where somebody else held it, then ``accepted`` where ``who`` has it now.
        """
        former, was = job.holder, job.status
        if (former, was) == (holder, status):
            return
        self._tie(job, holder)
        job.holder, job.status = holder, status
        if status is JobStatus.PENDING:
            job.first_accepted_at, job.settles_at = None, None
        elif job.first_accepted_at is None:
            job.first_accepted_at, job.settles_at = now, now + self.rules.settle
        for email, match in job.matches.items():
            match.status = _own_view(us(email) == holder, status)
            match.seen = (
                holder is None or us(email) == holder or job.draft.loser_sees is LoserSees.CANCELLED or match.seen
            )
        if former not in (None, who, holder):
            job.note(now, who, "taken_from", former)
        job.note(now, who, _written(who, former, holder, status))
        self._changed(job, now)

    # --- what the agency does -------------------------------------------------------------------------------------

    def post(self, draft: JobDraft, now: datetime) -> Job:
        """A new job, on the boards of those it is matched to from ``now`` on."""
        job = Job(number=self._next_number, draft=draft, interval=interval_of(draft), visible_at=now)
        self._next_number += 1
        self.jobs[job.number] = job
        self._set_pending(job, is_pending=True)
        job.note(now, AGENCY, "posted")
        for account in self.accounts:
            if draft.matched_to is None or account.email in draft.matched_to:
                self._match(job, account)
        self._forget_old()
        return job

    def assign(self, job: Job, to: str, now: datetime) -> None:
        """Give the job to somebody, whoever has it, and settle it."""
        self._tie(job, to)
        job.first_accepted_at = job.first_accepted_at or now
        job.settles_at = now
        self._give(job, to)
        job.note(now, AGENCY, f"assigned to {to}")
        self._changed(job, now)

    def cancel(self, job: Job, now: datetime) -> None:
        """The client does not need it any more: everyone who saw it sees it cancelled."""
        job.status, job.holder = JobStatus.CANCELLED, None
        for match in job.matches.values():
            match.status = MatchStatus.CANCELLED
        job.note(now, AGENCY, "cancelled")
        self._changed(job, now)

    def change(self, job: Job, now: datetime, **changes: Any) -> None:
        """The client changes fields of the draft: the job is taken from whoever has it, and offered again.

        It keeps its number. ``changes``: ``appointment_date``, ``appointment_time``, ``duration_minutes``.
        """
        self._set_pending(job, is_pending=False)
        for email in job.matches:
            self._accounts[email.casefold()].board.forget(job)
        job.draft = replace(job.draft, **changes)
        job.interval = interval_of(job.draft)
        job.note(now, AGENCY, "changed")
        self._offer_again(job, now)

    def match_again(self, job: Job, now: datetime) -> None:
        """Interpreters are matched again: also one who rejected the job, or was not matched any more."""
        job.note(now, AGENCY, "matched again")
        self._offer_again(job, now)

    def remove_match(self, job: Job, account: Account, now: datetime) -> None:
        """The job is not matched to this interpreter any more: it stays on the board as ``pending``."""
        match = job.matches[account.email]
        match.status, match.seen = MatchStatus.PENDING, True
        job.note(now, AGENCY, f"not matched to {us(account.email)} any more")
        self._changed(job, now)

    def _offer_again(self, job: Job, now: datetime) -> None:
        job.status, job.holder, job.first_accepted_at, job.settles_at = JobStatus.PENDING, None, None, None
        for match in job.matches.values():
            match.status, match.seen, match.archived = MatchStatus.MATCHED, True, False
        self._changed(job, now)

    def remove(self, job: Job, now: datetime) -> None:
        """Take the job off every page."""
        job.status, job.holder = JobStatus.REMOVED, None
        job.note(now, AGENCY, "removed")
        self._changed(job, now)

    def is_free(self, interval: Interval) -> bool:
        """Whether no interpreter's appointment and no open job lies in that time."""
        return self._pending_index.is_free(interval) and all(
            account.board.assigned.is_free(interval) for account in self.accounts
        )

    # --- keeping things together ----------------------------------------------------------------------------------

    def _match(self, job: Job, account: Account) -> None:
        match = Match(self._next_match, MatchStatus.MATCHED)
        self._next_match += 1
        job.matches[account.email] = match
        account.board.update(job, match)

    def _tie(self, job: Job, holder: str | None) -> None:
        """Whoever has a job sees it, also where it was never offered to that account."""
        account = self.account(holder.removeprefix("us:")) if holder is not None else None
        if account is not None and account.email not in job.matches:
            self._match(job, account)

    def _give(self, job: Job, to: str) -> None:
        job.status, job.holder = JobStatus.ASSIGNED, to
        for email, match in job.matches.items():
            if us(email) == to:
                match.status, match.seen = MatchStatus.ASSIGNED, True
            elif match.status in (MatchStatus.MATCHED, MatchStatus.ASSIGNED, MatchStatus.QUOTED):
                match.status, match.seen = MatchStatus.CANCELLED, job.draft.loser_sees is LoserSees.CANCELLED

    def _changed(self, job: Job, now: datetime) -> None:
        for email, match in job.matches.items():
            account = self._accounts[email.casefold()]
            account.board.update(job, match)
            self._shorten_diary(account, now)
        is_pending = job.status is JobStatus.PENDING
        self._set_pending(job, is_pending=is_pending)
        if not is_pending:
            self._closed.append(job.number)

    def _set_pending(self, job: Job, *, is_pending: bool) -> None:
        if not is_pending:
            self.pending.pop(job.number, None)
            self._pending_index.drop(job.number)
            return
        self.pending[job.number] = job
        if job.interval is not None:
            self._pending_index.put(job.number, job.interval)

    def _shorten_diary(self, account: Account, now: datetime) -> None:
        limit = self.rules.diary_limit
        while limit is not None and len(account.board.assigned) > limit:
            diary = (self.jobs[number] for number in account.board.assigned)
            job = next((one for one in diary if not _is_given_ahead(one, now)), None)
            if job is None:
                return
            match = job.matches[account.email]
            match.archived = True
            account.board.update(job, match)

    def _forget_old(self) -> None:
        while len(self.jobs) > self.rules.keep_jobs and self._closed:
            job = self.jobs.get(self._closed.popleft())
            if job is None or job.status is JobStatus.PENDING:
                continue
            for email in job.matches:
                self._accounts[email.casefold()].board.forget(job)
            del self.jobs[job.number]


def _is_given_ahead(job: Job, now: datetime) -> bool:
    """Given by the agency, and still to come: where it left the board it would look as if it was taken back."""
    return not job.accepts and job.interval is not None and job.interval.start > now


def _own_view(is_holder: bool, status: JobStatus) -> MatchStatus:
    """How an interpreter sees a job that was written with that status."""
    if status is JobStatus.PENDING:
        return MatchStatus.MATCHED
    if not is_holder:
        return MatchStatus.CANCELLED
    return MatchStatus.COMPLETED if status is JobStatus.COMPLETED else MatchStatus.ASSIGNED


def _written(who: str, former: str | None, holder: str | None, status: JobStatus) -> str:
    """What the history calls it."""
    if status in (JobStatus.COMPLETED, JobStatus.CANCELLED):
        return "closed"
    if holder is None:
        return "unassigned" if former is not None else "written"
    if holder == who and status is JobStatus.ASSIGNED:
        return "accepted"
    return f"assigned to {holder}"
