"""What Prometheus may read at ``/metrics``."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

#: One for the process.
REGISTRY = CollectorRegistry()

HTTP_SECONDS = Histogram(
    "atoz_http_request_seconds",
    "Time to answer requests.",
    ["method", "route", "status"],
    registry=REGISTRY,
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
EVENTS_INGESTED = Counter("atoz_ingested_events", "Events brought into Postgres.", ["type"], registry=REGISTRY)
EVENTS_REPEATED = Counter("atoz_repeated_events", "Events that were in Postgres already.", registry=REGISTRY)
EVENTS_TOO_EARLY = Counter("atoz_too_early_events", "Events beyond a gap, asked for again.", registry=REGISTRY)
EVENTS_PARKED = Counter("atoz_parked_entries", "Entries of the stream that could not be read.", registry=REGISTRY)
INGEST_BATCH_SECONDS = Histogram(
    "atoz_ingest_batch_seconds",
    "Time to bring one batch into Postgres.",
    registry=REGISTRY,
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
INGEST_LEADS = Gauge("atoz_ingest_leads", "1 while this process brings events into Postgres.", registry=REGISTRY)
SOCKETS = Gauge("atoz_websockets", "Open websockets.", registry=REGISTRY)
SOCKETS_DROPPED = Counter("atoz_websockets_dropped", "Websockets closed because they were slow.", registry=REGISTRY)
LIVE_MESSAGES = Counter("atoz_live_messages", "Messages sent to all websockets, by type.", ["type"], registry=REGISTRY)
BOTS_STARTED = Counter("atoz_bots_started", "Bot processes started, again after a crash or not.", registry=REGISTRY)
