"""What ``--status`` says where no launcher runs."""

import io
import os
import subprocess
import sys
from pathlib import Path

from system import paths
from system.console import Terminal
from system.run import processes, run_file


def test_what_a_killed_launcher_left_is_told_and_can_be_ended(tmp_path: Path) -> None:
    where = paths.make(tmp_path / "data", tmp_path / "data" / "logs")
    left = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], env={**os.environ, processes.RUN_MARKER: where.marker}
    )
    try:
        said = io.StringIO()
        assert run_file.tell(where, Terminal(said)) == 1
        assert said.getvalue().startswith("AtoZ Bot was not stopped in order: 1 of its processes still run")
        assert "--stop ends them" in said.getvalue()
        assert run_file.stop_running(where, Terminal(said)) == 0
        assert "Stopped 1 processes that were left behind." in said.getvalue()
    finally:
        left.kill()
        left.wait()
    said = io.StringIO()
    assert run_file.tell(where, Terminal(said)) == 1
    assert said.getvalue() == "AtoZ Bot does not run here.\n"
