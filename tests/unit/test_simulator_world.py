"""What happens on the simulator by itself: arrivals, rivals, an account's past, and a practice that stays pleasant."""

import statistics
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from simulator.domain.accounts import Account
from simulator.domain.board import Filters
from simulator.domain.jobs import Job, JobStatus, us
from simulator.domain.portal import Portal
from simulator.domain.rules import Answer
from simulator.settings import KINDS, PRACTICE, QUIET, STANDARD, Settings
from simulator.world.chance import Chance
from simulator.world.world import RivalPlan, World

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
STEP = timedelta(milliseconds=50)


def a_world(settings: Settings, seed: int = 1) -> tuple[World, Account]:
    portal = Portal(settings.portal_rules())
    world = World(portal, settings, seed)
    account = portal.add_account("a@example.com", "a password", "A", START)
    world.welcome(account, START)
    world.begin(START)
    return world, account


def run(world: World, start: datetime, lasting: timedelta) -> datetime:
    now = start
    while now < start + lasting:
        now += STEP
        world.advance(now)
    return now


def post_free(world: World, count: int, plan: RivalPlan | None = None, **given: Any) -> list[Job]:
    return [world.post(draft, START, plan=plan) for draft in world.drafts(count, START, given, anywhere=True)]


def test_jobs_arrive_at_random_moments_at_the_rate() -> None:
    world, _ = a_world(QUIET.changed({"jobs_per_minute": 60, "population": 0}))
    run(world, START, timedelta(minutes=30))
    jobs = list(world.portal.store.jobs.values())
    # 1,800 are expected; four standard deviations of a Poisson count are 4 x sqrt(1800) = 170
    assert 1630 <= len(jobs) <= 1970
    gaps = [(b.visible_at - a.visible_at).total_seconds() for a, b in pairwise(jobs)]
    # of exponential gaps, mean and standard deviation are equal
    assert statistics.mean(gaps) == pytest.approx(1, rel=0.1)
    assert statistics.pstdev(gaps) == pytest.approx(1, rel=0.15)


def test_arrivals_are_of_many_languages_and_every_kind_and_shape() -> None:
    world, _ = a_world(QUIET.changed({"jobs_per_minute": 600, "population": 0}))
    run(world, START, timedelta(minutes=2))
    drafts = [job.draft for job in world.portal.store.jobs.values()]
    assert len({draft.language.name for draft in drafts}) >= 20
    assert {draft.kind.casefold() for draft in drafts} == {kind.casefold() for kind in KINDS}
    assert len({draft.kind for draft in drafts}) > len(KINDS), "capitals vary"
    assert {draft.quote_only for draft in drafts} == {True, False}
    assert any(draft.appointment_time is None for draft in drafts)
    assert any(draft.stray for draft in drafts)
    days = {(draft.appointment_date - START.date()).days for draft in drafts}
    assert (min(days), max(days)) == (1, 28)
    for draft in drafts:
        assert bool(draft.address) == (draft.kind.casefold() in {"face to face", "bsl", "simultaneous", "consecutive"})


def test_the_share_of_kinds_is_as_set() -> None:
    chance = Chance(1)
    settings = QUIET.changed({"share": {"BSL": 3, "Simultaneous": 1}})
    kinds = Counter(chance.draft(START, settings).kind.casefold() for _ in range(2000))
    assert set(kinds) == {"bsl", "simultaneous"}
    assert kinds["bsl"] / 2000 == pytest.approx(0.75, abs=0.04)


def test_rivals_go_for_their_share_within_their_time() -> None:
    world, _ = a_world(
        QUIET.changed(
            {
                "jobs_per_minute": 300,
                "rivals": 4,
                "rival_share": 0.3,
                "rival_reaction_ms": [800, 2000],
                "quote_only_share": 0,
                "population": 0,
            }
        )
    )
    now = run(world, START, timedelta(minutes=4))
    world.change(world.settings.changed({"jobs_per_minute": 0}), now)
    run(world, now, timedelta(seconds=3))
    jobs = list(world.portal.store.jobs.values())
    contested = [job for job in jobs if job.accepts]
    assert len(contested) / len(jobs) == pytest.approx(0.3, abs=0.06)
    assert {one.who for job in contested for one in job.accepts} == {f"rival:{n}" for n in range(1, 5)}
    for job in contested:
        for one in job.accepts:
            assert 0.8 <= (one.at - job.visible_at).total_seconds() <= 2.0 + STEP.total_seconds()
        assert job.holder == [one.who for one in job.accepts if one.took_effect][-1]


def test_no_rival_goes_for_a_job_that_wants_a_quote() -> None:
    world, _ = a_world(
        QUIET.changed({"jobs_per_minute": 300, "rivals": 4, "rival_share": 1, "quote_only_share": 1, "population": 0})
    )
    run(world, START, timedelta(minutes=1))
    assert not any(job.accepts for job in world.portal.store.jobs.values())


def test_what_nobody_takes_goes_in_the_end() -> None:
    world, _ = a_world(QUIET.changed({"jobs_per_minute": 120, "open_for_seconds": [10, 20], "population": 0}))
    now = run(world, START, timedelta(minutes=2))
    assert all((now - job.visible_at).total_seconds() <= 20.1 for job in world.portal.store.pending.values())
    ends = {job.status for job in world.portal.store.jobs.values()}
    assert ends == {JobStatus.PENDING, JobStatus.ASSIGNED, JobStatus.CANCELLED, JobStatus.REMOVED}


