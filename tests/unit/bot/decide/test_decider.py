"""What becomes of a match: accepted, offered, or only watched; and how the owner's answers are followed."""

import asyncio
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import clock
from bot.portal.models import AcceptAnswer
from contract.jobs import ClaimState, JobReport, JobStatus, LossReason
from contract.owner_rules import Mode
from tests.support.engine_support import Bot, configuration, job, ours, running
from tests.support.fakes.portal import FakePortal, Fault
from tests.support.virtual_time import in_virtual_time

DAY = date(2026, 11, 25)
ASK = configuration(mode="ask", offer_deadline_seconds=120)
WATCH = configuration(mode="watch")


def sent(portal: FakePortal) -> set[str]:
    return {number for number, truth in portal.jobs.items() if truth.arrivals}


def last(bot: Bot, number: int) -> JobReport:
    report = bot.heard.last(number)
    assert report is not None
    return report


def states(bot: Bot, number: int) -> list[ClaimState | None]:
    return [report.claim_state for report in bot.heard.reports if report.job.job_number == str(number)]


# --- asking -----------------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_a_match_waits_for_a_yes_and_is_accepted_with_it(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        await asyncio.sleep(2)
        portal.post(job(1), job(2, kind="Face to Face"))
        await asyncio.sleep(30)
        assert sent(portal) == set()
        assert bot.heard.status(1) is JobStatus.OFFERED
        assert bot.heard.status(2) is JobStatus.REJECTED
        offer = last(bot, 1)
        assert offer.offer_expires_at is not None
        assert offer.times.decided_at is not None
        assert offer.offer_expires_at - offer.times.decided_at == timedelta(seconds=120)
        bot.approve(1)
        await asyncio.sleep(60)
        assert ours(portal) == {"1"}
        assert states(bot, 1) == [
            ClaimState.OFFERED,
            ClaimState.APPROVED,
            ClaimState.SUBMITTED,
            ClaimState.CONFIRMED,
            ClaimState.HELD,
        ]
        assert last(bot, 1).offer_expires_at is None
        assert bot.heard.said == []


@in_virtual_time
async def test_a_declined_job_is_left_alone_until_its_row_changes(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1))
        await asyncio.sleep(5)
        bot.decline(1)
        await asyncio.sleep(300)
        assert bot.heard.status(1) is JobStatus.DECLINED
        assert states(bot, 1) == [ClaimState.OFFERED, ClaimState.DECLINED]
    async with running(portal, tmp_path, settings=ASK, session="session-next") as bot:
        await asyncio.sleep(60)
        assert bot.heard.status(1) in (None, JobStatus.DECLINED), "another session does not ask again either"
        bot.engine.configure(configuration(version=1))
        await asyncio.sleep(60)
        assert sent(portal) == set(), "the owner said no"
        bot.engine.configure(configuration(version=2, mode="ask"))
        portal.jobs["1"].job = portal.jobs["1"].job.changed(duration_minutes=90)
        await asyncio.sleep(60)
        assert bot.heard.status(1) is JobStatus.OFFERED


@in_virtual_time
async def test_nobody_answers_in_time(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1))
        await asyncio.sleep(119)
        assert bot.heard.status(1) is JobStatus.OFFERED
        await asyncio.sleep(5)
        report = last(bot, 1)
        assert report.claim_state is ClaimState.EXPIRED
        assert "Nobody answered until 10:17" in (report.loss_detail or "")
        await asyncio.sleep(300)
        assert states(bot, 1).count(ClaimState.OFFERED) == 1, "it is not offered again"
        bot.approve(1)
        await asyncio.sleep(5)
        assert sent(portal) == set()
        assert "came too late" in bot.heard.said[-1]
        bot.engine.configure(configuration(version=1))
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}, "whoever tells the bot to accept without asking means this job too"


