"""Puts a command into its session's stream."""

import structlog
from redis.exceptions import RedisError

from app.problems import RedisAway
from app.redis_connection import connect
from app.settings import Settings
from contract.commands import Command, encode_command
from contract.streams import COMMAND_FIELD, COMMANDS_LENGTH, commands

log = structlog.get_logger(__name__)


def send(settings: Settings, session_id: str, command: Command) -> None:
    """Send it once. Raises RedisAway where it is not certain that the bot will read it."""
    try:
        # a connection of its own: the owner presses a button now and then, and Redis may have moved since
        with connect(settings) as redis:
            redis.xadd(
                commands(session_id),
                {COMMAND_FIELD: encode_command(command)},
                maxlen=COMMANDS_LENGTH,
                approximate=True,
            )
    except (RedisError, OSError, ValueError) as error:
        raise RedisAway from error
    log.info("a bot was told", action="bot_told", session=session_id, command=command.type)