def test_jobs_asked_for_stay_until_somebody_takes_them() -> None:
    world, _ = a_world(QUIET.changed({"open_for_seconds": [1, 2], "rivals": 3, "rival_share": 0}))
    (job,) = post_free(world, 1)
    run(world, START, timedelta(seconds=10))
    assert job.status is JobStatus.PENDING


@pytest.mark.parametrize(
    ("plan", "contested"), [(RivalPlan(), False), (RivalPlan(reaction_ms=500), True), (None, True)]
)
def test_a_plan_overrules_chance(plan: RivalPlan | None, contested: bool) -> None:
    world, _ = a_world(QUIET.changed({"rivals": 2, "rival_share": 1}))
    (job,) = post_free(world, 1, plan)
    run(world, START, timedelta(seconds=10))
    assert bool(job.accepts) == contested


def test_changing_the_rate_needs_no_waiting() -> None:
    world, _ = a_world(QUIET.changed({"jobs_per_minute": 0.0001}))
    woken: list[bool] = []
    world.rescheduled = lambda: woken.append(True)
    world.change(world.settings.changed({"jobs_per_minute": 6000}), START)
    due = world.next_due()
    assert woken
    assert due is not None
    assert due < START + timedelta(seconds=1)


def test_an_account_has_a_past_of_every_fate() -> None:
    world, account = a_world(QUIET)
    jobs = list(world.portal.store.jobs.values())
    assert len(jobs) == QUIET.population
    statuses = Counter((job.status.name, job.matches[account.email].status.value) for job in jobs)
    assert statuses == {
        ("COMPLETED", "completed"): 30,
        ("ASSIGNED", "assigned"): 9,
        ("CANCELLED", "cancelled"): 6,
        ("ASSIGNED", "cancelled"): 6,
        ("PENDING", "rejected"): 3,
        ("ASSIGNED", "rejected"): 3,
        ("PENDING", "quoted"): 3,
    }
    begun = [job for job in jobs if job.holder == us(account.email) and job.status is JobStatus.ASSIGNED]
    assert sum(world.portal.interpreters.can_complete(job, START) for job in begun) == 3
    ahead = [job.interval for job in begun if job.interval is not None and job.interval.start > START]
    assert len(ahead) == 6
    assert not any(a.overlaps(b) for a in ahead for b in ahead if a is not b)


def _wins(world: World, account: Account, *, hours: float, reaction: timedelta) -> list[tuple[datetime, Job]]:
    """Somebody who looks at the board twice a second, and accepts what he finds so much later."""
    now, tried = START, dict[int, tuple[datetime, Job]]()
    planned: list[tuple[datetime, Job]] = []
    while now < START + timedelta(hours=hours):
        for _ in range(10):
            now += STEP
            world.advance(now)
            while planned and planned[0][0] <= now:
                _, job = planned.pop(0)
                world.portal.interpreters.accept(job.number, us(account.email), now)
        for job in _open_jobs(world, account):
            if job.number not in tried and _is_wanted(job, account):
                tried[job.number] = (now, job)
                planned.append((now + reaction, job))
    return list(tried.values())


def _open_jobs(world: World, account: Account) -> list[Job]:
    first = account.board.page(Filters(status=0), 1)
    rest = [account.board.page(Filters(status=0), page) for page in range(2, first.last + 1)]
    return [job for page in [first, *rest] for job in page.jobs]


def _is_wanted(job: Job, account: Account) -> bool:
    return (
        job.draft.kind.casefold() in {"telephone interpreting", "video interpreting"}
        and not job.draft.quote_only
        and job.draft.appointment_time is not None
        and job.matches[account.email].status == "matched"
    )


def test_practice_stays_pleasant_for_hours() -> None:
    world, account = a_world(PRACTICE, seed=3)
    tried = _wins(world, account, hours=2, reaction=timedelta(milliseconds=100))
    assert (tried[0][0] - START).total_seconds() < 2.5, "the first job comes at once"
    assert tried[0][1].holder == us(account.email), "and can be had"
    for quarter in range(8):
        begin = START + quarter * timedelta(minutes=15)
        found = [job for at, job in tried if begin <= at < begin + timedelta(minutes=15)]
        won = [job for job in found if job.holder == us(account.email)]
        # 12 a minute, half of them telephone or video, some hidden by what is assigned already: several a minute
        assert len(found) > 30
        assert 0.85 <= len(won) / len(found) <= 1
    lost = [job for _, job in tried if job.holder != us(account.email)]
    assert len(lost) >= 5, "a few are lost"
    assert len(_open_jobs(world, account)) <= 40


@pytest.mark.parametrize("settings", [STANDARD, PRACTICE])
def test_memory_does_not_grow_without_bound(settings: Settings) -> None:
    world, _ = a_world(settings.changed({"jobs_per_minute": 1200, "keep_jobs": 500, "open_for_seconds": [1, 5]}))
    run(world, START, timedelta(minutes=3))
    assert len(world.portal.store.jobs) <= 501
    assert len(world._due) < 1000


def test_a_free_slot_is_found_however_full_the_days_are() -> None:
    world, account = a_world(QUIET.changed({"days_ahead": [1, 2], "population": 0}))
    jobs = post_free(world, 30, duration_minutes=180) + post_free(world, 30, duration_minutes=180)
    for job in jobs:
        assert world.portal.interpreters.accept(job.number, us(account.email), START) is Answer.ACCEPTED
    assert account.board.page(Filters(status=1), 1).total == 60
    intervals: list[Any] = [job.interval for job in jobs]
    assert not any(a.overlaps(b) for a in intervals for b in intervals if a is not b)
