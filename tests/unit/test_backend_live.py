"""What the sockets are not told twice, and how a session looks to the owner."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.database.models import BotSessionRow
from app.jobs.service import key_of, weigh
from app.live.deduplication import SeenEvents, SeenJobs, SeenSequence
from app.sessions.events import Recorded, new_row, record
from app.sessions.heartbeats import Sighting, Sightings
from app.sessions.schemas import Wanted
from app.sessions.service import apply_live
from app.sessions.status import status_of
from contract.events import CycleComplete, Event, JobProcessed
from contract.jobs import ClaimState, Verdict
from contract.presence import Heartbeat
from contract.sessions import LoginStatus, SessionState, StartedBy
from tests.support.backend_events import NOON, SESSION, Outbox, beat


@given(st.lists(st.integers(min_value=1, max_value=40), max_size=200))
def test_each_number_is_new_once(numbers: list[int]) -> None:
    sequence = SeenSequence(1)
    new = [number for number in numbers if sequence.is_new(number)]
    assert new == list(dict.fromkeys(numbers))


def test_an_outbox_that_is_joined_in_the_middle_begins_there() -> None:
    sequence = SeenSequence(500)
    assert not sequence.is_new(499)
    assert sequence.is_new(500)
    assert sequence.is_new(502)
    assert not sequence.is_new(500)


def test_a_pass_that_is_told_late_is_not_the_newest() -> None:
    seen, outbox = SeenEvents(), Outbox()
    first, _, late, newest, other = outbox.cycle(1), outbox.notice(), outbox.cycle(2), outbox.cycle(3), outbox.notice()
    arriving = [first, newest, other, late]
    assert [seen.is_new(event) for event in arriving] == [True, True, True, True]
    passes = [event for event in arriving if isinstance(event, CycleComplete)]
    assert [seen.is_newest_pass(event) for event in passes] == [True, True, False]


def jobs(*events: object) -> list[JobProcessed]:
    return [event for event in events if isinstance(event, JobProcessed)]


def test_an_accepted_job_is_not_shown_as_rejected_because_a_later_session_looked_at_it() -> None:
    first, second = Outbox(session_id="session-1"), Outbox(session_id="session-2", at=NOON + timedelta(hours=1))
    accepted, rejected = jobs(first.job("1", claim=ClaimState.CONFIRMED), second.job("1", verdict=Verdict.NO_MATCH))
    seen = SeenJobs()
    seen.learn(key_of(accepted), weigh(accepted, None)[0])  # as the table says
    assert not seen.counts(key_of(rejected), rejected)


def test_a_report_that_is_in_the_table_already_is_shown_nevertheless() -> None:
    (accepted,) = jobs(Outbox().job("1", claim=ClaimState.CONFIRMED))
    seen = SeenJobs()
    seen.learn(key_of(accepted), weigh(accepted, None)[0])
    assert seen.counts(key_of(accepted), accepted)


def test_what_is_sent_again_does_not_go_back() -> None:
    outbox = Outbox()
    steps = jobs(
        *(outbox.job("1", claim=claim) for claim in (ClaimState.INTENDED, ClaimState.SUBMITTED, ClaimState.HELD))
    )
    seen = SeenJobs()
    assert [seen.counts(key_of(step), step) for step in (steps[0], steps[2], steps[1])] == [True, True, False]


# --- how a session looks ----------------------------------------------------------------------------------------------


def row(**changes: object) -> BotSessionRow:
    made = new_row(Outbox().started())
    made.started_by, made.state, made.last_event_at = StartedBy.CONTROL_PLANE, SessionState.RUNNING, NOON
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def seen(one: Heartbeat | None, *, silent_for: float = 0.5, redis: bool = True) -> Sightings:
    sessions = {SESSION: Sighting(heartbeat=one, silent_for=timedelta(seconds=silent_for))} if one else {}
    return Sightings(redis_answers=redis, answering_for=timedelta(minutes=10), sessions=sessions)


LATER = NOON + timedelta(hours=1)


def test_a_fresh_heartbeat_says_how_it_stands() -> None:
    status = status_of(row(), seen(beat(at=LATER, state=SessionState.PAUSED, checks=7)))
    assert (status.is_running, status.status, status.total_checks) == (True, SessionState.PAUSED, 7)
    assert (status.login_status, status.interpreter_name) == (LoginStatus.SIGNED_IN, "Anna Nowak")


def test_an_event_that_is_newer_than_the_heartbeat_says_it_better() -> None:
    status = status_of(row(state=SessionState.PAUSED, state_at=LATER), seen(beat(at=NOON, state=SessionState.RUNNING)))
    assert (status.is_running, status.status) == (True, SessionState.PAUSED)


@pytest.mark.parametrize(
    ("changes", "last", "status", "said"),
    [
        ({}, None, SessionState.STARTING, None),
        ({}, beat(at=LATER), SessionState.STARTING, "started again"),
        ({"started_by": StartedBy.COMMAND_LINE}, beat(at=LATER), SessionState.RUNNING, "no sign of life"),
        ({"wanted": Wanted.STOPPED}, beat(at=LATER), SessionState.RUNNING, "no sign of life"),
        ({"wanted": Wanted.STOPPED, "state": SessionState.STOPPED}, None, SessionState.STOPPED, None),
        (
            {"wanted": Wanted.STOPPED, "state": SessionState.FAILED, "status_reason": "Wrong password."},
            None,
            SessionState.FAILED,
            "Wrong password.",
        ),
        ({}, beat(at=LATER, state=SessionState.FAILED, reason="Locked."), SessionState.FAILED, "Locked."),
    ],
)
def test_one_that_gives_no_sign_of_life(
    changes: dict[str, object], last: Heartbeat | None, status: SessionState, said: str | None
) -> None:
    shown = status_of(row(**changes), seen(last, silent_for=60))
    assert not shown.is_running
    assert shown.status is status
    assert (shown.status_reason is None) if said is None else (said in str(shown.status_reason))


def test_one_that_is_to_stop_is_shown_as_stopping_at_once() -> None:
    shown = status_of(row(wanted=Wanted.STOPPED), seen(beat(at=LATER)))
    assert (shown.is_running, shown.status) == (True, SessionState.STOPPING)


def test_one_that_has_said_goodbye_does_not_run() -> None:
    shown = status_of(row(), seen(beat(at=LATER, state=SessionState.STOPPED)))
    assert not shown.is_running


def test_while_redis_is_away_it_is_said_that_this_was_known_last() -> None:
    shown = status_of(row(), seen(beat(at=LATER), redis=False))
    assert shown.is_running
    assert "Redis" in str(shown.status_reason)


def test_what_stands_in_the_way_has_a_name() -> None:
    words = "The portal does not answer"
    said = status_of(row(), seen(beat(at=LATER, reason=words, condition="portal")))
    assert (said.status_reason, said.condition) == (words, "portal")
    told = row(state_at=LATER, status_reason=words, condition="a_newer_bots")  # the event is here before the heartbeat
    assert status_of(told, seen(beat(at=NOON))).condition == "a_newer_bots"
    assert status_of(row(), seen(beat(at=LATER))).condition is None
    assert status_of(row(), seen(beat(at=LATER, reason=words, condition="cap"), redis=False)).condition == "unheard"
    assert status_of(row(), seen(beat(at=LATER, reason=words, condition="cap"), silent_for=60)).condition is None


def test_a_heartbeat_of_before_there_were_conditions_is_understood() -> None:
    old = beat(reason="The portal does not answer").model_dump_json(exclude={"condition"})
    assert Heartbeat.model_validate_json(old).condition is None


def test_a_running_bot_says_with_which_settings_it_works() -> None:
    assert status_of(row(), seen(beat(at=LATER, version=7))).configuration_version == 7
    assert status_of(row(), seen(beat(at=LATER, version=7), silent_for=60)).configuration_version is None


def lines_of(*events: Event) -> list[str]:
    """What the log says of a session's events."""
    recorded = Recorded()
    record(new_row(events[0]), events, recorded, practice_portals=frozenset())
    return [line.message for line in recorded.lines]


