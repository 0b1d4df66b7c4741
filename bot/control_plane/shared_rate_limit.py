"""What the portal asked of one bot goes for every bot of the account: how long to leave it alone, told through Redis.

The key's own expiry is the wait, so that the machines' clocks need not agree. Where Redis is away only the bot that was
asked knows.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from redis.asyncio import Redis

from bot.control_plane.redis_client import REDIS_TROUBLE, in_time
from contract.streams import account_wait

#: How often a bot asks what others were told.
_ASK_EVERY_SECONDS = 1.0

#: Lets the wait last for so many milliseconds, or longer where it does already; answers how long it lasts, below zero
#: where there is none.
_MERGE = """
local wanted = tonumber(ARGV[1])
if wanted > redis.call('PTTL', KEYS[1]) then redis.call('SET', KEYS[1], ARGV[2], 'PX', wanted) end
return redis.call('PTTL', KEYS[1])
"""

#: Counts on while the machine sleeps, where the system has such a clock.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SharedWait:
    """The account's wait. ``on_heard`` is called with what is left of one that somebody was asked for."""

    def __init__(self, redis: Redis, *, session_id: str, account_id: str) -> None:
        self._redis = redis
        self._session_id = session_id
        self._key = account_wait(account_id)
        self._asked_until = 0.0
        self._hurry = asyncio.Event()
        self.on_heard: Callable[[timedelta], None] = lambda _: None

    def tell(self, wait: timedelta) -> None:
        """The portal asked this bot to wait for so long."""
        self._asked_until = max(self._asked_until, time.clock_gettime(_CLOCK) + wait.total_seconds())
        self._hurry.set()

    async def run(self) -> None:
        """Tell and hear until cancelled; survives every trouble with Redis."""
        while True:
            await self.exchange()
            self._hurry.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_ASK_EVERY_SECONDS):
                    await self._hurry.wait()

    async def exchange(self) -> None:
        """Tell what this bot was asked, and hear what others were, once."""
        mine = max(0, round((self._asked_until - time.clock_gettime(_CLOCK)) * 1000))
        try:
            async with in_time():
                left = await cast("Any", self._redis.eval(_MERGE, 1, self._key, str(mine), self._session_id))
        except REDIS_TROUBLE:
            return  # the lease, which is asked for beside it, says so
        if left > mine:
            self.on_heard(timedelta(milliseconds=left))
