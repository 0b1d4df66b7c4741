"""How the sessions stand, as the websockets were told last; what changes is told at once.

Three sources: the rows (what is wanted, by whomever it was changed), the heartbeats, and the bots' own events, which
are here before they are in the rows.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from app.configuration import service as configuration
from app.configuration.schemas import SavedConfiguration
from app.database.connection import Database, SchemaNotReady, is_away
from app.database.models import BotSessionRow
from app.live.schemas import ConfigurationChanged, ConfigurationUpdatedMessage, StatusUpdateMessage
from app.live.websocket_hub import Hub
from app.sessions import service as sessions
from app.sessions.heartbeats import Sightings
from app.sessions.schemas import SessionStatus
from app.settings import Settings
from contract.events import Event, SessionStarted, StatusUpdate

log = structlog.get_logger(__name__)

#: How often the rows are read while somebody watches: what another process changed is noticed.
_READ_ROWS_EVERY_SECONDS = 1.0
_SESSIONS_SHOWN = 20
#: Changes of these alone are told by other messages, or by nobody.
_RESTLESS = {"total_checks", "total_accepted", "total_rejected", "total_lost", "last_heartbeat_at"}


class SessionStatusCache:
    """Lives in the event loop; ``poke`` may be called from any thread."""

    def __init__(self, settings: Settings, database: Database, hub: Hub, snapshot: Callable[[], Sightings]) -> None:
        self._settings = settings
        self._database = database
        self._hub = hub
        self._snapshot = snapshot
        self._rows: dict[str, BotSessionRow] = {}
        # what bots said that may not be in the rows yet
        self._said: dict[str, list[SessionStarted | StatusUpdate]] = {}
        self._shown: dict[str, SessionStatus] = {}
        self._version: int | None = None
        self._poked = asyncio.Event()
        self._rows_changed = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def poke(self, *, rows_changed: bool = False) -> None:
        """Something may have changed; from any thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._note_poke, rows_changed)

    def _note_poke(self, rows_changed: bool) -> None:  # handed on by the loop
        self._rows_changed = self._rows_changed or rows_changed
        self._poked.set()

    async def run(self) -> None:
        """Tell changes until cancelled."""
        self._loop = asyncio.get_running_loop()
        read_at = 0.0
        while True:
            await self._hub.is_watched.wait()
            if self._rows_changed or time.monotonic() >= read_at:
                self._rows_changed = False
                read_at = time.monotonic() + _READ_ROWS_EVERY_SECONDS
                await self._read_rows()
            for session_id in self._rows:
                self._show(session_id)
            await self._poked.wait()
            self._poked.clear()

    def heard(self, event: Event) -> None:
        """A bot said something about its session."""
        if not isinstance(event, SessionStarted | StatusUpdate):
            return
        said = self._said.setdefault(event.session_id, [])
        said[:] = [one for one in said if one.type != event.type]
        said.append(event)
        row = self._rows.get(event.session_id)
        if row is None:
            self._rows[event.session_id] = row = sessions.row_of_unknown(event)
        sessions.apply_live(row, [event])
        self._show(event.session_id, at=event.at)

    async def _read_rows(self) -> None:
        try:
            rows, saved = await asyncio.to_thread(self._load)
        except (DBAPIError, SchemaNotReady, NoConnectionFree) as error:
            if not is_away(error):
                log.exception("the sessions could not be read", action="board_failed")
            return  # what is known stays shown
        known = {row.session_id: row for row in rows}
        for session_id, row in self._rows.items():
            # a session that said something the table does not know yet
            if session_id in self._said and session_id not in known:
                known[session_id] = row
        self._said = {one: said for one, said in self._said.items() if one in known}
        for session_id, said in self._said.items():
            sessions.apply_live(known[session_id], said)
        self._rows = known
        self._shown = {one: status for one, status in self._shown.items() if one in known}
        if self._version is not None and saved.version != self._version:
            self._hub.publish(
                ConfigurationUpdatedMessage(
                    timestamp=saved.updated_at or datetime.now(UTC),
                    data=ConfigurationChanged(
                        version=saved.version, configuration=saved.configuration, session_id=None
                    ),
                )
            )
        self._version = saved.version

    def _load(self) -> tuple[list[BotSessionRow], SavedConfiguration]:
        with self._database.transaction() as session:
            rows = {row.session_id: row for row in sessions.newest_sessions(session, _SESSIONS_SHOWN)}
            rows.update({row.session_id: row for row in sessions.open_sessions(session, self._snapshot())})
            saved = configuration.current(
                session,
                practice_mode=self._settings.atoz_practice,
                unsaved=self._settings.unsaved_configuration,
            )
            return list(rows.values()), saved

    def _show(self, session_id: str, at: datetime | None = None) -> None:
        status = sessions.status_of(self._rows[session_id], self._snapshot())
        before = self._shown.get(session_id)
        if before is not None and _steady(before) == _steady(status):
            return
        self._shown[session_id] = status
        self._hub.publish(StatusUpdateMessage(timestamp=at or datetime.now(UTC), data=status))


def _steady(status: SessionStatus) -> SessionStatus:
    return status.model_copy(update=dict.fromkeys(_RESTLESS))
