"""A session's states and steps."""

import itertools

import pytest

from bot.domain import session_state as session
from common.states import SessionState

SESSION_STEPS = {
    ("starting", "signing_in"),
    ("starting", "running"),
    ("starting", "paused"),
    ("signing_in", "running"),
    ("signing_in", "paused"),
    ("running", "signing_in"),
    ("running", "paused"),
    ("paused", "running"),
    ("paused", "signing_in"),
    ("starting", "stopping"),
    ("signing_in", "stopping"),
    ("running", "stopping"),
    ("paused", "stopping"),
    ("stopping", "stopped"),
    ("starting", "failed"),
    ("signing_in", "failed"),
    ("running", "failed"),
    ("paused", "failed"),
    ("stopping", "failed"),
}


@pytest.mark.parametrize(("state", "to"), list(itertools.product(SessionState, repeat=2)))
def test_a_session_goes_the_steps_of_the_table_and_no_other(state: SessionState, to: SessionState) -> None:
    if (state.value, to.value) in SESSION_STEPS:
        assert session.advance(state, to) is to
    else:
        with pytest.raises(session.IllegalTransition):
            session.advance(state, to)


@pytest.mark.parametrize("state", SessionState)
def test_what_a_sessions_state_means(state: SessionState) -> None:
    assert session.is_over(state) is (state in {SessionState.STOPPED, SessionState.FAILED})
    assert session.may_claim(state) is (state is SessionState.RUNNING)
