"""What a session says of what stands in its way."""

from pydantic import TypeAdapter

from bot.state.session_status import BotSession, Condition
from common.states import SessionState
from contract.sessions import ConditionName


def test_the_condition_names_what_the_reason_is_about() -> None:
    session = BotSession("session-1")
    assert (session.condition, session.reason) == (None, None)
    session.set_condition(Condition.CAP, "It has accepted 5 jobs.")
    session.set_condition(Condition.PORTAL, "The portal does not answer")
    assert (session.condition, session.reason) == (Condition.PORTAL, "The portal does not answer")
    session.clear_condition(Condition.PORTAL)
    assert (session.condition, session.reason) == (Condition.CAP, "It has accepted 5 jobs.")
    session.move(SessionState.STOPPING, because="Told to stop.")
    assert (session.condition, session.reason) == (None, "Told to stop.")


def test_every_condition_can_travel() -> None:
    for condition in Condition:
        TypeAdapter(ConditionName).validate_python(condition)
