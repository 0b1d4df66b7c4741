"""Posted -> accepted: this bot, the bare loop and a reload-and-click bot, on the same simulator in one run.

    python -m benchmarks.race                 # all scenarios, most of an hour
    python -m benchmarks.race --quick         # fewer jobs, some 25 minutes
    python -m benchmarks.race --only "30 ms"  # the scenarios whose name contains this; the others' results stay

Beside the times stands where they go (``benchmarks/stages.py``): waiting for the next look, the portal's own answers,
and what the contestant itself took between them.

A job's time runs from the moment it is visible to the moment its accept arrives at the portal, both by the simulator's
clock. The contestants take turns in several rounds, so that a machine that gets slower gets slower for all of them, and
the moments at which jobs are posted are spread evenly over the polling interval, the same ones for everybody. Ratios
are against the bare loop (``contestants/bare_loop.py``), which makes the same requests and nothing else. Bursts stand
so far apart that each is measured by itself: what follows an accept (its outcome is read twice, five seconds apart) is
over by then.
"""

import argparse
import json
import math
import os
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.measuring import PROJECT, RESULTS, begin, percentile, running, wait_until, write_results
from benchmarks.stages import STAGES, stages_of
from tests.support.simulator_client import JobTruth, SimulatorProcess

INTERVAL_SECONDS = 0.5
KIND = "Telephone Interpreting"
#: The golden ratio's fraction: its multiples modulo 1 fill the polling interval evenly, however many there are.
_GOLDEN = 0.6180339887498949
#: A rival accepts after 0.3 to 1.5 s, evenly spread like the moments of posting, and by another fraction, so that fast
#: rivals do not always come with late looks.
_RIVAL_MS = (300, 1500)
_RIVAL_STEP = 0.5698402909980532

#: From a burst's last accept to the next burst.
_APART_SECONDS = 7.0

