"""Which Chromium is used, and how it is started. Nothing here imports Playwright."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

#: Names under which a Chromium is found on the PATH, in the order in which they are tried.
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

#: No update, no telemetry, no GPU: a browser that signs in and reads pages needs none of it.
_FLAGS = ("--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run")


def find_browser(data_dir: Path, environment: Mapping[str, str]) -> str | None:
    """The path of the Chromium to use; None for the one that Playwright brought along.

    In this order: ``CHROMIUM_PATH``; what the set-up found (``run/browser.json`` in the data folder); one on the PATH.
    """
    named = environment.get("CHROMIUM_PATH", "").strip()
    if named:
        return named
    try:
        found = json.loads((data_dir / "run" / "browser.json").read_text())
    except (OSError, ValueError):
        found = None
    if isinstance(found, dict):
        path = found.get("executable_path")
        if path is None or Path(path).exists():
            return path
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def launch_arguments() -> list[str]:
    """Chromium's command line; its sandbox needs a user that is not root, and some containers have only root."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*_FLAGS, *(["--no-sandbox"] if as_root else [])]
