"""What a bot does, as lines that a person reads: one line for what matters, nothing for what does not."""

import contextlib
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from queue import Full, Queue
from threading import Thread
from zoneinfo import ZoneInfo

from contract.events import (
    ConfigurationUpdated,
    CycleComplete,
    ErrorReported,
    Event,
    JobProcessed,
    Notice,
    SessionStarted,
    StatusUpdate,
)
from contract.jobs import ClaimState, JobReport, JobStatus, PortalJob
from contract.owner_rules import Mode
from contract.sessions import LoginStatus, SessionState, SessionTotals


class Tone(StrEnum):
    """How a line is meant."""

    GOOD = "good"
    PLAIN = "plain"
    QUIET = "quiet"
    BAD = "bad"


#: Takes one line: its tone, a sign of one character, and the text.
Say = Callable[[Tone, str, str], None]

#: Jobs of which it is known what was said last.
_JOBS_REMEMBERED = 1_000
_MODES = {
    Mode.ACCEPT: "",
    Mode.ASK: ": it asks you before it accepts a job",
    Mode.WATCH: ": it only watches, and accepts nothing",
}
_COLOURS = {Tone.GOOD: "32", Tone.PLAIN: "0", Tone.QUIET: "2", Tone.BAD: "31"}


class Narrator:
    """RateLimiter events into lines. The same line is not said twice in a row for one job."""

    def __init__(self, say: Say, *, zone: ZoneInfo, takes_answers: bool = False) -> None:
        """``takes_answers``: offers can be answered where the lines are read."""
        self._say = say
        self._takes_answers = takes_answers
        self._zone = zone
        self._last_status: tuple[SessionState, str | None] | None = None
        self._said_of_job: dict[str, str] = {}
        self._interval = 0.0
        #: as the newest event has them, for a status line
        self.totals = SessionTotals()
        self.state = SessionState.STARTING

    def hear(self, event: Event) -> None:
        """Something happened."""
        match event:
            case SessionStarted():
                self._say(Tone.PLAIN, "·", f"{event.session_id}: {event.portal} at {event.base_url}")
            case StatusUpdate():
                self._status(event)
            case JobProcessed():
                self._job(event.report)
            case CycleComplete():
                self.totals = event.totals
            case ErrorReported():
                self._say(Tone.BAD, "!", f"{event.message} What to do: {event.what_to_do}.")
            case Notice():
                self._say(Tone.PLAIN, "·", event.message)
            case ConfigurationUpdated():
                self._interval = event.configuration.check_interval_seconds
                mode = _MODES[event.configuration.mode]
                self._say(Tone.PLAIN, "·", f"Uses the settings that were saved last from now on{mode}.")

    def _status(self, event: StatusUpdate) -> None:
        self.totals, self.state = event.totals, event.state
        if (event.state, event.reason) == self._last_status:
            return
        self._last_status = (event.state, event.reason)
        why = f" {event.reason[:1].upper()}{event.reason[1:]}" if event.reason else ""
        match event.state:
            case SessionState.STARTING:
                self._say(Tone.QUIET, "·", f"Starting.{why}")
            case SessionState.SIGNING_IN:
                self._say(
                    Tone.QUIET, "·", f"Signing in.{why}" if event.login_status is not LoginStatus.REFUSED else why
                )
            case SessionState.RUNNING:
                name = f" as {event.interpreter_name}" if event.interpreter_name else ""
                self._say(Tone.PLAIN, "·", f"Signed in{name}; watching the board.{why}")
            case SessionState.PAUSED:
                self._say(Tone.PLAIN, "·", f"Paused: nothing is watched until it is resumed.{why}")
            case SessionState.STOPPING:
                self._say(Tone.QUIET, "·", f"Stopping.{why}")
            case SessionState.STOPPED:
                self._say(Tone.PLAIN, "·", f"Stopped. {_in_words(event.totals)}{why}")
            case SessionState.FAILED:
                self._say(Tone.BAD, "!", f"Ended.{why}")

    def _job(self, report: JobReport) -> None:
        line = self._job_line(report)
        number = report.job.job_number
        if line is None or self._said_of_job.get(number) == line[2]:
            return
        self._said_of_job.pop(number, None)
        self._said_of_job[number] = line[2]
        if len(self._said_of_job) > _JOBS_REMEMBERED:
            del self._said_of_job[next(iter(self._said_of_job))]
        self._say(*line)

    def _job_line(self, report: JobReport) -> tuple[Tone, str, str] | None:
        detail = report.loss_detail or ""
        said: tuple[Tone, str, str] | None = None
        match report.status:
            case JobStatus.ACCEPTED:
                said = Tone.GOOD, "✔", f"accepted{_how_fast(report)}."
            case JobStatus.REJECTED:
                said = Tone.QUIET, "-", f"left alone. {report.decision.summary if report.decision else ''}"
            case JobStatus.LOST:
                said = Tone.BAD, "✘", f"not ours. {detail}"
            case JobStatus.TAKEN_BACK:
                said = Tone.BAD, "✘", f"taken back. {detail or 'The portal does not show it as yours any more.'}"
            case JobStatus.UNKNOWN:
                said = Tone.BAD, "?", "the portal has not said what came of the accept; it is asked again."
            case JobStatus.DECLINED:
                said = Tone.QUIET, "-", f"not accepted. {detail or 'You declined it.'}"
            case JobStatus.OFFERED:
                until = f" until {self._clock(report.offer_expires_at)}" if report.offer_expires_at else ""
                how = (
                    f"type “yes {report.job.job_number}” or “no {report.job.job_number}”"
                    if self._takes_answers
                    else ("answer in the dashboard")
                )
                said = Tone.GOOD, "?", f"every rule says yes, and it waits for your answer{until}: {how}."
            case JobStatus.WATCHED:
                said = Tone.PLAIN, "○", "every rule says yes; the bot only watches, so it is not accepted."
            case JobStatus.GIVEN:
                said = (
                    Tone.PLAIN,
                    "+",
                    "yours without the bot: you took it on the portal, or the agency gave it to you.",
                )
            case JobStatus.PENDING if report.claim_state is ClaimState.SUBMITTED:
                said = Tone.PLAIN, "→", "the accept is sent; making sure that the job stays ours."
        return (said[0], said[1], f"{self._what(report.job)}: {said[2]}") if said else None

    def _what(self, job: PortalJob) -> str:
        parts = [job.reference, job.kind, job.language, self._when(job)]
        return ", ".join(part for part in parts if part)

    def _clock(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._zone):%H:%M:%S}"

    def _when(self, job: PortalJob) -> str | None:
        if job.starts_at is not None:
            return f"{job.starts_at.astimezone(self._zone):%a %d %b %H:%M}"
        return f"{job.appointment_date:%a %d %b}" if job.appointment_date else None


