"""Waits that grow from failure to failure, and the wait that a portal asks for."""

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from common.backoff import LONGEST_WAIT, Backoff, growing_wait

#: reproducible, and shrunk by hypothesis to its seed alone
chance = st.randoms(use_true_random=True)


def test_waits_grow_to_a_minute_and_end_with_a_good_answer() -> None:
    backoff, now, waits = Backoff(), 0.0, []
    for _ in range(9):
        backoff = backoff.failed(now)
        waits.append(backoff.seconds_left(now))
        now = backoff.until
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert backoff.succeeded().failed(now).seconds_left(now) == 1


def test_polls_that_fail_together_are_one_failure() -> None:
    backoff = Backoff().failed(0.0).failed(0.1).failed(0.2)
    assert (backoff.failures, backoff.until) == (1, 1.0)


@given(st.lists(st.tuples(st.floats(0, 100), st.none() | st.floats(0, 1000)), max_size=20), chance)
def test_the_portals_own_wish_is_always_kept(failures: list[tuple[float, float | None]], random: Random) -> None:
    backoff, now = Backoff(), 0.0
    for pause, asked in failures:
        now += pause
        before = backoff.until
        retry_after = None if asked is None else timedelta(seconds=asked)
        backoff = backoff.failed(now, retry_after=retry_after, random=random)
        assert backoff.until >= before
        if retry_after is not None:
            assert backoff.seconds_left(now) >= retry_after.total_seconds() - 1e-6
        else:
            assert backoff.until <= max(before, now + LONGEST_WAIT)
    assert backoff.succeeded().until == backoff.until


def test_first_and_longest_wait_can_be_chosen() -> None:
    backoff, waits = Backoff(first=0.3, longest=2.0), []
    for _ in range(5):
        waits.append(backoff.wait)
        backoff = backoff.failed(backoff.until if backoff.failures else 0.0)
    assert waits == [0.3, 0.6, 1.2, 2.0, 2.0]


def test_a_wait_after_days_of_failures_is_still_a_number() -> None:
    assert growing_wait(10_000) == LONGEST_WAIT
