"""Redis or Postgres away: nothing is lost, nobody is started twice, and everything goes on by itself."""

import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from redis import Redis
from redis.exceptions import RedisError
from websockets.sync.client import connect

from contract.jobs import ClaimState
from contract.presence import HEARTBEAT_STALE_AFTER
from contract.sessions import SessionState
from contract.streams import ingested
from system.servers.postgres import PostgresServer
from system.servers.redis import RedisServer
from tests.integration.test_backend_live import Socket, address
from tests.support.backend_events import Outbox, put
from tests.support.fixtures_backend import Api, MakeApi, until

#: Longer than a heartbeat is fresh: silence alone would be taken for death.
OUTAGE_SECONDS = HEARTBEAT_STALE_AFTER.total_seconds() + 2


def runs(api: Api) -> dict[str, Any]:
    def running() -> dict[str, Any] | None:
        status = api.status()
        return status if status["is_running"] and status["status"] == "running" else None

    return dict(until(running, patience=30))


def jobs(api: Api) -> set[str]:
    answer = api.http.get("/api/bot/jobs", params={"limit": 200})
    return {job["job_number"] for job in answer.json()["items"]} if answer.status_code == 200 else set()


def away(answer: httpx.Response) -> None:
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["type"] == "urn:atoz:database-away"


class OutboxOnDisk:
    """A bot that keeps its events until they are in Postgres, as the real one does."""

    def __init__(self, redis_url: str) -> None:
        self.bot = Outbox(session_id="by-hand", at=datetime.now(UTC))
        self.redis = Redis.from_url(redis_url, protocol=2, socket_timeout=1.0)
        # its session is over: what follows is what it still has on disk
        self.bot.started()
        self.bot.status(SessionState.STOPPED)

    def deliver(self) -> bool:
        """Send everything that is not acknowledged; whether all of it is."""
        try:
            raw = self.redis.hget(ingested(self.bot.session_id), self.bot.outbox_id)
            done = int(raw or 0)
            if done < self.bot.seq:
                put(self.redis, *self.bot.made[done:])
        except RedisError:
            return False
        return done == self.bot.seq


class TestRedis:
    def test_nothing_is_lost_and_no_second_bot_is_started(
        self, make_api: MakeApi, postgres_url: str, redis_server: RedisServer
    ) -> None:
        api = make_api(postgres_url, redis_server.url).start()
        until(api.is_ok)
        api.post("start")
        session_id = runs(api)["session_id"]
        reporter = OutboxOnDisk(redis_server.url)
        reporter.bot.job("before", claim=ClaimState.HELD)
        until(reporter.deliver)
        with connect(address(api)) as connection:
            watched = Socket(connection)
            watched.wait_for("connection_established")
            redis_server.kill()
            until(lambda: api.http.get("/health").json()["status"] == "degraded")
            reporter.bot.job("meanwhile", claim=ClaimState.HELD)
            time.sleep(OUTAGE_SECONDS)
            # what was known last, and that it is only that
            status = api.status()
            assert status["is_running"]
            assert "Redis" in status["status_reason"]
            assert jobs(api) == {"before"}  # the API itself goes on
            saved = api.http.put("/api/bot/configuration", json={"check_interval_seconds": 9}).json()
            redis_server.start()
            until(api.is_ok)
            until(reporter.deliver)
            assert jobs(api) == {"before", "meanwhile"}
            # the socket stayed open, and caught up
            until(lambda: "meanwhile" in {told["job_number"] for told in watched.of("job_processed")})
            # delivered later
            until(lambda: api.heartbeat(session_id)["configuration_version"] == saved["version"])
            time.sleep(OUTAGE_SECONDS)
            assert runs(api)["session_id"] == session_id
            assert len(api.starts()) == 1

    def test_a_bot_that_crashes_meanwhile_is_started_again(
        self, make_api: MakeApi, postgres_url: str, redis_server: RedisServer
    ) -> None:
        api = make_api(postgres_url, redis_server.url).start()
        until(api.is_ok)
        api.post("start")
        runs(api)
        redis_server.kill()
        until(lambda: not api.is_ok())
        api.living_bots()[0].kill()
        until(lambda: len(api.starts()) == 2)
        redis_server.start()
        runs(api)
        time.sleep(OUTAGE_SECONDS)
        assert len(api.starts()) == 2
        assert len(api.living_bots()) == 1

    def test_start_and_stop_work_without_it(
        self, make_api: MakeApi, postgres_url: str, redis_server: RedisServer
    ) -> None:
        redis_server.kill()
        api = make_api(postgres_url, redis_server.url).start()
        until(lambda: api.http.get("/api/bot/status").status_code == 200)
        assert api.http.get("/health").json()["status"] == "degraded"
        api.post("start")
        until(api.living_bots)
        api.post("stop")
        until(lambda: not api.living_bots())

    def test_one_that_comes_back_empty(self, make_api: MakeApi, postgres_url: str, redis_server: RedisServer) -> None:
        api = make_api(postgres_url, redis_server.url).start()
        until(api.is_ok)
        api.post("start")
        session_id = runs(api)["session_id"]
        saved = api.http.put("/api/bot/configuration", json={"check_interval_seconds": 9}).json()
        reporter = OutboxOnDisk(redis_server.url)
        reporter.bot.job("before", claim=ClaimState.HELD)
        until(reporter.deliver)
        until(lambda: api.heartbeat(session_id)["configuration_version"] == saved["version"])
        client = Redis.from_url(redis_server.url)
        client.flushall()
        client.close()
        reporter.bot.job("after", claim=ClaimState.HELD)
        until(reporter.deliver)  # the ingest made its group anew, and says again what has arrived
        assert jobs(api) == {"before", "after"}
        until(lambda: b'"version":1' in (reporter.redis.get("atoz:configuration") or b""))
        time.sleep(OUTAGE_SECONDS)
        assert len(api.starts()) == 1


