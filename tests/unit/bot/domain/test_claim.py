"""A claim's states and steps."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import claim
from common.states import ClaimState

# The design's line, and what the module's docstring adds to it, written out once more.
CLAIM_STEPS = {
    ("matched", "offered"),
    ("matched", "intended"),
    ("offered", "approved"),
    ("offered", "declined"),
    ("offered", "expired"),
    ("approved", "intended"),
    ("intended", "submitted"),
    ("submitted", "confirmed"),
    ("submitted", "lost"),
    ("submitted", "unknown"),
    ("unknown", "confirmed"),
    ("unknown", "lost"),
    ("confirmed", "held"),
    ("confirmed", "taken_back"),
    ("matched", "lost"),
    ("offered", "lost"),
    ("approved", "lost"),
    ("approved", "expired"),
    ("intended", "lost"),
    ("intended", "unknown"),
    ("held", "taken_back"),
    ("taken_back", "held"),
}


def reachable(state: ClaimState) -> set[ClaimState]:
    found: set[ClaimState] = set()
    ahead = [state]
    while ahead:
        for to in claim.TRANSITIONS[ahead.pop()]:
            if to not in found:
                found.add(to)
                ahead.append(to)
    return found


@pytest.mark.parametrize(("state", "to"), list(itertools.product(ClaimState, repeat=2)))
def test_a_claim_goes_the_steps_of_the_table_and_no_other(state: ClaimState, to: ClaimState) -> None:
    if (state.value, to.value) in CLAIM_STEPS:
        assert claim.advance(state, to) is to
    else:
        with pytest.raises(claim.IllegalTransition) as raised:
            claim.advance(state, to)
        assert (raised.value.state, raised.value.to) == (state, to)


@given(st.lists(st.sampled_from(ClaimState), max_size=60))
def test_no_sequence_of_steps_sends_the_accept_twice(steps: list[ClaimState]) -> None:
    state, submitted = ClaimState.MATCHED, 0
    for step in steps:
        try:
            state = claim.advance(state, step)
        except claim.IllegalTransition:
            continue
        submitted += state is ClaimState.SUBMITTED
    assert submitted <= 1


def test_every_state_is_reached_and_nothing_leads_back_before_the_accept() -> None:
    assert reachable(ClaimState.MATCHED) == set(ClaimState) - {ClaimState.MATCHED}
    before = {ClaimState.MATCHED, ClaimState.OFFERED, ClaimState.APPROVED, ClaimState.INTENDED, ClaimState.SUBMITTED}
    for state in set(ClaimState) - before | {ClaimState.SUBMITTED}:
        assert not reachable(state) & before


@pytest.mark.parametrize(
    ("state", "is_open", "needs_lookup", "counts", "is_ours"),
    [
        (ClaimState.MATCHED, True, False, False, False),
        (ClaimState.OFFERED, True, False, False, False),
        (ClaimState.APPROVED, True, False, True, False),
        (ClaimState.DECLINED, False, False, False, False),
        (ClaimState.EXPIRED, False, False, False, False),
        (ClaimState.INTENDED, True, True, True, False),
        (ClaimState.SUBMITTED, True, True, True, False),
        (ClaimState.UNKNOWN, True, True, True, False),
        (ClaimState.CONFIRMED, True, False, True, True),
        (ClaimState.HELD, False, False, True, True),
        (ClaimState.LOST, False, False, False, False),
        (ClaimState.TAKEN_BACK, False, False, False, False),
    ],
)
def test_what_a_state_means(state: ClaimState, is_open: bool, needs_lookup: bool, counts: bool, is_ours: bool) -> None:
    assert claim.is_open(state) is is_open
    assert claim.needs_lookup(state) is needs_lookup
    assert claim.counts_toward_cap(state) is counts
    assert claim.is_ours(state) is is_ours
