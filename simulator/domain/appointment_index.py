"""Appointments by day: overlaps are found without comparing all appointments."""

from collections.abc import Iterator

from simulator.domain.jobs import Interval


class AppointmentIndex:
    """Intervals by job number, in the order of insertion."""

    def __init__(self) -> None:
        self._intervals: dict[int, Interval] = {}
        self._by_day: dict[int, dict[int, Interval]] = {}

    def __len__(self) -> int:
        return len(self._intervals)

    def __contains__(self, number: int) -> bool:
        return number in self._intervals

    def __iter__(self) -> Iterator[int]:
        """The numbers in the order of insertion."""
        return iter(self._intervals)

    def put(self, number: int, interval: Interval) -> None:
        """Add an appointment; does nothing where the number is there already."""
        if number in self._intervals:
            return
        self._intervals[number] = interval
        for day in _days(interval):
            self._by_day.setdefault(day, {})[number] = interval

    def drop(self, number: int) -> None:
        """Remove an appointment; does nothing where the number is not there."""
        interval = self._intervals.pop(number, None)
        if interval is None:
            return
        for day in _days(interval):
            there = self._by_day[day]
            del there[number]
            if not there:
                del self._by_day[day]

    def overlapping(self, interval: Interval) -> Iterator[int]:
        """The numbers of the appointments that overlap; one that spans midnight can come twice."""
        for day in _days(interval):
            for number, other in self._by_day.get(day, {}).items():
                if other.overlaps(interval):
                    yield number

    def is_free(self, interval: Interval) -> bool:
        """Whether no appointment overlaps the interval."""
        return next(self.overlapping(interval), None) is None


def _days(interval: Interval) -> range:
    return range(interval.start.toordinal(), interval.end.toordinal() + 1)
