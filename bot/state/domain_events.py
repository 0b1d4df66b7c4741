"""What one part of the engine tells the others: events, and the publisher that delivers them at once."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from bot.portal.errors import PortalError, StopAndTell
from bot.portal.models import Board
from bot.state.assigned_list import AssignedList
from bot.state.board_state import TrackedJob
from bot.state.claim_record import ClaimRecord
from bot.storage.sqlite_writer import StorageError

E = TypeVar("E")


class Publisher:
    """Delivers each event to its subscribers, within ``publish`` and in the order in which they subscribed."""

    def __init__(self) -> None:
        self._subscribers: defaultdict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)

    def subscribe(self, kind: type[E], *receive: Callable[[E], None]) -> None:
        """Have these called with every event of this kind."""
        self._subscribers[kind] += receive

    def publish(self, event: object) -> None:
        """Call the event's subscribers; what one of them raises comes out, and the later ones are not called."""
        for receive in self._subscribers[type(event)]:
            receive(event)


@dataclass(frozen=True, slots=True)
class BoardRead:
    """The board was read and taken up."""

    board: Board
    #: how many of its jobs had never been seen before
    new_jobs: int
    #: what the reading took
    seconds: float


@dataclass(frozen=True, slots=True)
class PagesNeeded:
    """Pages of jobs have to be read before the jobs can be decided on."""


@dataclass(frozen=True, slots=True)
class JobLeftBoard:
    """A job is gone: the board does not show it any more, or its own page says so."""

    tracked: TrackedJob


@dataclass(frozen=True, slots=True)
class ClaimChanged:
    """A claim reached another state."""

    record: ClaimRecord


@dataclass(frozen=True, slots=True)
class PlaceFreed:
    """A claim gave back its place under the caps and its time: jobs that it kept out may match now."""


@dataclass(frozen=True, slots=True)
class IntentWritten:
    """A claim's intent is on the disk."""


@dataclass(frozen=True, slots=True)
class IntentNotWritten:
    """A claim's intent could not be written to the disk; no accept went out."""

    error: StorageError


@dataclass(frozen=True, slots=True)
class AssignedJobsRead:
    """The list of our jobs was read."""

    assigned: AssignedList


@dataclass(frozen=True, slots=True)
class AssignedJobsUnread:
    """The list of our jobs could not be read."""

    error: PortalError
    #: until when the list before lets jobs be accepted, in the portal's zone; None if it does not any more
    accepts_until: datetime | None


@dataclass(frozen=True, slots=True)
class AssignmentFound:
    """A job that the bot did not accept turned out to be ours."""

    job_number: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The portal knows us."""


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """Signing in was refused for good: only the owner can mend it."""

    error: StopAndTell


@dataclass(frozen=True, slots=True)
class PortalFailing:
    """The portal does not answer as it should: the next poll has to wait longer."""
