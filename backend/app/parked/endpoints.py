"""``/api/bot/events/parked``: events that could not be read or stored."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Path, Query
from redis import Redis

from app.dependencies import Plane
from app.parked import service
from app.parked.schemas import ParkedEventAnswer, ParkedEvents
from app.problems import InvalidInput, NotFound, RedisAway, problem_responses
from app.redis_connection import connect
from app.settings import Settings
from contract.wire import Text

router = APIRouter(prefix="/api/bot/events/parked", tags=["events"])

EntryId = Annotated[Text, Path(max_length=40, description="Its id, as the list tells it.")]


@router.get("", operation_id="listParkedEvents", responses=problem_responses(InvalidInput, RedisAway))
def parked(
    plane: Plane,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[Text | None, Query(max_length=40, description="From ``next_cursor`` of the page before.")] = None,
) -> ParkedEvents:
    """Events that could not be read or stored, the newest first, with the reason and what they say."""
    with _redis(plane.settings) as redis:
        return service.list_events(redis, limit=limit, cursor=cursor)


@router.post(
    "/{entry_id}/retry", operation_id="retryParkedEvent", responses=problem_responses(NotFound, InvalidInput, RedisAway)
)
def retry(plane: Plane, entry_id: EntryId) -> ParkedEventAnswer:
    """Send a parked event again, for instance after an upgrade that can read it."""
    with _redis(plane.settings) as redis:
        return service.send_again(redis, entry_id)


@router.delete(
    "/{entry_id}", operation_id="deleteParkedEvent", responses=problem_responses(NotFound, InvalidInput, RedisAway)
)
def delete(plane: Plane, entry_id: EntryId) -> ParkedEventAnswer:
    """Throw a parked event away for good."""
    with _redis(plane.settings) as redis:
        return service.throw_away(redis, entry_id)


@contextmanager
def _redis(settings: Settings) -> Iterator[Redis]:
    redis = connect(settings)
    try:
        yield redis
    finally:
        redis.close()
