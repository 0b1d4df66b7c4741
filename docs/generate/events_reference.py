"""Prints the reference of what bots report and what they are told, from ``contract``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from pydantic import TypeAdapter
from schema_tables import Schema, referenced, schema_sections

from contract.commands import Command
from contract.events import Event


def _union(adapter: TypeAdapter[Event] | TypeAdapter[Command]) -> tuple[dict[str, Schema], list[str]]:
    schema = adapter.json_schema(mode="serialization")
    names = [address.rsplit("/", 1)[-1] for address in schema["discriminator"]["mapping"].values()]
    return schema["$defs"], names


def main() -> None:
    """Print the page."""
    print("# Events and commands\n")
    print(
        "What a bot reports goes to the Redis stream `atoz:events`; what it is told goes to `atoz:commands:{session}`. "
        "Both are JSON, told apart by `type`. This page is made from `contract/` when the site is built.\n"
    )
    shown: set[str] = set()
    for title, adapter in (("Events", TypeAdapter(Event)), ("Commands", TypeAdapter(Command))):
        schemas, names = _union(adapter)
        print(f"## {title}\n")
        wanted = [name for name in referenced(schemas, names) if name not in shown]
        shown.update(wanted)
        print(schema_sections(schemas, wanted))


if __name__ == "__main__":
    main()
