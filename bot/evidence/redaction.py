"""Takes out of evidence what must not be kept: passwords, cookies, CSRF tokens. Pure.

Values are found by the names that they stand beside, in tags, headers, JSON, scripts and forms' fields, and once found
(or given by the caller) they are taken out wherever else they stand, also as they look in an address or in HTML.
"""

import html
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus, unquote_plus

REMOVED = "[removed]"

#: A shorter text that the caller gives would also be found inside of ordinary words.
_SHORTEST_GIVEN = 4

# Every repetition has a limit: a page may be one long word.
_NAME = (
    r"(?:[\w.\-\[\]]{0,40}(?:token|csrf|xsrf|passw|pwd|secret|cookie|authorization|api_?key)[\w.\-\[\]]{0,40}"
    r"|[\w.\-]{0,40}(?:sessid|sessionid|_session))"
)
_IS_SECRET = re.compile(rf"^{_NAME}$", re.IGNORECASE)
#: What a server makes up at random; only that is looked for elsewhere, or a field's ordinary word would vanish.
_MADE_UP = re.compile(r"^(?=.*\d)[\w+/=%.:\-]{12,}$", re.ASCII)

#: A tag with values, also one that is cut in the middle.
_TAG = re.compile(
    r"""<(?:input|meta|button|textarea)\b(?:[^>"']|"[^"]*(?:"|\Z)|'[^']*(?:'|\Z))*(?:>|\Z)""", re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"""([\w:\-]{1,80})(\s{0,20}=\s{0,20})("[^"]*(?:"|\Z)|'[^']*(?:'|\Z)|[^\s>"']+)""")
_NAMING = ("name", "id", "property", "http-equiv")

#: The same by nearness alone, for a page on which a quote that is never closed turns tags into text.
_VALUE = r"""("[^"<>]{0,500}+"?+|'[^'<>]{0,500}+'?+|[^\s"'<>]{1,500}+)"""
_NAMED = rf"""\b(?:name|property)\s{{0,5}}=\s{{0,5}}["']?{_NAME}["'\s]"""
_VALUE_AFTER_NAME = re.compile(
    rf"({_NAMED}[^<>]{{0,200}}?\b(?:value|content)\s{{0,5}}=\s{{0,5}}){_VALUE}", re.IGNORECASE
)
_VALUE_BEFORE_NAME = re.compile(
    rf"(\b(?:value|content)\s{{0,5}}=\s{{0,5}}){_VALUE}(?=[^<>]{{0,200}}?{_NAMED})", re.IGNORECASE
)

_HEADER = re.compile(
    r"^([ \t]{0,20}(?:set-cookie2?|cookie|authorization|proxy-authorization|x-csrf-token|x-xsrf-token)[ \t]*:[ \t]*)"
    r"([^\r\n]+)",
    re.IGNORECASE | re.MULTILINE,
)
#: ``"_token": "…"``, ``["_token", "…"]``, ``csrfToken = '…'``
_PAIR = re.compile(
    rf"""(?<![\w.\-])(["']?{_NAME}["']?\s{{0,20}}(?:=>|[:=,])\s{{0,20}})("(?:[^"\\\r\n]|\\.)*"?|'(?:[^'\\\r\n]|\\.)*'?)""",
    re.IGNORECASE,
)
#: ``_token=…`` among a form's fields or in an address
_FIELD = re.compile(rf"""((?:^|[?&;\s]){_NAME}=)([^&;\s"'<>]+)""", re.IGNORECASE | re.MULTILINE)

#: What a picture or another file that is no text begins with, or holds.
_BINARY = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"PK\x03\x04", b"%PDF")


def redacted(items: Mapping[str, bytes | str], *, given: Iterable[str] = ()) -> dict[str, bytes]:
    """The items as bytes, without secrets; ``given`` are secrets that the caller knows. Pictures stay as they are."""
    texts: dict[str, str] = {}
    kept: dict[str, bytes] = {}
    for name, item in items.items():
        if isinstance(item, str):
            texts[name] = item
        elif item.startswith(_BINARY) or b"\0" in item[:1024]:
            kept[name] = bytes(item)
        else:
            texts[name] = item.decode("utf-8", "surrogateescape")
    found = {secret for secret in given if len(secret) >= _SHORTEST_GIVEN}
    texts = {name: _without_named(text, found) for name, text in texts.items()}
    everywhere = sorted({form for secret in found for form in _forms(secret)}, key=len, reverse=True)
    for name, text in texts.items():
        for secret in everywhere:
            text = text.replace(secret, REMOVED)  # noqa: PLW2901  # each replacement works on what the last one left
        kept[name] = text.encode("utf-8", "surrogateescape" if isinstance(items[name], bytes) else "replace")
    return {name: kept[name] for name in items}


def _without_named(text: str, found: set[str]) -> str:
    """The text without what stands beside a secret's name; adds to ``found`` what looks made up."""

    def remove(match: re.Match[str]) -> str:
        value = match[2]
        quoted = value[0] if value[:1] in ('"', "'") else ""
        _remember(value.strip("\"'"), found)
        return f"{match[1]}{quoted}{REMOVED}{quoted if len(value) > 1 and value.endswith(quoted) else ''}"

    # before anything is replaced: what is taken out of one damaged tag may have named the value of the next
    for pattern in (_VALUE_AFTER_NAME, _VALUE_BEFORE_NAME):
        for match in pattern.finditer(text):
            _remember(match[2].strip("\"'"), found)
    text = _TAG.sub(lambda tag: _without_values(tag[0], found), text)
    for pattern in (_VALUE_AFTER_NAME, _VALUE_BEFORE_NAME, _HEADER, _PAIR, _FIELD):
        text = pattern.sub(remove, text)
    return text


def _without_values(tag: str, found: set[str]) -> str:
    attributes = {match[1].casefold(): match[3].strip("\"'") for match in _ATTRIBUTE.finditer(tag)}
    names = [attributes[name] for name in _NAMING if name in attributes]
    if not any(_IS_SECRET.match(name) for name in names) and attributes.get("type", "").casefold() != "password":
        return tag

    def remove(match: re.Match[str]) -> str:
        if match[1].casefold() not in ("value", "content"):
            return match[0]
        _remember(html.unescape(match[3].strip("\"'")), found)
        return f'{match[1]}{match[2]}"{REMOVED}"'

    return _ATTRIBUTE.sub(remove, tag)


def _remember(value: str, found: set[str]) -> None:
    """Look for this value elsewhere too; of a header the values of its cookies."""
    for part in (value, *(pair.partition("=")[2] for pair in value.split(";"))):
        if _MADE_UP.match(part.strip()):
            found.add(part.strip())


def _forms(secret: str) -> set[str]:
    """The secret as it may stand in a text, in an address and in HTML."""
    forms = {secret, quote(secret, safe=""), quote_plus(secret), unquote_plus(secret), html.escape(secret)}
    return {form for form in forms if len(form) >= _SHORTEST_GIVEN}
