"""The app."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from app import VERSION, metrics
from app.analytics.endpoints import router as analytics
from app.auth.guard import Guard, allowed
from app.commands.endpoints import router as commands
from app.configuration.endpoints import router as configuration
from app.control_plane import ControlPlane
from app.error_handlers import answer_errors
from app.health.endpoints import router as health
from app.jobs.endpoints import router as jobs
from app.live.endpoints import router as live
from app.logs.endpoints import router as logs
from app.observability import RequestTimes, log_to_file, stop_logging
from app.openapi_schema import schema_of
from app.parked.endpoints import router as parked
from app.sessions.endpoints import router as sessions
from app.settings import BadSetting, Settings, load


def create_app(settings: Settings) -> FastAPI:
    """The app; nothing runs until it is served."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        handler = log_to_file(settings)
        plane = ControlPlane(settings)
        app.state.control_plane = plane
        plane.start()
        try:
            yield
        finally:
            await plane.stop()
            stop_logging(handler)

    # the documentation's pages come from a package: they work without the internet
    app = FastAPIOffline(
        docs_url="/docs",
        redoc_url=None,
        title="AtoZ Bot",
        version=VERSION,
        description="Steers the bot and shows what it did.",
        lifespan=lifespan,
    )
    app.openapi = schema_of(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend the schema
    for router in (health, sessions, jobs, commands, analytics, configuration, logs, parked, live):
        app.include_router(router)

    @app.get("/metrics", include_in_schema=False)
    def prometheus() -> Response:
        return Response(generate_latest(metrics.REGISTRY), media_type=CONTENT_TYPE_LATEST)

    answer_errors(app)
    # the last one added is asked first
    app.add_middleware(
        Guard,
        allowed_hosts=allowed((settings.api_port, settings.dashboard_port), settings.atoz_allowed_hosts),
    )
    app.add_middleware(RequestTimes)
    app.add_middleware(CorrelationIdMiddleware)
    return app


def _settings() -> Settings:
    try:
        settings = load()
        # once it is served, uvicorn would show a traceback
        settings.logs.mkdir(parents=True, exist_ok=True)
    except BadSetting as error:
        sys.exit(f"AtoZ Bot: {error}")
    except OSError as error:
        sys.exit(
            f"AtoZ Bot: the folder of the logs cannot be made: {error.filename}: {error.strerror}; set ATOZ_DATA_DIR "
            "or ATOZ_LOG_DIR to a folder that can be written"
        )
    return settings


app = create_app(_settings())
