"""The port through which the engine tells the outside world what happens."""

from typing import Protocol

from contract.configuration import VersionedConfiguration
from contract.jobs import JobReport
from contract.sessions import SessionTotals


class EventSink(Protocol):
    """Records what happens, without making the engine wait (``bot.control_plane.event_recorder.EventRecorder``)."""

    def job(self, report: JobReport) -> None:
        """Record that something about a job changed."""
        ...

    def cycle(
        self, *, duration_ms: float, pages: int, jobs_on_board: int, new_jobs: int, totals: SessionTotals
    ) -> None:
        """Record a poll cycle: the board was read in full."""
        ...

    def error(self, *, code: str, message: str, what_to_do: str, fatal: bool = False) -> None:
        """Record an error that the owner should know of."""
        ...

    def notice(self, *, action: str, message: str) -> None:
        """Record a message for the owner that is no error."""
        ...

    def configuration(self, used: VersionedConfiguration) -> None:
        """Record that the bot uses this configuration from now on."""
        ...
