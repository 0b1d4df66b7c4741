"""The jobs without a claim that a session's totals count."""

from dataclasses import replace
from typing import cast

from bot.claim.waiting_claims import matched_claim
from bot.decide.tally import UnclaimedTally
from bot.domain.pacing.rhythm import PostingCounts
from bot.state.domain_events import AssignmentFound
from bot.state.journal import Journal
from bot.state.journal_history import JournalHistory
from common.states import Verdict
from tests.support.engine_support import SESSION
from tests.support.parts import AT, MATCH, Claims, tracked

EMPTY = JournalHistory(
    claims=(),
    accepted=frozenset(),
    externally_assigned=(),
    rejected_on_portal=frozenset(),
    missed=frozenset(),
    maybe_unreported=frozenset(),
    attempts={},
    jobs=(),
    verdicts={},
    checks=0,
    cap_told=None,
    postings=PostingCounts(),
    postings_faded_on=None,
)


def tally_of(claims: Claims) -> UnclaimedTally:
    return UnclaimedTally(claims.store, cast(Journal, claims.journal))


def test_a_missed_job_is_not_a_refused_one_any_more() -> None:
    tally = tally_of(Claims())
    tally.add_refused("1")
    tally.add_refused("2")
    tally.add_missed("2")
    assert (tally.refused, tally.missed) == (1, 1)
    tally.remove_refused("1")
    assert tally.refused == 0


def test_a_missed_job_that_is_ours_after_all_is_forgotten_on_disk_too() -> None:
    claims = Claims()
    tally = tally_of(claims)
    tally.add_missed("1")
    tally.receive_assignment(AssignmentFound("1"))
    tally.receive_assignment(AssignmentFound("2"))
    assert not tally.is_missed("1")
    assert claims.journal.calls == [("forget_missed", (SESSION, "1"))]


def test_a_restart_counts_what_has_no_claim() -> None:
    claims = Claims()
    claims.store.put(matched_claim(claims.store, tracked(1), MATCH, decided_at=AT))
    tally = tally_of(claims)
    verdicts = {"1": Verdict.NO_MATCH, "2": Verdict.NO_MATCH, "3": Verdict.MATCH}
    tally.restore(replace(EMPTY, verdicts=verdicts, missed=frozenset({"4"})))
    assert (tally.refused, tally.missed) == (1, 1)
    assert tally.is_refused("2")
