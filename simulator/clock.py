"""The clock of a simulator, the source of every time that it shows."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Wall-clock time that never goes back: the machine's time at the start plus what has passed since."""

    def __init__(self) -> None:
        self._started_at = datetime.now(UTC)
        self._started = time.perf_counter()

    def now(self) -> datetime:
        """The time, aware, UTC, with microseconds."""
        return self._started_at + timedelta(seconds=time.perf_counter() - self._started)
