"""Each event once: only the next one is applied, and after a jump none until the missing one is sent again."""

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.ingest.ordering import ANSWERS_NEEDED, FIRST_PAUSE, LONGEST_PAUSE, Order, Sorted
from app.ingest.reading import OutboxKey, Unreadable, read_entry
from contract.events import encode_event
from contract.streams import EVENT_FIELD
from tests.support.backend_events import Outbox

KEY = OutboxKey("session-a", "outbox")


def entry(seq: int, key: OutboxKey = KEY) -> Unreadable:
    # what it says is of no interest here; its place is
    return Unreadable(raw=b"", reason="", key=key, seq=seq)


def seqs(batch: Sorted) -> list[int]:
    return [one.seq for one in batch.apply if one.seq is not None]


def test_only_the_next_one_is_applied() -> None:
    batch = Order().sort([entry(3), entry(4), entry(4), entry(2), entry(5)], {KEY: 3})
    assert seqs(batch) == [4, 5]
    assert batch.repeated == 3
    assert batch.positions == {KEY: 5}


def test_nothing_beyond_a_gap_is_applied_and_the_missing_one_is_asked_for() -> None:
    order = Order()
    batch = order.sort([entry(1), entry(3), entry(4)], {})
    assert seqs(batch) == [1]
    assert batch.too_early == 2
    assert order.to_ask(0.0) == [(KEY, 2)]
    assert order.to_ask(FIRST_PAUSE / 2) == []  # asked a moment ago
    assert order.to_ask(FIRST_PAUSE) == [(KEY, 2)]


def test_a_gap_is_closed_by_what_was_missing() -> None:
    order = Order()
    order.sort([entry(3)], {KEY: 1})
    assert seqs(order.sort([entry(2), entry(3)], {KEY: 1})) == [2, 3]
    assert order.to_ask(1000.0) == []


def test_other_outboxes_do_not_wait_for_one_with_a_gap() -> None:
    other = OutboxKey("session-b", "outbox")
    batch = Order().sort([entry(2), entry(1, other), entry(3), entry(2, other)], {})
    assert [one.key for one in batch.apply] == [other, other]


def test_a_new_outbox_of_a_session_begins_at_one() -> None:
    other = OutboxKey(KEY.session_id, "another disk")
    assert seqs(Order().sort([entry(1, other)], {KEY: 500})) == [1]


def test_a_bot_that_does_not_answer_is_asked_less_and_less_often() -> None:
    order = Order()
    order.sort([entry(9)], {})
    asked = [second for second in range(600) if order.to_ask(float(second))]
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


class TestWhatNobodyHasAnyMore:
    """The database was replaced: the bot was told by the former one that it may forget 1 to 99."""

    def answered(self, order: Order, begins: int, until: int) -> Sorted:
        assert order.to_ask(1e6 * (order.gaps[KEY].asked + 1))
        return order.sort([entry(seq) for seq in range(begins, until)], {})

    def test_the_order_goes_on_from_where_the_outbox_begins(self) -> None:
        order = Order()
        assert order.sort([entry(seq) for seq in range(100, 110)], {}).apply == []
        for _ in range(ANSWERS_NEEDED - 1):
            assert self.answered(order, 100, 112).apply == []
        batch = self.answered(order, 100, 112)
        assert seqs(batch) == list(range(100, 112))
        assert batch.given_up == [(KEY, 1, 100)]

    def test_answers_that_begin_elsewhere_each_time_prove_nothing(self) -> None:
        order = Order()
        order.sort([entry(150)], {})
        for begins in (100, 101, 100, 101, 102, 100):
            assert self.answered(order, begins, begins + 1).apply == []

    def test_repetitions_without_being_asked_prove_nothing(self) -> None:
        order = Order()
        for _ in range(10):
            assert order.sort([entry(100), entry(101)], {}).apply == []


@given(
    st.lists(st.integers(min_value=1, max_value=30), max_size=120),
    st.integers(min_value=1, max_value=12),
)
def test_whatever_arrives_each_is_applied_once_in_order_and_none_is_skipped(arriving: list[int], size: int) -> None:
    order = Order()
    table: dict[OutboxKey, int] = {}
    applied: list[int] = []
    for begin in range(0, len(arriving), size):
        batch = order.sort([entry(seq) for seq in arriving[begin : begin + size]], table)
        applied += seqs(batch)
        table.update(batch.positions)
    assert applied == list(range(1, len(applied) + 1))
    # and nothing that could have been applied was not
    position = 0
    for seq in arriving:
        position += seq == position + 1
    assert len(applied) == position


@given(st.sets(st.integers(min_value=1, max_value=40)), st.integers(min_value=1, max_value=7))
def test_whatever_redis_loses_a_bot_that_answers_brings_everything(lost: set[int], size: int) -> None:
    order = Order()
    table: dict[OutboxKey, int] = {}
    applied: list[int] = []

    def bring(stream: Iterable[int]) -> None:
        waiting = list(stream)
        while waiting:
            some, waiting = waiting[:size], waiting[size:]
            batch = order.sort([entry(seq) for seq in some], table)
            applied.extend(seqs(batch))
            table.update(batch.positions)

    bring(seq for seq in range(1, 41) if seq not in lost)
    now = 0.0
    for _ in range(50):
        now += 100.0
        for _, from_seq in order.to_ask(now):
            bring(range(from_seq, 42))
    bring(range(max(applied, default=0) + 1, 42))  # what comes next in any case
    assert applied == list(range(1, 42))


class TestReading:
    def test_an_event_takes_its_place(self) -> None:
        event = Outbox().notice()
        read = read_entry({EVENT_FIELD: encode_event(event)})
        assert (read.key, read.seq) == (OutboxKey(event.session_id, event.outbox_id), 1)

    def test_what_is_no_event_but_tells_its_place_takes_it(self) -> None:
        raw = b'{"type": "of_the_future", "session_id": "s", "outbox_id": "o", "seq": 7, "at": "2026-11-20T12:00:00Z"}'
        read = read_entry({EVENT_FIELD: raw})
        assert isinstance(read, Unreadable)
        assert (read.raw, read.key, read.seq) == (raw, OutboxKey("s", "o"), 7)

    def test_anything_else_has_no_place(self) -> None:
        for raw in (
            b"",
            b"\xff\xfe",
            b"[]",
            b"3",
            b'{"session_id": "s"}',
            b'{"session_id": 1, "outbox_id": 2, "seq": 3}',
        ):
            read = read_entry({EVENT_FIELD: raw})
            assert isinstance(read, Unreadable)
            assert (read.raw, read.key) == (raw, None)
        assert isinstance(read_entry({b"something": b"else"}), Unreadable)

    @given(st.binary(max_size=200))
    def test_no_bytes_make_it_fail(self, raw: bytes) -> None:
        assert read_entry({EVENT_FIELD: raw}).raw == raw
