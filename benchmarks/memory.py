"""How much memory a bot takes, at rest and at work: proportional set size (PSS) of all its processes together.

    python -m benchmarks.memory

PSS shares a page's size among the processes that have it, so the sum over processes is what the bot really costs.
"At rest" is a bot that watches a board on which nothing happens; "at work" is while twenty matching jobs come at once,
again and again; "signing in" is the peak while the browser is open. Linux only: the figure is the kernel's.
"""

import argparse
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import PROJECT, begin, percentile, running, wait_until, write_results
from benchmarks.race import KIND, environment
from tests.support.simulator_client import SimulatorProcess

BUDGET_AT_REST_MB = 60.0


def pss_by_process(pid: int) -> dict[str, float]:
    """Megabytes by process: the one with this id and all its descendants."""
    found: dict[str, float] = {}
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return found
    for process in family:
        try:
            found[f"{process.name()} {process.pid}"] = process.memory_full_info().pss / 1e6
        except psutil.NoSuchProcess:
            continue  # ended while we looked
    return found


class Sampler:
    """Samples the sum every quarter of a second, in a thread, until the block ends."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self.sums: list[float] = []
        self.largest: dict[str, float] = {}

    def _sample(self) -> None:
        while not self._over.wait(0.25):
            now = pss_by_process(self._pid)
            total = sum(now.values())
            if total > sum(self.largest.values()):
                self.largest = now
            if now:
                self.sums.append(total)

    def __enter__(self) -> "Sampler":
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._over.set()
        self._thread.join()

    def row(self) -> dict[str, Any]:
        """The figures, and the processes at the largest sample."""
        return {
            "median_mb": percentile(self.sums, 0.5),
            "max_mb": max(self.sums, default=float("nan")),
            "at_the_largest": {name: round(size, 1) for name, size in self.largest.items()},
        }


def measure(seconds: float, work: Path) -> dict[str, dict[str, Any]]:
    """Phase -> figures."""
    figures: dict[str, dict[str, Any]] = {}
    command = [sys.executable, str(PROJECT / "bot" / "real_atoz_bot.py")]
    with SimulatorProcess() as simulator:
        simulator.clear_requests()

        def polls() -> int:
            return sum(1 for seen in simulator.requests() if "status=0" in seen.path and seen.status == 200)

        settings = environment(simulator, work / "data")
        with running(command, environment=settings, log=work / "bot.log", stop=signal.SIGTERM) as bot:
            with Sampler(bot.pid) as sampler:
                wait_until(lambda: polls() >= 4, what="the bot did not start to poll", timeout=60)
            figures["signing in"] = sampler.row()
            time.sleep(3)  # the browser's processes are gone, first garbage is collected
            with Sampler(bot.pid) as sampler:
                time.sleep(seconds)
            figures["at rest"] = sampler.row()
            with Sampler(bot.pid) as sampler:
                for _ in range(max(1, int(seconds / 5))):
                    simulator.post_jobs(20, kind=KIND)
                    time.sleep(5)
            figures["at work"] = sampler.row()
    return figures


def main() -> None:
    """The command line."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=30.0, help="length of each phase")
    chosen = arguments.parse_args()
    begin()
    if not Path(f"/proc/{os.getpid()}/smaps_rollup").exists():
        raise SystemExit("the proportional set size is known on Linux only")
    with tempfile.TemporaryDirectory(prefix="atoz-memory-") as work:
        figures = measure(chosen.seconds, Path(work))
    table = Table(title="One bot, all its processes: proportional set size", title_justify="left")
    for heading in ("", "median", "largest", "processes at the largest"):
        table.add_column(heading, justify="right" if heading in {"median", "largest"} else "left")
    for phase, row in figures.items():
        processes = ", ".join(f"{name.split()[0]} {size:.0f}" for name, size in row["at_the_largest"].items())
        table.add_row(phase, f"{row['median_mb']:.1f} MB", f"{row['max_mb']:.1f} MB", processes)
    Console(width=120).print(table)
    rest = figures["at rest"]["median_mb"]
    word = "kept" if rest <= BUDGET_AT_REST_MB else "MISSED"
    print(f"at rest: {rest:.1f} MB, budget {BUDGET_AT_REST_MB:.0f} MB: {word}")
    path = write_results("memory", {"budget_at_rest_mb": BUDGET_AT_REST_MB, "phases": figures})
    print(f"written: {path.relative_to(PROJECT)}")


if __name__ == "__main__":
    main()
