"""Health as the API shows it."""

from enum import StrEnum

from pydantic import BaseModel, Field


class HealthStatus(StrEnum):
    """Whether everything that the control plane needs is there."""

    OK = "ok"
    DEGRADED = "degraded"


class Health(BaseModel):
    """The control plane in one word."""

    status: HealthStatus
    version: str


class HealthCheck(BaseModel):
    """One thing that was looked at."""

    name: str
    ok: bool
    seen: str = Field(description="What was found, in words.")
    what_to_do: str | None = Field(description="Null where nothing is to be done.")


class DetailedHealth(Health):
    """The control plane, part by part."""

    checks: list[HealthCheck]
