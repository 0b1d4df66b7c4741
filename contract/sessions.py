"""A session's states and totals, as events, heartbeats and the API carry them."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from common.states import SessionState
from contract.wire import Count, Wire

__all__ = ["ConditionName", "LoginStatus", "SessionState", "SessionTotals", "StartedBy"]


class LoginStatus(StrEnum):
    """What the portal last said about our being signed in."""

    SIGNED_OUT = "signed_out"
    SIGNING_IN = "signing_in"
    SIGNED_IN = "signed_in"
    #: the portal refused the credentials; no second try is made
    REFUSED = "refused"


#: What stands in a session's way, by the name that the bot gives it: ``portal``, ``layout``, ``cap`` and so on. No
#: closed list, so that a newer bot's condition is no event that nobody can read; the words are in the reason.
ConditionName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class StartedBy(StrEnum):
    """Who answers for the process."""

    #: the supervisor: it is restarted after a crash
    CONTROL_PLANE = "control_plane"
    #: a person in a terminal: it is shown, and never restarted
    COMMAND_LINE = "command_line"


class SessionTotals(Wire):
    """Counts of one session from its start to its stop, over crashes and restarts."""

    #: passes over the board that the portal answered in full
    checks: Count = 0
    #: jobs that the portal showed as ours after we accepted them
    accepted: Count = 0
    #: jobs that the owner's rules left alone
    rejected: Count = 0
    #: matching jobs that somebody else got or the portal refused
    lost: Count = 0
