"""Things that break, on request: which, where, how often and how long.

A fault strikes requests whose path and query match its ``path``, ``count`` times, for ``seconds``, or until it is
cleared. Some strike before the request is taken up, so that it has no effect unless ``takes_effect`` is set; the others
change an answer after the request had its effect. Of several faults, the oldest that fits strikes first; faults that
change a page strike together.
"""

import asyncio
import itertools
import re
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator


class FaultKind(StrEnum):
    """The kinds of faults."""

    #: 503 with the maintenance page
    MAINTENANCE = "maintenance"
    #: 500
    SERVER_ERROR = "server_error"
    #: 429 with ``Retry-After``
    TOO_MANY_REQUESTS = "too_many_requests"
    #: 200 with an error page
    OK_ERROR_PAGE = "ok_error_page"
    #: 200 with the sign-in page, though the session lives
    SIGN_IN_PAGE_200 = "sign_in_page_200"
    #: no answer until the fault ends; then the connection is cut
    HANG = "hang"
    #: the connection is cut before the request is read
    DROP = "drop"
    #: the request is taken up ``delay_ms`` later
    SLOW = "slow"
    #: the sessions that began before the fault was set end
    EXPIRE_SESSIONS = "expire_sessions"
    #: the connection is cut after the request took effect
    DROP_AFTER = "drop_after"
    #: the page ends in its middle
    HALF_PAGE = "half_page"
    #: 200 without a body
    EMPTY_BODY = "empty_body"
    #: the badge's total does not fit the rows
    WRONG_TOTAL = "wrong_total"
    #: the board without its table
    MISSING_TABLE = "missing_table"
    #: the table's headings read otherwise
    RENAMED_HEADINGS = "renamed_headings"
    #: a message that waits is used up and never shown
    SWALLOW_MESSAGES = "swallow_messages"
    #: a terms overlay covers pages until it is agreed to
    TERMS_OVERLAY = "terms_overlay"


#: Those that need something on the page that not every skin has.
BY_SKIN = frozenset(
    {
        FaultKind.WRONG_TOTAL,
        FaultKind.MISSING_TABLE,
        FaultKind.RENAMED_HEADINGS,
        FaultKind.SWALLOW_MESSAGES,
        FaultKind.TERMS_OVERLAY,
    }
)


class FaultRequest(BaseModel):
    """A request for a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: FaultKind
    #: how many requests it strikes; null for no limit
    count: int | None = Field(default=None, ge=1)
    #: how long it lasts; null until it is cleared
    seconds: float | None = Field(default=None, gt=0)
    #: a regular expression that is searched for in path and query; null strikes everywhere
    path: str | None = None
    #: only requests with this method as sent, e.g. ``POST``; null for all
    method: str | None = None
    #: ``slow``: how much later the request is taken up, milliseconds
    delay_ms: float = Field(default=3000, ge=0)
    #: ``too_many_requests`` and ``maintenance``: the header ``Retry-After``; null for none
    retry_after_seconds: int | None = Field(default=None, ge=0, le=86_400)
    #: faults that answer instead of the portal: the request has its effect all the same
    takes_effect: bool = False
    #: ``half_page``: which part of the page is sent, from its beginning
    part: float = Field(default=0.5, gt=0, lt=1)
    #: ``expire_sessions``: long-lived cookies are worthless too
    remember_too: bool = True

    @field_validator("path")
    @classmethod
    def _is_a_pattern(cls, path: str | None) -> str | None:
        try:
            re.compile(path or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return path


class FaultTold(BaseModel):
    """A fault that is set."""

    fault_id: int
    asked: FaultRequest
    since: datetime
    #: how often it struck
    applied: int
    #: how often it still strikes; null for no limit
    left: int | None


class Fault:
    """A fault that is set."""

    def __init__(self, fault_id: int, asked: FaultRequest, since: datetime) -> None:
        self.fault_id = fault_id
        self.asked = asked
        self.since = since
        self.until = since + timedelta(seconds=asked.seconds) if asked.seconds is not None else None
        self.left = asked.count
        self.applied = 0
        #: set when it is cleared: whoever hangs in it is let go
        self.ended = asyncio.Event()
        self._path = re.compile(asked.path) if asked.path is not None else None

    def strikes(self, method: str, target: str, now: datetime) -> bool:
        """Whether the fault applies to this request."""
        return (
            self.left != 0
            and not self.is_over(now)
            and (self.asked.method is None or self.asked.method == method)
            and (self._path is None or self._path.search(target) is not None)
        )

    def is_over(self, now: datetime) -> bool:
        """Whether the fault has expired."""
        return self.until is not None and now >= self.until

    def used(self) -> None:
        """Count one use."""
        self.applied += 1
        if self.left is not None:
            self.left -= 1

    def told(self) -> FaultTold:
        """For the control interface."""
        return FaultTold(
            fault_id=self.fault_id, asked=self.asked, since=self.since, applied=self.applied, left=self.left
        )


class FaultList:
    """The faults that are set, the oldest first. One that is used up stays listed until it is cleared."""

    def __init__(self) -> None:
        self.all: list[Fault] = []
        self._ids = itertools.count(1)

    def set(self, asked: FaultRequest, now: datetime) -> Fault:
        """Add a fault."""
        fault = Fault(next(self._ids), asked, now)
        self.all.append(fault)
        return fault

    def clear(self) -> None:
        """Remove all faults."""
        for fault in self.all:
            fault.ended.set()
        self.all.clear()

    def striking(self, method: str, target: str, now: datetime) -> list[Fault]:
        """The faults that apply to a request."""
        return [fault for fault in self.all if fault.strikes(method, target, now)]
