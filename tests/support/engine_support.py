"""The engine on a portal in memory, in virtual time: how its tests start, kill and question it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from bot import clock
from bot.account.portal_session import LoginResult
from bot.account.rate_limiter import RateLimiter
from bot.availability.commitments import NoCalendars, OtherCalendars
from bot.domain.job import Job
from bot.domain.local_time import moment
from bot.engine.engine import Engine
from bot.engine.times import EngineTimes
from bot.engine.unreadable_pages import UnreadablePageStore
from bot.engine.wiring import EngineSetup, wire
from bot.portal.definition.model import load
from bot.portal.errors import StopAndTell
from bot.state.claim_record import ClaimRecord
from bot.state.journal import Journal
from bot.state.session_status import BotSession
from bot.storage.sqlite_writer import SqliteWriter
from common.states import PortalAction
from contract.configuration import BotConfiguration, VersionedConfiguration
from contract.jobs import JobReport, JobStatus
from contract.sessions import SessionTotals
from tests.support.fakes.portal import US, FakePortal
from tests.support.virtual_time import CountedWriter

DEFINITION = load("simulator")
SESSION = "session-20261120_101500"


def job(
    number: int,
    *,
    kind: str = "Telephone Interpreting",
    day: date = date(2026, 11, 25),
    at: time | None = None,
    minutes: int = 30,
    language: str = "Polish",
) -> Job:
    """A job that can be accepted. Without a time each has an hour of its own."""
    start = at or time(8 + number % 12)
    days = timedelta(days=0 if at else number // 12)
    return Job(
        job_number=str(number),
        reference=f"{number}/atoz",
        portal_id=str(number),
        submitted_on=date(2026, 11, 20),
        appointment_date=day + days,
        appointment_time=start,
        starts_at=moment(day + days, start, DEFINITION.zone),
        duration_minutes=minutes,
        language=language,
        kind=kind,
        portal_status="matched",
        action=PortalAction.ACCEPT,
        page_url=f"memory:/jobs/{number}",
    )


def ours(portal: FakePortal) -> set[str]:
    """The numbers of the jobs that are ours by the portal's own truth."""
    return {number for number, truth in portal.jobs.items() if truth.holder == US}


@dataclass
class Heard:
    """What the engine told."""

    reports: list[JobReport] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    #: the notices in words
    said: list[str] = field(default_factory=list)
    configurations: list[int] = field(default_factory=list)
    #: the process was killed: its last moments reach nobody
    is_dead: bool = False
    cycles: int = 0
    totals: SessionTotals = field(default_factory=SessionTotals)

    def job(self, report: JobReport) -> None:
        if not self.is_dead:
            self.reports.append(report)

    def cycle(self, *, totals: SessionTotals, **_: object) -> None:
        self.cycles += 1
        self.totals = totals

    def error(self, *, code: str, **_: object) -> None:
        self.errors.append(code)

    def notice(self, *, action: str, message: str) -> None:
        self.notices.append(action)
        self.said.append(message)

    def configuration(self, used: VersionedConfiguration) -> None:
        self.configurations.append(used.version)

    def last(self, number: int | str) -> JobReport | None:
        """The newest report on a job."""
        return next((one for one in reversed(self.reports) if one.job.job_number == str(number)), None)

    def status(self, number: int | str) -> JobStatus | None:
        """A job's outcome as it was told last."""
        report = self.last(number)
        return None if report is None else report.status


def configuration(version: int = 0, **settings: object) -> VersionedConfiguration:
    chosen = {"max_accept_per_run": None, "job_type_filter": (), "exclude_types": ("Face to Face",)} | settings
    return VersionedConfiguration(version=version, configuration=BotConfiguration.model_validate(chosen))


