"""The owner's rules as they are set, asked about jobs with the caps and the calendar as they are now."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.availability.commitments import Commitments
from bot.claim.claim_store import ClaimStore
from bot.clock import now
from bot.domain.job import Job
from bot.domain.rules.decision import Decision
from bot.domain.rules.evaluate import board_rules, decide, decide_all
from bot.domain.rules.preferences import Preferences, preference_key
from bot.domain.rules.rule_set import Caps, Rules
from bot.portal.definition.model import PortalDefinition
from bot.settings.rules_from_configuration import preferences_from_configuration, rules_from_configuration
from bot.state.board_state import BoardState
from bot.state.claim_record import ClaimRecord
from contract.configuration import BotConfiguration
from contract.owner_rules import Mode


class Weigher:
    """Weighs jobs."""

    def __init__(
        self,
        configuration: BotConfiguration,
        *,
        definition: PortalDefinition,
        claims: ClaimStore,
        board: BoardState,
        commitments: Commitments,
    ) -> None:
        self._definition = definition
        self._claims = claims
        self._board = board
        self._commitments = commitments
        self._claimed_this_cycle = 0
        self.rules: Rules
        self._preferences: Preferences
        self.configure(configuration)

    def configure(self, configuration: BotConfiguration) -> None:
        """Weigh by this configuration from now on."""
        self._configuration = configuration
        self.rules = rules_from_configuration(configuration, self._definition)
        self._preferences = preferences_from_configuration(configuration)

    def start_cycle(self) -> None:
        """Begin a poll cycle: the cap for each cycle counts from 0."""
        self._claimed_this_cycle = 0

    def count_claim(self) -> None:
        """Count a claim of this poll cycle."""
        self._claimed_this_cycle += 1

    @property
    def mode(self) -> Mode:
        """What becomes of a match."""
        return self._configuration.mode

    @property
    def offer_deadline(self) -> timedelta:
        """How long an offer waits for an answer."""
        return timedelta(seconds=self._configuration.offer_deadline_seconds)

    @property
    def places_left(self) -> int | None:
        """How many jobs the session's cap still allows; None without a cap."""
        cap = self.rules.max_accept_per_run
        return None if cap is None else cap - self._claims.places_taken

    def weigh(self, job: Job, at: datetime, *, own_places: int = 0) -> Decision:
        """The rules' answer to one job. ``own_places``: how many places of the session are the job's own (0 or 1)."""
        return self._weigh(job, at, self._caps(own_places))

    def weigh_claim(self, record: ClaimRecord) -> Decision:
        """The rules' answer to the job of a claim that takes a place in the session and in this poll cycle."""
        caps = Caps(accepted_this_run=self._claims.places_taken - 1, accepted_this_pass=self._claimed_this_cycle - 1)
        return self._weigh(self._newest(record), now(), caps)

    def weigh_offer(self, record: ClaimRecord) -> Decision:
        """The rules' answer to an offered job as it is known now."""
        return self.weigh(self._newest(record), now())

    def weigh_unread(self, job: Job) -> Decision:
        """The rules' answer to a job whose page was never read: rules that need the page are not asked."""
        calendar = self._commitments.calendar(self._claims.holding, now())
        return decide(job, board_rules(self.rules, job), calendar, self._caps(), now())

    def weigh_all(self, jobs: Iterable[Job], at: datetime) -> Iterable[tuple[Job, Decision]]:
        """The answers to several jobs, in the order of the owner's preference.

        In mode ``accept`` each match counts for those after it. In the other modes a match takes no place, so each job
        is weighed for itself.
        """
        if self.mode is Mode.ACCEPT:
            calendar = self._commitments.calendar(self._claims.holding, at)
            return decide_all(jobs, self.rules, calendar, self._caps(), at, preferences=self._preferences)
        ordered = sorted(jobs, key=lambda job: preference_key(job, self._preferences))
        return [(job, self.weigh(job, at)) for job in ordered]

    def _weigh(self, job: Job, at: datetime, caps: Caps) -> Decision:
        return decide(job, self.rules, self._commitments.calendar(self._claims.holding, at), caps, at)

    def _newest(self, record: ClaimRecord) -> Job:
        """The claim's job as it is known now."""
        tracked = self._board.get(record.job.job_number)
        return tracked.job if tracked is not None and tracked.is_read else record.job

    def _caps(self, own_places: int = 0) -> Caps:
        taken = self._claims.places_taken - own_places
        return Caps(accepted_this_run=taken, accepted_this_pass=self._claimed_this_cycle)
