"""``/health``: whether everything that the control plane needs is there."""

from fastapi import APIRouter

from app.dependencies import Plane
from app.health import service
from app.health.schemas import DetailedHealth, Health

router = APIRouter(tags=["health"])


# a monitor may ask for no more than whether there is an answer
@router.head("/health", include_in_schema=False)
@router.get("/health", operation_id="getHealth")
def health(plane: Plane) -> Health:
    """The control plane in one word; answers 200 also when degraded."""
    return service.health(plane)


@router.get("/health/detailed", operation_id="getDetailedHealth")
def detailed_health(plane: Plane) -> DetailedHealth:
    """The control plane, part by part, with what to do."""
    return service.detailed_health(plane)