class SlowJournal(Journal):
    """The real journal; an intent takes as long as on a tired disk."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, writer=self._make_writer)

    def _make_writer(self, *arguments: Any, **named: Any) -> SqliteWriter:
        self.writer = CountedWriter(*arguments, **named)
        return self.writer

    async def intend(self, claim: ClaimRecord) -> None:
        await asyncio.sleep(0.02)
        await super().intend(claim)


@dataclass
class Lease:
    """Says whether the account is this bot's."""

    has_account: Callable[[], bool]

    def may_claim(self) -> bool:
        return self.has_account()


class Bot:
    """One process's engine, without the process."""

    def __init__(
        self,
        portal: FakePortal,
        folder: Path,
        *,
        session: str = SESSION,
        settings: VersionedConfiguration | None = None,
        has_account: Callable[[], bool] = lambda: True,
        times: EngineTimes | None = None,
        refusal: StopAndTell | None = None,
        calendars: OtherCalendars | None = None,
    ) -> None:
        self.portal = portal
        self.heard = Heard()
        self.journal = SlowJournal(folder / "journal.sqlite")
        self.session = BotSession(session)
        self._refusal = refusal
        #: the kinds and the names of the parts of each piece of evidence, by job
        self.evidence: dict[str, list[tuple[str, set[str]]]] = {}
        self.rate_limiter = RateLimiter((settings or configuration()).configuration.requests_per_minute)
        setup = EngineSetup(
            session=self.session,
            definition=DEFINITION,
            configuration=settings or configuration(),
            sign_in=self._sign_in,
            account=Lease(has_account),
            journal=self.journal,
            events=self.heard,
            unreadable_pages=UnreadablePageStore(folder / "strange"),
            rate_limiter=self.rate_limiter,
            calendars=calendars or NoCalendars(),
            keep_evidence=self._keep,
            times=times or EngineTimes(),
        )
        self.parts = wire(setup)
        self.engine = Engine(self.parts)
        self._running: asyncio.Task[None] | None = None
        self.states: list[str] = []
        self.session.on_change = lambda: self.states.append(self.session.state.value)

    async def _sign_in(self) -> LoginResult:
        if self._refusal is not None:
            raise self._refusal
        return LoginResult(lane=await self.portal.sign_in(self.rate_limiter), user_name="Ada Example")

    def _keep(self, kind: str, job_number: str, items: Mapping[str, str]) -> None:
        self.evidence.setdefault(job_number, []).append((kind, set(items)))

    def approve(self, number: int | str) -> None:
        """The owner says yes now."""
        self.engine.approve(str(number), issued_at=clock.now())

    def decline(self, number: int | str) -> None:
        """The owner says no now."""
        self.engine.decline(str(number), issued_at=clock.now())

    async def start(self) -> None:
        self.journal.open()
        await self.engine.prepare()
        self._running = asyncio.create_task(self.engine.run())

    async def stop(self) -> None:
        """End in order; raises what the engine raises."""
        assert self._running is not None
        self.engine.stop()
        try:
            await self._running
        finally:
            await self.journal.close()

    async def ended(self) -> None:
        """Wait for an engine that ends by itself; raises what it raises."""
        assert self._running is not None
        try:
            await self._running
        finally:
            await self.journal.close()

    async def kill(self) -> None:
        """What ``kill -9`` leaves: nothing more is written, nothing more is sent, nobody says goodbye."""
        assert self._running is not None
        self.heard.is_dead = True
        await asyncio.to_thread(self.journal.writer.close)
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)


@asynccontextmanager
async def running(portal: FakePortal, folder: Path, **more: object) -> AsyncIterator[Bot]:
    bot = Bot(portal, folder, **more)  # type: ignore[arg-type]  # as the class takes them
    await bot.start()
    try:
        yield bot
    finally:
        await bot.stop()


def now() -> float:
    """Seconds on the running loop's clock."""
    return asyncio.get_running_loop().time()


def accepts(portal: FakePortal) -> list[float]:
    """When accepts left."""
    return [at for at, what in portal.requests if what == "accept"]


def polls(portal: FakePortal, since: float = 0.0) -> list[float]:
    """When the board was asked for."""
    return [at for at, what in portal.requests if what == "board" and at >= since]
