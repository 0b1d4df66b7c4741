"""An iCal text as its unfolded lines, once it is certain that nothing of it is missing (RFC 5545, section 3.1)."""

import re

_BEGIN_CALENDAR = re.compile(rb"^BEGIN:VCALENDAR[ \t]*$", re.IGNORECASE | re.MULTILINE)
_END_CALENDAR = re.compile(rb"^END:VCALENDAR[ \t]*$", re.IGNORECASE | re.MULTILINE)
_FOLD = re.compile(rb"\n[ \t]")

#: A byte order mark -> the encoding that it stands for. UTF-16 is what some programs on Windows save.
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
#: What old programs put behind the last line: Ctrl-Z ended a file in CP/M and MS-DOS, NUL fills a buffer.
_AROUND = b" \t\r\n\x00\x1a"


class NotACalendar(Exception):
    """The text is no whole calendar; the words go on after "The calendar …"."""


def unfold(content: bytes) -> list[str]:
    """The lines of a calendar. Raises NotACalendar where the text is something else, or its end is missing."""
    text = _with_line_feeds(_as_utf8(content)).strip(_AROUND)
    if text.startswith(b"<"):
        raise NotACalendar("is a web page, not a calendar; use its address in iCal format (it often ends in .ics)")
    if not _BEGIN_CALENDAR.match(text):
        raise NotACalendar("is not in iCal format")
    last_line = text.rsplit(b"\n", 1)[-1].strip()
    is_whole = len(_BEGIN_CALENDAR.findall(text)) == len(_END_CALENDAR.findall(text))
    if not is_whole or last_line.upper() != b"END:VCALENDAR":
        raise NotACalendar("ends in the middle: a part of it is missing")
    # a line may be folded within a character, so bytes are joined before they are letters
    return _letters(_FOLD.sub(b"", text)).split("\n")


def _as_utf8(content: bytes) -> bytes:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, errors="replace").encode()
    return content


def _with_line_feeds(content: bytes) -> bytes:
    """The text with LF ends, from CRLF, LF, or CR alone, which old programs on the Macintosh wrote."""
    if b"\n" in content:
        return content.replace(b"\r\n", b"\n")
    return content.replace(b"\r", b"\n")


def _letters(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        # no program says which encoding it used instead; only titles can be wrong by it
        return text.decode("cp1252", errors="replace")
