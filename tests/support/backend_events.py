"""Events as a bot makes them, for tests of the control plane."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from redis import Redis

from contract.configuration import BotConfiguration
from contract.events import (
    ConfigurationUpdated,
    CycleComplete,
    ErrorReported,
    Event,
    JobProcessed,
    Notice,
    SessionStarted,
    StatusUpdate,
    encode_event,
)
from contract.jobs import (
    ClaimState,
    Given,
    JobDecision,
    JobReport,
    JobTimes,
    LossReason,
    PortalAction,
    PortalJob,
    RuleOutcome,
    Verdict,
)
from contract.presence import Heartbeat
from contract.sessions import LoginStatus, SessionState, SessionTotals, StartedBy
from contract.streams import EVENT_FIELD, EVENTS, SESSIONS_SEEN, heartbeat

ACCOUNT = "simulator-3f2a"
PORTAL = "simulator"
SESSION = "session-20261120_101500"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def decision(verdict: Verdict) -> JobDecision:
    agreed = verdict is Verdict.MATCH
    return JobDecision(
        verdict=verdict,
        summary="Every rule says yes." if agreed else "Face to Face is a kind that you exclude.",
        reasons=(
            RuleOutcome(rule="job_type_filter", passed=True, why="It is a kind that you accept."),
            RuleOutcome(
                rule="exclude_types", passed=agreed, why="It is not excluded." if agreed else "It is excluded."
            ),
        ),
    )


def report(
    number: str,
    *,
    claim: ClaimState | None = None,
    verdict: Verdict | None = Verdict.MATCH,
    seen_at: datetime = NOON,
    language: str | None = "Polish",
    loss: LossReason | None = None,
    offer_expires_at: datetime | None = None,
    only_watched: bool = False,
    given: Given | None = None,
    **job: Any,
) -> JobReport:
    sent = claim not in (
        None,
        ClaimState.MATCHED,
        ClaimState.OFFERED,
        ClaimState.APPROVED,
        ClaimState.DECLINED,
        ClaimState.EXPIRED,
        ClaimState.INTENDED,
    )
    return JobReport(
        job=PortalJob(
            **{
                "job_number": number,
                "reference": f"{number}/atoz1",
                "portal_id": number,
                "submitted_on": date(2026, 11, 20),
                "appointment_date": date(2026, 11, 25),
                "appointment_time": time(9, 30),
                "starts_at": datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
                "duration_minutes": 90,
                "language": language,
                "kind": "Telephone Interpreting",
                "portal_status": "matched",
                "action": PortalAction.ACCEPT,
                "company_name": "St Mary's Hospital",
                "postcode": "SW1A 2AA",
                "page_url": f"http://127.0.0.1:8090/interpreter-jobs/{number}",
                **job,
            }
        ),
        decision=decision(verdict) if verdict else None,
        claim_state=claim,
        loss_reason=LossReason.TAKEN_WHILE_DECIDING if claim is ClaimState.LOST else loss,
        offer_expires_at=offer_expires_at,
        only_watched=only_watched,
        given=given,
        times=JobTimes(
            seen_at=seen_at,
            decided_at=seen_at + timedelta(milliseconds=40) if verdict else None,
            submitted_at=seen_at + timedelta(milliseconds=60) if sent else None,
            confirmed_at=seen_at + timedelta(milliseconds=130)
            if claim in (ClaimState.CONFIRMED, ClaimState.HELD, ClaimState.LOST)
            else None,
        ),
    )


@dataclass(kw_only=True)
class Outbox:
    """Gives events their numbers, as a bot's outbox does."""

    session_id: str = SESSION
    outbox_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    account_id: str = ACCOUNT
    #: when the next event happens; each one happens a second after the one before
    at: datetime = NOON
    seq: int = 0
    made: list[Event] = field(default_factory=list)

    def _envelope(self) -> dict[str, Any]:
        self.seq += 1
        self.at += timedelta(seconds=1)
        return {
            "seq": self.seq,
            "outbox_id": self.outbox_id,
            "session_id": self.session_id,
            "account_id": self.account_id,
            "at": self.at,
        }

    def _keep(self, event: Event) -> Event:
        self.made.append(event)
        return event

    def started(self, by: StartedBy = StartedBy.COMMAND_LINE, portal: str = PORTAL) -> Event:
        return self._keep(
            SessionStarted(
                **self._envelope(),
                started_by=by,
                pid=1,
                host="host",
                portal=portal,
                base_url="http://127.0.0.1:8090",
                version="0.1.0",
            )
        )

    def status(
        self,
        state: SessionState = SessionState.RUNNING,
        login: LoginStatus = LoginStatus.SIGNED_IN,
        reason: str | None = None,
        condition: str | None = None,
        name: str | None = "Anna Nowak",
        **totals: int,
    ) -> Event:
        return self._keep(
            StatusUpdate(
                **self._envelope(),
                state=state,
                reason=reason,
                condition=condition,
                login_status=login,
                interpreter_name=name,
                totals=SessionTotals(**totals),
            )
        )

    def job(self, number: str, *, portal: str = PORTAL, **about: Any) -> Event:
        return self._keep(JobProcessed(**self._envelope(), portal=portal, report=report(number, **about)))

    def cycle(self, checks: int, **totals: int) -> Event:
        return self._keep(
            CycleComplete(
                **self._envelope(),
                duration_ms=34.5,
                pages=1,
                jobs_on_board=3,
                new_jobs=0,
                totals=SessionTotals(checks=checks, **totals),
            )
        )

    def error(self, code: str = "layout_changed", *, fatal: bool = False) -> Event:
        return self._keep(
            ErrorReported(
                **self._envelope(),
                code=code,
                message="The board reads differently.",
                what_to_do="Look at it.",
                fatal=fatal,
            )
        )

    def notice(self, action: str = "cap_reached") -> Event:
        return self._keep(Notice(**self._envelope(), action=action, message="The cap of this session is reached."))

    def configured(self, version: int) -> Event:
        return self._keep(ConfigurationUpdated(**self._envelope(), version=version, configuration=BotConfiguration()))


def put(redis: Redis, *events: Event) -> None:
    """Append events to the stream, as bots do."""
    pipe = redis.pipeline(transaction=False)
    for event in events:
        pipe.xadd(EVENTS, {EVENT_FIELD: encode_event(event)})
    pipe.execute()


def beat(
    session_id: str = SESSION,
    *,
    state: SessionState = SessionState.RUNNING,
    at: datetime | None = None,
    version: int = 0,
    reason: str | None = None,
    condition: str | None = None,
    started_by: StartedBy = StartedBy.COMMAND_LINE,
    pid: int = 1,
    host: str = "another-host",
    **totals: int,
) -> Heartbeat:
    now = at or datetime.now(UTC)
    return Heartbeat(
        session_id=session_id,
        account_id=ACCOUNT,
        pid=pid,
        host=host,
        process_started_at=now - timedelta(minutes=1),
        started_by=started_by,
        portal=PORTAL,
        at=now,
        state=state,
        reason=reason,
        condition=condition,
        login_status=LoginStatus.SIGNED_IN,
        interpreter_name="Anna Nowak",
        totals=SessionTotals(**totals),
        configuration_version=version,
    )


def put_beat(redis: Redis, one: Heartbeat) -> None:
    """Write a heartbeat, as bots do."""
    redis.set(heartbeat(one.session_id), one.model_dump_json(), ex=300)
    redis.zadd(SESSIONS_SEEN, {one.session_id: one.at.timestamp()})
