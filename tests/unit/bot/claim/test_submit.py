"""What changes between a decision and its accept, and what a refused accept may hide."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot import clock
from bot.domain.job import Job
from bot.portal.models import BoardRow
from bot.state.board_state import TrackedJob
from bot.state.claim_record import ClaimRecord
from contract.jobs import ClaimState, JobStatus, LossReason
from tests.support import virtual_time
from tests.support.engine_support import SlowJournal, configuration, job, ours, running
from tests.support.fakes.portal import US, FakePortal, Fault
from tests.support.virtual_time import MovableClock, in_virtual_time

DAY = date(2026, 11, 25)
AT = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)


def accepts(portal: FakePortal) -> list[float]:
    """When accepts left."""
    return [at for at, what in portal.requests if what == "accept"]


# --- the last question before an accept leaves ------------------------------------------------------------------------


@in_virtual_time
async def test_rules_that_change_while_an_accept_waits_to_be_sent_again_count(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.wish = timedelta(seconds=20)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.break_next("accept", Fault.ASKED)
        portal.post(job(1, kind="BSL"))
        await asyncio.sleep(5)
        bot.engine.configure(configuration(1, exclude_types=("BSL",)))
        await asyncio.sleep(90)
        assert len(accepts(portal)) == 1
        assert portal.jobs["1"].holder is None
        assert bot.heard.status(1) is JobStatus.REJECTED
        lost = next(one for one in bot.heard.reports if one.claim_state is ClaimState.LOST)
        assert lost.loss_reason is LossReason.CALLED_OFF
        assert "you never accept that kind" in (lost.loss_detail or "")


@in_virtual_time
async def test_a_job_that_is_given_to_us_while_an_accept_waits_keeps_its_hour(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.wish = timedelta(seconds=40)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.break_next("accept", Fault.ASKED)
        portal.post(job(1, day=DAY, at=time(12), minutes=60))
        await asyncio.sleep(1)
        portal.assign(job(2, day=DAY, at=time(12), minutes=60), US)
        await asyncio.sleep(120)
        assert ours(portal) == {"2"}
        assert bot.heard.status(2) is JobStatus.GIVEN
        assert bot.heard.status(1) is JobStatus.REJECTED


class TiredDisk(SlowJournal):
    """An intent takes seconds."""

    async def intend(self, claim: ClaimRecord) -> None:
        await asyncio.sleep(4)
        await super().intend(claim)


@pytest.fixture
def tired_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.engine_support.SlowJournal", TiredDisk)


@pytest.mark.usefixtures("tired_disk")
@pytest.mark.parametrize("fault", [None, Fault.BUSY])
def test_a_job_that_moves_onto_a_busy_hour_while_its_intent_is_written_is_left_alone(
    tmp_path: Path, fault: Fault | None
) -> None:
    async def live() -> None:
        portal = FakePortal()
        async with running(portal, tmp_path) as bot:
            portal.assign(job(2, day=DAY, at=time(15), minutes=60), US)
            await asyncio.sleep(3)
            if fault is not None:
                portal.break_next("accept", fault)
            portal.post(job(1, day=DAY, at=time(12), minutes=60))
            await asyncio.sleep(2)
            portal.jobs["1"].job = job(1, day=DAY, at=time(15), minutes=60)
            await asyncio.sleep(60)
            assert ours(portal) == {"2"}
            assert bot.heard.status(1) is JobStatus.REJECTED

    virtual_time.run(live)


@pytest.mark.usefixtures("tired_disk")
@in_virtual_time
async def test_a_job_that_goes_while_its_intent_is_written_is_not_asked_for(tmp_path: Path) -> None:
    # there is no lock: what was asked for now would be taken from the rival who has it
    portal = FakePortal(settle=30)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.post(job(1))
        await asyncio.sleep(2)
        portal.rival_accepts("1")
        await asyncio.sleep(60)
        assert accepts(portal) == []
        report = bot.heard.last(1)
        assert report is not None
        assert (report.status, report.loss_reason) == (JobStatus.LOST, LossReason.TAKEN_WHILE_DECIDING)


@in_virtual_time
async def test_only_to_watch_reaches_an_accept_whose_form_is_being_filled_in(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.filling_in = 3.0
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.post(job(1))
        await asyncio.sleep(2)
        bot.engine.configure(configuration(1, mode="watch"))
        await asyncio.sleep(60)
        assert accepts(portal) == []
        assert bot.heard.status(1) is JobStatus.WATCHED


@in_virtual_time
async def test_an_account_that_is_lost_keeps_an_accept_whose_form_is_being_filled_in(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.filling_in = 3.0
    has_account = True
    async with running(portal, tmp_path, has_account=lambda: has_account) as bot:
        await asyncio.sleep(3)
        portal.post(job(1))
        await asyncio.sleep(2)
        has_account = False
        await asyncio.sleep(60)
        assert accepts(portal) == []
        report = bot.heard.last(1)
        assert report is not None
        assert report.loss_reason is LossReason.SESSION_ENDED


@in_virtual_time
async def test_an_offer_left_from_before_is_withdrawn_by_a_bot_that_only_watches(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=configuration(0, mode="ask", offer_deadline_seconds=3600)) as bot:
        await asyncio.sleep(3)
        portal.post(job(1))
        await asyncio.sleep(5)
        assert bot.heard.status(1) is JobStatus.OFFERED
    async with running(portal, tmp_path, settings=configuration(1, mode="watch")) as bot:
        await asyncio.sleep(30)
        assert bot.heard.status(1) is not JobStatus.OFFERED
        bot.approve(1)
        await asyncio.sleep(30)
        assert ours(portal) == set()


# --- a portal that wants to be left alone -----------------------------------------------------------------------------


@in_virtual_time
async def test_a_long_wait_that_the_portal_asks_for_costs_no_job(tmp_path: Path) -> None:
    portal = FakePortal()
    portal.wish = timedelta(seconds=120)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.break_next("accept", *[Fault.ASKED] * 3)
        portal.post(job(1), job(2), job(3))
        await asyncio.sleep(100)
        assert ours(portal) == set()
        sent = len(accepts(portal))
        assert sent <= 3, "nothing is sent while the portal wants to be left alone"
        await asyncio.sleep(120)
        assert ours(portal) == {"1", "2", "3"}
        assert {bot.heard.status(number) for number in (1, 2, 3)} == {JobStatus.ACCEPTED}


# --- refusals that hide something -------------------------------------------------------------------------------------


@pytest.mark.parametrize("then", [(), (Fault.BUSY,), (Fault.DROPPED, Fault.BUSY)])
def test_an_accept_that_was_refused_and_taken_all_the_same_is_ours_and_fills_the_cap(
    tmp_path: Path, then: tuple[Fault, ...]
) -> None:
    async def live() -> None:
        portal = FakePortal()
        async with running(portal, tmp_path, settings=configuration(0, max_accept_per_run=1)) as bot:
            await asyncio.sleep(3)
            portal.break_next("accept", Fault.TAKEN_AND_BUSY)
            portal.break_next("board", *then)
            portal.post(job(1))
            await asyncio.sleep(1)
            portal.post(job(2))
            await asyncio.sleep(90)
            assert ours(portal) == {"1"}
            assert bot.heard.status(1) is JobStatus.ACCEPTED
            report = bot.heard.last(1)
            assert report is not None
            assert report.given is None
            assert bot.engine.totals().accepted == 1

    virtual_time.run(live)


@in_virtual_time
async def test_an_accept_that_was_called_off_after_a_refusal_may_be_ours_all_the_same(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.break_next("accept", Fault.TAKEN_AND_BUSY)
        portal.post(job(1))
        while not portal.jobs["1"].arrivals:
            await asyncio.sleep(0.01)
        portal.break_next("board", *[Fault.BUSY] * 5)
        bot.engine.configure(configuration(1, mode="watch"))
        await asyncio.sleep(60)
        assert ours(portal) == {"1"}
        assert bot.heard.status(1) is JobStatus.ACCEPTED


@in_virtual_time
async def test_an_accept_without_an_answer_is_not_sent_again_before_the_portal_had_time(tmp_path: Path) -> None:
    # the connection is cut after the bot waited for long; the portal comes to the accept seconds after that
    portal = FakePortal(slow=20.0, late=4.0)
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.break_next("accept", Fault.TIMED_OUT)
        portal.post(job(1))
        await asyncio.sleep(120)
        assert len(accepts(portal)) == 1
        assert [arrival.who for arrival in portal.jobs["1"].arrivals] == [US]
        assert bot.heard.status(1) is JobStatus.ACCEPTED


@in_virtual_time
async def test_an_accept_is_sent_again_only_with_a_form_that_was_read_anew(tmp_path: Path) -> None:
    # the board is never whole, and the job has fallen between two of its pages: the form that is known is the old one
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.break_next("accept", Fault.BUSY)
        portal.post(job(1))
        while not accepts(portal):
            await asyncio.sleep(0.01)
        portal.between_pages = {"1"}
        await asyncio.sleep(20)
        assert len(accepts(portal)) == 1
        portal.between_pages = set()
        await asyncio.sleep(60)
        assert len(accepts(portal)) == 2
        assert bot.heard.status(1) is JobStatus.ACCEPTED


# --- pages that call a job gone which is not --------------------------------------------------------------------------


@in_virtual_time
async def test_one_page_that_calls_an_accepted_job_gone_is_not_believed(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=configuration(0, max_accept_per_run=1)) as bot:
        await asyncio.sleep(3)
        portal.post(job(1))
        while not portal.jobs["1"].arrivals:
            await asyncio.sleep(0.01)
        portal.break_next("job", Fault.GONE)
        portal.post(job(2))
        await asyncio.sleep(90)
        assert ours(portal) == {"1"}
        assert bot.heard.status(1) is JobStatus.ACCEPTED
        assert ClaimState.LOST not in {one.claim_state for one in bot.heard.reports}


@in_virtual_time
async def test_a_job_that_its_page_calls_gone_is_asked_for_again_while_the_board_shows_it(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.break_next("job 1", Fault.GONE)
        portal.post(job(1))
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}
        assert bot.heard.status(1) is JobStatus.ACCEPTED
        assert bot.engine.totals().lost == 0


@in_virtual_time
async def test_a_page_that_stays_gone_is_asked_for_less_and_less_often(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(3)
        portal.break_next("job 1", *[Fault.GONE] * 100)
        portal.post(job(1))
        await asyncio.sleep(300)
        # after 2, 4, 8, 16, 32 and then every 60 seconds
        assert 6 <= len([what for _, what in portal.requests if what == "job"]) <= 10
        report = bot.heard.last(1)
        assert report is not None
        assert (report.status, report.loss_reason) == (JobStatus.LOST, LossReason.TAKEN_BEFORE_SEEN)
        assert bot.engine.totals().lost == 1


def test_a_page_may_be_missed_for_days() -> None:
    # a pause that went on doubling would be no number any more after a thousand tries
    (row,) = rows_of(job(1))
    known = TrackedJob(row=row, job=row.job, seen_at=AT, last_seen_at=AT, source=None, is_on_board=True)
    pauses = []
    for tries in range(1, 2_000):
        known.postpone_reading(100.0, failures=tries)
        pauses.append(known.read_again_at - 100.0)
    assert pauses[:7] == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    assert set(pauses[7:]) == {60.0}


def rows_of(*jobs: Job) -> list[BoardRow]:
    portal = FakePortal()
    portal.post(*jobs)
    return list(portal.rows())


# --- clocks -----------------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_a_page_from_before_the_clock_was_set_back_is_not_fresh(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(0, exclude_types=("Face to Face",), languages=("Welsh",))
    movable = MovableClock(clock.current())
    with clock.override(movable):
        async with running(portal, tmp_path, settings=settings) as bot:
            await asyncio.sleep(3)
            portal.post(job(1, kind="BSL"))
            await asyncio.sleep(3)
            assert bot.heard.status(1) is JobStatus.REJECTED
            # what only its page shows changes, and the clock goes back by five hours
            portal.jobs["1"].job = job(1, kind="Face to Face")
            movable.wall_jump = timedelta(hours=-5)
            await asyncio.sleep(1800)
            bot.engine.configure(configuration(1, exclude_types=("Face to Face",)))
            await asyncio.sleep(30)
            assert ours(portal) == set()
            assert bot.heard.status(1) is JobStatus.REJECTED
