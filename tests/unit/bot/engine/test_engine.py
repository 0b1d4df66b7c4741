"""The engine on a portal in memory: what it accepts, what it tells, how it answers to what it is told."""

import asyncio
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from bot.engine.times import EngineTimes
from bot.portal.errors import StopAndTell
from bot.portal.models import AcceptAnswer
from common.states import SessionState
from contract.jobs import ClaimState, JobStatus, LossReason
from tests.support import virtual_time
from tests.support.engine_support import SESSION, Bot, configuration, job, ours, running
from tests.support.fakes.portal import US, Arrival, FakePortal, Fault
from tests.support.virtual_time import in_virtual_time

DAY = date(2026, 11, 25)


def state_of(bot: Bot) -> SessionState:
    return bot.session.state


@in_virtual_time
async def test_a_match_is_accepted_told_and_held(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.post(job(1), job(2, kind="Face to Face"))
        await asyncio.sleep(60)
        assert ours(portal) == {"1"}
        assert [arrival.who for arrival in portal.jobs["1"].arrivals] == [US]
        states = [report.claim_state for report in bot.heard.reports if report.job.job_number == "1"]
        assert states == [ClaimState.SUBMITTED, ClaimState.CONFIRMED, ClaimState.HELD]
        assert bot.heard.status(2) is JobStatus.REJECTED
        report = bot.heard.last(1)
        assert report is not None
        times = report.times
        assert times.decided_at is not None
        assert times.submitted_at is not None
        assert times.confirmed_at is not None
        assert times.seen_at <= times.decided_at <= times.submitted_at <= times.confirmed_at
        # the portal said it at once; that it stood was found out later
        assert times.confirmed_at - times.submitted_at < timedelta(seconds=1)
        totals = bot.engine.totals()
        assert (totals.accepted, totals.rejected, totals.lost) == (1, 1, 0)
    assert bot.session.state is SessionState.STOPPING


@in_virtual_time
async def test_the_accept_goes_out_within_a_poll_a_page_and_a_write(tmp_path: Path) -> None:
    portal = FakePortal(latency=0.03)
    async with running(portal, tmp_path):
        await asyncio.sleep(3.1)
        posted = asyncio.get_running_loop().time()
        portal.post(*(job(number) for number in range(20)))
        await asyncio.sleep(2)
        arrivals = [truth.arrivals[0].at - posted for truth in portal.jobs.values()]
        # a poll starts within 0.5 s; then the board, the pages side by side and the accepts: 0.03 s each
        assert max(arrivals) < 0.5 + 3 * 0.03 + 0.05


@in_virtual_time
async def test_polls_start_on_the_clock_also_when_the_portal_is_slow(tmp_path: Path) -> None:
    portal = FakePortal(latency=1.2)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(40)
        cycles = bot.heard.cycles
        await asyncio.sleep(60)
        assert 110 <= bot.heard.cycles - cycles <= 121


@in_virtual_time
async def test_what_became_of_many_claims_is_not_asked_all_at_once(tmp_path: Path) -> None:
    portal = FakePortal(latency=0.1)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.post(*(job(number) for number in range(1, 31)))
        await asyncio.sleep(60)
        assert all(bot.heard.status(number) is JobStatus.ACCEPTED for number in range(1, 31))
    accepts = [at for at, what in portal.requests if what == "accept"]
    pages = [at for at, what in portal.requests if what == "job"]
    assert max(accepts) - min(accepts) < 0.05, "accepts do not wait for anything"
    lookups = [at for at in pages if at > min(accepts)]
    assert max(sum(at <= other < at + 0.099 for other in lookups) for at in lookups) == 8


@in_virtual_time
async def test_the_cap_is_kept_exactly_and_said_once(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=configuration(max_accept_per_run=3)) as bot:
        await asyncio.sleep(2)
        portal.post(*(job(number) for number in range(10)))
        await asyncio.sleep(30)
        portal.post(job(50))
        await asyncio.sleep(30)
        assert len(ours(portal)) == 3
        assert all(len(truth.arrivals) <= 1 for truth in portal.jobs.values())
        assert bot.heard.notices.count("cap_reached") == 1
        assert "your limit for one session" in (bot.session.reason or "")
        refused = bot.heard.last(50)
        assert refused is not None
        assert refused.decision is not None
        assert "at most 3 jobs" in refused.decision.summary
        assert bot.heard.cycles > 100, "the watch goes on"


@in_virtual_time
async def test_a_place_that_a_loss_frees_goes_to_the_next_match(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=configuration(max_accept_per_run=1)) as bot:
        await asyncio.sleep(2)
        portal.post(job(1), job(2))
        while portal.jobs["1"].holder != US:
            await asyncio.sleep(0.01)
        portal.rival_accepts("1")
        await asyncio.sleep(30)
        assert ours(portal) == {"2"}
        assert bot.heard.status(1) is JobStatus.LOST
        assert bot.heard.status(2) is JobStatus.ACCEPTED


@in_virtual_time
async def test_what_a_rival_overwrites_is_never_told_as_accepted(tmp_path: Path) -> None:
    portal = FakePortal(settle=3.0)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.post(job(1))
        while portal.jobs["1"].holder != US:
            await asyncio.sleep(0.01)
        await asyncio.sleep(2.5)
        portal.rival_accepts("1")
        await asyncio.sleep(60)
        assert portal.jobs["1"].holder == "rival:1"
        told = [report.status for report in bot.heard.reports if report.job.job_number == "1"]
        assert JobStatus.ACCEPTED not in told
        assert told[-1] is JobStatus.LOST
        report = bot.heard.last(1)
        assert report is not None
        assert report.loss_reason is LossReason.TAKEN_WHILE_DECIDING
        assert len([one for one in portal.jobs["1"].arrivals if one.who == US]) == 1


@in_virtual_time
async def test_two_matches_that_overlap_are_never_both_claimed(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.assign(job(90, at=time(9), minutes=60), US)
    async with running(portal, tmp_path) as bot:
        portal.post(job(1, at=time(9, 30)), job(2, at=time(12)), job(3, at=time(12, 15)))
        await asyncio.sleep(30)
        assert ours(portal) == {"90", "2"}
        assert bot.heard.status(1) is JobStatus.REJECTED
        report = bot.heard.last(3)
        assert report is not None
        assert report.decision is not None
        assert "not free" in report.decision.summary


@in_virtual_time
async def test_nothing_is_claimed_before_our_own_jobs_are_known(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.assign(job(90, at=time(9), minutes=60), US)
    portal.post(job(1, at=time(9, 30)), job(2, at=time(12)))
    portal.break_next("assigned", *[Fault.BUSY] * 3)
    async with running(portal, tmp_path):
        await asyncio.sleep(30)
        assert ours(portal) == {"90", "2"}
        assert portal.jobs["1"].arrivals == []


@in_virtual_time
async def test_a_job_that_somebody_gives_back_is_offered_anew(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.post(job(1))
        portal.rival_accepts("1")
        await asyncio.sleep(10)
        portal.jobs["1"].holder = None
        await asyncio.sleep(10)
        assert ours(portal) == {"1"}
        assert bot.heard.status(1) is JobStatus.ACCEPTED


@in_virtual_time
async def test_a_portal_that_refuses_every_time_is_not_asked_every_time(tmp_path: Path) -> None:
    class Refusing(FakePortal):
        def accept(self, job_number: str) -> AcceptAnswer:
            self.jobs[job_number].arrivals.append(Arrival(US, 0.0, took_effect=False))
            return AcceptAnswer(http_status=302, messages=("You cannot accept this job",))

    portal = Refusing()
    portal.post(job(1))
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(600)
        assert len(portal.jobs["1"].arrivals) == 1
        report = bot.heard.last(1)
        assert report is not None
        assert report.loss_reason is LossReason.REFUSED
        assert "You cannot accept this job" in (report.loss_detail or "")


@in_virtual_time
async def test_a_session_that_ends_during_a_claim_costs_a_sign_in_and_not_the_job(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path):
        await asyncio.sleep(2)
        portal.break_next("accept", Fault.SIGNED_OUT)
        portal.post(job(1), job(2))
        await asyncio.sleep(20)
        assert ours(portal) == {"1", "2"}
        assert portal.sign_ins == 2
        assert [len(truth.arrivals) for truth in portal.jobs.values()] == [1, 1]


@in_virtual_time
async def test_a_session_that_ends_between_board_and_accept_sends_no_old_form(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path):
        await asyncio.sleep(2)
        portal.break_next("job", Fault.SIGNED_OUT)
        portal.post(job(1))
        await asyncio.sleep(20)
        assert ours(portal) == {"1"}
        assert portal.sign_ins == 2


@pytest.mark.parametrize("fault", [Fault.DROPPED, Fault.ANSWER_LOST, Fault.LATE])
def test_an_accept_without_an_answer_is_looked_up_and_not_sent_blindly(tmp_path: Path, fault: Fault) -> None:
    async def test() -> None:
        portal = FakePortal()
        async with running(portal, tmp_path) as bot:
            await asyncio.sleep(2)
            portal.break_next("accept", fault)
            portal.post(job(1))
            await asyncio.sleep(1)
            assert bot.heard.status(1) is JobStatus.UNKNOWN
            await asyncio.sleep(60)
            assert bot.heard.status(1) is JobStatus.ACCEPTED
            assert len(portal.jobs["1"].arrivals) == 1

    virtual_time.run(test)


@in_virtual_time
async def test_a_refused_password_ends_the_session_after_one_try(tmp_path: Path) -> None:
    refusal = StopAndTell("The portal refused the password.", code="wrong_credentials", what_to_do="check it")
    bot = Bot(FakePortal(), tmp_path, refusal=refusal)
    await bot.start()
    with pytest.raises(StopAndTell) as told:
        await bot.ended()
    assert told.value is refusal
    assert bot.session.login_status == "refused"


@in_virtual_time
async def test_a_pause_watches_nothing_and_a_resume_goes_on_at_once(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(5)
        bot.engine.pause()
        await asyncio.sleep(0.2)
        cycles = bot.heard.cycles
        portal.post(job(1))
        await asyncio.sleep(60)
        assert state_of(bot) is SessionState.PAUSED
        assert bot.heard.cycles == cycles
        assert ours(portal) == set()
        bot.engine.resume()
        await asyncio.sleep(1)
        assert ours(portal) == {"1"}
        assert state_of(bot) is SessionState.RUNNING


@in_virtual_time
async def test_new_settings_are_used_at_once_for_what_is_still_on_the_board(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(version=4, job_type_filter=("BSL",), check_interval_seconds=3600)
    async with running(portal, tmp_path, settings=settings) as bot:
        portal.post(job(1), job(2, kind="BSL"))
        await asyncio.sleep(5)
        assert ours(portal) == {"2"}
        assert not bot.engine.configure(configuration(version=4))
        assert bot.engine.configure(configuration(version=5, check_interval_seconds=0.5))
        cycles = bot.heard.cycles
        await asyncio.sleep(1)
        assert ours(portal) == {"1", "2"}
        assert bot.heard.cycles > cycles
        assert bot.heard.configurations == [5]


@in_virtual_time
async def test_a_lower_cap_that_is_reached_already_is_said(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        portal.post(job(1), job(2))
        await asyncio.sleep(10)
        bot.engine.configure(configuration(version=1, max_accept_per_run=2))
        assert bot.heard.notices == ["cap_reached"]
        bot.engine.configure(configuration(version=2, max_accept_per_run=3))
        assert bot.session.reason is None


@in_virtual_time
async def test_without_the_account_nothing_is_claimed(tmp_path: Path) -> None:
    portal = FakePortal()
    has_it = False
    async with running(portal, tmp_path, has_account=lambda: has_it):
        portal.post(job(1))
        await asyncio.sleep(10)
        assert portal.jobs["1"].arrivals == []
        has_it = True
        await asyncio.sleep(10)
        assert ours(portal) == {"1"}


@in_virtual_time
async def test_a_portal_in_trouble_is_left_alone_for_a_while_and_the_owner_hears_of_it_once(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(5)
        portal.break_next("board", *[Fault.BUSY] * 8)
        await asyncio.sleep(30)
        cycles = bot.heard.cycles
        assert bot.heard.errors == ["portal_unreachable"]
        assert "tries again by itself" in (bot.session.reason or "")
        await asyncio.sleep(300)
        assert bot.heard.cycles > cycles + 100
        assert bot.heard.notices == ["portal_back"]
        assert bot.session.reason is None


@in_virtual_time
async def test_strange_pages_are_told_after_a_few_and_kept(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(5)
        portal.break_next("board", Fault.STRANGE)
        await asyncio.sleep(10)
        assert bot.heard.errors == []
        portal.break_next("board", *[Fault.STRANGE] * 4)
        await asyncio.sleep(60)
        assert bot.heard.errors == ["layout_changed"]
        assert len(list((tmp_path / "strange").glob("*.html"))) == 1
        assert bot.session.reason is None, "it recovered by itself"


@in_virtual_time
async def test_one_job_whose_page_is_strange_does_not_hold_up_the_others(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.break_next("job 1", *[Fault.STRANGE] * 4)
        portal.post(job(1))
        await asyncio.sleep(1)
        portal.post(job(2))
        cycles = bot.heard.cycles
        await asyncio.sleep(5)
        assert "2" in ours(portal)
        assert bot.heard.cycles - cycles >= 9
        await asyncio.sleep(60)
        assert ours(portal) == {"1", "2"}


@in_virtual_time
async def test_a_job_that_the_agency_takes_back_is_told(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        portal.post(job(1))
        await asyncio.sleep(60)
        assert bot.heard.status(1) is JobStatus.ACCEPTED
        portal.take_back("1")
        await asyncio.sleep(60)
        assert bot.heard.status(1) is JobStatus.TAKEN_BACK
        assert bot.engine.totals().accepted == 0


@in_virtual_time
async def test_a_second_run_of_the_session_goes_on_where_the_journal_stands(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(max_accept_per_run=3)
    async with running(portal, tmp_path, settings=settings) as first:
        portal.post(job(1), job(2), job(3, kind="Face to Face"))
        await asyncio.sleep(60)
        before = first.engine.totals()
    portal.post(job(11), job(12))
    async with running(portal, tmp_path, settings=settings) as second:
        assert second.engine.totals().accepted == before.accepted
        await asyncio.sleep(60)
        assert len(ours(portal)) == 3
        totals = second.engine.totals()
        assert (totals.accepted, totals.rejected) == (3, 2)
        assert totals.checks > before.checks
    other = Bot(portal, tmp_path, session="session-other", settings=settings)
    await other.start()
    assert other.engine.totals().checks == 0
    await asyncio.sleep(60)
    assert len(ours(portal)) == 4, "another session has a cap of its own"
    await other.stop()


@in_virtual_time
async def test_jobs_that_were_read_before_a_restart_are_not_read_again(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path):
        portal.post(*(job(number, kind="Face to Face") for number in range(5)))
        await asyncio.sleep(10)
    portal.break_next("job", *[Fault.BUSY] * 5)
    async with running(portal, tmp_path) as second:
        await asyncio.sleep(5)
        assert len(portal.faults["job"]) == 5
        assert second.engine.totals().rejected == 5


@in_virtual_time
async def test_what_was_read_long_ago_is_read_again_before_it_is_claimed(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(job_type_filter=("BSL",))
    async with running(portal, tmp_path, settings=settings) as bot:
        portal.post(job(1))
        await asyncio.sleep(300)
        # the board shows nothing of it, and the rules forbid it now
        portal.jobs["1"].job = portal.jobs["1"].job.changed(kind="Face to Face")
        bot.engine.configure(configuration(version=1))
        await asyncio.sleep(30)
        assert portal.jobs["1"].arrivals == []
        assert bot.heard.status(1) is JobStatus.REJECTED


@in_virtual_time
async def test_a_full_disk_stops_accepting_until_there_is_room(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        database = bot.journal.writer
        database.submit(lambda connection: connection.execute("PRAGMA max_page_count=1").fetchall()).result()
        portal.post(job(1, language="x" * 50_000))
        await asyncio.sleep(5)
        assert portal.jobs["1"].arrivals == []
        assert "disk_failed" in bot.heard.errors
        assert "Nothing is accepted" in (bot.session.reason or "")
        database.submit(lambda connection: connection.execute("PRAGMA max_page_count=1073741823").fetchall()).result()
        await asyncio.sleep(10)
        assert ours(portal) == {"1"}
        assert bot.session.reason is None


@in_virtual_time
async def test_stopping_finishes_the_claim_under_way(tmp_path: Path) -> None:
    portal = FakePortal()
    bot = Bot(portal, tmp_path)
    await bot.start()
    await asyncio.sleep(2)
    portal.post(job(1))
    while not portal.jobs["1"].arrivals:
        await asyncio.sleep(0.01)
    portal.post(job(2))
    began = asyncio.get_running_loop().time()
    await bot.stop()
    assert asyncio.get_running_loop().time() - began < 8
    assert bot.heard.status(1) is JobStatus.ACCEPTED
    assert portal.jobs["2"].arrivals == []


@in_virtual_time
async def test_when_it_has_stopped_it_does_nothing_more(tmp_path: Path) -> None:
    portal = FakePortal(slow=30.0)
    bot = Bot(portal, tmp_path)
    await bot.start()
    await asyncio.sleep(2)
    portal.break_next("board", Fault.SLOW, Fault.SLOW)
    # as a claim does that needs a new form, and is given up
    asking = asyncio.create_task(bot.parts.poller.read_now())
    await asyncio.sleep(0.1)
    asking.cancel()
    await bot.stop()
    await asyncio.sleep(0)
    assert {task.get_name() for task in asyncio.all_tasks() - {asyncio.current_task()}} == set()


@in_virtual_time
async def test_an_answer_that_comes_too_late_moves_nothing_backwards(tmp_path: Path) -> None:
    portal = FakePortal(slow=3.0)
    async with running(portal, tmp_path, times=EngineTimes()) as bot:
        portal.post(job(1, kind="Face to Face"))
        await asyncio.sleep(3)
        portal.break_next("board", Fault.SLOW)
        await asyncio.sleep(0.6)
        portal.remove("1")
        await asyncio.sleep(2)
        known = bot.parts.board.get("1")
        assert known is not None
        assert not known.is_on_board
        await asyncio.sleep(2)
        assert not known.is_on_board


def test_session_name_is_the_one_in_the_journal(tmp_path: Path) -> None:
    async def test() -> None:
        portal = FakePortal()
        async with running(portal, tmp_path) as bot:
            portal.post(job(1))
            await asyncio.sleep(10)
            assert [record.session_id for record in bot.parts.claims.records] == [SESSION]

    virtual_time.run(test)
