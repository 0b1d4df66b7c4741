"""A bot process at each portal that comes with the bot: it accepts what matches, says so, and leaves the rest alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.jobs import JobStatus
from system.servers.redis import RedisServer
from tests.support.bot_support import Reports, bot, wait_until
from tests.support.simulator_client import SimulatorProcess, Skin


@pytest.fixture
def reports(redis_server: RedisServer) -> Iterator[Reports]:
    found = Reports(redis_server.url)
    yield found
    found.close()


@pytest.mark.parametrize(
    ("skin", "lane"),
    [
        ("atoz", "auto"),
        ("cards", "auto"),
        ("script", "auto"),
        ("tickets", "auto"),
        ("script", "page"),
        ("tickets", "page"),
    ],
)
def test_it_accepts_what_matches_and_leaves_the_rest_alone(
    skin: Skin, lane: str, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    settings = {"JOB_TYPE_FILTER": "Telephone Interpreting", "REQUIRED_FIELDS": "none", "CHECK_INTERVAL_SECONDS": "0.5"}
    settings |= {"LANE": lane}
    with (
        SimulatorProcess(skin=skin, population=0) as simulator,
        bot(simulator, tmp_path, redis_url=redis_server.url, **settings) as run,
    ):
        wanted = [simulator.post_job(kind="Telephone Interpreting", quote_only=False).job_number for _ in range(3)]
        other = simulator.post_job(kind="Face to Face", quote_only=False).job_number
        quoted = simulator.post_job(kind="Telephone Interpreting", quote_only=True).job_number
        taken = simulator.post_job(kind="Telephone Interpreting", quote_only=False)
        simulator.assign(taken.job_number, "rival:1")
        wait_until(
            lambda: all(reports.status(number) is JobStatus.ACCEPTED for number in wanted),
            f"{skin}: every matching job accepted",
            patience=60,
        )
        for number in wanted:
            truth = simulator.truth(number)
            assert truth.holder == simulator.us
            assert [one.took_effect for one in truth.accepts] == [True]
        later = simulator.post_job(kind="Telephone Interpreting", quote_only=False).job_number
        wait_until(lambda: reports.status(later) is JobStatus.ACCEPTED, f"{skin}: one that came later", patience=60)
        for number in (other, quoted, taken.job_number):
            assert not any(one.who == simulator.us for one in simulator.truth(number).accepts)
            assert reports.status(number) is not JobStatus.ACCEPTED
        assert simulator.truth(taken.job_number).holder == "rival:1"
        assert run.stop() == 0
