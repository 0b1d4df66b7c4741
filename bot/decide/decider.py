"""From what is known of a job to what is done about it: claimed, offered, recorded, or left alone.

``decide`` weighs everything that has to be weighed, in the order of the owner's preference, and acts on the answers in
the same step: nothing is awaited, so no two decisions overlap. What the owner's ``mode`` makes of a match:

- ``accept``: it is claimed. What waits for an answer is claimed as well, where the rules still say yes.
- ``ask``: it is offered (``bot.decide.offers``). Each job is weighed for itself, because no place is taken by an offer.
  What was approved is weighed once more, with a fresh page, the rules as they are, caps and calendar; then it is
  claimed.
- ``watch``: it is recorded, and nothing is accepted; what waits for an answer is withdrawn.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.availability.commitments import Assigned, Commitments
from bot.claim.claim_manager import ClaimManager, NotNow
from bot.clock import now, steady_seconds
from bot.decide.auto_reject import AutoRejector
from bot.domain.job import Job
from bot.domain.rules.decision import Decision
from bot.domain.rules.evaluate import board_rules, decide, decide_all
from bot.domain.rules.preferences import Preferences, preference_key
from bot.domain.rules.rule_set import Caps, Rules
from bot.events import EventSink
from bot.portal.definition.model import PortalDefinition
from bot.settings.rules_from_configuration import preferences_from_configuration, rules_from_configuration
from bot.state.board_state import BoardState, TrackedJob
from bot.state.claim_record import ClaimRecord, unclaimed_report
from bot.state.journal import Journal, Remembered
from common.states import ClaimState, Verdict
from contract.configuration import BotConfiguration
from contract.jobs import LossReason
from contract.owner_rules import Mode

log = structlog.get_logger(__name__)

#: So long after the start nothing is decided while a calendar is unread: what was kept of it is read in a moment, and
#: jobs need not be told as refused before that.
_CALENDARS_ARE_READ_WITHIN_SECONDS = 10.0

_TAKEN_WHILE_OFFERED = "Somebody took it while it waited for your answer."
_TAKEN_AFTER_APPROVAL = "You said yes, and somebody took it before it could be accepted."


class DecidingHost(Protocol):
    """What deciding needs of the engine."""

    def may_decide(self) -> bool:
        """Whether the session runs."""
        ...

    def has_account(self) -> bool:
        """Whether this bot may claim for the account."""
        ...

    @property
    def is_asked_to_wait(self) -> bool:
        """Whether the portal wants to be left alone: what is claimed now could not be sent."""
        ...

    def read_pages(self) -> None:
        """Have the pages of new and changed jobs read."""
        ...

    def read_our_jobs(self) -> None:
        """Have the list of our jobs read now."""
        ...

    def afterwards(self, tell: Callable[[], None]) -> None:
        """Do this when the accepts that are being made have gone out."""
        ...


class Decider:
    """The owner's rules at work."""

    def __init__(
        self,
        *,
        session_id: str,
        definition: PortalDefinition,
        configuration: BotConfiguration,
        knowledge: BoardState,
        desk: ClaimManager,
        commitments: Commitments,
        journal: Journal,
        teller: EventSink,
        rejecting: AutoRejector,
        host: DecidingHost,
        page_is_fresh: timedelta,
    ) -> None:
        self._session_id = session_id
        self._definition = definition
        self._knowledge = knowledge
        self._desk = desk
        self._commitments = commitments
        self._journal = journal
        self._teller = teller
        self._rejecting = rejecting
        self._host = host
        self._page_is_fresh = page_is_fresh
        #: the jobs that this session's rules left alone
        self.rejected: set[str] = set()
        #: matching jobs that were gone before there was a claim
        self.missed: set[str] = set()
        self._claimed_this_pass = 0
        self._calendars = commitments.state_of_calendars()
        self._began: float | None = None
        # jobs that wait and have left the board, and since when
        self._vanished: dict[str, datetime] = {}
        self.use(configuration)

    def use(self, configuration: BotConfiguration) -> None:
        """Weigh by this configuration from now on."""
        self._configuration = configuration
        self.rules: Rules = rules_from_configuration(configuration, self._definition)
        self._preferences: Preferences = preferences_from_configuration(configuration)
        self._rejecting.use(self.rules, is_wanted=configuration.reject_excluded and self.mode is not Mode.WATCH)
        self._withdraw_where_only_watched()

    def remember(self, remembered: Remembered) -> None:
        """Take over what the journal has of this session."""
        claimed = {record.job.job_number for record in self._desk.records}
        refused = {number for number, verdict in remembered.verdicts.items() if verdict is Verdict.NO_MATCH}
        self.rejected = refused - claimed
        self.missed = set(remembered.missed)
        self._withdraw_where_only_watched()

    def _withdraw_where_only_watched(self) -> None:
        if self.mode is not Mode.WATCH:
            return
        for record in tuple(self._desk.records):
            if self._desk.waits(record.job.job_number):
                words = "You told the bot only to watch: the offer was withdrawn, and nothing is accepted."
                self._desk.withdraw(record.job.job_number, words)

    @property
    def mode(self) -> Mode:
        """What becomes of a match."""
        return self._configuration.mode

    @property
    def is_at_work(self) -> bool:
        """Whether decisions are made at the moment: the session runs, the account is ours, our jobs are known."""
        return self._commitments.assigned is not None and self._host.may_decide() and self._host.has_account()

    @property
    def places_left(self) -> int | None:
        """How many jobs the session's cap still allows; None without one."""
        cap = self.rules.max_accept_per_run
        return None if cap is None else cap - self._desk.places_taken

    def why_not(self, record: ClaimRecord) -> NotNow | None:
        """Why the accept of this claim may not go out at this moment; None where it may."""
        if not self._host.has_account():
            return NotNow(reason=LossReason.SESSION_ENDED, words="Another bot has taken over the account.")
        if self.mode is Mode.WATCH:
            return NotNow(
                reason=LossReason.CALLED_OFF, words="You told the bot only to watch, before the accept had gone out."
            )
        if self.mode is Mode.ASK and record.approved_at is None:
            return NotNow(
                reason=LossReason.CALLED_OFF, words="You told the bot to ask first, before the accept had gone out."
            )
        if self._commitments.assigned is None:
            words = "The list of your jobs was not known any more when the accept was about to go out."
            return NotNow(reason=LossReason.CALLED_OFF, words=words)
        # its own place is taken in the pass as well as in the session
        caps = Caps(accepted_this_run=self._desk.places_taken - 1, accepted_this_pass=self._claimed_this_pass - 1)
        decision = self._weigh_alone(self._job_of(record), now(), caps)
        if decision.verdict is Verdict.NO_MATCH:
            words = f"By the time the accept was about to go out your rules said no: {decision.summary}"
            return NotNow(reason=LossReason.CALLED_OFF, words=words)
        return None

    # --- weighing -----------------------------------------------------------------------------------------------------

    def decide(self) -> None:
        """Weigh what has not been weighed, and act on it. Nothing is awaited: no two decisions overlap."""
        if self._commitments.assigned is None or not self._host.may_decide() or not self.calendars_had_time():
            return
        self._follow_approvals()
        open_jobs = {known.number: known for known in self._knowledge if self._is_to_be_weighed(known)}
        if not open_jobs:
            return
        decided_at = now()
        for job, decision in self._answers([known.job for known in open_jobs.values()], decided_at):
            self._act_on(open_jobs[job.job_number], decision, decided_at)

    def weigh_all_again(self) -> None:
        """Something changed that the rules ask for: what was refused may match now, and the other way round."""
        self._ask_all_again()
        self.decide()

    def refusal(self, record: ClaimRecord) -> str | None:
        """Why the rules would not let this offer be accepted at this moment; None where they would."""
        decision = self._weigh_alone(self._job_of(record), now())
        return None if decision.verdict is Verdict.MATCH else decision.summary

    def calendars_had_time(self) -> bool:
        """Whether every calendar is read, or could have been since the start."""
        if self._began is None:
            self._began = steady_seconds()
        return not self._commitments.unread or steady_seconds() - self._began > _CALENDARS_ARE_READ_WITHIN_SECONDS

    def _is_to_be_weighed(self, known: TrackedJob) -> bool:
        if not known.is_read or known.is_gone or not (known.decision is None or _is_match(known)):
            return False
        waiting = self._desk.waits(known.number)
        if waiting is not None:
            has_changed = waiting.row_digest != known.row.digest
            return waiting.state is ClaimState.OFFERED and (self.mode is Mode.ACCEPT or has_changed)
        match self.mode:
            case Mode.ACCEPT:
                return self._desk.may_be_claimed(known)
            case Mode.ASK:
                return self._desk.may_be_offered(known)
            case Mode.WATCH:
                return self._desk.may_be_claimed(known) and not (known.is_watched and _is_match(known))

    def _answers(self, jobs: Iterable[Job], decided_at: datetime) -> Iterable[tuple[Job, Decision]]:
        """Each job's answer, in the order of the owner's preference."""
        if self.mode is Mode.ACCEPT:
            calendar = self._commitments.calendar(self._desk.holding, decided_at)
            return decide_all(jobs, self.rules, calendar, self._caps(), decided_at, preferences=self._preferences)
        ordered = sorted(jobs, key=lambda job: preference_key(job, self._preferences))
        return [(job, self._weigh_alone(job, decided_at)) for job in ordered]

    def _job_of(self, record: ClaimRecord) -> Job:
        """The claim's job as it is known now."""
        known = self._knowledge.get(record.job.job_number)
        return known.job if known is not None and known.is_read else record.job

    def _weigh_alone(self, job: Job, decided_at: datetime, caps: Caps | None = None) -> Decision:
        """``caps``: where the job itself takes a place, without that one."""
        calendar = self._commitments.calendar(self._desk.holding, decided_at)
        return decide(job, self.rules, calendar, caps or self._caps(), decided_at)

    def _caps(self, *, own_places: int = 0) -> Caps:
        return Caps(accepted_this_run=self._desk.places_taken - own_places, accepted_this_pass=self._claimed_this_pass)

    def _ask_all_again(self) -> None:
        for known in self._knowledge:
            known.decision = None

    # --- acting -------------------------------------------------------------------------------------------------------

    def _act_on(self, known: TrackedJob, decision: Decision, decided_at: datetime) -> None:
        was_match, known.decision = _is_match(known), decision
        if decision.verdict is Verdict.NO_MATCH:
            self._no_match(known, decision, decided_at)
            if was_match:
                self._ask_all_again()
        elif self.mode is Mode.WATCH:
            self._watch(known, decision, decided_at)
        elif not self._host.has_account() or (self.mode is Mode.ACCEPT and self._host.is_asked_to_wait):
            return  # it stays a match, and is claimed when the account is ours again, or the portal may be asked
        elif self._needs_a_fresh_page(known, decided_at):
            return
        elif self.mode is Mode.ASK:
            self._offer(known, decision, decided_at)
        else:
            self._claim(known, decision, decided_at)

    def _needs_a_fresh_page(self, known: TrackedJob, at: datetime) -> bool:
        """Whether the rules answered to what the page said a while ago; then it is read again first."""
        # a page from the future: the clock was set back, and nobody knows its age
        if known.page_read_at is not None and timedelta(0) <= at - known.page_read_at <= self._page_is_fresh:
            return False
        known.page_digest = None
        self._host.read_pages()
        return True

    def _claim(self, known: TrackedJob, decision: Decision, decided_at: datetime) -> None:
        waiting = self._desk.waits(known.number)
        if waiting is not None and waiting.state is ClaimState.OFFERED:
            # nobody said yes to this one: should the bot have to ask again before the accept leaves, it is not sent
            self._desk.approve(known.number, at=None)
        self._claimed_this_pass += 1
        self._take_up(known)
        self._desk.claim(known, decision, decided_at=decided_at)
        self._host.afterwards(lambda: self._remember_verdict(known.number, decision.verdict))

    def _offer(self, known: TrackedJob, decision: Decision, decided_at: datetime) -> None:
        if self._desk.waits(known.number) is not None:
            self._desk.withdraw(known.number, "The job has changed; it is offered anew.")
        self._take_up(known)
        expires_at = decided_at + timedelta(seconds=self._configuration.offer_deadline_seconds)
        self._desk.offer(known, decision, decided_at=decided_at, expires_at=expires_at)
        self._host.afterwards(lambda: self._remember_verdict(known.number, decision.verdict))

    def _take_up(self, known: TrackedJob) -> None:
        """There is a claim of it from now on: the session counts that, and nothing that was said of it before."""
        self.rejected.discard(known.number)
        self.not_missed(known.number)
        known.told, known.is_watched = None, False

    def _watch(self, known: TrackedJob, decision: Decision, decided_at: datetime) -> None:
        if known.is_watched:
            return
        known.is_watched, known.told = True, None
        self.rejected.discard(known.number)

        def tell() -> None:
            log.info("matches, and is only watched", action="job_watched", job=known.number)
            self._remember_verdict(known.number, decision.verdict)
            self._teller.job(
                unclaimed_report(known.job, decision, seen_at=known.seen_at, decided_at=decided_at, only_watched=True)
            )

        self._host.afterwards(tell)

    def _no_match(self, known: TrackedJob, decision: Decision, decided_at: datetime) -> None:
        refusals = _refusals(decision)
        waiting = self._desk.waits(known.number)
        if waiting is not None and "portal_status" in refusals:
            self._vanish(known.number)
            return
        if waiting is not None:
            said = "You told the bot to accept without asking" if self.mode is Mode.ACCEPT else "The job has changed"
            self._desk.withdraw(known.number, f"{said}, and now your rules say no: {decision.summary}")
        self._rejecting.consider(known, decision)
        if known.told != refusals:
            known.told, known.is_watched = refusals, False
            self._host.afterwards(lambda: self._left_alone(known, decision, decided_at))

    def _left_alone(self, known: TrackedJob, decision: Decision, decided_at: datetime) -> None:
        if self._desk.of(known.number) is not None and not self._desk.may_be_claimed(known):
            return  # it was claimed meanwhile
        self.not_missed(known.number)
        if known.number not in self.rejected:
            self.rejected.add(known.number)
            log.info("left alone", action="job_left_alone", job=known.number, why=decision.summary)
        self._remember_verdict(known.number, decision.verdict)
        self._teller.job(unclaimed_report(known.job, decision, seen_at=known.seen_at, decided_at=decided_at))

    def _remember_verdict(self, number: str, verdict: Verdict) -> None:
        self._journal.remember_verdict(self._session_id, number, verdict)

    # --- what was approved --------------------------------------------------------------------------------------------

    def _follow_approvals(self) -> None:
        """Claim what the owner approved, where the rules say yes to it at this moment, on a fresh page."""
        for record in tuple(self._desk.records):
            number = record.job.job_number
            known = self._knowledge.get(number)
            waiting = self._desk.waits(number)
            if waiting is None or waiting.state is not ClaimState.APPROVED or known is None:
                continue
            at = now()
            if self.mode is Mode.ASK and waiting.approved_at is None:
                self._desk.withdraw(number, "You told the bot to ask first, before the accept had gone out.")
                known.decision = None
                continue
            if known.is_gone or not known.is_read or number in self._vanished:
                continue
            if not self._host.has_account() or self._host.is_asked_to_wait:
                continue
            if self._needs_a_fresh_page(known, at):
                continue
            own_places = int(record.session_id == self._session_id)
            decision = self._weigh_alone(known.job, at, self._caps(own_places=own_places))
            known.decision = decision
            if decision.verdict is Verdict.MATCH:
                self._claim(known, decision, at)
            elif "portal_status" in _refusals(decision):
                self._vanish(number)
            else:
                words = f"You said yes, and by now your rules say no: {decision.summary}"
                self._desk.withdraw(number, words)
                self._teller.notice(action="approval_refused", message=f"Job {number} is not accepted. {words}")

    # --- what changes around the jobs ---------------------------------------------------------------------------------

    def board_taken(self) -> None:
        """A pass over the board was taken up: a new pass for the caps, and some jobs may have left it."""
        self._claimed_this_pass = 0
        if self.rules.max_accept_per_pass is not None:
            for known in self._knowledge:
                if known.decision is not None and "max_accept_per_pass" in _refusals(known.decision):
                    known.decision = None
        if self._calendars != self._commitments.state_of_calendars():
            self._calendars = self._commitments.state_of_calendars()
            self._ask_all_again()
        for known in self._knowledge.take_left():
            self._went(known)
        for record in tuple(self._desk.records):
            number = record.job.job_number
            shown = self._knowledge.get(number)
            if self._desk.waits(number) is None or (shown is not None and not shown.is_gone):
                self._vanished.pop(number, None)
            elif number not in self._vanished and (shown is not None or self._knowledge.is_whole):
                self._vanish(number)

    def page_gone(self, known: TrackedJob) -> None:
        """The portal says that the job is gone, while the board still showed it."""
        self._went(known)

    def assigned_taken(self, assigned: Assigned) -> None:
        """The list of our jobs was read: it says what became of a job that left the board while it waited."""
        ours = {job.job_number for job in assigned.jobs}
        for number, since in tuple(self._vanished.items()):
            waiting = self._desk.waits(number)
            if waiting is None:
                del self._vanished[number]
            elif assigned.asked_at < since:
                self._host.read_our_jobs()
            else:
                del self._vanished[number]
                self._end_waiting(waiting, is_ours=number in ours)

    def is_vanishing(self, job_number: str) -> bool:
        """Whether a job that waits has left the board, and what became of it is being looked up."""
        return job_number in self._vanished

    def _vanish(self, job_number: str) -> None:
        """A job that waits has left the board: the owner may have taken it by hand, else somebody else has it."""
        self._vanished[job_number] = now()
        self._host.read_our_jobs()

    def _end_waiting(self, waiting: ClaimRecord, *, is_ours: bool) -> None:
        number, was_approved = waiting.job.job_number, waiting.state is ClaimState.APPROVED
        overlap = None if is_ours else self._overlap(waiting)
        if overlap is not None:
            # portals hide what overlaps a job that is ours: nobody else need have taken it
            self._desk.withdraw(number, f"The portal does not show it any more. {overlap}")
        elif not is_ours:
            words = _TAKEN_AFTER_APPROVAL if was_approved else _TAKEN_WHILE_OFFERED
            self._desk.lose_waiting(number, LossReason.TAKEN_WHILE_DECIDING, words)
        elif was_approved:
            self._desk.withdraw(number, "It is yours already: you took it on the portal, or the agency gave it to you.")
        else:
            self._desk.decline(number, "It is yours already: you took it on the portal, or the agency gave it to you.")

    def _overlap(self, waiting: ClaimRecord) -> str | None:
        """Why the owner is not free for this job; None for who is."""
        decision = self._weigh_alone(waiting.job, now())
        return next(
            (answer.why for answer in decision.reasons if answer.rule == "no_overlap" and not answer.passed), None
        )

    # --- what was gone before there was a claim -----------------------------------------------------------------------

    def _went(self, known: TrackedJob) -> None:
        """Record the loss of a job that matched, or might have, and was never claimed."""
        was_match = _is_match(known)
        if self._desk.of(known.number) is None and self.mode is not Mode.WATCH:
            loss = self._loss_of(known)
            if loss is not None:
                self._miss(known, loss)
        if was_match:
            known.decision = None
            self._ask_all_again()  # what it kept out may match now

    def _loss_of(self, known: TrackedJob) -> tuple[LossReason, str] | None:
        if known.number in self.missed or known.number in self._rejecting.done:
            return None
        if known.decision is None and known.page_read_at is None:
            return self._loss_of_unread(known)
        decision = known.decision or self._weigh_alone(known.job, now())
        if decision.verdict is Verdict.NO_MATCH:
            return None
        known.decision = decision
        if not self._host.has_account():
            return LossReason.SESSION_ENDED, "Another bot had the account, and the job was gone before that changed."
        return LossReason.TAKEN_WHILE_DECIDING, "It was gone before the accept could be sent."

    def _loss_of_unread(self, known: TrackedJob) -> tuple[LossReason, str] | None:
        """By what the board itself shows: where the rules refuse by that, nothing was lost."""
        calendar = self._commitments.calendar(self._desk.holding, now())
        by_board = decide(known.job, board_rules(self.rules, known.job), calendar, self._caps(), now())
        if by_board.verdict is Verdict.NO_MATCH:
            return None
        if known.failed_reads:
            return LossReason.PORTAL_FAILING, "Its page could not be read before it was gone."
        return LossReason.TAKEN_BEFORE_SEEN, "It was gone when its page was read for the first time."

    def _miss(self, known: TrackedJob, loss: tuple[LossReason, str]) -> None:
        number, decision, decided_at = known.number, known.decision, now()
        self.missed.add(number)
        self.rejected.discard(number)

        def tell() -> None:
            if number not in self.missed or self._desk.of(number) is not None:
                return  # it came back meanwhile, or it is ours after all
            log.info("gone before it was claimed", action="job_missed", job=number, reason=loss[0], detail=loss[1])
            self._journal.remember_missed(self._session_id, number)
            at = decided_at if decision is not None else None
            self._teller.job(unclaimed_report(known.job, decision, seen_at=known.seen_at, decided_at=at, loss=loss))

        self._host.afterwards(tell)

    def not_missed(self, job_number: str) -> None:
        """It came back, or it is ours after all."""
        if job_number in self.missed:
            self.missed.discard(job_number)
            self._journal.forget_missed(self._session_id, job_number)


def _is_match(known: TrackedJob) -> bool:
    return known.decision is not None and known.decision.verdict is Verdict.MATCH


def _refusals(decision: Decision) -> frozenset[str]:
    """The rules that said no; their words carry the time and change every minute."""
    return frozenset(answer.rule for answer in decision.reasons if not answer.passed)
