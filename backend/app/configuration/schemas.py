"""The configuration as the API shows and takes it."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, create_model

from contract.configuration import BotConfiguration
from contract.wire import Wire


class SavedConfiguration(BaseModel):
    """The owner's settings as they are saved."""

    version: int = Field(description="Counts up with every change; 0 while nothing was ever saved.")
    configuration: BotConfiguration
    updated_at: datetime | None = Field(description="When it was saved; null while nothing was ever saved.")


def _number(value: object) -> object:
    # Pydantic would also take "5" and true for numbers
    if isinstance(value, str | bool):
        raise ValueError("this has to be a number")  # noqa: TRY004  # what Pydantic turns into a message
    return value


def _change_fields() -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, field in BotConfiguration.model_fields.items():
        is_number = field.annotation in (int, float, int | None, float | None)
        fields[name] = (Annotated[field.annotation, BeforeValidator(_number)] if is_number else field.annotation, field)
    return fields


#: Any part of a ``BotConfiguration``; a setting that is left out keeps its saved value. Made from the contract's model,
#: so that a new setting is taken without a second definition. Whether the settings fit together is asked after the
#: change was put on top of what is saved.
ConfigurationChange = create_model(
    "ConfigurationChange",
    __base__=Wire,
    __doc__="Any part of the settings; one that is left out keeps its saved value.",
    **_change_fields(),
)
