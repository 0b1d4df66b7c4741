"""which condition a session's reason is about

A column that is null: Postgres notes it in its catalogue and rewrites no row.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bot_sessions", sa.Column("condition", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("bot_sessions", "condition")
