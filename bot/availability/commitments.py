"""When the owner is busy: our jobs on the portal, the claims that may make further jobs ours, other calendars."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.clock import now, steady_seconds
from bot.domain.busy_calendar import BusySpan, Calendar, span_of
from bot.domain.claim import is_ours, takes_place
from bot.state.assigned_list import AssignedList
from bot.state.claim_record import ClaimRecord

#: While a calendar is unread nothing is decided for this many seconds. What was kept of it is read in a moment, and
#: until then jobs would be reported as refused for no reason.
_CALENDARS_ARE_READ_WITHIN = 10.0


class OtherCalendars(Protocol):
    """The owner's other calendars (``bot.calendars.watch.Calendars``)."""

    @property
    def version(self) -> int:
        """A number that changes with ``spans`` and ``unread``."""
        ...

    @property
    def unread(self) -> tuple[str, ...]:
        """The names of the calendars of which something is unknown."""
        ...

    @property
    def known_until(self) -> datetime | None:
        """Up to when the calendars are known; None without calendars, and before the first was read."""
        ...

    def spans(self, now: datetime) -> tuple[BusySpan, ...]:
        """The known entries that are not long over."""
        ...


class NoCalendars:
    """The calendars of an owner who has no other."""

    version = 0
    unread: tuple[str, ...] = ()
    known_until: datetime | None = None

    def spans(self, now: datetime) -> tuple[BusySpan, ...]:
        """No entries."""
        del now
        return ()


class Commitments:
    """What the owner is busy with. Years of calendar entries are sorted once, not for each decision."""

    def __init__(self, zone: ZoneInfo, calendars: OtherCalendars) -> None:
        self._zone = zone
        self._calendars = calendars
        self._newest: AssignedList | None = None
        self._calendars_expected_by: float | None = None
        self._cache_key: tuple[object, ...] = ()
        #: strong references: the cache key uses id(), which Python may reuse
        self._cached_from: tuple[object, ...] = ()
        self._cached = Calendar()

    # --- the list of our jobs -----------------------------------------------------------------------------------------

    @property
    def assigned(self) -> AssignedList | None:
        """The newest list of our jobs; None if there is none or it is too old: then nothing may be accepted."""
        newest = self._newest
        return newest if newest is not None and steady_seconds() < newest.good_until else None

    @property
    def good_until(self) -> datetime | None:
        """Until when, in the portal's zone, the newest list lets jobs be accepted; None if it does not any more."""
        assigned = self.assigned
        if assigned is None:
            return None
        return (now() + timedelta(seconds=assigned.good_until - steady_seconds())).astimezone(self._zone)

    def take_list(self, assigned: AssignedList) -> None:
        """Take up a newer list of our jobs."""
        self._newest = assigned

    def drop_list(self) -> None:
        """Forget the list of our jobs: nothing is accepted until it is read again."""
        self._newest = None

    # --- other calendars ----------------------------------------------------------------------------------------------

    @property
    def calendars_version(self) -> tuple[object, ...]:
        """A value that changes whenever the other calendars say something else."""
        return self._calendars.version, self._calendars.known_until

    @property
    def unread_calendars(self) -> tuple[str, ...]:
        """The names of the calendars of which something is unknown."""
        return self._calendars.unread

    @property
    def may_decide(self) -> bool:
        """Whether every calendar is read, or had its time to be read since ``expect_calendars``."""
        expected_by = self._calendars_expected_by
        return not self.unread_calendars or (expected_by is not None and steady_seconds() > expected_by)

    def expect_calendars(self) -> None:
        """Start the time within which the calendars have to be read; a second call changes nothing."""
        if self._calendars_expected_by is None:
            self._calendars_expected_by = steady_seconds() + _CALENDARS_ARE_READ_WITHIN

    # --- both ---------------------------------------------------------------------------------------------------------

    def calendar(self, claims: Iterable[ClaimRecord], at: datetime) -> Calendar:
        """The calendar against which a job is weighed.

        A claim that was confirmed before the list of our jobs was asked for counts only if the list still shows the
        job: a job that the owner gave back, or that was taken back, leaves its time free.
        """
        # an old list is better than none, if a decision is made in spite of it
        assigned = self._newest or AssignedList(jobs=(), asked_at=at)
        calendar = self._without_claims(assigned, at)
        shown = assigned.job_numbers
        for claim in claims:
            if claim.job.job_number in shown or not takes_place(claim.state) or _is_settled(claim, assigned):
                continue
            span = span_of(claim.job, self._zone)
            calendar = calendar.with_span(span) if span else calendar
        return calendar

    def _without_claims(self, assigned: AssignedList, at: datetime) -> Calendar:
        other = self._calendars.spans(at)
        # both are the same objects until something changes; comparing their contents would cost more than it saves
        key = (id(assigned), id(other), *self.calendars_version)
        if key != self._cache_key:
            spans = [span for job in assigned.jobs if (span := span_of(job, self._zone)) is not None]
            self._cached = Calendar.of(
                (*spans, *other), unread=self._calendars.unread, known_until=self._calendars.known_until
            )
            self._cache_key, self._cached_from = key, (assigned, other)
        return self._cached


def _is_settled(claim: ClaimRecord, assigned: AssignedList) -> bool:
    """Whether the list of our jobs is new enough to show this claim's job, if it is still ours."""
    return is_ours(claim.state) and claim.confirmed_at is not None and assigned.reflects(claim.confirmed_at)
