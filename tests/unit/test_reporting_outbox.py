"""The outbox: seq without gaps, nothing forgotten before it was acknowledged, bounded where that loses nothing."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.control_plane import outbox as module
from bot.control_plane.outbox import NotAnOutbox, Outbox
from contract.events import CycleComplete, Event, Notice, decode_event
from contract.sessions import SessionTotals

SESSION = "session-20261120_101500"
ACCOUNT = "account-1"
START = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)


def notice(text: str = "hello") -> Notice:
    return Notice(seq=1, outbox_id="", session_id=SESSION, account_id=ACCOUNT, at=START, action="test", message=text)


def cycle(checks: int, *, at: datetime = START) -> CycleComplete:
    return CycleComplete(
        seq=1,
        outbox_id="",
        session_id=SESSION,
        account_id=ACCOUNT,
        at=at,
        duration_ms=30,
        pages=1,
        jobs_on_board=0,
        new_jobs=0,
        totals=SessionTotals(checks=checks),
    )


def opened(path: Path) -> Outbox:
    outbox = Outbox(path)
    outbox.open(session_id=SESSION, account_id=ACCOUNT)
    return outbox


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = opened(tmp_path / "outbox.sqlite")
    yield box
    box.close()


def written(outbox: Outbox) -> None:
    while (future := outbox.flush()) is not None:
        future.result(5)


def stored(outbox: Outbox, *, after: int = 0) -> list[Event]:
    return [decode_event(one.body) for one in outbox.read(after=after, limit=100_000).result(5)]


def test_events_are_numbered_in_the_order_in_which_they_were_put(outbox: Outbox) -> None:
    for number in range(50):
        outbox.put(notice(str(number)))
    written(outbox)
    events = stored(outbox)
    assert [event.seq for event in events] == list(range(1, 51))
    assert [event.message for event in events if isinstance(event, Notice)] == [str(number) for number in range(50)]
    assert {event.outbox_id for event in events} == {outbox.outbox_id}


def test_the_sender_hears_of_what_is_on_disk(outbox: Outbox) -> None:
    heard: list[int] = []
    outbox.on_written = lambda: heard.append(outbox.last_seq)
    outbox.put(notice())
    written(outbox)
    assert heard[-1] == 1


def test_an_urgent_event_does_not_wait_for_the_passes_before_it(outbox: Outbox) -> None:
    took = []
    for number in range(3):
        began = time.monotonic()
        outbox.put(cycle(number))
        outbox.put(notice())
        written(outbox)
        took.append(time.monotonic() - began)
    assert min(took) < 0.9  # the passes wait a second; a busy machine only adds
    assert [event.type for event in stored(outbox)] == ["cycle_complete", "notice"] * 3


def test_numbers_and_identity_go_on_after_the_process_ended(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    first = opened(path)
    first.put(notice("a"))
    first.put(notice("b"))
    first.close()
    second = opened(path)
    second.put(notice("c"))
    written(second)
    assert second.outbox_id == first.outbox_id
    assert [event.seq for event in stored(second)] == [1, 2, 3]
    second.close()


def test_numbers_go_on_when_everything_was_acknowledged_and_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    first = opened(path)
    first.put(notice())
    written(first)
    first.acknowledge(1)
    first.close()
    second = opened(path)
    assert (second.last_seq, second.acknowledged, second.waiting) == (1, 1, 0)
    second.put(notice())
    written(second)
    assert [event.seq for event in stored(second)] == [2]
    second.close()


def test_only_what_is_acknowledged_is_forgotten(outbox: Outbox) -> None:
    for _ in range(5):
        outbox.put(notice())
    written(outbox)
    outbox.acknowledge(3)
    assert [event.seq for event in stored(outbox)] == [4, 5]
    assert outbox.waiting == 2
    outbox.acknowledge(2)  # an older word changes nothing
    assert outbox.acknowledged == 3


def test_a_long_outage_keeps_every_event_but_thins_the_passes(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CROWDED", 10)
    for number in range(600):  # five minutes at 0.5 s, and a notice every 30 s
        outbox.put(cycle(number, at=START + timedelta(seconds=number / 2)))
        if number % 60 == 0:
            outbox.put(notice(str(number)))
        if number % 20 == 0:
            written(outbox)
    written(outbox)
    events = stored(outbox)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert sum(isinstance(event, Notice) for event in events) == 10
    passes = [event.totals.checks for event in events if isinstance(event, CycleComplete)]
    assert len(passes) <= 10 + 20 + 5
    assert passes[-1] >= 480  # a pass of the last minute is there
    outbox.acknowledge(outbox.last_seq)
    for number in range(600, 620):
        outbox.put(cycle(number, at=START + timedelta(seconds=number / 2)))
    written(outbox)
    assert [event.seq for event in stored(outbox)] == [len(events) + n for n in range(1, 21)]


def test_a_full_disk_delays_reports_and_loses_none(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_RETRY_AFTER_SECONDS", 0.05)

    def refuse(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA max_page_count=1")

    def allow(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA max_page_count=1073741823")

    run: Callable[[Callable[[sqlite3.Connection], None]], None] = lambda do: outbox._database.submit(do).result(5)  # noqa: E731
    run(refuse)
    for number in range(200):
        outbox.put(notice("x" * 500 + str(number)))
    future = outbox.flush()
    assert future is not None
    assert future.exception(5) is not None
    run(allow)
    deadline = time.monotonic() + 5
    while outbox.last_seq < 200 and time.monotonic() < deadline:
        written_future = outbox.flush()
        if written_future:
            written_future.exception(5)
    assert [event.seq for event in stored(outbox)] == list(range(1, 201))


def test_a_file_without_reports_is_told_apart(tmp_path: Path) -> None:
    left = Outbox(tmp_path / "outbox.sqlite")
    with pytest.raises(NotAnOutbox):
        left.open_left_behind()
    left.close()


def test_what_was_left_behind_keeps_its_own_identity(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    first = opened(path)
    first.put(notice())
    first.remember_command("5-1")
    first.close()
    left = Outbox(path)
    left.open_left_behind()
    assert (left.session_id, left.account_id, left.outbox_id) == (SESSION, ACCOUNT, first.outbox_id)
    assert (left.last_seq, left.acknowledged, left.last_command_id) == (1, 0, "5-1")
    left.close()


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("put"), st.integers(1, 4)),
            st.tuples(st.just("pass"), st.integers(1, 4)),
            st.tuples(st.just("write"), st.just(0)),
            st.tuples(st.just("acknowledge"), st.integers(0, 40)),
            st.tuples(st.just("reopen"), st.just(0)),
        ),
        max_size=25,
    )
)
def test_whatever_happens_the_numbers_have_no_gap_and_nothing_is_written_twice(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    path = tmp_path_factory.mktemp("outbox") / "outbox.sqlite"
    outbox = opened(path)
    put = 0
    for what, count in steps:
        match what:
            case "put" | "pass":
                for _ in range(count):
                    put += 1
                    outbox.put(notice(str(put)) if what == "put" else cycle(put))
            case "write":
                written(outbox)
            case "acknowledge":
                outbox.acknowledge(min(count, outbox.last_seq))
            case _:
                outbox.close()
                outbox = opened(path)
    written(outbox)
    events = stored(outbox)
    assert outbox.last_seq == put
    assert [event.seq for event in events] == list(range(outbox.acknowledged + 1, put + 1))
    said = [int(event.message) if isinstance(event, Notice) else event.totals.checks for event in events]  # type: ignore[union-attr]  # only these two are put
    assert said == [event.seq for event in events]
    outbox.close()
