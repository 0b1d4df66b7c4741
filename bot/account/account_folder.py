"""Whose account a bot works for: its id, its folder, its lock, and the credentials that the portal refused."""

import fcntl
import hashlib
import hmac
import json
import os
import secrets
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from bot.portal.credentials import Credentials
from bot.portal.definition.model import PortalDefinition
from bot.portal.errors import StopAndTell
from common.atomic_file import write_atomically

#: Work per try for somebody who has the file and guesses the password; OWASP's figure for PBKDF2 with SHA-256.
_ITERATIONS = 600_000


def account_id(definition: PortalDefinition, username: str) -> str:
    """The account's id: the portal's name and a digest of portal, address and sign-in name.

    Case and surrounding spaces of the sign-in name make no difference, nor does a slash at the end of the address: it
    is the same account, and it must have the same journal and the same lock.
    """
    parts = urlsplit(definition.base_url)
    address = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}".casefold()
    text = "\n".join((definition.name, address, username.strip().casefold()))
    return f"{definition.name}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class LockHolder:
    """Who has the account on this machine."""

    session_id: str
    pid: int


class AccountFolder:
    """``data/bot/{account_id}/``: for the owner's eyes only."""

    def __init__(self, data_dir: Path, account: str) -> None:
        self.path = data_dir / "bot" / account
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.chmod(0o700)
        self._lock: int | None = None

    @property
    def journal(self) -> Path:
        """The file of claims."""
        return self.path / "journal.sqlite"

    @property
    def configuration(self) -> Path:
        """What the control plane said last, for a start without one."""
        return self.path / "configuration.json"

    @property
    def strange_pages(self) -> Path:
        """Pages of the portal that could not be read."""
        return self.path / "strange-pages"

    @property
    def evidence(self) -> Path:
        """What proves the claims."""
        return self.path / "evidence"

    @property
    def calendars(self) -> Path:
        """What the owner's other calendars said last."""
        return self.path / "calendars"

    @property
    def kept_session(self) -> Path:
        """The signed-in state, encrypted."""
        return self.path / "session.sealed"

    @property
    def place(self) -> str:
        """A word that stands for this folder on this machine; two processes with one place share one lock."""
        return hashlib.sha256(f"{socket.gethostname()}\n{self.path.resolve()}".encode()).hexdigest()[:16]

    def lock(self, session_id: str) -> LockHolder | None:
        """Take the account for this process, until it ends; answers who has it where that is somebody else."""
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            try:
                found = json.loads(os.pread(descriptor, 4096, 0))
                return LockHolder(str(found["session_id"]), int(found["pid"]))
            except (ValueError, KeyError, TypeError):
                return LockHolder("unknown", 0)  # it is just writing its name
            finally:
                os.close(descriptor)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"session_id": session_id, "pid": os.getpid()}).encode(), 0)
        self._lock = descriptor
        return None

    def unlock(self) -> None:
        """Give the account back. Quiet when it was not taken."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


class RefusedCredentials:
    """What the portal refused, as a salted digest on disk: the same name and password are never tried again."""

    def __init__(self, folder: AccountFolder) -> None:
        self._file = folder.path / "refused-sign-in.json"

    def check(self, credentials: Credentials) -> None:
        """Raises StopAndTell where the portal has refused these very credentials."""
        try:
            found = json.loads(self._file.read_text())
            salt, digest, at = bytes.fromhex(found["salt"]), bytes.fromhex(found["digest"]), str(found["at"])
        except (OSError, ValueError, KeyError, TypeError):
            return  # nothing was refused
        if hmac.compare_digest(_digest(credentials, salt), digest):
            raise StopAndTell(
                f"The portal refused this name and password before ({at}), and they have not changed since.",
                code="wrong_credentials",
                what_to_do=f"check ATOZ_USERNAME and ATOZ_PASSWORD; if they are right after all, remove {self._file}",
            )

    def remember(self, credentials: Credentials) -> None:
        """The portal refused these credentials."""
        salt = secrets.token_bytes(16)
        content = {
            "salt": salt.hex(),
            "digest": _digest(credentials, salt).hex(),
            "at": datetime.now(UTC).strftime("%d/%m/%Y %H:%M UTC"),
        }
        write_atomically(self._file, json.dumps(content), durable=True)

    def forget(self) -> None:
        """The portal let us in."""
        self._file.unlink(missing_ok=True)


def _digest(credentials: Credentials, salt: bytes) -> bytes:
    text = f"{credentials.username.strip().casefold()}\n{credentials.password}"
    return hashlib.pbkdf2_hmac("sha256", text.encode(), salt, _ITERATIONS)
