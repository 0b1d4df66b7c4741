"""The API's schema as a file: ``python -m app.openapi`` writes it, ``--check`` compares."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from app.main import app

FILE = Path(__file__).resolve().parents[1] / "openapi.json"


def _written(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or compare the file; 1 when it is stale."""
    parser = argparse.ArgumentParser(prog="python -m app.openapi", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing; exit 1 when stale")
    arguments = parser.parse_args()
    wanted = _written(app.openapi())
    if arguments.check:
        if FILE.exists() and FILE.read_text() == wanted:
            return 0
        sys.stderr.write(f"{FILE} does not match the API. Run `python -m app.openapi` in backend/ and commit it.\n")
        return 1
    FILE.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
