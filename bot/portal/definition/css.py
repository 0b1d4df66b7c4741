"""Whether a text is a CSS selector that the parser understands."""

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

_EMPTY_PAGE = LexborHTMLParser("<!DOCTYPE html><html><body></body></html>")


def is_selector(text: str) -> bool:
    """Whether selectolax understands it."""
    if not text.strip():
        return False
    try:
        _EMPTY_PAGE.css(text)
    except (SelectolaxError, ValueError):
        return False
    return True
