"""Every schedule of the control plane, in one list. Each does no harm when two processes run it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from app.database.connection import Database, SchemaNotReady
from app.logs import service as logs
from app.redis_connection import connect
from app.settings import Settings
from contract.streams import SESSIONS_SEEN, commands, ingested

log = structlog.get_logger(__name__)

#: What Redis keeps of a session goes so long after its last heartbeat. A bot that still has reports of it then is
#: told anew what has arrived.
_SESSIONS_KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """What is done how often."""

    name: str
    every: timedelta
    do: Callable[[], None]


def schedules(settings: Settings, database: Database) -> tuple[Schedule, ...]:
    """The list."""

    def forget_old_log_lines() -> None:
        with database.transaction() as session:
            forgotten = logs.forget_old(session)
        log.info("old log lines were forgotten", action="logs_forgotten", lines=forgotten)

    def forget_old_sessions_in_redis() -> None:
        redis = connect(settings)
        try:
            before = time.time() - _SESSIONS_KEPT_FOR.total_seconds()
            # the client's types know every shape of every protocol; with ours these are names
            for name in cast("list[bytes]", redis.zrangebyscore(SESSIONS_SEEN, "-inf", before)):
                session_id = name.decode()
                redis.delete(commands(session_id), ingested(session_id))
                redis.zrem(SESSIONS_SEEN, session_id)
        finally:
            redis.close()

    return (
        Schedule(name="forget_old_log_lines", every=timedelta(hours=6), do=forget_old_log_lines),
        Schedule(name="forget_old_sessions_in_redis", every=timedelta(hours=6), do=forget_old_sessions_in_redis),
    )


class Scheduler:
    """Runs the list in threads of its own."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
        for schedule in schedules(settings, database):
            self._scheduler.add_job(
                _quietly(schedule), "interval", seconds=schedule.every.total_seconds(), id=schedule.name
            )

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def stop(self) -> None:
        """End, without waiting for what is under way: each of them is one transaction or can be done again."""
        self._scheduler.shutdown(wait=False)


def _quietly(schedule: Schedule) -> Callable[[], None]:
    def run() -> None:
        try:
            schedule.do()
        except (DBAPIError, SchemaNotReady, NoConnectionFree, RedisError, OSError, ValueError) as error:
            # the next time will do
            log.warning("a schedule was missed", action="schedule_missed", schedule=schedule.name, why=str(error))

    return run
