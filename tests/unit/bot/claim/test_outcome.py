"""What a reading says about an accept, as a table: whose the job is, when it was read, what is known of the accept."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.claim.outcome import ClaimTimes, Confirmed, LookAgain, Lost, Sent, conclude
from bot.portal.models import Ownership
from contract.jobs import LossReason

SENT_AT = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)
TIMES = ClaimTimes(settle=timedelta(seconds=5), unanswered=timedelta(seconds=10), doubt=timedelta(seconds=2))
ANSWERED, SILENT = True, False
OURS, FREE, NOT_OURS, GONE = Ownership.OURS, Ownership.FREE, Ownership.NOT_OURS, Ownership.GONE


def at(seconds: float) -> datetime:
    return SENT_AT + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("ownership", "answered", "read_after", "ours_after", "expected"),
    [
        # ours counts when it is so 5 s after it was first read
        (OURS, ANSWERED, 0.1, 0.1, at(5.1)),
        (OURS, ANSWERED, 5.0, 0.1, at(5.1)),
        (OURS, ANSWERED, 5.1, 0.1, "ours"),
        (OURS, SILENT, 0.1, 0.1, at(5.1)),
        (OURS, SILENT, 9.0, 8.0, at(13.0)),
        (OURS, SILENT, 13.0, 8.0, "ours"),
        # an answered accept was written before its answer: what reads as not ours stays so
        (NOT_OURS, ANSWERED, 0.1, None, LossReason.TAKEN_WHILE_DECIDING),
        (NOT_OURS, ANSWERED, 5.2, 0.1, LossReason.TAKEN_WHILE_DECIDING),
        # one without an answer may still be written, over a rival's: 10 s after it was sent it cannot
        (NOT_OURS, SILENT, 0.1, None, at(10)),
        (NOT_OURS, SILENT, 9.9, None, at(10)),
        (NOT_OURS, SILENT, 10.0, None, LossReason.TAKEN_WHILE_DECIDING),
        # ... but one that was seen as ours had been written
        (NOT_OURS, SILENT, 3.0, 1.0, LossReason.TAKEN_WHILE_DECIDING),
        # free says nothing before the portal has settled, or has had time to come to the accept
        (FREE, ANSWERED, 0.1, None, at(5)),
        (FREE, ANSWERED, 5.0, None, LossReason.REFUSED),
        (FREE, SILENT, 5.0, None, at(10)),
        (FREE, SILENT, 10.0, None, LossReason.PORTAL_FAILING),
    ],
)
def test_conclusions(
    ownership: Ownership,
    answered: bool,
    read_after: float,
    ours_after: float | None,
    expected: datetime | LossReason | str,
) -> None:
    conclusion = conclude(
        ownership,
        read_at=at(read_after),
        sent=Sent(at=SENT_AT, is_answered=answered),
        ours_since=None if ours_after is None else at(ours_after),
        times=TIMES,
    )
    assert said(conclusion) == expected


def said(conclusion: Confirmed | Lost | LookAgain) -> datetime | LossReason | str:
    match conclusion:
        case Confirmed():
            return "ours"
        case LookAgain(at=again):
            return again
        case Lost(reason=reason):
            return reason


@pytest.mark.parametrize(
    ("answered", "read_after", "ours_after", "gone_after", "expected"),
    [
        # a portal in trouble says of any page that it is gone: it has to be so 2 s later
        (ANSWERED, 0.1, None, 0.1, at(2.1)),
        (ANSWERED, 2.0, None, 0.1, at(2.1)),
        (ANSWERED, 2.1, None, 0.1, LossReason.NOT_VISIBLE),
        (ANSWERED, 5.2, 0.1, 5.2, at(7.2)),
        (ANSWERED, 7.2, 0.1, 5.2, LossReason.TAKEN_WHILE_DECIDING),
        # without an answer the portal must have had time to come to it as well
        (SILENT, 3.0, None, 3.0, at(10)),
        (SILENT, 9.0, None, 3.0, at(10)),
        (SILENT, 10.0, None, 3.0, LossReason.NOT_VISIBLE),
        (SILENT, 9.5, None, 9.5, at(11.5)),
        # seen as ours it had been written
        (SILENT, 4.0, 1.0, 4.0, at(6)),
        (SILENT, 6.0, 1.0, 4.0, LossReason.TAKEN_WHILE_DECIDING),
    ],
)
def test_gone_counts_when_it_is_so_for_a_while(
    answered: bool,
    read_after: float,
    ours_after: float | None,
    gone_after: float,
    expected: datetime | LossReason,
) -> None:
    conclusion = conclude(
        GONE,
        read_at=at(read_after),
        sent=Sent(at=SENT_AT, is_answered=answered),
        ours_since=None if ours_after is None else at(ours_after),
        gone_since=at(gone_after),
        times=TIMES,
    )
    assert said(conclusion) == expected


@pytest.mark.parametrize(
    ("ownership", "read_after", "expected"),
    [
        # the portal refused to look at it, and the bot gave up; what the job's page shows counts all the same
        (OURS, 5.1, "ours"),
        (NOT_OURS, 0.1, LossReason.TAKEN_WHILE_DECIDING),
        (GONE, 2.1, LossReason.TAKEN_WHILE_DECIDING),
        (FREE, 4.9, at(5)),
        (FREE, 5.0, LossReason.CALLED_OFF),
    ],
)
def test_an_accept_that_was_refused_and_given_up(
    ownership: Ownership, read_after: float, expected: datetime | LossReason | str
) -> None:
    sent = Sent(at=SENT_AT, is_answered=True, given_up=(LossReason.CALLED_OFF, "You told the bot only to watch."))
    ours_since = at(0.1) if ownership is OURS else None
    gone_since = at(0.1) if ownership is GONE else None
    conclusion = conclude(
        ownership, read_at=at(read_after), sent=sent, ours_since=ours_since, gone_since=gone_since, times=TIMES
    )
    assert said(conclusion) == expected


def test_the_portal_s_words_are_told_and_decide_nothing() -> None:
    sent = Sent(at=SENT_AT, is_answered=True, messages=("You cannot accept this job",))
    conclusion = conclude(
        OURS, read_at=at(6), sent=sent, ours_since=at(0.1), messages=("You cannot accept this job",), times=TIMES
    )
    assert conclusion == Confirmed()
    lost = conclude(FREE, read_at=at(5), sent=sent, ours_since=None, messages=("Job accepted",), times=TIMES)
    assert isinstance(lost, Lost)
    assert lost.reason is LossReason.REFUSED
    assert "You cannot accept this job" in lost.detail


def test_an_answer_that_the_job_is_gone_is_a_word() -> None:
    sent = Sent(at=SENT_AT, is_answered=True, was_gone=True)
    lost = conclude(GONE, read_at=at(0.1), sent=sent, ours_since=None, gone_since=at(0.1), times=TIMES)
    assert isinstance(lost, Lost)
    assert lost.reason is LossReason.TAKEN_WHILE_DECIDING
