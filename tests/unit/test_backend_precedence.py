"""Which report on a job counts: within a session the later one, between sessions never one that undoes a claim."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from app.jobs.precedence import CLAIMED, Standing, replaces
from app.jobs.service import KnownJob, weigh
from bot.domain import claim as core_claim
from contract.events import JobProcessed
from contract.jobs import ClaimState, Given, JobStatus, LossReason, Verdict
from tests.support.backend_events import NOON, Outbox, report


def standing(
    claim: ClaimState | None = None,
    *,
    minute: int = 0,
    seq: int = 1,
    session: str = "a",
    verdict: Verdict | None = Verdict.NO_MATCH,
    given: Given | None = None,
    is_lost: bool = False,
) -> Standing:
    return Standing(
        session_id=session,
        outbox_id=f"outbox-{session}",
        seq=seq,
        at=NOON + timedelta(minutes=minute),
        verdict=Verdict.MATCH if claim else verdict,
        claim_state=claim,
        given=given,
        is_lost=is_lost or claim is ClaimState.LOST,
    )


OURS, BACK = Given.OURS, Given.TAKEN_BACK


@pytest.mark.parametrize(
    ("old", "new", "was_claimed", "expected"),
    [
        # within a session the outbox's order counts, whatever the clock did meanwhile
        (standing(ClaimState.SUBMITTED, seq=4, minute=5), standing(ClaimState.CONFIRMED, seq=5, minute=3), True, True),
        (standing(ClaimState.CONFIRMED, seq=5), standing(ClaimState.SUBMITTED, seq=4), True, False),
        (standing(seq=1, verdict=None), standing(seq=2), False, True),
        # a later session sees the accepted job as "rejected: assigned already"
        (standing(ClaimState.CONFIRMED), standing(session="b", minute=60), True, False),
        (standing(ClaimState.HELD), standing(session="b", minute=60), True, False),
        (standing(ClaimState.LOST), standing(session="b", minute=60), True, False),
        (standing(ClaimState.UNKNOWN), standing(session="b", minute=60), True, False),
        # even within one session
        (standing(ClaimState.TAKEN_BACK, seq=5), standing(seq=6), True, False),
        # and the claim's report arrives after that of the later session
        (standing(session="b", minute=60), standing(ClaimState.CONFIRMED), False, True),
        # a later session goes on with the claim
        (standing(ClaimState.UNKNOWN), standing(ClaimState.CONFIRMED, session="b", minute=60), True, True),
        (standing(ClaimState.CONFIRMED, session="b", minute=60), standing(ClaimState.UNKNOWN), True, False),
        (standing(ClaimState.HELD), standing(ClaimState.TAKEN_BACK, session="b", minute=60), True, True),
        # the job is free again, and offered to the owner again
        (standing(ClaimState.LOST), standing(ClaimState.OFFERED, session="b", minute=60), True, True),
        # an offer that came to nothing is no claim: the rules may say something else by now
        (standing(ClaimState.EXPIRED), standing(session="b", minute=60), False, True),
        (standing(ClaimState.MATCHED), standing(session="b", minute=60), False, True),
        # not decided yet is not known better
        (standing(), standing(session="b", minute=60, verdict=None), False, False),
        (standing(verdict=None), standing(session="b", minute=60), False, True),
        # two sessions that decided: the later one
        (standing(), standing(session="b", minute=60), False, True),
        (standing(session="b", minute=60), standing(), False, False),
        # in whichever order they arrive, the one that was decided
        (standing(session="b", minute=60, verdict=None), standing(), False, True),
        # claimed and lost, and then given by the agency: it shows as given, whichever report arrives first
        (standing(ClaimState.LOST), standing(session="b", minute=60, given=OURS), True, True),
        (standing(session="b", minute=60, given=OURS), standing(ClaimState.LOST), False, False),
        (standing(ClaimState.TAKEN_BACK), standing(session="b", minute=60, given=OURS), True, True),
        # by the bot that lost it itself
        (standing(ClaimState.LOST, seq=5), standing(ClaimState.LOST, seq=6, given=OURS), True, True),
        (standing(ClaimState.LOST, seq=6, given=OURS), standing(ClaimState.LOST, seq=5), True, False),
        # it was lost after it had been given and given back
        (standing(given=BACK), standing(ClaimState.LOST, session="b", minute=60), False, True),
        (standing(ClaimState.LOST, session="b", minute=60), standing(given=BACK), True, False),
        # a session that does not know of the claim takes it for given: it was the bot that got it
        (standing(ClaimState.CONFIRMED), standing(session="b", minute=60, given=OURS), True, False),
        (standing(ClaimState.HELD), standing(session="b", minute=60, given=OURS), True, False),
        # of an accept whose outcome is not known yet, the portal has told that now; the claim may still say more
        (standing(ClaimState.UNKNOWN), standing(session="b", minute=60, given=OURS), True, True),
        (standing(session="b", minute=60, given=OURS), standing(ClaimState.UNKNOWN), False, False),
        (standing(session="b", minute=60, given=OURS), standing(ClaimState.CONFIRMED), False, True),
        # what is ours no more is never shown as accepted
        (standing(ClaimState.HELD), standing(session="b", minute=60, given=BACK), True, True),
        (standing(session="b", minute=60, given=BACK), standing(ClaimState.HELD), False, False),
        # and accepted again after that, it is
        (standing(given=BACK), standing(ClaimState.CONFIRMED, session="b", minute=60), True, True),
        # an old "rejected" never covers a given job, nor a new one by a session that only looked
        (standing(session="b", minute=60, given=OURS), standing(), False, False),
        (standing(given=OURS), standing(session="b", minute=60), False, False),
        (standing(session="b", minute=60), standing(given=OURS), False, True),
        (standing(given=BACK), standing(session="b", minute=60), False, False),
        # the owner takes by hand what is offered; an offer of a job that was given back is a new one
        (standing(ClaimState.OFFERED), standing(session="b", minute=60, given=OURS), False, True),
        (standing(given=BACK), standing(ClaimState.OFFERED, session="b", minute=60), False, True),
        # within a session, and between sessions, what happened last to a given job
        (standing(given=OURS, seq=1), standing(given=BACK, seq=2), False, True),
        (standing(given=BACK), standing(given=OURS, session="b", minute=60), False, True),
        # gone before it could be claimed: it stays lost when the rules refuse it later
        (standing(is_lost=True), standing(session="b", minute=60), False, False),
        (standing(session="b", minute=60), standing(is_lost=True), False, True),
        # a claim counts for more than a session that found the job gone
        (standing(ClaimState.CONFIRMED), standing(session="b", minute=60, is_lost=True), True, False),
        (standing(session="b", minute=60, is_lost=True), standing(ClaimState.CONFIRMED), False, True),
        (standing(ClaimState.LOST), standing(session="b", minute=60, is_lost=True), True, False),
        (standing(ClaimState.OFFERED), standing(session="b", minute=60, is_lost=True), True, False),
        (standing(ClaimState.OFFERED), standing(session="b", minute=60, is_lost=True), False, True),
        # lost, and then given; given back, and then lost
        (standing(is_lost=True), standing(session="b", minute=60, given=OURS), False, True),
        (standing(given=BACK), standing(session="b", minute=60, is_lost=True), False, True),
        (standing(session="b", minute=60, given=OURS), standing(is_lost=True), False, False),
        # without the rules' answer it still tells what became of the job
        (standing(), standing(session="b", minute=60, verdict=None, given=OURS), False, True),
        (standing(verdict=None, given=OURS), standing(session="b", minute=60), False, False),
    ],
)
def test_the_report_that_counts(old: Standing, new: Standing, was_claimed: bool, expected: bool) -> None:
    assert replaces(new, old, was_claimed=was_claimed) is expected


def brought_in(events: list[JobProcessed]) -> KnownJob:
    known: KnownJob | None = None
    for event in events:
        known, _ = weigh(event, known)
    assert known is not None
    return known


steps = st.one_of(st.none(), st.sampled_from(list(ClaimState)))


@st.composite
def _ways(draw: st.DrawFn) -> list[ClaimState | None]:
    """A job's way through one session as its reports tell it; what was lost may be found free and claimed again."""
    way: list[ClaimState | None] = [None] * draw(st.integers(min_value=0, max_value=2))
    state = ClaimState.MATCHED
    for _ in range(draw(st.integers(min_value=0 if way else 1, max_value=9))):
        way.append(ClaimState(state.value))
        following = sorted(core_claim.TRANSITIONS[state])
        if state is ClaimState.LOST:
            following = [ClaimState.MATCHED]
        if not following:
            break
        state = draw(st.sampled_from(following))
    return way


