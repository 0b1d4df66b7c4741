"""The processes that make up the system, in the order in which they need each other."""

import secrets
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from common import process_tree
from system import paths
from system.console import Problem, Terminal
from system.run import cleanup, ports, processes
from system.run.api_client import ControlPlane
from system.servers.backing import Storage
from system.servers.process import HttpServer, ServerProcess, last_line
from system.settings import ENV_FILE, SECRET_NAMES, Settings
from system.setup.node import FRONTEND, Node
from system.setup.venv import PROJECT

_BOTS_END_WITHIN_SECONDS = 10.0

#: Says that the simulator stands in for the portal.
PRACTICE = "ATOZ_PRACTICE"
#: A calendar's address is a secret of the bots' own, and so is by whose answers its invitations are known.
_FOR_BOTS = ("CALENDARS", "CALENDAR_EMAILS")
_FOR_DOCKER = ("POSTGRES_PASSWORD",)


class Services:
    """Postgres and Redis, simulator, API and dashboard: started side by side, stopped in order."""

    def __init__(
        self, settings: Settings, environment: Mapping[str, str], where: paths.Paths, terminal: Terminal
    ) -> None:
        self._settings = settings
        self._where = where
        self._terminal = terminal
        self._environment = self._of_children(environment)
        passwords = {name: environment[name] for name in _FOR_DOCKER if name in environment}
        self.storage = Storage(settings, where, terminal, {**self._environment, **passwords})
        self._account = self._practice_account() if settings.is_practice else self._own_account(environment)
        self._for_bots = {name: environment[name] for name in _FOR_BOTS if name in environment}
        self._simulator: HttpServer | None = None
        self._api: HttpServer | None = None
        self._dashboard: HttpServer | None = None

    @property
    def practice_account(self) -> dict[str, str] | None:
        """The account of the simulated portal, as the environment names it; None where a real one is used."""
        if not self._settings.is_practice:
            return None
        return {name: value for name, value in self._account.items() if name.startswith("ATOZ_")}

    @property
    def in_order(self) -> list[ServerProcess]:
        """Everything that was started, what others need first."""
        servers = [*self.storage.servers, self._simulator, self._api, self._dashboard]
        return [server for server in servers if server is not None]

    @property
    def anything_runs(self) -> bool:
        """Whether there is anything to stop."""
        return bool(self.in_order) or self.storage.compose is not None

    def environment_of_the_api(self) -> dict[str, str]:
        """What the API gets, and the bots that it starts: the account and the addresses with it."""
        addresses = {"DATABASE_URL": self.storage.database_url, "REDIS_URL": self.storage.redis_url}
        return {**self._environment, **addresses, **self._for_bots, **self._account}

    def require_settings_of_the_bot(self) -> None:
        """Raises ``Problem`` for a setting that a bot could not use, before anything is started; the bot says."""
        checked = subprocess.run(
            [sys.executable, "-m", "bot.config"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env=self.environment_of_the_api(),
            cwd=PROJECT,
            check=False,
        )
        if checked.returncode != 0:
            said = [line.strip() for line in checked.stderr.splitlines() if line.strip()]
            raise Problem(said[-1].removesuffix(".") if said else "the bot's settings could not be checked")

    def require_ports(self) -> None:
        """Raises ``Problem`` for a port that something else holds, before anything is started."""
        wanted = self._settings
        ports.require_free(wanted.api_port, setting="API_PORT", what_for="the API")
        ports.require_free(wanted.dashboard_port, setting="DASHBOARD_PORT", what_for="the dashboard")
        if wanted.is_practice:
            ports.require_free(wanted.simulator_port, setting="SIMULATOR_PORT", what_for="the simulator")
            control = wanted.simulator_control_port
            ports.require_free(control, setting="SIMULATOR_CONTROL_PORT", what_for="the simulator's control interface")

    def start(self, node: Node) -> None:
        """Starts everything, what does not need each other side by side. Raises ``Problem``."""
        with ThreadPoolExecutor(max_workers=3) as side_by_side:
            begun = [side_by_side.submit(self._start_dashboard, node), side_by_side.submit(self._start_api)]
            if self._settings.is_practice:
                begun.append(side_by_side.submit(self._start_simulator))
        for one in begun:
            one.result()

    def stop_dashboard(self) -> None:
        """The first to go: nobody presses a button of a system that is stopping."""
        self._stop(self._dashboard)

    def stop_the_rest(self) -> None:
        """API, bots that are still there, simulator, Redis, Postgres."""
        self._stop(self._api)
        process_tree.stop(cleanup.bots(self._where), timeout_seconds=_BOTS_END_WITHIN_SECONDS)
        self._stop(self._simulator)
        self.storage.stop()

    def _stop(self, server: ServerProcess | None) -> None:
        if server is not None and server.is_running:
            with self._terminal.step(server.name) as step:
                server.stop()
                step.outcome = "stopped"

    def _start_simulator(self) -> None:
        wanted = self._settings
        environment = {
            **self._environment,
            "SIMULATOR_USERNAME": self._account["ATOZ_USERNAME"],
            "SIMULATOR_PASSWORD": self._account["ATOZ_PASSWORD"],
        }
        self._simulator = HttpServer(
            "Simulator",
            [sys.executable, "-m", "simulator", "--practice"],
            answers_at=f"http://127.0.0.1:{wanted.simulator_control_port}/health",
            cwd=PROJECT,
            log=self._where.logs / "simulator.out.log",
            environment=environment,
        )
        self._begin(self._simulator, f"http://127.0.0.1:{wanted.simulator_port}")

    def _start_dashboard(self, node: Node) -> None:
        port = self._settings.dashboard_port
        self._dashboard = HttpServer(
            "Dashboard",
            [str(node.program), "scripts/serve.js", "preview"],
            answers_at=f"http://127.0.0.1:{port}/",
            cwd=FRONTEND,
            log=self._where.logs / "dashboard.out.log",
            environment=self._environment,
        )
        self._begin(self._dashboard, f"http://127.0.0.1:{port}")

    def _start_api(self) -> None:
        self.storage.open()
        environment = self.environment_of_the_api()
        self._migrate(environment)
        port = self._settings.api_port
        uvicorn = [sys.executable, "-m", "uvicorn", "app.main:app", "--host", "127.0.0.1", "--port", str(port)]
        self._api = HttpServer(
            "API",
            [*uvicorn, "--no-server-header", "--no-access-log", "--timeout-graceful-shutdown", "5"],
            answers_at=f"http://127.0.0.1:{port}/health",
            cwd=PROJECT / "backend",
            log=self._where.logs / "api.out.log",
            environment=environment,
            # a bot goes on working while the API is started again
            children_outlive_it=True,
        )
        with self._terminal.step("API") as step:
            self._api.start()
            ControlPlane(self._settings.api_url).wait_until_ready()
            step.outcome = f"http://127.0.0.1:{port}"

    def _begin(self, server: HttpServer, outcome: str) -> None:
        with self._terminal.step(server.name) as step:
            server.start()
            step.outcome = outcome

    def _migrate(self, environment: Mapping[str, str]) -> None:
        log = self._where.logs / "migrate.log"
        with self._terminal.step("Database tables") as step, log.open("ab") as output:
            migrate = [sys.executable, "-m", "app.database.migrate"]
            done = subprocess.run(
                migrate,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(environment),
                cwd=PROJECT,
                check=False,
            )
            if done.returncode != 0:
                raise Problem(f"the database could not be brought up to date: {last_line(log)} (log: {log})")
            step.outcome = "up to date"

    def _of_children(self, environment: Mapping[str, str]) -> dict[str, str]:
        """What every process of ours gets: the settings, without the secrets, which only those get that need them."""
        wanted = self._settings
        # whether this is practice is ours to say: it lifts the cap, and keeps its records apart
        left_out = {*SECRET_NAMES, *_FOR_BOTS, *_FOR_DOCKER, "DATABASE_URL", "REDIS_URL", PRACTICE}
        children = {name: value for name, value in environment.items() if name not in left_out}
        children |= {
            processes.RUN_MARKER: self._where.marker,
            # the settings were read once, by us
            ENV_FILE: "",
            "ATOZ_DATA_DIR": str(self._where.data),
            "ATOZ_LOG_DIR": str(self._where.logs),
            "API_PORT": str(wanted.api_port),
            "DASHBOARD_PORT": str(wanted.dashboard_port),
            "POSTGRES_PORT": str(wanted.postgres_port),
            "REDIS_PORT": str(wanted.redis_port),
            "SIMULATOR_PORT": str(wanted.simulator_port),
            "SIMULATOR_CONTROL_PORT": str(wanted.simulator_control_port),
            "PYTHONUNBUFFERED": "1",
        }
        chosen = (paths.read(self._where.browser) or {}).get("executable_path")
        if chosen:
            children["CHROMIUM_PATH"] = str(chosen)
        return children

    def _own_account(self, environment: Mapping[str, str]) -> dict[str, str]:
        names = ("ATOZ_USERNAME", "ATOZ_PASSWORD", "ATOZ_BASE_URL", "ATOZ_PORTAL")
        return {name: environment[name] for name in names if environment.get(name)}

    def _practice_account(self) -> dict[str, str]:
        """An account that exists for this run alone, and no cap unless the user set one."""
        account = {
            "ATOZ_USERNAME": f"practice-{secrets.token_hex(4)}@example.org",
            "ATOZ_PASSWORD": secrets.token_urlsafe(18),
            "ATOZ_BASE_URL": f"http://127.0.0.1:{self._settings.simulator_port}",
            "ATOZ_PORTAL": "simulator",
            PRACTICE: "1",
        }
        if not self._environment.get("MAX_ACCEPT_PER_RUN"):
            account["MAX_ACCEPT_PER_RUN"] = "none"
        return account
