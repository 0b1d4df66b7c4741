"""Reports of claims: each new state goes to the control plane and the log."""

import structlog

from bot.availability.externally_assigned import ExternallyAssigned
from bot.events import EventSink
from bot.state.domain_events import ClaimChanged

log = structlog.get_logger(__name__)


class ClaimReporter:
    """Reports claims as they change."""

    def __init__(self, *, events: EventSink, externally_assigned: ExternallyAssigned) -> None:
        self._events = events
        self._externally_assigned = externally_assigned

    def report(self, event: ClaimChanged) -> None:
        """Report the claim's new state."""
        record = event.record
        number = record.job.job_number
        self._events.job(record.report(self._externally_assigned.status(number)))
        log.info(
            "claim",
            action=f"claim_{record.state}",
            job=number,
            reason=record.loss_reason,
            detail=record.loss_detail,
        )
