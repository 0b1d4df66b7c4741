"""The states of a session and the steps between them, as data.

A session may be asked to stop before it runs, sign in again while it runs or is paused, be paused while it signs in,
and skip signing in if the signed-in state was kept. A new process of the same session starts again at ``starting``;
that is not a step of this table.
"""

from collections.abc import Mapping
from types import MappingProxyType

from common.states import SessionState

#: From each state the states that can follow it. A session starts as ``starting``.
TRANSITIONS: Mapping[SessionState, frozenset[SessionState]] = MappingProxyType(
    {
        SessionState.STARTING: frozenset(
            {
                SessionState.SIGNING_IN,
                SessionState.RUNNING,
                SessionState.PAUSED,
                SessionState.STOPPING,
                SessionState.FAILED,
            }
        ),
        SessionState.SIGNING_IN: frozenset(
            {SessionState.RUNNING, SessionState.PAUSED, SessionState.STOPPING, SessionState.FAILED}
        ),
        SessionState.RUNNING: frozenset(
            {SessionState.SIGNING_IN, SessionState.PAUSED, SessionState.STOPPING, SessionState.FAILED}
        ),
        SessionState.PAUSED: frozenset(
            {SessionState.SIGNING_IN, SessionState.RUNNING, SessionState.STOPPING, SessionState.FAILED}
        ),
        SessionState.STOPPING: frozenset({SessionState.STOPPED, SessionState.FAILED}),
        SessionState.STOPPED: frozenset(),
        SessionState.FAILED: frozenset(),
    }
)


class IllegalTransition(ValueError):
    """A step that is not in the table."""

    def __init__(self, state: SessionState, to: SessionState) -> None:
        super().__init__(f"a session cannot go from {state} to {to}")
        self.state = state
        self.to = to


def advance(state: SessionState, to: SessionState) -> SessionState:
    """The state ``to``; raises IllegalTransition if the table has no such step."""
    if to not in TRANSITIONS[state]:
        raise IllegalTransition(state, to)
    return to


def is_over(state: SessionState) -> bool:
    """Whether the session has ended."""
    return not TRANSITIONS[state]


def may_claim(state: SessionState) -> bool:
    """Whether new claims may be made: only while the session runs."""
    return state is SessionState.RUNNING
