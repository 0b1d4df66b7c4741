"""The page of evidence in a real browser: it shows what was kept, and nothing in it can do anything."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Error, async_playwright

from bot.evidence.archive import EvidenceName, Piece
from bot.evidence.report import write_report
from bot.portal.browser.chromium import find_browser, launch_arguments
from tests.support.calendar_server import CalendarServer, answers

BROWSER = find_browser(Path(__file__).resolve().parents[2] / "data", os.environ)


@pytest.fixture
def portal() -> Iterator[CalendarServer]:
    """A server that stands for the portal, and remembers who asks it for something."""
    with CalendarServer.running() as server:
        for path in ("/app.js", "/app.css", "/logo.png", "/jobs/1", "/accept", "/frame"):
            server.put(path, answers(200, b""))
        yield server


async def test_a_page_is_shown_and_nothing_in_it_reaches_the_portal(portal: CalendarServer, tmp_path: Path) -> None:
    kept = f"""<html><head><base href="{portal.address("/")}"><link rel="stylesheet" href="app.css">
      <meta http-equiv="refresh" content="0; url={portal.address("/jobs/1")}"><script src="app.js"></script></head>
      <body><p>10432/atoz</p><img src="logo.png"><iframe src="frame"></iframe><a href="jobs/1">View</a>
      <form action="accept" method="get"><button>Accept</button></form></body></html>"""
    name = EvidenceName.new("claim", "10432", datetime.now(UTC))
    piece = Piece(kind="claim", job_number="10432", at=name.at, items={"status.html": kept.encode()})
    index = write_report("Evidence: 10432", [(name, piece)], tmp_path / "shown")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=BROWSER, args=launch_arguments())
        page = await browser.new_page()
        await page.goto(index.as_uri())
        inside = page.frame_locator("iframe").first
        assert await inside.locator("p").inner_text() == "10432/atoz"
        for one in (inside.locator("button"), inside.locator("a")):
            try:
                await one.click(timeout=2_000)
            except Error:
                break  # the browser has put a page of its own in the frame's place, which says that this is blocked
        await page.wait_for_load_state("networkidle")
        assert page.url == index.as_uri()
        await browser.close()
    assert portal.asked == []
