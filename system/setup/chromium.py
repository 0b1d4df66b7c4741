"""Which Chromium the bots sign in with: found on the machine, or installed, and seen to work.

In this order: ``CHROMIUM_PATH``; Playwright's own, downloaded before or now; a Chromium or Chrome of the machine;
Debian's package. Each is started for real before it is believed. What works is written to ``data/run/browser.json`` as
``{"executable_path", "version"}``; the path is null for Playwright's own.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

from system import paths
from system.console import Problem, Step, Terminal
from system.settings import Settings

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "microsoft-edge")
_MAC_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)

#: Nothing is fetched, reported or updated by the browser itself.
_ARGUMENTS = ("--disable-gpu", "--disable-background-networking", "--disable-component-update")

#: How long Playwright's download may take to answer at all, and to finish.
_CONNECT_WITHIN_MS = 5_000
_DOWNLOAD_WITHIN_SECONDS = 600
_START_WITHIN_MS = 30_000


@dataclass(frozen=True, kw_only=True)
class Browser:
    """A Chromium that was seen to start."""

    #: None for the one that Playwright downloaded itself
    executable: Path | None
    version: str

    def __str__(self) -> str:
        return f"Chromium {self.version} ({self.executable or 'downloaded by Playwright'})"


def launch_arguments() -> list[str]:
    """The arguments that Chromium needs on this machine; as root it cannot use its sandbox."""
    return [*_ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def try_out(executable: Path | None) -> Browser:
    """Starts the browser headless, opens a page in it and ends it. Raises ``PlaywrightError`` where it cannot."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, headless=True, args=launch_arguments(), timeout=_START_WITHIN_MS
        )
        try:
            browser.new_page().set_content("<p>Here</p>")
            return Browser(executable=executable, version=browser.version)
        finally:
            browser.close()


def why_not(error: PlaywrightError) -> str:
    """The first line of what Playwright said, without the name of its function."""
    return error.message.splitlines()[0].removeprefix("BrowserType.launch: ").rstrip(".")


def prepare(terminal: Terminal, settings: Settings, where: paths.Paths) -> Browser:
    """Finds or installs a Chromium and writes down which. Raises ``Problem`` where there is none to be had."""
    with terminal.step("Browser") as step:
        known = _known(settings, where)
        if known:
            step.outcome = str(known)
            return known
        found = _named(settings, step) or _found(step, where.logs / "setup.log")
        if found is None:
            raise Problem(
                "no Chromium was found and none could be installed; install Google Chrome or Chromium (on Debian: "
                f"apt install chromium), or set CHROMIUM_PATH (what was tried: {where.logs / 'setup.log'})"
            )
        content = {
            "executable_path": str(found.executable) if found.executable else None,
            "version": found.version,
            "stamp": _stamp(found.executable),
        }
        paths.write_private(where.browser, content)
        step.outcome = str(found)
        return found


def _known(settings: Settings, where: paths.Paths) -> Browser | None:
    """What was written down before, while it is still the same file."""
    written = paths.read(where.browser)
    if written is None:
        return None
    path = written.get("executable_path")
    executable = Path(path) if path else None
    if settings.chromium_path and settings.chromium_path != executable:
        return None
    if written.get("stamp") is None or written["stamp"] != _stamp(executable):
        return None
    return Browser(executable=executable, version=str(written.get("version")))


def _stamp(executable: Path | None) -> str | None:
    """Changes when the browser's file does; None where it is gone."""
    file = executable or _downloaded()
    try:
        state = file.stat() if file else None
    except FileNotFoundError:
        return None
    return f"{state.st_size}-{state.st_mtime_ns}" if state else None


def _downloaded() -> Path | None:
    """The folder or file that Playwright's download leaves behind, where it is there."""
    with sync_playwright() as playwright:
        file = Path(playwright.chromium.executable_path)
    # headless needs the smaller shell alone, which lies in a folder of its own beside the full browser's
    cache = file
    while cache.parent != cache and not cache.name.startswith("chromium-"):
        cache = cache.parent
    shell = cache.with_name(cache.name.replace("chromium-", "chromium_headless_shell-"))
    return next((one for one in (shell, file) if one.exists()), None)


def _named(settings: Settings, step: Step) -> Browser | None:
    """The one that the user named; None where none was named."""
    if settings.chromium_path is None:
        return None
    step.doing(f"trying {settings.chromium_path}")
    try:
        return try_out(settings.chromium_path)
    except PlaywrightError as error:
        raise Problem(
            f"CHROMIUM_PATH is {settings.chromium_path}, which does not start as a Chromium: {why_not(error)}"
        ) from None


def _found(step: Step, log: Path) -> Browser | None:
    """The first that there is and that starts."""
    return _of_playwright(step, log) or _of_machine(step) or _of_debian(step, log)


def _first_that_starts(candidates: list[Path | None]) -> Browser | None:
    for candidate in candidates:
        try:
            return try_out(candidate)
        except PlaywrightError:
            continue  # the next one may; a machine's Chromium can be a stub, or miss its libraries
    return None


def _of_playwright(step: Step, log: Path) -> Browser | None:
    if _downloaded():
        found = _first_that_starts([None])
        if found:
            return found
    step.doing("downloading the Chromium that belongs to Playwright")
    patience = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": str(_CONNECT_WITHIN_MS)}
    download = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
    return _first_that_starts([None]) if _run(download, log, patience) else None


def _of_machine(step: Step) -> Browser | None:
    step.doing("looking for a Chromium or Chrome on this machine")
    candidates: list[Path | None] = [Path(path) for name in _NAMES if (path := shutil.which(name))]
    candidates += [Path(path) for path in _MAC_APPLICATIONS if Path(path).exists()]
    return _first_that_starts(candidates)


def _of_debian(step: Step, log: Path) -> Browser | None:
    as_root = _as_root()
    if as_root is None or not _is_debian():
        return None
    step.doing("installing Debian's chromium package")
    quietly = {"DEBIAN_FRONTEND": "noninteractive"}
    _run([*as_root, "apt-get", "update"], log, quietly)
    if not _run([*as_root, "apt-get", "install", "--yes", "--no-install-recommends", "chromium"], log, quietly):
        return None
    return _first_that_starts([Path("/usr/bin/chromium")])


def _run(command: list[str], log: Path, environment: dict[str, str]) -> bool:
    with log.open("ab") as output:
        output.write(f"$ {' '.join(command)}\n".encode())
        output.flush()
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **environment},
                timeout=_DOWNLOAD_WITHIN_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
    return done.returncode == 0


def _as_root() -> list[str] | None:
    """What to put before a command so that it runs as root without asking anything; None where that cannot be."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None


def _is_debian() -> bool:
    """Whether apt has a real Chromium; Ubuntu's package only points at a snap, which cannot be driven from here."""
    try:
        lines = Path("/etc/os-release").read_text().splitlines()
    except FileNotFoundError:
        return False
    return "ID=debian" in lines and shutil.which("apt-get") is not None
