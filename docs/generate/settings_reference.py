"""Prints the reference of the owner's settings, from ``contract.configuration``."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from schema_tables import Schema, describe_type, in_one_line, referenced, schema_sections

from contract.configuration import BotConfiguration


def _default(schema: Schema) -> str:
    value = schema.get("default")
    return "none" if value is None else f"`{json.dumps(value, ensure_ascii=False)}`"


def main() -> None:
    """Print the page."""
    schema = BotConfiguration.model_json_schema(mode="serialization")
    definitions = schema["$defs"]
    print("# Settings\n")
    print(
        "The settings of a bot, made from `contract/configuration.py` when this site is built. They are on the page "
        "**Settings** of the dashboard, in `PUT /api/bot/configuration` by these names, and in the environment by "
        "these names in capitals (lists are separated by commas there, `none` is no limit).\n"
    )
    print("| setting | what it says | value | unless set |\n| --- | --- | --- | --- |")
    for name, field in schema["properties"].items():
        meaning = in_one_line(BotConfiguration.model_fields[name].description or "")
        print(f"| `{name}` | {meaning} | {describe_type(field)} | {_default(field)} |")
    print("\n## Values of several parts\n")
    print(schema_sections(definitions, referenced(definitions, list(definitions))))


if __name__ == "__main__":
    main()