ways = _ways()


@st.composite
def two_sessions(draw: st.DrawFn) -> tuple[list[JobProcessed], list[JobProcessed]]:
    """Reports of an earlier session that may claim, and of a later one that sees what became of the job."""
    earlier = Outbox(session_id="session-1", outbox_id="one")
    later = Outbox(session_id="session-2", outbox_id="two", at=NOON + timedelta(hours=1))
    for claim in draw(ways):
        earlier.job("1", claim=claim, verdict=Verdict.MATCH if claim else Verdict.NO_MATCH)
    for _ in range(draw(st.integers(min_value=1, max_value=3))):
        later.job("1", verdict=Verdict.NO_MATCH, seen_at=NOON + timedelta(hours=1))
    outcomes: list[tuple[Given | str, ...]] = [(), ("lost",), (OURS, BACK)]
    if ClaimState.TAKEN_BACK not in [e.report.claim_state for e in earlier.made if isinstance(e, JobProcessed)]:
        outcomes.append((OURS,))  # docs/decisions/0006, "What it costs"
    outcome = draw(st.sampled_from(outcomes))
    for told in outcome:
        later.job(
            "1",
            verdict=Verdict.NO_MATCH if told != "lost" else Verdict.MATCH,
            seen_at=NOON + timedelta(hours=1),
            given=told if isinstance(told, Given) else None,
            loss=LossReason.TAKEN_BEFORE_SEEN if told == "lost" else None,
        )
    return [e for e in earlier.made if isinstance(e, JobProcessed)], [
        e for e in later.made if isinstance(e, JobProcessed)
    ]


