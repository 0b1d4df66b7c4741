"""One piece of evidence as one file: a ``.tar.gz`` that any computer opens, whole or not at all. Pure.

gzip ends with a checksum of everything before it (RFC 1952), so a file that was cut is never taken for a whole one.
"""

import gzip
import io
import json
import re
import secrets
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import quote, unquote

#: The item that says what the others are.
_ABOUT = "about.json"
_STAMP = "%Y%m%dT%H%M%S.%fZ"
_NAME = re.compile(r"^(\d{8}T\d{6}\.\d{6}Z)_([^_/\\]{0,100})_([^_/\\]{0,100})_([0-9a-f]{8})\.tar\.gz$")
_ITEM = re.compile(r"[^\w.\-]+", re.ASCII)
_LONGEST_PART = 60


class Damaged(Exception):
    """The bytes are not a whole piece of evidence; the message says what is wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceName:
    """What a file's name says; sorted by time."""

    #: aware, UTC
    at: datetime
    #: what it is evidence of, e.g. ``claim`` or ``strange_page``
    kind: str
    #: the job that it is about; None where it is about none
    job_number: str | None
    #: makes the name unique
    token: str

    @classmethod
    def new(cls, kind: str, job_number: str | None, at: datetime) -> Self:
        """A name that was never given before; a naive time counts as UTC."""
        aware = at if at.tzinfo else at.replace(tzinfo=UTC)
        return cls(at=aware.astimezone(UTC), kind=kind, job_number=job_number, token=secrets.token_hex(4))

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """What the name says; None for a file that is none of ours."""
        match = _NAME.match(name)
        if match is None:
            return None
        try:
            at = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
        except ValueError:
            return None
        return cls(at=at, kind=unquote(match[2]), job_number=unquote(match[3]) or None, token=match[4])

    def __lt__(self, other: "EvidenceName") -> bool:
        return (self.at, self.token) < (other.at, other.token)

    def is_about(self, job_number: str) -> bool:
        """Whether it is evidence of this job."""
        return _part(self.job_number or "") == _part(job_number)

    def __str__(self) -> str:
        return f"{self.at.strftime(_STAMP)}_{_part(self.kind)}_{_part(self.job_number or '')}_{self.token}.tar.gz"


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One piece of evidence."""

    kind: str
    job_number: str | None
    at: datetime
    #: by name, e.g. ``row.html``
    items: Mapping[str, bytes] = field(repr=False)


def pack(piece: Piece) -> bytes:
    """The piece as a file's content."""
    about = {"kind": piece.kind, "job_number": piece.job_number, "at": piece.at.astimezone(UTC).isoformat()}
    items = {_ABOUT: json.dumps(about, ensure_ascii=False, indent=2).encode(), **_named(piece.items)}
    seconds = max(0, int(piece.at.timestamp()))  # the formats know nothing before 1970
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in items.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(content), seconds, 0o600
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(buffer.getvalue(), compresslevel=6, mtime=seconds)


def unpack(content: bytes) -> Piece:
    """The piece in a file's content; raises Damaged."""
    try:
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(content)), mode="r:") as archive:
            items = {entry.name: _content(archive, entry) for entry in archive.getmembers()}
        if any("/" in name or "\\" in name or name in ("", ".", "..") for name in items):
            raise Damaged("it holds names that would lead out of its folder")
        about: dict[str, Any] = json.loads(items.pop(_ABOUT))
        return Piece(
            kind=str(about["kind"]),
            job_number=about["job_number"],
            at=datetime.fromisoformat(about["at"]),
            items=items,
        )
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise Damaged(f"it is cut or damaged: {error}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged(f"it does not say what it is: {type(error).__name__}") from error


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(entry)
    return file.read() if file is not None else b""


def _part(text: str) -> str:
    """The text as a part of a file's name: without separators, and reversible but for its length."""
    for length in range(min(len(text), _LONGEST_PART), 0, -1):
        quoted = quote(text[:length], safe="", errors="replace").replace("_", "%5F").replace(".", "%2E")
        if len(quoted) <= _LONGEST_PART:
            return quoted
    return ""


def _named(items: Mapping[str, bytes]) -> dict[str, bytes]:
    """The items under names that every file system takes, none of them twice."""
    named: dict[str, bytes] = {}
    for name, content in items.items():
        usable = _ITEM.sub("-", name).lstrip(".-")[:_LONGEST_PART] or "item"
        count = 1
        unique = usable
        while unique in named or unique == _ABOUT:
            count += 1
            unique = f"{count}-{usable}"
        named[unique] = content
    return named
