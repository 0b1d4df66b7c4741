"""One bot claims for an account at a time: the lease in Redis.

On one machine a file lock decides (``bot.account.account_folder``); whoever asks for the lease holds that lock already.
Between machines the lease decides. Its value is ``{session} {place} {nonce}``. *place* stands for the folder that the
file lock lies in: a bot started after a crash takes over the lease of its dead predecessor at once, because only the
dead lose that lock. *nonce* is new with each process: one that slept through its lease finds another nonce when it
wakes up.

A holder that cannot reach Redis cannot tell a Redis that is down from one that the others still reach. It goes on: for
good where nobody else waits for the account, else for a bounded time; and who waits lets more time than that pass after
the last word of a holder elsewhere that did not say goodbye (decision 0009).
"""

import asyncio
import secrets
import time
from typing import Any, cast

import structlog
from redis.asyncio import Redis

from bot.control_plane.redis_client import REDIS_TROUBLE, Outage, in_time
from contract.streams import account_awaited, account_last_holder, account_lease

log = structlog.get_logger(__name__)

#: A holder that has not renewed for so long is taken for dead by other machines.
LEASE_SECONDS = 10.0
#: So long a holder goes on without Redis where it knows that another bot waits for the account: longer than a Redis
#: that is started again, and with a lease it is as long as a crash on another machine keeps the account from the next.
PATIENCE_SECONDS = 30.0
#: Five renewals fit in, so that one slow answer loses nothing.
RENEW_EVERY_SECONDS = 2.0

