"""Which safeguards of the portal's definition have fitted on this account's portal, on disk."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import structlog

from bot.portal.definition.model import PortalDefinition
from bot.portal.safeguards import Safeguard
from common.atomic_file import write_atomically

log = structlog.get_logger(__name__)


class FittedSafeguards:
    """The file ``fitted-safeguards.json`` in the account's folder.

    A safeguard is remembered together with what the definition says of it: one that was corrected is another one.
    """

    def __init__(self, folder: Path, definition: PortalDefinition) -> None:
        self._file = folder / "fitted-safeguards.json"
        self._parts = {safeguard: _digest(_part(safeguard, definition)) for safeguard in Safeguard}

    def load(self) -> frozenset[Safeguard]:
        """The safeguards that have fitted; none where nothing can be read."""
        kept = self._read()
        return frozenset(safeguard for safeguard, digest in self._parts.items() if kept.get(safeguard) == digest)

    def add(self, safeguard: Safeguard) -> None:
        """Remember that a safeguard has fitted. A disk that fails is logged: it fits again after the next start."""
        kept = dict(self._read()) | {safeguard.value: self._parts[safeguard]}
        try:
            write_atomically(self._file, json.dumps(kept))
        except OSError as error:
            log.warning("a fitted safeguard could not be remembered", action="safeguard_not_kept", why=str(error))

    def _read(self) -> Mapping[str, str]:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def _part(safeguard: Safeguard, definition: PortalDefinition) -> object:
    """What the definition says of a safeguard."""
    match safeguard:
        case Safeguard.TOTAL:
            return definition.board.total
        case Safeguard.STATUS_CLASS:
            return definition.board.status_class
        case Safeguard.ROWS_PER_PAGE:
            return definition.board.pagination
        case Safeguard.ENDS_WITH:
            return definition.pages.ends_with
        case Safeguard.CLOSED_TAGS:
            return definition.pages.closed_tags


def _digest(part: object) -> str:
    return hashlib.sha256(repr(part).encode()).hexdigest()[:16]
