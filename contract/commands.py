"""What a bot is told: one union, told apart by its literal ``type``."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from contract.configuration import VersionedConfiguration
from contract.wire import Moment, Wire


class CommandBase(Wire):
    """What every command carries."""

    #: a bot ignores ``stop``, ``pause`` and ``resume`` that were issued before its process started
    issued_at: Moment


class Stop(CommandBase):
    """Finish the claim under way, say goodbye and end."""

    type: Literal["stop"] = "stop"
    reason: str


class Pause(CommandBase):
    """Stay signed in and watch nothing."""

    type: Literal["pause"] = "pause"


class Resume(CommandBase):
    """Watch again."""

    type: Literal["resume"] = "resume"


class Configure(CommandBase):
    """Work with this configuration from now on; an older version than the one in use is ignored."""

    type: Literal["configure"] = "configure"
    wanted: VersionedConfiguration


class Approve(CommandBase):
    """The owner approves an offered job."""

    type: Literal["approve"] = "approve"
    job_number: str


class Decline(CommandBase):
    """The owner declines an offered job."""

    type: Literal["decline"] = "decline"
    job_number: str


class Snapshot(CommandBase):
    """Keep a picture and the HTML of what the portal shows now."""

    type: Literal["snapshot"] = "snapshot"


class Resend(CommandBase):
    """Send everything of this outbox again from ``from_seq`` on: the reader missed some of it."""

    type: Literal["resend"] = "resend"
    outbox_id: str
    from_seq: int = Field(ge=1)


Command = Annotated[
    Stop | Pause | Resume | Configure | Approve | Decline | Snapshot | Resend, Field(discriminator="type")
]

_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)


class UndecodableCommand(ValueError):
    """Bytes that are no command."""

    def __init__(self, raw: bytes, why: str) -> None:
        super().__init__(f"not a command: {why}")
        self.raw = raw


def encode_command(command: Command) -> bytes:
    """The command as JSON bytes."""
    return command.model_dump_json().encode()


def decode_command(raw: bytes) -> Command:
    """The command in JSON bytes; raises ``UndecodableCommand``, which keeps the bytes."""
    try:
        return _COMMAND.validate_json(raw)
    except ValidationError as error:
        raise UndecodableCommand(raw, str(error)) from error
