"""offers, watched jobs, and jobs that are ours without the bot

Only columns that are null or have a constant default: Postgres notes them in its catalogue and rewrites no row, so
this takes no longer with a million jobs than with none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job_records", sa.Column("offer_expires_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "job_records", sa.Column("only_watched", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("job_records", sa.Column("given", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("job_records", "given")
    op.drop_column("job_records", "only_watched")
    op.drop_column("job_records", "offer_expires_at")
