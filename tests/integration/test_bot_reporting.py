"""Reports, heartbeats, commands and the lease over a real Redis that comes and goes."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import psutil
import pytest
from redis.asyncio import Redis

from bot.control_plane import lease as lease_module
from bot.control_plane import orphaned_outboxes as leftovers_module
from bot.control_plane.event_recorder import EventRecorder
from bot.control_plane.lease import LEASE_SECONDS, Lease
from bot.control_plane.link import ControlPlaneLink
from bot.control_plane.outbox import Outbox
from bot.control_plane.outbox_lock import OutboxInUse, holding, outbox_path
from bot.control_plane.redis_client import Outage, connect
from contract import streams
from contract.commands import Command, Configure, Pause, Resend, Stop, encode_command
from contract.configuration import BotConfiguration, VersionedConfiguration
from contract.events import Notice, decode_event
from contract.presence import Heartbeat
from contract.sessions import LoginStatus, SessionState, SessionTotals, StartedBy
from system.servers.redis import RedisServer
from tests.support.bot_support import until

SESSION = "session-20261120_101500"
ACCOUNT = "account-1"


def beat() -> Heartbeat:
    now = datetime.now(UTC)
    return Heartbeat(
        session_id=SESSION,
        account_id=ACCOUNT,
        pid=os.getpid(),
        host="test",
        process_started_at=now,
        started_by=StartedBy.COMMAND_LINE,
        portal="simulator",
        at=now,
        state=SessionState.RUNNING,
        login_status=LoginStatus.SIGNED_IN,
        totals=SessionTotals(),
        configuration_version=0,
    )


async def entries_of(redis: Redis, after: bytes = b"-") -> list[tuple[bytes, dict[bytes, bytes]]]:
    """The stream's entries; the client's own types know every shape of every protocol."""
    found = await redis.xrange(streams.EVENTS, min=after, count=10_000)
    return cast("list[tuple[bytes, dict[bytes, bytes]]]", found)


class Reader:
    """Applies an event only when it is exactly the next one of its outbox, as the ingest does."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.applied: dict[str, list[int]] = {}
        self.messages: list[str] = []
        self.repeated = 0
        self.resends_asked = 0
        self.position = b"0-0"
        self.acknowledges = True
        self.is_reading = True

    async def run(self) -> None:
        while True:
            with contextlib.suppress(Exception):
                await self._read()
            await asyncio.sleep(0.02)

    async def _read(self) -> None:
        if not self.is_reading:
            return
        if not await entries_of(self.redis, self.position):
            self.position = b"0-0"  # Redis lost what we had read
        for entry_id, fields in await entries_of(self.redis, b"(" + self.position):
            self.position = entry_id
            event = decode_event(fields[streams.EVENT_FIELD])
            applied = self.applied.setdefault(event.outbox_id, [])
            expected = len(applied) + 1
            if event.seq < expected:
                self.repeated += 1
            elif event.seq > expected:
                self.resends_asked += 1
                again = Resend(issued_at=datetime.now(UTC), outbox_id=event.outbox_id, from_seq=expected)
                await self.redis.xadd(
                    streams.commands(event.session_id), {streams.COMMAND_FIELD: encode_command(again)}
                )
                return
            else:
                applied.append(event.seq)
                if isinstance(event, Notice):
                    self.messages.append(event.message)
            if self.acknowledges:
                await self.redis.hset(streams.ingested(event.session_id), event.outbox_id, str(len(applied)))


class Bot:
    """One outbox with its link and what its commands said."""

    def __init__(self, folder: Path, url: str, session: str = SESSION) -> None:
        self.outbox = Outbox(outbox_path(folder, session))
        self.outbox.open(session_id=session, account_id=ACCOUNT)
        self.commands: list[Command] = []
        self.link = ControlPlaneLink(url, self.outbox, place="here", beat=beat, handle=self._handle)
        self.reporter = EventRecorder(self.outbox, portal="simulator")

    async def _handle(self, command: Command) -> None:
        self.commands.append(command)


