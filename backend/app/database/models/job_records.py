"""``job_records``: one row a job and account."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import BigInteger, Computed, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.database.models.base import Base, Word
from contract.jobs import ClaimState, Given, JobStatus, LossReason, PortalAction, Verdict

#: What the search looks into.
_SEARCHED = (
    "job_number",
    "reference",
    "language",
    "kind",
    "company_name",
    "client_name",
    "client_reference",
    "address",
    "postcode",
)
#: Taken for spaces, so that ``10432/atoz`` and ``Face-to-Face`` are found by each of their parts.
SEARCH_PUNCTUATION = "/\\-_.,:;|@()[]&+#*!?<>\"'"


def _search_text() -> str:
    text_of_all = " || ' ' || ".join(f"coalesce({column}, '')" for column in _SEARCHED)
    quoted = SEARCH_PUNCTUATION.replace("'", "''")
    # "simple": names and numbers are no words of a language; nothing is stemmed or left out
    return f"to_tsvector('simple'::regconfig, translate({text_of_all}, '{quoted}', '{' ' * len(SEARCH_PUNCTUATION)}'))"


class JobRecordRow(Base):
    """All that is known of a job of one account. The report that counts replaces the row as a whole."""

    __tablename__ = "job_records"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    portal: Mapped[str]
    account_id: Mapped[str]
    job_number: Mapped[str]

    # the report that counts came from here
    session_id: Mapped[str] = mapped_column(ForeignKey("bot_sessions.session_id"))
    outbox_id: Mapped[str]
    seq: Mapped[int] = mapped_column(BigInteger)

    reference: Mapped[str]
    portal_id: Mapped[str]
    submitted_on: Mapped[date | None]
    appointment_date: Mapped[date | None]
    appointment_time: Mapped[time | None]
    starts_at: Mapped[datetime | None]
    duration_minutes: Mapped[int | None] = mapped_column(BigInteger)
    language: Mapped[str | None]
    kind: Mapped[str | None]
    portal_status: Mapped[str]
    action: Mapped[PortalAction] = mapped_column(Word(PortalAction))
    company_name: Mapped[str | None]
    client_name: Mapped[str | None]
    client_reference: Mapped[str | None]
    qualification: Mapped[str | None]
    security_check: Mapped[str | None]
    gender: Mapped[str | None]
    address: Mapped[str | None]
    postcode: Mapped[str | None]
    special_instructions: Mapped[str | None]
    page_url: Mapped[str | None]

    status: Mapped[JobStatus] = mapped_column(Word(JobStatus))
    verdict: Mapped[Verdict | None] = mapped_column(Word(Verdict))
    summary: Mapped[str | None]
    #: [{rule, passed, why}]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    claim_state: Mapped[ClaimState | None] = mapped_column(Word(ClaimState))
    loss_reason: Mapped[LossReason | None] = mapped_column(Word(LossReason))
    loss_detail: Mapped[str | None]
    #: until when an offer waits for the owner
    offer_expires_at: Mapped[datetime | None]
    #: it matched while the bot was told only to watch
    only_watched: Mapped[bool] = mapped_column(server_default=text("false"))
    #: ours, or was, without an accept of the bot
    given: Mapped[Given | None] = mapped_column(Word(Given))
    #: an accept was once about to be sent; such a record is never replaced by a report without a claim
    was_claimed: Mapped[bool]

    #: over all sessions; "new" in the statistics
    first_seen_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    #: when the bot made the report that counts
    updated_at: Mapped[datetime]

    search: Mapped[Any] = mapped_column(TSVECTOR, Computed(_search_text(), persisted=True))

    __table_args__ = (UniqueConstraint("portal", "account_id", "job_number"),)


# a list page by each filter reads its rows from one index, in order, wherever the page stands
Index("ix_job_records_newest", JobRecordRow.seen_at.desc(), JobRecordRow.id.desc())
Index("ix_job_records_status", JobRecordRow.status, JobRecordRow.seen_at.desc(), JobRecordRow.id.desc())
Index("ix_job_records_session", JobRecordRow.session_id, JobRecordRow.seen_at.desc(), JobRecordRow.id.desc())
Index("ix_job_records_language", JobRecordRow.language, JobRecordRow.seen_at.desc(), JobRecordRow.id.desc())
Index("ix_job_records_kind", JobRecordRow.kind, JobRecordRow.seen_at.desc(), JobRecordRow.id.desc())
Index("ix_job_records_search", JobRecordRow.search, postgresql_using="gin")
