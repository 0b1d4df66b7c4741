"""Prints the reference of the websocket's messages, from ``backend/openapi.json``."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from schema_tables import referenced, schema_sections

_SCHEMA = Path(__file__).resolve().parents[2] / "backend" / "openapi.json"


def main() -> None:
    """Print the page."""
    schemas = json.loads(_SCHEMA.read_text(encoding="utf-8"))["components"]["schemas"]
    types = schemas["LiveMessage"]["discriminator"]["mapping"]
    messages = {kind: address.rsplit("/", 1)[-1] for kind, address in types.items()}
    print("# Websocket\n")
    print(
        "`WS /ws` sends messages of the form `{type, data, timestamp}`. This page is made from the schemas when the "
        "site is built.\n"
    )
    print("| type | message |\n| --- | --- |")
    for kind, name in messages.items():
        print(f"| `{kind}` | [{name}](#{name.lower()}) |")
    print("\n## Messages and their data\n")
    print(schema_sections(schemas, referenced(schemas, list(messages.values()))))


if __name__ == "__main__":
    main()
