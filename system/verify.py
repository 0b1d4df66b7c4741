"""Looks at every connection of a running system: Postgres, Redis, API, websocket, dashboard, browser and bot."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg2
import redis
from playwright.sync_api import Error as PlaywrightError
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from rich.text import Text
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.sync.client import connect

from system import paths, settings
from system.console import Problem
from system.servers import compose
from system.servers.backing import said_by_postgres
from system.settings import Settings
from system.setup import chromium

_ANSWERS_WITHIN_SECONDS = 5.0
#: A bot beats once a second; five missed beats are no evidence of life (contract.presence).
_HEARTBEAT_STALE_AFTER_SECONDS = 5.0
_START = "start the system with ./start_system.sh"


@dataclass(frozen=True, kw_only=True)
class Check:
    """What one look found."""

    name: str
    ok: bool
    #: in words
    seen: str
    #: None where nothing is to be done
    what_to_do: str | None
    took_ms: float


class Failed(Exception):
    """A look that found something wrong."""

    def __init__(self, seen: str, what_to_do: str) -> None:
        super().__init__(seen)
        self.seen = seen
        self.what_to_do = what_to_do


class Verification:
    """The looks, each on its own, so that one failure hides no other."""

    def __init__(self, wanted: Settings, where: paths.Paths) -> None:
        self._settings = wanted
        self._where = where
        self._written = paths.read(where.addresses) or {}
        self._api = f"http://127.0.0.1:{wanted.api_port}"

    def all(self) -> list[Check]:
        """Every check, in the order in which they need each other."""
        looks: dict[str, Callable[[], str]] = {
            "Postgres": self.postgres,
            "Redis": self.redis,
            "API": self.api,
            "Websocket": self.websocket,
            "Dashboard": self.dashboard,
            "Browser": self.browser,
            "Bot": self.bot,
        }
        return [_look(name, look) for name, look in looks.items()]

    def postgres(self) -> str:
        """Whether the database answers and has the system's tables."""
        address = self._address(
            "database_url",
            self._settings.database_url,
            compose.database_url(self._settings),
        )
        try:
            connection = psycopg2.connect(address, connect_timeout=int(_ANSWERS_WITHIN_SECONDS))
        except (psycopg2.OperationalError, psycopg2.ProgrammingError) as error:
            raise Failed(said_by_postgres(error), f"{_START}, or see {self._log('postgres.log')}") from None
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('server_version'), count(*) FROM job_records")
                version, jobs = cursor.fetchone() or ("?", 0)
        except psycopg2.errors.UndefinedTable:
            raise Failed("it answers, but has no tables", "run python -m app.database.migrate in backend/") from None
        finally:
            connection.close()
        return f"version {version}, {jobs} jobs on record"

    def redis(self) -> str:
        """Whether Redis answers and takes writes."""
        address = self._address(
            "redis_url", self._settings.redis_url, f"redis://127.0.0.1:{self._settings.redis_port}/0"
        )
        client = redis.Redis.from_url(
            address, socket_timeout=_ANSWERS_WITHIN_SECONDS, socket_connect_timeout=_ANSWERS_WITHIN_SECONDS
        )
        try:
            client.set("atoz:verify", "1", px=1000)
            version = client.info("server")["redis_version"]
            events = client.xlen("atoz:events")
        except redis.RedisError as error:
            raise Failed(str(error), f"{_START}, or see {self._log('redis.log')}") from None
        finally:
            client.close()
        return f"version {version}, takes writes, {events} events in the stream"

    def api(self) -> str:
        """Whether the API answers, and what it says of itself."""
        health = self._get("/health/detailed")
        if "checks" not in health:
            raise self._somebody_else()
        wrong = [check for check in health["checks"] if not check["ok"]]
        if wrong:
            seen = "; ".join(f"{check['name']}: {check['seen']}" for check in wrong)
            what_to_do = "; ".join(dict.fromkeys(str(check["what_to_do"]) for check in wrong))
            raise Failed(seen, what_to_do)
        return f"{self._api} is {health['status']}: {', '.join(check['name'] for check in health['checks'])}"

    def websocket(self) -> str:
        """Whether the live stream of messages opens and greets."""
        address = f"ws://127.0.0.1:{self._settings.api_port}/ws"
        try:
            with connect(address, open_timeout=_ANSWERS_WITHIN_SECONDS, close_timeout=1.0) as websocket:
                greeting = json.loads(websocket.recv(timeout=_ANSWERS_WITHIN_SECONDS))
        except (OSError, TimeoutError, WebSocketException, InvalidHandshake) as error:
            raise Failed(f"{address}: {error}", self._about_the_api()) from None
        if greeting.get("type") != "connection_established":
            raise Failed(f"{address} began with {greeting.get('type')!r}", self._about_the_api())
        return f"{address} greets with connection_established"

    def dashboard(self) -> str:
        """Whether the dashboard is served, and the API through it."""
        address = f"http://127.0.0.1:{self._settings.dashboard_port}"
        log = self._log("dashboard.out.log")
        try:
            page = httpx.get(address, timeout=_ANSWERS_WITHIN_SECONDS)
            through = httpx.get(f"{address}/health", timeout=_ANSWERS_WITHIN_SECONDS)
        except httpx.HTTPError as error:
            raise Failed(f"{address}: {error}", f"{_START}, or see {log}") from None
        if page.is_error or "<html" not in page.text:
            raise Failed(f"{address} answered {page.status_code} without a page", f"see {log}")
        if through.is_error:
            raise Failed(f"the API does not answer through {address}: {through.status_code}", self._about_the_api())
        return f"{address} serves its page and passes the API on"

    def browser(self) -> str:
        """Whether the Chromium that the bots use starts and shows a page."""
        chosen = self._settings.chromium_path
        written = (paths.read(self._where.browser) or {}).get("executable_path")
        executable = chosen or (Path(written) if written else None)
        try:
            return f"{chromium.try_out(executable)} started and showed a page"
        except PlaywrightError as error:
            raise Failed(
                f"{executable or 'Chromium'} did not start: {chromium.why_not(error)}",
                "run ./start_system.sh --setup-only, or set CHROMIUM_PATH",
            ) from None

    def bot(self) -> str:
        """Whether the current session's bot gives signs of life, or is not meant to."""
        status = self._get("/api/bot/status")
        if "last_heartbeat_at" not in status:
            raise self._somebody_else()
        if status["status"] == "failed":
            raise Failed(f"the bot failed: {status['status_reason']}", "put that right, then start it in the dashboard")
        if status["wanted"] == "stopped" and not status["is_running"]:
            return "no bot is wanted at the moment; the dashboard starts one"
        beat = status["last_heartbeat_at"]
        if beat is None:
            raise Failed("a bot is wanted, and none has given a sign of life", f"see the logs in {self._log()}")
        age = (datetime.now(UTC) - datetime.fromisoformat(beat)).total_seconds()
        words = f"{status['session_id']} is {status['status']}, last heartbeat {max(age, 0):.1f} s ago"
        if age > _HEARTBEAT_STALE_AFTER_SECONDS:
            raise Failed(words, f"it is started again by itself; if not, see the logs in {self._log()}")
        return f"{words}, {status['total_checks']} looks at the board, {status['total_accepted']} jobs accepted"

    def _address(self, name: str, given: SecretStr | None, default: str) -> str:
        """Set, or written down by the launcher, or the default port: as every process of the system looks for it."""
        return given.get_secret_value() if given else str(self._written.get(name, default))

    def _somebody_else(self) -> Failed:
        return Failed(f"another program answers on {self._api}", "end that program, or set API_PORT to another port")

    def _get(self, path: str) -> dict[str, Any]:
        try:
            found = httpx.get(f"{self._api}{path}", timeout=_ANSWERS_WITHIN_SECONDS).raise_for_status().json()
        except httpx.HTTPStatusError as error:
            seen = f"{path} answered {error.response.status_code}"
            raise Failed(seen, self._about_the_api()) from None
        except (httpx.HTTPError, ValueError) as error:
            raise Failed(f"{self._api}{path}: {error}", f"{_START}, or see {self._log('api.out.log')}") from None
        if not isinstance(found, dict):
            raise self._somebody_else()
        return found

    def _about_the_api(self) -> str:
        return f"see {self._log('api.out.log')}"

    def _log(self, name: str = "") -> str:
        """A log's path, short where it lies below the current folder."""
        path = self._where.logs / name
        return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _look(name: str, look: Callable[[], str]) -> Check:
    began = time.monotonic()
    try:
        ok, seen, what_to_do = True, look(), None
    except Failed as failed:
        ok, seen, what_to_do = False, failed.seen, failed.what_to_do
    except Exception as error:  # noqa: BLE001  # a look that fails in a way nobody thought of must not hide the others
        ok, seen = False, f"the look itself failed: {type(error).__name__}: {error}"
        what_to_do = f"{_START}; if it does, this is a mistake of AtoZ Bot's: report it with this line"
    return Check(
        name=name, ok=ok, seen=seen, what_to_do=what_to_do, took_ms=round(1000 * (time.monotonic() - began), 1)
    )


def _show(checks: list[Check]) -> None:
    table = Table(title="AtoZ Bot", title_justify="left", show_lines=False)
    for heading in ("", "Connection", "What was seen", "What to do"):
        table.add_column(heading, overflow="fold")
    for check in checks:
        mark = Text("ok", style="green") if check.ok else Text("failed", style="red")
        table.add_row(mark, check.name, Text(check.seen), Text(check.what_to_do or ""))
    Console().print(table)


def main() -> int:
    """Prints what was seen; 0 when all is well."""
    parser = argparse.ArgumentParser(prog="verify_connections.py", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    as_json = parser.parse_args().json
    try:
        wanted, _ = settings.load()
    except Problem as problem:
        print(f"AtoZ Bot: {problem}.", file=sys.stderr)
        return 1
    try:
        verification = Verification(wanted, paths.existing(wanted.atoz_data_dir, wanted.logs))
    except OSError as error:
        print(f"AtoZ Bot: {paths.cannot_be_used(error)}.", file=sys.stderr)
        return 1
    checks = verification.all()
    well = all(check.ok for check in checks)
    if as_json:
        print(json.dumps({"ok": well, "checks": [asdict(check) for check in checks]}, indent=2))
    else:
        _show(checks)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
