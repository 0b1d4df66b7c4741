"""A job as it travels from the bot to the control plane: what it is, how it was weighed, what became of it."""

from enum import StrEnum

from common.states import ClaimState, PortalAction, Verdict
from contract.wire import Count, Day, Identifier, LongText, Moment, ShortText, TimeOfDay, Wire

__all__ = [
    "ClaimState",
    "Given",
    "JobDecision",
    "JobReport",
    "JobStatus",
    "JobTimes",
    "LossReason",
    "PortalAction",
    "PortalJob",
    "RuleOutcome",
    "Verdict",
    "job_status",
]


class LossReason(StrEnum):
    """Why a matching job did not become ours."""

    #: it was gone when its page was read for the first time: a faster interval might have got it
    TAKEN_BEFORE_SEEN = "taken_before_seen"
    #: somebody else got it after we had read it: while its pages were read, while an offer waited for the owner's
    #: answer, or while the accept was on its way
    TAKEN_WHILE_DECIDING = "taken_while_deciding"
    #: the portal refused; its words are in ``loss_detail``
    REFUSED = "refused"
    #: the job is not visible any more and the portal gave no other word
    NOT_VISIBLE = "not_visible"
    #: our session had ended, or the account was somebody else's to use
    SESSION_ENDED = "session_ended"
    #: the portal failed
    PORTAL_FAILING = "portal_failing"
    #: before the accept had gone out the owner told the bot to ask first, or only to watch, or the rules said no
    CALLED_OFF = "called_off"


class JobStatus(StrEnum):
    """A job's outcome in one word, as the API filters by it and the dashboard shows it."""

    #: matches; a claim is under way
    PENDING = "pending"
    #: the portal shows it as ours
    ACCEPTED = "accepted"
    #: the owner's rules said no; the bot left it alone
    REJECTED = "rejected"
    #: matched, but somebody else has it or the portal refused
    LOST = "lost"
    #: the accept was sent and the portal has not said yet what came of it
    UNKNOWN = "unknown"
    #: was ours and is no longer
    TAKEN_BACK = "taken_back"
    #: an offer that the owner declined or let pass
    DECLINED = "declined"
    #: waits for the owner's approval
    OFFERED = "offered"
    #: matches, and the bot was told only to watch
    WATCHED = "watched"
    #: ours on the portal without an accept of the bot: the owner took it by hand, or the agency gave it
    GIVEN = "given"


class Given(StrEnum):
    """Where a job stands that is ours, or was, without an accept of the bot."""

    #: the portal shows it as ours
    OURS = "ours"
    #: it was ours and is no longer
    TAKEN_BACK = "taken_back"


class PortalJob(Wire):
    """A job as the portal shows it. Service users' details are deliberately not carried."""

    #: the number before the slash of the reference: the job's identity on its portal
    job_number: Identifier
    #: the reference as shown, a stray character included, e.g. ``10432/atoz1``
    reference: ShortText
    #: the id in the portal's addresses
    portal_id: Identifier
    #: when the client asked, a date alone
    submitted_on: Day | None = None
    #: Europe/London calendar date of the appointment
    appointment_date: Day | None = None
    #: Europe/London wall clock time; the portal may leave it empty
    appointment_time: TimeOfDay | None = None
    #: the appointment's start in UTC; None while date or time is missing
    starts_at: Moment | None = None
    duration_minutes: Count | None = None
    language: ShortText | None = None
    #: the kind of job as the portal writes it, e.g. ``Telephone Interpreting``; None while its page is unread
    kind: ShortText | None = None
    #: the portal's own status word, e.g. ``matched``
    portal_status: ShortText
    action: PortalAction = PortalAction.NONE
    company_name: ShortText | None = None
    client_name: ShortText | None = None
    client_reference: ShortText | None = None
    qualification: ShortText | None = None
    security_check: ShortText | None = None
    gender: ShortText | None = None
    address: LongText | None = None
    postcode: ShortText | None = None
    special_instructions: LongText | None = None
    #: absolute address of the job's page, for the owner to open
    page_url: LongText | None = None


