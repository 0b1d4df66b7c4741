"""How old a heartbeat is, whatever the clocks do and however long Redis was away."""

from datetime import UTC, datetime, timedelta

from app.sessions.heartbeats import Sightings, Watch
from contract.presence import HEARTBEAT_KEPT_FOR, HEARTBEAT_STALE_AFTER, Heartbeat
from contract.sessions import SessionState
from tests.support.backend_events import SESSION, beat

AGO = timedelta(0)
FIRST = beat(at=datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC))
SECOND = beat(at=datetime(2026, 11, 20, 12, 0, 1, tzinfo=UTC))
STALE = HEARTBEAT_STALE_AFTER.total_seconds() + 1


def seen(watch: Watch, one: Heartbeat, now: float, age: timedelta = AGO) -> Sightings:
    return watch.answered({SESSION: (one, age)}, now)


def test_a_beating_bot_is_fresh_and_a_silent_one_is_not() -> None:
    watch = Watch()
    assert seen(watch, FIRST, 0.0).running() == [SESSION]
    assert seen(watch, FIRST, STALE - 2).running() == [SESSION]
    assert seen(watch, FIRST, STALE).running() == []
    assert seen(watch, SECOND, STALE + 1).running() == [SESSION]


def test_a_beat_that_was_left_behind_is_old_from_the_start() -> None:
    assert seen(Watch(), FIRST, 0.0, age=timedelta(minutes=2)).running() == []


def test_clocks_that_disagree_do_not_matter_once_it_beats() -> None:
    watch = Watch()
    # the bot's clock is an hour ahead, then an hour behind
    assert seen(watch, FIRST, 0.0, age=timedelta(hours=-1)).running() == [SESSION]
    assert seen(watch, SECOND, 1.0, age=timedelta(hours=1)).running() == [SESSION]


def test_one_that_says_goodbye_is_alive_but_does_not_run() -> None:
    sightings = seen(Watch(), beat(state=SessionState.STOPPED), 0.0)
    assert sightings.alive() == [SESSION]
    assert sightings.running() == []


def test_while_redis_is_away_what_was_known_stays() -> None:
    watch = Watch()
    seen(watch, FIRST, 0.0)
    away = watch.failed()
    assert away.running() == [SESSION]
    assert not away.redis_answers
    assert not away.is_settled


def test_silence_during_an_outage_counts_for_nothing() -> None:
    watch = Watch()
    seen(watch, FIRST, 0.0)
    watch.failed()
    back = seen(watch, FIRST, 60.0)  # what Redis kept on disk
    assert back.running() == [SESSION]
    assert not back.is_settled
    assert seen(watch, FIRST, 60.0 + STALE).running() == []


def test_a_redis_that_came_back_empty_says_nothing_about_who_lives() -> None:
    watch = Watch()
    seen(watch, FIRST, 0.0)
    watch.failed()
    assert watch.answered({}, 60.0).running() == [SESSION]
    assert watch.answered({}, 60.0 + STALE).running() == []


def test_silence_means_something_when_redis_has_answered_for_long_enough() -> None:
    watch = Watch()
    assert not watch.answered({}, 0.0).is_settled
    assert not watch.answered({}, STALE - 1).is_settled
    assert watch.answered({}, STALE).is_settled
    watch.failed()
    assert not watch.answered({}, STALE + 1).is_settled


def test_what_is_long_gone_is_forgotten() -> None:
    watch = Watch()
    seen(watch, FIRST, 0.0)
    assert watch.answered({}, HEARTBEAT_KEPT_FOR.total_seconds() + 1).sessions == {}


def test_the_highest_version_that_bots_work_with() -> None:
    watch = Watch()
    assert watch.answered({}, 0.0).highest_configuration_version == 0
    both = {"a": (beat("a", version=3), AGO), "b": (beat("b", version=7), AGO)}
    assert watch.answered(both, 1.0).highest_configuration_version == 7
