"""A bot process as its user and the control plane meet it: started by hand, told things, ended, refused."""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from common.process_tree import with_descendants
from contract.commands import Command, Configure, Pause, Resume, Stop
from contract.configuration import BotConfiguration, VersionedConfiguration
from contract.events import Notice
from contract.jobs import JobStatus
from contract.sessions import LoginStatus, SessionState, StartedBy
from system.servers.redis import RedisServer
from tests.support.bot_support import PROJECT, BotRun, Reports, bot, name_of, wait_until
from tests.support.simulator_client import SimulatorProcess

INTEGRATED = "bot/integrated_bot.py"
ALONE = "bot/real_atoz_bot.py"


@pytest.fixture
def reports(redis_server: RedisServer) -> Iterator[Reports]:
    found = Reports(redis_server.url)
    yield found
    found.close()


def now() -> datetime:
    return datetime.now(UTC)


def state_of(reports: Reports, run: BotRun) -> SessionState | None:
    beat = reports.beat(run.session)
    return None if beat is None else beat.state


def browsers() -> list[psutil.Process]:
    return [one for one in psutil.Process().children(recursive=True) if "chrom" in name_of(one)]


def test_the_first_job_by_hand_with_a_real_browser(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, script=INTEGRATED, redis_url=redis_server.url, with_browser=True) as run:
        wait_until(lambda: state_of(reports, run) is SessionState.RUNNING, patience=40)
        assert browsers() == [], "the browser sleeps when it is not needed"
        job = simulator.post_job(kind="Telephone Interpreting")
        simulator.wait_for(job.job_number, lambda truth: truth.holder == simulator.us)
        wait_until(lambda: reports.status(job.job_number) is JobStatus.ACCEPTED)
        beat = reports.beat(run.session)
        assert beat is not None
        assert beat.login_status is LoginStatus.SIGNED_IN
        assert beat.interpreter_name
        assert beat.started_by is StartedBy.COMMAND_LINE
        assert abs(beat.process_started_at.timestamp() - psutil.Process(run.process.pid).create_time()) < 1
        wait_until(lambda: (reports.beat(run.session) or beat).totals.accepted == 1)
        assert run.stop() == 0
    assert state_of(reports, run) is SessionState.STOPPED
    said = run.said()
    assert "Signed in as" in said
    assert re.search(
        rf"✔ {job.reference}, Telephone Interpreting, .* accepted \(\d\.\d\d s after the bot saw it\)\.", said
    )
    assert "1 accepted" in said
    for line in run.log().splitlines():
        assert {"at", "level", "message", "action", "session_id"} <= set(json.loads(line)), line
    everything = said + run.log() + "".join(event.model_dump_json() for event in reports.events())
    for secret in (simulator.username, simulator.password):
        assert secret not in everything
    assert simulator.password not in " ".join(psutil.Process().cmdline())


def test_the_supervisor_says_who_started_it(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url, ATOZ_STARTED_BY="control_plane") as run:
        wait_until(lambda: any(event.type == "session_started" for event in reports.events()))
        started = next(event for event in reports.events() if event.type == "session_started")
        assert started.started_by is StartedBy.CONTROL_PLANE
        assert started.pid == run.process.pid


