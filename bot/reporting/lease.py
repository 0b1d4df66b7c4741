"""One bot claims for an account at a time: the lease in Redis.

On one machine a file lock decides (``bot.account``); whoever asks for the lease holds that lock already. Between
machines the lease decides. Its value is ``{session} {place} {nonce}``. *place* stands for the folder that the file lock
lies in: a bot started after a crash takes over the lease of its dead predecessor at once, because only the dead lose
that lock. *nonce* is new with each process: one that slept through its lease finds another nonce when it wakes up.
"""

import asyncio
import secrets
import time
from typing import Any, cast

import structlog
from redis.asyncio import Redis

from bot.reporting.connection import REDIS_TROUBLE, Outage, in_time
from contract.streams import account_lease

log = structlog.get_logger(__name__)

#: A holder that has not renewed for so long is taken for dead by other machines.
LEASE_SECONDS = 10.0
#: Five renewals fit in, so that one slow answer loses nothing.
RENEW_EVERY_SECONDS = 2.0

#: Takes or renews the lease; answers the value that stands there afterwards.
_TAKE = """
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] and string.match(held, '^%S+ (%S+) ') ~= ARGV[2] then return held end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return ARGV[1]
"""
_GIVE_BACK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"

#: Counts on while the machine sleeps, where the system has such a clock.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _now() -> float:
    return time.clock_gettime(_CLOCK)


class Lease:
    """Takes, keeps and gives back the lease. ``may_claim`` is asked right before each accept goes out."""

    def __init__(self, redis: Redis, outage: Outage, *, session_id: str, account_id: str, place: str) -> None:
        self._redis = redis
        self._outage = outage
        self._key = account_lease(account_id)
        self._place = place
        self._value = f"{session_id} {place} {secrets.token_hex(8)}"
        #: the session that holds the account while we do not; None while we may claim or Redis has not answered
        self.held_by: str | None = None
        #: set when Redis has answered, or failed to, for the first time
        self.is_known = asyncio.Event()
        self._renewed_at: float | None = None
        self._redis_is_away = False
        self._changed = asyncio.Event()

    def may_claim(self) -> bool:
        """Whether an accept may go out now.

        Without Redis the file lock alone decides, unless another session was seen to hold the lease before.
        """
        if self.held_by is not None:
            return False
        if self._redis_is_away:
            return True
        return self._renewed_at is not None and _now() - self._renewed_at < LEASE_SECONDS

    async def wait_for_change(self) -> None:
        """Return when ``held_by`` has changed."""
        self._changed.clear()
        await self._changed.wait()

    async def run(self) -> None:
        """Keep the lease until cancelled; survives every trouble with Redis."""
        while True:
            await self.renew()
            await asyncio.sleep(RENEW_EVERY_SECONDS)

    async def renew(self) -> None:
        """Take or renew the lease once."""
        asked_at = _now()
        try:
            held = await self._run_script(_TAKE, self._value, self._place, str(int(LEASE_SECONDS * 1000)))
        except REDIS_TROUBLE as error:
            self._redis_is_away = True
            self._outage.noticed(error)
        else:
            self._redis_is_away = False
            self._outage.over()
            holder = held.decode()
            # counted from before the question: the lease may be older than the answer, never younger
            self._renewed_at = asked_at if holder == self._value else None
            self._note_holder(None if holder == self._value else holder.split(" ", 1)[0])
        self.is_known.set()

    async def give_back(self) -> None:
        """Let the next one have it at once; raises what Redis raises."""
        await self._run_script(_GIVE_BACK, self._value)
        self._renewed_at = None

    def _note_holder(self, session_id: str | None) -> None:
        if session_id != self.held_by:
            self.held_by = session_id
            self._changed.set()
            if session_id:
                log.warning("another bot works for this account", action="lease_held_elsewhere", holder=session_id)
            else:
                log.info("this bot works for the account", action="lease_taken")

    async def _run_script(self, script: str, *arguments: str) -> Any:
        async with in_time():
            return await cast("Any", self._redis.eval(script, 1, self._key, *arguments))
