"""The moments at which polls start: on the clock, without drift and without bursts."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pacing.schedule import PollSchedule, may_start

#: reproducible, and shrunk by hypothesis to its seed alone
chance = st.randoms(use_true_random=True)


def test_polls_start_on_the_clock_and_do_not_drift() -> None:
    loop = PollSchedule.starting(100.0)
    starts = []
    # every start is noticed 20 ms late, and the series stays where it was
    for _ in range(5):
        starts.append(loop.next_at)
        loop = loop.advanced(loop.next_at + 0.02, interval=0.5)
    assert starts == [100.0, 100.5, 101.0, 101.5, 102.0]


@given(chance)
def test_jitter_moves_a_start_and_not_the_series(random: Random) -> None:
    loop = PollSchedule.starting(0.0)
    for number in range(1, 200):
        loop = loop.advanced(loop.next_at, interval=1.0, jitter=0.4, random=random)
        assert loop.slot == pytest.approx(number)
        assert abs(loop.next_at - number) <= 0.2 + 1e-9


def test_a_late_answer_does_not_hold_up_the_next_poll_and_the_cap_does() -> None:
    assert may_start(under_way=0, most_under_way=2)
    assert may_start(under_way=1, most_under_way=2)
    assert not may_start(under_way=2, most_under_way=2)


@given(
    st.lists(
        st.tuples(st.floats(0.0, 5000.0), st.floats(0.2, 30.0), st.floats(0.0, 1.0)),
        min_size=1,
        max_size=40,
    ),
    chance,
)
def test_one_jump_of_the_clock_starts_one_poll(steps: list[tuple[float, float, float]], random: Random) -> None:
    """Looks at the clock with pauses of any length: after each at most one poll is due, and the next is ahead."""
    loop = PollSchedule.starting(0.0)
    now = 0.0
    for pause, interval, jitter in steps:
        now += pause
        if not loop.is_due(now):
            assert loop.seconds_left(now) > 0
            continue
        assert loop.seconds_left(now) == 0
        loop = loop.advanced(now, interval=interval, jitter=jitter, random=random)
        # never at once again: at least the part of the interval that jitter leaves, or the rest of the slot
        assert loop.slot > now
        assert loop.next_at >= now
        assert loop.next_at <= now + 2.5 * interval


@given(st.floats(0.2, 10.0), st.floats(0.0, 1.0), chance, st.floats(10.0, 10_000.0))
def test_a_suspended_machine_wakes_to_one_poll_and_the_usual_pace(
    interval: float, jitter: float, random: Random, asleep: float
) -> None:
    loop = PollSchedule.starting(0.0).advanced(0.0, interval=interval, jitter=jitter, random=random)
    woken = interval + asleep
    starts = []
    now = woken
    while now < woken + 10 * interval:
        if loop.is_due(now):
            starts.append(now)
            loop = loop.advanced(now, interval=interval, jitter=jitter, random=random)
        now += interval / 50
    # ten intervals hold the first start, ten regular ones, and one that jitter brings in
    assert len(starts) <= 12


def test_a_clock_that_was_set_back_does_not_stop_the_watch() -> None:
    loop = PollSchedule.starting(10_000.0).advanced(50.0, interval=1.0)
    assert loop.next_at == 51.0


def test_a_start_can_be_put_off_and_is_never_brought_forward() -> None:
    loop = PollSchedule.starting(10.0)
    assert loop.moved_to(15.0).next_at == 15.0
    assert loop.moved_to(5.0).next_at == 10.0
    with pytest.raises(ValueError, match="interval"):
        loop.advanced(10.0, interval=0)
