"""The simulator for tests and benchmarks: a process of its own with free ports, and its control interface, typed.

    with SimulatorProcess(jobs_per_minute=60, rivals=3) as simulator:
        job = simulator.post_job(kind="Telephone Interpreting")
        ...  # the bot works with simulator.base_url, simulator.username and simulator.password
        assert simulator.truth(job.job_number).holder == simulator.us

By default nothing happens by itself: no jobs arrive, nobody else accepts. The account has its usual past (own assigned,
rejected, completed and cancelled jobs), so the unfiltered board has several pages; ``population=0`` starts without.
A process ends with its owner, also when that one is killed: it watches its standard input.
"""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Self

import httpx
from pydantic import BaseModel, ConfigDict

PROJECT = Path(__file__).resolve().parents[2]

#: seconds within which a simulator must be up; usually it is up in well under one
START_TIMEOUT_SECONDS = 20.0

FaultKind = Literal[
    "maintenance",
    "server_error",
    "slow",
    "hang",
    "drop",
    "drop_after",
    "half_page",
    "empty_body",
    "ok_error_page",
    "sign_in_page_200",
    "wrong_total",
    "missing_table",
    "renamed_headings",
    "too_many_requests",
    "expire_sessions",
    "swallow_messages",
    "terms_overlay",
]
Skin = Literal["atoz", "cards", "script", "tickets"]
AccountState = Literal["enabled", "disabled", "unapproved", "unconfirmed", "code"]