class Voice:
    """Writes lines from a thread of its own.

    A terminal that somebody stopped (Ctrl-S), or a pipe that nobody reads, must not stop the bot. What nobody takes for
    long is left out.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._lines: Queue[str | None] = Queue(maxsize=10_000)
        self._thread = Thread(target=self._run, name="terminal", daemon=True)
        self._thread.start()

    def line(self, text: str) -> None:
        """Say it soon."""
        with contextlib.suppress(Full):
            self._lines.put_nowait(text)

    def close(self, patience_seconds: float = 1.0) -> None:
        """Say what is left, where somebody listens."""
        with contextlib.suppress(Full):
            self._lines.put_nowait(None)
        self._thread.join(patience_seconds)

    def _run(self) -> None:
        while (text := self._lines.get()) is not None:
            try:
                self._write(text)
            except (OSError, ValueError):
                return  # the terminal is closed


def stamped(sign: str, text: str) -> str:
    """A line with the time on this machine's clock."""
    return f"{datetime.now(UTC).astimezone():%H:%M:%S} {sign} {text}"


def plain_line(tone: Tone, sign: str, text: str) -> str:
    """A line for any terminal or file; coloured where somebody looks."""
    shown = stamped(sign, text)
    return f"\x1b[{_COLOURS[tone]}m{shown}\x1b[0m" if sys.stdout.isatty() else shown


def print_line(text: str) -> None:
    """Write it to standard output at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _how_fast(report: JobReport) -> str:
    submitted_at = report.times.submitted_at
    if submitted_at is None:
        return ""
    return f" ({(submitted_at - report.times.seen_at).total_seconds():.2f} s after the bot saw it)"


def _in_words(totals: SessionTotals) -> str:
    looks = "1 look" if totals.checks == 1 else f"{totals.checks:,} looks"
    return (
        f"{looks} at the board: {totals.accepted} accepted, {totals.rejected} left alone, {totals.lost} lost to others."
    )
