"""One session under the control plane: ``python integrated_bot.py SESSION``.

Works alone as well, and keeps its reports until there is a control plane. Exit codes: 0 stopped as asked, 1 an error of
its own, 3 only the owner can mend it.
"""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])

from bot.run import bootstrap  # noqa: E402  # the project's folder has to be on the path first

if __name__ == "__main__":
    bootstrap.use_project_python()
    bootstrap.stay_small(has_screen=False)
    from bot.run.cli import integrated

    sys.exit(integrated())
