"""The way to Redis."""

import asyncio

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.settings import Settings

#: Longer than the longest blocking read.
ANSWER_WITHIN_SECONDS = 4.0
CONNECT_WITHIN_SECONDS = 2.0


def connect(settings: Settings) -> Redis:
    """A client that connects when it is first used. Raises ValueError for an address that is none.

    It does not try again by itself: who uses it has to know that a connection was lost, because what was sent last may
    be lost with it. Who lost one asks for a new client, since the address may have changed.
    """
    return Redis.from_url(
        settings.redis_address(),
        protocol=2,
        retry=Retry(NoBackoff(), 0),
        socket_timeout=ANSWER_WITHIN_SECONDS,
        socket_connect_timeout=CONNECT_WITHIN_SECONDS,
    )


def connect_async(settings: Settings) -> AsyncRedis:
    """The same for the event loop, but without a time limit for an answer: use it within ``in_time``.

    The client's own limit goes through ``asyncio.wait_for``, which swallows a cancellation that comes in the same
    moment as the answer (python/cpython#86296, mended in 3.12): who was told to end would go on.
    """
    return AsyncRedis.from_url(
        settings.redis_address(),
        protocol=2,
        retry=AsyncRetry(NoBackoff(), 0),
        socket_timeout=None,
        socket_connect_timeout=CONNECT_WITHIN_SECONDS,
        health_check_interval=0,
    )


def in_time() -> asyncio.Timeout:
    """How long Redis has for one round trip, for ``async with``; raises TimeoutError, which is an OSError."""
    return asyncio.timeout(ANSWER_WITHIN_SECONDS)
