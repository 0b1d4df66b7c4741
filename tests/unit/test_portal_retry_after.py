"""The header ``Retry-After`` as seconds, as a date, and as nonsense."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.portal.retry_after import LONGEST, retry_after

NOW = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, None),
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta(0)),
        ("Fri, 20 Nov 2026 10:16:30 GMT", timedelta(seconds=90)),
        ("Fri, 20 Nov 2026 10:00:00 GMT", timedelta(0)),  # already over
        ("999999999", LONGEST),
        ("9" * 400, LONGEST),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_how_long_to_wait(header: str | None, wait: timedelta | None) -> None:
    assert retry_after(header, now=NOW) == wait


@given(st.text(max_size=60))
def test_whatever_comes_the_wait_is_bounded(header: str) -> None:
    wait = retry_after(header, now=NOW)
    assert wait is None or timedelta(0) <= wait <= LONGEST
