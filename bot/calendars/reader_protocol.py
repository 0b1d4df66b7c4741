"""What is asked of one calendar, and what was read from it, as bytes: on the pipes of the reading program, and on disk.

The first line of an answer is a JSON object; one further line follows for each span: ``[start, end, title]``, times in
Unix seconds. The first line counts them, so that half a text is never taken for a whole one.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from bot.domain.busy_calendar import BusySpan

#: Another number where the format, or what is read from a calendar, has changed: what an older bot kept is read anew.
_FORMAT = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What is asked of one calendar."""

    address: str = field(repr=False)
    is_file: bool
    #: the owner's zone, e.g. ``Europe/London``
    zone: str
    #: Unix seconds, like the two below
    now: float
    #: the stretch of time that is asked about
    first: float
    last: float
    #: of the last reading; empty where it is to be read in any case
    validators: Mapping[str, str]
    digest: str
    #: the owner's e-mail addresses, by which declined invitations are known
    own_addresses: tuple[str, ...] = ()

    def encode(self) -> bytes:
        """The request as bytes."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """The request in the bytes; raises ValueError, KeyError or TypeError where it is none."""
        fields = json.loads(content)
        return cls(**fields | {"own_addresses": tuple(fields["own_addresses"])})


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a calendar said."""

    #: when it was read, aware, UTC
    read_at: datetime
    #: the entries up to this moment are known
    known_until: datetime
    #: of the calendar's text without the times at which it was written
    digest: str
    #: what shows its source that nothing changed since (``sources``)
    validators: Mapping[str, str] = field(default_factory=dict)
    #: entries whose time cannot be read, in words: they may be at any time
    unreadable: tuple[str, ...] = ()
    #: entries of which a part cannot be read, in words: they take all the time that they can mean
    uncertain: tuple[str, ...] = ()
    #: names of time zones that nobody knows
    unknown_zones: tuple[str, ...] = ()
    spans: tuple[BusySpan, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Unchanged:
    """The calendar says what it said at the last reading."""

    validators: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """It cannot be read now; the words go on after "The calendar …"."""

    words: str
    #: the source's own wish; None where it named none
    retry_after: timedelta | None = None
    #: where an unforeseen error came from, for whoever mends it: no values, only names and lines
    where: str | None = None


Answer = Reading | Unchanged | Failed


def encode(answer: Answer) -> bytes:
    """The answer as bytes."""
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in _lines(answer))


def decode(content: bytes) -> Answer:
    """The answer in the bytes; raises ValueError where they are not a whole one."""
    lines = content.split(b"\n")
    try:
        return _answer(json.loads(lines[0]), lines[1:])
    except (KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise ValueError(f"not what was read from a calendar: {type(error).__name__}") from error


def _lines(answer: Answer) -> Iterator[Any]:
    match answer:
        case Reading():
            yield {
                "format": _FORMAT,
                "answer": "read",
                "read_at": answer.read_at.timestamp(),
                "known_until": answer.known_until.timestamp(),
                "digest": answer.digest,
                "validators": dict(answer.validators),
                "unreadable": answer.unreadable,
                "uncertain": answer.uncertain,
                "unknown_zones": answer.unknown_zones,
                "spans": len(answer.spans),
            }
            for span in answer.spans:
                yield [span.starts_at.timestamp(), span.ends_at.timestamp(), span.title]
        case Unchanged():
            yield {"format": _FORMAT, "answer": "unchanged", "validators": dict(answer.validators)}
        case Failed():
            wait = None if answer.retry_after is None else answer.retry_after.total_seconds()
            yield {
                "format": _FORMAT,
                "answer": "failed",
                "words": answer.words,
                "retry_after": wait,
                "where": answer.where,
            }


def _answer(head: Any, lines: list[bytes]) -> Answer:
    if head["format"] != _FORMAT:
        raise ValueError("kept by another version")
    match head["answer"]:
        case "failed":
            wait = head["retry_after"]
            return Failed(
                words=str(head["words"]),
                retry_after=None if wait is None else timedelta(seconds=wait),
                where=head["where"],
            )
        case "unchanged":
            return Unchanged(validators=_texts(head["validators"]))
    spans = tuple(_span(json.loads(line)) for line in lines if line)
    if len(spans) != head["spans"] or lines[-1]:
        raise ValueError("a part is missing")
    return Reading(
        read_at=_moment(head["read_at"]),
        known_until=_moment(head["known_until"]),
        digest=str(head["digest"]),
        validators=_texts(head["validators"]),
        unreadable=tuple(str(one) for one in head["unreadable"]),
        uncertain=tuple(str(one) for one in head["uncertain"]),
        unknown_zones=tuple(str(one) for one in head["unknown_zones"]),
        spans=spans,
    )


def _span(line: Any) -> BusySpan:
    starts_at, ends_at, title = line
    return BusySpan(starts_at=_moment(starts_at), ends_at=_moment(ends_at), title=str(title))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _texts(values: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in values.items()}
