"""The program that reads one calendar: ``python -m bot.calendars.reader``, a request in, an answer out.

The request comes on the input because it holds the address, a secret: arguments can be seen by everybody on a machine.
"""

import contextlib
import hashlib
import os
import re
import signal
import sys
import traceback
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.calendars.entries import read_entries
from bot.calendars.reader_protocol import Answer, Failed, Reading, Request, Unchanged, encode
from bot.calendars.sources import CannotRead, Content, read_file
from bot.calendars.text import NotACalendar

#: A calendar that needs more holds something else than a person's time: 10 MB of entries that lie ahead take 600 MB.
_MOST_MEMORY = 768 * 1024**2
#: Whoever asked ends this process before; this is for when that one is gone.
_LONGEST_LIFE = timedelta(minutes=5)

#: When each entry was written into this text; some servers write the present moment into every answer.
_WRITTEN_AT = re.compile(rb"^DTSTAMP[:;].*\r?\n", re.IGNORECASE | re.MULTILINE)


def answer(request: Request) -> Answer:
    """Read the calendar."""
    try:
        content = _content(request)
        if content is None:
            return Unchanged(validators=request.validators)
        digest = hashlib.sha256(_WRITTEN_AT.sub(b"", content.content)).hexdigest()
        if digest == request.digest:
            return Unchanged(validators=content.validators)
        first, last = (datetime.fromtimestamp(seconds, UTC) for seconds in (request.first, request.last))
        entries = read_entries(
            content.content,
            zone=ZoneInfo(request.zone),
            first=first,
            last=last,
            own_addresses=request.own_addresses,
        )
    except CannotRead as error:
        return Failed(words=error.words, retry_after=error.retry_after)
    except NotACalendar as error:
        return Failed(words=str(error), where=_where(error.__cause__))
    except MemoryError:
        return Failed(words="needs more memory than a calendar should; a recurring entry may have no end")
    return Reading(
        read_at=datetime.fromtimestamp(request.now, UTC),
        known_until=last,
        digest=digest,
        validators=content.validators,
        unreadable=entries.unreadable,
        uncertain=entries.uncertain,
        unknown_zones=entries.unknown_zones,
        spans=entries.spans,
    )


def _content(request: Request) -> Content | None:
    if request.is_file:
        return read_file(request.address)
    from bot.calendars.http_source import fetch  # noqa: PLC0415  (a file needs no HTTP, and a process starts with this)

    return fetch(request.address, request.validators)


def _where(error: BaseException | None) -> str | None:
    """Where an error came from, without its message, which may show the address or an entry."""
    if error is None:
        return None
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return f"{type(error).__name__} at " + " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))


def _behave() -> None:
    """Stand back behind the bot, and end when it is gone or when the calendar is a trap."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the bot, which ends this process itself
    signal.alarm(int(_LONGEST_LIFE.total_seconds()))
    with contextlib.suppress(OSError):
        os.nice(10)
    with contextlib.suppress(ImportError, OSError, ValueError):  # not every system has it, or lets it be set
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


def main() -> None:
    """Answer the one request on the input."""
    _behave()
    try:
        result = answer(Request.decode(sys.stdin.buffer.read()))
    except Exception as error:  # noqa: BLE001  # whatever it is: its own message could show the address in a log
        result = Failed(words="cannot be read: an error in this program", where=_where(error))
    sys.stdout.buffer.write(encode(result))


if __name__ == "__main__":
    main()
