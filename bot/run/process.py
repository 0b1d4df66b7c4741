"""A bot process from its first line to its exit code: settings, locks, the engine, and the way out.

Exit codes (docs/explanation/bot.md): 0 stopped as asked, 1 ended by an error of its own (starting it again makes
sense), 3 only the owner can mend it (a setting, a refused password, no browser; the reason is told).
"""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import structlog
from pydantic import ValidationError

from bot import config
from bot.account.account_folder import AccountFolder, account_id
from bot.account.fitted_safeguards import FittedSafeguards
from bot.account.rate_limiter import RateLimiter
from bot.account.sign_in import BrowserSignIn
from bot.calendars.watch import Calendars
from bot.config import BotSettings, SettingsError
from bot.console.typed_answers import HOW, TypedLines, understood
from bot.control_plane.event_recorder import EventRecorder
from bot.control_plane.outbox import Outbox
from bot.control_plane.outbox_lock import OutboxInUse, holding, outbox_path
from bot.engine.engine import Engine
from bot.engine.times import EngineTimes
from bot.engine.unreadable_pages import UnreadablePageStore
from bot.engine.wiring import EngineSetup, wire
from bot.evidence.recorder import EvidenceRecorder
from bot.portal.errors import StopAndTell
from bot.portal.safeguards import IN_WORDS, PortalSafeguards, Safeguard
from bot.run import logging_setup as logs
from bot.state.journal import Journal
from bot.state.session_status import BotSession, Condition
from bot.storage.sqlite_writer import StorageError
from bot.version import VERSION
from common.atomic_file import write_atomically
from common.exit_codes import EXIT_ERROR, EXIT_NEEDS_OWNER, EXIT_STOPPED
from common.states import SessionState
from contract.commands import Approve, Command, Configure, Decline, Pause, Resume, Snapshot, Stop
from contract.configuration import VersionedConfiguration
from contract.events import Event
from contract.presence import Heartbeat

if TYPE_CHECKING:
    from bot.control_plane.link import ControlPlaneLink

log = structlog.get_logger(__name__)

#: The engine's own measures in every process.
TIMES = EngineTimes()

#: How long the way out waits for a Redis that may be away; the reports stay on disk.
_GOODBYE = timedelta(seconds=2)
#: How often the second bot of an account looks whether the first one has ended.
_TRY_LOCK_EVERY_SECONDS = 0.5


