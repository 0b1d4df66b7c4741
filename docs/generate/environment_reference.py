"""Prints the reference of the settings in the environment, from ``.env.example``.

A test holds ``.env.example`` against the settings that the programs read.
"""

import re
from pathlib import Path

_EXAMPLE = Path(__file__).resolve().parents[2] / ".env.example"
_SECTION = re.compile(r"^# --- (.+?) -+$")
_SETTING = re.compile(r"^#?([A-Z][A-Z0-9_]+)=(.*)$")


def main() -> None:
    """Print the page."""
    print("# Settings in the environment\n")
    print("Made from `.env.example` when this site is built. The environment goes before `.env`.\n")
    comment: list[str] = []
    has_table = False
    for line in _EXAMPLE.read_text(encoding="utf-8").splitlines():
        section, setting = _SECTION.match(line), _SETTING.match(line)
        if section:
            print(f"\n## {section[1]}\n")
            has_table = False
            comment = []
        elif setting:
            if not has_table:
                print("| setting | example | meaning |\n| --- | --- | --- |")
                has_table = True
            example = f"`{setting[2]}`" if setting[2] else ""
            print(f"| `{setting[1]}` | {example} | {' '.join(comment)} |")
            comment = []
        elif line.startswith("#"):
            comment.append(line.lstrip("# ").replace("|", "\\|"))
        else:
            comment = []


if __name__ == "__main__":
    main()
