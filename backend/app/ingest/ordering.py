"""Which entries are new, which are repetitions, and where something is missing. Pure.

An event is applied only when it is exactly the next one of its outbox. After a jump nothing of that outbox is applied,
and its bot is asked to send again from the missing one.

An outbox forgets an event only when it was told that it is in Postgres. So where a bot answers a request with something
later than what was asked for, again and again, what is missing was in a Postgres that is no more (the database was
replaced, or restored from an older copy), or could not be read and was put aside. Then the order goes on from where the
outbox begins: waiting would keep all that follows out of the tables for good.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.ingest.reading import Entry, OutboxKey, Readable
from common.backoff import growing_wait

#: So many requests have to be answered with the same later event before the order goes on from it.
ANSWERS_NEEDED = 3
#: Pauses between requests, in seconds: a bot that is away answers none.
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 60.0


@dataclass(kw_only=True)
class Gap:
    """Something of an outbox is missing."""

    #: the seq that should have come
    expected: int
    #: the highest seq that came instead
    highest: int
    asked: int = 0
    ask_at: float = 0.0
    #: where the bot's last answer began, and how many requests were answered like that in a row
    answer_begins: int | None = None
    answers: int = 0
    #: the request whose answer was counted last
    counted: int = 0


@dataclass(kw_only=True)
class Sorted:
    """A batch, sorted out."""

    #: what to bring into the tables, each outbox in its order
    apply: list[Entry] = field(default_factory=list)
    #: entries that are no events, and do not say whose they are
    park: list[Entry] = field(default_factory=list)
    #: where each outbox stands once ``apply`` is in the tables; also those that only repeated themselves
    positions: dict[OutboxKey, int] = field(default_factory=dict)
    repeated: int = 0
    #: beyond a gap: dropped, because the bot sends them again
    too_early: int = 0
    #: outboxes whose missing events are given up, with the first missing one and the one that it goes on with
    given_up: list[tuple[OutboxKey, int, int]] = field(default_factory=list)


class Order:
    """Sorts batches out, and remembers the gaps between one batch and the next."""

    def __init__(self) -> None:
        self.gaps: dict[OutboxKey, Gap] = {}

    def sort(self, entries: Iterable[Entry], positions: Mapping[OutboxKey, int]) -> Sorted:
        """Sort a batch out; ``positions`` is what the table says, an outbox that is not in it stands at 0.

        Changes the gaps; call ``forget`` where the batch could not be applied after all.
        """
        result = Sorted()
        for entry in entries:
            if entry.key is None or entry.seq is None:
                result.park.append(entry)
                continue
            if entry.is_retry:
                # out of order: a report on a job counts by its own moment, whenever it comes
                (result.apply if isinstance(entry, Readable) else result.park).append(entry)
                continue
            at = result.positions.get(entry.key)
            if at is None:
                at = result.positions[entry.key] = positions.get(entry.key, 0)
            if entry.seq <= at:
                result.repeated += 1
            elif entry.seq == at + 1 or self._goes_on_with(entry.key, entry.seq, at + 1, result):
                result.apply.append(entry)
                result.positions[entry.key] = entry.seq
                self.gaps.pop(entry.key, None)
            else:
                result.too_early += 1
        return result

    def _goes_on_with(self, key: OutboxKey, seq: int, expected: int, result: Sorted) -> bool:
        gap = self.gaps.get(key)
        if gap is None or gap.expected != expected:
            self.gaps[key] = Gap(expected=expected, highest=seq)
            return False
        if seq > gap.highest:
            gap.highest = seq
            return False
        # it went back, and not to what was asked for: here begins an answer
        if gap.counted == gap.asked:
            return False  # this request was answered already, or none was made
        gap.counted = gap.asked
        gap.answers = gap.answers + 1 if gap.answer_begins == seq else 1
        gap.answer_begins = seq
        if gap.answers < ANSWERS_NEEDED:
            return False
        result.given_up.append((key, expected, seq))
        return True

    def forget(self) -> None:
        """Begin anew, e.g. after the lock was lost."""
        self.gaps.clear()

    def to_ask(self, now: float) -> list[tuple[OutboxKey, int]]:
        """The outboxes to ask now, and from which seq on; ``now`` is monotonic, in seconds."""
        asked = []
        for key, gap in self.gaps.items():
            if now >= gap.ask_at:
                gap.asked += 1
                unanswered = max(gap.asked - ANSWERS_NEEDED - 1, 0)
                gap.ask_at = now + growing_wait(unanswered, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
                asked.append((key, gap.expected))
        return asked


def events_of(entries: Iterable[Entry]) -> list[Readable]:
    """Those of the entries that are events."""
    return [entry for entry in entries if isinstance(entry, Readable)]
