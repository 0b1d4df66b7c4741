"""The token bucket that keeps requests a minute within a budget."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.pacing.rate_limit import Budget


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
