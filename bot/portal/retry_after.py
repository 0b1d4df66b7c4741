"""The header ``Retry-After`` (RFC 9110, section 10.2.3): a number of seconds, or a date."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: A portal that asks for more than this has made a mistake, or means "not today"; the owner is told either way.
LONGEST = timedelta(hours=6)


def retry_after(value: str | None, *, now: datetime | None = None) -> timedelta | None:
    """How long to wait, between nothing and ``LONGEST``; None where the header is missing or cannot be read."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text), int(LONGEST.total_seconds())))
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    wait = until - (now or datetime.now(UTC))
    return min(max(wait, timedelta(0)), LONGEST)
