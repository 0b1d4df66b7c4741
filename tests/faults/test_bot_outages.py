"""What is taken away from a bot while jobs arrive: Redis, the portal, its process. And rivals."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from contract.events import CycleComplete, Event
from contract.jobs import JobStatus
from system.servers.redis import RedisServer
from tests.support.bot_support import Reports, bot, wait_until
from tests.support.simulator_client import SimulatorProcess


@pytest.fixture
def reports(redis_server: RedisServer) -> Iterator[Reports]:
    found = Reports(redis_server.url)
    yield found
    found.close()


def ours(simulator: SimulatorProcess, *numbers: str) -> bool:
    return all(simulator.truth(number).holder == simulator.us for number in numbers)


def accepted(simulator: SimulatorProcess) -> list[str]:
    """Every job of which an accept reached the portal."""
    return [one.job_number for one in simulator.jobs() if one.accepts]


def has_no_gap(events: list[Event]) -> bool:
    numbers: dict[str, list[int]] = {}
    for event in events:
        numbers.setdefault(event.outbox_id, []).append(event.seq)
    return all(sorted(found) == list(range(1, len(found) + 1)) for found in numbers.values())


@pytest.mark.parametrize("how", ["stopped", "killed with its data", "hung"])
def test_redis_may_go_while_jobs_arrive(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path, how: str
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        assert redis_server.pid
        process = psutil.Process(redis_server.pid)
        match how:
            case "stopped":
                redis_server.stop()
            case "killed with its data":
                redis_server.kill()
                (redis_server.folder / "appendonly.aof").unlink()
            case _:
                process.send_signal(signal.SIGSTOP)
        try:
            took = []
            for _ in range(3):
                number = simulator.post_job(kind="Telephone Interpreting").job_number
                began = time.monotonic()
                wait_until(lambda number=number: ours(simulator, number))  # type: ignore[misc]  # bound on purpose
                took.append(time.monotonic() - began)
            # a look, a page and an accept, and no waiting for Redis; a busy machine only adds
            assert min(took) < 3
        finally:
            if how == "hung":
                process.send_signal(signal.SIGCONT)
            else:
                redis_server.start()
        numbers = accepted(simulator)
        assert len(numbers) == 3
        wait_until(lambda: all(reports.status(number) is JobStatus.ACCEPTED for number in numbers))
        if how != "killed with its data":
            assert has_no_gap(reports.events())
        assert run.stop() == 0


@pytest.mark.parametrize(
    "fault",
    [
        "maintenance",
        "server_error",
        "ok_error_page",
        "half_page",
        "empty_body",
        "missing_table",
        "renamed_headings",
        "wrong_total",
        "drop",
        "sign_in_page_200",
        "hang",
    ],
)
def test_a_portal_in_trouble_costs_time_and_no_job(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path, fault: str
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        standing = simulator.post_job(kind="Face to Face").job_number
        before = simulator.post_job(kind="Telephone Interpreting").job_number
        wait_until(lambda: ours(simulator, before))
        wait_until(lambda: reports.status(standing) is JobStatus.REJECTED)
        seen = len(reports.events())
        simulator.fault(fault, seconds=3)  # type: ignore[arg-type]  # the table's
        began = time.monotonic()
        hidden = [one.job_number for one in simulator.post_jobs(2, kind="Telephone Interpreting")]
        wait_until(lambda: ours(simulator, *hidden), patience=45)
        # a request that hangs is given up after ten seconds
        assert time.monotonic() - began < (20 if fault == "hang" else 10), "some seconds after the trouble is over"
        wait_until(lambda: all(reports.status(number) is JobStatus.ACCEPTED for number in (before, *hidden)))
        assert run.process.poll() is None
        boards = [one.jobs_on_board for one in reports.events()[seen:] if isinstance(one, CycleComplete)]
        assert min(boards) >= 1, "never an empty board"
    for number in (before, *hidden):
        taken = [one for one in simulator.truth(number).accepts if one.took_effect]
        assert len(taken) == 1


def test_a_session_that_ends_between_accepts_and_their_outcome_loses_and_repeats_nothing(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        simulator.set(latency_ms=300)
        numbers = [one.job_number for one in simulator.post_jobs(4, kind="Telephone Interpreting")]
        wait_until(lambda: any(simulator.truth(number).accepts for number in numbers))
        simulator.fault("expire_sessions")
        simulator.set(latency_ms=0)
        wait_until(lambda: ours(simulator, *numbers))
        wait_until(lambda: all(reports.status(number) is JobStatus.ACCEPTED for number in numbers), patience=40)
        assert run.logged("session_ended_by_portal") == 1
        assert run.stop() == 0
    assert all(len(simulator.truth(number).accepts) == 1 for number in numbers)
    signed_in = [seen for seen in simulator.requests() if seen.method == "POST" and seen.path.startswith("/login")]
    assert len(signed_in) == 2, "the test's own, and one for all that were under way"


def test_a_killed_bot_is_back_at_once_and_nothing_is_told_twice_or_missed(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    simulator.set(jobs_per_minute=120, share={"Telephone Interpreting": 1})
    for _ in range(3):
        with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
            began = time.monotonic()
            known = len([one for one in simulator.jobs() if one.accepts])
            wait_until(lambda known=known: len([one for one in simulator.jobs() if one.accepts]) > known)  # type: ignore[misc]  # bound on purpose
            assert time.monotonic() - began < 10
            time.sleep(1.3)  # jobs go on arriving: it is struck wherever it is
            run.kill()
    simulator.set(jobs_per_minute=0)
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running", times=4)
        # what came while nobody was there is accepted too
        wait_until(lambda: all(reports.status(number) is JobStatus.ACCEPTED for number in accepted(simulator)))
        wait_until(lambda: (beat := reports.beat(run.session)) and beat.totals.accepted == len(accepted(simulator)))
        assert run.stop() == 0
    assert all(len(one.accepts) == 1 for one in simulator.jobs() if one.accepts)
    assert has_no_gap(reports.events())
    assert len({event.outbox_id for event in reports.events()}) == 1, "a session has one outbox, over crashes"


def test_against_rivals_no_job_is_told_as_accepted_that_somebody_else_has(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    simulator.set(
        jobs_per_minute=180,
        share={"Telephone Interpreting": 3, "Face to Face": 1},
        rivals=4,
        rival_share=0.7,
        rival_reaction_ms=(50, 1500),
        settle_ms=700,
        latency_ms=30,
        latency_jitter_ms=20,
    )
    wrong: list[str] = []
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        until = time.monotonic() + 20
        while time.monotonic() < until:
            reported = reports.jobs().items()
            as_ours = [number for number, report in reported if report.status is JobStatus.ACCEPTED]
            wrong += [number for number in as_ours if not ours(simulator, number)]
            time.sleep(0.2)
        simulator.set(jobs_per_minute=0, rivals=0)
        wait_until(lambda: not any(one.status is JobStatus.PENDING for one in reports.jobs().values()))
        assert run.stop() == 0
    assert wrong == []
    told = reports.jobs()
    kinds = {one.status for one in told.values()}
    assert {JobStatus.ACCEPTED, JobStatus.LOST, JobStatus.REJECTED} <= kinds, "rivals were there, and so was the bot"
    for truth in simulator.jobs():
        is_ours = truth.holder == simulator.us and bool(truth.accepts)
        report = told.get(truth.job_number)
        assert (report is not None and report.status is JobStatus.ACCEPTED) == is_ours, truth
