"""A bot process for tests: the real one, with shorter times, that may die at a chosen point of a claim.

``python tests/support/bot_driver.py SESSION [POINT]``. A point is where ``SIGKILL`` strikes, as a crash would.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parents[2])

from bot.claim.outcome import ClaimTimes  # noqa: E402
from bot.engine.claim_reports import ClaimReporter  # noqa: E402
from bot.engine.times import EngineTimes  # noqa: E402
from bot.portal.http.client import HttpClient  # noqa: E402
from bot.run import bootstrap as start  # noqa: E402
from bot.run import process  # noqa: E402
from bot.state.domain_events import ClaimChanged  # noqa: E402
from bot.state.journal import Journal  # noqa: E402
from common.states import ClaimState  # noqa: E402

TIMES = EngineTimes(
    claims=ClaimTimes(settle=timedelta(seconds=1.5), unanswered=timedelta(seconds=3), hold_check=timedelta(seconds=2)),
    assigned_every=timedelta(seconds=3),
)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str) -> None:
    """Die when this is called."""
    setattr(owner, name, lambda *_, **__: die())


def after(owner: Any, name: str) -> None:
    """Die when this is done."""
    real: Callable[..., Awaitable[Any]] = getattr(owner, name)

    async def done(*arguments: Any, **named: Any) -> Any:
        answer = await real(*arguments, **named)
        die()
        return answer

    setattr(owner, name, done)


def in_the_middle(owner: Any, name: str, seconds: float) -> None:
    """Die so long after this was begun."""
    real: Callable[..., Awaitable[Any]] = getattr(owner, name)

    async def begun(*arguments: Any, **named: Any) -> Any:
        asyncio.get_running_loop().call_later(seconds, die)
        return await real(*arguments, **named)

    setattr(owner, name, begun)


def when_told(state: ClaimState) -> None:
    """Die when a claim reaches this state, before anybody hears of it."""
    real = ClaimReporter.report

    def report(self: ClaimReporter, event: ClaimChanged) -> None:
        if event.record.state is state:
            die()
        real(self, event)

    ClaimReporter.report = report  # type: ignore[method-assign]  # this is what the driver is for


POINTS: dict[str, Callable[[], None]] = {
    "before the intent": lambda: before(Journal, "intend"),
    "after the intent": lambda: after(Journal, "intend"),
    "before the accept": lambda: before(HttpClient, "accept"),
    "while the accept travels": lambda: in_the_middle(HttpClient, "accept", 0.1),
    "while the answer travels": lambda: in_the_middle(HttpClient, "accept", 0.3),
    "after the answer": lambda: after(HttpClient, "accept"),
    "when it is confirmed": lambda: when_told(ClaimState.CONFIRMED),
    "when it is held": lambda: when_told(ClaimState.HELD),
}


def main() -> int:
    session, *point = sys.argv[1:]
    start.stay_small(has_screen=False)
    if point:
        POINTS[point[0]]()
    process.TIMES = TIMES
    return process.run(
        session, with_control_plane=True, listener=lambda _: lambda _: None, tell=lambda text: print(text, flush=True)
    )


if __name__ == "__main__":
    sys.exit(main())
