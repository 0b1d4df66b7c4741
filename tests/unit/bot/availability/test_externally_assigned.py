"""Jobs that are ours without an accept of the bot: taken by hand on the portal, or given by the agency."""

import asyncio
from datetime import date, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.engine.times import EngineTimes
from contract.jobs import Given, JobReport, JobStatus
from tests.support.engine_support import Bot, configuration, job, ours, running
from tests.support.fakes.portal import US, FakePortal, Fault
from tests.support.virtual_time import in_virtual_time

DAY = date(2026, 11, 25)


def reports(bot: Bot, number: int) -> list[JobReport]:
    return [report for report in bot.heard.reports if report.job.job_number == str(number)]


@in_virtual_time
async def test_a_job_that_the_agency_gave_is_recorded_with_its_page(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.assign(job(1), US)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(120)
        (report,) = reports(bot, 1)
        assert (report.status, report.given, report.claim_state) == (JobStatus.GIVEN, Given.OURS, None)
        assert report.job.kind == "Telephone Interpreting"
        assert report.job.portal_status == "assigned"
        assert bot.engine.totals().accepted == 0
    async with running(portal, tmp_path, session="session-next") as bot:
        await asyncio.sleep(120)
        assert reports(bot, 1) == [], "it was told"


@in_virtual_time
async def test_many_assigned_jobs_do_not_read_all_pages_at_once(tmp_path: Path) -> None:
    portal = FakePortal(latency=0.1)
    for number in range(1, 61):
        portal.assign(job(number), US)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(120)
        assert {report.job.job_number for report in bot.heard.reports} == set(portal.jobs)
    asked = [at for at, what in portal.requests if what == "job"]
    assert len(asked) == 60
    assert min(later - earlier for earlier, later in pairwise(asked)) >= 0.09, "one after the other"


@in_virtual_time
async def test_past_jobs_are_no_news(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.assign(job(1, day=date(2026, 11, 19), at=time(9)), US)
    portal.assign(job(2, day=date(2026, 11, 20), at=time(10)), US)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(60)
        assert bot.heard.reports == []


@in_virtual_time
async def test_it_keeps_its_time_and_counts_for_the_day_but_not_for_the_session(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.assign(job(1, day=DAY, at=time(9), minutes=60), US)
    settings = configuration(max_accept_per_day=2, max_accept_per_run=1)
    async with running(portal, tmp_path, settings=settings) as bot:
        portal.post(job(2, day=DAY, at=time(9, 30)), job(3, day=DAY, at=time(12)))
        await asyncio.sleep(30)
        assert ours(portal) == {"1", "3"}
        decision = reports(bot, 2)[-1].decision
        assert decision is not None
        assert "your job 1 " in decision.summary
        bot.engine.configure(configuration(version=1, max_accept_per_day=2))
        portal.post(job(4, day=DAY, at=time(15)))
        await asyncio.sleep(30)
        refused = reports(bot, 4)[-1].decision
        assert refused is not None
        assert "at most 2 jobs on one day" in refused.summary


@in_virtual_time
async def test_taken_back_before_it_starts_is_told_once(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.assign(job(1, day=DAY, at=time(9)), US)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(60)
        portal.post(job(2, day=DAY, at=time(9)))
        await asyncio.sleep(10)
        assert ours(portal) == {"1"}
        portal.take_back("1")
        await asyncio.sleep(90)
        assert [report.status for report in reports(bot, 1)] == [JobStatus.GIVEN, JobStatus.TAKEN_BACK]
        assert ours(portal) == {"2"}, "its time is free"
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(60)
        assert reports(bot, 1) == []
        portal.give("1")
        await asyncio.sleep(60)
        assert [report.status for report in reports(bot, 1)] == [JobStatus.GIVEN]


@in_virtual_time
async def test_a_job_that_is_done_is_not_taken_back(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.assign(job(1, day=date(2026, 11, 20), at=time(10, 20), minutes=5), US)  # in five minutes
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(60)
        assert bot.heard.status(1) is JobStatus.GIVEN
        await asyncio.sleep(600)
        portal.remove("1")
        await asyncio.sleep(120)
        assert bot.heard.status(1) is JobStatus.GIVEN


@in_virtual_time
async def test_what_a_bot_accepted_is_given_by_nobody_also_in_later_sessions(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path):
        portal.post(job(1))
        await asyncio.sleep(60)
    async with running(portal, tmp_path, session="session-next") as bot:
        await asyncio.sleep(120)
        assert JobStatus.GIVEN not in {report.status for report in bot.heard.reports}
        portal.take_back("1")
        await asyncio.sleep(120)
        assert bot.heard.status(1) is JobStatus.TAKEN_BACK
        assert bot.engine.totals().lost == 0, "it is another session's"
        portal.give("1")
        await asyncio.sleep(120)
        assert bot.heard.status(1) is JobStatus.ACCEPTED, "the agency changed its mind"


@in_virtual_time
async def test_a_job_that_was_lost_and_given_afterwards_is_ours(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.post(job(1))
        while not portal.jobs["1"].arrivals:
            await asyncio.sleep(0.01)
        portal.take_back("1")
        await asyncio.sleep(60)
        assert bot.heard.status(1) is JobStatus.LOST
        portal.give("1")
        await asyncio.sleep(60)
        assert bot.heard.status(1) is JobStatus.GIVEN
        portal.take_back("1")
        await asyncio.sleep(60)
        assert bot.heard.status(1) is JobStatus.TAKEN_BACK


@in_virtual_time
async def test_a_given_job_that_was_taken_back_can_be_accepted_by_the_bot(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.assign(job(1), US)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(60)
        portal.jobs["1"].holder = None
        await asyncio.sleep(90)
        assert ours(portal) == {"1"}
        assert reports(bot, 1)[0].status is JobStatus.GIVEN
        assert bot.heard.status(1) is JobStatus.ACCEPTED
        assert bot.engine.totals().accepted == 1


@in_virtual_time
async def test_a_job_found_to_be_ours_is_not_reported_as_lost(tmp_path: Path) -> None:
    portal = FakePortal()
    # what can wait is told late, as while many accepts go out
    async with running(portal, tmp_path, times=EngineTimes(defer_for=timedelta(seconds=5))) as bot:
        await asyncio.sleep(10)
        portal.break_next("job 1", Fault.SLOW)
        portal.post(job(1))
        await asyncio.sleep(1)
        portal.give("1")
        await asyncio.sleep(1)
        bot.parts.assigned_jobs.refresh()
        await asyncio.sleep(20)
        assert bot.heard.status(1) is JobStatus.GIVEN
        assert [one.status for one in bot.heard.reports if one.job.job_number == "1"] == [JobStatus.GIVEN]


@pytest.mark.parametrize(
    ("cap", "words"),
    [
        ({"max_accept_per_day": 1}, "at most 1 job on one day"),
        ({"max_accept_per_week": 1}, "at most 1 job in one week"),
        ({"max_accept_hours_per_day": 0.75}, "at most 0.75 hours"),
        ({"max_accept_hours_per_week": 0.75}, "at most 0.75 hours"),
    ],
)
@in_virtual_time
async def test_a_job_that_was_done_still_fills_the_caps(tmp_path: Path, cap: dict[str, Any], words: str) -> None:
    today = date(2026, 11, 20)
    portal = FakePortal()
    portal.assign(job(1, day=today, at=time(10, 20), minutes=30), US)  # in five minutes
    async with running(portal, tmp_path, settings=configuration(**cap)) as bot:
        await asyncio.sleep(400)
        portal.complete("1")
        await asyncio.sleep(90)
        portal.post(job(2, day=today, at=time(16)))
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}
        refused = reports(bot, 2)[-1].decision
        assert refused is not None
        assert words in refused.summary
        assert [report.status for report in reports(bot, 1)] == [JobStatus.GIVEN], "what became of it is no news"


@pytest.mark.parametrize("at", [time(10, 20), None])
@in_virtual_time
async def test_a_job_that_is_done_already_is_not_told_as_given(tmp_path: Path, at: time | None) -> None:
    portal = FakePortal()
    done = job(1, day=date(2026, 11, 20), at=time(10, 20))
    # the agency may call it done before it begins; and a job without a time lies ahead all day
    portal.assign(done if at else done.changed(appointment_time=None, starts_at=None), US)
    portal.complete("1")
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(120)
        assert bot.heard.reports == []


@in_virtual_time
async def test_a_job_that_a_bot_accepted_is_not_missed_when_it_is_done(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        portal.post(job(1, day=DAY, at=time(9)))
        await asyncio.sleep(120)
        assert bot.heard.status(1) is JobStatus.ACCEPTED
        told, asked = len(reports(bot, 1)), [what for _, what in portal.requests].count("job")
        portal.complete("1")
        await asyncio.sleep(120)
        assert len(reports(bot, 1)) == told
        assert [what for _, what in portal.requests].count("job") == asked, "nobody looks for it"
