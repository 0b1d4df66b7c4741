"""A server as a direct child of this process: started, waited for, and ended in order."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from common import process_tree
from system.console import Problem

#: A log that grew beyond this is set aside when its server starts the next time; one is kept.
_LONGEST_LOG_BYTES = 10_000_000


class ServerError(Problem):
    """A server could not be started; the message is one line that says what to do."""


def last_line(log: Path) -> str:
    """The last thing that a log says."""
    try:
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    except FileNotFoundError:
        return "nothing was logged"
    return lines[-1] if lines else "nothing was logged"


class ServerProcess:
    """What all servers have in common: one process, its log, and how it ends.

    The process gets a session of its own: Ctrl-C in the terminal is for the launcher, which stops all in order.
    """

    #: how the terminal calls it
    name: str
    #: the signal that ends the server in order, without waiting for its clients
    gently = signal.SIGTERM

    def __init__(self, *, log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.log = log
        self.environment = dict(os.environ if environment is None else environment)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def is_running(self) -> bool:
        """Whether the process that ``start`` made is still there."""
        return self.pid is not None

    @property
    def how_it_ended(self) -> int | None:
        """The exit code, negative for a signal; None while it runs or where it was never started."""
        return self._process.poll() if self._process else None

    def start(self, patience_seconds: float = 60.0) -> None:
        """Starts the server and waits until it answers. Quiet when it runs already. Raises ``ServerError``."""
        raise NotImplementedError

    def why_no_answer(self) -> str | None:
        """None when the server answers a request, else why not."""
        raise NotImplementedError

    def stop(self, patience_seconds: float = 20.0) -> None:
        """Ends the server in order; kills it where it does not within the patience. Quiet when it does not run."""
        self._end(self.gently, patience_seconds)

    def kill(self) -> None:
        """Ends the server as a crash would: ``SIGKILL`` for all its processes."""
        self._end(signal.SIGKILL, 5.0)

    def _spawn(self, command: Sequence[str], *, cwd: Path, user: str | None = None) -> None:
        as_user: dict[str, object] = {"user": user, "group": user, "extra_groups": []} if user else {}
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > _LONGEST_LOG_BYTES:
            self.log.replace(self.log.with_name(f"{self.log.name}.1"))
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(  # type: ignore[call-overload]  # user and group may be left out
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self.environment,
                cwd=cwd,
                start_new_session=True,
                **as_user,
            )

    def _wait_until_it_answers(self, patience_seconds: float) -> None:
        deadline = time.monotonic() + patience_seconds
        while True:
            why = self.why_no_answer()
            if why is None:
                return
            if not self.is_running:
                raise ServerError(f"{self.name} ended while it started: {last_line(self.log)} (log: {self.log})")
            if time.monotonic() > deadline:
                self.kill()
                raise ServerError(f"{self.name} did not answer in {patience_seconds:.0f} s: {why} (log: {self.log})")
            time.sleep(0.02)

    def _end(self, number: signal.Signals, patience_seconds: float) -> None:
        started, self._process = self._process, None
        if started is None:
            return
        if started.poll() is None:
            family = process_tree.with_descendants(psutil.Process(started.pid))
            for one in family if number is signal.SIGKILL else family[:1]:
                process_tree.send(one, number)
            try:
                started.wait(patience_seconds)
            except subprocess.TimeoutExpired:
                started.kill()
            for one in self._not_to_outlive(family):
                process_tree.send(one, signal.SIGKILL)
            process_tree.wait_until_gone(self._not_to_outlive(family), 5.0)
        started.wait()

    def _not_to_outlive(self, family: list[psutil.Process]) -> list[psutil.Process]:
        """Those of the server's processes that must end with it."""
        return process_tree.wait_until_gone(family, 2.0)


class HttpServer(ServerProcess):
    """A server of ours that answers on an address when it is up."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        answers_at: str,
        cwd: Path,
        log: Path,
        environment: Mapping[str, str],
        children_outlive_it: bool = False,
    ) -> None:
        super().__init__(log=log, environment=environment)
        self.name = name
        self.children_outlive_it = children_outlive_it
        self.command = list(command)
        self.answers_at = answers_at
        self.cwd = cwd

    def start(self, patience_seconds: float = 60.0) -> None:
        """Starts the server and waits until it answers. Quiet when it runs already. Raises ``ServerError``."""
        if self.is_running:
            return
        self._spawn(self.command, cwd=self.cwd)
        self._wait_until_it_answers(patience_seconds)

    def _not_to_outlive(self, family: list[psutil.Process]) -> list[psutil.Process]:
        return super()._not_to_outlive(family[:1] if self.children_outlive_it else family)

    def why_no_answer(self) -> str | None:
        """None when the address answers with anything but a server's error, else why not."""
        try:
            with urllib.request.urlopen(self.answers_at, timeout=5.0):  # noqa: S310  # an http address of ours
                return None
        except urllib.error.HTTPError as error:
            return f"{self.answers_at} answered {error.code}"
        except (urllib.error.URLError, OSError) as error:
            return f"{self.answers_at}: {getattr(error, 'reason', error)}"
