"""What to do about each session, from what is wanted and what is seen. Pure: no clock, no process, no Redis.

Three things are seen of a session: its process (certain, where it is known), its heartbeat (certain while it is fresh),
and silence, which means something only when Redis has answered for long enough. Where nothing is certain nothing is
done: two bots for one session are worse than none for some seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.sessions.heartbeats import Sighting, Sightings
from app.sessions.schemas import Wanted
from common.exit_codes import EXIT_NEEDS_OWNER
from contract.presence import HEARTBEAT_STALE_AFTER
from contract.sessions import SessionState, StartedBy

#: Seconds before the first, second … start after a crash; the last one again and again.
RESTART_PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0)
#: A bot that ran for so long has recovered from what made it crash before.
RECOVERED_AFTER = 60.0

#: A command may be lost with Redis, or come before the bot listens: it is said again.
COMMAND_EVERY = 3.0
#: A bot that was told to stop and still runs gets SIGTERM: a claim under way is through by then.
TERMINATE_AFTER = 8.0
#: and SIGKILL: what it has on disk tells the next one how far it was.
KILL_AFTER = 30.0

#: A process that has been silent for so long while Redis answers does not work any more. Starting on a slow machine
#: that is busy takes some seconds.
HUNG_AFTER = 60.0
#: So long after SIGTERM a silent process is killed.
HUNG_KILL_AFTER = HUNG_AFTER + 10.0

#: A bot's last report travels through Redis and Postgres; it says better why it ended than its exit code.
WAIT_FOR_REASON = 3.0
#: A bot from the command line is given up later than it falls silent: its machine may be slow.
VANISHED_AFTER = HEARTBEAT_STALE_AFTER.total_seconds() + 5.0
#: And for so long it was looked for in vain.
_MISSED_FOR = 4.0


class CommandKind(StrEnum):
    """What a bot can be told."""

    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    CONFIGURE = "configure"


@dataclass(frozen=True, kw_only=True, slots=True)
class DesiredSession:
    """A session's row, as far as it matters here."""

    session_id: str
    wanted: Wanted
    started_by: StartedBy
    #: as the row says
    state: SessionState
    status_reason: str | None = None
    #: its bot has never reported anything
    is_new: bool = False

    @property
    def has_ended(self) -> bool:
        """The row says that it is over."""
        return self.state in {SessionState.STOPPED, SessionState.FAILED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """A process that is known for a session's."""

    is_alive: bool
    #: where it ended: its exit code; None where it was not our child
    exit_code: int | None = None
    #: seconds since it was seen to have ended
    ended_for: float = 0.0


@dataclass(kw_only=True, slots=True)
class Memory:
    """What was done about a session; moments are monotonic, in seconds."""

    crashes: int = 0
    #: when it was started, or first seen alive
    alive_since: float | None = None
    start_not_before: float = 0.0
    stop_since: float | None = None
    #: when a bot from the command line was first missed
    unheard_since: float | None = None
    #: what it was told last, and when; a new word is said at once, the same one again after a while
    said: dict[str, tuple[CommandKind, int, float]] = field(default_factory=dict)
    terminated: bool = False
    killed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservedState:
    """All that is known at one moment."""

    #: monotonic, in seconds
    now: float
    sightings: Sightings
    #: the session's process; a session whose process is not known is missing
    processes: Mapping[str, Process]
    #: the version that all bots should work with; 0 where none was ever saved
    configuration_version: int = 0


@dataclass(frozen=True, slots=True)
class Start:
    """Start a process for the session."""

    session_id: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Send the session's bot a command."""

    session_id: str
    said: CommandKind


@dataclass(frozen=True, slots=True)
class Terminate:
    """Send the session's process SIGTERM."""

    session_id: str
    #: it is silent, and not asked to stop
    is_hung: bool = False


@dataclass(frozen=True, slots=True)
class Kill:
    """Send the session's process SIGKILL."""

    session_id: str


@dataclass(frozen=True, slots=True)
class NoteCrash:
    """The process ended although it was wanted; it is started again after a pause."""

    session_id: str
    exit_code: int | None
    pause: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Only the owner can mend it: the session is not wanted any more."""

    session_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class MarkEnded:
    """The session that was to stop is gone."""

    session_id: str


@dataclass(frozen=True, slots=True)
class MarkVanished:
    """A bot from the command line is gone without a goodbye."""

    session_id: str


Action = Start | Tell | Terminate | Kill | NoteCrash | GiveUp | MarkEnded | MarkVanished

NEEDS_OWNER = "The bot ended because it needs you. The log says why."


class _Life(StrEnum):
    ALIVE = "alive"
    GONE = "gone"
    NOT_KNOWN = "not_known"


def pause_before_restart(crashes: int) -> float:
    """Seconds to wait after the so-manieth crash in a row (1 is the first)."""
    return RESTART_PAUSES[min(max(crashes, 1), len(RESTART_PAUSES)) - 1]


def plan(wants: Sequence[DesiredSession], world: ObservedState, memories: dict[str, Memory]) -> list[Action]:
    """What to do now. Keeps ``memories`` for the next time."""
    lives = {want.session_id: _life(want, world) for want in wants}
    # an account has one bot at a time: the next one starts when the last one has left
    somebody_leaves = any(
        lives[want.session_id] is _Life.ALIVE
        for want in wants
        if want.wanted is Wanted.STOPPED and want.started_by is StartedBy.CONTROL_PLANE
    )
    actions: list[Action] = []
    for want in wants:
        memory = memories.setdefault(want.session_id, Memory())
        life = lives[want.session_id]
        if life is _Life.ALIVE and memory.alive_since is None:
            memory.alive_since = world.now
        if want.wanted is not Wanted.STOPPED:
            memory.stop_since = None
        if want.started_by is StartedBy.COMMAND_LINE:
            actions += _command_line(want, life, world, memory)
        elif want.wanted is Wanted.STOPPED:
            actions += _to_stop(want, life, world, memory)
        else:
            actions += _to_run(want, life, world, memory, may_start=not somebody_leaves)
    for forgotten in set(memories) - set(lives):
        del memories[forgotten]
    return actions


def _life(want: DesiredSession, world: ObservedState) -> _Life:
    process = world.processes.get(want.session_id)
    if process is not None:
        return _Life.ALIVE if process.is_alive else _Life.GONE
    sighting = world.sightings.sessions.get(want.session_id)
    if sighting is not None and sighting.is_fresh:
        return _Life.ALIVE
    if world.sightings.is_settled or (want.is_new and sighting is None):
        return _Life.GONE
    return _Life.NOT_KNOWN


def _beating(want: DesiredSession, world: ObservedState) -> Sighting | None:
    """The heartbeat, where it is fresh and not only remembered."""
    sighting = world.sightings.sessions.get(want.session_id)
    return sighting if world.sightings.redis_answers and sighting is not None and sighting.is_fresh else None


def _say(want: DesiredSession, said: CommandKind, world: ObservedState, memory: Memory) -> list[Action]:
    about = "settings" if said is CommandKind.CONFIGURE else "state"
    version = world.configuration_version if said is CommandKind.CONFIGURE else 0
    last, last_version, at = memory.said.get(about, (None, 0, 0.0))
    if (last, last_version) == (said, version) and world.now - at < COMMAND_EVERY:
        return []
    memory.said[about] = (said, version, world.now)
    return [Tell(want.session_id, said)]


def _keep_informed(want: DesiredSession, beating: Sighting, world: ObservedState, memory: Memory) -> list[Action]:
    """Pause, resume and settings, until the heartbeat says that they have arrived."""
    actions: list[Action] = []
    state = beating.heartbeat.state
    if want.wanted is Wanted.PAUSED and state in {SessionState.RUNNING, SessionState.SIGNING_IN}:
        actions += _say(want, CommandKind.PAUSE, world, memory)
    if want.wanted is Wanted.RUNNING and state is SessionState.PAUSED:
        actions += _say(want, CommandKind.RESUME, world, memory)
    if beating.heartbeat.configuration_version < world.configuration_version:
        actions += _say(want, CommandKind.CONFIGURE, world, memory)
    return actions


def _to_run(
    want: DesiredSession, life: _Life, world: ObservedState, memory: Memory, *, may_start: bool
) -> list[Action]:
    if life is _Life.NOT_KNOWN:
        return []
    if life is _Life.GONE:
        return _gone_though_wanted(want, world, memory, may_start=may_start)
    beating = _beating(want, world)
    if beating is not None:
        memory.terminated = memory.killed = False
        return _keep_informed(want, beating, world, memory)
    return _silent(want, world, memory)


def _gone_though_wanted(want: DesiredSession, world: ObservedState, memory: Memory, *, may_start: bool) -> list[Action]:
    process = world.processes.get(want.session_id)
    sighting = world.sightings.sessions.get(want.session_id)
    said = sighting.heartbeat if sighting is not None else None
    if want.state is SessionState.FAILED:
        return [GiveUp(want.session_id, want.status_reason or NEEDS_OWNER)]
    if said is not None and said.state is SessionState.FAILED:
        return [GiveUp(want.session_id, said.reason or NEEDS_OWNER)]
    if process is not None and process.exit_code == EXIT_NEEDS_OWNER:
        return [GiveUp(want.session_id, NEEDS_OWNER)] if process.ended_for >= WAIT_FOR_REASON else []
    if memory.alive_since is not None:
        ran_for = world.now - memory.alive_since
        memory.crashes = 1 if ran_for >= RECOVERED_AFTER else memory.crashes + 1
        pause = pause_before_restart(memory.crashes)
        memory.alive_since = None
        memory.start_not_before = world.now + pause
        memory.terminated = memory.killed = False
        return [NoteCrash(want.session_id, process.exit_code if process else None, pause)]
    if may_start and world.now >= memory.start_not_before:
        memory.alive_since = world.now
        return [Start(want.session_id)]
    return []


def _silent(want: DesiredSession, world: ObservedState, memory: Memory) -> list[Action]:
    """The process is there and says nothing: it starts, it cannot reach Redis, or it hangs."""
    if not world.sightings.is_settled or want.session_id not in world.processes or memory.alive_since is None:
        return []
    sighting = world.sightings.sessions.get(want.session_id)
    silence = min(
        world.now - memory.alive_since,
        world.sightings.answering_for.total_seconds(),
        sighting.silent_for.total_seconds() if sighting is not None else float("inf"),
    )
    if silence > HUNG_KILL_AFTER and not memory.killed:
        memory.killed = True
        return [Kill(want.session_id)]
    if silence > HUNG_AFTER and not memory.terminated:
        memory.terminated = True
        return [Terminate(want.session_id, is_hung=True)]
    return []


def _to_stop(want: DesiredSession, life: _Life, world: ObservedState, memory: Memory) -> list[Action]:
    if life is _Life.GONE:
        return [] if want.has_ended else [MarkEnded(want.session_id)]
    if memory.stop_since is None:
        memory.stop_since = world.now
        memory.terminated = memory.killed = False
    asked_for = world.now - memory.stop_since
    beating = _beating(want, world)
    actions: list[Action] = []
    if beating is not None and beating.heartbeat.state not in {SessionState.STOPPING, SessionState.STOPPED}:
        actions += _say(want, CommandKind.STOP, world, memory)
    if want.session_id not in world.processes:
        return actions  # nothing that could be signalled
    if asked_for > KILL_AFTER and not memory.killed:
        memory.killed = True
        actions.append(Kill(want.session_id))
    # a bot that cannot be told is sent the signal at once: the owner pressed stop
    elif (asked_for > TERMINATE_AFTER or beating is None) and not memory.terminated:
        memory.terminated = True
        actions.append(Terminate(want.session_id))
    return actions


def _command_line(want: DesiredSession, life: _Life, world: ObservedState, memory: Memory) -> list[Action]:
    beating = _beating(want, world)
    if beating is not None:
        memory.unheard_since = None
        if want.wanted is Wanted.STOPPED:
            return [] if beating.heartbeat.state in _LEAVING else _say(want, CommandKind.STOP, world, memory)
        return _keep_informed(want, beating, world, memory)
    over = want.has_ended and want.wanted is Wanted.STOPPED
    if life is not _Life.GONE or over or not world.sightings.is_settled:
        return []
    sighting = world.sightings.sessions.get(want.session_id)
    if memory.unheard_since is None:
        memory.unheard_since = world.now
    silent_for = sighting.silent_for.total_seconds() if sighting is not None else float("inf")
    if min(silent_for, world.sightings.answering_for.total_seconds()) < VANISHED_AFTER:
        return []
    # of a bot that was just started its reports may be here before its first heartbeat is read
    if world.now - memory.unheard_since < _MISSED_FOR:
        return []
    return [MarkVanished(want.session_id)]


_LEAVING = frozenset({SessionState.STOPPING, SessionState.STOPPED, SessionState.FAILED})
