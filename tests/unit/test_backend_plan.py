"""What the supervisor does about each session: tables for single situations, properties for whole lives."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sessions.heartbeats import Sighting, Sightings
from app.sessions.schemas import Wanted
from app.supervisor.plan import (
    HUNG_AFTER,
    HUNG_KILL_AFTER,
    KILL_AFTER,
    NEEDS_OWNER,
    RECOVERED_AFTER,
    RESTART_PAUSES,
    TERMINATE_AFTER,
    VANISHED_AFTER,
    WAIT_FOR_REASON,
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
    Process,
    Start,
    Tell,
    Terminate,
    pause_before_restart,
    plan,
)
from common.exit_codes import EXIT_NEEDS_OWNER
from contract.presence import HEARTBEAT_STALE_AFTER
from contract.sessions import SessionState, StartedBy
from tests.support.backend_events import SESSION, beat

ALIVE = Process(is_alive=True)
STALE = HEARTBEAT_STALE_AFTER.total_seconds() + 1


def want(
    wanted: Wanted = Wanted.RUNNING,
    *,
    by: StartedBy = StartedBy.CONTROL_PLANE,
    state: SessionState = SessionState.RUNNING,
    is_new: bool = False,
    reason: str | None = None,
    session_id: str = SESSION,
) -> DesiredSession:
    return DesiredSession(
        session_id=session_id, wanted=wanted, started_by=by, state=state, is_new=is_new, status_reason=reason
    )


def world(
    *,
    now: float = 1000.0,
    process: Process | None = None,
    silent_for: float | None = None,
    state: SessionState = SessionState.RUNNING,
    version: int = 0,
    wanted_version: int = 0,
    redis: bool = True,
    redis_for: float = 600.0,
    reason: str | None = None,
) -> ObservedState:
    sightings = {}
    if silent_for is not None:
        sightings[SESSION] = Sighting(
            heartbeat=beat(state=state, version=version, reason=reason), silent_for=timedelta(seconds=silent_for)
        )
    return ObservedState(
        now=now,
        sightings=Sightings(
            redis_answers=redis, answering_for=timedelta(seconds=redis_for if redis else 0), sessions=sightings
        ),
        processes={} if process is None else {SESSION: process},
        configuration_version=wanted_version,
    )


def planned(one: DesiredSession, seen: ObservedState, memory: Memory | None = None) -> list[Action]:
    return plan([one], seen, {} if memory is None else {SESSION: memory})


STARTED = Memory(alive_since=900.0)


@pytest.mark.parametrize(
    ("one", "seen", "expected"),
    [
        pytest.param(
            want(is_new=True, state=SessionState.STARTING), world(), [Start(SESSION)], id="a new session is started"
        ),
        pytest.param(
            want(is_new=True, state=SessionState.STARTING),
            world(redis=False),
            [Start(SESSION)],
            id="a new one also while Redis is away: there is nothing that could run already",
        ),
        pytest.param(want(), world(process=ALIVE, silent_for=1), [], id="all is well"),
        pytest.param(want(), world(silent_for=1), [], id="a heartbeat is enough, whosever process it is"),
        pytest.param(want(), world(silent_for=STALE), [Start(SESSION)], id="silence, no process, Redis long there"),
        pytest.param(
            want(), world(silent_for=STALE, redis_for=2), [], id="silence means nothing right after Redis came back"
        ),
        pytest.param(want(), world(silent_for=STALE, redis=False), [], id="nor while it is away"),
        pytest.param(want(), world(process=ALIVE, silent_for=STALE), [], id="it lives and is silent: no second one"),
        pytest.param(want(), world(process=ALIVE, redis=False), [], id="it lives, Redis is away"),
        pytest.param(
            want(Wanted.PAUSED), world(process=ALIVE, silent_for=1), [Tell(SESSION, CommandKind.PAUSE)], id="pause it"
        ),
        pytest.param(
            want(Wanted.PAUSED), world(process=ALIVE, silent_for=1, state=SessionState.PAUSED), [], id="it is paused"
        ),
        pytest.param(
            want(),
            world(process=ALIVE, silent_for=1, state=SessionState.PAUSED),
            [Tell(SESSION, CommandKind.RESUME)],
            id="resume",
        ),
        pytest.param(
            want(),
            world(process=ALIVE, silent_for=1, version=3, wanted_version=4),
            [Tell(SESSION, CommandKind.CONFIGURE)],
            id="it has not heard of the new settings",
        ),
        pytest.param(
            want(), world(process=ALIVE, silent_for=1, version=4, wanted_version=4), [], id="it has the settings"
        ),
        pytest.param(
            want(Wanted.STOPPED), world(process=ALIVE, silent_for=1), [Tell(SESSION, CommandKind.STOP)], id="stop it"
        ),
        pytest.param(
            want(Wanted.STOPPED),
            world(process=ALIVE, silent_for=1, state=SessionState.STOPPING),
            [],
            id="it is stopping",
        ),
        pytest.param(
            want(Wanted.STOPPED),
            world(process=ALIVE, redis=False),
            [Terminate(SESSION)],
            id="it cannot be told: the owner's stop counts nevertheless",
        ),
        pytest.param(
            want(Wanted.STOPPED),
            world(process=Process(is_alive=False, exit_code=0)),
            [MarkEnded(SESSION)],
            id="it left",
        ),
        pytest.param(want(Wanted.STOPPED), world(silent_for=STALE), [MarkEnded(SESSION)], id="it is gone"),
        pytest.param(want(Wanted.STOPPED), world(silent_for=STALE, redis=False), [], id="gone or not, who knows"),
        pytest.param(
            want(Wanted.STOPPED, state=SessionState.STOPPED), world(silent_for=STALE), [], id="it is over and noted"
        ),
        pytest.param(
            want(state=SessionState.FAILED, reason="Wrong password."),
            world(process=Process(is_alive=False, exit_code=EXIT_NEEDS_OWNER)),
            [GiveUp(SESSION, "Wrong password.")],
            id="only the owner can mend it",
        ),
        pytest.param(
            want(),
            world(silent_for=STALE, state=SessionState.FAILED, reason="Locked out."),
            [GiveUp(SESSION, "Locked out.")],
            id="its last heartbeat said so",
        ),
        pytest.param(
            want(),
            world(process=Process(is_alive=False, exit_code=EXIT_NEEDS_OWNER, ended_for=WAIT_FOR_REASON - 1)),
            [],
            id="its last report may be on its way",
        ),
        pytest.param(
            want(),
            world(process=Process(is_alive=False, exit_code=EXIT_NEEDS_OWNER, ended_for=WAIT_FOR_REASON)),
            [GiveUp(SESSION, NEEDS_OWNER)],
            id="it could not say why",
        ),
        # bots from the command line
        pytest.param(want(by=StartedBy.COMMAND_LINE), world(silent_for=STALE), [], id="perhaps only slow"),
        pytest.param(
            want(by=StartedBy.COMMAND_LINE),
            world(silent_for=VANISHED_AFTER + 1, process=ALIVE),
            [],
            id="silent, but its process is there",
        ),
        pytest.param(
            want(by=StartedBy.COMMAND_LINE, is_new=True),
            world(redis=False),
            [],
            id="nothing is known while Redis is away",
        ),
        pytest.param(
            want(Wanted.STOPPED, by=StartedBy.COMMAND_LINE),
            world(silent_for=1),
            [Tell(SESSION, CommandKind.STOP)],
            id="told",
        ),
        pytest.param(
            want(Wanted.STOPPED, by=StartedBy.COMMAND_LINE, state=SessionState.STOPPED),
            world(silent_for=STALE * 3),
            [],
            id="over",
        ),
    ],
)
def test_one_look(one: DesiredSession, seen: ObservedState, expected: list[Action]) -> None:
    assert planned(one, seen) == expected


def test_a_crash_is_noted_and_the_first_restart_is_at_once() -> None:
    memories = {SESSION: Memory(alive_since=900.0)}
    ended = Process(is_alive=False, exit_code=-9)
    # the heartbeat of the dead is still fresh: the process says it better
    assert plan([want()], world(process=ended, silent_for=1), memories) == [NoteCrash(SESSION, -9, 0.0)]
    assert plan([want()], world(process=ended, silent_for=1), memories) == [Start(SESSION)]


def test_also_while_redis_is_away() -> None:
    memories = {SESSION: Memory(alive_since=900.0)}
    ended = Process(is_alive=False, exit_code=1)
    assert plan([want()], world(process=ended, redis=False), memories) == [NoteCrash(SESSION, 1, 0.0)]
    assert plan([want()], world(process=ended, redis=False), memories) == [Start(SESSION)]


@pytest.mark.parametrize("silent_for", [VANISHED_AFTER + 1, None])
def test_a_bot_from_the_command_line_has_vanished_when_it_was_missed_for_a_while(silent_for: float | None) -> None:
    memories: dict[str, Memory] = {}
    by_hand = want(by=StartedBy.COMMAND_LINE)

    def look(now: float, silent_for: float | None) -> list[Action]:
        return plan([by_hand], world(now=now, silent_for=silent_for), memories)

    assert look(1000, silent_for) == []  # perhaps it was just started, and its reports are faster than its heartbeats
    assert look(1003, silent_for) == []
    assert look(1004.5, silent_for) == [MarkVanished(SESSION)]
    # a heartbeat in between, and it is counted anew
    assert look(1005, 0.2) == []
    assert look(1020, silent_for) == []


def test_a_bot_from_the_command_line_is_never_started_or_signalled() -> None:
    memories: dict[str, Memory] = {}
    for second in range(120):
        for wanted in Wanted:
            for process in (None, ALIVE, Process(is_alive=False, exit_code=1)):
                for silent in (None, 1.0, 1000.0):
                    actions = plan(
                        [want(wanted, by=StartedBy.COMMAND_LINE)],
                        world(now=float(second), process=process, silent_for=silent),
                        memories,
                    )
                    assert not [one for one in actions if isinstance(one, Start | Terminate | Kill | GiveUp)]


@pytest.mark.parametrize(
    ("crashes", "pause"),
    [(1, 0.0), (2, 1.0), (3, 2.0), (4, 5.0), (5, 10.0), (6, 20.0), (7, 40.0), (8, 60.0), (99, 60.0)],
)
def test_pauses_grow(crashes: int, pause: float) -> None:
    assert pause_before_restart(crashes) == pause


def test_a_bot_that_ran_for_long_has_recovered() -> None:
    memory = Memory(crashes=7, alive_since=1000.0 - RECOVERED_AFTER)
    ended = Process(is_alive=False, exit_code=1)
    assert planned(want(), world(process=ended), memory) == [NoteCrash(SESSION, 1, 0.0)]
    memory = Memory(crashes=7, alive_since=1000.0 - RECOVERED_AFTER + 1)
    assert planned(want(), world(process=ended), memory) == [NoteCrash(SESSION, 1, RESTART_PAUSES[-1])]


def test_a_stop_is_a_command_then_sigterm_then_sigkill() -> None:
    memories: dict[str, Memory] = {}
    done: list[tuple[float, Action]] = []
    for step in range(100):
        now = step / 2
        actions = plan([want(Wanted.STOPPED)], world(now=now, process=ALIVE, silent_for=0.5), memories)
        done += [(now, action) for action in actions]
    kinds = [type(action) for _, action in done]
    assert kinds[0] is Tell
    terminated = [now for now, action in done if isinstance(action, Terminate)]
    killed = [now for now, action in done if isinstance(action, Kill)]
    assert terminated == [TERMINATE_AFTER + 0.5]
    assert killed == [KILL_AFTER + 0.5]


def test_a_process_that_hangs_is_ended() -> None:
    memories: dict[str, Memory] = {}
    done: list[tuple[float, Action]] = []
    for now in range(100):
        seen = world(now=float(now), process=ALIVE, silent_for=float(now))
        done += [(now, action) for action in plan([want()], seen, memories)]
    assert [action for _, action in done] == [Terminate(SESSION, is_hung=True), Kill(SESSION)]
    assert [now for now, _ in done] == [HUNG_AFTER + 1, HUNG_KILL_AFTER + 1]


def test_the_next_session_starts_when_the_last_one_has_left() -> None:
    wants = [want(Wanted.STOPPED), want(is_new=True, session_id="session-b")]
    memories: dict[str, Memory] = {}
    seen = world(process=ALIVE, silent_for=1)
    assert plan(wants, seen, memories) == [Tell(SESSION, CommandKind.STOP)]
    gone = world(process=Process(is_alive=False, exit_code=0), silent_for=1)
    assert plan(wants, gone, memories) == [MarkEnded(SESSION), Start("session-b")]


def test_new_words_are_said_at_once_and_the_same_ones_again_after_a_while() -> None:
    memories: dict[str, Memory] = {}

    def told(wanted: Wanted, state: SessionState, now: float, wanted_version: int = 0) -> list[Action]:
        seen = world(now=now, process=ALIVE, silent_for=0.5, state=state, wanted_version=wanted_version)
        return plan([want(wanted)], seen, memories)

    assert told(Wanted.PAUSED, SessionState.RUNNING, 0.0) == [Tell(SESSION, CommandKind.PAUSE)]
    assert told(Wanted.PAUSED, SessionState.RUNNING, 0.5) == []
    assert told(Wanted.RUNNING, SessionState.PAUSED, 1.0) == [Tell(SESSION, CommandKind.RESUME)]
    assert told(Wanted.PAUSED, SessionState.RUNNING, 1.5) == [Tell(SESSION, CommandKind.PAUSE)]
    assert told(Wanted.PAUSED, SessionState.RUNNING, 4.5) == [Tell(SESSION, CommandKind.PAUSE)]
    assert told(Wanted.RUNNING, SessionState.RUNNING, 5.0, wanted_version=1) == [Tell(SESSION, CommandKind.CONFIGURE)]
    assert told(Wanted.RUNNING, SessionState.RUNNING, 5.5, wanted_version=1) == []
    assert told(Wanted.RUNNING, SessionState.RUNNING, 6.0, wanted_version=2) == [Tell(SESSION, CommandKind.CONFIGURE)]


# --- whole lives ------------------------------------------------------------------------------------------------------


@dataclass
class Life:
    """One session on one machine, and a supervisor that may be started again and forget everything."""

    wanted: Wanted = Wanted.RUNNING
    state: SessionState = SessionState.STARTING
    now: float = 0.0
    processes: int = 0
    exit_code: int | None = None
    has_ended_process: bool = False
    beats: bool = False
    last_beat: float | None = None
    redis_since: float | None = 0.0
    known: bool = True
    reported: bool = False
    memories: dict[str, Memory] = field(default_factory=dict)
    most: int = 0

    def tick(self) -> None:
        self.now += 0.5
        if self.processes and self.redis_since is not None:
            self.last_beat = self.now
            self.reported = True
        self.look()

    def look(self) -> None:
        sightings = {}
        if self.last_beat is not None:
            sightings[SESSION] = Sighting(
                heartbeat=beat(state=SessionState.RUNNING), silent_for=timedelta(seconds=self.now - self.last_beat)
            )
        process = None
        if self.processes and self.known:
            process = ALIVE
        elif not self.processes and self.has_ended_process:
            process = Process(is_alive=False, exit_code=self.exit_code)
        answering = 0.0 if self.redis_since is None else self.now - self.redis_since
        seen = ObservedState(
            now=self.now,
            sightings=Sightings(
                redis_answers=self.redis_since is not None,
                answering_for=timedelta(seconds=answering),
                sessions=sightings,
            ),
            processes={} if process is None else {SESSION: process},
        )
        one = want(self.wanted, state=self.state, is_new=not self.reported)
        for action in plan([one], seen, self.memories):
            self.do(action)

    def do(self, action: Action) -> None:
        match action:
            case Start():
                self.processes += 1
                self.known, self.has_ended_process = True, False
                self.state = SessionState.RUNNING
                self.most = max(self.most, self.processes)
            case Tell(said=CommandKind.STOP) | Terminate() | Kill():
                if not isinstance(action, Tell) or self.redis_since is not None:
                    self.end(0)
            case MarkEnded():
                self.state = SessionState.STOPPED
            case _:
                pass

    def end(self, code: int) -> None:
        if self.processes:
            self.processes -= 1
            self.has_ended_process, self.exit_code = self.known, code

    def suffer(self, what: str) -> None:
        match what:
            case "crash":
                self.end(-9)
            case "redis_away":
                self.redis_since = None
            case "redis_back":
                self.redis_since = self.now if self.redis_since is None else self.redis_since
            case "api_restart":
                self.memories, self.has_ended_process = {}, False
                # its pid file and its command line tell a living bot from any other process
                self.redis_since = self.now if self.redis_since is not None else None
            case "stop":
                self.wanted = Wanted.STOPPED
            case "start" if self.state not in (SessionState.STOPPED, SessionState.FAILED):
                self.wanted = Wanted.RUNNING
            case _:
                pass


_FAULTS = st.sampled_from(["crash", "redis_away", "redis_back", "api_restart", "stop", "start", "wait", "wait_long"])


@settings(max_examples=300)
@given(st.lists(_FAULTS, max_size=40))
def test_never_two_processes_and_in_the_end_what_is_wanted(faults: list[str]) -> None:
    life = Life()
    for fault in faults:
        life.suffer(fault)
        for _ in range(30 if fault == "wait_long" else 2):
            life.tick()
    life.suffer("redis_back")
    for _ in range(400):  # 200 quiet seconds
        life.tick()
    assert life.most <= 1
    assert life.processes == (0 if life.wanted is Wanted.STOPPED else 1)
    assert life.wanted is Wanted.RUNNING or life.state is SessionState.STOPPED