BUDGETS = {"median": 1.10, "p95": 1.15, "burst_of_20": 1.5}


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What the portal is like."""

    latency_ms: int
    burst: int
    rivals: bool

    @property
    def name(self) -> str:
        """For tables and files."""
        jobs = "one at a time" if self.burst == 1 else f"bursts of {self.burst}"
        return f"{self.latency_ms} ms away, {jobs}, {'with' if self.rivals else 'no'} rivals"


@dataclass(kw_only=True)
class Times:
    """What one contestant reached in one scenario."""

    #: per job: posted to the accept's arrival, milliseconds
    accepted_ms: list[float] = field(default_factory=list)
    #: per burst: posted to the last accept's arrival, milliseconds
    last_of_burst_ms: list[float] = field(default_factory=list)
    posted: int = 0
    #: the simulator says that we hold the job, when nothing can change that any more
    held: int = 0
    #: of these a rival had the job before us: the portal locks nothing, and the bot leaves such jobs alone
    from_rival: int = 0
    #: no accept of ours ever arrived
    missed: int = 0
    #: stage -> milliseconds, a value per accepted job
    stages_ms: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in STAGES})

    def row(self) -> dict[str, Any]:
        """The figures."""
        return {
            "posted": self.posted,
            "held": self.held,
            "from_rival": self.from_rival,
            "missed": self.missed,
            "median_ms": percentile(self.accepted_ms, 0.5),
            "p95_ms": percentile(self.accepted_ms, 0.95),
            "max_ms": max(self.accepted_ms, default=float("nan")),
            "last_of_burst_median_ms": percentile(self.last_of_burst_ms, 0.5),
            "stages_median_ms": {name: percentile(values, 0.5) for name, values in self.stages_ms.items()},
            "stages_p95_ms": {name: percentile(values, 0.95) for name, values in self.stages_ms.items()},
        }


def contestants() -> dict[str, list[str]]:
    """Name -> command."""
    return {
        "bare loop": [sys.executable, "-m", "benchmarks.contestants.bare_loop"],
        "AtoZ Bot": [sys.executable, str(PROJECT / "bot" / "real_atoz_bot.py")],
        "reload and click": [sys.executable, "-m", "benchmarks.contestants.reload_and_click"],
    }


def environment(simulator: SimulatorProcess, data: Path) -> dict[str, str]:
    """What a contestant is told: where the portal is, who signs in, and to take every telephone job."""
    return {
        "ATOZ_BASE_URL": simulator.base_url,
        "ATOZ_USERNAME": simulator.username,
        "ATOZ_PASSWORD": simulator.password,
        "ATOZ_PORTAL": "simulator",
        "ATOZ_DATA_DIR": str(data),
        "CHECK_INTERVAL_SECONDS": str(INTERVAL_SECONDS),
        # every contestant looks as often and as evenly as the bare loop, which knows none of these: a rhythm would be
        # learned from the benchmark itself, jitter moves the moments that all of them are measured at by chance, and
        # a minute's requests are soon spent where 20 jobs are posted every few seconds
        "FOLLOW_RHYTHM": "false",
        "JITTER": "0",
        "REQUESTS_PER_MINUTE": "6000",
        "MAX_ACCEPT_PER_RUN": "none",
        "JOB_TYPE_FILTER": KIND,
        "EXCLUDE_TYPES": "",
        "CHROMIUM_PATH": os.environ.get("CHROMIUM_PATH") or _chromium(),
        "TERM": "dumb",
    }


def _chromium() -> str:
    for name in ("chromium", "google-chrome", "chromium-browser"):
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            if (path := Path(folder) / name).exists():
                return str(path)
    return ""


class Race:
    """One scenario's turns."""

    def __init__(self, scenario: Scenario, simulator: SimulatorProcess, work: Path) -> None:
        self.scenario = scenario
        self.simulator = simulator
        self.work = work
        self.times: dict[str, Times] = defaultdict(Times)
        self._posts: Counter[str] = Counter()

    def turn(self, name: str, command: list[str], posts: int) -> None:
        """Let one contestant run for so many posts."""
        self.simulator.set(latency_ms=self.scenario.latency_ms)
        self.simulator.clear_requests()
        log = self.work / f"{name.replace(' ', '_')}.log"
        settings = environment(self.simulator, self.work / "data")
        with running(command, environment=settings, log=log, stop=signal.SIGTERM) as process:
            wait_until(
                lambda: self._polls() >= 4,
                what=f"{name} did not start to poll (log: {log})",
                timeout=60,
                alive=lambda: process.poll() is None,
            )
            jobs = []
            for post in range(posts):
                if post > 0 and self.scenario.burst > 1:
                    time.sleep(_APART_SECONDS)
                jobs += self._post_and_wait(name, post)
            requests = self.simulator.requests()
            jobs = [self._wait_until_settled(job) for job in jobs]
        self._count_held(name, jobs)
        for job in jobs:
            found = stages_of(job, requests, us=self.simulator.us, latency_ms=self.scenario.latency_ms)
            for stage, milliseconds in found.items():
                self.times[name].stages_ms[stage].append(milliseconds)

    def _polls(self) -> int:
        return sum(1 for seen in self.simulator.requests() if "status=0" in seen.path and seen.status == 200)

    def _post_and_wait(self, name: str, post: int) -> list[JobTruth]:
        self._sleep_to_phase((self._posts[name] * _GOLDEN) % 1)
        self._posts[name] += 1
        scenario = self.scenario
        rival = None
        if scenario.rivals:
            shortest, longest = _RIVAL_MS
            rival = int(shortest + (longest - shortest) * ((0.5 + post * _RIVAL_STEP) % 1))
        jobs = self.simulator.post_jobs(scenario.burst, kind=KIND, rival_reaction_ms=rival)
        patience = time.monotonic() + 6
        done = [self._wait_for_our_accept(job, patience) for job in jobs]
        self._count(name, done)
        return done

    def _sleep_to_phase(self, share: float) -> None:
        """Sleep until this share of the interval after a look began, at least half an interval from now.

        The same, evenly spread moments between two looks for every contestant: chance would need many more posts.
        """
        last = max(seen.at.timestamp() for seen in self.simulator.requests() if "status=0" in seen.path)
        earliest = time.time() + INTERVAL_SECONDS / 2
        looks = math.ceil((earliest - last) / INTERVAL_SECONDS - share)
        time.sleep(max(0.0, last + (looks + share) * INTERVAL_SECONDS - time.time()))

    def _wait_for_our_accept(self, job: JobTruth, deadline: float) -> JobTruth:
        while True:
            truth = self.simulator.truth(job.job_number)
            done = any(one.who == self.simulator.us for one in truth.accepts)
            gone = truth.settled_at is not None and truth.holder != self.simulator.us
            if done or gone or time.monotonic() > deadline:
                return truth
            time.sleep(0.05)

    def _wait_until_settled(self, job: JobTruth) -> JobTruth:
        """The job once nobody can take it from its holder any more; one that nobody accepted stays as it is."""
        deadline = time.monotonic() + 10
        while job.accepts and not (job.settled_at and job.settled_at.timestamp() < time.time()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"job {job.job_number} did not settle")
            time.sleep(0.05)
            job = self.simulator.truth(job.job_number)
        return job

    def _count_held(self, name: str, jobs: list[JobTruth]) -> None:
        times = self.times[name]
        for job in jobs:
            if job.holder != self.simulator.us:
                continue
            times.held += 1
            ours = min(one.at for one in job.accepts if one.who == self.simulator.us)
            times.from_rival += any(one.at < ours and one.who != self.simulator.us for one in job.accepts)

    def _count(self, name: str, jobs: list[JobTruth]) -> None:
        times = self.times[name]
        arrived = []
        for job in jobs:
            times.posted += 1
            ours = [one.at for one in job.accepts if one.who == self.simulator.us]
            times.missed += not ours
            if ours:
                arrived.append((min(ours) - job.visible_at).total_seconds() * 1000)
        times.accepted_ms += arrived
        if len(jobs) > 1 and len(arrived) == len(jobs):
            times.last_of_burst_ms.append(max(arrived))


