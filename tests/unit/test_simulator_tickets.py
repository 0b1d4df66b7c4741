"""The simulator's tracker without its pages: whatever is written is written, and every taking is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from simulator.domain.jobs import JobStatus, LoserSees, rival, us
from simulator.domain.portal import Portal
from simulator.domain.rules import PortalRules
from simulator.domain.tickets import TicketState, Tracker, Written
from simulator.settings import QUIET
from simulator.world.chance import Chance

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
EMAILS = ("a@example.com", "b@example.com")
OWNERS = (None, us(EMAILS[0]), us(EMAILS[1]), rival(1), rival(2))
STATES = tuple(TicketState)

#: Somebody writes owner and state, follows "Take", or a rival or the agency does something.
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from(EMAILS), st.sampled_from(OWNERS), st.sampled_from(STATES)),
        st.tuples(st.just("take"), st.sampled_from(EMAILS), st.none(), st.none()),
        st.tuples(st.just("rival"), st.just(rival(1)), st.none(), st.none()),
        st.tuples(st.just("agency"), st.just(rival(2)), st.none(), st.none()),
    ),
    max_size=12,
)


@given(steps)
def test_the_last_one_who_writes_has_written_and_every_taking_is_told(
    steps: list[tuple[str, str, str | None, TicketState | None]],
) -> None:
    portal = Portal(PortalRules(), hides_overlaps=False)
    accounts = {email: portal.add_account(email, "a password", email, START) for email in EMAILS}
    draft = Chance(1).draft(START, QUIET, loser_sees=LoserSees.CANCELLED, matched_to=frozenset(EMAILS[:1]))
    job = portal.agency.post(draft, START)
    tracker = Tracker(portal)
    now = START
    for what, who, owner, state in steps:
        now += timedelta(milliseconds=150)
        holder, entries, accepts = job.holder, len(job.history), len(job.accepts)
        if what == "write":
            assert state is not None
            wanted = replace(tracker.read(job), owner=owner, state=state)
            took = tracker.write(job, accounts[who], now, wanted)
            assert tracker.read(job) == wanted
            assert job.holder == owner
        elif what == "take":
            took = tracker.take(job, accounts[who], now)
            assert job.holder == us(who)
            assert took == (holder != us(who))
        elif what == "rival":
            portal.interpreters.accept(job.number, who, now)
            continue
        else:
            portal.agency.assign(job, who, now)
            assert tracker.read(job).state is TicketState.ACCEPTED
            continue
        takings = [(one.who, one.whom) for one in job.history[entries:] if one.action == "taken_from"]
        assert takings == [(us(who), holder)] * (holder not in (None, us(who), job.holder))
        tries = job.accepts[accepts:]
        assert [one.took_effect for one in tries] in ([], [took])
        assert not took or (tries and job.holder == us(who) and job.status is JobStatus.ASSIGNED)


def test_a_ticket_reads_as_its_job_where_nobody_wrote_a_state() -> None:
    portal = Portal(PortalRules(), hides_overlaps=False)
    account = portal.add_account(EMAILS[0], "a password", "A", START)
    tracker = Tracker(portal)
    job = portal.agency.post(Chance(1).draft(START, QUIET), START)
    quote = portal.agency.post(Chance(2).draft(START, QUIET, quote_only=True), START)
    assert [tracker.read(one).state for one in (job, quote)] == [TicketState.NEW, TicketState.QUOTING]
    assert tracker.take(job, account, START)
    assert tracker.read(job).state is TicketState.ASSIGNED
    portal.agency.assign(job, rival(3), START)
    assert tracker.read(job) == Written(
        owner=rival(3),
        state=TicketState.ACCEPTED,
        summary=f"Interpreter for {job.draft.company_name}",
        kind=job.draft.kind,
        component=job.draft.language.name,
        urgent=job.number % 3 == 0,
    )
    portal.agency.cancel(job, START)
    assert (tracker.read(job).owner, tracker.read(job).state) == (None, TicketState.CLOSED)
