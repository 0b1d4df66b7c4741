"""What the engine calls when something happened: each call becomes one event in the outbox."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypedDict

from bot.control_plane.outbox import Outbox
from contract.configuration import VersionedConfiguration
from contract.events import (
    ConfigurationUpdated,
    CycleComplete,
    ErrorReported,
    Event,
    JobProcessed,
    Notice,
    SessionStarted,
    StatusUpdate,
)
from contract.jobs import JobReport
from contract.sessions import LoginStatus, SessionState, SessionTotals, StartedBy


class _Envelope(TypedDict):
    seq: int
    outbox_id: str
    session_id: str
    account_id: str
    at: datetime


class EventRecorder:
    """Never waits for the disk or the network; what it is told is in the outbox some milliseconds later.

    ``listener`` hears every event at once, on this machine.
    """

    def __init__(self, outbox: Outbox, *, portal: str, listener: Callable[[Event], None] = lambda _: None) -> None:
        self._outbox = outbox
        self._portal = portal
        self._listener = listener

    def session_started(self, *, started_by: StartedBy, pid: int, host: str, base_url: str, version: str) -> None:
        """The process took up the session."""
        self._tell(
            SessionStarted(
                **self._envelope(),
                started_by=started_by,
                pid=pid,
                host=host,
                portal=self._portal,
                base_url=base_url,
                version=version,
            )
        )

    def status(
        self,
        *,
        state: SessionState,
        reason: str | None,
        condition: str | None = None,
        login_status: LoginStatus,
        interpreter_name: str | None,
        totals: SessionTotals,
    ) -> None:
        """The session's state, its reason or our being signed in changed."""
        self._tell(
            StatusUpdate(
                **self._envelope(),
                state=state,
                reason=reason,
                condition=condition,
                login_status=login_status,
                interpreter_name=interpreter_name,
                totals=totals,
            )
        )

    def job(self, report: JobReport) -> None:
        """Something about a job changed."""
        self._tell(JobProcessed(**self._envelope(), portal=self._portal, report=report))

    def cycle(
        self, *, duration_ms: float, pages: int, jobs_on_board: int, new_jobs: int, totals: SessionTotals
    ) -> None:
        """The portal answered one pass over the board in full."""
        self._tell(
            CycleComplete(
                **self._envelope(),
                duration_ms=duration_ms,
                pages=pages,
                jobs_on_board=jobs_on_board,
                new_jobs=new_jobs,
                totals=totals,
            )
        )

    def error(self, *, code: str, message: str, what_to_do: str, fatal: bool = False) -> None:
        """Something went wrong that the owner should know of."""
        self._tell(ErrorReported(**self._envelope(), code=code, message=message, what_to_do=what_to_do, fatal=fatal))

    def notice(self, *, action: str, message: str) -> None:
        """Something worth a line that is no error."""
        self._tell(Notice(**self._envelope(), action=action, message=message))

    def configuration(self, used: VersionedConfiguration) -> None:
        """The bot works with this configuration from now on."""
        self._tell(ConfigurationUpdated(**self._envelope(), version=used.version, configuration=used.configuration))

    def _tell(self, event: Event) -> None:
        self._outbox.put(event)
        self._listener(event)

    def _envelope(self) -> _Envelope:
        # the outbox gives the true ``seq`` when it writes the event
        return {
            "seq": 1,
            "outbox_id": self._outbox.outbox_id,
            "session_id": self._outbox.session_id,
            "account_id": self._outbox.account_id,
            "at": datetime.now(UTC),
        }
