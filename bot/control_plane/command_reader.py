"""What the control plane tells this session, followed from where it was left, each command once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import cast

import structlog
from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.control_plane.outbox import Outbox
from bot.control_plane.redis_client import REDIS_TROUBLE, Outage, in_time
from contract.commands import Command, Configure, UndecodableCommand, decode_command
from contract.configuration import VersionedConfiguration
from contract.streams import COMMAND_FIELD, CONFIGURATION, commands

log = structlog.get_logger(__name__)

#: A read waits so long for a command; shorter than the time in which Redis must answer at all.
BLOCK = timedelta(seconds=1)
_TRY_AGAIN_AFTER_SECONDS = 0.5
_AT_ONCE = 100


class CommandReader:
    """Follows the command stream of the outbox's session."""

    def __init__(
        self, outbox: Outbox, redis: Redis, outage: Outage, handle: Callable[[Command], Awaitable[None]]
    ) -> None:
        self._outbox = outbox
        self._redis = redis
        self._outage = outage
        self._handle = handle
        self._stream = commands(outbox.session_id)

    async def run(self) -> None:
        """Hand over commands until cancelled; survives every trouble with Redis.

        After each new beginning the wanted configuration is read as well: whoever changed it may not know this session.
        """
        connected = False
        while True:
            try:
                if not connected:
                    await self._take_up()
                    connected = True
                await self._follow()
                self._outage.over()
            except REDIS_TROUBLE as error:
                connected = False
                self._outage.noticed(error)
                await asyncio.sleep(_TRY_AGAIN_AFTER_SECONDS)

    async def _take_up(self) -> None:
        wanted = await wanted_configuration(self._redis)
        try:
            async with in_time():
                newest = (await self._redis.xinfo_stream(self._stream))["last-generated-id"].decode()
        except ResponseError:
            newest = "0-0"  # there is no such stream
        if _entry_key(self._outbox.last_command_id) > _entry_key(newest):
            # a Redis that lost its data counts from the start again
            self._outbox.remember_command("0-0")
        if wanted is not None:
            await self._handle(Configure(issued_at=datetime.now(UTC), wanted=wanted))

    async def _follow(self) -> None:
        block = int(BLOCK.total_seconds() * 1000)
        async with in_time():
            answer = await self._redis.xread({self._stream: self._outbox.last_command_id}, count=_AT_ONCE, block=block)
        # the client's types know every shape of every protocol; with ours a stream is a name and its entries
        for _, entries in cast("Iterable[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]", answer or ()):
            for entry_id, fields in entries:
                await self._hand_over(fields.get(COMMAND_FIELD, b""))
                self._outbox.remember_command(entry_id.decode())

    async def _hand_over(self, raw: bytes) -> None:
        try:
            command = decode_command(raw)
        except UndecodableCommand as error:
            log.warning("a command was not understood", action="command_not_understood", why=str(error))
            return
        await self._handle(command)


async def wanted_configuration(redis: Redis) -> VersionedConfiguration | None:
    """What the owner wants all bots to work with; None where nobody ever said. Raises what Redis raises."""
    async with in_time():
        raw = await redis.get(CONFIGURATION)
    if raw is None:
        return None
    try:
        return VersionedConfiguration.model_validate_json(raw)
    except ValidationError as error:
        log.warning(
            "the wanted configuration was not understood", action="configuration_not_understood", why=str(error)
        )
        return None


def _entry_key(entry_id: str) -> tuple[int, int]:
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number or 0)
