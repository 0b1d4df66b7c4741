"""Two clocks: the wall's for what is written down, and a steady one for how long something takes."""

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
        """Seconds since an arbitrary moment; never set."""
        ...


class SystemClock:
    """The machine's clocks."""

    #: counts on while the machine sleeps, where the system has such a clock
    _STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    def wall(self) -> datetime:
        """The moment on the wall clock, aware."""
        return datetime.now(UTC)

    def steady(self) -> float:
        """Seconds since the machine started."""
        return time.clock_gettime(self._STEADY)


class _Used:
    """The clock in use, and what both of its hands showed when it was put to use."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.wall_then = clock.wall()
        self.steady_then = clock.steady()


_used = _Used(SystemClock())


def use(clock: Clock) -> None:
    """Take time from somewhere else, e.g. for an hour in a second."""
    global _used  # noqa: PLW0603  # one process, one time
    _used = _Used(clock)


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
    """The moment on the wall clock, for records and for what is compared with other machines' times."""
    return _used.clock.wall()


def steady_seconds() -> float:
    """Seconds since an arbitrary moment; never set, and a machine's sleep counts."""
    return _used.clock.steady()


def steady_now() -> datetime:
    """The moment as it was on the wall clock when the process started, plus the time since: no jump moves it."""
    return _used.wall_then + timedelta(seconds=_used.clock.steady() - _used.steady_then)
