"""Jobs as the API shows them."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.query_params import Cursor, Moment, PageLength, SessionName
from contract.jobs import ClaimState, Given, JobStatus, LossReason, PortalJob, RuleOutcome, Verdict
from contract.wire import Text


class JobRecord(PortalJob):
    """One job of one account: what it is, how it was weighed, what became of it."""

    portal: str = Field(description="With `account_id` and `job_number` the identity of the record.")
    account_id: str
    session_id: str = Field(description="The session that reported it last.")
    status: JobStatus
    verdict: Verdict | None = None
    summary: str | None = Field(
        default=None, description="One sentence: the first rule that said no, or that all agreed."
    )
    reasons: list[RuleOutcome] = Field(default_factory=list, description="Every rule's answer.")
    claim_state: ClaimState | None = None
    loss_reason: LossReason | None = None
    loss_detail: str | None = None
    offer_expires_at: datetime | None = Field(
        default=None, description="Until when an offer waits for the owner's approval; null for what is no offer."
    )
    only_watched: bool = Field(default=False, description="It matched while the bot was told only to watch.")
    given: Given | None = Field(
        default=None, description="Where the job is ours, or was, without an accept of the bot."
    )
    seen_at: datetime
    decided_at: datetime | None = None
    submitted_at: datetime | None = None
    confirmed_at: datetime | None = None
    updated_at: datetime = Field(description="When the bot made the report that the record shows.")


class JobPage(BaseModel):
    """Jobs, newest first."""

    items: list[JobRecord]
    next_cursor: str | None = Field(description="Give it back as `cursor` for the next page; null on the last one.")


class JobQuery(BaseModel):
    """Which jobs, and which page of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: list[JobStatus] = Field(default_factory=list, description="One or several outcomes; all where left out.")
    session_id: SessionName | None = None
    language: Annotated[Text, Field(max_length=200)] | None = Field(
        default=None, description="As the portal writes it."
    )
    kind: Annotated[Text, Field(max_length=200)] | None = Field(default=None, description="As the portal writes it.")
    since: Moment | None = Field(default=None, description="Seen at or after.")
    until: Moment | None = Field(default=None, description="Seen before.")
    search: Annotated[Text, Field(max_length=200)] | None = Field(
        default=None,
        description="Words in reference, language, kind, company, client, address; each may be unfinished.",
    )
    limit: PageLength = 50
    cursor: Cursor | None = None
