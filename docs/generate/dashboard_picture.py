"""Makes the pictures of the dashboard in ``docs/images`` anew: ``python docs/generate/dashboard_picture.py``.

Starts the whole system in practice mode, on ports and in a data folder of its own, lets the bot accept for a while,
then has it ask, and takes a picture of the overview with an offer on it. ``--page /jobs`` and ``--width 390`` take
others, ``--to FOLDER`` puts them elsewhere.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

from bot.portal.browser.chromium import find_browser
from system.setup.venv import PROJECT
from tests.e2e.launched import LaunchedSystem

_IMAGES = Path(__file__).resolve().parents[1] / "images"
_CHROMIUM_OPTIONS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def _wait(what: str, reached: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} did not come within {seconds:.0f} seconds")
        time.sleep(0.2)


def _accepted(api: httpx.Client) -> int:
    return int(api.get("/api/bot/dashboard/metrics").json()["accepted_today"])


def _offered(api: httpx.Client) -> int:
    return len(api.get("/api/bot/jobs", params={"status": "offered"}).json()["items"])


def _shoot(page: Page, address: str, file: Path) -> None:
    page.goto(address)
    page.get_by_text("Live", exact=True).first.wait_for()
    page.wait_for_timeout(1_500)  # rows that were just drawn have come to rest
    page.screenshot(path=file)
    print(file)


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", action="append", help="a page of the dashboard; / when left out")
    parser.add_argument("--width", action="append", type=int, help="width in pixels; 1440 when left out")
    parser.add_argument("--to", type=Path, default=_IMAGES, help="the folder for the pictures")
    given = parser.parse_args()
    given.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="atoz-picture-") as folder:
        os.chmod(folder, 0o711)  # noqa: S103, PTH101  # the user that runs Postgres passes through
        system = LaunchedSystem(Path(folder))
        system.start()
        try:
            _take(system, given.page or ["/"], given.width or [1440], given.to)
        finally:
            system.stop()


def _take(system: LaunchedSystem, pages: list[str], widths: list[int], to: Path) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{system.ports['API_PORT']}") as api:
        _wait("an accepted job", lambda: _accepted(api) >= 3)  # noqa: PLR2004
        api.put("/api/bot/configuration", json={"mode": "ask", "offer_deadline_seconds": 600}).raise_for_status()
        _wait("an offer", lambda: _offered(api) >= 1)
        with sync_playwright() as playwright:
            path = find_browser(PROJECT / "data", os.environ)
            sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=path, args=[*_CHROMIUM_OPTIONS, *sandbox])
            for width in widths:
                context = browser.new_context(viewport={"width": width, "height": 900}, device_scale_factor=1)
                tab = context.new_page()
                for page in pages:
                    name = page.strip("/").replace("/", "-") or "dashboard"
                    suffix = "" if width == widths[0] else f"-{width}"
                    address = f"http://127.0.0.1:{system.ports['DASHBOARD_PORT']}{page}"
                    _shoot(tab, address, to / f"{name}{suffix}.png")
                context.close()
            browser.close()


if __name__ == "__main__":
    main()
