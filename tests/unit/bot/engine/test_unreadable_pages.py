"""Unreadable pages are kept, with a picture where there is a browser."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from bot.engine.unreadable_pages import PageKeeper, UnreadablePageStore
from bot.portal.errors import LayoutChanged, RetryLater
from bot.portal.screenshot import Picture

UNREADABLE = LayoutChanged("the board has no table", html="<html>", url="https://portal.test/board")


class Started:
    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self.tasks.append(task)
        return task


async def picture() -> Picture:
    return Picture(png=b"png", html="<html>", url="https://portal.test/board")


async def no_picture() -> Picture:
    raise RetryLater("there is no browser at the moment")


@pytest.mark.parametrize(("take", "pictures"), [(picture, 1), (no_picture, 0), (None, 0)])
async def test_a_kept_page_is_named_and_a_picture_comes_after(tmp_path: Path, take: Any, pictures: int) -> None:
    started = Started()
    keeper = PageKeeper(UnreadablePageStore(tmp_path / "pages"), take_picture=take, tasks=started)
    said = keeper.keep_with_picture(UNREADABLE)
    await asyncio.gather(*started.tasks)
    (page,) = (tmp_path / "pages").glob("*.html")
    assert str(page) in said
    assert "the board has no table" in page.read_text()
    assert len(list((tmp_path / "pages").glob("*.png"))) == pictures


def test_an_error_without_a_page_keeps_nothing_and_says_nothing(tmp_path: Path) -> None:
    keeper = PageKeeper(UnreadablePageStore(tmp_path / "pages"), take_picture=picture, tasks=Started())
    assert keeper.keep_with_picture(LayoutChanged("the answer is empty", html="")) == ""
    assert not (tmp_path / "pages").exists()
