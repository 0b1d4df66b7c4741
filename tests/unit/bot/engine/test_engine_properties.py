"""Random faults, rivals, crashes: an accept is never sent twice for one job, and never recorded wrongly.

Each example is some minutes of a bot's life on a portal in memory, in virtual time. What must hold is asked of the
portal's own truth while it happens (no accept for a job that is ours or on its way, no cap passed, no double booking)
and, after everything has calmed down, of what the bot says about each job. The owner answers offers, changes mode and
rules, and takes jobs by hand meanwhile: no accept is sent that the owner did not want.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st

from bot.domain.busy_calendar import span_of
from bot.domain.job import Job
from bot.portal.models import AcceptAnswer
from contract.configuration import VersionedConfiguration
from contract.jobs import JobStatus
from contract.owner_rules import Mode
from tests.support import virtual_time
from tests.support.engine_support import DEFINITION, Bot, configuration, job
from tests.support.fakes.portal import US, FakePortal, Fault

CAP = 4
WHAT = ("board", "assigned", "job", "accept")
#: an accept that is not answered is given up for lost after ten seconds; late ones of this portal come before that
LATE = 5.0


@dataclass(frozen=True)
class Post:
    at: int
    kind: str


@dataclass(frozen=True)
class Break:
    what: str
    fault: Fault


@dataclass(frozen=True)
class Lasting:
    """One kind of page is broken for a while, and the others are not."""

    what: str
    fault: Fault


@dataclass(frozen=True)
class Forbid:
    """The rules exclude what they allowed, or the other way round."""


@dataclass(frozen=True)
class Rival:
    #: which of the jobs that are there
    which: int
    #: only where somebody has it, to overwrite them
    overwrites: bool


@dataclass(frozen=True)
class GiveBack:
    which: int


@dataclass(frozen=True)
class Remove:
    which: int


@dataclass(frozen=True)
class EndSession:
    pass


@dataclass(frozen=True)
class Kill:
    #: seconds until it is started again
    away: float


@dataclass(frozen=True)
class Restart:
    pass


@dataclass(frozen=True)
class Answer:
    """The owner answers, whether or not there is an offer of this job."""

    which: int
    is_yes: bool


@dataclass(frozen=True)
class ByHand:
    """The owner takes a job on the portal, or the agency gives it."""

    which: int


@dataclass(frozen=True)
class SetMode:
    mode: Mode


Step = (
    Post
    | Break
    | Lasting
    | Forbid
    | Rival
    | GiveBack
    | Remove
    | EndSession
    | Kill
    | Restart
    | Answer
    | ByHand
    | SetMode
)

#: a portal that calls its jobs gone for longer than the bot doubts it is believed
LASTING = [fault for fault in Fault if fault is not Fault.GONE]

#: short pauses hit the middle of claims, long ones let them settle
PAUSES = st.sampled_from([0.0, 0.01, 0.03, 0.06, 0.1, 0.3, 1.0, 2.0, 4.0, 7.0])
Timed = tuple[Step, float]

MATCHING = st.builds(
    Post, at=st.integers(0, 20), kind=st.sampled_from(["Telephone Interpreting", "Video Interpreting", "BSL"])
)
DISTURBANCES: st.SearchStrategy[Step] = st.one_of(
    st.builds(Kill, away=st.sampled_from([0.1, 1.0, 20.0])),
    st.builds(Rival, which=st.just(-1), overwrites=st.booleans()),
    st.builds(Rival, which=st.integers(0, 9), overwrites=st.booleans()),
    st.builds(GiveBack, which=st.integers(0, 9)),
    st.builds(Remove, which=st.sampled_from([-1, 0, 1, 2])),
    st.builds(EndSession),
    st.builds(Restart),
    st.builds(Post, at=st.integers(0, 20), kind=st.just("Face to Face")),
    st.builds(Break, what=st.sampled_from(WHAT), fault=st.sampled_from(list(Fault))),
    st.builds(Lasting, what=st.sampled_from(WHAT), fault=st.sampled_from(LASTING)),
    st.builds(Forbid),
)
#: what the owner does while the bot asks first
OWNER: st.SearchStrategy[Step] = st.one_of(
    st.builds(Answer, which=st.sampled_from([-1, -2, 0, 1, 2]), is_yes=st.sampled_from([True, True, False])),
    st.builds(ByHand, which=st.sampled_from([-1, -2, 0, 1])),
    st.builds(SetMode, mode=st.sampled_from(list(Mode))),
    DISTURBANCES,
)


@st.composite
def asked(draw: st.DrawFn) -> list[Timed]:
    """Jobs that match, a pause in which they are offered, and what the owner and the world do then."""
    script: list[Timed] = [
        (Break("accept", fault), 0.0) for fault in draw(st.lists(st.sampled_from(list(Fault)), max_size=1))
    ]
    posts = draw(st.lists(MATCHING, min_size=1, max_size=3))
    script += [(post, 0.0) for post in posts[:-1]] + [(posts[-1], draw(st.sampled_from([0.1, 2.0, 2.0])))]
    script += draw(st.lists(st.tuples(OWNER, PAUSES), min_size=1, max_size=5))
    return script


@st.composite
def scenes(draw: st.DrawFn) -> list[Timed]:
    """A job or two that match, what happens to their accepts, and what happens meanwhile."""
    script: list[Timed] = [
        (Break("accept", fault), 0.0) for fault in draw(st.lists(st.sampled_from(list(Fault)), max_size=2))
    ]
    script += [(post, 0.0) for post in draw(st.lists(MATCHING, min_size=1, max_size=3))]
    script += draw(st.lists(st.tuples(DISTURBANCES, PAUSES), max_size=3))
    script.append((draw(DISTURBANCES), draw(PAUSES)))
    return script


ASKED = st.lists(asked(), min_size=1, max_size=4).map(lambda found: [step for scene in found for step in scene])
SCRIPT = st.lists(scenes(), min_size=1, max_size=5).map(lambda found: [step for scene in found for step in scene])


class Watched(FakePortal):
    """Complains at once when something happens that never may."""

    def __init__(self, seed: int) -> None:
        super().__init__(settle=4.0, late=LATE, slow=2.0, chance=Random(seed))  # noqa: S311  # chance in a test is no secret
        self.broken: list[str] = []
        #: whether the owner wants the accept of this job, at this moment
        self.is_wanted: Callable[[str], bool] = lambda number: True  # noqa: ARG005
        #: whether the rules, as they have been for a while, exclude it
        self.is_forbidden: Callable[[Job], bool] = lambda job: False  # noqa: ARG005
        #: taken by hand, or given: nobody promised anything about the cap or their times
        self.by_hand: set[str] = set()

    def accept(self, job_number: str) -> AcceptAnswer:
        truth = self.jobs[job_number]
        if truth.holder == US and job_number not in self.by_hand:
            self.broken.append(f"an accept for {job_number}, which is ours already")
        if truth.on_the_way:
            self.broken.append(f"an accept for {job_number} while another one is on its way")
        if truth.job.kind != "Face to Face" and not self.is_wanted(job_number):
            self.broken.append(f"an accept for {job_number}, which the owner did not want")
        if truth.job.kind == "Face to Face" or self.is_forbidden(truth.job):
            self.broken.append(f"an accept for {job_number}, which the rules forbid")
        answer = super().accept(job_number)
        self.check()
        return answer

    def check(self) -> None:
        mine = [one for number, one in self.jobs.items() if one.holder == US and number not in self.by_hand]
        accepted = [one for one in mine if one.arrivals]
        if len(accepted) > CAP:
            self.broken.append(f"{len(accepted)} jobs accepted with a cap of {CAP}")
        for one, other in combinations((truth.job for truth in mine), 2):
            if _overlap(one, other):
                self.broken.append(f"{one.job_number} and {other.job_number} overlap")


def _overlap(one: Job, other: Job) -> bool:
    first, second = span_of(one, DEFINITION.zone), span_of(other, DEFINITION.zone)
    assert first is not None
    assert second is not None
    return first.starts_at < second.ends_at and second.starts_at < first.ends_at


class Life:
    """A portal, a bot, and what happens to both."""

    def __init__(self, folder: Path, seed: int, mode: Mode = Mode.ACCEPT) -> None:
        self.folder = folder
        self.mode = mode
        self.version = 0
        #: the jobs to which the owner said yes
        self.yes: set[str] = set()
        self.portal = Watched(seed)
        self.portal.is_wanted = self.is_wanted
        self.portal.is_forbidden = self.is_forbidden
        self.portal.assign(job(900, day=date(2026, 11, 25), at=time(12), minutes=60), US)
        self.bots: list[Bot] = []
        self.mode_changed_at = self.rules_changed_at = -100.0
        self.is_bsl_excluded = False
        self._numbers: Iterator[int] = iter(range(1, 500))

    @property
    def bot(self) -> Bot:
        return self.bots[-1]

    def is_wanted(self, number: str) -> bool:
        """Whether an accept of this job may reach the portal now: it left a moment ago, by the mode of that moment."""
        return (
            self.mode_changed_a_moment_ago or self.mode is Mode.ACCEPT or (self.mode is Mode.ASK and number in self.yes)
        )

    def is_forbidden(self, one: Job) -> bool:
        """Whether no accept of it may arrive: one that had left when the rules changed cannot be called back."""
        for_a_while = asyncio.get_running_loop().time() >= self.rules_changed_at + 2 * LATE
        return one.kind == "BSL" and self.is_bsl_excluded and for_a_while

    @property
    def mode_changed_a_moment_ago(self) -> bool:
        """An accept that had left when the mode changed cannot be called back: it arrives within these seconds."""
        return asyncio.get_running_loop().time() < self.mode_changed_at + 2 * LATE

    def settings(self) -> VersionedConfiguration:
        return configuration(
            self.version,
            max_accept_per_run=CAP,
            check_interval_seconds=1,
            mode=self.mode.value,
            offer_deadline_seconds=20,
            exclude_types=("Face to Face", "BSL") if self.is_bsl_excluded else ("Face to Face",),
        )

    async def start(self) -> None:
        bot = Bot(self.portal, self.folder, settings=self.settings())
        self.bots.append(bot)
        await bot.start()

    async def step(self, step: Step) -> None:  # noqa: PLR0912, PLR0915  # a step a branch
        portal = self.portal
        numbers = [number for number in portal.jobs if number != "900"]
        match step:
            case Post(at=at, kind=kind):
                # an hour apart, 75 minutes long, seven a day: neighbours overlap
                day = date(2026, 11, 25) + timedelta(days=at // 7)
                portal.post(job(next(self._numbers), kind=kind, day=day, at=time(9 + at % 7), minutes=75))
            case Break(what=what, fault=fault):
                portal.break_next(what, fault)
            case Lasting(what=what, fault=fault):
                portal.break_next(what, *[fault] * 12)
            case Forbid():
                self.rules_changed_at = asyncio.get_running_loop().time()
                self.is_bsl_excluded, self.version = not self.is_bsl_excluded, self.version + 1
                self.bot.engine.configure(self.settings())
            case Rival(which=which, overwrites=overwrites) if numbers:
                number = numbers[which % len(numbers)]
                if overwrites == (portal.jobs[number].holder is not None):
                    portal.rival_accepts(number)
            case GiveBack(which=which) if numbers:
                truth = portal.jobs[numbers[which % len(numbers)]]
                if truth.holder not in (None, US):
                    truth.holder = None
            case Remove(which=which) if numbers:
                truth = portal.jobs[numbers[which % len(numbers)]]
                if truth.holder != US:
                    truth.is_gone = True
            case Answer(which=which, is_yes=True) if numbers:
                number = numbers[which % len(numbers)]
                if self.told(number) is JobStatus.OFFERED:
                    self.yes.add(number)
                self.bot.approve(number)
            case Answer(which=which) if numbers:
                self.bot.decline(numbers[which % len(numbers)])
            case ByHand(which=which) if numbers:
                number = numbers[which % len(numbers)]
                if portal.jobs[number].holder is None and not portal.jobs[number].is_gone:
                    portal.by_hand.add(number)
                    portal.give(number)
            case SetMode(mode=mode):
                if mode is not self.mode:
                    self.mode_changed_at = asyncio.get_running_loop().time()
                self.mode, self.version = mode, self.version + 1
                self.bot.engine.configure(self.settings())
            case EndSession():
                portal.end_session()
            case Kill(away=away):
                await self.bot.kill()
                await asyncio.sleep(away)
                await self.start()
            case Restart():
                await self.bot.stop()
                await self.start()

    async def calm_down(self) -> None:
        self.portal.faults.clear()
        await self.portal.all_has_arrived()
        await asyncio.sleep(100)

    def told(self, number: str) -> JobStatus | None:
        """What the control plane has of a job: the newest report of any process."""
        for bot in reversed(self.bots):
            status = bot.heard.status(number)
            if status is not None:
                return status
        return None


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(
    # our accept hangs in the portal while a rival takes the job, and is written over theirs
    script=[(Break("accept", Fault.LATE), 0.0), (Post(0, "BSL"), 2.0), (Rival(-1, overwrites=False), 7.0)],
    seed=1,
)
@given(script=SCRIPT, seed=st.integers(0, 1000))
@pytest.mark.timeout(600)
def test_no_accept_is_sent_twice_and_none_is_recorded_wrongly(
    tmp_path_factory: pytest.TempPathFactory, script: list[Timed], seed: int
) -> None:
    check(lived(tmp_path_factory.mktemp("life"), script, seed))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(
    # the owner takes the job by hand while the yes to its offer is on its way
    script=[(Post(0, "BSL"), 2.0), (ByHand(-1), 0.0), (Answer(-1, is_yes=True), 2.0)],
    seed=1,
    mode=Mode.ASK,
)
@given(script=ASKED, seed=st.integers(0, 1000), mode=st.sampled_from([Mode.ASK, Mode.ASK, Mode.WATCH]))
@pytest.mark.timeout(600)
def test_nothing_is_accepted_without_the_owners_yes(
    tmp_path_factory: pytest.TempPathFactory, script: list[Timed], seed: int, mode: Mode
) -> None:
    check(lived(tmp_path_factory.mktemp("life"), script, seed, mode))


def lived(folder: Path, script: list[Timed], seed: int, mode: Mode = Mode.ACCEPT) -> Life:
    """The life of a bot, when it has calmed down."""
    note(f"{script}, seed {seed}, {mode}")

    async def live() -> Life:
        life = Life(folder, seed, mode)
        await life.start()
        await asyncio.sleep(1.5)
        for step, pause in script:
            await life.step(step)
            await asyncio.sleep(pause)
            life.portal.check()
        await life.calm_down()
        await life.bot.stop()
        return life

    return virtual_time.run(live)


def check(life: Life) -> None:
    """What must be so whatever happened."""
    portal = life.portal
    assert portal.broken == []
    for number, truth in portal.jobs.items():
        note(f"{number}: {truth.holder}, {truth.arrivals}, told {life.told(number)}")
    for number, truth in portal.jobs.items():
        told = life.told(number)
        is_ours_by_us = any(one.who == US and one.took_effect for one in truth.arrivals)
        if truth.holder == US:
            wanted = JobStatus.ACCEPTED if is_ours_by_us and number not in portal.by_hand else JobStatus.GIVEN
            allowed = {wanted} if number not in portal.by_hand else {JobStatus.ACCEPTED, JobStatus.GIVEN}
            assert told in allowed, f"{number} is ours and told as {told}"
        else:
            never = (JobStatus.ACCEPTED, JobStatus.UNKNOWN, JobStatus.GIVEN)
            assert told not in never, f"{number} is {truth.holder}, told as {told}"
        if told is JobStatus.OFFERED:
            assert life.mode is Mode.ASK
            assert truth.holder is None, "what waits for an answer can still be had"
    accepted = sum(life.told(number) is JobStatus.ACCEPTED for number in portal.jobs)
    assert life.bot.engine.totals().accepted == accepted
