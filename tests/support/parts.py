"""Parts of the engine by themselves: a tracked job, decisions, and a journal that only notes what it is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from bot.claim.claim_store import ClaimStore
from bot.domain.rules.decision import Decision, RuleAnswer
from bot.portal.client import BeforeSend
from bot.portal.models import AcceptAnswer, BoardRow, Form
from bot.state.board_state import TrackedJob
from bot.state.domain_events import Publisher
from bot.state.journal import Journal
from common.states import Verdict
from tests.support.engine_support import SESSION, job

AT = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)
MATCH = Decision(verdict=Verdict.MATCH, reasons=())


def refusal_by(rule: str) -> Decision:
    """The decision that one rule refuses."""
    reason = RuleAnswer(rule=rule, passed=False, why=f"{rule} says no.")
    return Decision(verdict=Verdict.NO_MATCH, reasons=(reason,))


def row(number: int, digest: str = "row 1") -> BoardRow:
    form = Form(action=f"memory:/jobs/{number}/matched", method="post", fields=())
    return BoardRow(job=job(number), accept=form, digest=digest, html="<tr></tr>")


def tracked(number: int, digest: str = "row 1", source: object = None) -> TrackedJob:
    """A job on the board whose page was read."""
    shown = row(number, digest)
    return TrackedJob(
        row=shown,
        job=shown.job,
        seen_at=AT,
        last_seen_at=AT,
        source=source,
        is_on_board=True,
        page_digest=digest,
        page_read_at=AT,
    )


class NotedJournal:
    """A journal without a disk: it notes each call by its name and what it was called with."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments: self.calls.append((name, arguments))

    @property
    def names(self) -> list[str]:
        """The calls' names."""
        return [name for name, _ in self.calls]


@dataclass
class Claims:
    """A claim store with what it told."""

    journal: NotedJournal = field(default_factory=NotedJournal)
    publisher: Publisher = field(default_factory=Publisher)

    def __post_init__(self) -> None:
        self.store = ClaimStore(session_id=SESSION, journal=cast(Journal, self.journal), publisher=self.publisher)

    def heard(self, kind: type[Any]) -> list[Any]:
        """What is published of this kind from now on."""
        found: list[Any] = []
        self.publisher.subscribe(kind, found.append)
        return found


class FormFiller:
    """A portal client of which only ``accept`` is there: it calls back right before it sends."""

    def __init__(self) -> None:
        self.sent: list[BoardRow] = []

    async def accept(self, shown: BoardRow, *, leaves: BeforeSend = lambda: None) -> AcceptAnswer:
        leaves()
        self.sent.append(shown)
        return AcceptAnswer(http_status=302, messages=(), html="")
