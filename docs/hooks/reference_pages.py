"""MkDocs hook: the reference pages are made from the code each time the site is built, so that they cannot go stale.

Each page of ``_PAGES`` is what one program in ``docs/generate`` prints. A program that fails ends the build.
"""

import subprocess
import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

_GENERATORS = Path(__file__).resolve().parents[1] / "generate"

#: The page in the site, and the program that prints it.
_PAGES = {
    "reference/settings.md": "settings_reference.py",
    "reference/definition-parts.md": "definition_parts_reference.py",
    "reference/environment.md": "environment_reference.py",
    "reference/api.md": "api_reference.py",
    "reference/websocket.md": "websocket_reference.py",
    "reference/events.md": "events_reference.py",
    "reference/commands.md": "commands_reference.py",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to the site's files."""
    for page, program in _PAGES.items():
        files.append(File.generated(config, page, content=_printed_by(_GENERATORS / program)))
    return files


def _printed_by(program: Path) -> str:
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise PluginError(f"{program.name} could not make its page:\n{done.stderr}")
    return done.stdout