@in_virtual_time
async def test_a_job_that_is_taken_while_it_waits_is_lost_in_words(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1), job(2))
        await asyncio.sleep(5)
        portal.rival_accepts("1")
        await asyncio.sleep(5)
        report = last(bot, 1)
        assert (report.status, report.loss_reason) == (JobStatus.LOST, LossReason.TAKEN_WHILE_DECIDING)
        assert report.loss_detail == "Somebody took it while it waited for your answer."
        bot.approve(1)
        assert "came too late" in bot.heard.said[-1]
        assert bot.heard.status(2) is JobStatus.OFFERED
        assert bot.engine.totals().lost == 1


@in_virtual_time
async def test_a_job_that_the_owner_takes_by_hand_while_it_waits_is_theirs(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1))
        await asyncio.sleep(5)
        portal.give("1")
        await asyncio.sleep(60)
        assert bot.heard.status(1) is JobStatus.GIVEN
        assert JobStatus.LOST not in {report.status for report in bot.heard.reports}
        assert (bot.engine.totals().accepted, bot.engine.totals().lost) == (0, 0)


@in_virtual_time
async def test_an_offer_that_the_portal_hides_behind_a_job_of_ours_was_taken_by_nobody(tmp_path: Path) -> None:
    portal = FakePortal()
    overlapping: dict[str, Any] = {"day": DAY, "at": time(9), "minutes": 60}
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1, **overlapping), job(2, **overlapping))
        await asyncio.sleep(5)
        bot.approve(1)
        await asyncio.sleep(1)
        portal.remove("2")  # portal-facts.md: jobs that overlap an assigned one are hidden
        await asyncio.sleep(30)
        report = last(bot, 2)
        assert report.claim_state is ClaimState.EXPIRED
        assert "You are not free at that time: your job 1 " in (report.loss_detail or "")
        assert bot.engine.totals().lost == 0


@in_virtual_time
async def test_an_offer_does_not_end_because_its_job_falls_between_two_pages(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(mode=Mode.ASK, offer_deadline_seconds=3600)
    async with running(portal, tmp_path, settings=settings) as bot:
        await asyncio.sleep(5)
        portal.post(job(1), job(2))
        await asyncio.sleep(10)
        assert [last(bot, number).status for number in (1, 2)] == [JobStatus.OFFERED] * 2
        portal.between_pages = {"1"}
        portal.post(job(3))
        await asyncio.sleep(60)
        assert last(bot, 3).status is JobStatus.OFFERED, "what is new on such a board is used"
        assert last(bot, 1).status is JobStatus.OFFERED
        portal.rival_accepts("1")
        portal.between_pages = {"2"}
        await asyncio.sleep(60)
        assert last(bot, 1).status is JobStatus.OFFERED, "nobody can tell yet"
    async with running(portal, tmp_path, settings=settings, session="session-next") as bot:
        await asyncio.sleep(60)
        assert bot.heard.last(2) is None or last(bot, 2).status is JobStatus.OFFERED
        portal.between_pages = set()
        await asyncio.sleep(30)
        bot.approve(2)
        await asyncio.sleep(60)
        assert last(bot, 1).loss_reason is LossReason.TAKEN_WHILE_DECIDING, "a whole board tells"
        assert (last(bot, 2).status, ours(portal)) == (JobStatus.ACCEPTED, {"2"})


@in_virtual_time
async def test_offers_survive_a_restart_with_their_deadline(tmp_path: Path) -> None:
    portal = FakePortal()
    first = Bot(portal, tmp_path, settings=ASK)
    await first.start()
    portal.post(job(1), job(2), job(3))
    await asyncio.sleep(20)
    first.decline(3)
    await first.kill()
    offered_until = last(first, 1).offer_expires_at
    portal.rival_accepts("2")
    await asyncio.sleep(20)
    async with running(portal, tmp_path, settings=ASK, session="session-next") as bot:
        await asyncio.sleep(5)
        assert last(bot, 1).offer_expires_at == offered_until
        assert bot.heard.status(2) is JobStatus.LOST
        assert bot.heard.status(3) is not JobStatus.OFFERED
        bot.approve(1)
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}
        assert bot.engine.totals().accepted == 1, "the session that accepted it counts it"
    second = Bot(portal, tmp_path, settings=ASK)
    portal.post(job(4))
    await second.start()
    await asyncio.sleep(20)
    await second.kill()
    await asyncio.sleep(600)
    async with running(portal, tmp_path, settings=ASK) as bot:
        await asyncio.sleep(5)
        assert last(bot, 4).claim_state is ClaimState.EXPIRED


