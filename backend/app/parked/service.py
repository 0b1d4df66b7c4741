"""Reads and empties the stream of parked events."""

import json
import re
from datetime import datetime
from typing import Any, cast

from redis import Redis
from redis.exceptions import RedisError

from app.parked.schemas import ParkedEvent, ParkedEventAnswer, ParkedEvents
from app.problems import InvalidInput, NotFound, RedisAway
from contract.streams import EVENT_FIELD, EVENTS, EVENTS_LENGTH, PARKED, RETRY_FIELD

_ENTRY_ID = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")
#: The longest content that is shown; the whole stays in Redis.
_SHOWN = 20_000

_Fields = dict[bytes, bytes]


def list_events(redis: Redis, *, limit: int, cursor: str | None) -> ParkedEvents:
    """A page of parked events, the newest first. Raises InvalidInput for a cursor of another kind, and RedisAway."""
    behind = f"({_entry_id(cursor)}" if cursor is not None else "+"
    try:
        found = cast("list[tuple[bytes, _Fields]]", redis.xrevrange(PARKED, max=behind, count=limit + 1))
        total = redis.xlen(PARKED)
    except RedisError as error:
        raise RedisAway from error
    page = found[:limit]
    return ParkedEvents(
        items=[_shown(entry_id.decode(), fields) for entry_id, fields in page],
        next_cursor=page[-1][0].decode() if len(found) > limit else None,
        total=total,
    )


def send_again(redis: Redis, entry_id: str) -> ParkedEventAnswer:
    """Put an event back into the stream of events. Raises NotFound and RedisAway."""
    fields = _find(redis, entry_id)
    entry: dict[Any, Any] = {EVENT_FIELD: fields[b"raw"], RETRY_FIELD: b"1"}
    try:
        # sent first: rather stored twice, which changes nothing, than lost
        redis.xadd(EVENTS, entry, maxlen=EVENTS_LENGTH, approximate=True)
        redis.xdel(PARKED, entry_id)
    except RedisError as error:
        raise RedisAway from error
    return ParkedEventAnswer(message="It was sent again. Where it still cannot be stored it is parked once more.")


def throw_away(redis: Redis, entry_id: str) -> ParkedEventAnswer:
    """Delete a parked event for good. Raises NotFound and RedisAway."""
    _find(redis, entry_id)
    try:
        redis.xdel(PARKED, entry_id)
    except RedisError as error:
        raise RedisAway from error
    return ParkedEventAnswer(message="It was thrown away.")


def _find(redis: Redis, entry_id: str) -> _Fields:
    try:
        _entry_id(entry_id)
    except InvalidInput:
        raise NotFound(f"There is no parked event {entry_id}.") from None
    try:
        found = cast("list[tuple[bytes, _Fields]]", redis.xrange(PARKED, min=entry_id, max=entry_id))
    except RedisError as error:
        raise RedisAway from error
    if not found or b"raw" not in found[0][1]:
        raise NotFound(f"There is no parked event {entry_id}.")
    return found[0][1]


def _entry_id(text: str) -> str:
    if not _ENTRY_ID.fullmatch(text) or any(int(part) >= 2**64 for part in text.split("-")):
        raise InvalidInput("The cursor is not one that this list has given.")
    return text


def _shown(entry_id: str, fields: _Fields) -> ParkedEvent:
    raw = fields.get(b"raw", b"")
    envelope = _envelope(raw)
    return ParkedEvent(
        id=entry_id,
        at=_moment(fields.get(b"at", b"").decode(errors="replace")),
        reason=fields.get(b"reason", b"").decode(errors="replace"),
        session_id=envelope.get("session_id"),
        type=envelope.get("type"),
        content=raw[:_SHOWN].decode(errors="replace"),
    )


def _envelope(raw: bytes) -> dict[str, str]:
    """The texts at the top of an event, where it is an object at all."""
    try:
        found: Any = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value[:200] for name, value in found.items() if isinstance(value, str)}


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
