"""Prints the reference of the HTTP interface, from ``backend/openapi.json``."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from schema_tables import Schema, describe_type, in_one_line, paragraphs, referenced, schema_sections

_SCHEMA = Path(__file__).resolve().parents[2] / "backend" / "openapi.json"


def _operation(method: str, path: str, operation: Schema) -> str:
    lines = [f"### `{method.upper()} {path}`", "", paragraphs(operation.get("description") or operation["summary"]), ""]
    parameters = operation.get("parameters", [])
    if parameters:
        lines += ["| parameter | in | type | meaning |", "| --- | --- | --- | --- |"]
        lines += [_parameter_row(one) for one in parameters]
        lines.append("")
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if body:
        lines += [f"Body: {describe_type(body)}.", ""]
    lines += ["| status | answer |", "| --- | --- |"]
    for status, response in operation["responses"].items():
        contents = [content.get("schema", {}) for content in response.get("content", {}).values()]
        answer = describe_type(contents[0]) if contents and contents[0] else ""
        lines.append(f"| {status} | {in_one_line(response.get('description', ''))} {answer} |")
    return "\n".join(lines) + "\n"


def _parameter_row(parameter: Schema) -> str:
    meaning = in_one_line(parameter.get("description", ""))
    return f"| `{parameter['name']}` | {parameter['in']} | {describe_type(parameter['schema'])} | {meaning} |"


def main() -> None:
    """Print the page."""
    document = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    schemas = document["components"]["schemas"]
    print("# HTTP interface\n")
    print(
        "Made from `backend/openapi.json` when this site is built. A running control plane shows the same, to be tried "
        "out, at `/docs`. Every error is a problem document (RFC 9457): [Problem](#problem).\n"
    )
    print("## Calls\n")
    used: list[str] = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            print(_operation(method, path, operation))
            used += referenced({"call": operation, **schemas}, ["call"])[1:]
    print("## Data\n")
    print(schema_sections(schemas, sorted({*used, "Problem"} & set(schemas))))


if __name__ == "__main__":
    main()
