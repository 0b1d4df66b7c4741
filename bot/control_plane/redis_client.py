"""The way to Redis, and how its outages are told: once when it goes, once when it is back."""

import asyncio

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

#: What can go wrong on the way; all of it means "later".
REDIS_TROUBLE = (RedisError, OSError)

#: Longer than the longest blocking read (``commands.BLOCK``).
_ANSWER_WITHIN_SECONDS = 4.0
_CONNECT_WITHIN_SECONDS = 2.0


def connect(url: str) -> Redis:
    """A client that connects when it is first used.

    It does not try again by itself: whoever uses it has to know that a connection was lost, because what was sent last
    may be lost with it. It has no time limit of its own either, so use it within ``in_time``: the client's would go
    through ``asyncio.wait_for``, which swallows a cancellation now and then (python/cpython#86296, mended in 3.12).
    Raises ValueError for an address that is none.
    """
    return Redis.from_url(
        url,
        protocol=2,
        retry=Retry(NoBackoff(), 0),
        socket_timeout=None,
        socket_connect_timeout=_CONNECT_WITHIN_SECONDS,
        health_check_interval=0,
    )


def in_time() -> asyncio.Timeout:
    """How long Redis has for one round trip, for ``async with``; raises TimeoutError, which is an OSError."""
    return asyncio.timeout(_ANSWER_WITHIN_SECONDS)


class Outage:
    """Whether Redis is away. Several tasks notice it; the log says it once."""

    def __init__(self) -> None:
        #: None before the first answer
        self.is_away: bool | None = None

    def noticed(self, error: BaseException) -> None:
        """A call failed."""
        if not self.is_away:
            log.warning(
                "Redis does not answer; the bot works on and keeps its reports",
                action="redis_away",
                why=type(error).__name__,
            )
        self.is_away = True

    def over(self) -> None:
        """A call succeeded."""
        if self.is_away:
            log.info("Redis answers again", action="redis_back")
        self.is_away = False