#: Takes or renews the lease, or says that somebody waits for it. Answers who has it afterwards (nobody: a Redis that
#: has lost its memory), for how many milliseconds it is out of reach, and who waits for it.
#: KEYS: the lease, its last holder, who waits. ARGV: us, our place, how long the lease lasts, how long its holder is
#: remembered, whether we take what nobody is known to hold.
_TAKE = """
local function is_elsewhere(who) return string.match(who, '^%S+ (%S+) ') ~= ARGV[2] end
local holder = redis.call('GET', KEYS[1]) or redis.call('GET', KEYS[2])
local is_taken = holder and holder ~= '' and holder ~= ARGV[1] and is_elsewhere(holder)
if is_taken or (not holder and ARGV[5] == '0') then
  redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[3])
  return {holder or '', math.max(redis.call('PTTL', KEYS[1]), redis.call('PTTL', KEYS[2]), 0), ''}
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[4])
local awaited = redis.call('GET', KEYS[3])
return {ARGV[1], 0, awaited and is_elsewhere(awaited) and awaited or ''}
"""
#: BeforeSend the mark that nobody has to wait.
_GIVE_BACK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('SET', KEYS[2], '', 'PX', ARGV[2]) end
"""

#: Counts on while the machine sleeps, where the system has such a clock.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _now() -> float:
    return time.clock_gettime(_CLOCK)


class Lease:
    """Takes, keeps and gives back the lease. ``may_claim`` is asked right before each accept goes out."""

    def __init__(self, redis: Redis, outage: Outage, *, session_id: str, account_id: str, place: str) -> None:
        self._redis = redis
        self._outage = outage
        self._keys = (account_lease(account_id), account_last_holder(account_id), account_awaited(account_id))
        self._place = place
        self._value = f"{session_id} {place} {secrets.token_hex(8)}"
        #: the session that holds the account while we do not; None while we may claim or Redis has not answered
        self.held_by: str | None = None
        #: set when Redis has answered, or failed to, for the first time
        self.is_known = asyncio.Event()
        self._renewed_at: float | None = None
        self._redis_is_away = False
        #: the session that waited for the account when we renewed the lease for the last time
        self._awaited_by: str | None = None
        #: until then we do not take what nobody is known to hold: a Redis may have lost its memory
        self._out_of_reach_until = 0.0
        self._why_not: str | None = None
        self._changed = asyncio.Event()

    def may_claim(self) -> bool:
        """Whether an accept may go out now.

        Without Redis the file lock alone decides, unless another session was seen to hold the lease before, or waits
        for it and may have it by now.
        """
        if self.held_by is not None:
            return False
        if self._redis_is_away:
            return not self._may_be_taken_over
        return self._renewed_at is not None and _now() - self._renewed_at < LEASE_SECONDS

    @property
    def why_not(self) -> str | None:
        """Why nothing is accepted, in words for the owner; None while the account is ours."""
        if self.held_by is not None:
            return (
                f"Another bot ({self.held_by}) works for this account on another machine; this one waits until it has "
                f"ended, or was not heard of for {_taken_over_after():.0f} seconds."
            )
        if self._redis_is_away and self._may_be_taken_over:
            return (
                f"Redis has not answered for {PATIENCE_SECONDS:.0f} seconds, and another bot ({self._awaited_by}) "
                "waited for this account on another machine: it may have taken over. This one accepts nothing until "
                "Redis answers."
            )
        return None

    @property
    def _may_be_taken_over(self) -> bool:
        if self._awaited_by is None or self._renewed_at is None:
            return False
        return _now() - self._renewed_at >= PATIENCE_SECONDS

    async def wait_for_change(self) -> None:
        """Return when ``held_by`` or ``why_not`` has changed."""
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
            holder, out_of_reach, awaited = await self._take(asked_at)
        except REDIS_TROUBLE as error:
            self._redis_is_away = True
            self._outage.noticed(error)
        else:
            self._redis_is_away = False
            self._outage.over()
            # counted from before the question: the lease may be older than the answer, never younger
            self._renewed_at = asked_at if holder == self._value else None
            self._note_awaited(_session(awaited) if awaited else None)
            if holder == self._value:
                self._note_holder(None)
            elif holder:
                self._out_of_reach_until = _now() + out_of_reach
                self._note_holder(_session(holder))
        self.is_known.set()
        if self.why_not != self._why_not:
            self._why_not = self.why_not
            log.info("what is said of the account", action="lease_words", why=self._why_not)
            self._changed.set()

    async def give_back(self) -> None:
        """Let the next one have it at once; raises what Redis raises."""
        await self._run_script(_GIVE_BACK, self._value, _milliseconds(_taken_over_after()))
        self._renewed_at = None

    async def _take(self, asked_at: float) -> tuple[str, float, str]:
        """Who has it now (nobody: empty), for how many seconds it is out of our reach, and who waits for it."""
        lasts, remembered = _milliseconds(LEASE_SECONDS), _milliseconds(_taken_over_after())
        takes_unknown = str(int(asked_at >= self._out_of_reach_until))
        answer = await self._run_script(_TAKE, self._value, self._place, lasts, remembered, takes_unknown)
        holder, out_of_reach, awaited = answer
        return holder.decode(), out_of_reach / 1000, awaited.decode()

    def _note_holder(self, session_id: str | None) -> None:
        if session_id != self.held_by:
            self.held_by = session_id
            self._changed.set()
            if session_id:
                log.warning("another bot works for this account", action="lease_held_elsewhere", holder=session_id)
            else:
                log.info("this bot works for the account", action="lease_taken")

    def _note_awaited(self, session_id: str | None) -> None:
        if session_id != self._awaited_by:
            self._awaited_by = session_id
            log.info("who waits for the account", action="lease_awaited", by=session_id)

    async def _run_script(self, script: str, *arguments: str) -> Any:
        async with in_time():
            return await cast("Any", self._redis.eval(script, len(self._keys), *self._keys, *arguments))


def _taken_over_after() -> float:
    """So many seconds after its last word the lease of a bot elsewhere is taken over.

    Its own patience has ended by then, and an accept that it sent in the last moment of it has arrived.
    """
    return PATIENCE_SECONDS + LEASE_SECONDS


def _session(holder: str) -> str:
    return holder.split(" ", 1)[0]


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))