class BotProcess:
    """One session's process."""

    def __init__(
        self,
        settings: BotSettings,
        session_id: str,
        *,
        with_control_plane: bool,
        listener: Callable[[Event], None],
        terminal: int | None = None,
    ) -> None:
        """``terminal``: where somebody may type answers."""
        self._settings = settings
        self._session_id = session_id
        self._with_control_plane = with_control_plane
        self._terminal = terminal
        self._account_id = account_id(settings.definition, settings.credentials.username)
        self._folder = AccountFolder(settings.data_dir, self._account_id)
        configuration = self._last_known_configuration()
        turns = RateLimiter(configuration.configuration.requests_per_minute)
        fitted = FittedSafeguards(self._folder.path, settings.definition)
        safeguards = PortalSafeguards(fitted.load(), on_fitted=fitted.add, on_change=self._tell_of_safeguards)
        self._signing_in = BrowserSignIn(settings, self._folder, turns, safeguards)
        self._outbox = Outbox(outbox_path(self._folder.path, session_id))
        self._journal = Journal(self._folder.journal)
        self._reporter = EventRecorder(self._outbox, portal=settings.definition.name, listener=listener)
        self._session = BotSession(session_id)
        self._proof = EvidenceRecorder(self._folder.evidence, teller=self._reporter, secrets=self._signing_in.secrets)
        self._calendars = Calendars(
            settings.calendars,
            folder=self._folder.calendars,
            tell=self._tell_of_calendars,
            zone=settings.definition.zone,
            own_addresses=settings.calendar_emails,
        )
        setup = EngineSetup(
            session=self._session,
            definition=settings.definition,
            configuration=configuration,
            sign_in=self._signing_in,
            account=self,
            journal=self._journal,
            events=self._reporter,
            unreadable_pages=UnreadablePageStore(self._folder.strange_pages),
            rate_limiter=turns,
            calendars=self._calendars,
            keep_evidence=self._proof.keep,
            take_picture=self._signing_in.picture,
            times=TIMES,
        )
        self._engine = Engine(wire(setup))
        self._turns = turns
        self._one_change = asyncio.Lock()
        self._changing: set[asyncio.Task[None]] = set()
        self._link: ControlPlaneLink | None = None
        self._stop_asked = asyncio.Event()
        self._snapshots: set[asyncio.Task[None]] = set()
        self._started_at = datetime.fromtimestamp(psutil.Process().create_time(), UTC)
        self._is_told = False

    async def run(self) -> int:
        """Work until told to stop; answers the exit code. Raises SettingsError where the session runs already."""
        with ExitStack() as held:
            try:
                held.enter_context(holding(self._outbox.path))
            except OutboxInUse:
                raise SettingsError(
                    f"{self._session_id} is running already; stop that bot first, or choose another session name"
                ) from None
            self._outbox.open(session_id=self._session_id, account_id=self._account_id)
            held.callback(self._outbox.close)
            held.callback(self._folder.unlock)
            held.enter_context(self._signals())
            held.enter_context(self._typed_lines())
            return await self._work()

    async def _work(self) -> int:
        if self._with_control_plane:
            from bot.control_plane.link import ControlPlaneLink  # noqa: PLC0415  # 7 MB that a bot on its own does not need

            self._link = ControlPlaneLink(
                self._settings.redis_url.get_secret_value(),
                self._outbox,
                place=self._folder.place,
                beat=self._beat,
                handle=self._obey,
            )
            self._turns.on_asked = self._link.wait.tell
            self._link.wait.on_heard = self._turns.apply_backoff
        beside: list[asyncio.Task[None]] = []
        try:
            # most often the account is free: then the first word already carries the totals of an earlier run
            has_lock = await self._try_account()
            self._tell_start()
            if self._link is not None:
                await self._hear_configuration(self._link)
                beside.append(asyncio.create_task(self._link.run(), name="control plane"))
            if has_lock or await self._wait_for_lock():
                if self._link is not None:
                    beside.append(asyncio.create_task(self._link.keep_account(), name="account"))
                if await self._wait_for_lease():
                    if self._link is not None:
                        beside.append(asyncio.create_task(self._tell_of_lease(self._link), name="account's words"))
                    await self._use_way_and_browser()
                    await self._run_engine(beside)
            return self._end()
        except StopAndTell as error:
            return self._end_with(error)
        except StorageError as error:
            what_to_do = "make room on the disk, or check who may write there; then start the bot again"
            return self._end_with(StopAndTell(f"{error}.", code="disk_failed", what_to_do=what_to_do))
        except Exception as error:
            self._reporter.error(
                code="internal_error",
                message=f"The bot ended because of an error in itself ({type(error).__name__}).",
                what_to_do="nothing, if it is started again by itself; the details are in its log",
            )
            raise
        finally:
            await _end_all([*beside, *self._changing, *self._snapshots])
            await self._calendars.close()
            await self._proof.close()
            await self._journal.close()
            if self._link is not None:
                await self._link.say_goodbye(_GOODBYE)

    async def _run_engine(self, beside: list[asyncio.Task[None]]) -> None:
        engine = asyncio.create_task(self._engine.run(), name="engine")
        stop = asyncio.create_task(self._stop_asked.wait(), name="wait for stop")
        stop.add_done_callback(lambda _: self._engine.stop())
        try:
            # what runs beside the engine never ends by itself: where it does, it failed, and so do we
            await asyncio.wait((engine, *beside), return_when=asyncio.FIRST_COMPLETED)
            if not engine.done():
                self._engine.stop()
            await engine
            for task in beside:
                if task.done():
                    task.result()
        finally:
            stop.cancel()
            engine.cancel()
            await asyncio.gather(engine, return_exceptions=True)
            await self._signing_in.keep_for_next_time()
            await self._signing_in.close()

    def stop(self) -> None:
        """Finish the claim under way and end."""
        self._stop_asked.set()

    def may_claim(self) -> bool:
        """Whether the account is this bot's to use (``bot.claim.ports.AccountLease``)."""
        return self._link is None or self._link.lease.may_claim()

    # --- the account --------------------------------------------------------------------------------------------------

    async def _try_account(self) -> bool:
        holder = self._folder.lock(self._session_id)
        if holder is not None:
            self._session.set_condition(
                Condition.ACCOUNT,
                f"Another bot ({holder.session_id}, process {holder.pid}) works for this account; this one waits until "
                "it has ended.",
            )
            return False
        await asyncio.to_thread(self._journal.open)
        await self._engine.prepare()
        self._proof.open()
        self._calendars.start()
        self._session.clear_condition(Condition.ACCOUNT)
        return True

    async def _wait_for_lock(self) -> bool:
        """Wait until this process has the account on this machine; False when it is told to stop before."""
        log.info("another bot has the account", action="waits_for_account")
        while not self._stop_asked.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TRY_LOCK_EVERY_SECONDS):
                    await self._stop_asked.wait()
            if not self._stop_asked.is_set() and await self._try_account():
                return True
        return False

    async def _wait_for_lease(self) -> bool:
        """Wait until no other machine's bot has the account; False when it is told to stop before."""
        if self._link is None:
            return not self._stop_asked.is_set()
        lease = self._link.lease
        stop = asyncio.create_task(self._stop_asked.wait(), name="wait for stop")
        try:
            await self._first_of(self._first_word(self._link), stop)
            while (why_not := lease.why_not) is not None and not stop.done():
                self._session.set_condition(Condition.ACCOUNT, why_not)
                await self._first_of(lease.wait_for_change(), stop)
        finally:
            stop.cancel()
        self._session.clear_condition(Condition.ACCOUNT)
        return not self._stop_asked.is_set()

    async def _tell_of_lease(self, link: "ControlPlaneLink") -> None:
        """Say, while it is so, that another machine's bot has the account, or may have it."""
        while True:
            why_not = link.lease.why_not
            if why_not is None:
                self._session.clear_condition(Condition.ACCOUNT)
            else:
                self._session.set_condition(Condition.ACCOUNT, why_not)
            await link.lease.wait_for_change()

    @staticmethod
    async def _first_word(link: "ControlPlaneLink") -> None:
        """Before the first request to the portal: who has the account, and what the portal asked of it."""
        await asyncio.gather(link.lease.is_known.wait(), link.wait.exchange())

    @staticmethod
    async def _first_of(wait: Coroutine[Any, Any, object], stop: "asyncio.Task[bool]") -> None:
        task = asyncio.create_task(wait)
        await asyncio.wait((task, stop), return_when=asyncio.FIRST_COMPLETED)
        task.cancel()

    # --- commands and configuration -----------------------------------------------------------------------------------

    async def _obey(self, command: Command) -> None:
        match command:
            case Stop() | Pause() | Resume() if command.issued_at < self._started_at:
                return  # meant for an earlier process of this session
            case Stop():
                log.info("told to stop", action="stop_asked", reason=command.reason)
                self.stop()
            case Pause():
                self._engine.pause()
            case Resume():
                self._engine.resume()
            case Configure():
                self._use(command.wanted)
            case Approve():
                self._engine.approve(command.job_number, issued_at=command.issued_at)
            case Decline():
                self._engine.decline(command.job_number, issued_at=command.issued_at)
            case Snapshot():
                self._take_snapshot()
            case _:
                log.info(
                    "a command that this version does not know how to follow",
                    action="command_ignored",
                    type=command.type,
                )

    def _take_snapshot(self) -> None:
        task = asyncio.create_task(self._proof.snapshot(self._signing_in.picture), name="snapshot")
        self._snapshots.add(task)
        task.add_done_callback(self._snapshots.discard)

    def _hear_line(self, line: str) -> None:
        """Somebody typed something at the bot's terminal."""
        answer = understood(line)
        if answer is None:
            self._reporter.notice(action="not_understood", message=f"“{line}” is not understood. {HOW}")
            return
        is_yes, job_number = answer
        take = self._engine.approve if is_yes else self._engine.decline
        take(job_number, issued_at=datetime.now(UTC))

    def _tell_of_calendars(self, action: str, words: str) -> None:
        if action == "calendar_readable":
            self._reporter.notice(action=action, message=words)
        else:
            what_to_do = "see whether the calendar's address or file is right (CALENDARS); it is read again by itself"
            self._reporter.error(code=action, message=words, what_to_do=what_to_do)

    def _tell_of_safeguards(self, put_aside: Mapping[Safeguard, str]) -> None:
        """Say what the bot works without; once in the log, and in the status as long as it is so."""
        if not put_aside:
            self._session.clear_condition(Condition.SAFEGUARDS)
            message = "Every check of the portal's pages fits again, and is used."
            self._reporter.notice(action="safeguards_in_use", message=message)
            return
        checks = " and ".join(IN_WORDS[safeguard] for safeguard in put_aside)
        seen = "; ".join(put_aside.values())
        message = (
            f"The bot runs without this check, because it has never fitted on this portal: {checks} ({seen}). A job "
            "counts as gone only when it is missing twice in a row."
        )
        self._session.set_condition(Condition.SAFEGUARDS, message)
        self._reporter.notice(action="safeguard_put_aside", message=message)

    async def _hear_configuration(self, link: "ControlPlaneLink") -> None:
        """Before the first job is weighed: what the owner wants, where Redis can say so."""
        wanted = await link.wanted_configuration()
        if wanted is not None:
            self._use(wanted)

    def _change_way_and_browser(self) -> None:
        # a browser's start must not hold up the next command
        task = asyncio.create_task(self._use_way_and_browser(), name="change lane and browser")
        self._changing.add(task)
        task.add_done_callback(self._changing.discard)

    async def _use_way_and_browser(self) -> None:
        """The lane and the browser as the owner wants them now; claims under way end on the lane that they began on."""
        async with self._one_change:
            if await self._signing_in.configure(self._engine.configuration.configuration):
                await self._engine.change_client(self._signing_in.other_lane)

    def _use(self, wanted: VersionedConfiguration) -> None:
        if self._engine.configure(wanted):
            self._change_way_and_browser()
            try:
                write_atomically(self._folder.configuration, wanted.model_dump_json())
            except OSError as error:
                log.warning("the configuration could not be kept", action="configuration_not_kept", why=str(error))

    def _last_known_configuration(self) -> VersionedConfiguration:
        """What the control plane said last, else the environment's: the control plane may be away at the start."""
        own = VersionedConfiguration(version=0, configuration=self._settings.configuration)
        if not self._with_control_plane:
            return own
        try:
            return VersionedConfiguration.model_validate_json(self._folder.configuration.read_text())
        except (OSError, ValidationError):
            return own

    # --- what the world sees ------------------------------------------------------------------------------------------

    def _tell_start(self) -> None:
        self._reporter.session_started(
            started_by=self._settings.started_by,
            pid=os.getpid(),
            host=socket.gethostname(),
            base_url=self._settings.definition.base_url,
            version=VERSION,
        )
        self._session.on_change = self._tell_status
        self._tell_status()
        self._reporter.configuration(self._engine.configuration)

    def _tell_status(self) -> None:
        session = self._session
        self._reporter.status(
            state=session.state,
            reason=session.reason,
            condition=session.condition,
            login_status=session.login_status,
            interpreter_name=session.interpreter_name,
            totals=session.totals,
        )
        if self._link is not None:
            self._link.hurry()

    def _beat(self) -> Heartbeat:
        session = self._session
        return Heartbeat(
            session_id=self._session_id,
            account_id=self._account_id,
            pid=os.getpid(),
            host=socket.gethostname(),
            process_started_at=self._started_at,
            started_by=self._settings.started_by,
            portal=self._settings.definition.name,
            at=datetime.now(UTC),
            state=session.state,
            reason=session.reason,
            condition=session.condition,
            login_status=session.login_status,
            interpreter_name=session.interpreter_name,
            totals=session.totals,
            configuration_version=self._engine.configuration.version,
        )

    # --- the way out --------------------------------------------------------------------------------------------------

    def _end(self) -> int:
        for state in (SessionState.STOPPING, SessionState.STOPPED):
            self._session.move(state)
        return EXIT_STOPPED

    def _end_with(self, error: StopAndTell) -> int:
        log.error("only the owner can mend it", action="stopped_and_told", code=error.code, why=error.message)
        self._reporter.error(code=error.code, message=error.message, what_to_do=error.what_to_do, fatal=True)
        self._session.move(SessionState.FAILED, because=f"{error.message} What to do: {error.what_to_do}.")
        return EXIT_NEEDS_OWNER

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        for number in numbers:
            loop.add_signal_handler(number, self.stop)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    @contextlib.contextmanager
    def _typed_lines(self) -> Iterator[None]:
        if self._terminal is None:
            yield
            return
        lines = TypedLines(self._terminal, self._hear_line)
        lines.open()
        try:
            yield
        finally:
            lines.close()


