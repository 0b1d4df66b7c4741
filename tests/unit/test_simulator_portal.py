"""The simulator's portal without its pages: boards, accepts without a lock, and what is remembered."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from simulator.domain.accounts import Account, Lockout
from simulator.domain.board import Filters
from simulator.domain.jobs import ACTIVE, Job, JobStatus, LoserSees, Match, MatchStatus, rival, us
from simulator.domain.portal import Portal
from simulator.domain.rules import Answer, PortalRules
from simulator.domain.sessions import Sessions
from simulator.settings import QUIET
from simulator.skins.atoz.pagination import page_numbers
from simulator.world.chance import Chance

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SETTLE = timedelta(milliseconds=400)


def portal_with(*emails: str, **rules: Any) -> tuple[Portal, list[Account]]:
    portal = Portal(PortalRules(**({"settle": SETTLE} | rules)))
    return portal, [portal.add_account(email, "a password", email, START) for email in emails]


def post(portal: Portal, seed: int = 1, now: datetime = START, **given_fields: Any) -> Job:
    return portal.agency.post(Chance(seed).draft(now, QUIET, **given_fields), now)


def whole_board(portal: Portal, account: Account, filters: Filters) -> list[Job]:
    first = account.board.page(filters, 1)
    pages = [account.board.page(filters, number) for number in range(1, first.last + 1)]
    assert all(len(page.jobs) == 10 for page in pages[:-1])
    assert {page.total for page in pages} == {sum(len(page.jobs) for page in pages)}
    return [job for page in pages for job in page.jobs]


#: Within a few hours of one day, so that much overlaps.
a_job = st.fixed_dictionaries(
    {
        "quote_only": st.sampled_from([False, False, True]),
        "loser_sees": st.sampled_from(LoserSees),
        "matched_to": st.sampled_from([None, None, frozenset({"a@example.com"})]),
        "appointment_date": st.just(START.date() + timedelta(days=3)),
        "appointment_time": st.sampled_from([None, time(9), time(10), time(10, 30), time(12)]),
        "duration_minutes": st.sampled_from([30, 60, 90]),
    }
)


class PortalMachine(RuleBasedStateMachine):
    """Whatever interpreters, rivals and the agency do: the boards show what they would if counted from scratch."""

    jobs = Bundle("jobs")
    whose = st.sampled_from(["a@example.com", "b@example.com"])
    rivals = st.integers(min_value=1, max_value=3)

    def __init__(self) -> None:
        super().__init__()
        self.portal, self.accounts = portal_with("a@example.com", "b@example.com", diary_limit=6)
        self.now = START

    @initialize(target=jobs, wanted=st.lists(a_job, min_size=8, max_size=12))
    def begin(self, wanted: list[dict[str, Any]]) -> MultipleResults[int]:
        return multiple(*(post(self.portal, 1, self.now, **one).number for one in wanted))

    @rule(target=jobs, wanted=a_job)
    def post(self, wanted: dict[str, Any]) -> int:
        return post(self.portal, 1, self.now, **wanted).number

    @rule(milliseconds=st.integers(min_value=1, max_value=500))
    def wait(self, milliseconds: int) -> None:
        self.now += timedelta(milliseconds=milliseconds)

    @rule(number=jobs, email=whose)
    def accept(self, number: int, email: str) -> None:
        self.check_accept(number, us(email))

    @rule(number=jobs, who=rivals)
    def rival_accepts(self, number: int, who: int) -> None:
        self.check_accept(number, rival(who))

    def check_accept(self, number: int, who: str) -> None:
        job = self.portal.store.jobs[number]
        before = (job.status, job.holder, job.settles_at)
        answer = self.portal.interpreters.accept(number, who, self.now)
        told = job.accepts[-1]
        assert (told.who, told.answered, told.took_effect) == (who, answer.value, answer is Answer.ACCEPTED)
        if answer is Answer.ACCEPTED:
            assert (job.status, job.holder) == (JobStatus.ASSIGNED, who)
            assert before[0] is JobStatus.PENDING or (before[2] is not None and self.now < before[2])
        else:
            assert (job.status, job.holder, job.settles_at) == before

    @rule(number=jobs, email=whose)
    def reject(self, number: int, email: str) -> None:
        self.portal.interpreters.reject(number, self.account(email), self.now)

    @rule(number=jobs, email=whose)
    def quote(self, number: int, email: str) -> None:
        self.portal.interpreters.quote(number, self.account(email), self.now)

    @rule(number=jobs, email=whose)
    def unassign(self, number: int, email: str) -> None:
        match = self.portal.store.jobs[number].matches.get(email)
        if match is not None:
            self.portal.interpreters.unassign(number, match.match_id, self.account(email), self.now)

    @rule(number=jobs, email=whose)
    def complete(self, number: int, email: str) -> None:
        self.portal.interpreters.complete(number, self.account(email), self.now + timedelta(days=60))

    @rule(number=jobs, does=st.sampled_from(["assign", "cancel", "remove"]))
    def the_agency(self, number: int, does: str) -> None:
        job = self.portal.store.jobs[number]
        if does == "assign":
            self.portal.agency.assign(job, rival(4), self.now)
        elif does == "cancel":
            self.portal.agency.cancel(job, self.now)
        else:
            self.portal.agency.remove(job, self.now)

    @rule(
        number=jobs,
        who=whose,
        written=st.sampled_from(
            [
                (None, JobStatus.PENDING),
                (None, JobStatus.ASSIGNED),
                (None, JobStatus.CANCELLED),
                *((who, JobStatus.ASSIGNED) for who in (us("a@example.com"), us("b@example.com"), rival(1))),
                *((who, JobStatus.COMPLETED) for who in (us("a@example.com"), rival(1))),
            ]
        ),
    )
    def overwrite(self, number: int, who: str, written: tuple[str | None, JobStatus]) -> None:
        job = self.portal.store.jobs[number]
        former, entries = job.holder, len(job.history)
        holder, status = written
        self.portal.unlocked.overwrite(job, us(who), self.now, holder=holder, status=status)
        assert (job.holder, job.status) == written
        takings = [one.whom for one in job.history[entries:] if one.action == "taken_from"]
        assert takings == [former] * (former not in (None, us(who), holder))

    def account(self, email: str) -> Account:
        account = self.portal.accounts.find(email)
        assert account is not None
        return account

    @invariant()
    def boards_are_right(self) -> None:
        for account in self.accounts:
            expected = sorted(
                (job for job in self.portal.store.jobs.values() if self.is_listed(job, account)),
                key=lambda job: job.board_order,
            )
            assert whole_board(self.portal, account, Filters()) == expected
            pending = [job for job in expected if job.status is JobStatus.PENDING]
            assert whole_board(self.portal, account, Filters(status=0)) == pending

    def is_listed(self, job: Job, account: Account) -> bool:
        match = job.matches.get(account.email)
        if match is None or not match.seen or match.archived or job.status is JobStatus.REMOVED:
            return False
        if job.status not in (JobStatus.PENDING, JobStatus.QUOTED) or job.interval is None:
            return True
        return not any(
            other.interval.overlaps(job.interval)
            for other in self.portal.store.jobs.values()
            if other is not job and other.interval is not None and self.is_assigned(other, account)
        )

    def is_assigned(self, job: Job, account: Account) -> bool:
        match = job.matches.get(account.email)
        return match is not None and match.status is MatchStatus.ASSIGNED and match.seen and not match.archived

    @invariant()
    def a_holder_is_the_one_who_sees_it_assigned(self) -> None:
        for job in self.portal.store.jobs.values():
            holders = [us(email) for email, match in job.matches.items() if match.status is MatchStatus.ASSIGNED]
            if job.status in ACTIVE:
                assert holders == [job.holder] * (job.holder is not None and job.holder.startswith("us:"))
            assert (job.number in self.portal.store.pending) == (job.status is JobStatus.PENDING)

    @invariant()
    def diaries_stay_short(self) -> None:
        for account in self.accounts:
            assert len(account.board.assigned) <= 6


TestPortal = PortalMachine.TestCase


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 300)), min_size=1, max_size=12))
def test_until_it_settles_the_last_accept_written_has_the_job(tries: list[tuple[int, int]]) -> None:
    portal, _ = portal_with()
    job = post(portal)
    now = START
    for who, pause_ms in tries:
        now += timedelta(milliseconds=pause_ms)
        portal.interpreters.accept(job.number, rival(who), now)
    first = job.accepts[0]
    assert first.took_effect
    for one in job.accepts[1:]:
        assert not (one.took_effect and one.at >= first.at + SETTLE)
    assert job.holder == [one.who for one in job.accepts if one.took_effect][-1]
    for earlier, later in pairwise(job.accepts):
        if later.at < first.at + SETTLE and later.who not in {one.who for one in job.accepts if one.at <= earlier.at}:
            assert later.took_effect, "somebody new within the time is always written"


@pytest.mark.parametrize(
    ("page", "last", "shown"),
    [
        (1, 1, "1"),
        (1, 11, "1 2 3 4 5 6 7 8 9 10 11"),
        (1, 12, "1 2 3 4 5 6 7 8 . 11 12"),
        (6, 12, "1 2 3 4 5 6 7 8 . 11 12"),
        (7, 12, "1 2 . 4 5 6 7 8 9 10 11 12"),
        (7, 20, "1 2 . 4 5 6 7 8 9 10 . 19 20"),
        (14, 20, "1 2 . 11 12 13 14 15 16 17 . 19 20"),
        (15, 20, "1 2 . 12 13 14 15 16 17 18 19 20"),
        (20, 20, "1 2 . 12 13 14 15 16 17 18 19 20"),
    ],
)
def test_the_paginator_links_what_laravels_does(page: int, last: int, shown: str) -> None:
    assert " ".join("." if number is None else str(number) for number in page_numbers(page, last)) == shown


@given(st.integers(1, 200), st.data())
def test_every_page_can_be_reached_by_going_from_one_to_the_next(last: int, data: st.DataObject) -> None:
    page = data.draw(st.integers(1, last))
    numbers = [number for number in page_numbers(page, last) if number is not None]
    assert {1, page, last, max(1, page - 1), min(last, page + 1)} <= set(numbers)
    assert numbers == sorted(set(numbers))


def test_old_jobs_are_forgotten_and_open_ones_never() -> None:
    portal, (account,) = portal_with("a@example.com", keep_jobs=50)
    still_open = [post(portal, seed).number for seed in range(10)]
    for seed in range(200):
        job = post(portal, seed)
        portal.agency.assign(job, us(account.email), START)
    assert len(portal.store.jobs) <= 51
    assert set(still_open) <= set(portal.store.jobs)
    assert {job.number for job in whole_board(portal, account, Filters())} <= set(portal.store.jobs)
    assert (
        portal.interpreters.accept(portal.store.jobs[still_open[0]].number + 15, us(account.email), START)
        is Answer.GONE
    )


def test_a_job_given_back_is_not_forgotten_as_an_old_one() -> None:
    portal, (account,) = portal_with("a@example.com", keep_jobs=5)
    job = post(portal)
    portal.interpreters.accept(job.number, us(account.email), START)
    portal.interpreters.unassign(job.number, job.matches[account.email].match_id, account, START)
    for seed in range(20):
        portal.agency.cancel(post(portal, seed), START)
    assert job.number in portal.store.pending
    assert job.number in portal.store.jobs


def test_archived_jobs_stay_assigned() -> None:
    portal, (account,) = portal_with("a@example.com", diary_limit=3)
    jobs = [post(portal, seed) for seed in range(6)]
    for job in jobs:
        portal.interpreters.accept(job.number, us(account.email), START)
    assert len([one for one in whole_board(portal, account, Filters()) if one in jobs]) == 3
    for job in jobs:
        assert job.holder == us(account.email)
        found = portal.store.seen(job.number, account)
        assert isinstance(found, tuple)
        assert isinstance(found[1], Match)
        assert found[1].status is MatchStatus.ASSIGNED


def test_what_the_agency_gave_stays_on_the_board_while_it_lies_ahead() -> None:
    portal, (account,) = portal_with("a@example.com", diary_limit=3)
    given, accepted = [post(portal, seed) for seed in range(4)], [post(portal, seed) for seed in range(4, 6)]
    for job in given:
        portal.agency.assign(job, us(account.email), START)
    for job in accepted:
        portal.interpreters.accept(job.number, us(account.email), START)
    shown = whole_board(portal, account, Filters())
    assert all(job in shown for job in given), "one that left would look as if it was taken back"
    assert not any(job in shown for job in accepted)


def test_a_lockout_counts_by_address_and_e_mail() -> None:
    lockout, lasts = Lockout(), timedelta(seconds=60)
    for _ in range(5):
        assert lockout.seconds_left("127.0.0.1", "A@example.com", START) is None
        lockout.wrong("127.0.0.1", "a@example.com", START, allowed=5, lasts=lasts)
    assert lockout.seconds_left("127.0.0.1", "A@EXAMPLE.com", START) == 60
    assert lockout.seconds_left("127.0.0.1", "a@example.com", START + timedelta(seconds=59.9)) == 1
    assert lockout.seconds_left("127.0.0.2", "a@example.com", START) is None
    assert lockout.seconds_left("127.0.0.1", "b@example.com", START) is None
    assert lockout.seconds_left("127.0.0.1", "a@example.com", START + lasts) is None
    lockout.wrong("127.0.0.1", "a@example.com", START + lasts, allowed=5, lasts=lasts)
    assert lockout.seconds_left("127.0.0.1", "a@example.com", START + lasts) is None


def test_a_session_lives_while_it_is_used() -> None:
    sessions, idle, now = Sessions(), timedelta(hours=2), START
    session = sessions.resume(None, now, idle)
    for _ in range(5):
        now += timedelta(hours=1, minutes=59)
        assert sessions.resume(session.session_id, now, idle) is session
    now += idle
    assert sessions.resume(session.session_id, now, idle) is not session


def test_guests_do_not_push_out_who_is_signed_in() -> None:
    sessions, idle = Sessions(), timedelta(hours=2)
    signed_in = sessions.resume(None, START, idle)
    signed_in.account = "a@example.com"
    for _ in range(20_100):
        sessions.resume(None, START, idle)
    assert sessions.resume(signed_in.session_id, START, idle) is signed_in


def test_a_job_that_is_given_to_somebody_is_seen_by_them_though_it_was_not_offered() -> None:
    portal, (_, other) = portal_with("a@example.com", "b@example.com")
    job = post(portal, matched_to=frozenset({"a@example.com"}))
    portal.agency.assign(job, us(other.email), START)
    assert [one.number for one in whole_board(portal, other, Filters())] == [job.number]


def test_a_portal_can_show_what_overlaps_an_assigned_job() -> None:
    for hides, shown in ((True, 1), (False, 2)):
        portal = Portal(PortalRules(), hides_overlaps=hides)
        account = portal.add_account("a@example.com", "a password", "A", START)
        when: dict[str, Any] = {"appointment_date": START.date(), "appointment_time": time(10), "duration_minutes": 60}
        portal.interpreters.accept(post(portal, **when).number, us(account.email), START)
        post(portal, **when)
        assert len(whole_board(portal, account, Filters())) == shown
