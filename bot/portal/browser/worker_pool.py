"""Browsers in processes of their own, as the bot sees them.

The bot never loads Playwright for what it needs now and then. It starts ``python -m bot.portal.browser.login_worker``,
hands over each task through standard input (nothing secret is in arguments or the environment) and reads one line of
JSON for each. A browser that hangs is killed with all its processes. When the bot dies, however it dies, the end of
standard input ends browser and process as well.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import structlog

from bot.portal.errors import RetryLater

log = structlog.get_logger(__name__)

_PROJECT = Path(__file__).resolve().parents[3]

#: What stands in the bot's environment and is nobody else's business.
_SECRET = ("ATOZ_USERNAME", "ATOZ_PASSWORD")

#: A browser that stays open has so long to show that it still works; one that hangs is replaced.
_STILL_WORKS_WITHIN = timedelta(seconds=5)
#: An idle Chromium takes some 150 MB (proportional set size, with its processes); one that holds more than this is
#: replaced.
_FAT_BYTES = 500 * 1024 * 1024
#: Where the newest complaints of a child are cut.
_COMPLAINTS_KEPT = 20_000


class BrowserWorkerPool:
    """The browsers of one bot: closed after each task, or one that stays open for the next."""

    def __init__(self, browser_path: str | None, *, stays: bool = False) -> None:
        self._browser_path = browser_path
        self._stays = stays
        self._kept: _Child | None = None
        self._used: set[_Child] = set()

    async def ask(self, task: dict[str, Any], *, patience: timedelta) -> dict[str, Any]:
        """Have a task done and return its answer; raises RetryLater where none came in time."""
        async with self._child() as child:
            return await child.ask(task | {"browser_path": self._browser_path}, patience)

    async def let_stay(self, stays: bool) -> None:
        """Whether the browser stays open from now on; where not, it is closed now."""
        self._stays = stays
        if not stays and self._kept is not None:
            kept, self._kept = self._kept, None
            await kept.end()

    async def close(self) -> None:
        """End every browser."""
        await self.let_stay(False)
        for child in tuple(self._used):
            await child.end()

    @contextlib.asynccontextmanager
    async def _child(self) -> "AsyncIterator[_Child]":
        child = await self._take_kept() or await _Child.started()
        self._used.add(child)
        try:
            yield child
        except BaseException:
            # nobody knows what it is doing now
            await child.end()
            raise
        finally:
            self._used.discard(child)
            if not self._stays or self._kept is not None or not await child.is_fit():
                await child.end()
            else:
                self._kept = child

    async def _take_kept(self) -> "_Child | None":
        """The browser that stayed open, where it still works. Whoever finds it in use gets another one."""
        kept, self._kept = self._kept, None
        if kept is None:
            return None
        try:
            answer = await kept.ask({"do": "nothing", "browser_path": self._browser_path}, _STILL_WORKS_WITHIN)
        except RetryLater as error:
            answer = {"outcome": "retry", "message": error.message}
        except BaseException:
            await kept.end()
            raise
        if answer["outcome"] == "nothing":
            return kept
        log.warning("the browser is replaced", action="browser_replaced", why=answer.get("message"))
        await kept.end()
        return None


class _Child:
    """One process with a browser."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise RuntimeError("the process was started without pipes")
        self._process = process
        self._stdin, self._stdout = process.stdin, process.stdout
        self._complaints = bytearray()
        self._listening = asyncio.create_task(self._listen(process.stderr))
        self._has_ended = False

    @classmethod
    async def started(cls) -> "_Child":
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.portal.browser.login_worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd=_PROJECT,
                env={name: value for name, value in os.environ.items() if name not in _SECRET},
                start_new_session=True,
                limit=64 * 1024 * 1024,  # one line may carry a whole page and its picture
            )
        )

    async def ask(self, task: dict[str, Any], patience: timedelta) -> dict[str, Any]:
        """Raises RetryLater."""
        try:
            async with asyncio.timeout(patience.total_seconds()):
                self._stdin.write(json.dumps(task).encode() + b"\n")
                with contextlib.suppress(ConnectionError):  # it ended at once; what it said tells why
                    await self._stdin.drain()
                line = await self._stdout.readline()
        except TimeoutError as error:
            raise RetryLater(f"the browser did not answer within {patience.total_seconds():.0f} s") from error
        if not line:
            await self.end()
            said = bytes(self._complaints).decode(errors="replace").strip()
            raise RetryLater(
                "the browser's process ended without an answer: "
                + (said.splitlines()[-1] if said else "it said nothing")
            )
        answer = json.loads(line)
        if not isinstance(answer, dict):
            raise RetryLater("the browser's process answered with something else than an answer")
        return answer

    async def is_fit(self) -> bool:
        """Whether it can be used once more: alive, and not fat."""
        if self._has_ended or self._process.returncode is not None:
            return False
        taken = await asyncio.to_thread(_memory_of_family, self._process.pid)
        if taken > _FAT_BYTES:
            log.warning("the browser takes too much memory and is replaced", action="browser_fat", bytes=taken)
        return taken <= _FAT_BYTES

    async def end(self) -> None:
        """End the process and every process that it started; quiet when all are gone."""
        if self._has_ended:
            return
        self._has_ended = True
        with contextlib.suppress(psutil.NoSuchProcess):
            for one in psutil.Process(self._process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        await self._listening
        self._stdin.close()

    async def _listen(self, stderr: asyncio.StreamReader) -> None:
        while piece := await stderr.read(4096):
            self._complaints += piece
            del self._complaints[:-_COMPLAINTS_KEPT]


def _memory_of_family(pid: int) -> int:
    """Proportional set size of a process and all below it, in bytes; where that is not known, their resident size."""
    total = 0
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for one in family:
        try:
            taken = one.memory_full_info()
            total += getattr(taken, "pss", 0) or taken.rss
        except psutil.Error:
            continue  # it has ended, or is another user's
    return total
