"""The words that journals, databases and the wire hold: whoever changes one breaks what was written before."""

from enum import StrEnum

import pytest

from common.states import ClaimState, PortalAction, Preference, SessionState, Verdict
from contract import jobs, owner_rules, sessions

WORDS: dict[type[StrEnum], str] = {
    ClaimState: "matched offered approved declined expired intended submitted confirmed lost unknown held taken_back",
    SessionState: "starting signing_in running paused stopping stopped failed",
    Verdict: "match no_match",
    PortalAction: "accept quote none",
    Preference: "soonest latest longest shortest kind language",
}


@pytest.mark.parametrize("states", WORDS, ids=lambda states: states.__name__)
def test_the_words_stay_as_they_were_written(states: type[StrEnum]) -> None:
    assert [state.value for state in states] == WORDS[states].split()


def test_the_wire_speaks_the_same_words() -> None:
    assert (jobs.ClaimState, jobs.Verdict, jobs.PortalAction) == (ClaimState, Verdict, PortalAction)
    assert sessions.SessionState is SessionState
    assert owner_rules.Preference is Preference
