"""One session on its own, in a terminal, without Redis or a control plane: ``python real_atoz_bot.py [SESSION]``.

Exit codes: 0 stopped as asked, 1 an error of its own, 3 only the owner can mend it.
"""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])

from bot.run import bootstrap  # noqa: E402  # the project's folder has to be on the path first

if __name__ == "__main__":
    bootstrap.use_project_python()
    bootstrap.stay_small(has_screen=True)
    from bot.run.cli import alone

    sys.exit(alone())