@asynccontextmanager
async def running(folder: Path, url: str, *, keeps_account: bool = False) -> AsyncIterator[Bot]:
    with holding(outbox_path(folder, SESSION)):
        bot = Bot(folder, url)
        tasks = [asyncio.create_task(bot.link.run())]
        if keeps_account:
            tasks.append(asyncio.create_task(bot.link.keep_account()))
        try:
            yield bot
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await bot.link.say_goodbye(timedelta(seconds=0.5))
            bot.outbox.close()


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    client = connect(redis_server.url)
    yield client
    await client.aclose()


@pytest.fixture
async def reader(redis: Redis) -> AsyncIterator[Reader]:
    reader = Reader(redis)
    task = asyncio.create_task(reader.run())
    yield reader
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_events_arrive_once_and_in_order_and_are_forgotten(
    redis_server: RedisServer, reader: Reader, tmp_path: Path
) -> None:
    async with running(tmp_path, redis_server.url) as bot:
        for number in range(1500):
            bot.reporter.notice(action="test", message=str(number))
        await until(lambda: len(reader.messages) == 1500)
        await until(lambda: bot.outbox.waiting == 0)
    assert reader.messages == [str(number) for number in range(1500)]
    assert reader.repeated == reader.resends_asked == 0


async def test_an_event_travels_at_once(redis_server: RedisServer, redis: Redis, tmp_path: Path) -> None:
    async with running(tmp_path, redis_server.url) as bot:
        bot.reporter.notice(action="test", message="first")
        assert await redis.xread({streams.EVENTS: "0-0"}, block=2000)
        bot.reporter.notice(action="test", message="second")
        began = asyncio.get_running_loop().time()
        newest = (await entries_of(redis))[-1][0]
        assert await redis.xread({streams.EVENTS: newest}, block=2000)
        assert asyncio.get_running_loop().time() - began < 0.5


async def test_what_redis_lost_is_sent_again(redis_server: RedisServer, redis: Redis, tmp_path: Path) -> None:
    reader = Reader(redis)
    reader.is_reading = False
    task = asyncio.create_task(reader.run())
    async with running(tmp_path, redis_server.url) as bot:
        for number in range(20):
            bot.reporter.notice(action="test", message=str(number))
        await until(lambda: bot.link._sender.sent_up_to == 20)
        redis_server.kill()
        (redis_server.folder / "appendonly.aof").unlink()
        for number in range(20, 30):
            bot.reporter.notice(action="test", message=str(number))
        redis_server.start()
        reader.is_reading = True
        await until(lambda: bot.outbox.waiting == 0)
    task.cancel()
    assert reader.messages == [str(number) for number in range(30)]


async def test_a_reader_that_missed_something_gets_it(
    redis_server: RedisServer, redis: Redis, reader: Reader, tmp_path: Path
) -> None:
    reader.is_reading = False
    async with running(tmp_path, redis_server.url) as bot:
        for number in range(10):
            bot.reporter.notice(action="test", message=str(number))
        await until(lambda: bot.link._sender.sent_up_to == 10)
        await redis.xdel(streams.EVENTS, *(entry_id for entry_id, _ in (await entries_of(redis))[3:6]))
        reader.is_reading = True
        await until(lambda: bot.outbox.waiting == 0)
    assert reader.messages == [str(number) for number in range(10)]
    assert reader.resends_asked >= 1


