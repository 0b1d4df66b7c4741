"""The heartbeat: once a second, and at once when the state changes."""

import asyncio
from collections.abc import Callable

from redis.asyncio import Redis

from bot.control_plane.redis_client import REDIS_TROUBLE, Outage, in_time
from contract.presence import HEARTBEAT_EVERY, HEARTBEAT_KEPT_FOR, Heartbeat
from contract.streams import SESSIONS_SEEN, heartbeat


class HeartbeatPublisher:
    """Writes what ``beat`` says."""

    def __init__(self, redis: Redis, outage: Outage, beat: Callable[[], Heartbeat]) -> None:
        self._redis = redis
        self._outage = outage
        self._beat = beat
        self._hurry = asyncio.Event()

    def hurry(self) -> None:
        """Something changed that nobody should wait a second for."""
        self._hurry.set()

    async def run(self) -> None:
        """Beat until cancelled; survives every trouble with Redis."""
        while True:
            # before the beat: what changes while it is written wants one more
            self._hurry.clear()
            try:
                await self.beat()
                self._outage.over()
            except REDIS_TROUBLE as error:
                self._outage.noticed(error)
            try:
                async with asyncio.timeout(HEARTBEAT_EVERY.total_seconds()):
                    await self._hurry.wait()
            except TimeoutError:
                pass  # the regular beat

    async def beat(self) -> None:
        """Write one heartbeat; raises what Redis raises."""
        now = self._beat()
        pipe = self._redis.pipeline(transaction=False)
        pipe.set(heartbeat(now.session_id), now.model_dump_json(), ex=HEARTBEAT_KEPT_FOR)
        pipe.zadd(SESSIONS_SEEN, {now.session_id: now.at.timestamp()})
        async with in_time():
            await pipe.execute()
