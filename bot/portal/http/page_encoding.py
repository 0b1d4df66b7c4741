"""The encoding of an answer: of its letters, as a browser finds it (HTML standard, 13.2.3.2), and its packing."""

import codecs
import re

import httpx

#: A byte order mark wins over all that is said.
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: A browser looks for a declaration within so many bytes.
_DECLARED_WITHIN = 1024
_META = re.compile(rb"<meta[^>]*?\bcharset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
#: Names that mean Windows' Western encoding on the web, whatever they mean elsewhere (WHATWG, Encoding, section 4.2).
_WESTERN = frozenset({"ascii", "iso8859-1"})
_DEFAULT = "utf-8"


def encoding_of(response: httpx.Response) -> str:
    """The name of a codec of Python; never one that does not exist. The answer's content must have been read.

    In this order: the byte order mark, the header ``Content-Type``, the page's own ``<meta>``, UTF-8.
    """
    content = response.content
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return codec
    declared = _META.search(_COMMENT.sub(b"", content[:_DECLARED_WITHIN]))
    in_meta = _codec(declared[1].decode("ascii", "replace")) if declared else None
    if in_meta is not None and in_meta.startswith("utf-16"):
        in_meta = _DEFAULT  # a page whose declaration could be read letter by letter is none
    return _codec(response.charset_encoding) or in_meta or _DEFAULT


async def name_gzip_as_usual(response: httpx.Response) -> None:
    """Have an answer unpacked whose server says ``x-gzip`` (RFC 9110, section 8.4.1.3), for ``event_hooks``.

    httpx unpacks only what it knows by name.
    """
    if response.headers.get("content-encoding", "").strip().lower() == "x-gzip":
        response.headers["content-encoding"] = "gzip"


def _codec(label: str | None) -> str | None:
    """The codec for a label on the web; None for one that nobody knows."""
    if not label:
        return None
    try:
        name = codecs.lookup(label.strip().strip("\"'")).name
        b"".decode(name)  # what is no encoding of text (base64, zip) refuses
    except (LookupError, ValueError):
        return None
    return "cp1252" if name in _WESTERN else name
