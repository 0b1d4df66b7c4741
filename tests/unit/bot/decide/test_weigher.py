"""Preferences and caps when jobs are weighed together."""

import asyncio
from pathlib import Path

from tests.support.engine_support import configuration, job, ours, running
from tests.support.fakes.portal import FakePortal
from tests.support.virtual_time import in_virtual_time


def sent(portal: FakePortal) -> set[str]:
    return {number for number, truth in portal.jobs.items() if truth.arrivals}


@in_virtual_time
async def test_what_the_owner_prefers_is_taken_first_when_a_cap_is_near(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(
        max_accept_per_run=2, prefer=("language", "longest"), languages=("Farsi", "Polish"), job_type_filter=()
    )
    async with running(portal, tmp_path, settings=settings):
        await asyncio.sleep(2)
        portal.post(
            job(1, minutes=90),
            job(2, minutes=30, language="Farsi"),
            job(3, minutes=45),
            job(4, minutes=120),
        )
        await asyncio.sleep(30)
        assert ours(portal) == {"2", "4"}


@in_virtual_time
async def test_a_cap_for_each_poll_cycle_lets_the_rest_wait(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(max_accept_per_pass=2, check_interval_seconds=5)
    async with running(portal, tmp_path, settings=settings):
        await asyncio.sleep(6)
        portal.post(*(job(number) for number in range(5)))
        counts = set()
        for _ in range(40):
            await asyncio.sleep(0.5)
            counts.add(len(sent(portal)))
        assert counts == {0, 2, 4, 5}