class RuleOutcome(Wire):
    """One rule's answer, in a sentence that an interpreter understands."""

    #: the setting's name, e.g. ``job_type_filter``
    rule: ShortText
    passed: bool
    why: LongText


class JobDecision(Wire):
    """The whole answer of the owner's rules to one job."""

    verdict: Verdict
    #: one sentence for a list: the first rule that said no, or that every rule said yes
    summary: LongText
    reasons: tuple[RuleOutcome, ...]


class JobTimes(Wire):
    """The steps of a job's way; None where a step was not taken."""

    #: first read from the board
    seen_at: Moment
    #: the rules answered
    decided_at: Moment | None = None
    #: the accept left this machine
    submitted_at: Moment | None = None
    #: the portal's own status told the outcome
    confirmed_at: Moment | None = None


class JobReport(Wire):
    """All that is known of one job at one moment. A later report replaces an earlier one as a whole."""

    job: PortalJob
    decision: JobDecision | None = None
    claim_state: ClaimState | None = None
    loss_reason: LossReason | None = None
    #: the portal's words, or what was seen, where a claim was lost or is unknown
    loss_detail: LongText | None = None
    #: until when an offer waits for the owner's approval; None for what is no offer
    offer_expires_at: Moment | None = None
    #: it matched while the bot was told only to watch, and there is no claim
    only_watched: bool = False
    #: there where the job is ours, or was, without an accept of the bot
    given: Given | None = None
    times: JobTimes

    @property
    def status(self) -> JobStatus:
        """The outcome in one word."""
        return job_status(
            self.decision.verdict if self.decision else None,
            self.claim_state,
            is_lost=self.loss_reason is not None,
            only_watched=self.only_watched,
            given=self.given,
        )


_STATUS_OF_CLAIM: dict[ClaimState, JobStatus] = {
    ClaimState.MATCHED: JobStatus.PENDING,
    ClaimState.OFFERED: JobStatus.OFFERED,
    ClaimState.APPROVED: JobStatus.PENDING,
    ClaimState.DECLINED: JobStatus.DECLINED,
    ClaimState.EXPIRED: JobStatus.DECLINED,
    ClaimState.INTENDED: JobStatus.PENDING,
    ClaimState.SUBMITTED: JobStatus.PENDING,
    ClaimState.CONFIRMED: JobStatus.ACCEPTED,
    ClaimState.HELD: JobStatus.ACCEPTED,
    ClaimState.LOST: JobStatus.LOST,
    ClaimState.UNKNOWN: JobStatus.UNKNOWN,
    ClaimState.TAKEN_BACK: JobStatus.TAKEN_BACK,
}


_STATUS_OF_GIVEN: dict[Given, JobStatus] = {
    Given.OURS: JobStatus.GIVEN,
    Given.TAKEN_BACK: JobStatus.TAKEN_BACK,
}

#: A claim in one of these leaves it to ``given`` to say whose the job is: it ended without the job being ours.
_ENDED_WITHOUT = frozenset({ClaimState.DECLINED, ClaimState.EXPIRED, ClaimState.LOST, ClaimState.TAKEN_BACK})


def job_status(
    verdict: Verdict | None,
    claim_state: ClaimState | None,
    *,
    is_lost: bool = False,
    only_watched: bool = False,
    given: Given | None = None,
) -> JobStatus:
    """The outcome in one word. ``is_lost`` without a claim: the job was gone before it could be claimed."""
    if given is not None and (claim_state is None or claim_state in _ENDED_WITHOUT):
        return _STATUS_OF_GIVEN[given]
    if claim_state is not None:
        return _STATUS_OF_CLAIM[claim_state]
    if is_lost:
        return JobStatus.LOST
    if verdict is Verdict.NO_MATCH:
        return JobStatus.REJECTED
    return JobStatus.WATCHED if only_watched else JobStatus.PENDING