class _Told(BaseModel):
    """What the control interface tells; it may tell more than is named here."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class HistoryEntry(_Told):
    """One thing that happened to a job."""

    at: datetime
    #: ``us:<e-mail>``, ``rival:<n>`` or ``agency``
    who: str
    #: ``posted``, ``accepted``, ``rejected``, ``unassigned``, ``assigned``, ``cancelled``, ``taken_from`` …
    action: str
    #: with ``taken_from``: who had the job until then
    whom: str | None


class AcceptTry(_Told):
    """One accept that reached the portal."""

    #: when it arrived, after the first half of the latency
    at: datetime
    who: str
    #: what the portal said, e.g. ``Job accepted``
    answered: str
    #: the job was written to ``who``; another accept in the settle time may have overwritten it
    took_effect: bool


class JobTruth(_Told):
    """What is really so of one job."""

    job_number: str
    reference: str
    kind: str
    language: str
    appointment_date: date
    #: ``HH:MM``, empty where the job has none
    appointment_time: str
    duration_minutes: int
    quote_only: bool
    #: the job's own: pending, assigned, cancelled, rejected, completed, quoted, removed
    status: str
    visible_at: datetime
    #: null, ``us:<e-mail>`` or ``rival:<n>``
    holder: str | None
    #: from when on nothing but the agency changes the holder; null while nobody has accepted
    settled_at: datetime | None
    history: tuple[HistoryEntry, ...]
    accepts: tuple[AcceptTry, ...]


class RequestSeen(_Told):
    """One request to the portal."""

    #: when it arrived, before any latency
    at: datetime
    method: str
    #: with its query
    path: str
    #: null where the connection was cut instead of an answer
    status: int | None
    #: from its arrival to the end of the answer
    ms: float
    #: the account's e-mail; null for a guest
    who: str | None


class SimulatorControl:
    """The control interface of a simulator that runs at ``control_url``."""

    def __init__(self, control_url: str) -> None:
        self.control_url = control_url
        self._http = httpx.Client(base_url=control_url, timeout=30)

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

    def _call(self, method: str, path: str, *, body: Any = None, query: Any = None) -> Any:
        answer = self._http.request(method, path, json=body, params=query)
        if answer.is_error:
            raise AssertionError(f"{method} {path} answered {answer.status_code}: {answer.text}")
        return answer.json() if answer.content else None

    def health(self) -> dict[str, Any]:
        """``{status, portal, skin, jobs, …}``."""
        found: dict[str, Any] = self._call("GET", "/health")
        return found

    def settings(self) -> dict[str, Any]:
        """Every setting and its value."""
        found: dict[str, Any] = self._call("GET", "/settings")
        return found

    def set(self, **changes: Any) -> dict[str, Any]:
        """Change settings while it runs, e.g. ``set(latency_ms=30, rivals=2)``."""
        found: dict[str, Any] = self._call("PUT", "/settings", body=changes)
        return found

    def post_jobs(self, count: int = 1, **what: Any) -> list[JobTruth]:
        """Post jobs, visible at once. Without a date each stands in a free hour, overlapping nothing.

        ``what``: kind, language, appointment_date, appointment_time ("" for none), duration_minutes, quote_only,
        stray_character, rival_reaction_ms, rival_after_accept_ms, loser_sees, … (docs/explanation/simulator.md).
        """
        body = {"count": count} | {
            name: value.isoformat() if isinstance(value, date) else value for name, value in what.items()
        }
        return [JobTruth.model_validate(one) for one in self._call("POST", "/jobs", body=body)["jobs"]]

    def post_job(self, **what: Any) -> JobTruth:
        """Post one job; see ``post_jobs``."""
        return self.post_jobs(**what)[0]

    def jobs(self, **filters: Any) -> list[JobTruth]:
        """The truth of every job; ``status="assigned"``, ``holder="us:…"``, ``since=10432`` choose some."""
        return [JobTruth.model_validate(one) for one in self._call("GET", "/jobs", query=filters)["jobs"]]

    def truth(self, job_number: str) -> JobTruth:
        """The truth of one job."""
        return JobTruth.model_validate(self._call("GET", f"/jobs/{job_number}"))

    def assign(self, job_number: str, to: str) -> JobTruth:
        """The agency gives the job to ``rival:<n>`` or ``us:<e-mail>``, whoever holds it now."""
        return JobTruth.model_validate(self._call("POST", f"/jobs/{job_number}/assign", body={"to": to}))

    def cancel(self, job_number: str) -> JobTruth:
        """The client cancels the job: it shows as cancelled and accepting it answers 403."""
        return JobTruth.model_validate(self._call("POST", f"/jobs/{job_number}/cancel"))

    def remove(self, job_number: str) -> JobTruth:
        """The job is gone from every page; its own page answers 403."""
        return JobTruth.model_validate(self._call("POST", f"/jobs/{job_number}/remove"))

    def change(self, job_number: str, **changes: Any) -> JobTruth:
        """The client changes date, time or length: the job is taken from whoever has it and offered again."""
        body = {name: value.isoformat() if isinstance(value, date) else value for name, value in changes.items()}
        return JobTruth.model_validate(self._call("POST", f"/jobs/{job_number}/change", body=body))

    def match_again(self, job_number: str) -> JobTruth:
        """Interpreters are matched again, also those who rejected the job."""
        return JobTruth.model_validate(self._call("POST", f"/jobs/{job_number}/match-again"))

    def remove_match(self, job_number: str, email: str) -> JobTruth:
        """The job is not matched to this account any more: it reads ``pending``."""
        return JobTruth.model_validate(self._call("POST", f"/jobs/{job_number}/remove-match", body={"account": email}))

    def fault(
        self,
        kind: FaultKind,
        *,
        count: int | None = None,
        seconds: float | None = None,
        path: str | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Break something, for ``count`` requests or ``seconds`` (null: until cleared), on paths matching ``path``."""
        body = {"kind": kind, "count": count, "seconds": seconds, "path": path} | more
        found: dict[str, Any] = self._call("POST", "/faults", body=body)
        return found

    def faults(self) -> list[dict[str, Any]]:
        """The faults set, with ``applied``: how often each struck."""
        found: list[dict[str, Any]] = self._call("GET", "/faults")["faults"]
        return found

    def clear_faults(self) -> None:
        """Mend everything; what hangs is cut."""
        self._call("DELETE", "/faults")

    def add_account(
        self,
        *,
        email: str,
        password: str,
        name: str = "Second Interpreter",
        state: AccountState = "enabled",
        **more: Any,
    ) -> dict[str, Any]:
        """Make an account, or change one that is there."""
        body = {"email": email, "password": password, "name": name, "state": state} | more
        found: dict[str, Any] = self._call("POST", "/accounts", body=body)
        return found

    def set_account_state(self, email: str, state: AccountState) -> dict[str, Any]:
        """Enable or disable an account that is there."""
        found: dict[str, Any] = self._call("POST", "/accounts", body={"email": email, "state": state})
        return found

    def requests(self) -> list[RequestSeen]:
        """The last 10,000 requests to the portal, oldest first."""
        return [RequestSeen.model_validate(one) for one in self._call("GET", "/requests")]

    def clear_requests(self) -> None:
        """Forget the requests seen so far."""
        self._call("DELETE", "/requests")

    def wait_for(self, job_number: str, until: Callable[[JobTruth], bool], *, timeout: float = 20.0) -> JobTruth:
        """Ask for the job's truth until it is as wanted; AssertionError with the last one when it never is."""
        deadline = time.monotonic() + timeout
        while True:
            truth = self.truth(job_number)
            if until(truth):
                return truth
            if time.monotonic() > deadline:
                raise AssertionError(f"job {job_number} did not become so within {timeout} s: {truth}")
            time.sleep(0.02)


