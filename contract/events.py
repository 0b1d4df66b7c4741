"""What a bot reports: one union, told apart by its literal ``type``.

An event is identified by ``(session_id, outbox_id, seq)``. ``seq`` starts at 1 and has no gaps within one outbox (the
local file in which the bot keeps its reports until they are in Postgres), so a reader knows what is new (a higher
``seq``), what is a repetition (not higher) and what is missing (a jump; it asks with the ``resend`` command).
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from contract.configuration import BotConfiguration
from contract.jobs import JobReport
from contract.sessions import ConditionName, LoginStatus, SessionState, SessionTotals, StartedBy
from contract.wire import AccountId, Count, Identifier, LongText, Moment, PortalName, SessionId, ShortText, Wire


class EventBase(Wire):
    """What every event carries."""

    seq: int = Field(ge=1, le=2**53)
    outbox_id: Identifier
    session_id: SessionId
    account_id: AccountId
    #: when it happened on the bot's machine
    at: Moment


class SessionStarted(EventBase):
    """A bot process took up a session; a second one of the same session means it was started again."""

    type: Literal["session_started"] = "session_started"
    started_by: StartedBy
    pid: int
    host: ShortText
    #: the portal definition's name, e.g. ``atoz`` or ``simulator``
    portal: PortalName
    base_url: LongText
    version: ShortText


class StatusUpdate(EventBase):
    """The session's state changed, or what the portal says about our being signed in."""

    type: Literal["status_update"] = "status_update"
    state: SessionState
    #: in words, for the owner; always there when the state is ``failed``
    reason: LongText | None = None
    #: what the reason is about while the session works; null where nothing stands in the way
    condition: ConditionName | None = None
    login_status: LoginStatus
    #: the full name that the portal shows for the account
    interpreter_name: ShortText | None = None
    totals: SessionTotals


class JobProcessed(EventBase):
    """Something about a job changed: it was decided, or its claim went a step further."""

    type: Literal["job_processed"] = "job_processed"
    portal: PortalName
    report: JobReport


class CycleComplete(EventBase):
    """One pass over the board that the portal answered in full."""

    type: Literal["cycle_complete"] = "cycle_complete"
    #: from the poll's start to the last page read
    duration_ms: float = Field(ge=0)
    pages: Count
    jobs_on_board: Count
    new_jobs: Count
    totals: SessionTotals


class ErrorReported(EventBase):
    """Something went wrong that the owner should know of."""

    type: Literal["error"] = "error"
    #: stable and short, e.g. ``layout_changed``, ``sign_in_refused``, ``portal_unreachable``
    code: ShortText
    message: LongText
    what_to_do: LongText
    #: the session ended because of it
    fatal: bool = False


class Notice(EventBase):
    """Something worth a line in the log that is no error, e.g. that the cap of the session is reached."""

    type: Literal["notice"] = "notice"
    #: stable and short, e.g. ``cap_reached``
    action: ShortText
    message: LongText


class ConfigurationUpdated(EventBase):
    """The bot works with this configuration from now on."""

    type: Literal["configuration_updated"] = "configuration_updated"
    version: Count
    configuration: BotConfiguration


Event = Annotated[
    SessionStarted | StatusUpdate | JobProcessed | CycleComplete | ErrorReported | Notice | ConfigurationUpdated,
    Field(discriminator="type"),
]

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class UndecodableEvent(ValueError):
    """Bytes that are no event; they are kept so that nothing is lost."""

    def __init__(self, raw: bytes, why: str) -> None:
        super().__init__(f"not an event: {why}")
        self.raw = raw


def encode_event(event: Event) -> bytes:
    """The event as JSON bytes."""
    return event.model_dump_json().encode()


def decode_event(raw: bytes) -> Event:
    """The event in JSON bytes; raises ``UndecodableEvent``, which keeps the bytes."""
    try:
        return _EVENT.validate_json(raw)
    except ValidationError as error:
        raise UndecodableEvent(raw, str(error)) from error
