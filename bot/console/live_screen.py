"""The terminal of a bot that runs on its own: lines of what happened above one line of how it stands."""

from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.live import Live
from rich.text import Text

from bot.console.narrator import Narrator, Tone, Voice, stamped
from common.states import SessionState
from contract.events import Event
from contract.sessions import SessionTotals

_STYLES = {Tone.GOOD: "bold green", Tone.PLAIN: "default", Tone.QUIET: "dim", Tone.BAD: "red"}
_SHOWN_AS = {
    SessionState.STARTING: "starting",
    SessionState.SIGNING_IN: "signing in",
    SessionState.RUNNING: "watching",
    SessionState.PAUSED: "paused",
    SessionState.STOPPING: "stopping",
    SessionState.STOPPED: "stopped",
    SessionState.FAILED: "ended",
}


class Screen:
    """What happens goes through a thread (``Voice``): a terminal that somebody stopped must not stop the bot."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._live = Live(console=self._console, transient=True, refresh_per_second=4, auto_refresh=False)
        self._voice = Voice(self._write)
        self._state = SessionState.STARTING
        self._totals = SessionTotals()

    def narrator(self, zone: ZoneInfo, *, takes_answers: bool = False) -> "_ScreenNarrator":
        """What turns events into lines on this screen."""
        return _ScreenNarrator(self, zone, takes_answers=takes_answers)

    def line(self, tone: Tone, sign: str, text: str) -> None:
        """One line of what happened."""
        self._voice.line(f"{tone}\t{stamped(sign, text)}")

    def stands(self, state: SessionState, totals: SessionTotals) -> None:
        """How the session stands now."""
        self._state, self._totals = state, totals
        self._voice.line("")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._voice.close()
        self._live.stop()

    def _write(self, line: str) -> None:
        """In the thread: a line, or nothing but a new status."""
        tone, _, text = line.partition("\t")
        if text:
            self._console.print(Text(text, style=_STYLES[Tone(tone)]))
        if self._console.is_terminal:
            if not self._live.is_started:
                self._live.start()
            self._live.update(self._status(), refresh=True)

    def _status(self) -> Text:
        totals = self._totals
        shown = f"{_SHOWN_AS[self._state]} · {totals.checks:,} looks at the board · {totals.accepted} accepted"
        return Text(f"{shown} · {totals.rejected} left alone · {totals.lost} lost · Ctrl-C stops it", style="dim")


class _ScreenNarrator(Narrator):
    """Says lines and keeps the status line up to date."""

    def __init__(self, screen: Screen, zone: ZoneInfo, *, takes_answers: bool) -> None:
        super().__init__(screen.line, zone=zone, takes_answers=takes_answers)
        self._screen = screen

    def hear(self, event: Event) -> None:
        """Something happened."""
        super().hear(event)
        self._screen.stands(SessionState(self.state), self.totals)
