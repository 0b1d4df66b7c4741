"""The owner hears of a list of our jobs that cannot be read."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from tests.support import virtual_time
from tests.support.engine_support import Bot, configuration, job, ours, running
from tests.support.fakes.portal import FakePortal, Fault

#: More than a test lets the list fail.
FOR_EVER = 500


def in_virtual_time(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    def run(tmp_path: Path) -> None:
        virtual_time.run(lambda: test(tmp_path))

    run.__name__ = test.__name__
    return run


async def until(is_so: Callable[[], object], patience: float = 600.0) -> None:
    async with asyncio.timeout(patience):
        while not is_so():
            await asyncio.sleep(0.05)


def assert_told_once(bot: Bot) -> None:
    assert bot.heard.errors == ["our_jobs_unread"]
    reason = bot.session.reason or ""
    assert "The list of your jobs on the portal cannot be read" in reason
    assert "nothing is accepted" in reason.casefold()


@pytest.mark.parametrize("fault", [Fault.STRANGE, Fault.BUSY, Fault.DROPPED, Fault.SIGN_IN_PAGE, Fault.ASKED])
def test_a_list_that_was_never_read_is_told_and_ends_by_itself(tmp_path: Path, fault: Fault) -> None:
    async def test() -> None:
        portal = FakePortal()
        portal.break_next("assigned", *[fault] * FOR_EVER)
        async with running(portal, tmp_path) as bot:
            portal.post(job(1))
            await until(lambda: "our_jobs_unread" in bot.heard.errors)
            await asyncio.sleep(400)
            assert ours(portal) == set()
            if fault is not Fault.ASKED:  # that keeps everything waiting, which is told as well
                assert_told_once(bot)
                assert "Nothing is accepted until" in (bot.session.reason or "")
            assert bot.heard.errors.count("our_jobs_unread") == 1
            assert len(list((tmp_path / "strange").glob("*.html"))) == (fault is Fault.STRANGE)
            portal.faults.clear()
            await until(lambda: ours(portal) == {"1"}, patience=120)
            assert bot.heard.notices.count("our_jobs_readable") == 1
            await until(lambda: bot.session.reason is None)

    virtual_time.run(test)


@in_virtual_time
async def test_a_list_that_fails_once_or_twice_is_no_news(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        for _ in range(5):
            portal.break_next("assigned", Fault.STRANGE, Fault.BUSY)
            await asyncio.sleep(60)
        assert not portal.faults["assigned"]
        assert bot.heard.errors == []
        assert bot.session.reason is None


@pytest.mark.parametrize(("fault", "told"), [(Fault.BUSY, "portal_unreachable"), (Fault.STRANGE, "layout_changed")])
@pytest.mark.parametrize("interval", [0.5, 5, 60])
def test_a_portal_that_is_away_altogether_is_told_once(
    tmp_path: Path, fault: Fault, told: str, interval: float
) -> None:
    async def test() -> None:
        portal = FakePortal()
        settings = configuration(check_interval_seconds=interval)
        async with running(portal, tmp_path, settings=settings) as bot:
            await asyncio.sleep(100)
            for what in ("board", "assigned"):
                portal.break_next(what, *[fault] * FOR_EVER)
            await asyncio.sleep(400)
            assert bot.heard.errors == [told]
            portal.faults.clear()
            portal.post(job(1))
            await until(lambda: ours(portal) == {"1"})
            assert bot.heard.errors == [told]
            assert bot.heard.notices == ["portal_back"]

    virtual_time.run(test)
