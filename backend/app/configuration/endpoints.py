"""``/api/bot/configuration``: the owner's settings."""

from fastapi import APIRouter

from app.configuration import service
from app.configuration.schemas import ConfigurationChange, SavedConfiguration
from app.database.connection import after_commit
from app.dependencies import Plane, Transaction
from app.problems import DatabaseAway, InvalidInput, problem_responses

router = APIRouter(prefix="/api/bot", tags=["configuration"])


@router.get("/configuration", operation_id="getConfiguration", responses=problem_responses(DatabaseAway))
def configuration(session: Transaction, plane: Plane) -> SavedConfiguration:
    """The settings as they are saved."""
    settings = plane.settings
    return service.current(session, practice_mode=settings.atoz_practice, unsaved=settings.unsaved_configuration)


@router.put("/configuration", operation_id="saveConfiguration", responses=problem_responses(InvalidInput, DatabaseAway))
def save_configuration(change: ConfigurationChange, session: Transaction, plane: Plane) -> SavedConfiguration:
    """Save settings; every running bot works with them within a second."""
    after_commit(session, plane.something_changed)
    settings = plane.settings
    return service.save(
        session,
        change.model_dump(exclude_unset=True),
        practice_mode=settings.atoz_practice,
        unsaved=settings.unsaved_configuration,
        highest_seen=plane.presence.snapshot().highest_configuration_version,
    )
