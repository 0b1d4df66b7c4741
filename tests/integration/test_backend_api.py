"""The API over HTTP, against a real process with real servers behind it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from redis import Redis

from app import VERSION
from contract.configuration import BotConfiguration
from contract.jobs import ClaimState, Verdict
from contract.sessions import SessionState
from contract.streams import CONFIGURATION
from system.servers.redis import RedisServer
from tests.support.backend_events import Outbox, put
from tests.support.fixtures_backend import Api, MakeApi, until


def items(api: Api, path: str, **query: Any) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        page = api.http.get(path, params=query).raise_for_status().json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The body of an error answer, which has the one shape that all have."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["type"].startswith("urn:atoz:")
    assert body["title"]
    assert body["detail"]
    return body


@pytest.fixture
def history(api: Api, api_redis: Redis) -> Outbox:
    """A session of today with 30 jobs."""
    now = datetime.now(UTC)
    bot = Outbox(at=now - timedelta(minutes=30))
    bot.started()
    bot.status(SessionState.RUNNING, checks=1)
    for number in range(30):
        claim = [ClaimState.CONFIRMED, ClaimState.LOST, None][number % 3]
        bot.job(
            str(10_000 + number),
            claim=claim,
            verdict=Verdict.MATCH if claim else Verdict.NO_MATCH,
            seen_at=bot.at,
            language="Polish" if number % 2 else "Welsh",
            kind="BSL" if number == 7 else "Telephone Interpreting",
            company_name=f"Company {number}",
        )
    bot.cycle(40, accepted=10, rejected=10, lost=10)
    bot.error()
    bot.notice()
    put(api_redis, *bot.made)
    until(lambda: len(items(api, "/api/bot/jobs")) == 30)
    until(lambda: len(items(api, "/api/bot/logs")) >= 3)
    return bot


class TestNothingYet:
    def test_everything_answers(self, api: Api) -> None:
        assert api.http.get("/health").json() == {"status": "ok", "version": VERSION}
        head = api.http.head("/health")
        assert (head.status_code, head.content) == (200, b"")
        status = api.status()
        assert (status["is_running"], status["status"], status["session_id"]) == (False, "stopped", None)
        metrics = api.http.get("/api/bot/dashboard/metrics").json()
        assert metrics == {
            "active_sessions": 0,
            "total_jobs_today": 0,
            "accepted_today": 0,
            "acceptance_rate_today": 0.0,
            "most_active_language": None,
            "bot_uptime_hours": 0.0,
            "last_activity": None,
        }
        for path in ("sessions", "jobs", "logs"):
            assert api.http.get(f"/api/bot/{path}").json() == {"items": [], "next_cursor": None}
        assert api.http.get("/api/bot/analytics/periods").json() == {"items": []}

    def test_the_detailed_health_names_each_part(self, api: Api) -> None:
        found = api.http.get("/health/detailed").json()
        checks = {check["name"]: check for check in found["checks"]}
        assert set(checks) == {"postgres", "redis", "ingest", "parked events", "supervisor", "dashboard build"}
        for name in ("postgres", "redis", "ingest", "supervisor"):
            assert checks[name]["ok"], checks[name]
            assert checks[name]["what_to_do"] is None

    def test_the_documentation_needs_no_other_site(self, api: Api) -> None:
        page = api.http.get("/docs")
        assert page.status_code == 200
        for mark in ("http://", "https://", "cdn"):
            assert mark not in page.text.split("<body>")[0]
        for path in (
            "/static-offline-docs/swagger-ui-bundle.js",
            "/static-offline-docs/swagger-ui.css",
            "/openapi.json",
        ):
            assert path in page.text
            assert api.http.get(path).status_code == 200

    def test_what_prometheus_reads(self, api: Api) -> None:
        api.status()
        page = api.http.get("/metrics")
        assert 'atoz_http_request_seconds_count{method="GET",route="/api/bot/status",status="200"}' in page.text
        assert "atoz_ingest_leads 1.0" in page.text


class TestLists:
    @pytest.mark.usefixtures("history")
    def test_jobs_newest_first_with_everything_about_them(self, api: Api) -> None:
        jobs = items(api, "/api/bot/jobs", limit=7)
        assert [job["job_number"] for job in jobs] == [str(10_029 - number) for number in range(30)]
        job = jobs[-1]
        assert (job["status"], job["claim_state"], job["verdict"]) == ("accepted", "confirmed", "match")
        assert [reason["passed"] for reason in job["reasons"]] == [True, True]
        assert (job["reference"], job["postcode"], job["duration_minutes"]) == ("10000/atoz1", "SW1A 2AA", 90)
        assert (job["appointment_date"], job["appointment_time"]) == ("2026-11-25", "09:30:00")
        times = [datetime.fromisoformat(job[f"{step}_at"]) for step in ("seen", "decided", "submitted", "confirmed")]
        assert times == sorted(times)
        assert all(time.utcoffset() == timedelta(0) for time in times)

    @pytest.mark.usefixtures("history")
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"status": "accepted"}, 10),
            ({"status": ["accepted", "lost"]}, 20),
            ({"status": "taken_back"}, 0),
            ({"language": "Welsh"}, 15),
            ({"kind": "BSL"}, 1),
            ({"session_id": "session-20261120_101500"}, 30),
            ({"session_id": "another"}, 0),
            ({"search": "10007"}, 1),
            ({"search": "10007/atoz1"}, 1),
            ({"search": "company 12"}, 1),
            ({"search": "wel"}, 15),
            ({"search": "sw1a 2AA"}, 30),
            ({"search": "nobody"}, 0),
            ({"search": "'; DROP TABLE job_records; --"}, 0),
            ({"search": "wel comp"}, 15),
            ({"search": "comp zzz"}, 0),
            ({"search": "/ -"}, 0),
            ({"search": "\N{GRINNING FACE}"}, 0),
            ({"search": " "}, 30),
            ({"status": "accepted", "language": "Polish", "search": "atoz1"}, 5),
        ],
    )
    def test_jobs_by_filters(self, api: Api, query: dict[str, Any], expected: int) -> None:
        assert len(items(api, "/api/bot/jobs", limit=4, **query)) == expected

    @pytest.mark.usefixtures("history")
    def test_jobs_by_time(self, api: Api) -> None:
        all_of_them = items(api, "/api/bot/jobs")
        middle = all_of_them[15]["seen_at"]
        assert items(api, "/api/bot/jobs", since=middle) == all_of_them[:16]
        assert items(api, "/api/bot/jobs", until=middle) == all_of_them[16:]

    def test_jobs_that_arrive_while_somebody_turns_the_pages_shift_nothing(
        self, api: Api, history: Outbox, api_redis: Redis
    ) -> None:
        first = api.http.get("/api/bot/jobs", params={"limit": 10}).json()
        put(api_redis, *(history.job(f"new-{number}", seen_at=datetime.now(UTC)) for number in range(5)))
        until(lambda: len(items(api, "/api/bot/jobs")) == 35)
        rest = items(api, "/api/bot/jobs", limit=10, cursor=first["next_cursor"])
        assert [job["job_number"] for job in (*first["items"], *rest)] == [str(10_029 - number) for number in range(30)]

    def test_today_in_numbers(self, api: Api, history: Outbox) -> None:
        # the history may begin before midnight in London: then the day has a part of it
        metrics = api.http.get("/api/bot/dashboard/metrics").json()
        if history.at.hour == 0 or (history.at - timedelta(hours=1)).date() != history.at.date():
            pytest.skip("it is around midnight")
        assert (metrics["total_jobs_today"], metrics["accepted_today"]) == (30, 10)
        assert metrics["acceptance_rate_today"] == pytest.approx(1 / 3, abs=1e-4)
        assert metrics["most_active_language"] in ("Polish", "Welsh")
        assert datetime.fromisoformat(metrics["last_activity"]) == history.at
        periods = api.http.get("/api/bot/analytics/periods").json()["items"]
        assert sum(period["jobs_seen"] for period in periods) == 30
        assert sum(period["checks"] for period in periods) == 40

    @pytest.mark.usefixtures("history")
    def test_sessions_and_logs(self, api: Api) -> None:
        (session,) = items(api, "/api/bot/sessions")
        assert (session["total_checks"], session["total_accepted"]) == (40, 10)
        assert session["started_by"] == "command_line"
        lines = items(api, "/api/bot/logs", limit=1)
        assert [line["action"] for line in lines] == ["cap_reached", "layout_changed", "session_running"]
        (error,) = items(api, "/api/bot/logs", level="error")
        assert error["what_to_do"] == "Look at it."
        assert items(api, "/api/bot/logs", session_id="another") == []


class TestConfiguration:
    def test_saved_versioned_and_published(self, api: Api, api_redis: Redis) -> None:
        before = api.http.get("/api/bot/configuration").json()
        assert (before["version"], before["updated_at"]) == (0, None)
        assert BotConfiguration.model_validate(before["configuration"]) == BotConfiguration()
        saved = api.http.put("/api/bot/configuration", json={**before["configuration"], "check_interval_seconds": 2})
        assert saved.json()["version"] == 1
        assert saved.json()["configuration"]["check_interval_seconds"] == 2
        assert api.http.get("/api/bot/configuration").json() == saved.json()

        def published() -> bool:
            raw = api_redis.get(CONFIGURATION)
            return raw is not None and json.loads(raw)["version"] == 1

        until(published, patience=1.0)

    def test_what_is_left_out_keeps_its_value(self, api: Api) -> None:
        api.http.put("/api/bot/configuration", json={"max_accept_per_run": None, "exclude_types": []})
        saved = api.http.put("/api/bot/configuration", json={"job_type_filter": ["face-to-face"]}).json()
        assert saved["version"] == 2
        assert saved["configuration"]["max_accept_per_run"] is None
        assert saved["configuration"]["job_type_filter"] == ["Face to Face"]

    def test_the_settings_of_the_connection_guide_are_taken_as_they_stand_there(self, api: Api) -> None:
        body = {"check_interval_seconds": 0.5, "max_accept_per_run": 5, "job_type_filter": "Telephone interpreting"}
        saved = api.http.put("/api/bot/configuration", json=body)
        assert saved.status_code == 200, saved.text
        assert saved.json()["configuration"]["job_type_filter"] == ["Telephone Interpreting"]

    def test_the_same_again_is_no_new_version(self, api: Api) -> None:
        for _ in range(2):
            saved = api.http.put("/api/bot/configuration", json={"check_interval_seconds": 1}).json()
        assert saved["version"] == 1

    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ({"check_interval_seconds": 0.01}, {"check_interval_seconds"}),
            ({"check_interval_seconds": "soon"}, {"check_interval_seconds"}),
            ({"max_accept_per_run": -1, "check_interval_seconds": 0}, {"check_interval_seconds", "max_accept_per_run"}),
            ({"job_type_filter": ["Juggling"]}, {"job_type_filter"}),
            ({"required_fields": ["shoe_size"]}, {"required_fields"}),
            ({"job_type_filter": ["BSL"], "exclude_types": ["BSL"]}, {"job_type_filter", "exclude_types"}),
            # it does not fit to what is saved
            ({"job_type_filter": ["Face to Face"]}, {"job_type_filter", "exclude_types"}),
            ({"no_such_setting": 1}, {"no_such_setting"}),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, api: Api, change: dict[str, Any], fields: set[str]) -> None:
        body = problem(api.http.put("/api/bot/configuration", json=change), 422)
        assert {error["field"] for error in body["errors"]} == fields
        assert all(error["message"] for error in body["errors"])
        assert api.http.get("/api/bot/configuration").json()["version"] == 0

    def test_practice_has_settings_of_its_own(self, make_api: MakeApi, own_api: Api, postgres_url: str) -> None:
        api = own_api
        api.http.put("/api/bot/configuration", json={"max_accept_per_run": 2})
        api.stop()
        practice = make_api(postgres_url, api.redis_url, ATOZ_PRACTICE="1").start()
        until(practice.is_ok)
        assert practice.http.get("/api/bot/configuration").json()["configuration"]["max_accept_per_run"] is None
        saved = practice.http.put("/api/bot/configuration", json={"max_accept_per_run": 500}).json()
        assert saved["version"] == 2
        practice.stop()
        api.start()
        until(api.is_ok)
        assert api.http.get("/api/bot/configuration").json()["configuration"]["max_accept_per_run"] == 2


class TestErrors:
    @pytest.mark.parametrize(
        ("path", "field"),
        [
            ("/api/bot/jobs?status=lovely", "status.0"),
            ("/api/bot/jobs?limit=0", "limit"),
            ("/api/bot/jobs?limit=201", "limit"),
            ("/api/bot/jobs?cursor=nonsense", "cursor"),
            ("/api/bot/jobs?since=yesterday", "since"),
            ("/api/bot/jobs?since=2026-11-20T12:00:00", "since"),
            ("/api/bot/jobs?search=%00", "search"),
            ("/api/bot/jobs?colour=red", "colour"),
            ("/api/bot/sessions?cursor=AAAA", "cursor"),
            ("/api/bot/logs?level=loud", "level"),
            ("/api/bot/analytics/periods?since=2026-01-01T00:00:00Z&until=2026-06-01T00:00:00Z", "since"),
            ("/api/bot/analytics/periods?since=2026-06-01T00:00:00Z&until=2026-01-01T00:00:00Z", "since"),
            ("/api/bot/analytics/periods?until=0001-01-01T00:00:00Z", "until"),
        ],
    )
    def test_bad_input(self, api: Api, path: str, field: str) -> None:
        body = problem(api.http.get(path), 422)
        assert [error["field"] for error in body["errors"]] == [field]

    def test_no_such_page_method_or_session(self, api: Api) -> None:
        assert problem(api.http.get("/api/bot/nothing"), 404)["request_id"]
        assert api.http.delete("/api/bot/status").headers["allow"] == "GET"
        problem(api.http.delete("/api/bot/status"), 405)
        assert api.http.delete("/api/bot/configuration").headers["allow"] == "GET, PUT"
        assert api.http.post("/metrics").headers["allow"] == "GET"
        body = problem(api.post("stop", session_id="session-of-nobody"), 404)
        assert "session-of-nobody" in body["detail"]

    def test_no_json(self, api: Api) -> None:
        for content in (b"", b"{", b"\xff", b"[]", b'"text"'):
            answer = api.http.put(
                "/api/bot/configuration", content=content, headers={"content-type": "application/json"}
            )
            problem(answer, 422)

    def test_without_an_account_it_is_said_what_to_do(
        self, make_api: MakeApi, postgres_url: str, redis_server: RedisServer
    ) -> None:
        api = make_api(postgres_url, redis_server.url, ATOZ_USERNAME="", ATOZ_PASSWORD="").start()
        until(api.is_ok)
        for action in ("start", "toggle"):
            assert "ATOZ_USERNAME" in problem(api.post(action), 409)["detail"]

    def test_pausing_what_does_not_run(self, api: Api) -> None:
        problem(api.post("pause"), 409)
        problem(api.post("resume"), 409)

    @pytest.mark.parametrize("since", ["2026-11-20", "2026-11-20T12:00:00", "1700000000", "2026-11-20T12:00:00 00:00"])
    def test_a_moment_without_its_zone_is_told_how_to_write_it(self, api: Api, since: str) -> None:
        body = problem(api.http.get("/api/bot/jobs", params={"since": since}), 422)
        assert body["detail"] == "since: write it as 2026-11-20T12:00:00Z"
        assert api.http.get("/api/bot/jobs", params={"since": "2026-11-20T12:00:00Z"}).status_code == 200
        assert api.http.get("/api/bot/jobs", params={"since": "2026-11-20T12:00+01:00"}).status_code == 200

    @pytest.mark.parametrize(
        ("written", "field"),
        [
            ({"languages": ["a\0b"]}, "languages.0"),
            ({"clients": ["a\0b"]}, "clients.0"),
            ({"places": ["a\0b"]}, "places.0"),
            ({"words_wanted": [{"words": ["a\0b"]}]}, "words_wanted.0.words.0"),
            ({"languages": ["\ud800"]}, "languages.0"),
            ({"job_type_filter": ["\ud800"]}, "job_type_filter.0"),
            ({"required_fields": ["\ud800"]}, "required_fields.0"),
            ({"words_wanted": [{"words": ["a"], "fields": ["\ud800"]}]}, "words_wanted.0.fields.0"),
            ({"mode": "\ud800"}, "mode"),
            ({"opening_hours": [{"days": ["\ud800"], "start": "\ud800"}]}, "opening_hours.0.days.0"),
            ({"\ud800": 1}, ""),
            ({"words_wanted": [{"words": ["a"], "\ud800": 1}]}, "words_wanted.0"),
        ],
    )
    def test_what_is_no_text_is_refused_in_words(self, api: Api, written: dict[str, Any], field: str) -> None:
        # with the escapes of JSON, as a program sends it
        headers = {"content-type": "application/json"}
        answer = api.http.put("/api/bot/configuration", content=json.dumps(written), headers=headers)
        assert field in {one["field"] for one in problem(answer, 422)["errors"]}

    @pytest.mark.parametrize(
        ("path", "cursor"),
        [
            ("/api/bot/jobs", "WyI5OTk5LTEyLTMxVDIzOjU5OjU5LTIzOjU5IiwgMV0"),
            ("/api/bot/jobs", "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzIzOjU5IiwgMV0"),
            ("/api/bot/logs", "WyI5OTk5LTEyLTMxVDIzOjU5OjU5LTIzOjU5IiwgMV0"),
            ("/api/bot/sessions", "WyIyMDI2LTExLTIwVDEyOjAwOjAwKzAwOjAwIiwgIlx1ZDgwMCJd"),
            ("/api/bot/sessions", "WyI5OTk5LTEyLTMxVDIzOjU5OjU5LTIzOjU5IiwgImEiXQ"),
        ],
    )
    def test_a_cursor_of_no_page_is_refused_in_words(self, api: Api, path: str, cursor: str) -> None:
        body = problem(api.http.get(path, params={"cursor": cursor}), 422)
        assert body["errors"][0]["field"] == "cursor"


class TestGuard:
    def test_another_sites_page_can_change_nothing(self, api: Api) -> None:
        for method, path in (("POST", "toggle"), ("POST", "stop"), ("PUT", "configuration")):
            answer = api.http.request(method, f"/api/bot/{path}", headers={"origin": "http://evil.example"})
            assert problem(answer, 403)["type"] == "urn:atoz:foreign-request"
        assert items(api, "/api/bot/sessions") == []

    def test_another_name_can_not_even_read(self, api: Api) -> None:
        for path in ("/health", "/api/bot/status", "/docs", "/metrics"):
            problem(api.http.get(path, headers={"host": "evil.example"}), 403)

    def test_the_dashboard_and_programs_can(self, api: Api) -> None:
        own = f"http://localhost:{api.port}"
        assert api.http.post("/api/bot/stop", headers={"origin": own}).status_code == 200
        assert api.http.post("/api/bot/stop", headers={"origin": "http://127.0.0.1:3000"}).status_code == 200
        assert api.http.post("/api/bot/stop").status_code == 200

    def test_nothing_secret_is_logged(self, own_api: Api) -> None:
        api = own_api
        api.post("start")
        until(api.living_bots)
        api.stop()
        logs = api.log.read_text() + (api.data / "logs" / "backend.log").read_text()
        assert "owner@example.org" not in logs
        assert api.password not in logs
        for line in (api.data / "logs" / "backend.log").read_text().splitlines():
            assert {"at", "level", "message"} <= set(json.loads(line))
