"""The follower ends when it is told to, whatever it is doing: the API's end waits for it."""

import asyncio

import pytest
from redis import Redis

from app.database.connection import Database
from app.live.session_statuses import SessionStatusCache
from app.live.stream_consumer import StreamConsumer
from app.live.websocket_hub import Hub
from app.sessions.heartbeats import Sightings
from app.settings import Settings
from contract.streams import EVENT_FIELD, EVENTS

#: More turns of the event loop than the follower takes from its first connection to waiting for news.
_TURNS = 400


@pytest.fixture
def hub() -> Hub:
    made = Hub()
    made.is_watched.set()
    return made


@pytest.fixture
def follower(backend_settings: Settings, database: Database, hub: Hub) -> StreamConsumer:
    return StreamConsumer(
        backend_settings, database, hub, SessionStatusCache(backend_settings, database, hub, Sightings)
    )


async def test_it_ends_at_whatever_moment_it_is_cancelled(follower: StreamConsumer, redis_client: Redis) -> None:
    redis_client.xadd(EVENTS, {EVENT_FIELD: b"no event"})
    for turns in range(_TURNS):
        following = asyncio.create_task(follower.run())
        for _ in range(turns):
            await asyncio.sleep(0)
        following.cancel()
        await asyncio.wait({following}, timeout=10.0)
        ended = following.cancelled()
        following.cancel()
        assert ended, f"cancelled after {turns} turns of the event loop it went on"
