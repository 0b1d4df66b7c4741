"""Answering offers and taking a picture: what reaches the bot's stream, and what is refused in words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
from redis import Redis

from contract.commands import Approve, Command, Decline, Snapshot, decode_command
from contract.jobs import ClaimState, Given, Verdict
from contract.sessions import SessionState
from contract.streams import COMMAND_FIELD, commands
from system.servers.redis import RedisServer
from tests.support.backend_events import ACCOUNT, SESSION, Outbox, beat, put, put_beat
from tests.support.fixtures_backend import Api, MakeApi, until


def told(redis: Redis, session_id: str = SESSION) -> list[Command]:
    """The commands in a session's stream that are about its work."""
    entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", redis.xrange(commands(session_id)))
    found = [decode_command(fields[COMMAND_FIELD]) for _, fields in entries]
    return [command for command in found if isinstance(command, Approve | Decline | Snapshot)]


def refused(answer: httpx.Response, status: int) -> str:
    """The words of an error answer."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["detail"])


def record(api: Api, number: str) -> dict[str, Any] | None:
    items = api.http.get("/api/bot/jobs", params={"search": number}).raise_for_status().json()["items"]
    return next((one for one in items if one["job_number"] == number), None)


def in_a_minute() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=1)


@pytest.fixture
def bot(api: Api, api_redis: Redis) -> Iterator[Outbox]:
    """A session from the command line that runs, with an offer 10432."""
    made = Outbox(at=datetime.now(UTC) - timedelta(minutes=5))
    made.started()
    made.status(SessionState.RUNNING)
    made.job("10432", claim=ClaimState.OFFERED, offer_expires_at=in_a_minute(), seen_at=datetime.now(UTC))
    put(api_redis, *made.made)
    put_beat(api_redis, beat())
    until(lambda: record(api, "10432"))
    until(lambda: (status := api.status())["is_running"] and status["status"] == "running")
    yield made
    # the next test's control plane is this one: it is to remember no bot that runs
    put_beat(api_redis, beat(state=SessionState.STOPPED))
    until(lambda: api.http.get("/api/bot/dashboard/metrics").json()["active_sessions"] == 0)


class TestOffers:
    @pytest.mark.usefixtures("bot")
    def test_an_offer_is_listed_with_its_deadline(self, api: Api) -> None:
        found = api.http.get("/api/bot/jobs", params={"status": "offered"}).json()["items"]
        assert [(job["job_number"], job["claim_state"]) for job in found] == [("10432", "offered")]
        deadline = datetime.fromisoformat(found[0]["offer_expires_at"])
        assert timedelta(0) < deadline - datetime.now(UTC) <= timedelta(minutes=1)

    @pytest.mark.usefixtures("bot")
    @pytest.mark.parametrize(("answer", "kind"), [("approve", Approve), ("decline", Decline)])
    def test_the_answer_reaches_the_bot(
        self, api: Api, api_redis: Redis, answer: str, kind: type[Approve | Decline]
    ) -> None:
        sent = api.http.post(f"/api/bot/jobs/10432/{answer}").raise_for_status().json()
        assert sent["session_id"] == SESSION
        assert "10432" in sent["message"]
        (command,) = told(api_redis)
        assert isinstance(command, kind)
        assert command.job_number == "10432"
        assert abs(command.issued_at - datetime.now(UTC)) < timedelta(seconds=10)

    @pytest.mark.usefixtures("bot")
    def test_a_job_that_nobody_has_seen(self, api: Api, api_redis: Redis) -> None:
        for number in ("99999", "%20", "..%2F10432"):
            assert api.http.post(f"/api/bot/jobs/{number}/approve").status_code == 404
        assert "account_id" not in refused(
            api.http.post("/api/bot/jobs/10432/approve", params={"account_id": "somebody-else"}), 404
        )
        assert told(api_redis) == []

    @pytest.mark.parametrize(
        ("about", "words"),
        [
            ({"claim": ClaimState.APPROVED}, "working on it"),
            ({"claim": ClaimState.CONFIRMED}, "accepted already"),
            ({"claim": ClaimState.DECLINED}, "you declined it"),
            ({"claim": ClaimState.EXPIRED}, "not answered in time"),
            ({"claim": ClaimState.LOST}, "somebody else"),
            ({"claim": ClaimState.UNKNOWN}, "checking"),
            ({"claim": ClaimState.TAKEN_BACK}, "taken back"),
            ({"claim": ClaimState.EXPIRED, "given": Given.OURS}, "yours already"),
            ({"only_watched": True}, "only to watch"),
            ({"verdict": Verdict.NO_MATCH}, "your rules"),
        ],
    )
    def test_what_is_no_offer_any_more(
        self, api: Api, api_redis: Redis, bot: Outbox, about: dict[str, Any], words: str
    ) -> None:
        put(api_redis, bot.job("10433", seen_at=datetime.now(UTC), **about))
        until(lambda: record(api, "10433"))
        for answer in ("approve", "decline"):
            assert words in refused(api.http.post(f"/api/bot/jobs/10433/{answer}"), 409)
        assert told(api_redis) == []

    def test_too_late(self, api: Api, api_redis: Redis, bot: Outbox) -> None:
        late = datetime.now(UTC) - timedelta(seconds=1)
        put(api_redis, bot.job("10433", claim=ClaimState.OFFERED, offer_expires_at=late, seen_at=late))
        until(lambda: record(api, "10433"))
        assert "was over at" in refused(api.http.post("/api/bot/jobs/10433/approve"), 409)
        assert told(api_redis) == []

    @pytest.mark.parametrize("state", [SessionState.STOPPED, SessionState.FAILED, SessionState.STOPPING])
    @pytest.mark.usefixtures("bot")
    def test_a_bot_that_does_not_run_cannot_be_told(self, api: Api, api_redis: Redis, state: SessionState) -> None:
        put_beat(api_redis, beat(state=state))
        until(lambda: api.status()["status"] == state)
        assert "not running" in refused(api.http.post("/api/bot/jobs/10432/approve"), 409)
        assert told(api_redis) == []

    def test_two_accounts_with_the_same_job(self, api: Api, api_redis: Redis, bot: Outbox) -> None:
        other = Outbox(session_id="session-other", account_id="simulator-other", at=bot.at)
        other.job("10432", claim=ClaimState.OFFERED, offer_expires_at=in_a_minute(), seen_at=datetime.now(UTC))
        put(api_redis, *other.made)
        until(lambda: len(api.http.get("/api/bot/jobs", params={"status": "offered"}).json()["items"]) == 2)
        assert "account_id" in refused(api.http.post("/api/bot/jobs/10432/approve"), 409)
        answer = api.http.post("/api/bot/jobs/10432/approve", params={"account_id": ACCOUNT})
        assert answer.status_code == 200, answer.text
        assert len(told(api_redis)) == 1
        assert told(api_redis, "session-other") == []

    @pytest.mark.usefixtures("bot")
    def test_another_sites_page_cannot_answer(self, api: Api, api_redis: Redis) -> None:
        for path in ("jobs/10432/approve", "jobs/10432/decline", "snapshot"):
            foreign = {"origin": "http://evil.example"}
            assert api.http.post(f"/api/bot/{path}", headers=foreign).status_code == 403
            assert api.http.post(f"/api/bot/{path}", headers={"host": "evil.example"}).status_code == 403
        assert told(api_redis) == []


class TestSnapshot:
    @pytest.mark.usefixtures("bot")
    def test_the_bot_is_told(self, api: Api, api_redis: Redis) -> None:
        for query in ({}, {"session_id": SESSION}):
            assert api.http.post("/api/bot/snapshot", params=query).raise_for_status().json()["session_id"] == SESSION
        assert [command.type for command in told(api_redis)] == ["snapshot", "snapshot"]

    @pytest.mark.usefixtures("bot")
    def test_a_session_that_is_none(self, api: Api) -> None:
        refused(api.http.post("/api/bot/snapshot", params={"session_id": "session-of-nobody"}), 404)

    def test_without_a_bot(self, api: Api) -> None:
        assert "not running" in refused(api.http.post("/api/bot/snapshot"), 409)

    @pytest.mark.usefixtures("bot")
    def test_a_bot_that_stops(self, api: Api, api_redis: Redis) -> None:
        put_beat(api_redis, beat(state=SessionState.STOPPING))
        until(lambda: api.status()["status"] == "stopping")
        assert "stopping" in refused(api.http.post("/api/bot/snapshot"), 409)


def test_while_redis_is_away_it_is_said_that_the_bot_may_not_have_heard(
    make_api: MakeApi, postgres_url: str, redis_server: RedisServer
) -> None:
    api = make_api(postgres_url, redis_server.url).start()
    until(api.is_ok)
    redis = Redis.from_url(redis_server.url, protocol=2)
    made = Outbox(at=datetime.now(UTC))
    made.started()
    made.status(SessionState.RUNNING)
    put(redis, *made.made)
    put_beat(redis, beat())
    until(lambda: api.status()["is_running"])
    redis.close()
    redis_server.kill()
    answer = api.http.post("/api/bot/snapshot")
    assert "Redis" in refused(answer, 503)
    assert answer.headers["retry-after"]


def test_given_and_watched_jobs_count_as_seen_and_nothing_else(api: Api, api_redis: Redis) -> None:
    now = datetime.now(UTC)
    bot = Outbox(at=now - timedelta(minutes=1))
    bot.started()
    bot.job("1", claim=ClaimState.CONFIRMED, seen_at=now)
    bot.job("2", only_watched=True, seen_at=now)
    bot.job("3", verdict=None, given=Given.OURS, seen_at=now)
    bot.job("4", verdict=None, given=Given.TAKEN_BACK, seen_at=now)
    bot.job("5", claim=ClaimState.OFFERED, offer_expires_at=in_a_minute(), seen_at=now)
    bot.job("6", claim=ClaimState.LOST, seen_at=now)
    put(api_redis, *bot.made)
    until(lambda: len(api.http.get("/api/bot/jobs").json()["items"]) == 6)

    def counted() -> dict[str, int]:
        periods = api.http.get("/api/bot/analytics/periods").json()["items"]
        names = ("jobs_seen", "jobs_accepted", "jobs_rejected", "jobs_lost")
        return {name: sum(period[name] for period in periods) for name in names}

    assert counted() == {"jobs_seen": 6, "jobs_accepted": 1, "jobs_rejected": 0, "jobs_lost": 1}
    # the agency gives us the one that was lost
    later = Outbox(session_id="session-later", at=now + timedelta(minutes=1))
    put(api_redis, later.job("6", verdict=None, given=Given.OURS, seen_at=now))
    until(lambda: (record(api, "6") or {}).get("status") == "given")
    assert counted() == {"jobs_seen": 6, "jobs_accepted": 1, "jobs_rejected": 0, "jobs_lost": 0}
