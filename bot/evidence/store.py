"""The folder of evidence: written from a thread of its own, within limits, never in anybody's way."""

import asyncio
import contextlib
import queue
import threading
import time
from bisect import insort
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.clock import now as wall_now
from bot.evidence.archive import Damaged, EvidenceName, Piece, pack, unpack
from bot.evidence.redaction import redacted
from common.atomic_file import UNFINISHED, write_atomically

log = structlog.get_logger(__name__)

#: Old evidence goes at the latest so long after its time, also where none is added.
_TIDY_EVERY = timedelta(hours=6)
#: The end of the bot waits so long for what is not written yet.
_CLOSING = timedelta(seconds=10)

#: Called with a stable word and a sentence for the owner.
Tell = Callable[[str, str], None]


class EvidenceError(Exception):
    """A piece of evidence cannot be shown; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceLimits:
    """How much is kept; what is oldest goes first."""

    #: of all files together
    total_bytes: int = 200_000_000
    age: timedelta = timedelta(days=90)
    #: waiting to be written: pieces, and their bytes before they are compressed. More is not kept, and told.
    waiting: int = 500
    waiting_bytes: int = 50_000_000
    #: Work on a page of 50 kB takes 20 ms in which Python does little else. So it waits until nothing was handed over
    #: for as long as ``quiet``, because claims come in bursts, but never longer than ``patience``.
    quiet: timedelta = timedelta(seconds=0.5)
    patience: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Work:
    name: EvidenceName
    items: Mapping[str, bytes | str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    size: int
    #: monotonic seconds
    handed_over: float


@dataclass(order=True, slots=True)
class _File:
    name: EvidenceName
    size: int = field(compare=False)


class Evidence:
    """``keep`` hands a piece over and returns at once; nothing that goes wrong here reaches the caller.

    Files are for the owner's eyes only (mode 0600): they show clients' names and places. Passwords, cookies and CSRF
    tokens are taken out before anything is written. ``secrets`` gives texts that are to be taken out as well, as they
    are at the moment of ``keep``: the password, the sign-in name, the session's cookies.

    ``tell`` is called with ``evidence_not_kept`` once for each new trouble, and with ``evidence_kept_again`` when it is
    past; in the event loop in which this was made, or where there is none, in the writing thread.
    """

    def __init__(
        self,
        folder: Path,
        *,
        tell: Tell,
        secrets: Callable[[], Iterable[str]] = tuple,
        limits: EvidenceLimits | None = None,
        clock: Callable[[], datetime] = wall_now,
    ) -> None:
        self.folder = folder
        self._tell = tell
        self._secrets = secrets
        self._limits = limits or EvidenceLimits()
        self._clock = clock
        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None
        self._files: list[_File] = []
        self._total = 0
        self._trouble: str | None = None
        #: pieces since the trouble began
        self._lost = 0
        self._waiting: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting_count = 0
        self._waiting_bytes = 0
        self._last_handed_over = 0.0
        self._is_closed = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="evidence", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str | None:
        """Why evidence cannot be kept at the moment, in words; None where it can."""
        return self._trouble

    def keep(self, kind: str, job_number: str | None, at: datetime, items: Mapping[str, bytes | str]) -> str:
        """Hand over a piece of evidence; answers the name under which it will be found.

        ``kind`` says of what (``claim``, ``strange_page``), ``items`` are named like files (``row.html``,
        ``answer.txt``). Costs microseconds and raises nothing; where it cannot be kept, ``tell`` says so.
        """
        name = EvidenceName.new(kind, job_number, at)
        try:
            self._hand_over(name, items)
        except Exception as error:  # accepting a job matters more than proving it
            log.exception("evidence cannot be kept", action="evidence_not_kept")
            self._in_trouble(f"an error in this program ({type(error).__name__})")
        return str(name)

    def _hand_over(self, name: EvidenceName, items: Mapping[str, bytes | str]) -> None:
        size = sum(len(item) for item in items.values())
        work = _Work(
            name=name,
            items=dict(items),
            secrets=tuple(self._secrets()),
            size=size,
            handed_over=time.monotonic(),
        )
        with self._lock:
            if self._is_closed:
                return
            has_room = (
                self._waiting_count < self._limits.waiting and self._waiting_bytes + size <= self._limits.waiting_bytes
            )
            if has_room:
                self._last_handed_over = work.handed_over
                self._waiting_count += 1
                self._waiting_bytes += size
                self._waiting.put(work)
        if not has_room:
            self._in_trouble("more comes in than the disk can take")

    def list(self, job_number: str | None = None) -> tuple[EvidenceName, ...]:
        """What is kept, the oldest first; of one job, or of everything. Empty where nothing was ever kept."""
        return kept_in(self.folder, job_number)

    def read(self, name: str) -> Piece:
        """A piece of evidence; raises EvidenceError where there is none of that name, or not a whole one."""
        return read_from(self.folder, name)

    async def close(self) -> None:
        """Write what was handed over, for some seconds at most, and end. What is kept can still be read."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._closing.set()
                self._waiting.put(None)
        await asyncio.to_thread(self._thread.join, _CLOSING.total_seconds())

    # --- the writing thread -------------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._guarded(self._look_around)
        while True:
            try:
                work = self._waiting.get(timeout=_TIDY_EVERY.total_seconds())
            except queue.Empty:
                self._guarded(self._tidy)
                continue
            if work is None:
                return
            self._wait_for_quiet(work)
            self._guarded(lambda work=work: self._write(work))  # type: ignore[misc]  # a lambda's default has no type
            with self._lock:
                self._waiting_count -= 1
                self._waiting_bytes -= work.size

    def _wait_for_quiet(self, work: _Work) -> None:
        latest = work.handed_over + self._limits.patience.total_seconds()
        while True:
            quiet_at = self._last_handed_over + self._limits.quiet.total_seconds()
            wait = min(quiet_at, latest) - time.monotonic()
            if wait <= 0 or self._closing.wait(wait):
                return

    def _guarded(self, do: Callable[[], None]) -> None:
        try:
            do()
        except OSError as error:
            self._in_trouble(f"{error.strerror or error} ({self.folder})")
        except Exception as error:  # whatever it is, evidence must not end with it
            log.exception("evidence cannot be kept", action="evidence_not_kept")
            self._in_trouble(f"an error in this program ({type(error).__name__})")

    def _look_around(self) -> None:
        """Take stock of what is there, and remove what a crash left half written."""
        if not self.folder.exists():
            return
        for file in self.folder.glob(f"*{UNFINISHED}"):
            file.unlink(missing_ok=True)
        for name in kept_in(self.folder):
            self._add(name, (self.folder / str(name)).stat().st_size)
        self._tidy()

    def _write(self, work: _Work) -> None:
        name = work.name
        items = redacted(work.items, given=work.secrets)
        content = pack(Piece(kind=name.kind, job_number=name.job_number, at=name.at, items=items))
        if len(content) > self._limits.total_bytes:
            raise OSError(0, "a piece of evidence is larger than all of it may be")
        self._tidy(room_for=len(content))
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(self.folder / str(name), content, durable=True)
        self._add(name, len(content))
        self._out_of_trouble()

    def _add(self, name: EvidenceName, size: int) -> None:
        insort(self._files, _File(name, size))
        self._total += size

    def _tidy(self, *, room_for: int = 0) -> None:
        """Remove what is too old, and as much of the oldest as is needed to make room."""
        too_old = self._clock() - self._limits.age
        while self._files and (self._files[0].name.at < too_old or self._total + room_for > self._limits.total_bytes):
            oldest = self._files[0]
            (self.folder / str(oldest.name)).unlink(missing_ok=True)
            self._total -= oldest.size
            del self._files[0]

    # --- telling ------------------------------------------------------------------------------------------------------

    def _in_trouble(self, why: str) -> None:
        with self._lock:
            self._lost += 1
            is_news, self._trouble = self._trouble is None, why
        if is_news:
            self._say(
                "evidence_not_kept",
                f"Evidence of what the bot does cannot be kept: {why}. It goes on working, but cannot prove all of it.",
            )

    def _out_of_trouble(self) -> None:
        with self._lock:
            is_news, lost = self._trouble is not None, self._lost
            self._trouble, self._lost = None, 0
        if is_news:
            pieces = "1 piece is" if lost == 1 else f"{lost} pieces are"
            self._say("evidence_kept_again", f"Evidence of what the bot does is kept again; {pieces} missing.")

    def _say(self, action: str, words: str) -> None:
        log.warning(words, action=action)
        if self._loop is None:
            self._tell(action, words)
            return
        with contextlib.suppress(RuntimeError):  # the loop has ended: there is nobody left to tell
            self._loop.call_soon_threadsafe(self._tell, action, words)


def kept_in(folder: Path, job_number: str | None = None) -> tuple[EvidenceName, ...]:
    """The evidence in a folder, the oldest first; of one job, or of everything. Empty where there is no such folder."""
    try:
        names = [EvidenceName.parse(file.name) for file in folder.iterdir()]
    except OSError:
        return ()
    return tuple(sorted(name for name in names if name and (job_number is None or name.is_about(job_number))))


def read_from(folder: Path, name: str) -> Piece:
    """One piece of evidence; raises EvidenceError where there is none of that name, or not a whole one."""
    if EvidenceName.parse(name) is None:
        raise EvidenceError(f"'{name}' is no name of a piece of evidence")
    try:
        return unpack((folder / name).read_bytes())
    except FileNotFoundError:
        raise EvidenceError(f"there is no {name}; it may have been too old to be kept") from None
    except OSError as error:
        raise EvidenceError(f"{name} cannot be opened: {error.strerror}") from None
    except Damaged as error:
        raise EvidenceError(f"{name} cannot be shown: {error}") from error