def test_it_works_without_a_control_plane_and_reports_when_there_is_one(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    redis_server.stop()
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        job = simulator.post_job(kind="Telephone Interpreting")
        simulator.wait_for(job.job_number, lambda truth: truth.holder == simulator.us)
        redis_server.start()
        wait_until(lambda: reports.status(job.job_number) is JobStatus.ACCEPTED)
        assert run.logged("redis_away") == 1
        first = reports.events()[0]
        assert (first.type, first.seq) == ("session_started", 1)


def test_a_safeguard_that_never_fits_does_not_stop_the_watch(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    """The very trouble of the first real portal: where the definition looks for the total there is none to be read."""
    mine = tmp_path / "mine.yaml"
    total = "{selector: .header__logo, pattern: 'Total Jobs: (x+)', counts: board}"
    mine.write_text(f"extends: simulator\nname: mine\ntitle: My portal\nboard:\n  total: {total}\n")
    settings = {"ATOZ_PORTAL": str(mine), "redis_url": redis_server.url, "with_browser": True}
    with bot(simulator, tmp_path, **settings) as run:
        job = simulator.post_job(kind="Telephone Interpreting")
        simulator.wait_for(job.job_number, lambda truth: truth.holder == simulator.us, timeout=60)
        wait_until(lambda: reports.status(job.job_number) is JobStatus.ACCEPTED)
        wait_until(lambda: (beat := reports.beat(run.session)) is not None and beat.condition == "safeguards")
        told = [event for event in reports.events() if isinstance(event, Notice)]
        (put_aside,) = [one for one in told if one.action == "safeguard_put_aside"]
        assert "the portal's own count of jobs" in put_aside.message
        assert "the total reads" in put_aside.message
        simulator.assign(simulator.post_job(kind="Telephone Interpreting", rival_reaction_ms=0).job_number, "rival:1")
        second = simulator.post_job(kind="Video Interpreting")
        simulator.wait_for(second.job_number, lambda truth: truth.holder == simulator.us)
        assert run.stop() == 0


def test_the_name_that_users_know_is_the_bot_on_its_own(simulator: SimulatorProcess, tmp_path: Path) -> None:
    with bot(simulator, tmp_path, script="bot/atoz_bot.py", REDIS_URL="redis://127.0.0.1:1/0") as run:
        run.wait_for_log("session_running")
        job = simulator.post_job(kind="Video Interpreting")
        wait_until(lambda: f"✔ {job.reference}" in run.said())
        assert run.said().startswith("This is the bot on its own (real_atoz_bot.py)")
        assert run.stop() == 0


def test_on_its_own_it_needs_nothing_and_says_what_it_does(simulator: SimulatorProcess, tmp_path: Path) -> None:
    with bot(simulator, tmp_path, script=ALONE, REDIS_URL="redis://127.0.0.1:1/0") as run:
        run.wait_for_log("session_running")
        job = simulator.post_job(kind="Video Interpreting")
        simulator.post_job(kind="Face to Face")
        wait_until(lambda: f"✔ {job.reference}" in run.said())
        wait_until(lambda: "left alone. This is Face to Face, and you never accept that kind." in run.said())
        assert run.stop() == 0
    assert "1 accepted" in run.said()
    assert "redis" not in run.log().lower()


def test_pause_resume_and_settings_work_within_a_second(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        wait_until(lambda: state_of(reports, run) is SessionState.RUNNING)
        took: dict[str, list[float]] = {"pause": [], "resume": [], "configure": []}

        def measure(what: str, command: Command, is_done: Callable[[], bool]) -> None:
            told_at = time.monotonic()
            reports.tell(run.session, command)
            wait_until(is_done)
            took[what].append(time.monotonic() - told_at)

        def use(version: int, kind: str) -> None:
            configuration = BotConfiguration(job_type_filter=(kind,), max_accept_per_run=None)
            wanted = VersionedConfiguration(version=version, configuration=configuration)
            # it is told at once; the heartbeat has it with the next beat
            measure("configure", Configure(issued_at=now(), wanted=wanted), lambda: version in used(reports))
            wait_until(lambda: _version(reports, run) == version)

        job = simulator.post_job(kind="BSL")
        wait_until(lambda: reports.status(job.job_number) is JobStatus.REJECTED)
        for version, kind in ((5, "Simultaneous"), (6, "Simultaneous"), (7, "BSL")):
            measure("pause", Pause(issued_at=now()), lambda: state_of(reports, run) is SessionState.PAUSED)
            measure("resume", Resume(issued_at=now()), lambda: state_of(reports, run) is SessionState.RUNNING)
            use(version, kind)
        # of three tries the best: a busy machine only adds
        assert {what: min(each) < 1 for what, each in took.items()} == dict.fromkeys(took, True), took
        simulator.wait_for(job.job_number, lambda truth: truth.holder == simulator.us)
        told = [event for event in reports.events() if event.type == "configuration_updated"]
        assert told[-1].version == 7
    # the next process of the account goes on with it, also where the control plane is away
    redis_server.stop()
    with bot(simulator, tmp_path, redis_url=redis_server.url, session="session-next") as run:
        run.wait_for_log("session_running")
        late = simulator.post_job(kind="BSL")
        simulator.wait_for(late.job_number, lambda truth: truth.holder == simulator.us)


def used(reports: Reports) -> set[int]:
    """The versions of the configuration that the bot said it works with."""
    return {event.version for event in reports.events() if event.type == "configuration_updated"}


def _version(reports: Reports, run: BotRun) -> int | None:
    beat = reports.beat(run.session)
    return None if beat is None else beat.configuration_version


def test_the_stop_command_ends_it_and_one_meant_for_an_earlier_process_does_not(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    session = "session-20261120_101500"
    reports.tell(session, Stop(issued_at=now() - timedelta(minutes=5), reason="long ago"))
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        wait_until(lambda: state_of(reports, run) is SessionState.RUNNING)
        assert run.process.poll() is None
        reports.tell(session, Stop(issued_at=now(), reason="enough for today"))
        assert run.wait(10) == 0
        assert state_of(reports, run) is SessionState.STOPPED
        last = [event for event in reports.events() if event.type == "status_update"][-1]
        assert last.state is SessionState.STOPPED


def test_the_second_bot_of_an_account_waits_and_says_why(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with (
        bot(simulator, tmp_path, redis_url=redis_server.url, session="session-first") as first,
        bot(simulator, tmp_path, redis_url=redis_server.url, session="session-second") as second,
    ):
        wait_until(lambda: {state_of(reports, first), state_of(reports, second)} >= {SessionState.RUNNING})
        wait_until(lambda: {state_of(reports, first), state_of(reports, second)} >= {SessionState.STARTING})
        at_work, waiting = (first, second) if state_of(reports, first) is SessionState.RUNNING else (second, first)
        beat = reports.beat(waiting.session)
        assert beat is not None
        assert beat.reason is not None
        assert at_work.session in beat.reason
        assert "waits" in beat.reason
        job = simulator.post_job(kind="Telephone Interpreting")
        simulator.wait_for(job.job_number, lambda truth: truth.holder == simulator.us)
        assert len(simulator.truth(job.job_number).accepts) == 1
        at_work.kill()
        wait_until(lambda: state_of(reports, waiting) is SessionState.RUNNING)
        later = simulator.post_job(kind="Telephone Interpreting")
        simulator.wait_for(later.job_number, lambda truth: truth.holder == simulator.us)
        assert waiting.stop() == 0


def test_a_waiting_bot_can_be_told_to_stop(simulator: SimulatorProcess, tmp_path: Path) -> None:
    with bot(simulator, tmp_path, session="session-first") as first:
        first.wait_for_log("session_running")
        with bot(simulator, tmp_path, session="session-second") as second:
            second.wait_for_log("waits_for_account")
            assert second.stop() == 0


def test_a_session_that_runs_already_is_not_run_twice(simulator: SimulatorProcess, tmp_path: Path) -> None:
    with bot(simulator, tmp_path) as first:
        first.wait_for_log("session_running")
        with bot(simulator, tmp_path, script=INTEGRATED) as second:
            assert second.wait() == 3
            assert one_line(second) == (
                "session-20261120_101500 is running already; stop that bot first, or choose another session name"
            )
        assert first.process.poll() is None


def one_line(run: BotRun) -> str:
    lines = run.said().strip().splitlines()
    assert len(lines) == 1, run.said()
    return lines[0]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ATOZ_USERNAME": ""}, "ATOZ_USERNAME is not set"),
        ({"ATOZ_PASSWORD": ""}, "ATOZ_PASSWORD is not set"),
        ({"CHECK_INTERVAL_SECONDS": "soon"}, "CHECK_INTERVAL_SECONDS: input should be a valid number"),
        ({"CHECK_INTERVAL_SECONDS": "0.01"}, "CHECK_INTERVAL_SECONDS: input should be greater than or equal to 0.2"),
        ({"JOB_TYPE_FILTER": "Telepathy"}, "'Telepathy' is not a kind of job on this portal; choose from"),
        ({"EXCLUDE_TYPES": "Video Interpreting"}, "cannot be wanted and excluded at the same time"),
        ({"ATOZ_BASE_URL": "portal"}, "ATOZ_BASE_URL: 'portal' is not an address"),
        ({"ATOZ_PORTAL": "nowhere"}, "ATOZ_PORTAL:"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL: 'loud' is no level"),
        ({"ATOZ_ENV_FILE": "/nowhere/.env"}, "ATOZ_ENV_FILE names /nowhere/.env, which does not exist"),
    ],
)
def test_a_bad_setting_is_one_line_that_says_what_to_do(
    simulator: SimulatorProcess, tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    with bot(simulator, tmp_path, script=INTEGRATED, with_browser=True, **changed) as run:
        assert run.wait() == 3
        line = one_line(run)
    assert said in line
    assert simulator.password not in line


def test_a_bad_session_name_is_one_line(simulator: SimulatorProcess, tmp_path: Path) -> None:
    with bot(simulator, tmp_path, script=INTEGRATED, session="../etc") as run:
        assert run.wait() == 3
        assert "cannot be a session's name" in one_line(run)


def test_a_data_folder_that_cannot_be_used_is_one_line(simulator: SimulatorProcess, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with bot(simulator, tmp_path, script=INTEGRATED, with_browser=True, ATOZ_DATA_DIR=str(tmp_path / "data")) as run:
        assert run.wait() == 3
        assert str(tmp_path / "data") in one_line(run)


def test_a_wrong_password_is_tried_once_and_never_again(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    def tries() -> int:
        return sum(seen.method == "POST" and seen.path.startswith("/login") for seen in simulator.requests())

    wrong = {"ATOZ_PASSWORD": "not the password"}
    for _ in range(2):
        with bot(simulator, tmp_path, redis_url=redis_server.url, with_browser=True, script=INTEGRATED, **wrong) as run:
            assert run.wait(60) == 3
            assert "refused" in run.said()
            assert "ATOZ_PASSWORD" in run.said()
            beat = reports.beat(run.session)
            assert beat is not None
            assert beat.state is SessionState.FAILED
            assert beat.reason is not None
            assert "ATOZ_PASSWORD" in beat.reason
        assert tries() == 1, "a refused password is never tried a second time"
    assert any(event.type == "error" and event.fatal for event in reports.events())
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert b"not the password" not in file.read_bytes(), file
    with bot(simulator, tmp_path, redis_url=redis_server.url, with_browser=True) as run:
        wait_until(lambda: state_of(reports, run) is SessionState.RUNNING, patience=40)


@pytest.mark.parametrize(
    ("state", "said"), [("disabled", "is not enabled"), ("unapproved", "not approved yet")], ids=["disabled", "new"]
)
def test_an_account_that_only_the_owner_can_mend_ends_the_session(
    simulator: SimulatorProcess, tmp_path: Path, state: str, said: str
) -> None:
    simulator.set_account_state(simulator.username, state)  # type: ignore[arg-type]  # the table's
    with bot(simulator, tmp_path, script=INTEGRATED, with_browser=True) as run:
        assert run.wait(60) == 3
        assert said in run.said()


def test_a_browser_that_is_not_there_is_told(simulator: SimulatorProcess, tmp_path: Path) -> None:
    with bot(simulator, tmp_path, script=INTEGRATED, with_browser=True, CHROMIUM_PATH="/nowhere/chromium") as run:
        assert run.wait(60) == 3
        assert "/nowhere/chromium" in run.said()


def test_a_portal_that_does_not_answer_is_tried_again_until_it_does(
    redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with SimulatorProcess() as simulator:
        simulator.kill()
        with bot(simulator, tmp_path, redis_url=redis_server.url, with_browser=True) as run:
            wait_until(lambda: run.logged("sign_in_failed") >= 1, patience=60)
            wait_until(lambda: "tries again" in _reason(reports, run))
            simulator.start()
            wait_until(lambda: state_of(reports, run) is SessionState.RUNNING, patience=90)
            wait_until(lambda: _reason(reports, run) == "")


def _reason(reports: Reports, run: BotRun) -> str:
    beat = reports.beat(run.session)
    return (beat.reason or "") if beat else ""


def test_a_python_without_the_packages_uses_the_project_s_or_says_what_to_do(tmp_path: Path) -> None:
    bare = [sys.executable, "-S", "-E", "-s", str(PROJECT / INTEGRATED), "session-x"]
    environment = {"PATH": "/usr/bin:/bin", "ATOZ_ENV_FILE": "", "ATOZ_DATA_DIR": str(tmp_path)}
    done = subprocess.run(bare, capture_output=True, text=True, env=environment, cwd=PROJECT / "bot", check=False)
    assert done.returncode == 3
    if (PROJECT / ".venv").exists():
        assert "ATOZ_USERNAME is not set" in done.stderr
    else:
        assert "run ./start_system.sh once" in done.stderr


def test_it_is_a_small_process(simulator: SimulatorProcess, redis_server: RedisServer, tmp_path: Path) -> None:
    with bot(simulator, tmp_path, script=INTEGRATED, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        job = simulator.post_job(kind="Telephone Interpreting")
        simulator.wait_for(job.job_number, lambda truth: truth.holder == simulator.us)
        family = with_descendants(psutil.Process(run.process.pid))
        # unique to it, whatever else on this machine shares its libraries
        unique = sum(one.memory_full_info().uss for one in family)
        assert unique < 60_000_000, f"{unique / 1e6:.1f} MB"
        maps = Path(f"/proc/{run.process.pid}/maps").read_text()
        assert "playwright" not in maps


def test_a_terminal_that_nobody_reads_does_not_stop_it(simulator: SimulatorProcess, tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        run = BotRun(simulator, tmp_path, script=INTEGRATED, stdout=theirs.fileno())
        try:
            run.wait_for_log("session_running")
            jobs = simulator.post_jobs(30, kind="Telephone Interpreting")
            for job in jobs:
                simulator.wait_for(job.job_number, lambda truth: truth.holder == simulator.us)
            assert run.stop() == 0
        finally:
            run.end()
