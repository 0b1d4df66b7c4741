"""What a definition's sources say of the elements of a page."""

import re
from collections.abc import Sequence

from selectolax.lexbor import LexborNode

from bot.portal.definition.model import Source
from bot.portal.parsing.html import attribute, lines_of, text_of
from bot.portal.parsing.values import one_line


def text_in(node: LexborNode, source: Source) -> str:
    """The value in a cell, which ``source`` may narrow to an element within it; empty where nothing fits."""
    return text_by(node.css(source.selector) if source.selector else [node], source)


def text_by(nodes: Sequence[LexborNode], source: Source) -> str:
    """The value that these elements show together: their lines, or the one that the source chooses.

    A value of several lines keeps them, one below the other; empty where nothing fits.
    """
    if source.attribute:
        lines = [one_line(attribute(node, source.attribute)) for node in nodes]
    elif source.heading and source.line is None:
        lines = [text_of(node) for node in nodes]
    else:
        lines = [line for node in nodes for line in lines_of(node)]
    return chosen([line for line in lines if line], source)


def chosen(lines: Sequence[str], source: Source) -> str:
    """Of these lines the one that counts, and of that the part that the pattern finds."""
    if source.line is not None:
        place = source.line - 1 if source.line > 0 else source.line
        lines = [lines[place]] if -len(lines) <= place < len(lines) else []
    text = "\n".join(lines)
    if not source.pattern or not text:
        return text
    found = re.search(source.pattern, text, re.IGNORECASE)
    return ((found[1] if found.re.groups else found[0]) or "") if found else ""


def label_key(label: str) -> str:
    """What two spellings of a label have in common: case, white space and the colon are left out."""
    return one_line(label).rstrip(": ").casefold()
