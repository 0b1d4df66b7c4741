"""Ports: what making claims needs of the rooms above, each named for what it gives."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from bot.state.claim_record import ClaimRecord
from contract.jobs import LossReason


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why an accept may not go out."""

    reason: LossReason
    #: in words, for the owner
    message: str


class AcceptPermission(Protocol):
    """Knows whether an accept may go out at this moment."""

    def refusal(self, record: ClaimRecord) -> Refusal | None:
        """Why the accept of this claim may not go out now; None if it may."""
        ...


class AccountLease(Protocol):
    """Knows whether the account is this bot's to use."""

    def may_claim(self) -> bool:
        """Whether this bot may claim for the account now."""
        ...


class BoardRefresh(Protocol):
    """Reads the board out of turn."""

    async def read_now(self) -> None:
        """Read the board and take it up; raises the portal's errors."""
        ...


class TaskStarter(Protocol):
    """Runs work beside the caller, as long as the engine runs."""

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Start a task. Raises RuntimeError if the engine does not run."""
        ...