@in_virtual_time
async def test_an_approval_survives_a_restart(tmp_path: Path) -> None:
    portal = FakePortal()
    first = Bot(portal, tmp_path, settings=ASK)
    await first.start()
    portal.post(job(1))
    await asyncio.sleep(70)
    portal.break_next("job", *[Fault.BUSY] * 3)
    first.approve(1)  # the page was read long ago: it is read again first, and that takes a while
    await asyncio.sleep(0.2)
    assert last(first, 1).claim_state is ClaimState.APPROVED
    await first.kill()
    assert sent(portal) == set()
    async with running(portal, tmp_path, settings=ASK):
        await asyncio.sleep(60)
        assert ours(portal) == {"1"}


@in_virtual_time
async def test_a_yes_is_weighed_again_by_the_rules_as_they_are(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(mode="ask", offer_deadline_seconds=600, max_accept_per_run=1)
    overlapping: dict[str, Any] = {"day": DAY, "at": time(9), "minutes": 60}
    async with running(portal, tmp_path, settings=settings) as bot:
        portal.post(job(1, **overlapping), job(2, **overlapping), job(3))
        await asyncio.sleep(5)
        assert {bot.heard.status(number) for number in (1, 2, 3)} == {JobStatus.OFFERED}, "offers take no place"
        bot.approve(1)
        bot.approve(2)
        bot.approve(3)
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}
        assert sent(portal) == {"1"}
        assert "You are not free at that time" in bot.heard.said[0]
        assert "at most 1 job" in bot.heard.said[1]
        assert bot.heard.status(2) is JobStatus.OFFERED, "it waits on: the owner may change a rule"
        bot.engine.configure(configuration(version=1, mode="ask", max_accept_per_run=2))
        bot.approve(3)
        await asyncio.sleep(30)
        assert ours(portal) == {"1", "3"}


@in_virtual_time
async def test_a_page_that_says_something_else_by_now_stops_an_approved_job(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=configuration(mode="ask", offer_deadline_seconds=600)) as bot:
        portal.post(job(1))
        await asyncio.sleep(120)
        # the board shows nothing of it
        portal.jobs["1"].job = portal.jobs["1"].job.changed(kind="Face to Face")
        bot.approve(1)
        await asyncio.sleep(30)
        assert sent(portal) == set()
        assert "by now your rules say no" in bot.heard.said[-1]
        assert bot.heard.status(1) is JobStatus.REJECTED


@in_virtual_time
async def test_an_answer_to_an_earlier_offer_of_the_job_does_not_count(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1))
        await asyncio.sleep(10)
        read_at = clock.now()
        await asyncio.sleep(10)
        portal.jobs["1"].job = portal.jobs["1"].job.changed(duration_minutes=90)
        await asyncio.sleep(10)
        assert last(bot, 1).job.duration_minutes == 90
        assert bot.heard.status(1) is JobStatus.OFFERED
        bot.engine.approve("1", issued_at=read_at)
        await asyncio.sleep(10)
        assert sent(portal) == set()
        assert "please answer again" in bot.heard.said[-1]


@pytest.mark.parametrize("number", ["1", "77"])
@in_virtual_time
async def test_an_answer_to_no_offer_is_told_in_words(tmp_path: Path, number: str) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        portal.post(job(1))
        await asyncio.sleep(30)
        bot.approve(number)
        bot.decline(number)
        assert bot.heard.notices == ["answer_without_offer"] * 2
        assert ("yours already" if number == "1" else "does not wait") in bot.heard.said[0]
        assert ours(portal) == {"1"}


