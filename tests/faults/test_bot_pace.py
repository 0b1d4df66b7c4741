"""A real bot at a real portal: how often it asks, when it is asked to wait, when it may not look, when it slept."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from common import process_tree
from contract.commands import Configure
from contract.configuration import BotConfiguration, VersionedConfiguration
from contract.events import ErrorReported
from contract.jobs import JobStatus
from contract.owner_rules import BrowserUse, LaneChoice
from system.servers.redis import RedisServer
from tests.support.bot_support import PROJECT, BotRun, Reports, bot, name_of, sign_in_before, wait_until
from tests.support.simulator_client import RequestSeen, SimulatorProcess


@pytest.fixture
def reports(redis_server: RedisServer) -> Iterator[Reports]:
    found = Reports(redis_server.url)
    yield found
    found.close()


def looks(simulator: SimulatorProcess) -> list[RequestSeen]:
    return [seen for seen in simulator.requests() if seen.method == "GET" and "status=0" in seen.path]


def ours(simulator: SimulatorProcess, number: str) -> bool:
    return simulator.truth(number).holder == simulator.us


def tell(reports: Reports, run: BotRun, version: int, **settings: object) -> None:
    configuration = BotConfiguration.model_validate({"max_accept_per_run": None} | settings)
    wanted = VersionedConfiguration(version=version, configuration=configuration)
    reports.tell(run.session, Configure(issued_at=datetime.now(UTC), wanted=wanted))


def reason(reports: Reports, run: BotRun) -> str:
    beat = reports.beat(run.session)
    return (beat.reason if beat else None) or ""


def errors(reports: Reports) -> list[str]:
    return [one.code for one in reports.events() if isinstance(one, ErrorReported)]


def browsers_of(process: psutil.Process) -> list[psutil.Process]:
    return [one for one in process_tree.with_descendants(process) if "chrom" in name_of(one)]


# --- the budget -------------------------------------------------------------------------------------------------------


def test_the_portal_sees_no_more_requests_than_the_budget_and_an_accept_does_not_wait(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    settings = {"REQUESTS_PER_MINUTE": "60", "CHECK_INTERVAL_SECONDS": "0.2"}
    sign_in_before(simulator, tmp_path)
    simulator.clear_requests()
    with bot(simulator, tmp_path, redis_url=redis_server.url, **settings) as run:
        run.wait_for_log("session_running")
        wait_until(lambda: len(simulator.requests()) >= 40, patience=60)
        number = simulator.post_job(kind="Telephone Interpreting").job_number
        wait_until(lambda: ours(simulator, number), patience=20)
        wait_until(lambda: reports.status(number) is JobStatus.ACCEPTED, patience=10)
        wait_until(lambda: (simulator.requests()[-1].at - simulator.requests()[0].at).total_seconds() > 50, patience=70)
        assert run.stop() == 0
    seen = simulator.requests()
    accepted_at = next(one.at for one in seen if one.method != "GET" and "matched" in one.path)
    counted = [one for one in seen if f"/{number}" not in one.path or one.at < accepted_at]
    for first in counted:
        within = [one for one in counted if first.at <= one.at < first.at + timedelta(minutes=1)]
        assert len(within) <= 60


# --- when the portal asks to be left alone ----------------------------------------------------------------------------


@pytest.mark.parametrize(("fault", "path"), [("too_many_requests", "status=0"), ("maintenance", "status=1")])
def test_one_wish_of_the_portal_keeps_everything_quiet(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path, fault: str, path: str
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        wait_until(lambda: looks(simulator))
        simulator.fault(fault, count=1, path=path, retry_after_seconds=6)  # type: ignore[arg-type]  # the table's
        wait_until(lambda: any(seen.status in (429, 503) for seen in simulator.requests()))
        asked = next(seen for seen in simulator.requests() if seen.status in (429, 503)).at
        number = simulator.post_job(kind="Telephone Interpreting").job_number
        wait_until(lambda: ours(simulator, number))
    quiet = [seen for seen in simulator.requests() if timedelta(seconds=0.3) < seen.at - asked < timedelta(seconds=5.7)]
    assert quiet == []
    assert len(simulator.truth(number).accepts) == 1


def test_a_bot_on_another_machine_heeds_what_this_one_was_asked(
    simulator: SimulatorProcess, redis_server: RedisServer, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        sign_in_before(simulator, folder)
    with ExitStack() as bots:
        first = bots.enter_context(bot(simulator, here, redis_url=redis_server.url))
        first.wait_for_log("session_running")
        second = bots.enter_context(bot(simulator, there, redis_url=redis_server.url, session="session-there"))
        second.wait_for_log("lease_held_elsewhere")
        simulator.fault("too_many_requests", count=1, retry_after_seconds=20)
        wait_until(lambda: any(seen.status == 429 for seen in simulator.requests()))
        asked = next(seen for seen in simulator.requests() if seen.status == 429).at
        first.wait_for_log("portal_failing")
        time.sleep(0.5)  # it tells Redis at once; then it dies, and its lease ends ten seconds later
        first.kill()
        simulator.clear_requests()
        second.wait_for_log("session_running", patience=60)
        wait_until(lambda: looks(simulator), patience=40)
        assert second.logged("waits_with_others")
        assert simulator.requests()[0].at - asked > timedelta(seconds=19)


# --- opening hours ----------------------------------------------------------------------------------------------------


def test_outside_the_opening_hours_nobody_looks_until_the_owner_says_otherwise(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    other_day = (datetime.now(UTC) + timedelta(days=3)).strftime("%A").lower()
    closed = [{"days": [other_day], "start": "09:00", "end": "10:00"}]
    with bot(simulator, tmp_path, redis_url=redis_server.url, OPENING_HOURS=json.dumps(closed)) as run:
        run.wait_for_log("session_running")
        wait_until(lambda: "Outside your opening hours" in reason(reports, run))
        assert f"{other_day.capitalize()} " in reason(reports, run)
        number = simulator.post_job(kind="Telephone Interpreting").job_number
        time.sleep(3)
        assert looks(simulator) == []
        tell(reports, run, 1)
        began = time.monotonic()
        wait_until(lambda: looks(simulator))
        assert time.monotonic() - began < 10, "not in three days"
        wait_until(lambda: ours(simulator, number))
        wait_until(lambda: reason(reports, run) == "")
        tell(reports, run, 2, opening_hours=closed)
        wait_until(lambda: "Outside your opening hours" in reason(reports, run))
        wait_until(lambda: reports.status(number) is JobStatus.ACCEPTED)
        before = len(looks(simulator))
        time.sleep(2)
        assert len(looks(simulator)) == before


# --- clocks -----------------------------------------------------------------------------------------------------------


def test_a_bot_that_was_suspended_makes_up_for_nothing(
    simulator: SimulatorProcess, redis_server: RedisServer, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        wait_until(lambda: len(looks(simulator)) > 5)
        run.process.send_signal(signal.SIGSTOP)
        time.sleep(20)  # this is what is done to it
        number = simulator.post_job(kind="Telephone Interpreting").job_number
        simulator.clear_requests()
        run.process.send_signal(signal.SIGCONT)
        began = datetime.now(UTC)
        wait_until(lambda: ours(simulator, number), patience=15)
        wait_until(lambda: datetime.now(UTC) - began > timedelta(seconds=4))
        starts = [seen.at for seen in looks(simulator) if seen.at - began < timedelta(seconds=4)]
        assert 4 <= len(starts) <= 10, "two a second, as ever"


# --- the browser ------------------------------------------------------------------------------------------------------


def test_a_browser_that_stays_goes_with_the_bot_however_that_ends(
    simulator: SimulatorProcess, redis_server: RedisServer, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url, with_browser=True, BROWSER="stay") as run:
        run.wait_for_log("session_running", patience=60)
        left = browsers_of(psutil.Process(run.process.pid))
        assert left, "it stays open"
        simulator.fault("expire_sessions", count=1)
        run.wait_for_log("session_running", times=2, patience=60)
        again = browsers_of(psutil.Process(run.process.pid))
        assert {one.pid for one in left} & {one.pid for one in again}, "the same browser signed in again"
        run.kill()
        wait_until(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in again))


def test_the_page_lanes_browser_goes_with_the_bot_however_that_ends(
    simulator: SimulatorProcess, redis_server: RedisServer, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url, LANE="page") as run:
        run.wait_for_log("session_running", patience=60)
        family = process_tree.with_descendants(psutil.Process(run.process.pid))
        assert browsers_of(psutil.Process(run.process.pid))
        run.kill()
        wait_until(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family))


def test_a_crashed_browser_costs_nothing_but_another_one(
    simulator: SimulatorProcess, redis_server: RedisServer, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url, with_browser=True, BROWSER="stay") as run:
        run.wait_for_log("session_running", patience=60)
        for one in browsers_of(psutil.Process(run.process.pid)):
            process_tree.send(one, signal.SIGKILL)
        before = len(looks(simulator))
        wait_until(lambda: len(looks(simulator)) > before + 5)
        number = simulator.post_job(kind="Telephone Interpreting").job_number
        wait_until(lambda: ours(simulator, number))
        simulator.fault("expire_sessions", count=1)
        run.wait_for_log("session_running", times=2, patience=60)
        later = simulator.post_job(kind="Telephone Interpreting").job_number
        wait_until(lambda: ours(simulator, later))
        assert run.stop() == 0
    assert all(len(simulator.truth(one).accepts) == 1 for one in (number, later))


def test_a_bot_that_needs_no_page_lane_does_not_carry_it() -> None:
    look = "import sys, bot.run.process; sys.exit(any(name.startswith('playwright') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", look], check=False, cwd=PROJECT).returncode == 0


def test_the_lane_is_changed_while_claims_are_under_way(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        process = psutil.Process(run.process.pid)
        first = [one.job_number for one in simulator.post_jobs(3, kind="Telephone Interpreting")]
        wait_until(lambda: any(simulator.truth(number).accepts for number in first))
        tell(reports, run, 1, lane=LaneChoice.PAGE, browser=BrowserUse.SLEEP)
        wait_until(lambda: browsers_of(process), patience=40)
        second = [one.job_number for one in simulator.post_jobs(2, kind="Telephone Interpreting")]
        wait_until(lambda: all(ours(simulator, number) for number in (*first, *second)), patience=40)
        tell(reports, run, 2, lane=LaneChoice.HTTP)
        wait_until(lambda: not browsers_of(process), patience=40)
        third = simulator.post_job(kind="Telephone Interpreting").job_number
        numbers = (*first, *second, third)
        wait_until(lambda: all(reports.status(number) is JobStatus.ACCEPTED for number in numbers), patience=40)
        assert run.stop() == 0
    assert all(len(simulator.truth(number).accepts) == 1 for number in numbers)
    assert not [seen for seen in simulator.requests() if seen.method == "POST" and seen.path == "/login"][1:]


# --- pages that cannot be read ----------------------------------------------------------------------------------------


def test_a_changed_layout_is_told_with_page_and_picture_and_it_recovers(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        wait_until(lambda: looks(simulator))
        simulator.fault("renamed_headings")
        number = simulator.post_job(kind="Telephone Interpreting").job_number
        wait_until(lambda: "layout_changed" in errors(reports))
        wait_until(lambda: "cannot be read" in reason(reports, run))
        wait_until(lambda: list(tmp_path.glob("bot/*/strange-pages/*.png")), patience=40)
        (page,), (picture,) = (list(tmp_path.glob(f"bot/*/strange-pages/*.{kind}")) for kind in ("html", "png"))
        assert "</html>" in page.read_text()
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert picture.stem == page.stem
        assert not simulator.truth(number).accepts, "nothing is accepted that cannot be read"
        simulator.clear_faults()
        wait_until(lambda: ours(simulator, number), patience=70)
        wait_until(lambda: reason(reports, run) == "")
        assert run.stop() == 0


# --- signing in -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["disabled", "unapproved", "code"])
def test_what_only_the_owner_can_mend_ends_the_bot_with_words(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path, state: str
) -> None:
    simulator.set_account_state(simulator.username, state)  # type: ignore[arg-type]  # the table's
    with bot(simulator, tmp_path, redis_url=redis_server.url, with_browser=True) as run:
        assert run.wait(60) == 3
    told = [one for one in reports.events() if isinstance(one, ErrorReported) and one.fatal]
    assert len(told) == 1
    assert told[0].what_to_do
    words = {"disabled": "not enabled", "unapproved": "not approved", "code": "asks for a code"}
    assert words[state] in told[0].message
    tries = [seen for seen in simulator.requests() if seen.method == "POST" and seen.path == "/login"]
    assert len(tries) == 1
