"""What is asked of a calendar and what was read from it, as bytes."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendars.reader_protocol import Answer, Failed, Reading, Request, Unchanged, decode, encode
from bot.domain.busy_calendar import BusySpan

AT = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)
READING = Reading(
    read_at=AT,
    known_until=AT + timedelta(days=400),
    digest="ab12",
    validators={"etag": '"1"'},
    unreadable=("“Dentist”: it has no start",),
    unknown_zones=("Atlantis",),
    spans=tuple(
        BusySpan(starts_at=AT + timedelta(hours=hour), ends_at=AT + timedelta(hours=hour + 1), title=title)
        for hour, title in enumerate(("Dentist", "Zoë\u2028\n", "", '"'))
    ),
)


@pytest.mark.parametrize(
    "answer",
    [
        READING,
        replace(READING, spans=(), validators={}),
        Unchanged(validators={"file": "1-2-3"}),
        Failed(words="is not there", retry_after=timedelta(seconds=90), where="ValueError at read:12"),
        Failed(words="is not there"),
    ],
)
def test_an_answer_is_the_same_on_the_other_side(answer: Answer) -> None:
    assert decode(encode(answer)) == answer


@given(length=st.integers(0, len(encode(READING)) - 1))
def test_half_an_answer_is_none(length: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(encode(READING)[:length])


@given(junk=st.binary(max_size=200) | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
def test_junk_is_no_answer(junk: bytes | str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(junk if isinstance(junk, bytes) else junk.encode())


@given(data=st.data())
def test_a_line_that_is_missing_is_noticed(data: st.DataObject) -> None:
    lines = encode(READING).splitlines(keepends=True)
    del lines[data.draw(st.integers(1, len(lines) - 1))]
    with pytest.raises(ValueError, match="missing"):
        decode(b"".join(lines))


def test_what_another_version_kept_is_read_anew() -> None:
    older = encode(READING).replace(b'"format": ', b'"format": -')
    assert older != encode(READING)
    with pytest.raises(ValueError, match="another version"):
        decode(older)


def test_a_request_hides_its_address() -> None:
    request = Request(
        address="https://calendar.example/private-0123456789",
        is_file=False,
        zone="Europe/London",
        now=1.0,
        first=0.0,
        last=2.0,
        validators={},
        digest="",
    )
    assert Request.decode(request.encode()) == request
    assert "private" not in repr(request)
