"""A claim's states and the steps between them, as data.

The table is that of the design, and these steps more, each because a claim would otherwise be stuck or untrue:

- ``matched``, ``offered``, ``approved`` and ``intended`` may be ``lost``: the job can go before anything was sent.
- ``intended -> unknown``: after a crash nobody knows whether the accept went out; the journal only has the intent.
- ``approved -> expired``: when an approved offer was to be followed the rules said no, or the owner only watches.
- ``held -> taken_back`` and ``taken_back -> held``: a job is looked at again later, and the agency may change its mind.

``submitted`` has one way in, and no way leads back before it: an accept is sent once in a claim. Where the portal
itself refused the request (not signed in, too busy) nothing was submitted, and the claim is still ``intended``. A job
that is found free again after its claim was ``lost`` may get a new claim, with a new decision.
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

#: The job is ours, or may be or become ours by what was already sent: these take a place under every cap. A job that
#: was taken back leaves its place, like a lost one: the owner does not have it. An offer takes none, because its owner
#: may never answer; an approved one does.
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

#: What came of the accept must be read from the portal. ``intended`` is among them for who reads a journal after a
#: crash: the accept may have gone out.
_LOOKED_UP = frozenset({ClaimState.INTENDED, ClaimState.SUBMITTED, ClaimState.UNKNOWN})

#: The bot still has something to do about these, besides looking at them again later.
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
    """A step that is not in the table; it shows a mistake in the caller and is never answered by going on."""

    def __init__(self, state: ClaimState, to: ClaimState) -> None:
        super().__init__(f"a claim cannot go from {state} to {to}")
        self.state = state
        self.to = to


def advance(state: ClaimState, to: ClaimState) -> ClaimState:
    """The state ``to``; raises IllegalTransition where the table has no such step."""
    if to not in TRANSITIONS[state]:
        raise IllegalTransition(state, to)
    return to


def is_open(state: ClaimState) -> bool:
    """Whether the claim is under way: an outcome is still to come."""
    return state in _OPEN


def needs_lookup(state: ClaimState) -> bool:
    """Whether the accept went out, or may have, and only the portal's own status can tell what came of it."""
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
