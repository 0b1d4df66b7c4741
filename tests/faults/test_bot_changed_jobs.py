"""Jobs of ours that the client changes or withdraws, and rejected ones that are matched again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.jobs import JobStatus
from system.servers.redis import RedisServer
from tests.support.bot_support import Reports, bot, wait_until
from tests.support.simulator_client import SimulatorProcess
from tests.support.simulator_visitor import Visitor

DAY = (datetime.now(UTC) + timedelta(days=9)).date()


@pytest.fixture
def reports(redis_server: RedisServer) -> "Reports":
    return Reports(redis_server.url)


def test_a_job_of_ours_that_changes_is_a_new_question(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    """It is taken from us and offered again under its number, with other values: it fits, so it is accepted again."""
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        job = simulator.post_job(kind="Telephone Interpreting", appointment_date=DAY, appointment_time="09:30")
        wait_until(lambda: reports.status(job.job_number) is JobStatus.ACCEPTED, patience=60)
        simulator.change(job.job_number, appointment_time="14:00")
        simulator.wait_for(job.job_number, lambda truth: truth.holder == simulator.us, timeout=90)
        truth = simulator.truth(job.job_number)
        assert [one.took_effect for one in truth.accepts] == [True, True]
        wait_until(
            lambda: (
                reports.status(job.job_number) is JobStatus.ACCEPTED
                and str(reports.jobs()[job.job_number].job.appointment_time) == "14:00:00"
            ),
            patience=60,
        )
        assert run.process.poll() is None


def test_a_job_of_ours_that_changes_to_what_we_never_take_is_not_ours(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    settings = {"WEEKLY_HOURS": '[{"days": ["monday","tuesday","wednesday","thursday","friday","saturday","sunday"],'}
    settings["WEEKLY_HOURS"] += ' "start": "08:00", "end": "12:00"}]'
    with bot(simulator, tmp_path, redis_url=redis_server.url, **settings) as run:
        job = simulator.post_job(kind="Telephone Interpreting", appointment_date=DAY, appointment_time="09:30")
        wait_until(lambda: reports.status(job.job_number) is JobStatus.ACCEPTED, patience=60)
        simulator.change(job.job_number, appointment_time="18:00")
        wait_until(lambda: reports.status(job.job_number) in (JobStatus.TAKEN_BACK, JobStatus.REJECTED), patience=90)
        # its old time is free again
        other = simulator.post_job(kind="Telephone Interpreting", appointment_date=DAY, appointment_time="09:30")
        simulator.wait_for(other.job_number, lambda truth: truth.holder == simulator.us, timeout=60)
        truth = simulator.truth(job.job_number)
        assert truth.holder is None
        assert len(truth.accepts) == 1, "it was not accepted a second time"
        assert run.process.poll() is None


def test_a_job_of_ours_that_is_withdrawn_is_told_as_taken_back(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url):
        job = simulator.post_job(kind="Telephone Interpreting", appointment_date=DAY, appointment_time="09:30")
        wait_until(lambda: reports.status(job.job_number) is JobStatus.ACCEPTED, patience=60)
        simulator.cancel(job.job_number)
        wait_until(lambda: reports.status(job.job_number) is JobStatus.TAKEN_BACK, patience=120)


def test_a_job_rejected_by_hand_is_offered_when_it_is_matched_again(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with (
        bot(simulator, tmp_path, redis_url=redis_server.url, MODE="ask"),
        Visitor(simulator.base_url) as owner,
    ):
        owner.sign_in(simulator.username, simulator.password)
        number = simulator.post_job(kind="Telephone Interpreting", appointment_date=DAY).job_number
        wait_until(lambda: reports.status(number) is JobStatus.OFFERED, patience=60)
        owner.send(owner.get("/?status=0").row(number).forms["Reject"])
        wait_until(lambda: reports.status(number) is not JobStatus.OFFERED, patience=60)
        simulator.match_again(number)
        wait_until(lambda: reports.status(number) is JobStatus.OFFERED, patience=60)
        assert simulator.truth(number).accepts == ()


def test_an_excluded_job_that_is_matched_again_stays_excluded(
    simulator: SimulatorProcess, redis_server: RedisServer, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url, REJECT_EXCLUDED="true"):
        excluded = simulator.post_job(kind="Face to Face", appointment_date=DAY, appointment_time="09:30").job_number
        simulator.wait_for(excluded, lambda truth: any(one.action == "rejected" for one in truth.history), timeout=60)
        simulator.match_again(excluded)
        witness = simulator.post_job(kind="Telephone Interpreting", appointment_date=DAY, appointment_time="15:00")
        simulator.wait_for(witness.job_number, lambda truth: truth.holder == simulator.us, timeout=60)
        assert simulator.truth(excluded).accepts == ()
