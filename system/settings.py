"""The settings of the system: the environment first, then ``.env`` in the project's folder.

Nothing secret has a default.
"""

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from common.addresses import PostgresAddress, RedisAddress
from common.env_file import UnreadableFile, folder_in, read_settings_file
from system.console import Problem
from system.setup.venv import PROJECT

#: Another file than ``.env``; empty for none at all.
ENV_FILE = "ATOZ_ENV_FILE"

#: What a process of ours is told through its environment and others must not see.
SECRET_NAMES = ("ATOZ_USERNAME", "ATOZ_PASSWORD", "SIMULATOR_USERNAME", "SIMULATOR_PASSWORD")


class ServersFrom(StrEnum):
    """Where Postgres and Redis come from when their addresses are not given."""

    #: ``docker compose`` where an engine answers, else the packages; what was used before is used again
    AUTO = "auto"
    DOCKER = "docker"
    PACKAGES = "packages"


class Settings(BaseModel):
    """What the launcher goes by. Field names are the settings' names in lower case."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    atoz_username: SecretStr | None = None
    atoz_password: SecretStr | None = None
    atoz_base_url: str | None = None
    atoz_portal: str = "atoz"
    #: everything that is kept
    atoz_data_dir: Path = PROJECT / "data"
    #: where the processes write what they say
    atoz_log_dir: Path | None = None
    atoz_servers: ServersFrom = ServersFrom.AUTO
    database_url: PostgresAddress | None = None
    redis_url: RedisAddress | None = None
    api_port: int = Field(default=8000, ge=1, le=65535)
    dashboard_port: int = Field(default=3000, ge=1, le=65535)
    postgres_port: int = Field(default=5432, ge=1, le=65535)
    #: of the database that docker-compose.yml describes, where one was set
    postgres_password: SecretStr | None = None
    redis_port: int = Field(default=6379, ge=1, le=65535)
    simulator_port: int = Field(default=8090, ge=1, le=65535)
    simulator_control_port: int = Field(default=8091, ge=1, le=65535)
    chromium_path: Path | None = None

    @field_validator("atoz_data_dir", "atoz_log_dir")
    @classmethod
    def _from_the_project(cls, path: Path | None) -> Path | None:
        return None if path is None else folder_in(PROJECT, path)

    @field_validator("chromium_path")
    @classmethod
    def _as_it_is_written(cls, path: Path | None) -> Path | None:
        """Links are not followed: some browsers look at the name that they were called by."""
        try:
            return None if path is None else PROJECT / path.expanduser()
        except RuntimeError as error:  # nobody has this name
            raise ValueError(f"{path} cannot be found: {error}") from None

    @field_validator("atoz_base_url")
    @classmethod
    def _is_an_address(cls, address: str | None) -> str | None:
        if address is not None and not address.startswith(("http://", "https://")):
            raise ValueError(f"'{address}' is no web address; write it like https://portal.example.org")
        return address

    @model_validator(mode="after")
    def _both_credentials_or_neither(self) -> Self:
        for given, missing, name in (
            (self.atoz_username, self.atoz_password, "ATOZ_PASSWORD"),
            (self.atoz_password, self.atoz_username, "ATOZ_USERNAME"),
        ):
            if given and not missing:
                raise ValueError(
                    f"{name} is missing; set both ATOZ_USERNAME and ATOZ_PASSWORD for your own account, or neither for "
                    "practice mode"
                )
        return self

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        ports = {
            "API_PORT": self.api_port,
            "DASHBOARD_PORT": self.dashboard_port,
            "REDIS_PORT": self.redis_port,
            "SIMULATOR_PORT": self.simulator_port,
            "SIMULATOR_CONTROL_PORT": self.simulator_control_port,
        }
        names: dict[int, str] = {}
        for name, port in ports.items():
            if port in names:
                raise ValueError(f"{names[port]} and {name} are both {port}; give one of them another port")
            names[port] = name
        return self

    @property
    def is_practice(self) -> bool:
        """Whether no portal account is configured, so that the simulator stands in for the portal."""
        return self.atoz_username is None

    @property
    def api_url(self) -> str:
        """Where the API answers."""
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def logs(self) -> Path:
        """The folder of the log files: beside the project, or in the data folder where that is somewhere else."""
        if self.atoz_log_dir:
            return self.atoz_log_dir
        return PROJECT / "logs" if self.atoz_data_dir == PROJECT / "data" else self.atoz_data_dir / "logs"


def load(environment: Mapping[str, str] | None = None) -> tuple[Settings, dict[str, str]]:
    """The settings, and the environment that they were read from: ``.env`` with the real environment on top.

    Raises ``Problem`` for a setting that cannot be used. An empty value counts as not set.
    """
    real = dict(os.environ if environment is None else environment)
    combined = {**_read_env_file(real.get(ENV_FILE)), **real}
    values = {name.lower(): value for name, value in combined.items() if value.strip()}
    try:
        return Settings.model_validate(
            {name: values[name] for name in Settings.model_fields if name in values}
        ), combined
    except ValidationError as error:
        raise Problem(_in_words(error)) from None  # the cause would show what was entered, a password perhaps


def folders(environment: Mapping[str, str] | None = None) -> tuple[Path, Path]:
    """Data and logs, to find a system that runs. Raises ``Problem``.

    Other settings may have become wrong since it started, and it can be stopped all the same.
    """
    real = dict(os.environ if environment is None else environment)
    combined = {**_read_env_file(real.get(ENV_FILE), leave_out_mistakes=True), **real}
    names = ("atoz_data_dir", "atoz_log_dir")
    try:
        found = Settings.model_validate({name: combined[name.upper()] for name in names if combined.get(name.upper())})
    except ValidationError as error:
        raise Problem(_in_words(error)) from None
    return found.atoz_data_dir, found.logs


def _read_env_file(named: str | None, *, leave_out_mistakes: bool = False) -> dict[str, str]:
    if named == "":
        return {}
    try:
        return read_settings_file(
            Path(named or PROJECT / ".env"),
            named_by=ENV_FILE if named else None,
            leave_out_mistakes=leave_out_mistakes,
        )
    except UnreadableFile as error:
        raise Problem(str(error)) from None


_WHERE = "change it in .env or in the environment"


def _in_words(error: ValidationError) -> str:
    first = error.errors()[0]
    said = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return said
    name = str(first["loc"][0]).upper()
    if name.endswith("_PORT"):
        return f"{name} is '{first['input']}', which is no port; use a whole number from 1 to 65535 ({_WHERE})"
    if name == "ATOZ_SERVERS":
        return f"ATOZ_SERVERS is '{first['input']}'; use auto, docker or packages ({_WHERE})"
    return f"{name}: {said} ({_WHERE})"
