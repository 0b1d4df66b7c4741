"""Cursors: where the next page of a list begins, as an opaque text.

A list is ordered by a moment and then by a name or number, newest first; the cursor holds both of the last row shown.
So any page costs the same, and rows that arrive meanwhile shift nothing.
"""

import base64
import binascii
import json
from datetime import datetime
from typing import TypeVar

from app.problems import FieldProblem, InvalidInput
from app.query_params import is_of_our_time
from contract.wire import is_text

_T = TypeVar("_T", int, str)


def write_cursor(at: datetime, key: int | str) -> str:
    """The cursor behind the row with this moment and key."""
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), key]).encode()).decode().rstrip("=")


def read_cursor(cursor: str, key_type: type[_T]) -> tuple[datetime, _T]:
    """The moment and key of the last row shown. Raises InvalidInput."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        at, key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        moment = datetime.fromisoformat(at)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise _not_a_cursor() from None
    if type(key) is not key_type or moment.tzinfo is None or not _is_storable(key) or not is_of_our_time(moment):
        raise _not_a_cursor()
    return moment, key


def _is_storable(key: int | str) -> bool:
    """Whether Postgres can compare with it: a bigint, or a text."""
    return is_text(key) if isinstance(key, str) else abs(key) < 1 << 63


def _not_a_cursor() -> InvalidInput:
    wrong = FieldProblem(field="cursor", message="This is no cursor of this list; leave it out to begin anew.")
    return InvalidInput("The page cannot be found: its cursor is not valid.", errors=[wrong])
