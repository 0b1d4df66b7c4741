"""Pages that could not be read, kept for whoever corrects the portal's definition."""

import os
from datetime import UTC, datetime
from pathlib import Path

import structlog

from bot.portal.errors import LayoutChanged
from bot.portal.screenshot import Picture

log = structlog.get_logger(__name__)

#: The newest so many are kept.
_KEPT = 20
_PICTURE = ".png"


class UnreadablePageStore:
    """A folder for the owner's eyes only: the pages hold names and tokens."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, error: LayoutChanged) -> Path | None:
        """Keep the page; None where there is none, or no room for it."""
        if not error.html:
            return None
        path = self._folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.html"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogatepass") as file:
                file.write(f"<!-- {error.url or 'unknown address'}: {error.message} -->\n{error.html}")
            for old in sorted(self._folder.glob("*.html"))[:-_KEPT]:
                old.unlink(missing_ok=True)
                old.with_suffix(_PICTURE).unlink(missing_ok=True)
        except OSError as failure:
            log.warning("a page could not be kept", action="page_not_kept", why=str(failure))
            return None
        return path

    def keep_picture(self, page: Path, picture: Picture) -> None:
        """Keep what a browser showed a moment later, beside the page that was kept as ``page``."""
        path = page.with_suffix(_PICTURE)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(picture.png)
        except OSError as failure:
            log.warning("a picture could not be kept", action="picture_not_kept", why=str(failure))
        else:
            log.info("a picture of the page is kept", action="picture_kept", file=str(path))
