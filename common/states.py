"""States and answers that the bot, the wire and the control plane call by the same words.

The values travel in JSON and stand in databases: they never change.
"""

from enum import StrEnum


class PortalAction(StrEnum):
    """What the portal's own row offers for a job."""

    #: an accept form: the job can be taken with one request
    ACCEPT = "accept"
    #: the client wants a quote first; following the link accepts nothing
    QUOTE = "quote"
    #: nothing that takes the job (assigned, cancelled, past)
    NONE = "none"


class Verdict(StrEnum):
    """The answer of the owner's rules."""

    #: every rule agrees
    MATCH = "match"
    #: at least one rule refuses
    NO_MATCH = "no_match"


class ClaimState(StrEnum):
    """How far a claim got. The transitions are data in ``bot.domain.claim``."""

    #: the rules said yes
    MATCHED = "matched"
    #: waiting for the owner's approval (mode ``ask``)
    OFFERED = "offered"
    #: the owner approved the offer
    APPROVED = "approved"
    #: the owner declined the offer
    DECLINED = "declined"
    #: nobody answered the offer in time, or it was withdrawn
    EXPIRED = "expired"
    #: the intent is on disk; nothing was sent yet
    INTENDED = "intended"
    #: the accept went out; its outcome is not read yet
    SUBMITTED = "submitted"
    #: the portal shows the job as ours
    CONFIRMED = "confirmed"
    #: the portal gave it to somebody else, or refused
    LOST = "lost"
    #: the accept went out, or may have, and the portal has not told the outcome; it is read again until it does
    UNKNOWN = "unknown"
    #: confirmed, and still ours some seconds later
    HELD = "held"
    #: confirmed, and then no longer ours
    TAKEN_BACK = "taken_back"


class SessionState(StrEnum):
    """Where a bot process stands. The transitions are data in ``bot.domain.session_state``."""

    #: the process prepares; nothing was asked of the portal yet
    STARTING = "starting"
    #: a sign-in is under way
    SIGNING_IN = "signing_in"
    #: the board is watched and claims are made
    RUNNING = "running"
    #: the owner paused it: signed in, and nothing is watched
    PAUSED = "paused"
    #: told to stop; claims under way are finished
    STOPPING = "stopping"
    #: ended as asked
    STOPPED = "stopped"
    #: ended with a reason that a person can act on
    FAILED = "failed"


class Preference(StrEnum):
    """What is taken first when not everything can be taken."""

    #: the job that starts first
    SOONEST = "soonest"
    #: the job that starts last
    LATEST = "latest"
    #: the job that takes longest
    LONGEST = "longest"
    #: the job that is over soonest
    SHORTEST = "shortest"
    #: in the order in which the wanted kinds are listed
    KIND = "kind"
    #: in the order in which the wanted languages are listed
    LANGUAGE = "language"
