"""Alembic's entry: runs migrations on the connection it was given, or on one of its own."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from app.database.connection import Database
from app.database.models import Base
from app.database.models.base import Word
from app.settings import load


def _render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    # migrations stand on their own: what a word may be is the program's business, in the table it is text
    return "sa.Text()" if kind == "type" and isinstance(item, Word) else False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
        render_item=_render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


def _run_on_own_connection() -> None:
    database = Database(load())
    try:
        with database.engine.connect() as connection:
            _run(connection)
    finally:
        database.close()


given = context.config.attributes.get("connection")
if given is None:
    _run_on_own_connection()
else:
    _run(given)
