"""What was shown already, so that repetitions and outdated reports are not shown again. Pure, and bounded."""

from collections import OrderedDict

from app.jobs.service import JobKey, KnownJob, weigh
from contract.events import CycleComplete, Event, JobProcessed

#: Outboxes and jobs that are remembered; what is forgotten may be shown once more, which does no harm.
_OUTBOXES = 200
_JOBS = 5_000
#: Numbers beyond a gap that are remembered for one outbox.
_BEYOND_GAP = 5_000


class SeenSequence:
    """Which numbers of one outbox were seen: all up to a floor, and some beyond a gap."""

    def __init__(self, first: int) -> None:
        self._floor = first - 1
        self._beyond: set[int] = set()
        #: the newest pass over the board among them
        self.newest_pass = 0

    def is_new(self, seq: int) -> bool:
        """Whether the number was not seen before; from now on it was."""
        if seq <= self._floor or seq in self._beyond:
            return False
        self._beyond.add(seq)
        while self._floor + 1 in self._beyond:
            self._floor += 1
            self._beyond.remove(self._floor)
        if len(self._beyond) > _BEYOND_GAP:
            self._floor = min(self._beyond)
            self._beyond.remove(self._floor)
        return True


class SeenEvents:
    """Which events were seen."""

    def __init__(self) -> None:
        self._outboxes: OrderedDict[tuple[str, str], SeenSequence] = OrderedDict()

    def is_new(self, event: Event) -> bool:
        """Whether the event was not seen before; from now on it was."""
        key = (event.session_id, event.outbox_id)
        sequence = self._outboxes.get(key)
        if sequence is None:
            sequence = self._outboxes[key] = SeenSequence(event.seq)
            if len(self._outboxes) > _OUTBOXES:
                self._outboxes.popitem(last=False)
        self._outboxes.move_to_end(key)
        return sequence.is_new(event.seq)

    def is_newest_pass(self, event: CycleComplete) -> bool:
        """Whether no later pass over the board was shown of the event's outbox; from now on this one was."""
        sequence = self._outboxes.get((event.session_id, event.outbox_id))
        if sequence is None:
            return True
        is_newest = event.seq > sequence.newest_pass
        sequence.newest_pass = max(sequence.newest_pass, event.seq)
        return is_newest


class SeenJobs:
    """The reports that count, as far as they were shown lately."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[JobKey, KnownJob] = OrderedDict()

    def knows(self, key: JobKey) -> bool:
        """Whether the job is remembered."""
        return key in self._jobs

    def learn(self, key: JobKey, known: KnownJob) -> None:
        """Remember what the table says of a job."""
        self._jobs[key] = known
        self._jobs.move_to_end(key)
        if len(self._jobs) > _JOBS:
            self._jobs.popitem(last=False)

    def counts(self, key: JobKey, event: JobProcessed) -> bool:
        """Whether the report is the one that counts from now on."""
        known = self._jobs.get(key)
        if known is not None and known.standing == weigh(event, None)[0].standing:
            return True  # the table has it already: it was faster than we
        after, counts = weigh(event, known)
        self.learn(key, after)
        return counts
