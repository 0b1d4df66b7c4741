"""When the owner is busy: our jobs on the portal, the claims that may make further ones ours, other calendars."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.clock import now, steady_seconds
from bot.domain.busy_calendar import BusySpan, Calendar, span_of
from bot.domain.claim import is_ours, takes_place
from bot.domain.job import Job
from bot.state.claim_record import ClaimRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class Assigned:
    """The jobs that the portal showed as ours, with those of this week that are done where it lists them apart."""

    jobs: tuple[Job, ...]
    #: when they were asked for: what was confirmed later may be missing
    asked_at: datetime
    #: steady seconds; after that it may lack too much for anything to be accepted on top of it
    good_until: float = float("inf")


#: A portal may need a moment until a job that was just confirmed stands in the list of what is ours.
_LIST_LAGS = timedelta(seconds=10)


class OtherCalendars(Protocol):
    """The owner's other calendars; ``bot.calendars.watch.Calendars`` are some."""

    @property
    def version(self) -> int:
        """Another number whenever ``spans`` or ``unread`` are others."""
        ...

    @property
    def unread(self) -> tuple[str, ...]:
        """The calendars of which something is unknown, as they are called."""
        ...

    @property
    def known_until(self) -> datetime | None:
        """Up to when they are known; None without calendars, or while none was read."""
        ...

    def spans(self, now: datetime) -> tuple[BusySpan, ...]:
        """What is known of them and not long over."""
        ...


class NoCalendars:
    """An owner without other calendars."""

    version = 0
    unread: tuple[str, ...] = ()
    known_until: datetime | None = None

    def spans(self, now: datetime) -> tuple[BusySpan, ...]:
        """None."""
        del now
        return ()


class Commitments:
    """What the owner is busy with. Years of calendar entries are put in order once, not for each decision."""

    def __init__(self, zone: ZoneInfo, calendars: OtherCalendars) -> None:
        self._zone = zone
        self._calendars = calendars
        self._newest: Assigned | None = None
        self._made_for: tuple[object, ...] = ()
        #: kept, so that no other object gets the identity of one of these
        self._made_from: tuple[object, ...] = ()
        self._settled = Calendar()

    @property
    def assigned(self) -> Assigned | None:
        """The newest list of our jobs; None while there is none that is new enough, and nothing may be accepted."""
        newest = self._newest
        return newest if newest is not None and steady_seconds() < newest.good_until else None

    @assigned.setter
    def assigned(self, newest: Assigned | None) -> None:
        self._newest = newest

    @property
    def good_until(self) -> datetime | None:
        """Up to when (in the portal's zone) the newest list lets jobs be accepted; None where it does not any more."""
        assigned = self.assigned
        if assigned is None:
            return None
        return (now() + timedelta(seconds=assigned.good_until - steady_seconds())).astimezone(self._zone)

    def state_of_calendars(self) -> tuple[object, ...]:
        """Another value whenever the other calendars say something else."""
        return self._calendars.version, self._calendars.known_until

    @property
    def unread(self) -> tuple[str, ...]:
        """The calendars of which something is unknown."""
        return self._calendars.unread

    def calendar(self, claims: Iterable[ClaimRecord], at: datetime) -> Calendar:
        """The calendar against which a job is weighed.

        A claim that was confirmed before the portal was asked counts only where the portal still shows the job as
        ours: a job that the owner gave back, or that was taken back, leaves its time free.
        """
        # also where it has grown old since somebody asked for it: better than to know of none
        assigned = self._newest or Assigned(jobs=(), asked_at=at)
        calendar = self._without_claims(assigned, at)
        shown = {job.job_number for job in assigned.jobs}
        for claim in claims:
            if claim.job.job_number in shown or not takes_place(claim.state) or _told_by_portal(claim, assigned):
                continue
            span = span_of(claim.job, self._zone)
            calendar = calendar.with_span(span) if span else calendar
        return calendar

    def _without_claims(self, assigned: Assigned, at: datetime) -> Calendar:
        other = self._calendars.spans(at)
        # both are the same objects until something changes; to compare them would cost more than it saves
        key = (id(assigned), id(other), *self.state_of_calendars())
        if key != self._made_for:
            spans = [span for job in assigned.jobs if (span := span_of(job, self._zone)) is not None]
            self._settled = Calendar.of(
                (*spans, *other), unread=self._calendars.unread, known_until=self._calendars.known_until
            )
            self._made_for, self._made_from = key, (assigned, other)
        return self._settled


def _told_by_portal(claim: ClaimRecord, assigned: Assigned) -> bool:
    """Whether the list of our jobs is new enough to have this one, if it is still ours."""
    return (
        is_ours(claim.state) and claim.confirmed_at is not None and claim.confirmed_at + _LIST_LAGS < assigned.asked_at
    )
