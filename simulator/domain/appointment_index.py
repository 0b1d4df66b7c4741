"""Appointments by day, so that what overlaps one is found without looking at all of them."""

from collections.abc import Iterator

from simulator.domain.jobs import Interval


class AppointmentIndex:
    """Numbered appointments, in the order in which they were put in."""

    def __init__(self) -> None:
        self._intervals: dict[int, Interval] = {}
        self._by_day: dict[int, dict[int, Interval]] = {}

    def __len__(self) -> int:
        return len(self._intervals)

    def __contains__(self, number: int) -> bool:
        return number in self._intervals

    def __iter__(self) -> Iterator[int]:
        """The numbers, the one that was put in first before the others."""
        return iter(self._intervals)

    def put(self, number: int, interval: Interval) -> None:
        """Write an appointment in; one of the same number is there already or it is new."""
        if number in self._intervals:
            return
        self._intervals[number] = interval
        for day in _days(interval):
            self._by_day.setdefault(day, {})[number] = interval

    def drop(self, number: int) -> None:
        """Strike an appointment out, if it is there."""
        interval = self._intervals.pop(number, None)
        if interval is None:
            return
        for day in _days(interval):
            there = self._by_day[day]
            del there[number]
            if not there:
                del self._by_day[day]

    def overlapping(self, interval: Interval) -> Iterator[int]:
        """The numbers of what overlaps; one that goes on over midnight can come twice."""
        for day in _days(interval):
            for number, other in self._by_day.get(day, {}).items():
                if other.overlaps(interval):
                    yield number

    def is_free(self, interval: Interval) -> bool:
        """Whether nothing overlaps."""
        return next(self.overlapping(interval), None) is None


def _days(interval: Interval) -> range:
    return range(interval.start.toordinal(), interval.end.toordinal() + 1)