async def test_an_outage_is_survived_and_told_once(
    redis_server: RedisServer, reader: Reader, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with running(tmp_path, redis_server.url, keeps_account=True) as bot:
        bot.reporter.notice(action="test", message="before")
        await until(lambda: reader.messages == ["before"])
        redis_server.stop()
        for number in range(50):
            bot.reporter.notice(action="test", message=str(number))
            await asyncio.sleep(0.02)
        assert bot.link.lease.may_claim()
        redis_server.start()
        await until(lambda: bot.outbox.waiting == 0)
        await until(lambda: bot.link._sender._outage.is_away is False)
    assert reader.messages == ["before", *(str(number) for number in range(50))]
    assert capsys.readouterr().out.count("redis_away") == 1


async def test_a_redis_that_hangs_is_an_outage_too(redis_server: RedisServer, tmp_path: Path) -> None:
    async with running(tmp_path, redis_server.url, keeps_account=True) as bot:
        await until(bot.link.lease.may_claim)
        assert redis_server.pid
        stopped = psutil.Process(redis_server.pid)
        stopped.send_signal(signal.SIGSTOP)
        try:
            bot.reporter.notice(action="test", message="into the silence")
            await until(lambda: bot.link._sender._outage.is_away is True)
            assert bot.link.lease.may_claim()
        finally:
            stopped.send_signal(signal.SIGCONT)
        await until(lambda: bot.link._sender.sent_up_to == 1)


async def test_the_heartbeat_is_written_every_second_and_at_once_when_hurried(
    redis_server: RedisServer, redis: Redis, tmp_path: Path
) -> None:
    async def latest() -> datetime:
        raw = await redis.get(streams.heartbeat(SESSION))
        return Heartbeat.model_validate_json(raw).at if raw else datetime.min.replace(tzinfo=UTC)

    async def is_newer_than(at: datetime) -> bool:
        return await latest() > at

    async with running(tmp_path, redis_server.url) as bot:
        await until(lambda: redis.exists(streams.heartbeat(SESSION)))
        first = await latest()
        hurried_at = datetime.now(UTC)
        bot.link.hurry()
        await until(lambda: is_newer_than(hurried_at), patience=0.5)
        await until(lambda: is_newer_than(first + timedelta(seconds=2)))
        assert await redis.zscore(streams.SESSIONS_SEEN, SESSION)


async def test_commands_are_handed_over_once_also_after_a_restart(
    redis_server: RedisServer, redis: Redis, tmp_path: Path
) -> None:
    async def tell(command: Command) -> None:
        await redis.xadd(streams.commands(SESSION), {streams.COMMAND_FIELD: encode_command(command)})

    await tell(Pause(issued_at=datetime.now(UTC)))
    await redis.xadd(streams.commands(SESSION), {streams.COMMAND_FIELD: b"no command"})
    async with running(tmp_path, redis_server.url) as bot:
        await until(lambda: len(bot.commands) == 1)
        await tell(Stop(issued_at=datetime.now(UTC), reason="enough"))
        await until(lambda: len(bot.commands) == 2)
        assert [command.type for command in bot.commands] == ["pause", "stop"]
    async with running(tmp_path, redis_server.url) as bot:
        await tell(Pause(issued_at=datetime.now(UTC)))
        await until(lambda: len(bot.commands) == 1)
    # a Redis that starts from nothing counts its entries anew
    redis_server.kill()
    (redis_server.folder / "appendonly.aof").unlink()
    redis_server.start()
    await redis.connection_pool.disconnect()
    await redis.xadd(streams.commands(SESSION), {streams.COMMAND_FIELD: encode_command(bot.commands[0])}, id="1-1")
    async with running(tmp_path, redis_server.url) as bot:
        await until(lambda: len(bot.commands) == 1)


async def test_the_wanted_configuration_is_heard_at_the_start_and_after_an_outage(
    redis_server: RedisServer, redis: Redis, tmp_path: Path
) -> None:
    def versions(bot: Bot) -> list[int]:
        return [command.wanted.version for command in bot.commands if isinstance(command, Configure)]

    async def want(version: int) -> None:
        wanted = VersionedConfiguration(version=version, configuration=BotConfiguration())
        await redis.set(streams.CONFIGURATION, wanted.model_dump_json())

    await want(3)
    async with running(tmp_path, redis_server.url) as bot:
        await until(lambda: versions(bot) == [3])
        redis_server.stop()
        await until(lambda: bot.link._sender._outage.is_away is True)
        redis_server.start()
        await redis.connection_pool.disconnect()
        await want(4)
        await until(lambda: 3 in versions(bot)[1:] or 4 in versions(bot))


async def test_reports_of_a_dead_session_are_sent_by_the_next_one(
    redis_server: RedisServer, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers_module, "LOOK_EVERY_SECONDS", 0.1)
    dead = Outbox(outbox_path(tmp_path, "session-dead"))
    dead.open(session_id="session-dead", account_id=ACCOUNT)
    for number in range(5):
        EventRecorder(dead, portal="simulator").notice(action="test", message=f"dead {number}")
    dead.close()
    outbox_path(tmp_path, "session-empty").touch()
    async with running(tmp_path, redis_server.url, keeps_account=True):
        await until(lambda: len(reader.messages) == 5)
        await until(lambda: [path.name for path in tmp_path.glob("outbox-*.sqlite")] == [f"outbox-{SESSION}.sqlite"])
    assert reader.messages == [f"dead {number}" for number in range(5)]


async def test_an_outbox_whose_bot_lives_is_left_alone(
    redis_server: RedisServer, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers_module, "LOOK_EVERY_SECONDS", 0.02)
    path = outbox_path(tmp_path, "session-alive")
    with holding(path):
        alive = Outbox(path)
        alive.open(session_id="session-alive", account_id=ACCOUNT)
        EventRecorder(alive, portal="simulator").notice(action="test", message="mine")
        alive.close()
        with pytest.raises(OutboxInUse), holding(path):
            pass
        async with running(tmp_path, redis_server.url, keeps_account=True) as bot:
            bot.reporter.notice(action="test", message="yours")
            await until(lambda: "yours" in reader.messages)
            await asyncio.sleep(0.2)  # nothing is expected to happen: several looks pass
            assert reader.messages == ["yours"]
            assert path.exists()


def lease(redis: Redis, session: str, place: str) -> Lease:
    return Lease(redis, Outage(), session_id=session, account_id=ACCOUNT, place=place)


async def test_one_of_two_machines_has_the_account(redis: Redis) -> None:
    ours, theirs = lease(redis, "ours", "here"), lease(redis, "theirs", "there")
    assert not ours.may_claim()  # nobody knows yet
    await ours.renew()
    await theirs.renew()
    assert ours.may_claim()
    assert not theirs.may_claim()
    assert theirs.held_by == "ours"
    await ours.give_back()
    await theirs.renew()
    assert theirs.may_claim()
    await ours.renew()
    assert not ours.may_claim()
    assert ours.held_by == "theirs"


async def test_the_successor_on_the_same_machine_does_not_wait_for_the_dead(redis: Redis) -> None:
    dead, successor = lease(redis, SESSION, "here"), lease(redis, SESSION, "here")
    await dead.renew()
    await successor.renew()
    assert successor.may_claim()


async def test_a_lease_that_nobody_renewed_is_none(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = lease(redis, "ours", "here")
    await ours.renew()
    assert ours.may_claim()
    now = lease_module._now()
    monkeypatch.setattr(lease_module, "_now", lambda: now + LEASE_SECONDS + 1)
    assert not ours.may_claim()  # the machine slept; somebody else may have it by now


async def test_without_redis_the_one_who_has_the_file_lock_works_and_the_one_who_waited_waits_on(
    redis_server: RedisServer, redis: Redis
) -> None:
    ours, theirs = lease(redis, "ours", "here"), lease(redis, "theirs", "there")
    await ours.renew()
    await theirs.renew()
    redis_server.stop()
    await ours.renew()
    await theirs.renew()
    assert ours.may_claim()
    assert not theirs.may_claim()
    never_heard = lease(redis, "third", "elsewhere")
    await never_heard.renew()
    assert never_heard.may_claim()


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease_module, "LEASE_SECONDS", 0.4)
    monkeypatch.setattr(lease_module, "PATIENCE_SECONDS", 0.8)


@contextlib.contextmanager
def cut_off(one: Lease) -> Iterator[None]:
    """Redis is there, and this bot does not reach it."""
    reached, one._redis = one._redis, connect("redis://127.0.0.1:1")
    yield
    one._redis = reached


@pytest.mark.usefixtures("short_patience")
async def test_two_machines_never_claim_side_by_side_when_one_of_them_is_cut_off(redis: Redis) -> None:
    ours, theirs = lease(redis, "ours", "here"), lease(redis, "theirs", "there")
    for _ in range(2):
        await ours.renew()
        await theirs.renew()
    with cut_off(ours):
        await ours.renew()
        assert ours.may_claim(), "a Redis that is away for a moment costs no job"

        async def theirs_may_claim() -> bool:
            await ours.renew()
            await theirs.renew()
            # theirs first: what was ours a moment before may be theirs a moment later, never the other way round
            may_theirs, may_ours = theirs.may_claim(), ours.may_claim()
            assert not (may_theirs and may_ours)
            return may_theirs

        await until(theirs_may_claim)
        assert not ours.may_claim()
        assert "another bot (theirs) waited for this account" in (ours.why_not or "")
    await ours.renew()
    assert ours.held_by == "theirs"
    assert not ours.may_claim()


@pytest.mark.usefixtures("short_patience")
async def test_what_was_awaited_and_is_reached_again_goes_on(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = lease(redis, "ours", "here"), lease(redis, "theirs", "there")
    for _ in range(2):
        await ours.renew()
        await theirs.renew()
    clock = lease_module._now
    with cut_off(ours):
        await ours.renew()
        monkeypatch.setattr(lease_module, "_now", lambda: clock() + 1)
        assert not ours.may_claim()
        assert ours.why_not
    monkeypatch.setattr(lease_module, "_now", clock)
    await ours.renew()
    assert ours.may_claim()
    assert ours.why_not is None


async def test_a_bot_for_whose_account_nobody_waits_goes_on_without_redis(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = lease(redis, "ours", "here"), lease(redis, "theirs", "there")
    await ours.renew()
    await theirs.renew()
    await ours.renew()
    await redis.delete(streams.account_awaited(ACCOUNT))  # it has ended: what it left there expires
    await ours.renew()
    now = lease_module._now()
    with cut_off(ours):
        await ours.renew()
        monkeypatch.setattr(lease_module, "_now", lambda: now + 86_400)
        assert ours.may_claim()
        assert ours.why_not is None


async def test_after_a_goodbye_nobody_waits_and_after_a_crash_only_other_machines(redis: Redis) -> None:
    dead = lease(redis, SESSION, "here")
    await dead.renew()
    await redis.delete(streams.account_lease(ACCOUNT))  # as when it has expired
    elsewhere, successor = lease(redis, "theirs", "there"), lease(redis, "session-next", "here")
    await elsewhere.renew()
    assert elsewhere.held_by == SESSION, "whoever held it may be alive without Redis"
    assert not elsewhere.may_claim()
    await successor.renew()
    assert successor.may_claim(), "one folder, one lock: its predecessor is dead"
    await successor.give_back()
    newcomer = lease(redis, "new", "a third place")
    await newcomer.renew()
    assert newcomer.may_claim()
    await elsewhere.renew()
    assert elsewhere.held_by == "new"


async def test_a_goodbye_after_the_lease_has_expired_is_one(redis: Redis) -> None:
    ours, theirs = lease(redis, "ours", "here"), lease(redis, "theirs", "there")
    await ours.renew()
    await redis.delete(streams.account_lease(ACCOUNT))
    await ours.give_back()
    await theirs.renew()
    assert theirs.may_claim()
    await ours.give_back()
    await ours.renew()
    assert ours.held_by == "theirs", "nobody gives back what is another's"


@pytest.mark.usefixtures("short_patience")
async def test_a_redis_without_its_memory_makes_nobody_first(redis: Redis) -> None:
    ours, theirs = lease(redis, "ours", "here"), lease(redis, "theirs", "there")
    await ours.renew()
    await theirs.renew()
    await redis.flushdb()
    await theirs.renew()
    assert not theirs.may_claim()
    assert theirs.held_by == "ours"
    await ours.renew()
    assert ours.may_claim()
    await theirs.renew()
    await redis.flushdb()  # and this time nobody comes back

    async def theirs_may_claim() -> bool:
        await theirs.renew()
        return theirs.may_claim()

    await until(theirs_may_claim)
