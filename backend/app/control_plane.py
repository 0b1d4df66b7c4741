"""All parts of the control plane, put together: what there is, and in which order it starts and stops."""

import asyncio
from contextlib import suppress

from app import gc_tuning
from app.database.connection import Database
from app.database.migrate import Migrator
from app.ingest.worker import Ingest
from app.live.session_statuses import SessionStatusCache
from app.live.stream_consumer import StreamConsumer
from app.live.websocket_hub import Hub
from app.scheduler.schedules import Scheduler
from app.sessions.heartbeats import Presence
from app.sessions.service import NewSession
from app.settings import BadSetting, Settings, load
from app.supervisor.worker import Supervisor


class ControlPlane:
    """Each part starts without Postgres and Redis, waits for them, and finds them again when they were away."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings)
        self.migrator = Migrator(self.database)
        self.presence = Presence(settings)
        self.hub = Hub()
        self.board = SessionStatusCache(settings, self.database, self.hub, self.presence.snapshot)
        self.follower = StreamConsumer(settings, self.database, self.hub, self.board)
        self.ingest = Ingest(settings, self.database)
        self.supervisor = Supervisor(settings, self.database, self.presence)
        self.scheduler = Scheduler(settings, self.database)
        self._tasks: list[asyncio.Task[None]] = []
        self.presence.on_reading(self.board.poke)
        self.supervisor.on_change = self._rows_changed

    def start(self) -> None:
        """Begin; called in the event loop."""
        self._tasks = [asyncio.create_task(self.board.run()), asyncio.create_task(self.follower.run())]
        self.migrator.start()
        self.presence.start()
        self.ingest.start()
        self.supervisor.start()
        self.scheduler.start()
        gc_tuning.tune()

    async def stop(self) -> None:
        """Finish what is under way, and end. The bots go on: the next control plane finds them."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        parts = (self.scheduler, self.supervisor, self.ingest, self.presence, self.migrator)
        await asyncio.gather(*(asyncio.to_thread(part.stop) for part in parts))
        self.database.close()

    def something_changed(self) -> None:
        """A row that says what is wanted was changed: have it done, and told, at once. From any thread."""
        self.supervisor.wake()
        self._rows_changed()

    def _rows_changed(self) -> None:
        self.board.poke(rows_changed=True)

    def new_session(self) -> NewSession:
        """What a session that is started now is like. The account may have been set up since this program started."""
        try:
            settings = load()
        except BadSetting:
            settings = self.settings
        return NewSession(practice_mode=self.settings.atoz_practice, has_account=settings.has_account)
