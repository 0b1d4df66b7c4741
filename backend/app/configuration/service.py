"""The owner's settings."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.configuration import queries
from app.configuration.schemas import SavedConfiguration
from app.database.models import BotConfigurationRow
from app.problems import FieldProblem, InvalidInput
from contract.configuration import BotConfiguration

#: The settings that have to fit together; an error that belongs to no single field is about these.
_FIT_TOGETHER = ("job_type_filter", "exclude_types")


def current(session: Session, *, practice_mode: bool, unsaved: BotConfiguration) -> SavedConfiguration:
    """The settings as they are saved; ``unsaved`` are those that a bot has of itself until then."""
    return _saved(queries.newest(session, practice_mode=practice_mode), unsaved)


def save(
    session: Session,
    change: Mapping[str, Any],
    *,
    practice_mode: bool,
    unsaved: BotConfiguration,
    highest_seen: int,
) -> SavedConfiguration:
    """Save the change on top of what is saved. Raises InvalidInput with the fields that are wrong.

    The version is higher than any that a bot was seen to work with (``highest_seen``): after the database was lost or
    replaced, a running bot would take a lower one for old.
    """
    queries.one_at_a_time(session)
    before = _saved(queries.newest(session, practice_mode=practice_mode), unsaved)
    wanted = _changed(before.configuration, change)
    if before.updated_at is not None and wanted == before.configuration:
        return before
    return _save(session, wanted, practice_mode=practice_mode, highest_seen=highest_seen)


def save_again(
    session: Session, saved: SavedConfiguration, *, practice_mode: bool, highest_seen: int
) -> SavedConfiguration:
    """Save the same settings under a version that is higher than any a bot works with."""
    queries.one_at_a_time(session)
    return _save(session, saved.configuration, practice_mode=practice_mode, highest_seen=highest_seen)


def _save(
    session: Session, configuration: BotConfiguration, *, practice_mode: bool, highest_seen: int
) -> SavedConfiguration:
    row = BotConfigurationRow(
        version=max(queries.highest_version(session), highest_seen) + 1,
        practice_mode=practice_mode,
        configuration=configuration.model_dump(mode="json"),
        updated_at=datetime.now(UTC),
    )
    session.add(row)
    session.flush()
    return _saved(row, configuration)


def _saved(row: BotConfigurationRow | None, unsaved: BotConfiguration) -> SavedConfiguration:
    if row is None:
        return SavedConfiguration(version=0, configuration=unsaved, updated_at=None)
    return SavedConfiguration(
        version=row.version,
        configuration=BotConfiguration.model_validate(row.configuration),
        updated_at=row.updated_at,
    )


def _changed(configuration: BotConfiguration, change: Mapping[str, Any]) -> BotConfiguration:
    try:
        return BotConfiguration.model_validate({**configuration.model_dump(), **change})
    except ValidationError as error:
        problems = [
            FieldProblem(field=field, message=found["msg"].removeprefix("Value error, "))
            for found in error.errors(include_url=False)
            for field in ([".".join(str(part) for part in found["loc"])] if found["loc"] else _FIT_TOGETHER)
        ]
        said = "; ".join(dict.fromkeys(problem.message for problem in problems))
        raise InvalidInput(f"Nothing was saved. {said}", errors=problems) from None
