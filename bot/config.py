"""A bot process's settings: the environment first, then ``.env`` in the project's folder.

The names are those of ``.env.example``. Nothing secret has a default.
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError, field_validator

from bot.calendars.setting import CalendarSettingError, CalendarSource, parse_calendars
from bot.portal.credentials import Credentials
from bot.portal.definition.model import DefinitionError, PortalDefinition
from bot.portal.definition.model import load as load_definition
from common.addresses import RedisAddress
from common.env_file import UnreadableFile, folder_in, read_settings_file
from common.exit_codes import EXIT_NEEDS_OWNER
from contract.configuration import BotConfiguration, read_texts
from contract.sessions import StartedBy
from contract.wire import SessionId

PROJECT = Path(__file__).resolve().parents[1]

#: Another file than ``.env``; empty for none at all.
ENV_FILE = "ATOZ_ENV_FILE"
#: The supervisor says with it that it started the process.
STARTED_BY = "ATOZ_STARTED_BY"

_DEFAULT_REDIS_PORT = 6379
_WHERE = "change it in .env or in the environment"


class SettingsError(Exception):
    """A setting is missing or cannot be used; the message is one line that says which and what to do."""


class _Environment(BaseModel):
    """The settings as they are written; field names are the settings' names in lower case."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    atoz_username: SecretStr | None = None
    atoz_password: SecretStr | None = None
    atoz_base_url: str | None = None
    atoz_portal: str = "atoz"
    atoz_practice: bool = False
    atoz_data_dir: Path = PROJECT / "data"
    atoz_log_dir: Path | None = None
    atoz_started_by: StartedBy = StartedBy.COMMAND_LINE
    redis_url: RedisAddress | None = None
    redis_port: int | None = Field(default=None, ge=1, le=65535)
    log_level: str = "info"
    calendars: SecretStr = SecretStr("")
    calendar_emails: str = ""

    @field_validator("atoz_data_dir", "atoz_log_dir")
    @classmethod
    def _from_the_project(cls, path: Path | None) -> Path | None:
        return None if path is None else folder_in(PROJECT, path)

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, level: str) -> str:
        if level.lower() not in ("debug", "info", "warning", "error"):
            raise ValueError(f"'{level}' is no level; use debug, info, warning or error")
        return level.lower()


@dataclass(frozen=True, kw_only=True)
class BotSettings:
    """What a bot process goes by."""

    credentials: Credentials
    definition: PortalDefinition
    data_dir: Path
    log_dir: Path
    log_level: str
    started_by: StartedBy
    #: the simulator stands in for the portal
    is_practice: bool
    #: where the control plane's Redis is, or would be; may hold a password
    redis_url: SecretStr
    #: the owner's other calendars
    calendars: tuple[CalendarSource, ...]
    #: the owner's e-mail addresses, as invitations name them; what they declined in a calendar is not busy
    calendar_emails: tuple[str, ...]
    #: the bot's own configuration, for when no control plane says otherwise
    configuration: BotConfiguration
    #: what the settings were read from
    environment: Mapping[str, str]


def load(environment: Mapping[str, str] | None = None) -> BotSettings:
    """The settings of this process. An empty value counts as not set. Raises SettingsError."""
    real = dict(os.environ if environment is None else environment)
    combined = {**_read_env_file(real.get(ENV_FILE)), **real}
    written = {name.lower(): value.strip() for name, value in combined.items() if value.strip()}
    if "atoz_username" not in written and "atoz_password" not in written:
        # as a whole: the practice account never meets another address than the simulator's
        written |= _practice_account(written.get("atoz_data_dir"))
    try:
        values = _Environment.model_validate(written)
    except ValidationError as error:
        raise SettingsError(_in_words(error)) from None  # the cause would show what was entered
    return BotSettings(
        credentials=_credentials(values),
        definition=_definition(values),
        data_dir=values.atoz_data_dir,
        log_dir=values.atoz_log_dir or _logs_beside(values.atoz_data_dir),
        log_level=values.log_level,
        started_by=values.atoz_started_by,
        is_practice=values.atoz_practice,
        redis_url=values.redis_url or SecretStr(_redis_beside(values)),
        calendars=_calendars(values),
        calendar_emails=_calendar_emails(values),
        configuration=_configuration(written, is_practice=values.atoz_practice),
        environment=combined,
    )


