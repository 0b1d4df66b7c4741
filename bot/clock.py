"""Two clocks: the wall clock for what is written down, and a monotonic clock for how long something takes."""

import contextlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def wall(self) -> datetime:
        """The moment on the wall clock, aware."""
        ...

    def steady(self) -> float:
        """Monotonic seconds since an arbitrary moment."""
        ...


class SystemClock:
    """The machine's clocks."""

    #: counts on while the machine sleeps, if the system has such a clock
    _STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    def wall(self) -> datetime:
        """The moment on the wall clock, aware."""
        return datetime.now(UTC)

    def steady(self) -> float:
        """Monotonic seconds since the machine started."""
        return time.clock_gettime(self._STEADY)


class _Used:
    """The clock in use, and what both of its hands showed at the start of its use."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.wall_then = clock.wall()
        self.steady_then = clock.steady()


_used = _Used(SystemClock())


def current() -> Clock:
    """The clock in use."""
    return _used.clock


@contextlib.contextmanager
def override(clock: Clock) -> Iterator[None]:
    """Take time from another clock within the context, e.g. from one on which an hour passes in a second."""
    global _used  # noqa: PLW0603  # one process has one time
    before, _used = _used, _Used(clock)
    try:
        yield
    finally:
        _used = before


def now() -> datetime:
    """The moment on the wall clock, for records and for comparison with other machines' times."""
    return _used.clock.wall()


def steady_seconds() -> float:
    """Monotonic seconds since an arbitrary moment; the time that the machine sleeps counts."""
    return _used.clock.steady()


def steady_now() -> datetime:
    """Monotonic time as a datetime: the wall clock at the start of the process plus the seconds since."""
    return _used.wall_then + timedelta(seconds=_used.clock.steady() - _used.steady_then)
