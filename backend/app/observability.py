"""The log file, and the measurements of requests.

One JSON object a line in ``logs/backend.log``, with a stable ``action``; what libraries log goes there too. Addresses
of servers are never logged: they may hold passwords.
"""

import logging
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog
from asgi_correlation_id import correlation_id
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import EventDict, Processor, WrappedLogger

from app import metrics
from app.settings import Settings

_FILE = "backend.log"
_LARGEST_BYTES = 10_000_000
_KEPT_FILES = 5


def _with_request(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    request = correlation_id.get()
    if request is not None:
        event["request_id"] = request
    return event


def log_to_file(settings: Settings) -> logging.Handler:
    """Have everything that is logged go to the file; what uvicorn prints in the terminal stays as it is."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _with_request,
        structlog.stdlib.ExtraAdder(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = RotatingFileHandler(
        _log_file(settings.logs), maxBytes=_LARGEST_BYTES, backupCount=_KEPT_FILES, encoding="utf-8"
    )
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.EventRenamer("message"),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(settings.log_level.upper())
    # a line for each missed tick is no news
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    return handler


def stop_logging(handler: logging.Handler) -> None:
    """Close the file."""
    logging.getLogger().removeHandler(handler)
    handler.close()


def _log_file(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder / _FILE


class RequestTimes:
    """ASGI middleware that measures requests by their route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and measure."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            route = getattr(scope.get("route"), "path", "none")  # by route: paths would be without end
            metrics.HTTP_SECONDS.labels(scope["method"], route, str(status)).observe(time.perf_counter() - began)
