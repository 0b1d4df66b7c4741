"""The signed-in way to the portal, for everything that happens side by side: signed in once, renewed once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TypeVar

import structlog

from bot.account.rate_limiter import RateLimiter, RequestPriority, request_priority
from bot.clock import steady_seconds
from bot.portal.client import PortalClient
from bot.portal.errors import LayoutChanged, PortalError, RetryLater, SignInAgain, SignInUnclear, StopAndTell
from common.backoff import Backoff

log = structlog.get_logger(__name__)
T = TypeVar("T")

#: A read that finds the session ended is tried again so often, each time with a new sign-in.
_TRIES = 3

#: A sign-in page that is shown where others should be is believed after so many seconds; until then the session is kept
#: and the page asked for again. Longer than a web server's restart, shorter than an owner's patience.
_DOUBT_FOR = 5.0

#: Seconds to the next try after a sign-in of which nobody knows what came. Portals lock an account after some five
#: wrong tries within a minute (the AtoZ portal does).
_UNCLEAR_WAITS = (15.0, 60.0, 300.0, 900.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class LoginResult:
    """What a sign-in gives."""

    lane: PortalClient
    #: the full name that the portal shows
    user_name: str | None


class LoginListener:
    """Hears how signing in goes. Every method may be left as it is."""

    def signing_in(self) -> None:
        """A sign-in begins."""

    def signed_in(self, user_name: str | None) -> None:
        """The portal knows us."""

    def not_yet(self, error: PortalError, failures: int) -> None:
        """It did not work now and is tried again later; ``failures`` in a row."""

    def refused(self, error: StopAndTell) -> None:
        """Only the owner can mend it."""

    def asked_to_wait(self, error: RetryLater) -> None:
        """The portal asked to be left alone."""


class _Held:
    """A lane and how many requests of it are under way: a retired one is closed after its last."""

    def __init__(self, lane: PortalClient) -> None:
        self.lane = lane
        self._under_way = 0
        self._is_retired = False
        self._done = asyncio.Event()

    async def use(self, do: Callable[[PortalClient], Awaitable[T]]) -> T:
        self._under_way += 1
        try:
            return await do(self.lane)
        finally:
            self._under_way -= 1
            self._note()

    async def retire(self) -> None:
        self._is_retired = True
        self._note()
        await self._done.wait()
        await self.lane.close()

    def _note(self) -> None:
        if self._is_retired and not self._under_way:
            self._done.set()


class PortalSession:
    """Keeps one signed-in lane. Who finds the session ended asks for a new one; whoever asks first signs in for all."""

    def __init__(
        self, sign_in: Callable[[], Awaitable[LoginResult]], watcher: LoginListener, turns: RateLimiter
    ) -> None:
        self._sign_in = sign_in
        self._watcher = watcher
        self._turns = turns
        self._held: _Held | None = None
        self._signing_in: asyncio.Task[_Held] | None = None
        self._backoff = Backoff()
        self._random = Random()  # noqa: S311  # so that bots do not march in step; no secret
        self._retiring: set[asyncio.Task[None]] = set()
        #: since when the portal shows its sign-in page where others should be
        self._in_doubt_since: float | None = None

    @property
    def is_signed_in(self) -> bool:
        """Whether there is a session that nobody found ended."""
        return self._held is not None

    async def use(self, do: Callable[[PortalClient], Awaitable[T]]) -> T:
        """Do something that reads, again after a new sign-in where the session has ended.

        Raises the portal's errors; SignInAgain only where the portal forgets a new session at once, time after time.
        """
        for _ in range(_TRIES - 1):
            try:
                return await self.once(do)
            except SignInAgain:
                continue
        return await self.once(do)

    async def once(self, do: Callable[[PortalClient], Awaitable[T]]) -> T:
        """Do something with the portal once, signed in; where the session has ended, whoever comes next gets a new one.

        Raises the portal's errors.
        """
        held = self._held or await self._entered()
        try:
            done = await held.use(do)
        except SignInAgain as error:
            if error.is_doubtful and self._may_still_be_signed_in():
                raise RetryLater("the portal shows its sign-in page where another was asked for") from error
            self._give_up(held)
            raise
        except RetryLater as error:
            if error.is_asked:
                self._watcher.asked_to_wait(error)
            raise
        except StopAndTell as error:
            self._watcher.refused(error)
            raise
        if held is self._held:
            self._in_doubt_since = None
            self._backoff = self._backoff.succeeded()
        return done

    def _may_still_be_signed_in(self) -> bool:
        """A portal in trouble may show its sign-in page everywhere while the session lives: not believed at once."""
        if self._in_doubt_since is None:
            self._in_doubt_since = steady_seconds()
        return steady_seconds() - self._in_doubt_since < _DOUBT_FOR

    async def change_lane(self, make: Callable[[], Awaitable[LoginResult]]) -> None:
        """Go on with another lane of the same session. Quiet where nobody is signed in: the next sign-in makes it.

        Whoever uses the old one ends what it does with it. Raises what ``make`` raises; then the old one stays.
        """
        held = self._held
        if held is None:
            return
        entry = await make()
        if held is not self._held:
            await entry.lane.close()
            return
        self._held = _Held(entry.lane)
        self._retire(held)

    async def close(self) -> None:
        """End a sign-in that is under way and give back every connection."""
        tasks = [*self._retiring, *([self._signing_in] if self._signing_in else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._held is not None:
            await self._held.lane.close()

    async def _entered(self) -> _Held:
        if self._signing_in is None:
            self._signing_in = asyncio.create_task(self._renew(), name="sign in")
            self._signing_in.add_done_callback(self._take_up)
        # it goes on for the others when one of those who wait is cancelled
        return await asyncio.shield(self._signing_in)

    async def _renew(self) -> _Held:
        failures = unclear = 0
        while True:
            await self._until(self._backoff)
            await self._turns.quiet_is_over()
            self._watcher.signing_in()
            try:
                with request_priority(RequestPriority.DECISION):
                    entry = await self._sign_in()
            except StopAndTell as error:
                self._watcher.refused(error)
                raise
            except (RetryLater, LayoutChanged, SignInAgain) as error:
                failures += 1
                wait = error.retry_after if isinstance(error, RetryLater) else None
                if isinstance(error, RetryLater) and error.is_asked:
                    self._watcher.asked_to_wait(error)
                if isinstance(error, SignInUnclear):
                    wait = timedelta(seconds=_UNCLEAR_WAITS[min(unclear, len(_UNCLEAR_WAITS) - 1)])
                    unclear += 1
                self._backoff = self._backoff.failed(steady_seconds(), retry_after=wait, random=self._random)
                self._watcher.not_yet(error, failures)
                continue
            self._in_doubt_since = None
            self._watcher.signed_in(entry.user_name)
            return _Held(entry.lane)

    @staticmethod
    async def _until(backoff: Backoff) -> None:
        # in pieces, because a suspended machine's sleep counts in no timer
        while (left := backoff.seconds_left(steady_seconds())) > 0:  # noqa: ASYNC110  (nobody but time ends it)
            await asyncio.sleep(min(left, 1.0))

    def _take_up(self, task: "asyncio.Task[_Held]") -> None:
        # after a refusal the failed task stays: everybody hears of it, and nobody tries again
        if not task.cancelled() and task.exception() is None:
            self._held = task.result()
            self._signing_in = None

    def _give_up(self, held: _Held) -> None:
        if held is not self._held:
            return  # somebody else noticed before
        log.info("the portal has ended the session", action="session_ended_by_portal")
        self._held = None
        if self._backoff.failures:
            # not one good answer since the last sign-in: such a portal is not asked without a pause
            self._backoff = self._backoff.failed(steady_seconds(), random=self._random)
        else:
            self._backoff = Backoff(failures=1)
        self._retire(held)

    def _retire(self, held: _Held) -> None:
        task = asyncio.create_task(held.retire(), name="retire lane")
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)