def test_the_log_tells_a_start_once() -> None:
    bot = Outbox()
    said = lines_of(
        bot.started(),
        bot.status(SessionState.STARTING, LoginStatus.SIGNED_OUT),
        bot.status(SessionState.STARTING, LoginStatus.SIGNING_IN),
        bot.status(SessionState.SIGNING_IN, LoginStatus.SIGNING_IN),
        bot.status(SessionState.SIGNING_IN, LoginStatus.SIGNED_IN),
        bot.status(SessionState.RUNNING, LoginStatus.SIGNED_IN),
        bot.status(SessionState.RUNNING, LoginStatus.SIGNED_IN, reason="The portal does not answer"),
    )
    assert said == ["The bot is signing in to the portal.", "The bot is watching the board."]


def test_the_log_tells_a_refused_sign_in_once() -> None:
    bot = Outbox()
    said = lines_of(
        bot.started(),
        bot.status(SessionState.SIGNING_IN, LoginStatus.SIGNING_IN),
        bot.status(SessionState.SIGNING_IN, LoginStatus.REFUSED),
        bot.status(SessionState.FAILED, LoginStatus.REFUSED, reason="The password is wrong."),
    )
    assert said == [
        "The bot is signing in to the portal.",
        "The portal refused the sign-in.",
        "The bot has ended because it needs you. The password is wrong.",
    ]


def test_totals_never_go_back() -> None:
    made = row(total_checks=10, total_accepted=2)
    shown = status_of(made, seen(beat(at=LATER, checks=7, accepted=3)))
    assert (shown.total_checks, shown.total_accepted) == (10, 3)


@given(st.permutations([SessionState.STARTING, SessionState.RUNNING, SessionState.PAUSED, SessionState.STOPPED]))
def test_a_state_that_is_told_late_changes_nothing(states: list[SessionState]) -> None:
    outbox = Outbox()
    events = [outbox.status(state) for state in SessionState]
    newest = max((event for event in events if getattr(event, "state", None) in states), key=lambda event: event.at)
    made = new_row(outbox.started())
    made.state_at = NOON
    arriving = [event for state in states for event in events if getattr(event, "state", None) is state]
    for event in arriving:
        apply_live(made, [event])
    assert made.state == getattr(newest, "state", None)
    assert all(one.at != other.at for one, other in pairwise(events))
