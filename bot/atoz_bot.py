"""The name that users know: ``python atoz_bot.py [SESSION]`` runs like ``real_atoz_bot.py``, and says so.

The engine is ``bot.engine.engine``.
"""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])

from bot.run import bootstrap  # noqa: E402  # the project's folder has to be on the path first

if __name__ == "__main__":
    bootstrap.use_project_python()
    bootstrap.stay_small(has_screen=True)
    from bot.run.cli import alone

    print("This is the bot on its own (real_atoz_bot.py); integrated_bot.py SESSION reports to the dashboard.")
    sys.exit(alone())
