"""A real bot, a real portal, and what happens in the middle of a claim."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.states import ClaimState
from contract.jobs import JobStatus, LossReason
from system.servers.redis import RedisServer
from tests.support.bot_support import Reports, bot, wait_until
from tests.support.simulator_client import SimulatorProcess


@pytest.fixture
def reports(redis_server: RedisServer) -> Iterator[Reports]:
    found = Reports(redis_server.url)
    yield found
    found.close()


def journal_of(folder: Path) -> dict[str, tuple[str, int]]:
    """The newest claim of each job: its state, and how many there were."""
    (file,) = folder.glob("bot/*/journal.sqlite")
    with sqlite3.connect(file) as connection:
        return {
            number: (state, attempts)
            for number, state, attempts in connection.execute(
                "SELECT job_number, state, max(attempt) FROM claims GROUP BY job_number"
            )
        }


def ours(simulator: SimulatorProcess, number: str) -> bool:
    return simulator.truth(number).holder == simulator.us


@pytest.mark.parametrize(
    "point",
    [
        ("before the intent", 0),
        ("after the intent", 0),
        ("before the accept", 0),
        ("while the accept travels", 0),
        ("while the answer travels", 1),
        ("after the answer", 1),
        ("when it is confirmed", 1),
        ("when it is held", 1),
    ],
    ids=lambda point: point[0],
)
def test_a_bot_that_is_killed_in_a_claim_finishes_it_and_sends_no_accept_twice(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path, point: tuple[str, int]
) -> None:
    where, sends = point
    with bot(simulator, tmp_path, redis_url=redis_server.url, point=where) as doomed:
        doomed.wait_for_log("session_running")
        simulator.set(latency_ms=400)  # half of it before the accept is looked at, half after
        number = simulator.post_job(kind="Telephone Interpreting").job_number
        assert doomed.wait(30) == -9
    assert len(simulator.truth(number).accepts) == sends
    simulator.set(latency_ms=0)
    with bot(simulator, tmp_path, redis_url=redis_server.url) as second:
        # what the first one left may be all that there is to see: without this the second is stopped while it starts
        second.wait_for_log("session_running", times=2)
        wait_until(lambda: ours(simulator, number), patience=10)
        wait_until(lambda: reports.status(number) is JobStatus.ACCEPTED)
        wait_until(lambda: journal_of(tmp_path)[number][0] == ClaimState.HELD)
        beat = reports.beat(second.session)
        assert beat is not None
        assert beat.totals.accepted == 1
        assert second.stop() == 0
    truth = simulator.truth(number)
    assert len(truth.accepts) == 1, "the portal saw one accept in all"
    assert truth.holder == simulator.us


def test_an_accept_whose_answer_is_lost_is_looked_up(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        simulator.fault("drop_after", count=1, path="matched")
        number = simulator.post_job(kind="Telephone Interpreting").job_number
        wait_until(lambda: reports.status(number) is JobStatus.ACCEPTED)
        states = [
            event.report.claim_state
            for event in reports.events()
            if event.type == "job_processed" and event.report.job.job_number == number
        ]
        assert ClaimState.UNKNOWN in states
    assert len(simulator.truth(number).accepts) == 1


def test_an_accept_that_never_arrived_is_sent_again_only_after_the_portal_said_that_the_job_is_free(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        simulator.fault("drop", count=1, path="matched")
        number = simulator.post_job(kind="Telephone Interpreting").job_number
        wait_until(lambda: reports.status(number) is JobStatus.UNKNOWN)
        wait_until(lambda: reports.status(number) is JobStatus.ACCEPTED)
    assert journal_of(tmp_path)[number][1] == 2, "a second claim, with an intent of its own"
    assert len(simulator.truth(number).accepts) == 1
    (first, second) = [seen for seen in simulator.requests() if seen.method == "POST" and "matched" in seen.path]
    assert (second.at - first.at).total_seconds() >= 3, "not before the first could not take effect any more"


def test_a_job_that_vanished_during_the_accept_is_lost(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        simulator.set(latency_ms=600)
        number = simulator.post_job(kind="Telephone Interpreting").job_number
        run.wait_for_log("session_running")
        wait_until(lambda: any(f"/{number}" in seen.path for seen in simulator.requests()))
        simulator.remove(number)
        simulator.set(latency_ms=0)
        wait_until(lambda: number in reports.jobs() or run.logged("gone_before_read"))
        assert reports.status(number) in (None, JobStatus.LOST)


@pytest.mark.parametrize("fault", ["expire_sessions", "too_many_requests", "maintenance", "sign_in_page_200"])
def test_an_accept_that_the_portal_refused_to_look_at_is_sent_again_with_a_new_form(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path, fault: str
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        simulator.fault(fault, count=1, path="matched", **({"retry_after_seconds": 1} if "many" in fault else {}))  # type: ignore[arg-type]  # names of the table
        number = simulator.post_job(kind="Telephone Interpreting").job_number
        wait_until(lambda: ours(simulator, number))
        wait_until(lambda: reports.status(number) is JobStatus.ACCEPTED)
    assert run.logged("accept_not_taken") == 1
    assert journal_of(tmp_path)[number][1] == 1, "it is the same claim"
    assert len(simulator.truth(number).accepts) == 1


def test_a_session_that_ends_while_jobs_arrive_costs_one_sign_in_and_no_job(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        simulator.fault("expire_sessions", count=1)
        numbers = [one.job_number for one in simulator.post_jobs(4, kind="Telephone Interpreting")]
        wait_until(lambda: all(ours(simulator, number) for number in numbers))
        wait_until(lambda: all(reports.status(number) is JobStatus.ACCEPTED for number in numbers))
    signed_in = [seen for seen in simulator.requests() if seen.method == "POST" and seen.path.startswith("/login")]
    assert len(signed_in) == 2


def test_what_a_rival_overwrites_is_never_told_as_accepted(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    simulator.set(settle_ms=1000)
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        jobs = simulator.post_jobs(3, kind="Telephone Interpreting", rival_after_accept_ms=500)
        numbers = [one.job_number for one in jobs]
        wait_until(lambda: all(reports.status(number) is JobStatus.LOST for number in numbers))
        told = {
            event.report.status
            for event in reports.events()
            if event.type == "job_processed" and event.report.job.job_number in numbers
        }
        assert JobStatus.ACCEPTED not in told
    for number in numbers:
        truth = simulator.truth(number)
        assert truth.holder is not None
        assert truth.holder.startswith("rival")
        assert reports.jobs()[number].loss_reason is LossReason.TAKEN_WHILE_DECIDING


def test_the_cap_holds_over_a_crash(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    def accepted() -> int:
        return sum(one.holder == simulator.us and bool(one.accepts) for one in simulator.jobs(since=10000))

    settings = {"MAX_ACCEPT_PER_RUN": "3"}
    with bot(simulator, tmp_path, redis_url=redis_server.url, **settings) as doomed:
        doomed.wait_for_log("session_running")
        simulator.post_jobs(2, kind="Telephone Interpreting")
        wait_until(lambda: accepted() == 2)
        doomed.kill()
    simulator.post_jobs(6, kind="Telephone Interpreting")
    with bot(simulator, tmp_path, redis_url=redis_server.url, **settings) as second:
        wait_until(lambda: sum(one.type == "notice" and one.action == "cap_reached" for one in reports.events()) == 1)
        beat = reports.beat(second.session)
        assert beat is not None
        wait_until(lambda: (reports.beat(second.session) or beat).reason is not None)
        later = simulator.post_job(kind="Telephone Interpreting").job_number
        wait_until(lambda: reports.status(later) is JobStatus.REJECTED)
        assert accepted() == 3
        second.kill()
    with bot(simulator, tmp_path, redis_url=redis_server.url, **settings) as third:
        third.wait_for_log("session_running", times=3)
        last = simulator.post_job(kind="Telephone Interpreting").job_number
        wait_until(lambda: reports.status(last) is JobStatus.REJECTED)
        assert accepted() == 3
        assert sum(one.type == "notice" and one.action == "cap_reached" for one in reports.events()) == 1
    with bot(simulator, tmp_path, redis_url=redis_server.url, session="session-next", **settings):
        wait_until(lambda: accepted() == 6)


def test_jobs_that_overlap_are_never_both_accepted(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    when = {"appointment_date": "2027-03-10", "duration_minutes": 60, "kind": "Telephone Interpreting"}
    held = simulator.post_job(appointment_time="09:00", **when).job_number
    simulator.assign(held, simulator.us)
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        overlapping = simulator.post_job(appointment_time="09:30", **when).job_number
        pair = [simulator.post_jobs(1, appointment_time=at, **when)[0].job_number for at in ("13:00", "13:30")]
        wait_until(lambda: any(ours(simulator, number) for number in pair))
        free = simulator.post_job(appointment_time="15:00", **when).job_number
        wait_until(lambda: reports.status(free) is JobStatus.ACCEPTED)
    assert sum(ours(simulator, number) for number in pair) == 1
    assert not ours(simulator, overlapping)
    assert ours(simulator, free)
