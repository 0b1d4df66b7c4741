"""An account's past: what stands on a board after months of work, so that new jobs are as likely on page 7 as on 1."""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum

from simulator.domain.accounts import Account
from simulator.domain.jobs import LONDON, JobDraft, us
from simulator.domain.portal import Portal
from simulator.settings import Settings
from simulator.world.chance import Chance


class Fate(Enum):
    """The outcome of a job of the account's past."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    #: somebody else got it
    LOST = "lost"
    #: assigned to the account and still to come
    ASSIGNED_AHEAD = "assigned ahead"
    #: assigned to the account and over, but not called done yet
    ASSIGNED_BEGUN = "assigned begun"
    #: rejected by the account; anybody can still accept it
    REJECTED_OPEN = "rejected open"
    #: rejected by the account and taken by somebody else
    REJECTED_TAKEN = "rejected taken"
    QUOTED = "quoted"


#: Of every twenty jobs of the past, in this order.
_FATES = (
    Fate.COMPLETED,
    Fate.ASSIGNED_AHEAD,
    Fate.COMPLETED,
    Fate.REJECTED_OPEN,
    Fate.COMPLETED,
    Fate.CANCELLED,
    Fate.COMPLETED,
    Fate.LOST,
    Fate.COMPLETED,
    Fate.QUOTED,
    Fate.COMPLETED,
    Fate.ASSIGNED_BEGUN,
    Fate.COMPLETED,
    Fate.ASSIGNED_AHEAD,
    Fate.COMPLETED,
    Fate.REJECTED_TAKEN,
    Fate.COMPLETED,
    Fate.LOST,
    Fate.COMPLETED,
    Fate.CANCELLED,
)

_AHEAD = frozenset({Fate.ASSIGNED_AHEAD, Fate.REJECTED_OPEN, Fate.REJECTED_TAKEN, Fate.QUOTED})

#: Who took what the account did not get.
_SOMEBODY = "rival:1"


def give_past(
    portal: Portal, account: Account, chance: Chance, settings: Settings, now: datetime, *, size: int
) -> None:
    """Give the account ``size`` jobs, seen by nobody else."""
    for index in range(size):
        fate = _FATES[index % len(_FATES)]
        draft = replace(_draft(portal, chance, settings, fate, now), matched_to=frozenset({account.email}))
        _befall(portal, account, portal.agency.post(draft, now).number, fate, now)


def _draft(portal: Portal, chance: Chance, settings: Settings, fate: Fate, now: datetime) -> JobDraft:
    rng = chance.rng
    today = now.astimezone(LONDON).date()
    draft = chance.draft(now, settings, quote_only=fate is Fate.QUOTED)
    asked = timedelta(days=rng.randint(2, 21))
    if fate in _AHEAD:
        return replace(chance.free_slot(draft, portal.store.is_free, settings), submitted_on=today - asked)
    if fate is Fate.ASSIGNED_BEGUN:
        on = today - timedelta(days=rng.randint(1, 3))
    elif fate is Fate.COMPLETED:
        on = today - timedelta(days=rng.randint(4, 150))
    else:
        on = today + timedelta(days=rng.randint(-60, 20))
    return replace(draft, appointment_date=on, submitted_on=min(on, today) - asked)


def _befall(portal: Portal, account: Account, number: int, fate: Fate, now: datetime) -> None:
    job = portal.store.jobs[number]
    if fate in (Fate.REJECTED_OPEN, Fate.REJECTED_TAKEN):
        portal.interpreters.reject(number, account, now)
    if fate in (Fate.COMPLETED, Fate.ASSIGNED_AHEAD, Fate.ASSIGNED_BEGUN):
        portal.agency.assign(job, us(account.email), now)
    if fate is Fate.COMPLETED:
        portal.interpreters.complete(number, account, now)
    if fate is Fate.CANCELLED:
        portal.agency.cancel(job, now)
    if fate in (Fate.LOST, Fate.REJECTED_TAKEN):
        portal.agency.assign(job, _SOMEBODY, now)
    if fate is Fate.QUOTED:
        portal.interpreters.quote(number, account, now)
