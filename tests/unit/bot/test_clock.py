"""The two clocks, and putting others in their place."""

from datetime import UTC, datetime, timedelta

from bot import clock


class Hands:
    def __init__(self) -> None:
        self.shown, self.seconds = datetime(2026, 11, 20, 10, 15, tzinfo=UTC), 100.0

    def wall(self) -> datetime:
        return self.shown

    def steady(self) -> float:
        return self.seconds


def test_another_clock_is_used_within_the_context_alone() -> None:
    before, hands = clock.current(), Hands()
    with clock.override(hands):
        assert (clock.now(), clock.steady_seconds(), clock.current()) == (hands.shown, 100.0, hands)
    assert clock.current() is before


def test_monotonic_time_is_not_moved_by_the_wall_clock() -> None:
    hands = Hands()
    with clock.override(hands):
        start = clock.steady_now()
        assert start == hands.shown
        hands.seconds, hands.shown = 130.0, hands.shown - timedelta(hours=5)
        assert clock.steady_now() == start + timedelta(seconds=30)
