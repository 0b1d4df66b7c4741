"""Pieces of evidence as plain files, with a page for a browser that shows them in their order."""

import html
import os
from collections.abc import Iterable
from pathlib import Path

from bot.evidence.archive import EvidenceName, Piece

_PAGES = (".html", ".htm")
_PICTURES = (".png", ".jpg", ".jpeg")

_FRAME = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline'; img-src file: data:">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }}
pre, iframe {{ width: 100%; box-sizing: border-box; border: 1px solid #999; background: #fff; color: #000; }}
pre {{ padding: .5rem; overflow: auto; max-height: 30rem; white-space: pre-wrap; overflow-wrap: anywhere; }}
iframe {{ height: 30rem; }} img {{ max-width: 100%; }}
</style></head><body><h1>{title}</h1>
<p>Times are UTC. Passwords, cookies and tokens were taken out when this was kept. Pages are shown as they came, without
their pictures and styles; nothing in them can be used.</p>
{pieces}</body></html>
"""


def write_report(title: str, pieces: Iterable[tuple[EvidenceName, Piece]], folder: Path) -> Path:
    """Write every item into ``folder``, with an ``index.html`` that shows them; answers that page's path.

    Files are for the owner's eyes only, as the evidence is. Raises FileExistsError where the folder holds something
    already, OSError where it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    shown = []
    for number, (name, piece) in enumerate(pieces, start=1):
        part = f"{number:03}-{name.at:%Y%m%d-%H%M%S}-{_plain(piece.kind)}"
        (folder / part).mkdir(mode=0o700)
        for item, content in piece.items.items():
            _write(folder / part / item, content)
        shown.append(_piece_shown(name, piece, part))
    index = folder / "index.html"
    _write(index, _FRAME.format(title=html.escape(title), pieces="\n".join(shown)).encode("utf-8", "replace"))
    return index


def _piece_shown(name: EvidenceName, piece: Piece, part: str) -> str:
    about = f" of job {html.escape(piece.job_number)}" if piece.job_number else ""
    heading = f"{html.escape(piece.kind.replace('_', ' '))}{about}, {name.at:%d/%m/%Y %H:%M:%S.%f}"
    items = "".join(_item_shown(item, content, f"{part}/{item}") for item, content in piece.items.items())
    return f"<h2>{heading}</h2>{items}"


def _item_shown(item: str, content: bytes, path: str) -> str:
    heading = f"<h3>{html.escape(item)}</h3>"
    if item.lower().endswith(_PICTURES):
        return f'{heading}<img src="{html.escape(path)}" alt="{html.escape(item)}">'
    text = html.escape(content.decode("utf-8", "replace"))
    if item.lower().endswith(_PAGES):
        # a sandbox without any permission: no script runs, no form is sent, no link leads anywhere
        return f'{heading}<iframe sandbox srcdoc="{text}"></iframe>'
    return f"{heading}<pre>{text}</pre>"


def _plain(text: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in text)[:40]


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