def run(scenarios: list[Scenario], *, rounds: int, posts: int, bursts: int, work: Path) -> dict[str, Any]:
    """All scenarios; per scenario its ``contestants``' figures and times."""
    results: dict[str, Any] = {}
    for scenario in scenarios:
        with SimulatorProcess(population=0) as simulator:
            race = Race(scenario, simulator, work / f"{scenario.latency_ms}-{scenario.burst}-{scenario.rivals}")
            for _ in range(rounds):
                for name, command in contestants().items():
                    race.turn(name, command, posts if scenario.burst == 1 else bursts)
        figures = {name: times.row() | {"accepted_ms": times.accepted_ms} for name, times in race.times.items()}
        show(scenario.name, figures)
        measured_at = datetime.now(UTC).isoformat(timespec="seconds")
        results[scenario.name] = {"measured_at": measured_at, "contestants": figures}
    return results


def earlier_results() -> dict[str, Any]:
    """What was written before: ``budgets`` and ``scenarios``."""
    path = RESULTS / "race.json"
    return dict(json.loads(path.read_text())) if path.exists() else {"budgets": {}, "scenarios": {}}


def show(title: str, contestants_: dict[str, dict[str, Any]]) -> None:
    """One scenario's table."""
    table = Table(title=title, title_justify="left")
    for heading in (
        "",
        "median",
        "× bare",
        "p95",
        "× bare",
        "last of burst",
        "× bare",
        "slowest",
        "held",
        "from a rival",
        "missed",
    ):
        table.add_column(heading, justify="left" if not heading else "right")
    bare = contestants_["bare loop"]
    for name, row in contestants_.items():
        cells = [name]
        for figure in ("median_ms", "p95_ms", "last_of_burst_median_ms"):
            known = not math.isnan(row[figure])
            cells += [f"{row[figure]:.0f} ms" if known else "–", f"{row[figure] / bare[figure]:.2f}" if known else "–"]
        cells += [
            f"{row['max_ms']:.0f} ms",
            f"{row['held']}/{row['posted']}",
            str(row["from_rival"]),
            str(row["missed"]),
        ]
        table.add_row(*cells)
    Console(width=120).print(table)
    Console(width=120).print(_stages_table(contestants_))


def _stages_table(contestants_: dict[str, dict[str, Any]]) -> Table:
    """Where the time goes: median and 95th percentile by stage."""
    table = Table(title="where it goes: median (p95), ms", title_justify="left")
    for heading in ("", *STAGES):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, row in contestants_.items():
        known = [(row["stages_median_ms"][stage], row["stages_p95_ms"][stage]) for stage in STAGES]
        table.add_row(name, *("–" if math.isnan(median) else f"{median:.0f} ({p95:.0f})" for median, p95 in known))
    return table


