"""All settings of a simulator, for its start and for changes while it runs."""

from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from simulator.domain.rules import PortalRules

#: The kinds of job, as the agency writes them.
KINDS = (
    "Face to Face",
    "BSL",
    "Telephone Interpreting",
    "Video Interpreting",
    "Simultaneous",
    "Consecutive",
)

#: A shortest and a longest, the shortest first.
Range = tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0)]]
Share = Annotated[float, Field(ge=0, le=1)]


class Settings(BaseModel):
    """The settings; with the defaults nothing happens on the portal by itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    #: how many jobs arrive a minute, on average, at random moments
    jobs_per_minute: float = Field(default=0, ge=0, le=60_000)
    #: when the first of them comes; null leaves that to chance too
    first_job_after_seconds: float | None = Field(default=None, ge=0)
    #: how often each kind is asked for, as weights
    share: dict[str, Annotated[float, Field(ge=0)]] = {
        "Face to Face": 35,
        "BSL": 5,
        "Telephone Interpreting": 30,
        "Video Interpreting": 20,
        "Simultaneous": 4,
        "Consecutive": 6,
    }
    #: of the jobs that arrive: those that want a quote first, have no time, show a stray character after the reference
    quote_only_share: Share = 0.06
    empty_time_share: Share = 0.03
    stray_character_share: Share = 0.7
    #: how many days ahead an appointment is, nearest and farthest
    days_ahead: Range = (1, 28)
    #: after how long a job that arrived and that nobody took goes to somebody at last; null for never
    open_for_seconds: Range | None = None

    #: how many other interpreters there are
    rivals: int = Field(default=0, ge=0, le=1000)
    #: of the jobs they can see: those that at least one of them goes for
    rival_share: Share = 0.4
    #: how long each of them takes from a job's arrival to the accept, milliseconds
    rival_reaction_ms: Range = (800, 6000)
    #: how long after the first accept another one still overwrites it, milliseconds
    settle_ms: float = Field(default=400, ge=0, le=60_000)
    #: how long after that an accept is told "You cannot accept this job" instead of being answered with 403
    same_moment_ms: float = Field(default=50, ge=0, le=60_000)
    #: of the jobs that somebody else got: those that stay on the board as cancelled; the others leave it
    lost_seen_share: Share = 0.5

    #: added to every answer of the portal, half of it before the request is taken up and half after; and its spread
    latency_ms: float = Field(default=0, ge=0, le=60_000)
    latency_jitter_ms: float = Field(default=0, ge=0, le=60_000)
    #: a session that is idle for so long ends
    session_idle_seconds: float = Field(default=7200, gt=0)
    #: wrong sign-ins before an address and e-mail are locked, and for how long
    lockout_tries: int = Field(default=5, ge=1)
    lockout_seconds: float = Field(default=60, gt=0)
    #: the board as other roles see it, with columns between Language and Status
    more_columns: bool = False
    #: whether the badge counts the list as filtered, or everything on the board; it is not known which the portal does
    badge_counts: Literal["filtered", "everything"] = "filtered"

    #: how an account signs in: with the skin's form, or by HTTP authentication
    sign_in: Literal["form", "basic"] = "form"
    #: skin ``tickets``: of the tickets, those that show when they were created; with 0 none has any date
    ticket_created_share: Share = 0.5

    #: how many jobs of its own past a new account has
    population: int = Field(default=60, ge=0, le=5000)
    #: of these, how many can be accepted right away
    open_at_start: int = Field(default=0, ge=0, le=1000)
    #: the most assigned jobs on a board, so that a long practice does not run out of free hours; null for no limit
    diary_limit: int | None = Field(default=None, ge=1)
    #: how many jobs are remembered in all
    keep_jobs: int = Field(default=20_000, ge=100)

    @field_validator("share")
    @classmethod
    def _known_kinds(cls, share: dict[str, float]) -> dict[str, float]:
        unknown = [kind for kind in share if kind not in KINDS]
        if unknown:
            raise ValueError(f"there is no kind {unknown[0]!r}; choose from {', '.join(KINDS)}")
        if not sum(share.values()) > 0:
            raise ValueError("give at least one kind a weight above 0")
        return share

    @model_validator(mode="after")
    def _shortest_first(self) -> Self:
        for name in ("days_ahead", "open_for_seconds", "rival_reaction_ms"):
            found = getattr(self, name)
            if found is not None and found[0] > found[1]:
                raise ValueError(f"{name}: the first number must not be above the second")
        return self

    def changed(self, changes: dict[str, Any]) -> "Settings":
        """A validated copy with some settings changed; raises pydantic's ValidationError."""
        return Settings.model_validate(self.model_dump() | changes)

    def portal_rules(self) -> PortalRules:
        """The settings that the portal itself needs."""
        return PortalRules(
            settle=timedelta(milliseconds=self.settle_ms),
            same_moment=timedelta(milliseconds=self.same_moment_ms),
            session_idle=timedelta(seconds=self.session_idle_seconds),
            lockout_tries=self.lockout_tries,
            lockout=timedelta(seconds=self.lockout_seconds),
            diary_limit=self.diary_limit,
            keep_jobs=self.keep_jobs,
        )


QUIET = Settings()

#: What ``python -m simulator`` does without a word: a portal at work.
STANDARD = Settings(
    jobs_per_minute=6, rivals=3, open_for_seconds=(60, 600), latency_ms=30, latency_jitter_ms=20, open_at_start=4
)

#: Gentle, for a newcomer's first minutes: a job at once and then every few seconds, most of them to be had.
PRACTICE = Settings(
    jobs_per_minute=12,
    first_job_after_seconds=1.5,
    rivals=4,
    rival_share=0.5,
    rival_reaction_ms=(800, 6000),
    settle_ms=700,
    open_for_seconds=(20, 180),
    days_ahead=(1, 42),
    diary_limit=40,
    latency_ms=30,
    latency_jitter_ms=20,
)

PROFILES = {"quiet": QUIET, "standard": STANDARD, "practice": PRACTICE}
