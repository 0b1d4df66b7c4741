"""the tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


_SEARCH = (
    "to_tsvector('simple'::regconfig, translate("
    "coalesce(job_number, '') || ' ' || coalesce(reference, '') || ' ' || coalesce(language, '') || ' ' || "
    "coalesce(kind, '') || ' ' || coalesce(company_name, '') || ' ' || coalesce(client_name, '') || ' ' || "
    "coalesce(client_reference, '') || ' ' || coalesce(address, '') || ' ' || coalesce(postcode, ''), "
    "'/\\-_.,:;|@()[]&+#*!?<>\"''', '                        '))"
)


def upgrade() -> None:
    op.create_table(
        "analytics_periods",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checks", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("jobs_seen", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("jobs_accepted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("jobs_rejected", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("jobs_lost", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "languages", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.PrimaryKeyConstraint("account_id", "period_start", name=op.f("pk_analytics_periods")),
    )
    op.create_index("ix_analytics_periods_period_start", "analytics_periods", ["period_start"], unique=False)
    op.create_table(
        "bot_configurations",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("practice_mode", sa.Boolean(), nullable=False),
        sa.Column("configuration", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_bot_configurations")),
    )
    op.create_index(
        "ix_bot_configurations_newest",
        "bot_configurations",
        ["practice_mode", sa.literal_column("version DESC")],
        unique=False,
    )
    op.create_table(
        "bot_sessions",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("session_name", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("portal", sa.Text(), nullable=True),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("practice_mode", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("login_status", sa.Text(), nullable=False),
        sa.Column("interpreter_name", sa.Text(), nullable=True),
        sa.Column("total_checks", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("total_accepted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("total_rejected", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("total_lost", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("start_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_bot_sessions")),
    )
    op.create_index(
        "ix_bot_sessions_last_event_at",
        "bot_sessions",
        [sa.literal_column("last_event_at DESC NULLS LAST")],
        unique=False,
    )
    op.create_index(
        "ix_bot_sessions_newest",
        "bot_sessions",
        [sa.literal_column("start_time DESC"), sa.literal_column("session_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_bot_sessions_open",
        "bot_sessions",
        ["session_id"],
        unique=False,
        postgresql_where=sa.text("end_time IS NULL OR wanted <> 'stopped'"),
    )
    op.create_table(
        "ingest_positions",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("outbox_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "outbox_id", name=op.f("pk_ingest_positions")),
    )
    op.create_table(
        "job_records",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("job_number", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("outbox_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("portal_id", sa.Text(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("appointment_date", sa.Date(), nullable=True),
        sa.Column("appointment_time", sa.Time(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_minutes", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("portal_status", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("company_name", sa.Text(), nullable=True),
        sa.Column("client_name", sa.Text(), nullable=True),
        sa.Column("client_reference", sa.Text(), nullable=True),
        sa.Column("qualification", sa.Text(), nullable=True),
        sa.Column("security_check", sa.Text(), nullable=True),
        sa.Column("gender", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("special_instructions", sa.Text(), nullable=True),
        sa.Column("page_url", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column(
            "reasons", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("claim_state", sa.Text(), nullable=True),
        sa.Column("loss_reason", sa.Text(), nullable=True),
        sa.Column("loss_detail", sa.Text(), nullable=True),
        sa.Column("was_claimed", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                _SEARCH,
                persisted=True,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["session_id"], ["bot_sessions.session_id"], name=op.f("fk_job_records_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_records")),
        sa.UniqueConstraint(
            "portal", "account_id", "job_number", name=op.f("uq_job_records_portal_account_id_job_number")
        ),
    )
    op.create_index(
        "ix_job_records_kind",
        "job_records",
        ["kind", sa.literal_column("seen_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_job_records_language",
        "job_records",
        ["language", sa.literal_column("seen_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_job_records_newest",
        "job_records",
        [sa.literal_column("seen_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_job_records_search", "job_records", ["search"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_job_records_session",
        "job_records",
        ["session_id", sa.literal_column("seen_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_job_records_status",
        "job_records",
        ["status", sa.literal_column("seen_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "system_logs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("what_to_do", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["bot_sessions.session_id"], name=op.f("fk_system_logs_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_logs")),
    )
    op.create_index(
        "ix_system_logs_level",
        "system_logs",
        ["level", sa.literal_column("at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_system_logs_newest",
        "system_logs",
        [sa.literal_column("at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_system_logs_session",
        "system_logs",
        ["session_id", sa.literal_column("at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_system_logs_session", table_name="system_logs")
    op.drop_index("ix_system_logs_newest", table_name="system_logs")
    op.drop_index("ix_system_logs_level", table_name="system_logs")
    op.drop_table("system_logs")
    op.drop_index("ix_job_records_status", table_name="job_records")
    op.drop_index("ix_job_records_session", table_name="job_records")
    op.drop_index("ix_job_records_search", table_name="job_records", postgresql_using="gin")
    op.drop_index("ix_job_records_newest", table_name="job_records")
    op.drop_index("ix_job_records_language", table_name="job_records")
    op.drop_index("ix_job_records_kind", table_name="job_records")
    op.drop_table("job_records")
    op.drop_table("ingest_positions")
    op.drop_index(
        "ix_bot_sessions_open",
        table_name="bot_sessions",
        postgresql_where=sa.text("end_time IS NULL OR wanted <> 'stopped'"),
    )
    op.drop_index("ix_bot_sessions_newest", table_name="bot_sessions")
    op.drop_index("ix_bot_sessions_last_event_at", table_name="bot_sessions")
    op.drop_table("bot_sessions")
    op.drop_index("ix_bot_configurations_newest", table_name="bot_configurations")
    op.drop_table("bot_configurations")
    op.drop_index("ix_analytics_periods_period_start", table_name="analytics_periods")
    op.drop_table("analytics_periods")
