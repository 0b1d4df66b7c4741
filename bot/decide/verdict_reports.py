"""Reports of jobs that were weighed and not claimed: refused by the rules, or only watched."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.claim.claim_store import ClaimStore
from bot.decide.deferred import DeferredWork
from bot.decide.tally import UnclaimedTally
from bot.domain.rules.decision import Decision
from bot.events import EventSink
from bot.state.board_state import TrackedJob
from bot.state.claim_record import unclaimed_report
from bot.state.journal import Journal
from common.states import Verdict

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportPorts:
    """What reporting verdicts needs of others."""

    claims: ClaimStore
    tally: UnclaimedTally
    journal: Journal
    events: EventSink
    deferred: DeferredWork


class VerdictReports:
    """Reports each verdict once, until it changes."""

    def __init__(self, ports: ReportPorts) -> None:
        self._ports = ports

    def forget(self, tracked: TrackedJob) -> None:
        """Forget what was reported of a job: there is a claim of it from now on."""
        self._ports.tally.remove_refused(tracked.number)
        self._ports.tally.remove_missed(tracked.number)
        tracked.reported_refusals, tracked.is_watched = None, False

    def report_claimed(self, tracked: TrackedJob, decision: Decision) -> None:
        """Keep the verdict of a job that is claimed or offered; its claim reports itself."""
        self._ports.deferred.add(lambda: self._remember(tracked.number, decision.verdict))

    def report_watched(self, tracked: TrackedJob, decision: Decision, decided_at: datetime) -> None:
        """Report a match that is only watched, once."""
        if tracked.is_watched:
            return
        tracked.is_watched, tracked.reported_refusals = True, None
        self._ports.tally.remove_refused(tracked.number)

        def report() -> None:
            log.info("matches, and is only watched", action="job_watched", job=tracked.number)
            self._remember(tracked.number, decision.verdict)
            seen_at, job = tracked.seen_at, tracked.job
            self._ports.events.job(
                unclaimed_report(job, decision, seen_at=seen_at, decided_at=decided_at, only_watched=True)
            )

        self._ports.deferred.add(report)

    def report_refused(self, tracked: TrackedJob, decision: Decision, decided_at: datetime) -> None:
        """Report a job that the rules refuse, unless the same rules refused when it was reported last."""
        if tracked.reported_refusals != decision.refusals:
            tracked.reported_refusals, tracked.is_watched = decision.refusals, False
            self._ports.deferred.add(lambda: self._report_refused(tracked, decision, decided_at))

    def _report_refused(self, tracked: TrackedJob, decision: Decision, decided_at: datetime) -> None:
        number, claims = tracked.number, self._ports.claims
        if claims.get(number) is not None and not claims.may_be_claimed(tracked):
            return  # it was claimed meanwhile
        self._ports.tally.remove_missed(number)
        if not self._ports.tally.is_refused(number):
            self._ports.tally.add_refused(number)
            log.info("left alone", action="job_left_alone", job=number, why=decision.summary)
        self._remember(number, decision.verdict)
        self._ports.events.job(unclaimed_report(tracked.job, decision, seen_at=tracked.seen_at, decided_at=decided_at))

    def _remember(self, number: str, verdict: Verdict) -> None:
        self._ports.journal.remember_verdict(self._ports.claims.session_id, number, verdict)