async def _end_all(tasks: list[asyncio.Task[None]]) -> None:
    """End these, within a bounded time: the account's next bot waits for this process to be gone."""
    for task in tasks:
        task.cancel()
    if not tasks:
        return
    done, left = await asyncio.wait(tasks, timeout=_GOODBYE.total_seconds())
    for task in left:
        log.warning("a part of the bot did not end when it was told to", action="did_not_end", part=task.get_name())
        task.cancel()
    for task in done:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("a part of the bot failed", action="part_failed", part=task.get_name(), why=repr(error))


def run(
    session_id: str | None,
    *,
    with_control_plane: bool,
    listener: Callable[[BotSettings], Callable[[Event], None]],
    tell: Callable[[str], None],
    terminal: int | None = None,
) -> int:
    """Run a bot in this process; answers the exit code.

    ``tell`` says the one line about what is wrong, if anything; ``terminal`` is where somebody may type answers.
    """
    try:
        settings = config.load()
        session = config.session_name(
            f"session-{datetime.now(UTC):%Y%m%d_%H%M%S}" if session_id is None else session_id
        )
        file = logs.log_file(settings.log_dir, session)
        end_logging = _set_up_logging(settings, session, file)
    except SettingsError as error:
        tell(str(error))
        return EXIT_NEEDS_OWNER
    try:
        return asyncio.run(_run(settings, session, with_control_plane, listener(settings), terminal))
    except SettingsError as error:
        tell(str(error))
        return EXIT_NEEDS_OWNER
    except StorageError as error:
        tell(f"{error}; make room or check who may write there")
        return EXIT_NEEDS_OWNER
    except Exception as error:  # the last place: it is logged in full and said in one line
        log.critical("the bot ended because of an error in itself", action="crashed", exc_info=True)
        tell(f"the bot ended because of an error in itself ({type(error).__name__}: {error}); details are in {file}")
        return EXIT_ERROR
    finally:
        end_logging()


async def _run(
    settings: BotSettings,
    session_id: str,
    with_control_plane: bool,
    listener: Callable[[Event], None],
    terminal: int | None,
) -> int:
    process = BotProcess(
        settings, session_id, with_control_plane=with_control_plane, listener=listener, terminal=terminal
    )
    return await process.run()


def _set_up_logging(settings: BotSettings, session_id: str, file: Path) -> Callable[[], None]:
    calendars = (source.address for source in settings.calendars if not source.is_file)
    secrets = (settings.credentials.username, settings.credentials.password, *calendars)
    try:
        return logs.set_up(file, level=settings.log_level, session_id=session_id, secrets=secrets)
    except OSError as error:
        raise SettingsError(
            f"the log {file} cannot be written: {error.strerror}; set ATOZ_LOG_DIR to another folder"
        ) from None
