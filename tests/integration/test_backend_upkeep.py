"""What is done now and then, and what happens when a database or a Redis is older than the other."""

import time
from datetime import UTC, datetime, timedelta
from typing import cast

from redis import Redis
from sqlalchemy import select

from app.database.connection import Database
from app.database.models import SystemLogRow
from app.logs import service as logs
from app.logs.schemas import LogLevel
from app.logs.service import KEPT_FOR, LogLine
from app.scheduler.schedules import schedules
from app.settings import Settings
from contract.commands import Configure, decode_command
from contract.streams import COMMAND_FIELD, CONFIGURATION, SESSIONS_SEEN, commands, ingested
from tests.support.backend_events import Outbox, beat, put, put_beat
from tests.support.fixtures_backend import Api, until


def do(name: str, settings: Settings, database: Database) -> None:
    (schedule,) = [one for one in schedules(settings, database) if one.name == name]
    schedule.do()


def test_old_log_lines_are_forgotten_and_others_are_not(backend_settings: Settings, database: Database) -> None:
    now = datetime.now(UTC)
    ages = {"old": KEPT_FOR + timedelta(minutes=1), "young": KEPT_FOR - timedelta(minutes=1), "new": timedelta(0)}
    lines = [LogLine(at=now - age, level=LogLevel.INFO, action=name, message=name) for name, age in ages.items()]
    with database.transaction() as session:
        logs.write(session, lines)
    do("forget_old_log_lines", backend_settings, database)
    with database.transaction() as session:
        assert set(session.scalars(select(SystemLogRow.action))) == {"young", "new"}


def test_what_redis_keeps_of_old_sessions_is_forgotten(
    backend_settings: Settings, database: Database, redis_client: Redis
) -> None:
    for session_id, days in (("old", 8), ("young", 6)):
        redis_client.zadd(SESSIONS_SEEN, {session_id: time.time() - days * 86_400})
        redis_client.hset(ingested(session_id), "outbox", "1")
        redis_client.xadd(commands(session_id), {"command": "{}"})
    do("forget_old_sessions_in_redis", backend_settings, database)
    assert redis_client.zrange(SESSIONS_SEEN, 0, -1) == [b"young"]
    assert not redis_client.exists(ingested("old"), commands("old"))
    assert redis_client.exists(ingested("young"), commands("young")) == 2


def test_settings_of_another_databases_time_do_not_outrank_what_is_saved(api: Api, api_redis: Redis) -> None:
    saved = api.http.put("/api/bot/configuration", json={"check_interval_seconds": 4}).json()
    bot = Outbox(session_id="by-hand", at=datetime.now(UTC))
    put(api_redis, bot.started())

    def told() -> bool:
        # it was told version 41 by a control plane with another database, and takes every lower one for old
        put_beat(api_redis, beat("by-hand", version=41))
        entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", api_redis.xrange(commands("by-hand")))
        found = [decode_command(fields[COMMAND_FIELD]) for _, fields in entries]
        return any(isinstance(one, Configure) and one.wanted.version > 41 for one in found)

    until(told)
    now = api.http.get("/api/bot/configuration").json()
    # a bot of the test before may still be fresh, and what is saved outranks its version, too
    assert saved["version"] < 41
    assert now["version"] == 42
    assert now["configuration"] == saved["configuration"]
    until(lambda: b'"version":42' in (api_redis.get(CONFIGURATION) or b""))
