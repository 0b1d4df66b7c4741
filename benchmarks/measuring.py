"""What the benchmarks share: percentiles, a contestant's process, and where results go."""

import contextlib
import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from common import process_tree
from system.run import processes

PROJECT = Path(__file__).resolve().parents[1]
#: In the environment of everything that a benchmark starts.
MARKER = "ATOZ_BENCHMARK"
RESULTS = Path(__file__).resolve().parent / "results"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of the values lie, by linear interpolation; NaN for no values."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def wait_until(
    true: Callable[[], bool], *, what: str, timeout: float, alive: Callable[[], bool] = lambda: True
) -> None:
    """Look again until it is so; raises TimeoutError with ``what`` when it never is, or who should do it has ended."""
    deadline = time.monotonic() + timeout
    while not true():
        if time.monotonic() > deadline or not alive():
            raise TimeoutError(f"{what}: not within {timeout:.0f} s")
        time.sleep(0.02)


def begin() -> None:
    """Call this first: what this benchmark starts ends with it, and what a killed one left running ends now."""
    process_tree.stop(processes.marked(MARKER, processes.is_over), gently=signal.SIGKILL)
    os.environ[MARKER] = processes.name_of_run(psutil.Process())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


@contextlib.contextmanager
def running(
    command: Sequence[str], *, environment: dict[str, str], log: Path, stop: signal.Signals = signal.SIGKILL
) -> Iterator[subprocess.Popen[bytes]]:
    """A process group that ends with the block, whatever happens in it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 (our own programs)
            command,
            cwd=PROJECT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, stop)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # whatever it left in its group


def write_results(name: str, results: dict[str, Any]) -> Path:
    """Write the results beside those of earlier runs; the machine's size and the time stand with them."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    machine = {
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    path.write_text(json.dumps({"machine": machine} | results, indent=1) + "\n")
    return path
