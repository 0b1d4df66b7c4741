"""From the outbox to the Redis stream, in batches, and again where Redis lost something."""

import asyncio
from collections.abc import Callable

import structlog
from redis.asyncio import Redis

from bot.control_plane.outbox import Outbox, Stored
from bot.control_plane.redis_client import REDIS_TROUBLE, Outage, in_time
from contract.streams import EVENT_FIELD, EVENTS, EVENTS_LENGTH, ingested

log = structlog.get_logger(__name__)

#: Events in one round trip.
BATCH = 500
#: How often the outbox asks what has reached Postgres.
ASK_EVERY_SECONDS = 1.0
#: Redis was away: the next try comes so much later.
TRY_AGAIN_AFTER_SECONDS = 0.5


class Sender:
    """Sends one outbox's events, in order. Whoever runs it sees ``sent_up_to`` and may ``rewind`` it."""

    def __init__(self, outbox: Outbox, redis: Redis, outage: Outage) -> None:
        self._outbox = outbox
        self._redis = redis
        self._outage = outage
        #: highest seq that was handed to Redis
        self.sent_up_to = outbox.acknowledged
        # id of the newest entry of ours in the stream
        self._newest_entry: bytes | None = None
        self._something_new = asyncio.Event()
        self._something_new.set()

    def rewind(self, from_seq: int) -> None:
        """Send again from ``from_seq`` on, as far as the outbox still has it."""
        self.sent_up_to = min(self.sent_up_to, max(from_seq - 1, self._outbox.acknowledged))
        self._something_new.set()

    async def run(self) -> None:
        """Send what is new until cancelled; survives every trouble with Redis."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._something_new.set)

        self._outbox.on_written = wake
        try:
            await self._run(loop.time)
        finally:
            self._outbox.on_written = lambda: None

    async def _run(self, now: Callable[[], float]) -> None:
        ask_at = 0.0
        while True:
            try:
                async with asyncio.timeout(max(ask_at - now(), 0.0)):
                    await self._something_new.wait()
            except TimeoutError:
                pass  # nothing new: time to ask
            try:
                self._something_new.clear()
                await self.send()
                if now() >= ask_at:
                    await self.ask()
                    ask_at = now() + ASK_EVERY_SECONDS
                self._outage.over()
            except REDIS_TROUBLE as error:
                self._outage.noticed(error)
                self._something_new.set()
                await asyncio.sleep(TRY_AGAIN_AFTER_SECONDS)

    async def send(self) -> None:
        """Send everything that is on disk and was not sent yet; raises what Redis raises."""
        while batch := await self._read():
            pipe = self._redis.pipeline(transaction=False)
            for event in batch:
                pipe.xadd(EVENTS, {EVENT_FIELD: event.body}, maxlen=EVENTS_LENGTH, approximate=True)
            async with in_time():
                self._newest_entry = (await pipe.execute())[-1]
            # a rewind in between wins
            if self.sent_up_to == batch[0].seq - 1:
                self.sent_up_to = batch[-1].seq

    async def ask(self) -> None:
        """Ask what is in Postgres and forget it; send again what Redis lost with its last second."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.hget(ingested(self._outbox.session_id), self._outbox.outbox_id)
        entry = self._newest_entry
        pipe.xrange(EVENTS, min=entry or b"-", max=entry or b"-", count=1)
        async with in_time():
            raw, found = await pipe.execute()
        if raw is not None:
            self._outbox.acknowledge(int(raw))
            self.sent_up_to = max(self.sent_up_to, self._outbox.acknowledged)
        if entry and not found and self.sent_up_to > self._outbox.acknowledged:
            log.warning("Redis lost what was sent last; it is sent again", action="redis_lost_events")
            self._newest_entry = None
            self.rewind(self._outbox.acknowledged + 1)

    async def flush(self) -> None:
        """Return when everything that was put so far has been handed to Redis; raises what Redis raises."""
        last_write = self._outbox.flush()
        if last_write:
            await asyncio.wait((asyncio.wrap_future(last_write),))
        await self.send()

    async def _read(self) -> list[Stored]:
        if self.sent_up_to >= self._outbox.last_seq:
            return []
        return await asyncio.wrap_future(self._outbox.read(after=self.sent_up_to, limit=BATCH))
