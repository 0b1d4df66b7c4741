"""Runs the whole system from one terminal, and stops all of it again.

``python -m system.launcher``; ``start_system.sh`` and ``connect_system.py`` end here once the environment is there.
"""

import signal
import sys
import time
import traceback
from contextlib import suppress
from types import FrameType
from typing import Any

import psutil

from system import cli, paths, settings
from system.console import Problem, Terminal
from system.run import cleanup, run_file
from system.run.api_client import ControlPlane
from system.run.event_log import Follower
from system.run.services import Services
from system.run.supervisor import ServiceSupervisor
from system.settings import Settings
from system.setup import chromium, node

_LOOK_EVERY_SECONDS = 0.2
#: A bot ends the claim that is under way first.
_BOTS_STOP_WITHIN_SECONDS = 20.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """Somebody wants everything to stop. Not an ``Exception``, so that nothing on the way takes it for an error."""


class Launcher:
    """One run of the system, from its set-up to the last process that it stops."""

    def __init__(self, wanted: Settings, environment: dict[str, str], where: paths.Paths, terminal: Terminal) -> None:
        self.settings = wanted
        self.where = where
        self.terminal = terminal
        self._environment = environment
        self._is_stopping = False
        self._parts: Services | None = None
        self._follower: Follower | None = None

    def run(self) -> None:
        """Sets up, starts, watches, and stops everything when it is told to or when the start fails."""
        before = self._take_signals()
        try:
            self._run()
        except Interrupted:
            pass
        finally:
            self._is_stopping = True
            self._stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def set_up(self) -> node.Node:
        """Browser, Node and the built dashboard, as far as they are not there."""
        log = self.where.logs / "setup.log"
        chromium.prepare(self.terminal, self.settings, self.where)
        found = node.find(self.terminal)
        node.install_packages(self.terminal, found, log)
        node.build_dashboard(self.terminal, found, log)
        return found

    def _run(self) -> None:
        began = time.monotonic()
        self._parts = Services(self.settings, self._environment, self.where, self.terminal)
        self._parts.require_settings_of_the_bot()
        stopped = cleanup.stop(self.where)
        run_file.withdraw(self.where)
        if stopped:
            self.terminal.say(f"  Stopped {stopped} processes that an earlier run left behind.")
        self._parts.require_ports()
        found = self.set_up()
        self._parts.start(found)
        run_file.announce(self.where, self.settings, self._parts.storage, self._parts.practice_account)
        self._say_where(time.monotonic() - began)
        control = ControlPlane(self.settings.api_url)
        self._follower = Follower(self.terminal, api_url=control.url, websocket_url=control.websocket_url)
        self._follower.start()
        if self.settings.is_practice:
            control.start_bot()
        keeper = ServiceSupervisor(self._parts.in_order, self.terminal)
        while True:
            keeper.look()
            time.sleep(_LOOK_EVERY_SECONDS)

    def _say_where(self, took_seconds: float) -> None:
        say = self.terminal.say
        say(f"  Everything runs, {took_seconds:.1f} s after the start.", kind="good")
        say()
        say(f"  Dashboard   http://127.0.0.1:{self.settings.dashboard_port}")
        say(f"  API         http://127.0.0.1:{self.settings.api_port}  (described at /docs)")
        say()
        if self.settings.is_practice:
            say("  Practice mode: no portal account is configured, so a simulated portal stands in for the real one.")
            say("  To use your own account, set ATOZ_USERNAME and ATOZ_PASSWORD (see .env.example) and start again.")
        else:
            say("  The bot waits: start it in the dashboard, or with")
            say(f"  curl -X POST http://127.0.0.1:{self.settings.api_port}/api/bot/toggle")
        say("  Ctrl-C stops everything.")
        say()

    def _stop(self) -> None:
        if self._follower:
            self._follower.stop()
        if self._parts is None or not self._parts.anything_runs:
            return
        say = self.terminal.say
        say()
        say("Stopping")
        self._parts.stop_dashboard()
        self._stop_bots()
        self._parts.stop_the_rest()
        # whatever was started in the very moment of the signal
        cleanup.stop(self.where)
        run_file.withdraw(self.where)
        say("  Everything has stopped.")

    def _stop_bots(self) -> None:
        bots = cleanup.bots(self.where)
        if not bots:
            return
        with self.terminal.step("Bots") as step:
            step.doing("waiting until they have finished what they do")
            told = ControlPlane(self.settings.api_url).stop_bots()
            patience = _BOTS_STOP_WITHIN_SECONDS if told else 0.0
            left = cleanup.wait_for_bots(self.where, patience)
            step.outcome = "stopped" if not left else "do not answer; they are ended with the API"

    def _take_signals(self) -> dict[signal.Signals, Any]:
        before: dict[signal.Signals, Any] = {}
        for number in _SIGNALS:
            if signal.getsignal(number) is signal.SIG_IGN:
                continue  # nohup: the terminal's end is none of our business
            before[number] = signal.signal(number, self._on_signal)
        return before

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self._is_stopping:
            self.terminal.say("  Still stopping; nothing is lost if you wait.")
            return
        self._is_stopping = True
        raise Interrupted


def main() -> int:
    """Does what the command line wants; returns the exit code."""
    wish = cli.parse()
    terminal = Terminal()
    try:
        if wish.what in {"status", "stop"}:
            where = paths.existing(*settings.folders())
            return run_file.tell(where, terminal) if wish.what == "status" else run_file.stop_running(where, terminal)
        wanted, environment = settings.load()
        where = paths.make(wanted.atoz_data_dir, wanted.logs)
        terminal.log_to(where.logs / "launcher.log")
        launcher = Launcher(wanted, environment, where, terminal)
        if wish.what == "setup":
            launcher.set_up()
        else:
            with run_file.only_one(where, wanted):
                launcher.run()
    except Problem as problem:
        print(f"AtoZ Bot: {problem}.", file=sys.stderr)
        return 1
    except OSError as error:
        with suppress(OSError):  # the log may be on the disk that is full
            terminal.keep(traceback.format_exc())
        print(f"AtoZ Bot: {paths.cannot_be_used(error)}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; start again at any time.", file=sys.stderr)
        return 130
    except psutil.AccessDenied as denied:
        print(f"AtoZ Bot: this user may not look at process {denied.pid}; start as its owner.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
