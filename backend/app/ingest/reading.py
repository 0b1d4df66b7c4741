"""What an entry of the stream says."""

import json
from dataclasses import dataclass
from typing import Any

from contract.events import Event, UndecodableEvent, decode_event
from contract.streams import EVENT_FIELD, RETRY_FIELD


@dataclass(frozen=True, slots=True)
class OutboxKey:
    """Which outbox an event comes from."""

    session_id: str
    outbox_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """An entry that is no event. Where it still tells whose it is and its number, it takes its place in the order."""

    raw: bytes
    reason: str
    key: OutboxKey | None = None
    seq: int | None = None
    is_retry: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Readable:
    """An event, and where it stands in its outbox."""

    raw: bytes
    event: Event
    key: OutboxKey
    seq: int
    #: it was parked and is sent again: its place in the order is taken already
    is_retry: bool = False


Entry = Readable | Unreadable


def read_entry(fields: dict[bytes, bytes]) -> Entry:
    """The entry with these fields."""
    raw = fields.get(EVENT_FIELD)
    if raw is None:
        names = ", ".join(sorted(name.decode(errors="replace") for name in fields))
        return Unreadable(raw=repr(fields).encode(), reason=f"an entry without an event; its fields are: {names}")
    is_retry = RETRY_FIELD in fields
    try:
        event = decode_event(raw)
    except UndecodableEvent as error:
        key, seq = _envelope(raw)
        return Unreadable(raw=raw, reason=str(error), key=key, seq=seq, is_retry=is_retry)
    key = OutboxKey(event.session_id, event.outbox_id)
    return Readable(raw=raw, event=event, key=key, seq=event.seq, is_retry=is_retry)


def _envelope(raw: bytes) -> tuple[OutboxKey | None, int | None]:
    try:
        found: Any = json.loads(raw)
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(found, dict):
        return None, None
    session_id, outbox_id, seq = found.get("session_id"), found.get("outbox_id"), found.get("seq")
    if isinstance(session_id, str) and isinstance(outbox_id, str) and type(seq) is int and seq >= 1:
        return OutboxKey(session_id, outbox_id), seq
    return None, None
