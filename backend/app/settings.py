"""The control plane's settings: environment first, then ``.env`` in the project's folder. Nothing secret has a default.

The names are the system's (.env.example).
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app import PROJECT
from common.addresses import PostgresAddress, RedisAddress
from common.env_file import UnreadableFile, folder_in, read_settings_file
from contract.configuration import BotConfiguration, read_texts

#: Names another file than ``.env``; empty for none at all.
ENV_FILE = "ATOZ_ENV_FILE"

_WHERE = "change it in .env or in the environment"


class BadSetting(Exception):
    """A setting cannot be used; the message is one line that says which, why and what to do."""


def _words(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return value


class Settings(BaseSettings):
    """What the control plane goes by. Field names are the settings' names in lower case."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    database_url: PostgresAddress | None = None
    redis_url: RedisAddress | None = None
    api_port: int = Field(default=8000, ge=1, le=65535)
    dashboard_port: int = Field(default=3000, ge=1, le=65535)
    postgres_port: int = Field(default=5432, ge=1, le=65535)
    #: of the database that docker-compose.yml describes, where one was set
    postgres_password: SecretStr | None = None
    redis_port: int = Field(default=6379, ge=1, le=65535)
    #: everything that is kept
    atoz_data_dir: Path = PROJECT / "data"
    #: where processes write what they say; beside the project, or in the data folder where that is somewhere else
    atoz_log_dir: Path | None = None
    #: the simulator stands in for the portal
    atoz_practice: bool = False
    #: present or not is all that the control plane needs to know; the bot reads them from its environment
    atoz_username: SecretStr | None = None
    atoz_password: SecretStr | None = None
    #: further names that the API may be called by, ``name`` or ``name:port``, comma separated
    atoz_allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    #: what is started for a session; another one only in tests
    atoz_bot_script: Path = PROJECT / "bot" / "integrated_bot.py"
    log_level: str = "info"

    #: what a bot works with until the owner saves a configuration
    _unsaved_configuration: BotConfiguration = PrivateAttr(default_factory=BotConfiguration)

    _split_hosts = field_validator("atoz_allowed_hosts", mode="before")(_words)

    @field_validator("atoz_data_dir", "atoz_log_dir", "atoz_bot_script")
    @classmethod
    def _from_the_project(cls, path: Path | None) -> Path | None:
        return None if path is None else _in_project(path)

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, level: str) -> str:
        if level.lower() not in {"debug", "info", "warning", "error"}:
            raise ValueError("use debug, info, warning or error")
        return level.lower()

    @property
    def logs(self) -> Path:
        """The folder of the log files."""
        if self.atoz_log_dir:
            return self.atoz_log_dir
        return PROJECT / "logs" if self.atoz_data_dir == PROJECT / "data" else self.atoz_data_dir / "logs"

    @property
    def run(self) -> Path:
        """What is running, and where it answers."""
        return self.atoz_data_dir / "run"

    @property
    def has_account(self) -> bool:
        """Whether a bot that is started now would know how to sign in."""
        return self.atoz_username is not None and self.atoz_password is not None

    @property
    def unsaved_configuration(self) -> BotConfiguration:
        """What a bot works with while the owner has saved nothing: its own settings, which it shares with us."""
        return self._unsaved_configuration

    def database_address(self) -> str:
        """Where Postgres answers, as a libpq address. Asked anew for each connection: a launcher may move it."""
        if self.database_url:
            return self.database_url.get_secret_value()
        password = quote(self.postgres_password.get_secret_value(), safe="") if self.postgres_password else ""
        usual = f"postgresql://atoz{':' if password else ''}{password}@127.0.0.1:{self.postgres_port}/atoz"
        return self._launched("database_url") or usual

    def redis_address(self) -> str:
        """Where Redis answers. Asked anew for each connection: a launcher may move it."""
        if self.redis_url:
            return self.redis_url.get_secret_value()
        return self._launched("redis_url") or f"redis://127.0.0.1:{self.redis_port}/0"

    def _launched(self, name: str) -> str | None:
        try:
            found = json.loads((self.run / "addresses.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None  # nothing was launched from here, or it is being written
        address = found.get(name) if isinstance(found, dict) else None
        return address if isinstance(address, str) else None


def load() -> Settings:
    """The settings. Raises BadSetting."""
    written = _written(os.environ)
    try:
        settings = Settings(_env_file=_env_file(os.environ), _env_file_encoding="utf-8-sig")
        settings._unsaved_configuration = _bots_own(settings, written)
    except ValidationError as error:
        raise BadSetting(_in_words(error)) from None  # the cause would show what was entered, a password perhaps
    return settings


def data_folder(environment: Mapping[str, str]) -> Path:
    """Where a program of this project that runs in the environment keeps its data."""
    try:
        written = _written(environment)
    except BadSetting:
        written = {}  # it was readable when that program began, or the program has ended over it
    named = environment.get("ATOZ_DATA_DIR") or written.get("ATOZ_DATA_DIR") or "data"
    return _in_project(Path(named))


def _in_project(path: Path) -> Path:
    return folder_in(PROJECT, path)


def _env_file(environment: Mapping[str, str]) -> Path | None:
    named = environment.get(ENV_FILE)
    return None if named == "" else Path(named or PROJECT / ".env")


def _written(environment: Mapping[str, str]) -> dict[str, str]:
    """What stands in the file with settings. Raises BadSetting."""
    file = _env_file(environment)
    try:
        return read_settings_file(file, named_by=ENV_FILE if environment.get(ENV_FILE) else None) if file else {}
    except UnreadableFile as error:
        raise BadSetting(str(error)) from None


def _bots_own(settings: Settings, written: Mapping[str, str]) -> BotConfiguration:
    """A bot's own configuration, as ``bot.config`` reads it. Raises ValidationError."""
    given = read_texts({**written, **os.environ})
    if settings.atoz_practice:
        given.setdefault("max_accept_per_run", None)  # nothing is lost by accepting everything
    return BotConfiguration.model_validate(given)


def _in_words(error: ValidationError) -> str:
    first = error.errors(include_input=False)[0]
    said = first["msg"].removeprefix("Value error, ")
    name = str(first["loc"][0]).upper() if first["loc"] else ""
    return f"{name}: {said} ({_WHERE})" if name else f"{said} ({_WHERE})"
