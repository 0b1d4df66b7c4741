"""Evidence while the disk is full and while the process is killed, for real."""

import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from bot.evidence.store import Evidence, kept_in, read_from

PROJECT = Path(__file__).resolve().parents[2]

#: Hands over pieces of a few kilobytes as fast as it can, and names the ones that it sees in the folder.
_BUSY = """
import os, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from bot.evidence.store import Evidence, EvidenceLimits
folder = Path(sys.argv[1])
limits = EvidenceLimits(quiet=timedelta(0), total_bytes=300_000)
evidence = Evidence(folder, tell=lambda *told: None, limits=limits)
print("ready", flush=True)
while True:
    evidence.keep("claim", "10432", datetime.now(UTC), {"page.png": os.urandom(5_000), "row.html": "<tr>" * 500})
"""

#: The kernel refuses every byte of a file beyond the 4,000th, as a full disk would: error and all.
_FULL = """
import asyncio, os, resource, signal, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from bot.evidence.store import Evidence, EvidenceLimits
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))
async def main():
    tell = lambda action, words: print(action, words, flush=True)
    evidence = Evidence(Path(sys.argv[1]), tell=tell, limits=EvidenceLimits(quiet=timedelta(0)))
    for size in (100, 9_000, 9_000, 9_000, 200):
        evidence.keep("claim", "1", datetime.now(UTC), {"page.png": os.urandom(size)})
    await evidence.close()
    await asyncio.sleep(0)
asyncio.run(main())
"""


@pytest.mark.parametrize("after_ms", [0, 3, 11, 24, 47])
def test_a_process_that_is_killed_leaves_whole_pieces_and_nothing_else(tmp_path: Path, after_ms: int) -> None:
    folder = tmp_path / "evidence"
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_BUSY), str(folder)], cwd=PROJECT, stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            while len(kept_in(folder)) < 3:
                time.sleep(0.001)
            time.sleep(after_ms / 1000)  # not a wait for a state: the moment of death is what is tried out
        finally:
            process.send_signal(signal.SIGKILL)
    names = kept_in(folder)
    assert len(names) >= 3
    for name in names:
        assert len(read_from(folder, str(name)).items["page.png"]) == 5_000
    assert sum(file.stat().st_size for file in folder.iterdir() if file.name.endswith(".gz")) <= 300_000
    # the next start clears away what was being written
    evidence = Evidence(folder, tell=lambda *_: None)
    while list(folder.glob("*.making")):
        time.sleep(0.001)
    assert evidence.trouble is None


def test_a_full_disk_is_told_once_and_leaves_no_half_file(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_FULL), str(folder)], cwd=PROJECT, capture_output=True, check=True
    )
    told = [line for line in done.stdout.decode().splitlines() if line.startswith("evidence_")]
    assert [line.partition(" ")[0] for line in told] == ["evidence_not_kept", "evidence_kept_again"]
    assert "File too large" in told[0]
    assert "3 pieces are missing" in told[1]
    assert sorted(len(read_from(folder, str(name)).items["page.png"]) for name in kept_in(folder)) == [100, 200]
    assert len(list(folder.iterdir())) == 2
