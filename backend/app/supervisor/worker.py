"""The loop: twice a second, and at once when something was asked for, what is wanted is compared with what is seen."""

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from app import metrics
from app.configuration import service as configuration
from app.configuration.schemas import SavedConfiguration
from app.database.connection import Database, SchemaNotReady, is_away
from app.database.locks import Lock, LockName, NotHeld
from app.logs import service as logs
from app.logs.schemas import LogLevel
from app.logs.service import LogLine
from app.redis_connection import connect
from app.sessions import service as sessions
from app.sessions.heartbeats import Presence, Sightings
from app.settings import Settings
from app.supervisor.plan import (
    NEEDS_OWNER,
    Action,
    CommandKind,
    DesiredSession,
    GiveUp,
    Kill,
    MarkEnded,
    MarkVanished,
    Memory,
    NoteCrash,
    ObservedState,
    Start,
    Tell,
    Terminate,
    plan,
)
from app.supervisor.process import CannotStart, Processes
from contract.commands import Command, Configure, Pause, Resume, Stop, encode_command
from contract.configuration import VersionedConfiguration
from contract.streams import COMMAND_FIELD, COMMANDS_LENGTH, CONFIGURATION, commands

log = structlog.get_logger(__name__)

#: A bot that crashed is seen within this.
LOOK_EVERY = timedelta(seconds=0.5)


