"""Rejecting excluded kinds on the portal."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.portal.models import AcceptAnswer
from contract.jobs import JobStatus
from tests.support.engine_support import configuration, job, ours, running
from tests.support.fakes.portal import FakePortal, Fault
from tests.support.virtual_time import in_virtual_time


def rejected(portal: FakePortal) -> set[str]:
    return {number for number, truth in portal.jobs.items() if truth.is_rejected}


@in_virtual_time
async def test_excluded_kinds_are_rejected_only_if_the_owner_asks_for_it(tmp_path: Path) -> None:
    portal = FakePortal()
    jobs = (job(1), job(2, kind="Face to Face"), job(3, kind="BSL"), job(4, kind="Something new"))
    settings: dict[str, Any] = {"job_type_filter": ("Telephone Interpreting",)}
    async with running(portal, tmp_path, settings=configuration(**settings)) as bot:
        portal.post(*jobs)
        await asyncio.sleep(30)
        assert rejected(portal) == set()
        bot.engine.configure(configuration(version=1, mode="watch", reject_excluded=True, **settings))
        await asyncio.sleep(30)
        assert rejected(portal) == set(), "watching changes nothing"
        bot.engine.configure(configuration(version=2, reject_excluded=True, **settings))
        await asyncio.sleep(30)
        assert rejected(portal) == {"2"}
        assert bot.heard.notices.count("job_rejected_on_portal") == 1
        assert "a kind that you never accept" in bot.heard.said[-1]
        assert bot.heard.status(2) is JobStatus.REJECTED
        assert ours(portal) == {"1"}


@in_virtual_time
async def test_a_job_whose_page_says_another_kind_by_now_is_not_rejected(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        portal.post(job(1, kind="Face to Face"))
        await asyncio.sleep(30)
        portal.jobs["1"].job = portal.jobs["1"].job.changed(kind="BSL")
        bot.engine.configure(configuration(version=1, reject_excluded=True))
        await asyncio.sleep(30)
        assert rejected(portal) == set()


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.SIGNED_OUT, Fault.ANSWER_LOST, Fault.DROPPED])
@in_virtual_time
async def test_a_rejection_goes_out_once(tmp_path: Path, fault: Fault) -> None:
    portal = FakePortal()
    requests = 0
    real = portal.reject

    def counted(job_number: str) -> AcceptAnswer:
        nonlocal requests
        requests += 1
        return real(job_number)

    portal.reject = counted  # type: ignore[method-assign]  # to count what arrives
    portal.break_next("reject", fault)
    settings = configuration(reject_excluded=True)
    async with running(portal, tmp_path, settings=settings):
        portal.post(job(1, kind="Face to Face"))
        await asyncio.sleep(60)
    async with running(portal, tmp_path, settings=settings):
        await asyncio.sleep(60)
    assert requests == (0 if fault is Fault.DROPPED else 1)