@in_virtual_time
async def test_a_yes_during_a_pause_is_followed_when_the_bot_goes_on(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1))
        await asyncio.sleep(5)
        bot.engine.pause()
        bot.approve(1)
        await asyncio.sleep(30)
        assert sent(portal) == set()
        assert "as soon as the bot watches" in bot.heard.said[-1]
        bot.engine.resume()
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}


@in_virtual_time
async def test_twice_yes_sends_one_accept(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1))
        await asyncio.sleep(5)
        bot.approve(1)
        bot.approve(1)
        await asyncio.sleep(30)
        bot.approve(1)
        await asyncio.sleep(30)
        assert len(portal.jobs["1"].arrivals) == 1


@in_virtual_time
async def test_an_approved_job_waits_for_room_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1))
        await asyncio.sleep(5)
        with monkeypatch.context() as patched:
            patched.setattr("bot.state.journal.ROOM_TO_PROVE", 2**62)
            bot.approve(1)
            await asyncio.sleep(30)
            assert sent(portal) == set()
            assert "MB are left on the disk" in (bot.session.reason or "")
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}
        assert bot.session.reason is None


# --- watching ---------------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_watching_decides_and_records_and_never_accepts(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=WATCH) as bot:
        portal.post(job(1), job(2, kind="Face to Face"))
        await asyncio.sleep(120)
        assert sent(portal) == set()
        assert bot.heard.status(1) is JobStatus.WATCHED
        assert bot.heard.status(2) is JobStatus.REJECTED
        assert len([one for one in bot.heard.reports if one.job.job_number == "1"]) == 1, "it is told once"
        decision = last(bot, 1).decision
        assert decision is not None
        assert decision.summary == "Every rule says yes."
        portal.rival_accepts("1")
        await asyncio.sleep(10)
        assert bot.heard.status(1) is JobStatus.WATCHED, "nothing was lost that nobody wanted"


# --- another mode -----------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_offers_are_accepted_when_the_bot_need_not_ask_any_more(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(*(job(number) for number in range(1, 5)))
        await asyncio.sleep(5)
        bot.engine.configure(configuration(version=1, max_accept_per_run=3))
        await asyncio.sleep(30)
        assert len(ours(portal)) == 3
        (left,) = {1, 2, 3, 4} - {int(number) for number in ours(portal)}
        assert bot.heard.status(left) is JobStatus.REJECTED
        bot.engine.configure(configuration(version=2, max_accept_per_run=None))
        await asyncio.sleep(30)
        assert len(ours(portal)) == 4


@in_virtual_time
async def test_offers_are_withdrawn_when_the_bot_only_watches(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=ASK) as bot:
        portal.post(job(1))
        await asyncio.sleep(5)
        bot.engine.configure(configuration(version=1, mode="watch"))
        assert last(bot, 1).claim_state is ClaimState.EXPIRED
        assert "only to watch" in (last(bot, 1).loss_detail or "")
        bot.approve(1)
        await asyncio.sleep(30)
        assert sent(portal) == set()
        bot.engine.configure(configuration(version=2, mode="ask"))
        await asyncio.sleep(5)
        assert bot.heard.status(1) is JobStatus.OFFERED, "it is offered again, because nobody had said no"


@pytest.mark.parametrize(("mode", "then"), [(Mode.WATCH, JobStatus.WATCHED), (Mode.ASK, JobStatus.OFFERED)])
@in_virtual_time
async def test_a_change_of_mode_reaches_an_accept_that_is_about_to_be_sent_again(
    tmp_path: Path, mode: Mode, then: JobStatus
) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.break_next("accept", Fault.BUSY)
        portal.post(job(1))
        while portal.faults["accept"]:
            await asyncio.sleep(0.01)
        bot.engine.configure(configuration(version=1, mode=mode.value))
        await asyncio.sleep(30)
        assert sent(portal) == set()
        assert LossReason.CALLED_OFF in {report.loss_reason for report in bot.heard.reports}
        assert bot.heard.status(1) is then


@in_virtual_time
async def test_what_was_watched_is_accepted_when_it_may_be(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=WATCH) as bot:
        portal.post(job(1))
        await asyncio.sleep(5)
        bot.engine.configure(configuration(version=1))
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}
        assert bot.heard.status(1) is JobStatus.ACCEPTED