class Supervisor:
    """Runs in a thread of its own from ``start`` to ``stop``. Leaves the bots running when it stops."""

    def __init__(self, settings: Settings, database: Database, presence: Presence) -> None:
        self._settings = settings
        self._lock = Lock(database, LockName.SUPERVISOR)
        self._presence = presence
        self._processes = Processes(settings)
        self._memories: dict[str, Memory] = {}
        self._redis: Redis | None = None
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)
        #: what keeps it from working, in words; None while it works
        self.trouble: str | None = "it is starting"
        self.is_standby = False
        #: called when it changed a session's row
        self.on_change = _nothing

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being done, and end."""
        self._stopping.set()
        self._woken.set()
        self._thread.join()

    def wake(self) -> None:
        """Something is wanted now; from any thread."""
        self._woken.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                self._look()
                self.trouble, self.is_standby = None, False
            except NotHeld:
                if not self.is_standby:
                    log.info("another process looks after the bots; this one waits", action="supervisor_standby")
                self.trouble, self.is_standby = None, True
                self._memories.clear()
            except SchemaNotReady:
                self.trouble, self.is_standby = "the tables are not made yet", False
            except (NoConnectionFree, DBAPIError) as error:
                self._note(error)
            except Exception:
                # a mistake of ours must not leave the bots without anybody who looks after them
                self.trouble = "it made a mistake; the log file says more"
                log.exception("the supervisor made a mistake", action="supervisor_failed")
            self._woken.wait(LOOK_EVERY.total_seconds())
        self._lock.release()
        self._close_redis()

    def _note(self, error: Exception) -> None:
        trouble = "Postgres does not answer" if is_away(error) else "Postgres refuses"
        if trouble != self.trouble:
            log.warning("the supervisor waits", action="supervisor_waits", why=trouble, error=type(error).__name__)
        self.trouble, self.is_standby = trouble, False

    def _look(self) -> None:
        seen = self._presence.snapshot()
        with self._lock.transaction() as session:
            wants = [
                DesiredSession(
                    session_id=row.session_id,
                    wanted=row.wanted,
                    started_by=row.started_by,
                    state=row.state,
                    status_reason=row.status_reason,
                    is_new=row.last_event_at is None,
                )
                for row in sessions.open_sessions(session, seen)
            ]
            saved = configuration.current(
                session,
                practice_mode=self._settings.atoz_practice,
                unsaved=self._settings.unsaved_configuration,
            )
            if 0 < saved.version < seen.highest_configuration_version:
                # of another database's time: the bot would take what is saved here for old
                saved = configuration.save_again(
                    session,
                    saved,
                    practice_mode=self._settings.atoz_practice,
                    highest_seen=seen.highest_configuration_version,
                )
        self._publish(saved, seen)
        beats = {session_id: sighting.heartbeat for session_id, sighting in seen.sessions.items()}
        world = ObservedState(
            now=time.monotonic(),
            sightings=seen,
            processes=self._processes.look((want.session_id for want in wants), beats),
            configuration_version=saved.version,
        )
        actions = [self._in_its_own_words(action) for action in plan(wants, world, self._memories)]
        for action in actions:
            self._do(action, saved)
        self._write(actions)

    # --- doing --------------------------------------------------------------------------------------------------------

    def _do(self, action: Action, saved: SavedConfiguration) -> None:
        match action:
            case Start(session_id):
                try:
                    self._processes.start(session_id)
                    metrics.BOTS_STARTED.inc()
                except CannotStart as error:
                    log.error("a bot cannot be started", action="bot_cannot_start", session=session_id, why=str(error))  # noqa: TRY400  # the cause is in the message
            case Tell(session_id, said):
                self._tell(session_id, _command(said, saved))
            case Terminate(session_id):
                self._processes.terminate(session_id)
            case Kill(session_id):
                self._processes.kill(session_id)
            case NoteCrash() | GiveUp() | MarkEnded() | MarkVanished():
                pass  # these are written, all together

    def _tell(self, session_id: str, command: Command) -> None:
        try:
            self._connected().xadd(
                commands(session_id),
                {COMMAND_FIELD: encode_command(command)},
                maxlen=COMMANDS_LENGTH,
                approximate=True,
            )
            log.info("a bot was told", action="bot_told", session=session_id, command=command.type)
        except (RedisError, OSError, ValueError):
            self._close_redis()  # the plan says it again as long as it is not done

    def _publish(self, saved: SavedConfiguration, seen: Sightings) -> None:
        """Have Redis hold the settings that a bot reads when it starts, also after Redis came back empty."""
        if not seen.redis_answers:
            return
        wanted = VersionedConfiguration(version=saved.version, configuration=saved.configuration)
        text = wanted.model_dump_json().encode()
        try:
            redis = self._connected()
            there = redis.get(CONFIGURATION)
            if saved.version == 0:
                if there is not None:
                    redis.delete(CONFIGURATION)  # of another database's time, or of practice
            elif there != text:
                redis.set(CONFIGURATION, text)
                log.info("the settings were published", action="configuration_published", version=saved.version)
        except (RedisError, OSError, ValueError):
            self._close_redis()

    def _connected(self) -> Redis:
        if self._redis is None:
            self._redis = connect(self._settings)
        return self._redis

    def _close_redis(self) -> None:
        redis, self._redis = self._redis, None
        if redis is not None:
            redis.close()

    # --- writing down -------------------------------------------------------------------------------------------------

    def _write(self, actions: Sequence[Action]) -> None:
        written = [one for one in actions if not isinstance(one, Tell | Start)]
        if not written:
            return
        with self._lock.transaction() as session:
            for action in written:
                self._write_one(session, action)
        self.on_change()

    def _in_its_own_words(self, action: Action) -> Action:
        """A bot that could not begin, with a setting that it cannot use say, told nobody but its output why."""
        if isinstance(action, GiveUp) and action.reason == NEEDS_OWNER:
            words = self._processes.last_words(action.session_id)
            return GiveUp(action.session_id, words) if words else action
        return action

    def _write_one(self, session: Session, action: Action) -> None:
        match action:
            case GiveUp(session_id, reason):
                sessions.give_up(session, session_id, reason)
            case MarkEnded(session_id):
                sessions.has_ended(session, session_id)
            case MarkVanished(session_id):
                sessions.has_vanished(session, session_id)
        line = self._line(action)
        if line is not None:
            logs.write(session, [line])

    def _line(self, action: Action) -> LogLine | None:
        now = datetime.now(UTC)
        match action:
            case NoteCrash(session_id, exit_code, pause):
                how = f" (exit code {exit_code})" if exit_code is not None else ""
                when = "at once" if pause == 0 else f"in {pause:.0f} seconds"
                words = self._processes.last_words(session_id)
                said = f" It said last: {words}" if words else ""
                return LogLine(
                    at=now,
                    session_id=session_id,
                    level=LogLevel.WARNING,
                    action="bot_crashed",
                    message=f"The bot ended unexpectedly{how}; it is started again {when}.{said}",
                )
            case Terminate(session_id, is_hung=True):
                return LogLine(
                    at=now,
                    session_id=session_id,
                    level=LogLevel.WARNING,
                    action="bot_hung",
                    message="The bot gave no sign of life although it was running; it is being started again.",
                )
            case Kill(session_id):
                return LogLine(
                    at=now,
                    session_id=session_id,
                    level=LogLevel.WARNING,
                    action="bot_killed",
                    message="The bot did not end when it was asked to; it was ended by force.",
                )
            case GiveUp(session_id, reason):
                return LogLine(
                    at=now,
                    session_id=session_id,
                    level=LogLevel.ERROR,
                    action="bot_given_up",
                    message=f"The bot ended and is not started again. {reason}",
                    what_to_do="Mend what it names, then press start.",
                )
            case _:
                return None


def _nothing() -> None:
    return


def _command(said: CommandKind, saved: SavedConfiguration) -> Command:
    now = datetime.now(UTC)
    match said:
        case CommandKind.STOP:
            return Stop(issued_at=now, reason="You pressed stop.")
        case CommandKind.PAUSE:
            return Pause(issued_at=now)
        case CommandKind.RESUME:
            return Resume(issued_at=now)
        case CommandKind.CONFIGURE:
            wanted = VersionedConfiguration(version=saved.version, configuration=saved.configuration)
            return Configure(issued_at=now, wanted=wanted)