@for_all(two_sessions(), st.data())
def test_two_sessions_reports_give_the_same_in_whatever_order_they_arrive(
    both: tuple[list[JobProcessed], list[JobProcessed]], data: st.DataObject
) -> None:
    earlier, later = both
    expected = brought_in([*earlier, *later])
    # any interleaving that keeps each session's own order
    turns = data.draw(st.permutations([True] * len(earlier) + [False] * len(later)))
    queues = {True: list(earlier), False: list(later)}
    assert brought_in([queues[turn].pop(0) for turn in turns]) == expected


@for_all(st.lists(steps, min_size=1, max_size=8))
def test_what_was_once_claimed_is_never_shown_as_rejected(claims: list[ClaimState | None]) -> None:
    outbox = Outbox()
    for claim in claims:
        outbox.job("1", claim=claim, verdict=Verdict.MATCH if claim else Verdict.NO_MATCH)
    known = brought_in([event for event in outbox.made if isinstance(event, JobProcessed)])
    assert known.was_claimed == any(claim in CLAIMED for claim in claims)
    if known.was_claimed:
        assert known.status is not JobStatus.REJECTED


@pytest.mark.parametrize(
    ("first", "then", "shown"),
    [
        ({"claim": ClaimState.LOST}, {"verdict": None, "given": OURS}, JobStatus.GIVEN),
        ({"claim": ClaimState.HELD}, {"verdict": None, "given": OURS}, JobStatus.ACCEPTED),
        ({"claim": ClaimState.HELD}, {"verdict": None, "given": BACK}, JobStatus.TAKEN_BACK),
        ({"claim": ClaimState.EXPIRED}, {"verdict": None, "given": OURS}, JobStatus.GIVEN),
        ({"given": OURS}, {"verdict": Verdict.NO_MATCH}, JobStatus.GIVEN),
        ({"loss": LossReason.TAKEN_BEFORE_SEEN}, {"verdict": Verdict.NO_MATCH}, JobStatus.LOST),
        ({"only_watched": True}, {"verdict": Verdict.NO_MATCH}, JobStatus.REJECTED),
        ({"only_watched": True}, {"claim": ClaimState.CONFIRMED}, JobStatus.ACCEPTED),
        ({"verdict": Verdict.NO_MATCH}, {"only_watched": True}, JobStatus.WATCHED),
    ],
)
def test_what_two_sessions_reports_show_in_either_order(
    first: dict[str, Any], then: dict[str, Any], shown: JobStatus
) -> None:
    before, after = Outbox(session_id="session-1"), Outbox(session_id="session-2", at=NOON + timedelta(hours=1))
    events = [before.job("1", **first), after.job("1", **then)]
    both = [event for event in events if isinstance(event, JobProcessed)]
    assert brought_in(both).status is shown
    assert brought_in(both[::-1]).status is shown


def test_the_first_sight_is_the_earliest_of_all_sessions() -> None:
    late = Outbox(session_id="session-2", at=NOON + timedelta(hours=2))
    early = Outbox(session_id="session-1")
    events = [late.job("1", seen_at=NOON + timedelta(hours=2)), early.job("1", seen_at=NOON)]
    known = brought_in([event for event in events if isinstance(event, JobProcessed)])
    assert known.first_seen_at == NOON
    assert known.times.seen_at == NOON + timedelta(hours=2)


def test_an_older_claim_is_remembered_although_it_does_not_count() -> None:
    newer, _ = weigh(_event("session-2", 2, ClaimState.OFFERED), None)
    after, counts = weigh(_event("session-1", 1, ClaimState.LOST), newer)
    assert not counts
    assert after == replace(newer, was_claimed=True)


def _event(session_id: str, hour: int, claim: ClaimState | None) -> JobProcessed:
    return JobProcessed(
        seq=1,
        outbox_id=session_id,
        session_id=session_id,
        account_id="account",
        at=NOON + timedelta(hours=hour),
        portal="simulator",
        report=report("1", claim=claim),
    )
