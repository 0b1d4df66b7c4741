"""The outcome of an accept, concluded from readings of the job's own status. Pure.

There is no lock on a portal: right after our accept the job can read as ours and a moment later belong to a rival whose
accept was written last. And an accept to which no answer came may still be waiting inside the portal. So:

- *ours* counts if the job still reads so some time after the first such reading (``ClaimTimes.settle``);
- *not ours* and *gone* count at once if the portal answered the accept: our accept was written before the answer, and
  no other of ours follows. Without an answer they count after the time that the portal may still need
  (``unanswered``);
- *gone* counts if it is read again some time later (``doubt``): a portal in trouble says of any page that it is gone.
  If the accept's own answer said so, it counts at once;
- *free* is no outcome at first: the portal's pages may be older than its data. After those same times it means that our
  accept had no effect.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.portal.models import Ownership
from contract.jobs import LossReason


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimTimes:
    """How long a claim waits for what."""

    #: a job that reads as ours must still do so this much later: a rival may overwrite our accept within seconds
    settle: timedelta = timedelta(seconds=5)
    #: an accept without an answer may take effect up to this long after the bot gave up waiting for the answer
    unanswered: timedelta = timedelta(seconds=10)
    #: a job's page that reads as gone must still do so this much later
    doubt: timedelta = timedelta(seconds=2)
    #: a confirmed job is checked again after this time
    hold_check: timedelta = timedelta(seconds=30)
    #: an accept that the portal refused to look at (signed out, too busy) is sent again for this long
    resend: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What is known of the accept that went out."""

    #: monotonic. If it was answered: when it was sent; else when the bot gave up waiting, or was started after a crash
    at: datetime
    #: an answer to it came back
    is_answered: bool
    #: the portal refused to look at it: why it was not sent again
    given_up: tuple[LossReason, str] | None = None
    #: the answer's HTTP status says that the job was not to be had
    was_gone: bool = False
    #: the answer's own words
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmed:
    """The job is ours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lost:
    """The job is not ours."""

    reason: LossReason
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LookAgain:
    """It is too early to say; the page has to be read again at this moment or before."""

    at: datetime


def conclude(
    ownership: Ownership,
    *,
    read_at: datetime,
    sent: Sent,
    ours_since: datetime | None,
    gone_since: datetime | None = None,
    messages: Sequence[str] = (),
    times: ClaimTimes,
) -> Confirmed | Lost | LookAgain:
    """What this reading of the job's page says about our accept.

    ``ours_since``: the first reading that showed the job as ours, this one included. ``gone_since``: the first of the
    last readings in a row, this one included, that showed it as gone. ``messages``: what the portal said since the
    accept; it is told to the owner and decides nothing.
    """
    said = " ".join(dict.fromkeys((*sent.messages, *messages)))
    # a job that was seen as ours shows that our accept was written, whether or not its answer arrived
    is_through = sent.is_answered or ours_since is not None
    final_at = sent.at + (times.settle if sent.is_answered else times.unanswered)
    match ownership:
        case Ownership.OURS:
            settled_at = (ours_since or read_at) + times.settle
            return Confirmed() if read_at >= settled_at else LookAgain(at=settled_at)
        case Ownership.GONE if not sent.was_gone and read_at < (sure_at := (gone_since or read_at) + times.doubt):
            return LookAgain(at=sure_at if is_through else max(sure_at, final_at))
        case Ownership.NOT_OURS | Ownership.GONE if is_through or read_at >= final_at:
            return _lost_to_somebody(ownership, sent, ours_since, said)
        case Ownership.FREE if read_at >= final_at:
            return _had_no_effect(sent, said)
    return LookAgain(at=final_at)


def _lost_to_somebody(ownership: Ownership, sent: Sent, ours_since: datetime | None, said: str) -> Lost:
    if ours_since is not None:
        detail = "The portal showed the job as yours for a moment, and then gave it to somebody else."
        return Lost(reason=LossReason.TAKEN_WHILE_DECIDING, detail=_with_words(detail, said))
    if ownership is Ownership.GONE and sent.given_up is not None:
        return Lost(reason=LossReason.TAKEN_WHILE_DECIDING, detail="The job was gone before it could be accepted.")
    if ownership is Ownership.GONE and not (said or sent.was_gone):
        detail = "The portal does not show the job any more, and gave no other word."
        return Lost(reason=LossReason.NOT_VISIBLE, detail=detail)
    detail = "Somebody else has the job, or it was cancelled, before the accept arrived."
    return Lost(reason=LossReason.TAKEN_WHILE_DECIDING, detail=_with_words(detail, said))


def _had_no_effect(sent: Sent, said: str) -> Lost:
    if sent.given_up is not None:
        reason, detail = sent.given_up
        return Lost(reason=reason, detail=detail)
    if sent.is_answered:
        detail = "The portal took the accept and left the job as it was."
        return Lost(reason=LossReason.REFUSED, detail=_with_words(detail, said))
    detail = "The portal did not answer the accept, and it had no effect: the job is still free."
    return Lost(reason=LossReason.PORTAL_FAILING, detail=detail)


def _with_words(detail: str, said: str) -> str:
    return f"{detail} The portal said: “{said}”" if said else detail
