"""The actions of interpreters, ours and rivals: accept, reject, give back, quote, complete."""

from collections.abc import Callable
from datetime import datetime

from simulator.domain.accounts import Account
from simulator.domain.job_store import JobStore
from simulator.domain.jobs import ACTIVE, AcceptTry, Job, JobStatus, MatchStatus, us
from simulator.domain.rules import Answer, PortalRules


class InterpreterActions:
    """Changes jobs as interpreters ask for it, and answers as the portal does."""

    def __init__(self, store: JobStore, rules: Callable[[], PortalRules]) -> None:
        """``rules`` returns the rules that apply now."""
        self._store = store
        self._rules = rules

    def can_complete(self, job: Job, now: datetime) -> bool:
        """Whether the appointment has begun, so that its interpreter may call it done."""
        return job.interval is not None and job.interval.start <= now

    def accept(self, number: int, who: str, now: datetime) -> Answer:
        """Somebody accepts. There is no lock: until the truth settles, the last accept written has the job."""
        job = self._store.jobs.get(number)
        if job is None:
            return self._store.why_missing(number)
        answer = self._answer_accept(job, who, now)
        took_effect = answer is Answer.ACCEPTED
        job.accepts.append(AcceptTry(now, who, answer.value, took_effect))
        if took_effect:
            if job.first_accepted_at is None:
                job.first_accepted_at = now
                job.settles_at = now + self._rules().settle
            self._store.give(job, who)
            job.note(now, who, "accepted")
            self._store.changed(job, now)
        return answer

    def _answer_accept(self, job: Job, who: str, now: datetime) -> Answer:
        if job.status not in ACTIVE or self._is_not_matched(job, who):
            return Answer.WITHDRAWN
        if job.draft.quote_only or job.status is JobStatus.QUOTED or job.holder == who:
            return Answer.REFUSED
        if job.status is JobStatus.ASSIGNED and (job.settles_at is None or now >= job.settles_at):
            in_the_same_moment = job.settles_at is not None and now < job.settles_at + self._rules().same_moment
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
        found = self._store.seen(number, account)
        if isinstance(found, Answer):
            return found
        job, match = found
        if job.status not in ACTIVE:
            return Answer.GONE
        if match.status is not MatchStatus.MATCHED:
            return Answer.REFUSED
        match.status = MatchStatus.REJECTED
        job.note(now, us(account.email), "rejected")
        self._store.changed(job, now)
        return Answer.REJECTED

    def unassign(self, number: int, match_id: int, account: Account, now: datetime) -> Answer:
        """An interpreter gives an assigned job back: it can be accepted again, by everyone."""
        found = self._store.seen(number, account)
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
        self._store.changed(job, now)
        return Answer.UNASSIGNED

    def quote(self, number: int, account: Account, now: datetime) -> Answer:
        """An interpreter names a price; the client decides some other day."""
        found = self._store.seen(number, account)
        if isinstance(found, Answer):
            return found
        job, match = found
        if not job.draft.quote_only or job.status not in (JobStatus.PENDING, JobStatus.QUOTED):
            return Answer.GONE
        # the job itself stays pending while nobody has it: ?status=0 goes on listing it
        match.status = MatchStatus.QUOTED
        job.note(now, us(account.email), "quoted")
        self._store.changed(job, now)
        return Answer.QUOTED

    def complete(self, number: int, account: Account, now: datetime) -> Answer:
        """An interpreter calls an assigned job done once its appointment has begun."""
        found = self._store.seen(number, account)
        if isinstance(found, Answer):
            return found
        job, match = found
        if match.status is not MatchStatus.ASSIGNED or not self.can_complete(job, now):
            return Answer.GONE
        job.status, match.status = JobStatus.COMPLETED, MatchStatus.COMPLETED
        job.note(now, us(account.email), "completed")
        self._store.changed(job, now)
        return Answer.COMPLETED