def against_budgets(results: dict[str, Any]) -> dict[str, dict[str, float]]:
    """The bot's ratios beside the design's budgets, as far as the scenarios that ran tell them."""
    alone = results.get(Scenario(latency_ms=30, burst=1, rivals=False).name)
    burst = results.get(Scenario(latency_ms=30, burst=20, rivals=False).name)
    found: dict[str, dict[str, float]] = {}
    if alone:
        bot, bare = (alone["contestants"][name] for name in ("AtoZ Bot", "bare loop"))
        found["median"] = {"budget": BUDGETS["median"], "measured": bot["median_ms"] / bare["median_ms"]}
        found["p95"] = {"budget": BUDGETS["p95"], "measured": bot["p95_ms"] / bare["p95_ms"]}
    if alone and burst:

        def last_by_one(name: str) -> float:
            last: float = burst["contestants"][name]["last_of_burst_median_ms"]
            return last / float(alone["contestants"][name]["median_ms"])

        found["burst_of_20"] = {
            "budget": BUDGETS["burst_of_20"],
            "measured": last_by_one("AtoZ Bot"),
            "bare_loop": last_by_one("bare loop"),
        }
    return found


def draw(results: dict[str, Any], path: Path) -> None:
    """The distributions: for every scenario, which share of the jobs was accepted within which time."""
    import matplotlib as mpl  # noqa: PLC0415 (a benchmark without a picture needs none)

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    columns = 2
    rows = (len(results) + columns - 1) // columns
    figure, axes = plt.subplots(rows, columns, figsize=(12, 3.4 * rows), squeeze=False)
    for axis, (title, found) in zip(axes.flat, results.items(), strict=False):
        for name, row in found["contestants"].items():
            ordered = sorted(row["accepted_ms"])
            shares = [(place + 1) / row["posted"] for place in range(len(ordered))]
            axis.step(ordered, shares, where="post", label=name)
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("milliseconds from visible to the accept's arrival")
        axis.set_ylabel("share of the jobs")
        axis.set_xlim(left=0)
        axis.set_ylim(0, 1.02)
        axis.grid(visible=True, alpha=0.3)
        axis.legend(fontsize=8, loc="lower right")
    for axis in list(axes.flat)[len(results) :]:
        axis.set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main() -> None:
    """The command line."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--quick", action="store_true", help="fewer jobs; the ratios are rougher")
    arguments.add_argument("--only", default="", help="run the scenarios whose name contains this")
    chosen = arguments.parse_args()
    begin()
    everything = [
        Scenario(latency_ms=latency, burst=burst, rivals=rivals)
        for latency in (30, 300)
        for burst in (1, 20)
        for rivals in (False, True)
    ]
    scenarios = [scenario for scenario in everything if chosen.only in scenario.name]
    if not scenarios:
        raise SystemExit(f"no scenario's name contains {chosen.only!r}")
    rounds, posts, bursts = (2, 12, 3) if chosen.quick else (4, 20, 4)
    with tempfile.TemporaryDirectory(prefix="atoz-race-") as work:
        results = run(scenarios, rounds=rounds, posts=posts, bursts=bursts, work=Path(work))
    budgets = against_budgets(results)
    for name, found in budgets.items():
        word = "kept" if found["measured"] <= found["budget"] else "MISSED"
        print(f"{name}: {found['measured']:.2f}, budget {found['budget']:.2f}: {word}")
    earlier = earlier_results()
    budgets = earlier["budgets"] | budgets
    known = earlier["scenarios"] | results
    results = {scenario.name: known[scenario.name] for scenario in everything if scenario.name in known}
    path = write_results("race", {"interval_seconds": INTERVAL_SECONDS, "budgets": budgets, "scenarios": results})
    print(f"written: {path.relative_to(PROJECT)}")
    try:
        draw(results, RESULTS / "race.png")
    except ImportError:
        print("no picture: pip install matplotlib")
    else:
        print(f"written: {(RESULTS / 'race.png').relative_to(PROJECT)}")


if __name__ == "__main__":
    main()
