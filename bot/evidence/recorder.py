"""What a bot keeps to prove what it did, and what the portal shows on demand; ``python -m bot.evidence`` shows it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path

import structlog

from bot.clock import now
from bot.events import EventSink
from bot.evidence.store import Evidence
from bot.portal.errors import PortalError, StopAndTell
from bot.portal.screenshot import Picture

log = structlog.get_logger(__name__)


class EvidenceRecorder:
    """The account's evidence, open while the account is ours; what comes before is not kept."""

    def __init__(self, folder: Path, *, teller: EventSink, secrets: Callable[[], Iterable[str]]) -> None:
        self._folder = folder
        self._teller = teller
        self._secrets = secrets
        self._evidence: Evidence | None = None

    def open(self) -> None:
        """The account is ours: nobody else writes into its folder."""
        self._evidence = Evidence(self._folder, tell=self._tell, secrets=self._secrets)

    async def close(self) -> None:
        """Write what was handed over. Quiet where it was never opened."""
        if self._evidence is not None:
            await self._evidence.close()

    def keep(self, kind: str, job_number: str, items: Mapping[str, str]) -> None:
        """Keep a piece of evidence soon; never waits, never raises."""
        if self._evidence is not None:
            self._evidence.keep(kind, job_number, now(), items)

    async def snapshot(self, take: Callable[[], Awaitable[Picture]]) -> None:
        """Keep what the portal shows now, and tell where."""
        if self._evidence is None:
            self._teller.notice(action="no_snapshot", message="No snapshot: another bot works for this account.")
            return
        try:
            picture = await take()
        except PortalError as error:
            what_to_do = error.what_to_do if isinstance(error, StopAndTell) else "try again in a moment"
            message = f"No picture of the portal could be taken: {error.message}."
            self._teller.error(code="no_snapshot", message=message, what_to_do=what_to_do)
            return
        about = f"{picture.url}\n{now():%d/%m/%Y %H:%M:%S} UTC\n"
        items: dict[str, bytes | str] = {"picture.png": picture.png, "page.html": picture.html, "about.txt": about}
        name = self._evidence.keep("snapshot", None, now(), items)
        message = (
            f"What the portal shows now is kept as {self._folder / name}; "
            f"“python -m bot.evidence show {name}” shows it."
        )
        log.info("a snapshot is kept", action="snapshot_kept", file=name)
        self._teller.notice(action="snapshot_kept", message=message)

    def _tell(self, action: str, words: str) -> None:
        if action == "evidence_not_kept":
            what_to_do = "free some space on the disk, or check who may write there; it goes on by itself"
            self._teller.error(code=action, message=words, what_to_do=what_to_do)
        else:
            self._teller.notice(action=action, message=words)
