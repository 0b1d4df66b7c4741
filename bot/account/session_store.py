"""The signed-in state on disk, encrypted, so that a restart does not sign in again.

Who has the file but not the owner's password can do nothing with it: the key is derived from name and password with
scrypt, and a changed password makes the file unreadable, which is what it should be then. Losing the file costs one
sign-in.
"""

import base64
import hashlib
import json
import secrets
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.portal.credentials import Credentials, SignedIn
from common.atomic_file import write_atomically

#: scrypt's cost: 16 MiB and some 50 ms, once a start (RFC 7914 names these for interactive use).
_SCRYPT = {"n": 2**14, "r": 8, "p": 1}
_SALT_BYTES = 16


class StoredSession:
    """One account's file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def keep(self, session: SignedIn, credentials: Credentials) -> None:
        """Write the session; raises OSError where the file cannot be written."""
        from cryptography.fernet import Fernet  # noqa: PLC0415  (megabytes that a bot at rest need not carry)

        salt = secrets.token_bytes(_SALT_BYTES)
        sealed = Fernet(_key(credentials, salt)).encrypt(json.dumps(asdict(session)).encode())
        write_atomically(self._file, salt + sealed)

    def read(self, credentials: Credentials) -> SignedIn | None:
        """The session that was kept; None where there is none, or not one that these credentials open."""
        from cryptography.fernet import Fernet, InvalidToken  # noqa: PLC0415

        try:
            content = self._file.read_bytes()
            opened = Fernet(_key(credentials, content[:_SALT_BYTES])).decrypt(content[_SALT_BYTES:])
        except (OSError, InvalidToken):
            return None
        return session_from(json.loads(opened))

    def forget(self) -> None:
        """The portal does not know the session any more. Quiet where there is none."""
        self._file.unlink(missing_ok=True)


def _key(credentials: Credentials, salt: bytes) -> bytes:
    secret = f"{credentials.username.strip().casefold()}\n{credentials.password}".encode()
    return base64.urlsafe_b64encode(hashlib.scrypt(secret, salt=salt, dklen=32, **_SCRYPT))


def main() -> None:
    """``python -m bot.kept_session read|keep FILE``: with the credentials, and the session to keep, as JSON on stdin.

    A process of its own, because a bot at rest need not carry a library for encryption (7 MB).
    """
    what, file = sys.argv[1:]
    task = json.load(sys.stdin)
    kept, credentials = StoredSession(Path(file)), Credentials(**task["credentials"])
    if what == "keep":
        kept.keep(session_from(task["session"]), credentials)
    else:
        found = kept.read(credentials)
        json.dump(None if found is None else asdict(found), sys.stdout)


def session_from(fields: dict[str, Any]) -> SignedIn:
    """A session from its JSON."""
    return SignedIn.from_json(fields)


if __name__ == "__main__":
    main()
