"""The bot's own log: JSON lines in ``logs/bot-{session}.log``, rotated, without secrets.

Each line has ``at``, ``level``, ``message``, a stable ``action``, and the objects of what happened as fields.
"""

import logging
import logging.handlers
from collections.abc import Callable, Iterable
from pathlib import Path
from queue import SimpleQueue

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_LARGEST_FILE_BYTES = 5_000_000
_OLD_FILES = 3

#: Fields whose value is never written, whatever it is.
_SECRET_FIELDS = ("password", "username", "email", "cookie", "token", "secret", "authorization", "credentials")
_HIDDEN = "(hidden)"
#: A shorter secret would also hide parts of ordinary words.
_SHORTEST_SECRET = 4


def log_file(folder: Path, session_id: str) -> Path:
    """Where a session's bot writes its log."""
    return folder / f"bot-{session_id}.log"


def set_up(file: Path, *, level: str, session_id: str, secrets: Iterable[str]) -> Callable[[], None]:
    """Log to ``file``, from a thread of its own: a slow disk must not make the bot wait. Answers how to end it.

    ``secrets`` are texts that are taken out of every line, wherever they stand. Raises OSError where the file cannot be
    written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    written = logging.handlers.RotatingFileHandler(
        file, maxBytes=_LARGEST_FILE_BYTES, backupCount=_OLD_FILES, encoding="utf-8"
    )
    lines: SimpleQueue[logging.LogRecord] = SimpleQueue()
    listener = logging.handlers.QueueListener(lines, written)
    # a full disk must not stop a bot that only wanted to say something
    logging.raiseExceptions = False
    logging.basicConfig(
        format="%(message)s", handlers=[logging.handlers.QueueHandler(lines)], level=level.upper(), force=True
    )
    for chatty in ("httpx", "httpcore", "hpack", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=processors(secrets),
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(session_id=session_id)
    listener.start()
    return listener.stop


def processors(secrets: Iterable[str]) -> list[Processor]:
    """From what was logged to one line of JSON."""
    return [
        structlog.stdlib.filter_by_level,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("message"),
        Redactor(secrets),
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
    ]


class Redactor:
    """Hides secret fields, and secret texts in every field."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(sorted((one for one in secrets if len(one) >= _SHORTEST_SECRET), key=len, reverse=True))

    def __call__(self, logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
        """A processor of structlog."""
        del logger, method
        for name, value in line.items():
            if any(secret in name.casefold() for secret in _SECRET_FIELDS):
                line[name] = _HIDDEN
            elif isinstance(value, str):
                line[name] = self._without_secrets(value)
            elif value is not None and not isinstance(value, bool | int | float):
                line[name] = self._without_secrets(str(value))
        return line

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return text
