"""What a reading says about an accept, as a table: whose the job is, when it was read, what is known of the accept."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.outcome import ClaimTimes, Confirmed, LookAgain, Lost, Sent, conclude
from bot.portal.pages import Ownership
from contract.jobs import LossReason

SENT_AT = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)
TIMES = ClaimTimes(settle=timedelta(seconds=5), unanswered=timedelta(seconds=10))
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
        (GONE, ANSWERED, 0.1, None, LossReason.NOT_VISIBLE),
        (NOT_OURS, ANSWERED, 5.2, 0.1, LossReason.TAKEN_WHILE_DECIDING),
        (GONE, ANSWERED, 5.2, 0.1, LossReason.TAKEN_WHILE_DECIDING),
        # one without an answer may still be written, over a rival's: 10 s after it was sent it cannot
        (NOT_OURS, SILENT, 0.1, None, at(10)),
        (NOT_OURS, SILENT, 9.9, None, at(10)),
        (NOT_OURS, SILENT, 10.0, None, LossReason.TAKEN_WHILE_DECIDING),
        (GONE, SILENT, 3.0, None, at(10)),
        (GONE, SILENT, 10.0, None, LossReason.NOT_VISIBLE),
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
    match conclusion:
        case Confirmed():
            assert expected == "ours"
        case LookAgain(at=again):
            assert again == expected
        case Lost(reason=reason):
            assert reason == expected


def test_the_portal_s_words_are_told_and_decide_nothing() -> None:
    said = Sent(at=SENT_AT, is_answered=True, messages=("You cannot accept this job",))
    conclusion = conclude(
        OURS, read_at=at(6), sent=said, ours_since=at(0.1), words=("You cannot accept this job",), times=TIMES
    )
    assert conclusion == Confirmed()
    lost = conclude(FREE, read_at=at(5), sent=said, ours_since=None, words=("Job accepted",), times=TIMES)
    assert isinstance(lost, Lost)
    assert lost.reason is LossReason.REFUSED
    assert "You cannot accept this job" in lost.detail


def test_an_answer_that_the_job_is_gone_is_a_word() -> None:
    sent = Sent(at=SENT_AT, is_answered=True, was_gone=True)
    lost = conclude(GONE, read_at=at(0.1), sent=sent, ours_since=None, times=TIMES)
    assert isinstance(lost, Lost)
    assert lost.reason is LossReason.TAKEN_WHILE_DECIDING
