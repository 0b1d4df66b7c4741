"""When to poll: on the clock, within the budget, without bursts, on the two odd days of the year too."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.pacing import (
    LONGEST_WAIT,
    Backoff,
    Budget,
    OpeningHours,
    OpenLoop,
    PostingCounts,
    Rhythm,
    may_start,
)
from bot.domain.weekly_hours import WeeklyWindow, whole_day
from tests.support.domain_examples import LONDON

#: reproducible, and shrunk by hypothesis to its seed alone
chance = st.randoms(use_true_random=True)

# --- the open loop ----------------------------------------------------------------------------------------------------


def test_polls_start_on_the_clock_and_do_not_drift() -> None:
    loop = OpenLoop.starting(100.0)
    starts = []
    # every start is noticed 20 ms late, and the series stays where it was
    for _ in range(5):
        starts.append(loop.next_at)
        loop = loop.advanced(loop.next_at + 0.02, interval=0.5)
    assert starts == [100.0, 100.5, 101.0, 101.5, 102.0]


@given(chance)
def test_jitter_moves_a_start_and_not_the_series(random: Random) -> None:
    loop = OpenLoop.starting(0.0)
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
    loop = OpenLoop.starting(0.0)
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
    loop = OpenLoop.starting(0.0).advanced(0.0, interval=interval, jitter=jitter, random=random)
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
    loop = OpenLoop.starting(10_000.0).advanced(50.0, interval=1.0)
    assert loop.next_at == 51.0


def test_a_start_can_be_put_off_and_is_never_brought_forward() -> None:
    loop = OpenLoop.starting(10.0)
    assert loop.moved_to(15.0).next_at == 15.0
    assert loop.moved_to(5.0).next_at == 10.0
    with pytest.raises(ValueError, match="interval"):
        loop.advanced(10.0, interval=0)


# --- backoff ----------------------------------------------------------------------------------------------------------


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


# --- the budget -------------------------------------------------------------------------------------------------------


@settings(max_examples=200)
@given(
    st.integers(1, 200),
    st.data(),
)
def test_no_minute_holds_more_requests_than_the_budget(per_minute: int, data: st.DataObject) -> None:
    burst = data.draw(st.integers(1, per_minute))
    budget = Budget.full(per_minute=per_minute, now=0.0, burst=burst)
    spent: list[tuple[float, int]] = []
    now = 0.0
    for _ in range(data.draw(st.integers(1, 80))):
        now += data.draw(st.floats(0, 20))
        cost = data.draw(st.integers(1, 8))
        after = budget.taken(now, cost)
        if after is not None:
            budget = after
            spent.append((now, cost))
        for start, _ in spent:
            within = sum(cost for at, cost in spent if start <= at < start + 60)
            assert within <= per_minute


@given(st.integers(2, 200), st.integers(1, 40), st.floats(0, 100))
def test_the_wait_for_a_budget_is_exact(per_minute: int, cost: int, now: float) -> None:
    burst = max(1, per_minute // 2)
    budget = Budget.full(per_minute=per_minute, now=0.0, burst=burst).charged(0.0, burst)
    wait = budget.seconds_until(now, cost)
    if cost > burst:
        assert wait == float("inf")
        return
    assert budget.taken(now + wait + 1e-6, cost) is not None
    if wait > 0.01:
        assert budget.taken(now + wait - 0.01, cost) is None


def test_what_had_to_go_out_is_paid_back_by_later_polls() -> None:
    budget = Budget.full(per_minute=60, now=0.0, burst=30)
    # 30 in the bucket, 40 charged: 10 below zero; half a token comes in a second
    budget = budget.charged(0.0, 40)
    assert budget.taken(0.0, 1) is None
    assert budget.seconds_until(0.0, 1) == pytest.approx(22)


def test_a_budget_is_not_refilled_by_a_clock_that_goes_back() -> None:
    budget = Budget.full(per_minute=60, now=100.0, burst=10).charged(100.0, 10)
    assert budget.taken(0.0, 1) is None
    again = budget.charged(0.0, 0)
    # back at 100 nothing has come in; 12 s later (50 tokens a minute) there are 10
    assert again.taken(100.0, 1) is None
    assert again.taken(112.0 + 1e-6, 10) is not None


@pytest.mark.parametrize(("per_minute", "burst"), [(0, None), (10, 11), (10, 0)])
def test_a_budget_that_cannot_be_kept_is_refused(per_minute: int, burst: int | None) -> None:
    with pytest.raises(ValueError, match="cannot be kept"):
        Budget.full(per_minute=per_minute, now=0.0, burst=burst)


# --- the rhythm -------------------------------------------------------------------------------------------------------


def test_without_postings_the_interval_is_the_owners() -> None:
    rhythm = Rhythm.learned(PostingCounts())
    assert rhythm.interval(0.5, datetime(2026, 11, 25, 9, 0, tzinfo=LONDON)) == pytest.approx(0.5)


def test_the_hours_in_which_the_portal_posts_are_watched_more_closely() -> None:
    postings = PostingCounts()
    for _ in range(30):
        postings = postings.seen(datetime(2026, 11, 25, 9, 15, tzinfo=LONDON))
    rhythm = Rhythm.learned(postings)
    at = rhythm.interval(1.0, datetime(2026, 11, 26, 9, 15, tzinfo=LONDON))
    other = rhythm.interval(1.0, datetime(2026, 11, 26, 3, 40, tzinfo=LONDON))
    assert at == pytest.approx(1 / 3)
    assert 1 < other <= 2


counts = st.floats(0, 500, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        PostingCounts,
        hours=st.lists(counts, min_size=24, max_size=24).map(tuple),
        minutes=st.lists(counts, min_size=60, max_size=60).map(tuple),
    ),
    st.floats(0.1, 1.0),
    st.floats(1.0, 10.0),
    st.integers(0, 1439),
    st.integers(1, 1440),
)
def test_the_polls_of_a_day_stay_as_many(
    postings: PostingCounts, slowest: float, fastest: float, opens: int, closes: int
) -> None:
    def is_open(minute: int) -> bool:
        return opens <= minute < closes

    rhythm = Rhythm.learned(postings, is_open=is_open, slowest=slowest, fastest=fastest)
    weights = [weight for minute, weight in enumerate(rhythm.weights) if is_open(minute)]
    assert all(weight == 0 for minute, weight in enumerate(rhythm.weights) if not is_open(minute))
    if weights:
        # polls of a minute are 60 / interval * weight: their sum goes with the sum of the weights
        assert sum(weights) == pytest.approx(len(weights), rel=1e-6)
        assert slowest - 1e-9 <= min(weights)
        assert max(weights) <= fastest + 1e-9


def test_old_habits_fade() -> None:
    postings = PostingCounts().seen(datetime(2026, 11, 25, 9, 15, tzinfo=LONDON), jobs=8).faded(0.5)
    assert (postings.hours[9], postings.minutes[15]) == (4, 4)


def test_a_rhythm_needs_bounds_around_the_usual_pace() -> None:
    with pytest.raises(ValueError, match="bounded"):
        Rhythm.learned(PostingCounts(), slowest=1.1)


# --- opening hours ----------------------------------------------------------------------------------------------------

NINE_TO_FIVE = tuple(WeeklyWindow(weekday=day, from_minute=540, to_minute=1020) for day in range(5))


@pytest.mark.parametrize(
    ("now", "is_open", "changes"),
    [
        # Friday 20 November 2026; winter: London is UTC
        ("2026-11-20T08:59:59", False, "2026-11-20T09:00:00"),
        ("2026-11-20T09:00:00", True, "2026-11-20T17:00:00"),
        ("2026-11-20T17:00:00", False, "2026-11-23T09:00:00"),
        # summer: 09:00 in London is 08:00 UTC
        ("2026-07-01T08:00:00", True, "2026-07-01T16:00:00"),
        # the clocks go forward on Sunday 29 March: from Friday 17:00 UTC to Monday 08:00 UTC
        ("2026-03-27T17:00:00", False, "2026-03-30T08:00:00"),
        # and back on Sunday 25 October: from Friday 16:00 UTC to Monday 09:00 UTC
        ("2026-10-23T16:00:00", False, "2026-10-26T09:00:00"),
    ],
)
def test_opening_hours_are_those_of_the_wall_clock(now: str, is_open: bool, changes: str) -> None:
    hours = OpeningHours(windows=NINE_TO_FIVE, zone=LONDON)
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert hours.is_open(at) is is_open
    assert hours.next_change(at) == datetime.fromisoformat(changes).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        # 25 October 2026: 01:00 to 02:00 happens twice, and both are open
        (60, 120, [("00:00", True), ("00:59", True), ("01:00", True), ("01:59", True), ("02:00", False)]),
        # 01:30 to 01:45 is open twice, with three quarters of an hour between
        (90, 105, [("00:30", True), ("00:45", False), ("01:30", True), ("01:45", False)]),
    ],
)
def test_an_hour_that_happens_twice(start: int, end: int, expected: list[tuple[str, bool]]) -> None:
    hours = OpeningHours(windows=(WeeklyWindow(weekday=6, from_minute=start, to_minute=end),), zone=LONDON)
    for at, is_open in expected:
        assert hours.is_open(datetime.fromisoformat(f"2026-10-25T{at}").replace(tzinfo=UTC)) is is_open


def test_an_hour_that_never_happens_opens_nothing() -> None:
    hours = OpeningHours(windows=(WeeklyWindow(weekday=6, from_minute=60, to_minute=120),), zone=LONDON)
    night = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
    assert not any(hours.is_open(night + timedelta(minutes=minute)) for minute in range(180))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            WeeklyWindow,
            weekday=st.integers(0, 6),
            from_minute=st.integers(0, 1439),
            to_minute=st.integers(1440, 2880),
        )
        | st.builds(whole_day, st.integers(0, 6)),
        max_size=3,
    ),
    st.sampled_from(["2026-03-28T12:00", "2026-10-24T12:00", "2026-11-20T10:15"]),
    st.integers(0, 2880),
)
def test_the_next_change_is_the_first_minute_that_differs(windows: list[WeeklyWindow], day: str, minutes: int) -> None:
    hours = OpeningHours(windows=tuple(windows), zone=LONDON)
    now = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=minutes)
    expected = next(
        (
            at
            for minute in range(1, 9 * 1440)
            if hours.is_open(at := now + timedelta(minutes=minute)) is not hours.is_open(now)
        ),
        None,
    )
    assert hours.next_change(now) == expected
