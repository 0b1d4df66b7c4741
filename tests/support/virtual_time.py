"""A loop whose clock jumps to the next thing that is due: an hour of waiting passes in a second.

It waits for real only for threads that were given work (``outstanding``), so that a disk takes no virtual time.
"""

import asyncio
import selectors
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, TypeVarTuple

from bot import clock
from bot.storage.sqlite_writer import SqliteWriter

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
START = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)


class Outstanding:
    """How much work threads have that somebody may wait for."""

    def __init__(self) -> None:
        self._count = 0
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return self._count > 0

    def add(self, future: "Future[Any] | asyncio.Future[Any]") -> None:
        with self._lock:
            self._count += 1
        future.add_done_callback(self._done)

    def _done(self, _: "Future[Any] | asyncio.Future[Any]") -> None:
        with self._lock:
            self._count -= 1


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, outstanding: Outstanding) -> None:
        super().__init__()
        self.outstanding = outstanding
        self.virtual = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        has_work = timeout is not None and timeout <= 0
        while not ready and not has_work and self.outstanding:
            # the work counts as done a moment before the loop hears of it: one more look after the last
            ready = super().select(0.002)
        if ready or timeout is None:
            return ready if ready else super().select(timeout)
        self.virtual += max(timeout, 0.0)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """The loop."""

    def __init__(self, outstanding: Outstanding) -> None:
        self._jumping = _JumpingSelector(outstanding)
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.virtual

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> "asyncio.Future[T]":
        """What a thread does takes no virtual time either."""
        future = super().run_in_executor(executor, func, *args)
        self._jumping.outstanding.add(future)
        return future


class VirtualClock:
    """The bot's two clocks, as the loop counts."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        self._loop = loop

    def wall(self) -> datetime:
        return START + timedelta(seconds=self._loop.time())

    def steady(self) -> float:
        return self._loop.time()


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run it in virtual time; the databases are real, and their laziness is left out."""
    outstanding = Outstanding()
    loop = VirtualTimeLoop(outstanding)
    submit = SqliteWriter.submit

    def counted(self: SqliteWriter, do: Any, *, durable: bool = False, patience: timedelta = timedelta(0)) -> Any:
        del patience
        future = submit(self, do, durable=durable)
        outstanding.add(future)
        return future

    before = clock._used
    clock.use(VirtualClock(loop))
    SqliteWriter.submit = counted  # type: ignore[method-assign]  # put back below
    try:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            return runner.run(work())
    finally:
        SqliteWriter.submit = submit  # type: ignore[method-assign]
        clock._used = before


def in_virtual_time(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A test that lives in virtual time; it gets its fixtures by name."""

    @wraps(test)
    def run_it(**fixtures: Any) -> None:
        run(lambda: test(**fixtures))

    return run_it