def session_name(text: str) -> str:
    """The name of a session as it was given; raises SettingsError for one that cannot be used."""
    try:
        return TypeAdapter(SessionId).validate_python(text)
    except ValidationError:
        raise SettingsError(
            f"'{text}' cannot be a session's name: use letters, digits, - and _, starting with a letter or digit, at "
            "most 80, e.g. session-20261120_101500"
        ) from None


def _credentials(values: _Environment) -> Credentials:
    if values.atoz_username is None or values.atoz_password is None:
        missing = "ATOZ_USERNAME" if values.atoz_username is None else "ATOZ_PASSWORD"
        raise SettingsError(
            f"{missing} is not set; put the name and the password of your portal account into .env as ATOZ_USERNAME "
            "and ATOZ_PASSWORD (see .env.example)"
        )
    return Credentials(
        username=values.atoz_username.get_secret_value(), password=values.atoz_password.get_secret_value()
    )


def _calendars(values: _Environment) -> tuple[CalendarSource, ...]:
    try:
        return parse_calendars(values.calendars.get_secret_value(), base=PROJECT)
    except CalendarSettingError as error:
        raise SettingsError(f"{error} ({_WHERE})") from None  # the cause would show an address, which is a secret


def _calendar_emails(values: _Environment) -> tuple[str, ...]:
    found = tuple(address.strip().casefold() for address in values.calendar_emails.split(",") if address.strip())
    if any("@" not in address or " " in address for address in found):
        raise SettingsError(f"CALENDAR_EMAILS: write your e-mail addresses, separated by commas ({_WHERE})")
    return found


def _definition(values: _Environment) -> PortalDefinition:
    try:
        definition = load_definition(values.atoz_portal)
        return definition.at(values.atoz_base_url) if values.atoz_base_url else definition
    except DefinitionError as error:
        first = str(error).splitlines()[0]
        raise SettingsError(f"ATOZ_PORTAL: {first} ({_WHERE})") from error
    except ValueError as error:
        raise SettingsError(f"ATOZ_BASE_URL: {error} ({_WHERE})") from error


def _configuration(written: Mapping[str, str], *, is_practice: bool) -> BotConfiguration:
    given = read_texts(written)
    if is_practice:
        given.setdefault("max_accept_per_run", None)
    try:
        return BotConfiguration.model_validate(given)
    except ValidationError as error:
        raise SettingsError(_in_words(error)) from None


def _read_env_file(named: str | None) -> dict[str, str]:
    if named == "":
        return {}
    try:
        return read_settings_file(Path(named or PROJECT / ".env"), named_by=ENV_FILE if named else None)
    except UnreadableFile as error:
        raise SettingsError(str(error)) from None


def _practice_account(data_dir: str | None) -> dict[str, str]:
    """What the launcher wrote down for bots that are started by hand while practice mode runs."""
    try:
        folder = folder_in(PROJECT, Path(data_dir or "data"))
        found = json.loads((folder / "run" / "practice.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name).lower(): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _logs_beside(data_dir: Path) -> Path:
    return PROJECT / "logs" if data_dir == PROJECT / "data" else data_dir / "logs"


def _redis_beside(values: _Environment) -> str:
    """Where the launcher says that Redis is, else where it usually is."""
    try:
        found = json.loads((values.atoz_data_dir / "run" / "addresses.json").read_text())
        return str(found["redis_url"])
    except (OSError, ValueError, TypeError, KeyError):
        pass  # nothing was launched from this folder
    return f"redis://127.0.0.1:{values.redis_port or _DEFAULT_REDIS_PORT}/0"


def _in_words(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    said = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return f"{said} ({_WHERE})"
    name = str(first["loc"][0]).upper()
    return f"{name}: {said[:1].lower()}{said[1:]} ({_WHERE})"


def main() -> int:
    """Say in one line which setting a bot could not use, and start none; the exit code is a bot's own."""
    try:
        load()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_NEEDS_OWNER
    return 0


if __name__ == "__main__":
    sys.exit(main())