# --- preferences and caps ---------------------------------------------------------------------------------------------


@in_virtual_time
async def test_what_the_owner_prefers_is_taken_first_when_a_cap_is_near(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(
        max_accept_per_run=2, prefer=("language", "longest"), languages=("Farsi", "Polish"), job_type_filter=()
    )
    async with running(portal, tmp_path, settings=settings):
        await asyncio.sleep(2)
        portal.post(
            job(1, minutes=90),
            job(2, minutes=30, language="Farsi"),
            job(3, minutes=45),
            job(4, minutes=120),
        )
        await asyncio.sleep(30)
        assert ours(portal) == {"2", "4"}


@in_virtual_time
async def test_a_cap_for_each_pass_over_the_board_lets_the_rest_wait_for_the_next(tmp_path: Path) -> None:
    portal = FakePortal()
    settings = configuration(max_accept_per_pass=2, check_interval_seconds=5)
    async with running(portal, tmp_path, settings=settings):
        await asyncio.sleep(6)
        portal.post(*(job(number) for number in range(5)))
        counts = set()
        for _ in range(40):
            await asyncio.sleep(0.5)
            counts.add(len(sent(portal)))
        assert counts == {0, 2, 4, 5}


# --- rejecting on the portal ------------------------------------------------------------------------------------------


def rejected(portal: FakePortal) -> set[str]:
    return {number for number, truth in portal.jobs.items() if truth.is_rejected}


@in_virtual_time
async def test_excluded_kinds_are_rejected_on_the_portal_only_where_the_owner_asks_for_it(tmp_path: Path) -> None:
    portal = FakePortal()
    jobs = (job(1), job(2, kind="Face to Face"), job(3, kind="BSL"), job(4, kind="Something new"))
    settings: dict[str, Any] = {"job_type_filter": ("Telephone Interpreting",)}
    async with running(portal, tmp_path, settings=configuration(**settings)) as bot:
        portal.post(*jobs)
        await asyncio.sleep(30)
        assert rejected(portal) == set()
        bot.engine.configure(configuration(version=1, mode="watch", reject_excluded=True, **settings))
        await asyncio.sleep(30)
        assert rejected(portal) == set(), "watching changes nothing"
        bot.engine.configure(configuration(version=2, reject_excluded=True, **settings))
        await asyncio.sleep(30)
        assert rejected(portal) == {"2"}
        assert bot.heard.notices.count("job_rejected_on_portal") == 1
        assert "a kind that you never accept" in bot.heard.said[-1]
        assert bot.heard.status(2) is JobStatus.REJECTED
        assert ours(portal) == {"1"}


@in_virtual_time
async def test_a_job_whose_page_says_another_kind_by_now_is_not_rejected(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        portal.post(job(1, kind="Face to Face"))
        await asyncio.sleep(30)
        portal.jobs["1"].job = portal.jobs["1"].job.changed(kind="BSL")
        bot.engine.configure(configuration(version=1, reject_excluded=True))
        await asyncio.sleep(30)
        assert rejected(portal) == set()


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.SIGNED_OUT, Fault.ANSWER_LOST, Fault.DROPPED])
@in_virtual_time
async def test_a_rejection_goes_out_once(tmp_path: Path, fault: Fault) -> None:
    portal = FakePortal()
    requests = 0
    real = portal.reject

    def counted(job_number: str) -> AcceptAnswer:
        nonlocal requests
        requests += 1
        return real(job_number)

    portal.reject = counted  # type: ignore[method-assign]  # to count what arrives
    portal.break_next("reject", fault)
    settings = configuration(reject_excluded=True)
    async with running(portal, tmp_path, settings=settings):
        portal.post(job(1, kind="Face to Face"))
        await asyncio.sleep(60)
    async with running(portal, tmp_path, settings=settings):
        await asyncio.sleep(60)
    assert requests == (0 if fault is Fault.DROPPED else 1)
