"""Pages that could not be read, kept as files so that the portal's definition can be corrected."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog

from bot.claim.ports import TaskStarter
from bot.portal.errors import LayoutChanged, PortalError
from bot.portal.screenshot import Picture

log = structlog.get_logger(__name__)

#: This many files are kept, the newest ones.
_KEPT = 20
_PICTURE = ".png"


class UnreadablePageStore:
    """A folder that only the owner can read: the pages hold names and tokens."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, error: LayoutChanged) -> Path | None:
        """Keep the page; return its file, None if there is no page or it cannot be written."""
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


class PageKeeper:
    """Keeps unreadable pages for a report to the owner."""

    def __init__(
        self,
        store: UnreadablePageStore,
        *,
        take_picture: Callable[[], Awaitable[Picture]] | None,
        tasks: TaskStarter,
    ) -> None:
        """``take_picture``: the board as a browser shows it now; None without a browser."""
        self._store = store
        self._take_picture = take_picture
        self._tasks = tasks

    def keep(self, error: LayoutChanged) -> Path | None:
        """Keep the page alone; return its file, None if it could not be kept."""
        return self._store.keep(error)

    def keep_with_picture(self, error: LayoutChanged) -> str:
        """Keep the page and soon a picture; return a sentence that tells where, empty if it could not be kept."""
        kept = self._store.keep(error)
        if kept is None:
            return ""
        if self._take_picture is not None:
            self._tasks.start(self._keep_picture(kept, self._take_picture), "picture of an unreadable page")
        return f" The page is kept as {kept}, and where there is a browser a picture beside it."

    async def _keep_picture(self, page: Path, take: Callable[[], Awaitable[Picture]]) -> None:
        try:
            picture = await take()
        except PortalError as error:
            log.info("there is no picture of the page", action="no_picture", why=error.message)
        else:
            await asyncio.to_thread(self._store.keep_picture, page, picture)
