"""What all tables have in common."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from sqlalchemy import DateTime, Dialect, MetaData, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase

_E = TypeVar("_E", bound=StrEnum)

#: Names that Alembic can find again.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Word(TypeDecorator[_E]):
    """A word of the contract, kept as text: a new word needs no migration."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[_E]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: _E | str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  # the base's signature
        """The word itself; raises ValueError for one that the contract does not have."""
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> _E | None:  # noqa: ARG002  # the base's signature
        """The member."""
        return None if value is None else self.words(value)


class Base(DeclarativeBase):
    """The tables' common base: every text is unlimited, every moment has its time zone."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Text, datetime: DateTime(timezone=True)}
