"""Posts jobs at random moments and lets rivals react to them. Pure: the caller passes the time in."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from simulator.domain.accounts import Account
from simulator.domain.appointment_index import AppointmentIndex
from simulator.domain.jobs import Job, JobDraft, interval_of, rival
from simulator.domain.portal import Portal
from simulator.settings import Settings
from simulator.world.chance import Chance
from simulator.world.past import give_past

#: How likely each further rival goes for a job that one goes for already.
_ANOTHER_RIVAL = 0.2

#: Of the jobs that nobody took in time: those that another interpreter gets, and those that are cancelled; the rest
#: leaves the board.
_TAKEN_AT_LAST, _CANCELLED_AT_LAST = 0.8, 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class RivalPlan:
    """What rivals do about one job; without one, chance decides."""

    #: a rival accepts so long after the job became visible, milliseconds; None: no rival does
    reaction_ms: float | None = None
    #: a rival accepts so long after an account's first accept, milliseconds; 0 is in the same instant, before the
    #: account is answered; None: no rival does
    after_accept_ms: float | None = None


class World:
    """A queue of coming events: arrivals, rivals' accepts, withdrawals."""

    def __init__(self, portal: Portal, settings: Settings, seed: int) -> None:
        self.portal = portal
        self.settings = settings
        self.chance = Chance(seed)
        self._rng = self.chance.rng
        self._due: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._order = itertools.count()
        self._next_arrival: datetime | None = None
        self._after_accept: dict[int, float] = {}
        #: called when something may be due earlier than ``next_due`` last said
        self.rescheduled: Callable[[], None] = lambda: None

    # --- time -----------------------------------------------------------------------------------------------------

    def begin(self, now: datetime) -> None:
        """Post the jobs that are open from the start, and plan the first arrival."""
        for _ in range(self.settings.open_at_start):
            self.post(self.chance.arrival(now, self.settings), now, lasting=True)
        if self.settings.jobs_per_minute and self.settings.first_job_after_seconds is not None:
            self._at(now + timedelta(seconds=self.settings.first_job_after_seconds), self._first_job)
        self._draw_next_arrival(now)

    def next_due(self) -> datetime | None:
        """The time of the next planned event; None where none is planned."""
        times = [self._next_arrival] if self._next_arrival else []
        if self._due:
            times.append(self._due[0][0])
        return min(times, default=None)

    def advance(self, now: datetime) -> None:
        """Carry out every event that is due at ``now``."""
        while self._next_arrival is not None and self._next_arrival <= now:
            self._draw_next_arrival(self._next_arrival)
            self.post(self.chance.arrival(now, self.settings), now, lasting=False)
        while self._due and self._due[0][0] <= now:
            heapq.heappop(self._due)[2](now)

    def change(self, settings: Settings, now: datetime) -> None:
        """Use other settings from now on."""
        was, self.settings = self.settings, settings
        self.portal.rules = settings.portal_rules()
        if settings.jobs_per_minute != was.jobs_per_minute:
            self._draw_next_arrival(now)
        self.rescheduled()

    # --- what others cause ----------------------------------------------------------------------------------------

    def welcome(self, account: Account, now: datetime, *, population: int | None = None) -> None:
        """Give a new account its past: ``population`` jobs, or as many as the settings say."""
        size = self.settings.population if population is None else population
        give_past(self.portal, account, self.chance, self.settings, now, size=size)

    def post(self, draft: JobDraft, now: datetime, *, plan: RivalPlan | None = None, lasting: bool = True) -> Job:
        """Post a job; rivals follow the plan or chance. If not ``lasting``, it is taken or withdrawn in the end."""
        job = self.portal.agency.post(draft, now)
        for who, after in self._contenders(job) if plan is None else self._planned(plan):
            self._at(now + timedelta(milliseconds=after), self._accept_by(job.number, who))
        if plan is not None and plan.after_accept_ms is not None:
            self._after_accept[job.number] = plan.after_accept_ms
        if not lasting:
            self._let_go_in_the_end(job.number, now)
        self.rescheduled()
        return job

    def drafts(self, count: int, now: datetime, given: dict[str, Any], *, anywhere: bool) -> list[JobDraft]:
        """Random drafts with the given fields; ``anywhere`` moves each to a free date and time."""
        drafts: list[JobDraft] = []
        among_them = AppointmentIndex()
        for number in range(count):
            draft = self.chance.draft(now, self.settings, **given)
            if anywhere:
                draft = self.chance.free_slot(
                    draft,
                    lambda interval: self.portal.store.is_free(interval) and among_them.is_free(interval),
                    self.settings,
                )
                interval = interval_of(draft)
                if interval is not None:
                    among_them.put(number, interval)
            drafts.append(draft)
        return drafts

    def accepted_by_account(self, number: int, now: datetime) -> None:
        """Let a rival follow that waits for an account's accept of this job."""
        after = self._after_accept.pop(number, None)
        if after is None:
            return
        follow = self._accept_by(number, rival(1))
        if after == 0:
            follow(now)
        else:
            self._at(now + timedelta(milliseconds=after), follow)
            self.rescheduled()

    # --- what happens ---------------------------------------------------------------------------------------------

    def _first_job(self, now: datetime) -> None:
        """Post a newcomer's first job, which no rival wants."""
        (draft,) = self.drafts(1, now, {"kind": "Telephone Interpreting"}, anywhere=True)
        self.post(draft, now, plan=RivalPlan())

    def _contenders(self, job: Job) -> list[tuple[str, float]]:
        rng, settings = self._rng, self.settings
        if settings.rivals == 0 or job.draft.quote_only or rng.random() >= settings.rival_share:
            return []
        first = rng.randint(1, settings.rivals)
        who = [number for number in range(1, settings.rivals + 1) if number == first or rng.random() < _ANOTHER_RIVAL]
        return [(rival(number), rng.uniform(*settings.rival_reaction_ms)) for number in who]

    def _planned(self, plan: RivalPlan) -> list[tuple[str, float]]:
        return [] if plan.reaction_ms is None else [(rival(1), plan.reaction_ms)]

    def _accept_by(self, number: int, who: str) -> Callable[[datetime], None]:
        def accept(now: datetime) -> None:
            self.portal.interpreters.accept(number, who, now)

        return accept

    def _let_go_in_the_end(self, number: int, now: datetime) -> None:
        if self.settings.open_for_seconds is None:
            return

        def let_go(now: datetime) -> None:
            job = self.portal.store.pending.get(number)
            if job is None:
                return
            chance = self._rng.random()
            if chance < _TAKEN_AT_LAST:
                self.portal.agency.assign(job, rival(self._rng.randint(1, max(1, self.settings.rivals))), now)
            elif chance < _TAKEN_AT_LAST + _CANCELLED_AT_LAST:
                self.portal.agency.cancel(job, now)
            else:
                self.portal.agency.remove(job, now)

        self._at(now + timedelta(seconds=self._rng.uniform(*self.settings.open_for_seconds)), let_go)

    def _draw_next_arrival(self, after: datetime) -> None:
        rate = self.settings.jobs_per_minute
        self._next_arrival = after + timedelta(seconds=self._rng.expovariate(rate / 60)) if rate else None

    def _at(self, due: datetime, action: Callable[[datetime], None]) -> None:
        heapq.heappush(self._due, (due, next(self._order), action))
