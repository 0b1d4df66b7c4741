"""Looks at everything that the control plane needs."""

import time

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import PROJECT, VERSION
from app.control_plane import ControlPlane
from app.database.connection import SchemaNotReady, is_away
from app.health.schemas import DetailedHealth, Health, HealthCheck, HealthStatus
from app.redis_connection import connect
from contract.streams import PARKED

_POSTGRES = (
    "Check that PostgreSQL runs and that DATABASE_URL names it; ./start_system.sh starts one where none is named."
)
_REDIS = "Check that Redis runs and that REDIS_URL names it; ./start_system.sh starts one where none is named."


def health(plane: ControlPlane) -> Health:
    """In one word, from what the parts know already: nothing is waited for."""
    fine = (
        plane.database.schema_ready.is_set()
        and plane.presence.snapshot().redis_answers
        and plane.ingest.trouble is None
        and plane.supervisor.trouble is None
    )
    return Health(status=HealthStatus.OK if fine else HealthStatus.DEGRADED, version=VERSION)


def detailed_health(plane: ControlPlane) -> DetailedHealth:
    """Part by part; asks Postgres."""
    checks = [_postgres(plane), _redis(plane), _ingest(plane), _parked(plane), _supervisor(plane), _dashboard()]
    # the dashboard's build is a convenience of whoever looks, and parked events wait; everything else is needed
    fine = all(check.ok for check in checks if check.name not in {"dashboard build", "parked events"})
    return DetailedHealth(status=HealthStatus.OK if fine else HealthStatus.DEGRADED, version=VERSION, checks=checks)


def _check(name: str, *, ok: bool, seen: str, what_to_do: str | None = None) -> HealthCheck:
    return HealthCheck(name=name, ok=ok, seen=seen, what_to_do=None if ok else what_to_do)


def _postgres(plane: ControlPlane) -> HealthCheck:
    began = time.perf_counter()
    try:
        with plane.database.transaction() as session:
            version = session.scalar(text("SHOW server_version"))
    except SchemaNotReady:
        seen = plane.migrator.trouble or "the tables are being made"
        return _check("postgres", ok=False, seen=seen, what_to_do=_POSTGRES)
    except SQLAlchemyError as error:
        seen = "does not answer" if is_away(error) else "refuses"
        return _check("postgres", ok=False, seen=seen, what_to_do=_POSTGRES)
    milliseconds = (time.perf_counter() - began) * 1000
    return _check("postgres", ok=True, seen=f"PostgreSQL {version} answers in {milliseconds:.0f} ms")


def _redis(plane: ControlPlane) -> HealthCheck:
    seen = plane.presence.snapshot()
    if not seen.redis_answers:
        return _check("redis", ok=False, seen="does not answer", what_to_do=_REDIS)
    running = len(seen.running())
    bots = "no bot gives signs of life" if running == 0 else f"{running} of the bots give signs of life"
    return _check("redis", ok=True, seen=f"answers; {bots if running != 1 else 'one bot gives signs of life'}")


def _ingest(plane: ControlPlane) -> HealthCheck:
    ingest = plane.ingest
    if ingest.trouble is not None:
        return _check("ingest", ok=False, seen=f"waits: {ingest.trouble}", what_to_do="It goes on by itself.")
    seen = "another process does it; this one waits to take over" if ingest.is_standby else "brings reports in"
    return _check("ingest", ok=True, seen=seen)


def _parked(plane: ControlPlane) -> HealthCheck:
    name = "parked events"
    redis = connect(plane.settings)
    try:
        number = redis.xlen(PARKED)
    except RedisError:
        return _check(name, ok=True, seen="not known while Redis does not answer")
    finally:
        redis.close()
    if not number:
        return _check(name, ok=True, seen="none")
    seen = "1 report could not be stored" if number == 1 else f"{number} reports could not be stored"
    what_to_do = "Look at GET /api/bot/events/parked: each can be sent again or thrown away."
    return _check(name, ok=False, seen=seen, what_to_do=what_to_do)


def _supervisor(plane: ControlPlane) -> HealthCheck:
    supervisor = plane.supervisor
    if supervisor.trouble is not None:
        return _check("supervisor", ok=False, seen=f"waits: {supervisor.trouble}", what_to_do="It goes on by itself.")
    seen = "another process does it; this one waits to take over" if supervisor.is_standby else "looks after the bots"
    return _check("supervisor", ok=True, seen=seen)


def _dashboard() -> HealthCheck:
    built = PROJECT / "frontend" / "dist" / "index.html"
    if built.exists():
        return _check("dashboard build", ok=True, seen="is there")
    return _check(
        "dashboard build",
        ok=False,
        seen="is missing",
        what_to_do="Run ./start_system.sh, or `npm run build` in frontend/.",
    )
