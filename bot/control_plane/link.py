"""The control plane as a bot sees it: everything that goes over Redis, in one place to start and to end."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot.control_plane.command_reader import CommandReader, wanted_configuration
from bot.control_plane.heartbeat import HeartbeatPublisher
from bot.control_plane.lease import Lease
from bot.control_plane.orphaned_outboxes import OrphanedOutboxes
from bot.control_plane.outbox import Outbox
from bot.control_plane.outbox_sender import Sender
from bot.control_plane.redis_client import REDIS_TROUBLE, Outage, connect
from bot.control_plane.shared_rate_limit import SharedWait
from contract.commands import Command, Resend
from contract.configuration import VersionedConfiguration
from contract.presence import Heartbeat

log = structlog.get_logger(__name__)


class ControlPlaneLink:
    """Sends reports and heartbeats, follows commands, keeps the lease. Redis may be away at any time."""

    def __init__(
        self,
        url: str,
        outbox: Outbox,
        *,
        place: str,
        beat: Callable[[], Heartbeat],
        handle: Callable[[Command], Awaitable[None]],
    ) -> None:
        self._redis = connect(url)
        self._outbox = outbox
        self._handle_command = handle
        outage = Outage()
        self._sender = Sender(outbox, self._redis, outage)
        self._pulse = HeartbeatPublisher(self._redis, outage, beat)
        self._commands = CommandReader(outbox, self._redis, outage, self._handle)
        self.lease = Lease(self._redis, outage, session_id=outbox.session_id, account_id=outbox.account_id, place=place)
        self.wait = SharedWait(self._redis, session_id=outbox.session_id, account_id=outbox.account_id)
        self._leftovers = OrphanedOutboxes(outbox.path.parent, outbox, self._redis, outage)

    async def wanted_configuration(self) -> VersionedConfiguration | None:
        """What the owner wants, where Redis can say so now."""
        try:
            return await wanted_configuration(self._redis)
        except REDIS_TROUBLE:
            return None

    def hurry(self) -> None:
        """Write the next heartbeat now."""
        self._pulse.hurry()

    async def run(self) -> None:
        """Keep the link until cancelled: reports, heartbeats and commands."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._sender.run(), name="reports")
            tasks.create_task(self._pulse.run(), name="heartbeat")
            tasks.create_task(self._commands.run(), name="commands")

    async def keep_account(self) -> None:
        """Keep the lease, share what the portal asks of the account, and send what earlier sessions of it left.

        Until cancelled. Only for a bot that holds the account's file lock.
        """
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.lease.run(), name="lease")
            tasks.create_task(self.wait.run(), name="shared wait")
            tasks.create_task(self._leftovers.run(), name="leftovers")

    async def say_goodbye(self, at_most: timedelta) -> None:
        """Send what is still here, a last heartbeat and the lease, within a bounded time."""
        with contextlib.suppress(TimeoutError, *REDIS_TROUBLE):
            async with asyncio.timeout(at_most.total_seconds()):
                await self._sender.flush()
                await self._pulse.beat()
                await self.lease.give_back()
        with contextlib.suppress(*REDIS_TROUBLE):
            await self._redis.aclose()

    async def _handle(self, command: Command) -> None:
        if isinstance(command, Resend):
            if command.outbox_id == self._outbox.outbox_id:
                log.info("reports are sent again", action="resend", from_seq=command.from_seq)
                self._sender.rewind(command.from_seq)
            return
        await self._handle_command(command)
