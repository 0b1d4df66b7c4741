"""Markdown tables from JSON schemas, for the pages that are made from the code."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


def describe_type(schema: Schema) -> str:
    """The type of a value in a few words, e.g. ``list of text`` or a link to the schema that it refers to."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{anchor(name)})"
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(describe_type(one) for one in schema[key]))
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    return _plain_type(schema)


def _plain_type(schema: Schema) -> str:
    kind = schema.get("type")
    if kind == "array":
        return f"list of {describe_type(schema.get('items', {}))}"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"object of {describe_type(values)}" if isinstance(values, Mapping) else "object"
    words = {
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "true or false",
        "null": "null",
    }
    return " ".join(part for part in (words.get(str(kind), "any"), _limits(schema)) if part)


def _limits(schema: Schema) -> str:
    if "format" in schema:
        return f"({schema['format']})"
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"({low} to {high})"
    if low is not None:
        return f"({low} or more)"
    return f"(up to {high})" if high is not None else ""


def property_table(schema: Schema) -> str:
    """One row a property: name, type, meaning. Empty text where the schema has no properties."""
    properties: Mapping[str, Schema] = schema.get("properties", {})
    if not properties:
        return ""
    required = set(schema.get("required", ()))
    rows = ["| field | type | meaning |", "| --- | --- | --- |"]
    for name, value in properties.items():
        optional = "" if name in required else ", optional"
        rows.append(f"| `{name}` | {describe_type(value)}{optional} | {in_one_line(value.get('description', ''))} |")
    return "\n".join(rows) + "\n"


def schema_sections(schemas: Mapping[str, Schema], names: Iterator[str] | list[str], *, level: int = 3) -> str:
    """A heading, the description and the table of each schema."""
    parts = []
    for name in names:
        schema = schemas[name]
        parts.append(f"{'#' * level} {name}\n\n{paragraphs(schema.get('description', ''))}\n")
        if "enum" in schema:
            parts.append("One of " + ", ".join(f"`{value}`" for value in schema["enum"]) + ".\n")
        parts.append(property_table(schema))
    return "\n".join(parts)


def referenced(schemas: Mapping[str, Schema], start: list[str]) -> list[str]:
    """The names in ``start`` and all that they refer to, each once, in the order in which they are met."""
    found: list[str] = []
    waiting = list(start)
    while waiting:
        name = waiting.pop(0)
        if name in found or name not in schemas:
            continue
        found.append(name)
        waiting += re.findall(r"'\$ref': '#/(?:components/schemas|\$defs)/(\w+)'", str(schemas[name]))
    return found


def anchor(heading: str) -> str:
    """The anchor that the site gives to a heading of letters and digits."""
    return heading.lower()


def in_one_line(text: str) -> str:
    """Text that fits into a cell of a table."""
    return " ".join(paragraphs(text).split()).replace("|", "\\|")


def paragraphs(text: str) -> str:
    """A docstring as Markdown: its double backticks become single ones."""
    return text.replace("``", "`").strip()
