"""Reports of earlier sessions that never reached Postgres: whoever works for the account next sends them."""

import asyncio
from pathlib import Path

import structlog
from redis.asyncio import Redis

from bot.control_plane.outbox import NotAnOutbox, Outbox
from bot.control_plane.outbox_lock import OutboxInUse, holding
from bot.control_plane.outbox_sender import Sender
from bot.control_plane.redis_client import REDIS_TROUBLE, Outage
from bot.storage.sqlite_writer import StorageError

log = structlog.get_logger(__name__)

#: How often to look for files that somebody left behind.
LOOK_EVERY_SECONDS = 60.0
#: How often to ask whether what was sent has arrived, and after how long without progress to send it again.
_ASK_EVERY_SECONDS = 0.5
_STUCK_AFTER_SECONDS = 15.0


class OrphanedOutboxes:
    """Sends what other sessions' outboxes in the account's folder still hold, one after the other."""

    def __init__(self, folder: Path, own: Outbox, redis: Redis, outage: Outage) -> None:
        self._folder = folder
        self._own = own
        self._redis = redis
        self._outage = outage

    async def run(self) -> None:
        """Look for files now and then until cancelled; survives every trouble with Redis."""
        while True:
            for path in sorted(self._folder.glob("outbox-*.sqlite"), key=lambda one: one.stat().st_mtime):
                if path != self._own.path:
                    await self._try(path)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _try(self, path: Path) -> None:
        try:
            with holding(path):
                await self._send(path)
        except OutboxInUse:
            return  # its bot is alive and sends it itself
        except StorageError as error:
            log.warning("reports of an earlier session cannot be read", action="leftovers_unreadable", why=str(error))

    async def _send(self, path: Path) -> None:
        outbox = Outbox(path)
        try:
            await asyncio.to_thread(outbox.open_left_behind)
            sent = outbox.waiting
            await self._until_arrived(outbox)
        except NotAnOutbox:
            sent = 0
        finally:
            await asyncio.to_thread(outbox.close)
        _remove(path)
        if sent:
            log.info(
                "reports of an earlier session have arrived",
                action="leftovers_sent",
                of_session=outbox.session_id,
                events=sent,
            )

    async def _until_arrived(self, outbox: Outbox) -> None:
        sender = Sender(outbox, self._redis, self._outage)
        now = asyncio.get_running_loop().time
        arrived, progress_at = outbox.acknowledged, now()
        while outbox.waiting:
            try:
                await sender.send()
                await sender.ask()
            except REDIS_TROUBLE as error:
                self._outage.noticed(error)
            if outbox.acknowledged > arrived:
                arrived, progress_at = outbox.acknowledged, now()
            elif now() - progress_at > _STUCK_AFTER_SECONDS:
                # the reader may have missed some: it would ask, but nobody follows the commands of an ended session
                sender.rewind(outbox.acknowledged + 1)
                progress_at = now()
            if outbox.waiting:
                await asyncio.sleep(_ASK_EVERY_SECONDS)


def _remove(path: Path) -> None:
    # the lock file last: as long as it is there and held, nobody else opens the outbox
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.with_suffix(".lock").unlink(missing_ok=True)
