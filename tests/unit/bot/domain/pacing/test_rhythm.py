"""Polling follows the hours and minutes in which the portal posts."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.pacing.rhythm import PostingCounts, Rhythm
from tests.support.domain_examples import LONDON


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
