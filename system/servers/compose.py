"""Postgres and Redis from ``docker compose``, where a Docker engine answers."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from system.servers.process import ServerError
from system.settings import Settings
from system.setup.venv import PROJECT

_SERVICES = ("database", "redis")
#: An engine that is there answers at once; one that is not can take its time to say so.
_ENGINE_ANSWERS_WITHIN_SECONDS = 4.0
#: The first start downloads the images.
_UP_WITHIN_SECONDS = 600.0


def engine_answers() -> bool:
    """Whether there is a docker client with compose, and an engine that answers it."""
    docker = shutil.which("docker")
    if docker is None:
        return False
    for question in (["compose", "version"], ["info", "--format", "{{.ServerVersion}}"]):
        try:
            subprocess.run([docker, *question], capture_output=True, timeout=_ENGINE_ANSWERS_WITHIN_SECONDS, check=True)
        except (OSError, subprocess.SubprocessError):
            return False
    return True


def database_url(settings: Settings) -> str:
    """Where the service ``database`` answers; without a password it lets in who reaches its port."""
    secret = settings.postgres_password
    password = f":{quote(secret.get_secret_value(), safe='')}" if secret else ""
    return f"postgresql://atoz{password}@127.0.0.1:{settings.postgres_port}/atoz"


class ComposeServers:
    """The services ``database`` and ``redis`` of ``docker-compose.yml``, on ports of 127.0.0.1."""

    def __init__(self, settings: Settings, *, log: Path, environment: Mapping[str, str]) -> None:
        self.log = log
        self._settings = settings
        self._environment = dict(environment)
        self._started: list[str] = []

    @property
    def database_url(self) -> str:
        """Where the database service answers."""
        return database_url(self._settings)

    @property
    def redis_url(self) -> str:
        """Where the redis service answers."""
        return f"redis://127.0.0.1:{self._settings.redis_port}/0"

    def start(self) -> None:
        """Starts what does not run yet and waits until it is healthy. Raises ``ServerError``."""
        running = self._compose("ps", "--services", "--status", "running").stdout.split()
        self._started = [name for name in _SERVICES if name not in running]
        done = self._compose("up", "--detach", "--wait", *_SERVICES, patience_seconds=_UP_WITHIN_SECONDS)
        if done.returncode != 0:
            said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
            raise ServerError(
                f"docker compose could not start Postgres and Redis: {said[-1] if said else 'it said nothing'} "
                f"(set ATOZ_SERVERS=packages to do without Docker; log: {self.log})"
            )

    def stop(self) -> None:
        """Stops what ``start`` started; what ran before goes on."""
        if self._started:
            self._compose("stop", *self._started)
            self._started = []

    def _compose(self, *arguments: str, patience_seconds: float = 60.0) -> subprocess.CompletedProcess[str]:
        docker = shutil.which("docker") or "docker"
        command = [docker, "compose", "--project-directory", str(PROJECT), *arguments]
        ports = {"POSTGRES_PORT": str(self._settings.postgres_port), "REDIS_PORT": str(self._settings.redis_port)}
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                env={**self._environment, **ports},
                cwd=PROJECT,
                timeout=patience_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ServerError(
                f"docker compose {arguments[0]} did not finish in {patience_seconds:.0f} s "
                "(set ATOZ_SERVERS=packages to do without Docker)"
            ) from None
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}\n")
        return done
