"""The supervisor with real processes: a small bot that speaks the wire instead of the real one."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from contract.presence import HEARTBEAT_STALE_AFTER
from tests.support.fixtures_backend import FAKE_BOT, Api, until


def runs(api: Api, *, behind: int = 1) -> dict[str, Any]:
    """The status once the bot runs, started at least so many times."""

    def running() -> dict[str, Any] | None:
        status = api.status()
        return (
            status if status["is_running"] and status["status"] == "running" and len(api.starts()) >= behind else None
        )

    return dict(until(running))


def ended(api: Api, session_id: str) -> dict[str, Any]:
    def over() -> dict[str, Any] | None:
        sessions = api.http.get("/api/bot/sessions").json()["items"]
        (found,) = [one for one in sessions if one["session_id"] == session_id]
        # the bot's own last word comes before the control plane has given it up
        is_over = not found["is_running"] and found["status"] in ("stopped", "failed") and found["wanted"] == "stopped"
        return found if is_over else None

    return dict(until(over))


def actions(api: Api) -> list[str]:
    return [line["action"] for line in api.http.get("/api/bot/logs", params={"limit": 200}).json()["items"]]


def by_hand(
    api: Api, session_id: str, *, data: Path | None = None, redis_url: str | None = None
) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "ATOZ_DATA_DIR": str(data or api.data), "REDIS_URL": redis_url or api.redis_url}
    return subprocess.Popen([sys.executable, str(FAKE_BOT), session_id], env=environment)


def test_toggle_starts_and_stops(api: Api) -> None:
    assert api.post("toggle").json()["message"] == "The bot starts."
    status = runs(api)
    session_id = status["session_id"]
    assert session_id.startswith("session-")
    assert (status["started_by"], status["wanted"], status["portal"]) == ("control_plane", "running", "simulator")
    (start,) = api.starts()
    # the account comes from the environment, the database is none of its business
    assert start["started_by"] == "control_plane"
    assert start["arguments"] == [session_id]
    assert not start["knows_database"]

    again = api.post("start").json()
    assert again["message"] == "The bot is running already."
    assert again["status"]["session_id"] == session_id

    stopped = api.post("toggle").json()
    assert stopped["status"]["wanted"] == "stopped"
    assert ended(api, session_id)["status"] == "stopped"
    until(lambda: not api.living_bots())
    assert api.post("stop").json()["message"] == "The bot is not running."

    api.post("toggle")
    assert runs(api, behind=2)["session_id"] != session_id
    assert len(api.living_bots()) == 1


def test_pause_and_resume(api: Api) -> None:
    api.post("start")
    runs(api)
    api.post("pause")
    until(lambda: api.status()["status"] == "paused")
    assert api.status()["is_running"]
    assert api.post("pause").json()["message"] == "The bot is paused already."
    api.post("resume")
    until(lambda: api.status()["status"] == "running")


def test_a_saved_configuration_reaches_the_bot_within_a_second(api: Api) -> None:
    api.post("start")
    runs(api)
    for seconds in (1, 2, 3):
        version = api.http.put("/api/bot/configuration", json={"check_interval_seconds": seconds}).json()["version"]

        def arrived(version: int = version) -> bool:
            from_bot = api.heartbeat(api.status()["session_id"])
            return bool(from_bot["configuration_version"] == version)

        until(arrived, patience=1.5)  # a second, and the bot's next heartbeat


def test_a_bot_of_another_installation_with_the_same_name_is_none_of_its_business(api: Api, tmp_path: Path) -> None:
    api.post("start")
    session_id = runs(api)["session_id"]
    other_redis = api.redis_url.removesuffix("/0") + "/7"
    foreign = by_hand(api, session_id, data=tmp_path, redis_url=other_redis)
    try:
        until((tmp_path / "starts.jsonl").exists)
        os.kill(api.starts()[-1]["pid"], signal.SIGKILL)
        assert runs(api, behind=2)["session_id"] == session_id
        api.post("stop")
        ended(api, session_id)
        assert foreign.poll() is None
    finally:
        foreign.kill()
        foreign.wait()


def test_a_killed_bot_is_back_within_seconds(api: Api) -> None:
    api.post("start")
    session_id = runs(api)["session_id"]
    killed_at = time.monotonic()
    os.kill(api.starts()[-1]["pid"], signal.SIGKILL)
    until(lambda: len(api.starts()) == 2)
    took = time.monotonic() - killed_at
    assert took < HEARTBEAT_STALE_AFTER.total_seconds()  # it did not wait for the heartbeat to grow old
    assert runs(api, behind=2)["session_id"] == session_id
    until(lambda: "bot_crashed" in actions(api))
    assert len(api.living_bots()) == 1


def test_a_bot_that_crashes_again_and_again_is_started_with_growing_pauses(api: Api) -> None:
    api.bots_behave("crash")
    api.post("start")
    until(lambda: len(api.starts()) >= 4, patience=30)
    lines = api.http.get("/api/bot/logs").json()["items"]
    crashes = [line["message"] for line in reversed(lines) if line["action"] == "bot_crashed"]
    assert "at once" in crashes[0]
    assert "in 1 seconds" in crashes[1]
    assert "in 2 seconds" in crashes[2]
    assert "the fake bot crashes" in crashes[0]
    assert api.status()["wanted"] == "running"
    api.bots_behave("good")
    runs(api)
    assert len(api.living_bots()) == 1


def test_a_bot_that_needs_its_owner_is_not_started_again(api: Api) -> None:
    api.bots_behave("needs_owner")
    session_id = api.post("start").json()["status"]["session_id"]
    status = ended(api, session_id)
    assert (status["status"], status["wanted"]) == ("failed", "stopped")
    assert status["status_reason"] == "The portal refused the password."
    assert status["login_status"] == "refused"
    time.sleep(2.0)  # two looks of the supervisor and more: nothing happens
    assert len(api.starts()) == 1
    api.bots_behave("good")
    assert api.post("toggle").json()["message"] == "The bot starts."
    runs(api, behind=2)


def test_a_bot_that_could_not_even_begin_says_why_in_its_own_words(api: Api) -> None:
    api.bots_behave("bad_setting")
    session_id = api.post("start").json()["status"]["session_id"]
    status = ended(api, session_id)
    assert (status["status"], status["wanted"]) == ("failed", "stopped")
    why = "ATOZ_PORTAL: no definition is called foo (change it in .env)"
    assert status["status_reason"] == why
    lines = api.http.get("/api/bot/logs", params={"session_id": session_id}).json()["items"]
    assert [why in line["message"] for line in lines if line["action"] == "bot_given_up"] == [True]
    assert len(api.starts()) == 1


def test_a_bot_that_does_not_obey_is_ended_by_force(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.bots_behave("deaf")
    api.post("start")
    session_id = runs(api)["session_id"]
    api.post("stop")
    assert api.status()["status"] == "stopping"
    until(lambda: not api.living_bots(), patience=50)
    assert ended(api, session_id)["status"] == "stopped"
    assert "bot_killed" in actions(api)


class TestByHand:
    def test_it_appears_and_can_be_stopped(self, api: Api) -> None:
        bot = by_hand(api, "by-hand")
        try:
            status = runs(api)
            assert (status["session_id"], status["started_by"]) == ("by-hand", "command_line")
            assert api.post("start").json()["message"] == "The bot is running already."
            api.post("toggle")
            assert bot.wait(15) == 0
            assert ended(api, "by-hand")["status"] == "stopped"
        finally:
            bot.kill()

    def test_one_that_is_killed_is_not_started_again(self, api: Api) -> None:
        bot = by_hand(api, "by-hand")
        runs(api)
        bot.kill()
        bot.wait()
        status = ended(api, "by-hand")
        assert (status["status"], status["wanted"]) == ("failed", "stopped")
        assert "command line" in status["status_reason"]
        assert len(api.starts()) == 1
        # and it does not stand in the way of the next one
        assert api.post("toggle").json()["message"] == "The bot starts."
        runs(api, behind=2)

    def test_two_sessions_and_the_one_that_is_named_is_stopped(self, api: Api) -> None:
        api.post("start")
        first = runs(api)["session_id"]
        bot = by_hand(api, "by-hand")
        try:
            until(lambda: api.http.get("/api/bot/dashboard/metrics").json()["active_sessions"] == 2)
            until(lambda: api.status()["session_id"] == "by-hand")  # the newest
            api.post("stop", session_id=first)
            assert ended(api, first)["status"] == "stopped"
            assert bot.poll() is None
            assert api.status()["session_id"] == "by-hand"
        finally:
            bot.kill()
            bot.wait()


def test_a_running_bot_survives_the_control_plane_and_is_adopted(own_api: Api) -> None:
    own_api.post("start")
    session_id = runs(own_api)["session_id"]
    (bot,) = own_api.living_bots()
    for end in (own_api.stop, own_api.kill):
        end()
        assert bot.is_running()
        own_api.start()
        until(own_api.is_ok)
        assert runs(own_api)["session_id"] == session_id
        # longer than the supervisor needs to be sure of anything
        time.sleep(HEARTBEAT_STALE_AFTER.total_seconds() + 2)
        assert len(own_api.starts()) == 1
        assert [one.pid for one in own_api.living_bots()] == [bot.pid]
    # an adopted one is watched like its own: it is back before its heartbeat is old
    bot.kill()
    killed_at = time.monotonic()
    until(lambda: len(own_api.starts()) == 2)
    assert time.monotonic() - killed_at < HEARTBEAT_STALE_AFTER.total_seconds()
    # and can be stopped
    runs(own_api, behind=2)
    own_api.post("stop")
    assert ended(own_api, session_id)["status"] == "stopped"
    until(lambda: not own_api.living_bots())


def test_what_happened_while_the_control_plane_was_away_is_made_up_for(own_api: Api) -> None:
    own_api.post("start")
    session_id = runs(own_api)["session_id"]
    own_api.kill()
    (bot,) = own_api.living_bots()
    bot.kill()
    psutil.wait_procs([bot], timeout=5)
    own_api.start()
    until(own_api.is_ok)
    assert runs(own_api, behind=2)["session_id"] == session_id
    assert len(own_api.living_bots()) == 1


def test_two_control_planes_start_one_bot(own_api: Api, make_api: Any, postgres_url: str) -> None:
    second = make_api(postgres_url, own_api.redis_url).start()
    until(second.is_ok)
    # asked of the one that does not look after the bots: the other one does it
    session_id = second.post("start").json()["status"]["session_id"]
    assert runs(own_api)["session_id"] == session_id
    assert runs(second)["session_id"] == session_id
    assert second.post("start").json()["message"] == "The bot is running already."
    own_api.kill()
    time.sleep(HEARTBEAT_STALE_AFTER.total_seconds() + 2)
    assert len(second.starts()) == 1
    # the one that waited has taken over
    second.living_bots()[0].kill()
    runs(second, behind=2)
    assert len(second.living_bots()) == 1
