"""Bot processes: found again, started, ended. A process is known by its pid and the moment it was created."""

import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import structlog

from app import PROJECT
from app.settings import Settings, data_folder
from app.supervisor.plan import Process
from common.atomic_file import write_atomically
from common.process_tree import GONE, is_alive, send, with_descendants
from contract.presence import Heartbeat
from contract.sessions import StartedBy

log = structlog.get_logger(__name__)

#: The system tells when a process was created in its own ticks, and the bot says it in its own way.
_SAME_MOMENT_SECONDS = 5.0
#: What a bot prints goes into one file a session, begun anew when it is larger than this.
_LARGEST_OUTPUT_BYTES = 5_000_000
#: Not the bot's business: it talks to the portal and to Redis.
_NOT_FOR_BOTS = frozenset({"DATABASE_URL", "PGPASSWORD", "POSTGRES_PASSWORD"})


@dataclass(frozen=True, slots=True)
class _Identity:
    pid: int
    created: float


class CannotStart(Exception):
    """The process could not be made; the message says why."""


class Processes:
    """The bots' processes on this machine. Used by one thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._known: dict[str, psutil.Process] = {}
        self._ended: dict[str, tuple[int | None, float]] = {}

    # --- looking ------------------------------------------------------------------------------------------------------

    def look(self, session_ids: Iterable[str], beats: Mapping[str, Heartbeat]) -> dict[str, Process]:
        """The processes of these sessions, alive or seen to have ended; a session without one is missing."""
        wanted = set(session_ids)
        unknown = {one for one in wanted if not self._is_known_alive(one) and not self._recognise(one, beats.get(one))}
        if unknown:
            self._known.update(self._running_bots(unknown))
        found: dict[str, Process] = {}
        for session_id in wanted:
            if session_id in self._known:
                self._ended.pop(session_id, None)
                found[session_id] = Process(is_alive=True)
            elif session_id in self._ended:
                code, at = self._ended[session_id]
                found[session_id] = Process(is_alive=False, exit_code=code, ended_for=time.monotonic() - at)
        self._forget_all_but(wanted)
        return found

    def _is_known_alive(self, session_id: str) -> bool:
        process = self._known.get(session_id)
        if process is None:
            return False
        child = self._children.get(session_id)
        if child is not None and child.pid == process.pid:
            code = child.poll()
            if code is None:
                return True
            del self._children[session_id]
        elif is_alive(process):
            return True
        else:
            code = None
        del self._known[session_id]
        self._ended[session_id] = (code, time.monotonic())
        self._pid_file(session_id).unlink(missing_ok=True)
        log.info("a bot's process ended", action="bot_ended", session=session_id, exit_code=code)
        return False

    def _recognise(self, session_id: str, beat: Heartbeat | None) -> bool:
        """Find a process that is none of our children: this program was started after it."""
        candidates = [self._read_pid_file(session_id)]
        if beat is not None and beat.host == platform.node():
            candidates.append(_Identity(beat.pid, beat.process_started_at.timestamp()))
        for identity in candidates:
            process = _process(identity, session_id) if identity is not None else None
            if process is not None:
                self._known[session_id] = process
                log.info("a running bot was found", action="bot_adopted", session=session_id, pid=process.pid)
                return True
        return False

    def _running_bots(self, session_ids: set[str]) -> dict[str, psutil.Process]:
        """Processes that were started as a bot of one of these sessions, by whomever."""
        found: dict[str, psutil.Process] = {}
        for process in psutil.process_iter():
            try:
                command = process.cmdline()
                session = next((argument for argument in command if argument in session_ids), None)
                if session is not None and self._is_ours(process, command) and is_alive(process):
                    found[session] = process
            except (*GONE, psutil.AccessDenied, OSError):
                continue
        return found

    def _is_ours(self, process: psutil.Process, command: Sequence[str]) -> bool:
        """Whether it is our bot program, at work in our data folder.

        Sessions are named after the second in which they start, so two installations on one machine, started
        together, may have bots of the same name. Raises what psutil raises.
        """
        script, folder = self._settings.atoz_bot_script, Path(process.cwd())
        as_module = f"bot.{script.stem}" in command and folder == script.parents[1]
        as_script = any(Path(one).name == script.name and (folder / one).resolve() == script for one in command[1:])
        return (as_module or as_script) and data_folder(process.environ()) == self._settings.atoz_data_dir

    def _forget_all_but(self, session_ids: set[str]) -> None:
        for session_id in set(self._ended) - session_ids:
            del self._ended[session_id]

    # --- starting -----------------------------------------------------------------------------------------------------

    def start(self, session_id: str) -> None:
        """Start a bot for the session. Raises CannotStart."""
        if self._is_known_alive(session_id) or self._running_bots({session_id}):
            return  # whoever started it: it is there
        environment = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_BOTS}
        environment["ATOZ_STARTED_BY"] = StartedBy.CONTROL_PLANE.value
        try:
            self._settings.logs.mkdir(parents=True, exist_ok=True)
            with self._output_file(session_id).open("ab") as output:
                # a session of its own: a signal for this program's group is not for the bots
                child = subprocess.Popen(  # noqa: S603  # our own program, and a name that the database gave
                    [sys.executable, str(self._settings.atoz_bot_script), session_id],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env=environment,
                    cwd=PROJECT,
                    start_new_session=True,
                )
        except OSError as error:
            raise CannotStart(f"{error.strerror or error} ({self._settings.atoz_bot_script})") from error
        # also of a process that ended meanwhile: until it is waited for, its pid is nobody else's
        process = psutil.Process(child.pid)
        self._children[session_id] = child
        self._known[session_id] = process
        self._ended.pop(session_id, None)
        log.info("a bot was started", action="bot_started", session=session_id, pid=child.pid)
        try:
            self._write_pid_file(session_id, _Identity(child.pid, process.create_time()))
        except OSError as error:
            # without the file it is still found by its heartbeat and its command line
            log.warning("a bot's pid could not be noted", action="pid_not_noted", session=session_id, why=str(error))

    def _output_file(self, session_id: str) -> Path:
        file = self._settings.logs / f"bot-{session_id}.out.log"
        if file.exists() and file.stat().st_size > _LARGEST_OUTPUT_BYTES:
            file.replace(file.with_suffix(".log.1"))
        return file

    def last_words(self, session_id: str) -> str | None:
        """The last line that the bot printed, where it printed any."""
        try:
            with self._output_file(session_id).open("rb") as output:
                output.seek(max(output.seek(0, os.SEEK_END) - 4_096, 0))
                lines = [line.strip() for line in output.read().decode(errors="replace").splitlines() if line.strip()]
        except OSError:
            return None
        return lines[-1][:300] if lines else None

    # --- ending -------------------------------------------------------------------------------------------------------

    def terminate(self, session_id: str) -> None:
        """Ask the session's process to end."""
        self._signal(session_id, signal.SIGTERM)

    def kill(self, session_id: str) -> None:
        """End the session's process, and what it started."""
        process = self._known.get(session_id)
        if process is None:
            return
        family = with_descendants(process)
        self._signal(session_id, signal.SIGKILL)
        for one in family[1:]:
            send(one, signal.SIGKILL)

    def _signal(self, session_id: str, number: signal.Signals) -> None:
        process = self._known.get(session_id)
        if process is None:
            return
        try:
            # psutil looks at the moment of creation first: a pid that is somebody else's by now is not signalled
            process.send_signal(number)
        except GONE:
            return
        except psutil.AccessDenied:
            log.warning("a bot of another user cannot be ended", action="bot_not_ours", session=session_id)
            return
        log.info("a bot was sent a signal", action="bot_signalled", session=session_id, signal=number.name)

    # --- the pid file -------------------------------------------------------------------------------------------------

    def _pid_file(self, session_id: str) -> Path:
        return self._settings.run / f"bot-{session_id}.json"

    def _write_pid_file(self, session_id: str, identity: _Identity) -> None:
        file = self._pid_file(session_id)
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        content = {"pid": identity.pid, "created": identity.created, "session_id": session_id}
        write_atomically(file, json.dumps(content))

    def _read_pid_file(self, session_id: str) -> _Identity | None:
        try:
            found = json.loads(self._pid_file(session_id).read_text())
            return _Identity(int(found["pid"]), float(found["created"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None


def _process(identity: _Identity, session_id: str) -> psutil.Process | None:
    """The living process with this identity, where it is a bot of this session."""
    try:
        process = psutil.Process(identity.pid)
        same = abs(process.create_time() - identity.created) <= _SAME_MOMENT_SECONDS
        return process if same and session_id in process.cmdline() and is_alive(process) else None
    except (*GONE, psutil.AccessDenied):
        return None