class TestPostgres:
    def test_nothing_is_lost_and_everything_comes_back_by_itself(
        self,
        make_api: MakeApi,
        own_postgres_server: PostgresServer,
        own_database_url: str,
        redis_server: RedisServer,
    ) -> None:
        api = make_api(own_database_url, redis_server.url).start()
        until(api.is_ok)
        api.post("start")
        session_id = runs(api)["session_id"]
        reporter = OutboxOnDisk(redis_server.url)
        reporter.bot.job("before", claim=ClaimState.HELD)
        until(reporter.deliver)
        with connect(address(api)) as connection:
            watched = Socket(connection)
            watched.wait_for("connection_established")
            own_postgres_server.stop()
            until(lambda: api.http.get("/health").json()["status"] == "degraded")
            for path in ("status", "jobs", "sessions", "logs", "configuration", "dashboard/metrics"):
                away(api.http.get(f"/api/bot/{path}"))
            for action in ("toggle", "start", "stop"):
                away(api.post(action))
            checks = {check["name"]: check for check in api.http.get("/health/detailed").json()["checks"]}
            assert not checks["postgres"]["ok"]
            assert "PostgreSQL" in checks["postgres"]["what_to_do"]
            # what happens is on the sockets nevertheless
            reporter.bot.job("meanwhile", claim=ClaimState.HELD)
            reporter.deliver()
            until(lambda: watched.of("job_processed") and watched.of("job_processed")[-1]["job_number"] == "meanwhile")
            assert len(api.living_bots()) == 1
            own_postgres_server.start()
            until(api.is_ok)
            until(reporter.deliver)
            assert jobs(api) == {"before", "meanwhile"}
            assert runs(api)["session_id"] == session_id
            assert len(api.starts()) == 1

    def test_a_crash_of_the_server_in_the_middle_of_a_stream(
        self,
        make_api: MakeApi,
        own_postgres_server: PostgresServer,
        own_database_url: str,
        redis_server: RedisServer,
    ) -> None:
        api = make_api(own_database_url, redis_server.url).start()
        until(api.is_ok)
        reporter = OutboxOnDisk(redis_server.url)
        reporter.bot.started()
        for number in range(3_000):
            reporter.bot.job(str(number), seen_at=reporter.bot.at)
            reporter.bot.cycle(number + 1)
        put(reporter.redis, *reporter.bot.made)
        until(lambda: int(reporter.redis.hget(ingested("by-hand"), reporter.bot.outbox_id) or 0) > 0)
        own_postgres_server.kill()
        own_postgres_server.start()
        until(reporter.deliver, patience=60)
        until(api.is_ok)
        span = {"since": reporter.bot.made[0].at.isoformat(), "until": reporter.bot.at.isoformat()}
        periods = api.http.get("/api/bot/analytics/periods", params=span).json()["items"]
        assert sum(period["jobs_seen"] for period in periods) == 3_000
        assert sum(period["checks"] for period in periods) == 3_000


class TestAtTheStart:
    def test_without_either_it_starts_and_goes_on_when_they_come(
        self,
        make_api: MakeApi,
        own_postgres_server: PostgresServer,
        own_database_url: str,
        redis_server: RedisServer,
    ) -> None:
        own_postgres_server.stop()
        redis_server.stop()
        api = make_api(own_database_url, redis_server.url).start()
        assert api.http.get("/health").json()["status"] == "degraded"
        away(api.http.get("/api/bot/status"))
        assert api.http.get("/docs").status_code == 200
        with connect(address(api)) as connection:
            Socket(connection).wait_for("connection_established")
        own_postgres_server.start()
        until(lambda: api.http.get("/api/bot/status").status_code == 200)
        redis_server.start()
        until(api.is_ok)
        api.post("start")
        runs(api)

    def test_it_stops_quickly_whatever_is_away(
        self, make_api: MakeApi, postgres_url: str, redis_server: RedisServer
    ) -> None:
        api = make_api(postgres_url, redis_server.url).start()
        until(api.is_ok)
        with connect(address(api)):
            redis_server.kill()
            began = time.monotonic()
            api.stop()
            assert time.monotonic() - began < 10


@pytest.mark.parametrize("number", [0, 1])
def test_a_bot_that_says_something_while_postgres_is_away_is_shown(
    make_api: MakeApi,
    own_postgres_server: PostgresServer,
    own_database_url: str,
    redis_server: RedisServer,
    number: int,
) -> None:
    """A session that Postgres has never heard of is on the sockets too."""
    api = make_api(own_database_url, redis_server.url).start()
    until(api.is_ok)
    own_postgres_server.stop()
    client = Redis.from_url(redis_server.url)
    with connect(address(api)) as connection:
        watched = Socket(connection)
        watched.wait_for("connection_established")
        bot = Outbox(session_id=f"by-hand-{number}", at=datetime.now(UTC))
        put(client, bot.started(), bot.status(SessionState.RUNNING))
        until(lambda: bot.session_id in {one["session_id"] for one in watched.of("status_update")})
    client.close()
