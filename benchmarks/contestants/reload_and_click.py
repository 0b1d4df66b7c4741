"""What people write today: a browser that reloads the board, opens a new job to see its kind, and clicks "Accept"."""

import argparse
import os
import time

from playwright.sync_api import Error, Page, sync_playwright

_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_NEW_ROW = "tr.table__row:has(button.btn--primary)"


def _sign_in(page: Page, base_url: str) -> None:
    page.goto(f"{base_url}/login")
    page.fill("input[name=email]", os.environ["ATOZ_USERNAME"])
    page.fill("input[name=password]", os.environ["ATOZ_PASSWORD"])
    page.click("button[type=submit]")
    page.wait_for_selector(".header__name")


def _look_once(page: Page, board: str, seen: set[str], kind: str) -> None:
    page.goto(board)
    links = page.locator(f"{_NEW_ROW} a.btn--secondary").all()
    for address in [link.get_attribute("href") or "" for link in links]:
        if address in seen:
            continue
        seen.add(address)
        page.goto(address)
        wanted = kind.casefold() in page.inner_text("body").casefold()
        page.goto(board)
        if wanted:
            row = page.locator(_NEW_ROW, has=page.locator(f'a[href="{address}"]'))
            if row.count():
                row.first.locator("button.btn--primary").click()


def run(interval: float, kind: str, browser_path: str | None) -> None:
    """Reload and click until the process is ended."""
    base_url = os.environ["ATOZ_BASE_URL"].rstrip("/")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=_FLAGS)
        page = browser.new_page()
        _sign_in(page, base_url)
        seen: set[str] = set()
        while True:
            try:
                _look_once(page, f"{base_url}/interpreter-jobs?status=0", seen, kind)
            except Error as error:
                print(f"went on after: {error.message.splitlines()[0]}", flush=True)
            time.sleep(interval)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--interval", type=float, default=0.5)
    arguments.add_argument("--kind", default="Telephone Interpreting")
    arguments.add_argument("--browser", default=os.environ.get("CHROMIUM_PATH") or None)
    chosen = arguments.parse_args()
    run(chosen.interval, chosen.kind, chosen.browser)
