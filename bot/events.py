"""Who hears what the engine does."""

from typing import Protocol

from contract.configuration import VersionedConfiguration
from contract.jobs import JobReport
from contract.sessions import SessionTotals


class EventSink(Protocol):
    """Hears what happens; never makes the engine wait. ``bot.control_plane.event_recorder.EventRecorder`` is one."""

    def job(self, report: JobReport) -> None:
        """Something about a job changed."""
        ...

    def cycle(
        self, *, duration_ms: float, pages: int, jobs_on_board: int, new_jobs: int, totals: SessionTotals
    ) -> None:
        """The portal answered one pass over the board in full."""
        ...

    def error(self, *, code: str, message: str, what_to_do: str, fatal: bool = False) -> None:
        """Something went wrong that the owner should know of."""
        ...

    def notice(self, *, action: str, message: str) -> None:
        """Something worth a line that is no error."""
        ...

    def configuration(self, used: VersionedConfiguration) -> None:
        """The bot works with this configuration from now on."""
        ...
