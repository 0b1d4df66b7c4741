"""A loop whose clock jumps to the next thing that is due: an hour of waiting passes in a second.

It waits for real only for threads that were given work (``outstanding``), so that a disk takes no virtual time.
"""

import asyncio
import contextlib
import selectors
import sqlite3
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
    """How much work threads have that the loop may wait for."""

    def __init__(self) -> None:
        self._count = 0

    def __bool__(self) -> bool:
        return self._count > 0

    def add(self, future: "asyncio.Future[Any]") -> None:
        """Count a future of the loop until it is done."""
        self._count += 1
        future.add_done_callback(self._subtract)

    def add_threads(self, inner: "Future[T]", loop: asyncio.AbstractEventLoop) -> "Future[T]":
        """Count a thread's future; return one that is done with it.

        The work counts until the loop has been told of it: whatever waits for the returned future is called before the
        loop is asked, from the same thread, to subtract the work. So time cannot jump between the two.
        """
        outer: Future[T] = Future()
        outer.set_running_or_notify_cancel()
        self._count += 1

        def finish(done: "Future[T]") -> None:
            error = done.exception()
            if error is None:
                outer.set_result(done.result())
            else:
                outer.set_exception(error)
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._subtract)

        inner.add_done_callback(finish)
        return outer

    def _subtract(self, _: object = None) -> None:
        self._count -= 1


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, outstanding: Outstanding) -> None:
        super().__init__()
        self.outstanding = outstanding
        self.virtual = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is not None and timeout > 0 and not self.outstanding:
            # the common case: there is no thread that could wake the loop, so time jumps
            self.virtual += timeout
            return []
        ready = super().select(0)
        has_work = timeout is not None and timeout <= 0
        while not ready and not has_work and self.outstanding:
            ready = super().select(None)  # a thread that is done wakes the loop
        if ready or timeout is None:
            return ready if ready else super().select(timeout)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """The loop."""

    def __init__(self) -> None:
        self.outstanding = Outstanding()
        self._jumping = _JumpingSelector(self.outstanding)
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.virtual

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> "asyncio.Future[T]":
        """What a thread does takes no virtual time either."""
        future = super().run_in_executor(executor, func, *args)
        self.outstanding.add(future)
        return future


class VirtualClock:
    """The bot's two clocks, as the loop counts."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        self._loop = loop

    def wall(self) -> datetime:
        return START + timedelta(seconds=self._loop.time())

    def steady(self) -> float:
        return self._loop.time()


class MovableClock:
    """The clocks in use, of which a test moves either hand."""

    def __init__(self, real: clock.Clock) -> None:
        self._real = real
        self.wall_jump = timedelta(0)
        self.steady_jump = 0.0

    def wall(self) -> datetime:
        return self._real.wall() + self.wall_jump

    def steady(self) -> float:
        return self._real.steady() + self.steady_jump


class CountedWriter(SqliteWriter):
    """The real database; its laziness is left out, and virtual time waits for it."""

    def submit(
        self, do: Callable[[sqlite3.Connection], T], *, durable: bool = False, patience: timedelta = timedelta(0)
    ) -> "Future[T]":
        del patience
        loop = asyncio.get_running_loop()
        done = super().submit(do, durable=durable)
        return loop.outstanding.add_threads(done, loop) if isinstance(loop, VirtualTimeLoop) else done


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run it in virtual time; journals of ``tests.support.engine_support`` are real and take none of it."""
    loop = VirtualTimeLoop()
    with clock.override(VirtualClock(loop)), asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(work())


def in_virtual_time(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A test that lives in virtual time; it gets its fixtures by name."""

    @wraps(test)
    def run_it(**fixtures: Any) -> None:
        run(lambda: test(**fixtures))

    return run_it
