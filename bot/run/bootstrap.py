"""The first lines of a bot's script: which Python runs it, and what is left out of its memory.

Standard library alone, because the Python that reads this may have nothing else.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2]
#: One package of each kind that a bot needs; where one is missing, all may be.
_NEEDED = ("httpx", "pydantic", "redis", "selectolax", "structlog", "yaml", "playwright", "dotenv", "psutil")

#: What libraries import where it is installed and a bot never uses: httpx's command line (5 MB with what it draws in),
#: and redis' telemetry (2 MB). And what is looked for in vain all over the disk, several times a request: httpcore asks
#: sniffio whether this is trio (0.4 ms a request). A module that is None in ``sys.modules`` counts as not installed.
_LEFT_OUT = ("httpx._main", "opentelemetry", "sniffio")
#: Coloured tracebacks of structlog; for a bot that does not draw anything itself (3 MB).
_LEFT_OUT_WITHOUT_A_SCREEN = ("rich",)


def use_project_python() -> None:
    """Go on in the project's environment where this Python lacks the packages; without one, end with one line."""
    if all(find_spec(name) for name in _NEEDED):
        return
    python = _PROJECT / ".venv" / "bin" / "python"
    if python.exists() and Path(sys.prefix).resolve() != python.parent.parent.resolve():
        os.execv(python, [str(python), *sys.argv])  # noqa: S606  # the project's own Python, no shell
    sys.exit(
        "The bot's packages are not installed: run ./start_system.sh once (it sets everything up), then try again."
    )


def stay_small(*, has_screen: bool) -> None:
    """Leave out what is never used. Call it before anything else is imported."""
    for name in (*_LEFT_OUT, *(() if has_screen else _LEFT_OUT_WITHOUT_A_SCREEN)):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None is how Python marks what must not be imported
