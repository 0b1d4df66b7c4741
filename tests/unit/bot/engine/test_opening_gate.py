"""Outside the opening hours nothing is asked of the portal."""

import asyncio
from pathlib import Path
from typing import Any

from common.states import SessionState
from contract.jobs import JobStatus
from tests.support.engine_support import (
    configuration,
    job,
    now,
    ours,
    polls,
    running,
)
from tests.support.fakes.portal import FakePortal
from tests.support.virtual_time import in_virtual_time

#: The virtual clock starts on Friday 20 November 2026, 10:15 in London.
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]


@in_virtual_time
async def test_outside_the_opening_hours_there_is_no_poll(tmp_path: Path) -> None:
    portal = FakePortal()
    hours = [{"days": ["friday", "saturday"], "start": "08:00", "end": "10:30"}]
    async with running(portal, tmp_path, settings=configuration(opening_hours=hours)) as bot:
        await asyncio.sleep(5 * 60)
        assert len(polls(portal)) > 500
        assert bot.session.reason is None
        portal.post(job(1))
        await asyncio.sleep(9 * 60 + 45)  # 10:29:45
        portal.post(job(2))
        await asyncio.sleep(10)
        assert portal.jobs["2"].arrivals
        await asyncio.sleep(60)
        assert bot.session.reason == (
            "Outside your opening hours: the portal is watched again on Saturday 21 November at 08:00"
        )
        assert bot.session.state is SessionState.RUNNING
        assert bot.heard.status(2) is JobStatus.ACCEPTED, "a claim under way went on"
        closed = now()
        portal.post(job(3))
        await asyncio.sleep(6 * 3600)
        assert [one for one in portal.requests if one[0] > closed + 60] == []
        opens = 21.75 * 3600  # from Friday 10:15 to Saturday 08:00
        await asyncio.sleep(opens - now() + 3)
        assert polls(portal, closed)[0] - opens < 0.1
        assert ours(portal) == {"1", "2", "3"}
        assert bot.session.reason is None


@in_virtual_time
async def test_other_opening_hours_count_within_a_second(tmp_path: Path) -> None:
    portal = FakePortal()
    closed = [{"days": ["sunday"], "start": "08:00", "end": "09:00"}]
    async with running(portal, tmp_path, settings=configuration(opening_hours=closed)) as bot:
        await asyncio.sleep(60)
        assert polls(portal) == []
        assert bot.session.state is SessionState.RUNNING, "it signed in, so that a wrong password is found now"
        assert "Sunday 22 November at 08:00" in (bot.session.reason or "")
        portal.post(job(1))
        bot.engine.configure(configuration(version=1))
        await asyncio.sleep(1)
        assert polls(portal)
        assert ours(portal) == {"1"}
        assert bot.session.reason is None
        bot.engine.configure(configuration(version=2, opening_hours=closed))
        await asyncio.sleep(1)
        changed = now()
        await asyncio.sleep(100)
        assert polls(portal, changed) == []


@in_virtual_time
async def test_settings_that_come_while_it_is_closed_claim_nothing(tmp_path: Path) -> None:
    portal = FakePortal()
    hours = [{"days": WEEKDAYS, "start": "08:00", "end": "10:16"}]
    settings: dict[str, Any] = {"opening_hours": hours}
    async with running(portal, tmp_path, settings=configuration(job_type_filter=("BSL",), **settings)) as bot:
        portal.post(job(1))
        await asyncio.sleep(300)
        bot.engine.configure(configuration(version=1, **settings))
        await asyncio.sleep(600)
        assert portal.jobs["1"].arrivals == []
