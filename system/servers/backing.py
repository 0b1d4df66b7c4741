"""Where Postgres and Redis come from, in one order (docs/decisions/0002), and the addresses that come of it.

Addresses that are given (``DATABASE_URL``, ``REDIS_URL``); ``docker compose`` where an engine answers; the servers of
the packages. What an installation used before is used again, because its records lie there.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import redis

from common.addresses import shown
from system import paths
from system.console import Problem, Terminal
from system.run import ports
from system.servers import compose
from system.servers.postgres import PostgresServer
from system.servers.process import ServerError, ServerProcess
from system.servers.redis import RedisServer
from system.settings import ServersFrom, Settings

#: Practice leaves no trace in the owner's records: it has a database and a Redis keyspace of its own.
_DATABASE = {False: "atoz", True: "atoz_practice"}
_KEYSPACE = {False: 0, True: 1}

_ANSWER_WITHIN_SECONDS = 5


class Storage:
    """Postgres and Redis, as they are found or started."""

    def __init__(
        self, settings: Settings, where: paths.Paths, terminal: Terminal, environment: Mapping[str, str]
    ) -> None:
        self.database_url = ""
        self.redis_url = ""
        #: those of them that are processes of ours
        self.servers: list[ServerProcess] = []
        self.compose: compose.ComposeServers | None = None
        self._settings = settings
        self._where = where
        self._terminal = terminal
        self._environment = environment

    def open(self) -> None:
        """Finds or starts both, side by side. Raises ``Problem``; what was started by then can be stopped."""
        settings = self._settings
        given = [
            address.get_secret_value() if address else None for address in (settings.database_url, settings.redis_url)
        ]
        if not all(given) and self._docker_is_used():
            self._start_compose()
        with ThreadPoolExecutor(max_workers=2) as side_by_side:
            begun = [
                side_by_side.submit(self._open_database, given[0]),
                side_by_side.submit(self._open_redis, given[1]),
            ]
        for one in begun:
            one.result()

    def stop(self) -> None:
        """Ends what was started, Redis before Postgres."""
        for server in sorted(self.servers, key=lambda one: isinstance(one, PostgresServer)):
            if server.is_running:
                with self._terminal.step(server.name) as step:
                    server.stop()
                    step.outcome = "stopped"
        if self.compose:
            with self._terminal.step("Postgres and Redis") as step:
                self.compose.stop()
                step.outcome = "stopped (docker compose)"

    def _docker_is_used(self) -> bool:
        wanted = self._settings.atoz_servers
        if wanted is ServersFrom.PACKAGES:
            return False
        written = self._where.run / "servers.json"
        used_before = (paths.read(written) or {}).get("from")
        if wanted is ServersFrom.AUTO and used_before == ServersFrom.PACKAGES:
            return False
        answers = compose.engine_answers()
        if not answers and wanted is ServersFrom.DOCKER:
            raise Problem(
                "ATOZ_SERVERS is docker, but no Docker engine with compose answers; start Docker, or use auto"
            )
        if not answers and used_before == ServersFrom.DOCKER:
            raise Problem(
                "the records of earlier runs are in Docker, and no Docker engine answers; start Docker, or set "
                "ATOZ_SERVERS=packages to begin anew without it"
            )
        paths.write_private(written, {"from": ServersFrom.DOCKER if answers else ServersFrom.PACKAGES})
        return answers

    def _start_compose(self) -> None:
        settings = self._settings
        with self._terminal.step("Postgres and Redis") as step:
            step.doing("starting them with docker compose")
            log = self._where.logs / "docker.log"
            self.compose = compose.ComposeServers(settings, log=log, environment=self._environment)
            self.compose.start()
            step.outcome = f"docker compose, ports {settings.postgres_port} and {settings.redis_port}"

    def _open_database(self, given: str | None) -> None:
        practice = self._settings.is_practice
        with self._terminal.step("Postgres") as step:
            if given:
                self.database_url = given
                step.outcome = f"{shown(given)}: version {_ask_postgres(given)}"
                return
            if self.compose:
                try:
                    self.database_url = _compose_database(self.compose, practice=practice)
                    step.outcome = f"docker compose: version {_version(self.database_url)}"
                except psycopg2.OperationalError as error:
                    raise Problem(
                        f"the Postgres in Docker cannot be used: {said_by_postgres(error)}; POSTGRES_PASSWORD must be "
                        "the one that it was made with (see .env.example)"
                    ) from None
                return
            log = self._where.logs / "postgres.log"
            server = PostgresServer(self._where.postgres, log=log, environment=self._environment)
            self.servers.append(server)
            server.start()
            self.database_url = server.ensure_database(_DATABASE[practice])
            step.outcome = f"version {_ask_postgres(self.database_url)}, data in {self._where.postgres}"

    def _open_redis(self, given: str | None) -> None:
        with self._terminal.step("Redis") as step:
            if given:
                self.redis_url = given
                step.outcome = f"{shown(given)}: version {_ask_redis(given)}"
                return
            port = self._settings.redis_port
            base = self.compose.redis_url if self.compose else self._start_redis(port).url
            self.redis_url = f"{base.removesuffix('/0')}/{_KEYSPACE[self._settings.is_practice]}"
            step.outcome = f"version {_ask_redis(self.redis_url)}, port {port}"

    def _start_redis(self, port: int) -> RedisServer:
        ports.require_free(port, setting="REDIS_PORT", what_for="Redis")
        log = self._where.logs / "redis.log"
        server = RedisServer(self._where.redis, port=port, log=log, environment=self._environment)
        self.servers.append(server)
        server.start()
        return server


def _compose_database(compose: compose.ComposeServers, *, practice: bool) -> str:
    """The database in the container; practice has one of its own beside the real one."""
    if not practice:
        return compose.database_url
    name = _DATABASE[True]
    connection = psycopg2.connect(compose.database_url, connect_timeout=_ANSWER_WITHIN_SECONDS)
    try:
        connection.autocommit = True  # databases are made outside of transactions
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {name}")
    finally:
        connection.close()
    return f"{compose.database_url.removesuffix('/atoz')}/{name}"


def _ask_postgres(address: str) -> str:
    """Its version. Raises ``Problem`` where it does not answer."""
    try:
        return _version(address)
    except (psycopg2.OperationalError, psycopg2.ProgrammingError) as error:
        said = said_by_postgres(error)
        raise Problem(
            f"DATABASE_URL: the Postgres at {shown(address)} cannot be used: {said}; start it, correct the address, "
            "or leave DATABASE_URL out to get one with the system"
        ) from None


def _version(address: str) -> str:
    connection = psycopg2.connect(address, connect_timeout=_ANSWER_WITHIN_SECONDS)
    try:
        number = connection.info.server_version
    finally:
        connection.close()
    return f"{number // 10000}.{number % 10000}"


def said_by_postgres(error: psycopg2.Error) -> str:
    """Why there is no connection, in one line. An address that libpq cannot read it would repeat, so it has no say."""
    if isinstance(error, psycopg2.ProgrammingError):
        return "it is not written as PostgreSQL wants it, like postgresql://user:password@host:5432/name"
    return " ".join(str(error).split())


def _ask_redis(address: str) -> str:
    """Its version. Raises ``Problem`` where it does not answer or is too old for streams."""
    what_to_do = "start it, correct the address, or leave REDIS_URL out to get one with the system"
    try:
        client = redis.Redis.from_url(
            address, socket_timeout=_ANSWER_WITHIN_SECONDS, socket_connect_timeout=_ANSWER_WITHIN_SECONDS
        )
    except ValueError:  # the error may hold a part of the password
        raise Problem("REDIS_URL: it is no address of Redis; write it like redis://127.0.0.1:6379/0") from None
    try:
        version = str(client.info("server")["redis_version"])
    except (redis.RedisError, TypeError) as error:  # TypeError: an option in the address that there is not
        raise Problem(f"REDIS_URL: the Redis at {shown(address)} cannot be used: {error}; {what_to_do}") from None
    finally:
        client.close()
    if int(version.partition(".")[0]) < 5:  # noqa: PLR2004  # streams came with Redis 5
        raise ServerError(f"REDIS_URL: Redis {version} at {shown(address)} has no streams; use version 5 or later")
    return version
