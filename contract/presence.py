"""The heartbeat: the only evidence that a bot process lives."""

from datetime import timedelta

from pydantic import Field

from contract.sessions import ConditionName, LoginStatus, SessionState, SessionTotals, StartedBy
from contract.wire import AccountId, Moment, SessionId, Wire

#: How often a bot writes its heartbeat.
HEARTBEAT_EVERY = timedelta(seconds=1)

#: A heartbeat older than this is no evidence any more: five missed beats, so that one slow second is no death.
HEARTBEAT_STALE_AFTER = timedelta(seconds=5)

#: Redis forgets a heartbeat after this.
HEARTBEAT_KEPT_FOR = timedelta(minutes=5)


class Heartbeat(Wire):
    """What a bot process says of itself every second."""

    session_id: SessionId
    account_id: AccountId
    pid: int
    host: str
    #: with ``pid`` and ``host`` the identity of the process
    process_started_at: Moment
    started_by: StartedBy
    portal: str
    at: Moment
    state: SessionState
    reason: str | None = None
    #: what the reason is about while the session works; null where nothing stands in the way
    condition: ConditionName | None = None
    login_status: LoginStatus
    interpreter_name: str | None = None
    totals: SessionTotals
    configuration_version: int = Field(ge=0)
