"""Every calendar of the owner, kept fresh in the background."""

import asyncio
import contextlib
import hashlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from bot.calendars.reader_protocol import Answer, Failed, Reading, Request, Unchanged, decode, encode
from bot.calendars.setting import CalendarSource
from bot.calendars.sources import file_validators
from bot.clock import now as wall_now
from bot.clock import steady_seconds
from bot.domain.busy_calendar import BusySpan
from bot.domain.local_time import say_date, say_duration
from common.atomic_file import write_atomically
from common.backoff import growing_wait

log = structlog.get_logger(__name__)

_PROJECT = Path(__file__).resolve().parents[2]
_LONDON = ZoneInfo("Europe/London")
#: A sleeping machine does not count for ``asyncio.sleep``; looked at so often, a calendar is fresh soon after it wakes.
_LONGEST_NAP_SECONDS = 30.0
_MOST_NAMED = 3
_SUFFIX = ".calendar"

#: Called with a stable word and a sentence for the owner, in the event loop.
Tell = Callable[[str, str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarTimes:
    """How often, how far, how patiently."""

    #: a file costs one look at its date
    file_every: timedelta = timedelta(seconds=30)
    #: most servers write their calendars anew every few minutes at best
    address_every: timedelta = timedelta(minutes=10)
    #: after a failure; twice as long after each further one
    first_pause: timedelta = timedelta(seconds=30)
    longest_pause: timedelta = timedelta(hours=1)
    #: a calendar whose last reading counts on is told of after so many failures in a row: one is no news
    patience: int = 3
    #: how far spans reach
    behind: timedelta = timedelta(days=1)
    ahead: timedelta = timedelta(days=400)
    #: recurrences are continued so often, whether or not the calendar changed
    expand_every: timedelta = timedelta(days=1)
    #: all of one reading
    timeout: timedelta = timedelta(minutes=2)


@dataclass(kw_only=True)
class _Watched:
    source: CalendarSource
    #: where its last reading is kept
    file: Path
    every: timedelta
    reading: Reading | None = None
    failures: int = 0
    #: what the owner was told last about it and is still so, by the word for it
    told: dict[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """How it is called."""
        return self.source.label

    @property
    def is_unread(self) -> bool:
        """Whether something that it says is unknown."""
        return self.reading is None or bool(self.reading.unreadable)


class Calendars:
    """The owner's other commitments: ``spans`` are what is known of them, ``unread`` says where something is unknown.

    What was read last is kept in ``folder``, so that a calendar that does not answer goes on counting, also after a
    restart: times and titles alone, in files for the owner's eyes only, because titles are private. They are not
    encrypted: whoever can read this user's files can read the setting with the calendars' addresses as well. What was
    kept of a calendar that is no longer in the settings is removed.

    ``tell`` is called with ``calendar_unreadable``, ``calendar_entries_unreadable``, ``calendar_entries_uncertain``,
    ``calendar_zone_unknown``, ``calendar_not_kept`` or ``calendars_stopped`` and a sentence, once for each new state of
    affairs, and with ``calendar_readable`` when a trouble that was told is past. ``own_addresses`` are the owner's
    e-mail addresses, by which invitations that the owner declined are known.
    """

    def __init__(
        self,
        sources: Sequence[CalendarSource],
        *,
        folder: Path,
        tell: Tell,
        zone: ZoneInfo = _LONDON,
        times: CalendarTimes | None = None,
        own_addresses: Sequence[str] = (),
        clock: Callable[[], datetime] = wall_now,
    ) -> None:
        self._folder = folder
        self._tell = tell
        self._zone = zone
        self._times = times or CalendarTimes()
        self._own_addresses = tuple(sorted(own_addresses))
        self._clock = clock
        self._watched = [self._watch_of(source) for source in sources]
        #: changes whenever ``spans`` or ``unread`` do, but for spans that are over
        self.version = 0
        self._combined: tuple[object, tuple[BusySpan, ...]] = (None, ())
        self._reading = asyncio.Semaphore(1)  # one process at a time is enough, and small
        self._task: asyncio.Task[None] | None = None

    @property
    def unread(self) -> tuple[str, ...]:
        """Labels of calendars that were never read, or hold entries whose time cannot be read.

        As long as there is one, nobody knows whether the owner is free.
        """
        return tuple(one.label for one in self._watched if one.is_unread)

    @property
    def known_until(self) -> datetime | None:
        """The moment up to which what was read is complete (400 days ahead, less while a calendar does not answer).

        None without calendars, or while none was read.
        """
        return min((one.reading.known_until for one in self._watched if one.reading), default=None)

    def spans(self, now: datetime) -> tuple[BusySpan, ...]:
        """Everything that is known and not long over, sorted by start; the same tuple until something changes."""
        since = now - self._times.behind
        key = (self.version, since.date())
        if self._combined[0] != key:
            found = {
                span for one in self._watched if one.reading for span in one.reading.spans if span.ends_at >= since
            }
            self._combined = key, tuple(sorted(found, key=lambda span: (span.starts_at, span.ends_at, span.title)))
        return self._combined[1]

    # --- running ------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Read in the background until ``close``. Call it in the event loop, once."""
        self._task = asyncio.create_task(self.run(), name="calendars")
        self._task.add_done_callback(self._ended)

    async def close(self) -> None:
        """End the background work, a reading under way included. Quiet when it has ended already."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def run(self) -> None:
        """Read every calendar, and again and again, until cancelled; ends at once where there is none."""
        await asyncio.to_thread(self._forget_others)
        async with asyncio.TaskGroup() as group:
            for one in self._watched:
                group.create_task(self._watch(one), name=f"calendar {one.label}")

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or (error := task.exception()) is None:
            return
        log.error("calendars are read no more", action="calendars_stopped", exc_info=error)
        self._tell(
            "calendars_stopped", "An error in this program ended the reading of calendars; what they said last counts."
        )

    async def _watch(self, one: _Watched) -> None:
        kept = await asyncio.to_thread(_read_kept, one.file)
        if kept is not None:
            self._take(one, kept)
        while True:
            await _pause(await self._refresh(one))

    # --- one calendar -------------------------------------------------------------------------------------------------

    def _watch_of(self, source: CalendarSource) -> _Watched:
        # whole days hang on the zone and declined invitations on the addresses, so other ones are another reading
        asked = "\n".join((source.address, self._zone.key, *self._own_addresses))
        name = hashlib.sha256(asked.encode()).hexdigest()[:32]
        every = self._times.file_every if source.is_file else self._times.address_every
        return _Watched(source=source, file=self._folder / f"{name}{_SUFFIX}", every=every)

    async def _refresh(self, one: _Watched) -> timedelta:
        """Read the calendar where it changed; answers how long to wait until the next time."""
        is_stale = one.reading is None or self._clock() - one.reading.read_at >= self._times.expand_every
        if one.reading is not None and not is_stale and one.source.is_file:
            found = await asyncio.to_thread(_validators_now, one.source.address)
            if found == one.reading.validators:
                self._succeeded(one)
                return one.every
        known = None if is_stale else one.reading
        async with self._reading:
            answer = await self._ask(one, known)
        match answer:
            case Failed():
                return self._failed(one, answer)
            case Reading():
                await self._keep(one, answer)
                self._take(one, answer)
                log.info("calendar read", action="calendar_read", calendar=one.label, entries=len(answer.spans))
            case Unchanged():
                if one.reading is not None:
                    one.reading = replace(one.reading, validators=answer.validators)
        self._succeeded(one)
        return one.every

    async def _ask(self, one: _Watched, known: Reading | None) -> Answer:
        """One reading, in a process of its own (``reader``)."""
        now = self._clock()
        request = Request(
            address=one.source.address,
            is_file=one.source.is_file,
            zone=self._zone.key,
            now=now.timestamp(),
            first=(now - self._times.behind).timestamp(),
            last=(now + self._times.ahead).timestamp(),
            validators=known.validators if known else {},
            digest=known.digest if known else "",
            own_addresses=self._own_addresses,
        )
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.calendars.reader",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd=_PROJECT,
            )
        except OSError as error:
            return Failed(words=f"cannot be read: no process can be started ({error.strerror})")
        try:
            async with asyncio.timeout(self._times.timeout.total_seconds()):
                output, complaint = await process.communicate(request.encode())
        except TimeoutError:
            return Failed(words=f"could not be read within {say_duration(self._times.timeout)}")
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):  # it ended in this very moment
                    process.kill()
                await process.wait()
        try:
            return await asyncio.to_thread(decode, output)
        except ValueError:
            last_words = complaint.decode(errors="replace").strip().rpartition("\n")[2][:200]
            return Failed(words=f"cannot be read: its reader ended with {process.returncode}", where=last_words)

    def _take(self, one: _Watched, reading: Reading) -> None:
        """What the calendar says counts from now on."""
        was_unread, before = one.is_unread, one.reading.spans if one.reading else ()
        one.reading = reading
        if one.is_unread != was_unread or reading.spans != before:
            self.version += 1
        self._tell_while(one, "calendar_entries_unreadable", _unreadable_words(one.label, reading))
        self._tell_while(one, "calendar_entries_uncertain", _uncertain_words(one.label, reading))
        self._tell_while(one, "calendar_zone_unknown", _unknown_zone_words(one.label, reading))

    # --- success and failure ------------------------------------------------------------------------------------------

    def _succeeded(self, one: _Watched) -> None:
        one.failures = 0
        if one.told.pop("calendar_unreadable", None):
            self._tell("calendar_readable", f"The calendar “{one.label}” can be read again.")

    def _failed(self, one: _Watched, failure: Failed) -> timedelta:
        one.failures += 1
        log.warning(
            "calendar cannot be read",
            action="calendar_unreadable",
            calendar=one.label,
            why=failure.words,
            where=failure.where,
            failures=one.failures,
        )
        if one.reading is None or one.failures >= self._times.patience:
            self._tell_while(one, "calendar_unreadable", self._failure_words(one, failure))
        first, longest = (wait.total_seconds() for wait in (self._times.first_pause, self._times.longest_pause))
        pause = timedelta(seconds=growing_wait(one.failures - 1, first=first, longest=longest))
        return max(pause, failure.retry_after or pause)

    def _failure_words(self, one: _Watched, failure: Failed) -> str:
        if one.reading is None:
            meaning = "It was never read, so nobody knows when you are free: no job is accepted until it can be read."
        else:
            read_at = one.reading.read_at.astimezone(self._zone)
            meaning = f"What it said on {say_date(read_at.date())} at {read_at:%H:%M} counts on."
        return f"The calendar “{one.label}” {failure.words}. {meaning}"

    def _tell_while(self, one: _Watched, action: str, words: str | None) -> None:
        """Tell the owner once for each new state of affairs; without words the trouble is past."""
        if words is None:
            if one.told.pop(action, None):
                self._tell("calendar_readable", f"Every entry of the calendar “{one.label}” can be read now.")
        elif one.told.get(action) != words:
            one.told[action] = words
            self._tell(action, words)

    # --- on disk ------------------------------------------------------------------------------------------------------

    async def _keep(self, one: _Watched, reading: Reading) -> None:
        try:
            await asyncio.to_thread(_write_kept, one.file, reading)
        except OSError as error:
            words = (
                f"What the calendar “{one.label}” says cannot be kept on disk ({error.strerror}); it counts all the "
                "same, until this bot ends."
            )
            self._tell_while(one, "calendar_not_kept", words)
        else:
            one.told.pop("calendar_not_kept", None)

    def _forget_others(self) -> None:
        """Remove what was kept of calendars that are not the owner's any more."""
        ours = {one.file for one in self._watched}
        with contextlib.suppress(OSError):  # a folder that cannot be read holds nothing that we wrote
            for file in self._folder.glob(f"*{_SUFFIX}*"):
                if file not in ours:
                    file.unlink(missing_ok=True)


async def _pause(wait: timedelta) -> None:
    until = steady_seconds() + wait.total_seconds()
    while (left := until - steady_seconds()) > 0:  # noqa: ASYNC110  # time itself is what is waited for
        await asyncio.sleep(min(left, _LONGEST_NAP_SECONDS))


def _validators_now(path: str) -> dict[str, str] | None:
    try:
        return file_validators(Path(path).stat())
    except OSError:
        return None  # reading it will say why


def _read_kept(file: Path) -> Reading | None:
    try:
        kept = decode(file.read_bytes())
    except (OSError, ValueError):
        return None  # never kept, or damaged: it is read anew
    return kept if isinstance(kept, Reading) else None


def _write_kept(file: Path, reading: Reading) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomically(file, encode(reading))


def _unreadable_words(label: str, reading: Reading) -> str | None:
    if not reading.unreadable:
        return None
    return (
        f"The calendar “{label}” has entries whose time cannot be read: {_some_of(reading.unreadable)}. They could be "
        "at any time, so no job is accepted until they are corrected or removed there."
    )


def _uncertain_words(label: str, reading: Reading) -> str | None:
    if not reading.uncertain:
        return None
    return f"The calendar “{label}” has entries of which a part cannot be read: {_some_of(reading.uncertain)}."


def _some_of(entries: Sequence[str]) -> str:
    more = len(entries) - _MOST_NAMED
    return "; ".join(entries[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")


def _unknown_zone_words(label: str, reading: Reading) -> str | None:
    if not reading.unknown_zones:
        return None
    named = ", ".join(f"“{name}”" for name in reading.unknown_zones[:_MOST_NAMED])
    return (
        f"The calendar “{label}” has entries in a time zone that nobody knows ({named}). They take all the time that "
        "they could mean, up to a day more than they need."
    )
