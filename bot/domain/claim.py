"""The states of a claim and the steps between them, as data.

Some steps need a reason:

- ``matched``, ``offered``, ``approved`` and ``intended`` may become ``lost``: the job can go before anything was sent.
- ``intended -> unknown``: after a crash the journal has the intent, and it is unknown whether the accept went out.
- ``approved -> expired``: before an approved job was claimed the rules refused it, or the owner chose only to watch.
- ``held -> taken_back`` and ``taken_back -> held``: a job is checked again later, and the agency may change its mind.

``submitted`` has one way in, and no way leads back before it: a claim sends its accept once. If the portal itself
refused the request (not signed in, too busy) nothing was submitted, and the claim is still ``intended``. A job that is
free again after its claim was ``lost`` may get a new claim, with a new decision.
"""

from collections.abc import Mapping
from types import MappingProxyType

from common.states import ClaimState

#: From each state the states that can follow it. A claim starts as ``matched``.
TRANSITIONS: Mapping[ClaimState, frozenset[ClaimState]] = MappingProxyType(
    {
        ClaimState.MATCHED: frozenset({ClaimState.OFFERED, ClaimState.INTENDED, ClaimState.LOST}),
        ClaimState.OFFERED: frozenset({ClaimState.APPROVED, ClaimState.DECLINED, ClaimState.EXPIRED, ClaimState.LOST}),
        ClaimState.APPROVED: frozenset({ClaimState.INTENDED, ClaimState.EXPIRED, ClaimState.LOST}),
        ClaimState.DECLINED: frozenset(),
        ClaimState.EXPIRED: frozenset(),
        ClaimState.INTENDED: frozenset({ClaimState.SUBMITTED, ClaimState.LOST, ClaimState.UNKNOWN}),
        ClaimState.SUBMITTED: frozenset({ClaimState.CONFIRMED, ClaimState.LOST, ClaimState.UNKNOWN}),
        ClaimState.UNKNOWN: frozenset({ClaimState.CONFIRMED, ClaimState.LOST}),
        ClaimState.CONFIRMED: frozenset({ClaimState.HELD, ClaimState.TAKEN_BACK}),
        ClaimState.HELD: frozenset({ClaimState.TAKEN_BACK}),
        ClaimState.TAKEN_BACK: frozenset({ClaimState.HELD}),
        ClaimState.LOST: frozenset(),
    }
)

#: The job is ours, or may be or become ours by an accept that was already sent: these take a place under every cap. A
#: lost job and one that was taken back take none: the owner does not have them. An offer takes none, because it may
#: never be answered; an approved one does.
_COUNTED = frozenset(
    {
        ClaimState.APPROVED,
        ClaimState.INTENDED,
        ClaimState.SUBMITTED,
        ClaimState.UNKNOWN,
        ClaimState.CONFIRMED,
        ClaimState.HELD,
    }
)

#: The outcome of the accept must be read from the portal. ``intended`` is among them because of crashes: in a journal
#: that an earlier process left, the accept of such a claim may have gone out.
_LOOKED_UP = frozenset({ClaimState.INTENDED, ClaimState.SUBMITTED, ClaimState.UNKNOWN})

#: The bot still has something to do about these, other than checking later whether the job is still ours.
_OPEN = frozenset(
    {
        ClaimState.MATCHED,
        ClaimState.OFFERED,
        ClaimState.APPROVED,
        ClaimState.INTENDED,
        ClaimState.SUBMITTED,
        ClaimState.UNKNOWN,
        ClaimState.CONFIRMED,
    }
)


class IllegalTransition(ValueError):
    """A step that is not in the table: a mistake of the caller."""

    def __init__(self, state: ClaimState, to: ClaimState) -> None:
        super().__init__(f"a claim cannot go from {state} to {to}")
        self.state = state
        self.to = to


def advance(state: ClaimState, to: ClaimState) -> ClaimState:
    """The state ``to``; raises IllegalTransition if the table has no such step."""
    if to not in TRANSITIONS[state]:
        raise IllegalTransition(state, to)
    return to


def is_open(state: ClaimState) -> bool:
    """Whether the claim is under way: an outcome is still to come."""
    return state in _OPEN


def needs_lookup(state: ClaimState) -> bool:
    """Whether the accept went out, or may have, and its outcome must be read from the portal."""
    return state in _LOOKED_UP


def counts_toward_cap(state: ClaimState) -> bool:
    """Whether the claim takes a place under the owner's caps, and its time counts as busy."""
    return state in _COUNTED


def is_ours(state: ClaimState) -> bool:
    """Whether the portal showed the job as ours when it was last read."""
    return state in {ClaimState.CONFIRMED, ClaimState.HELD}


def takes_place(state: ClaimState) -> bool:
    """Whether a claim's place under the caps and its time are taken: the job is ours, or it may become ours."""
    return state is ClaimState.MATCHED or counts_toward_cap(state)