class SimulatorProcess(SimulatorControl):
    """A simulator in its own process. After ``stop`` or ``kill``, ``start`` brings up a fresh one at the same place."""

    def __init__(
        self,
        *,
        profile: Literal["quiet", "standard", "practice"] = "quiet",
        skin: Skin = "atoz",
        seed: int = 1,
        port: int = 0,
        control_port: int = 0,
        name: str | None = None,
        **settings: Any,
    ) -> None:
        """``settings`` are the simulator's own, e.g. ``jobs_per_minute=60``, and hold from the start."""
        self.username = f"interpreter-{secrets.token_hex(4)}@example.com"
        self.password = secrets.token_urlsafe(16)
        self.name = name
        self._profile = profile
        self.skin = skin
        self._seed = seed
        self._ports = (port, control_port)
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 (closed in stop)
        self.base_url = ""
        self.start()

    @property
    def us(self) -> str:
        """Our account as the truth names a holder."""
        return f"us:{self.username}"

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self._process is not None, "the simulator was stopped"
        return self._process.pid

    def start(self) -> None:
        """Bring it up and wait until it answers."""
        command = [sys.executable, "-m", "simulator", "--announce", "--until-stdin-closes"]
        command += ["--profile", self._profile, "--skin", self.skin, "--seed", str(self._seed)]
        command += ["--port", str(self._ports[0]), "--control-port", str(self._ports[1])]
        for name, value in self._settings.items():
            command += ["--set", f"{name}={json.dumps(value)}"]
        own = {"SIMULATOR_USERNAME": self.username, "SIMULATOR_PASSWORD": self.password}
        if self.name is not None:
            own["SIMULATOR_NAME"] = self.name
        self._process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=os.environ | own,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )
        announced = self._first_line(self._process)
        self.base_url = announced["portal"]
        self._ports = (announced["portal_port"], announced["control_port"])
        super().__init__(announced["control"])

    def _first_line(self, process: subprocess.Popen[str]) -> dict[str, Any]:
        assert process.stdout is not None
        overdue = threading.Timer(START_TIMEOUT_SECONDS, process.kill)
        overdue.start()
        line = process.stdout.readline()  # ends also when the process does
        overdue.cancel()
        if not line:
            code = process.wait(START_TIMEOUT_SECONDS)
            raise AssertionError(f"the simulator ended with {code}: {self.said()}")
        found: dict[str, Any] = json.loads(line)
        return found

    def said(self) -> str:
        """What it wrote to its standard error so far."""
        self._said.seek(0)
        return self._said.read()

    def stop(self) -> None:
        """End it as a user would, with SIGTERM; an AssertionError when it does not end well."""
        process = self._gone()
        if process is None:
            return
        process.terminate()
        try:
            code = process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"the simulator did not end within 10 s of SIGTERM: {self.said()}") from None
        finally:
            _close_pipes(process)
        assert code == 0, f"the simulator ended with {code}: {self.said()}"

    def kill(self) -> None:
        """End it at once, with SIGKILL."""
        process = self._gone()
        if process is not None:
            process.kill()
            process.wait()
            _close_pipes(process)

    def _gone(self) -> subprocess.Popen[str] | None:
        process, self._process = self._process, None
        if process is not None:
            self.close()
        return process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.stop()


def _close_pipes(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
