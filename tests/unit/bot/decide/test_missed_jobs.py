"""Jobs that were gone before they could be claimed, and why; what proves a claim; the owner's other calendars."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from bot import clock
from bot.domain.busy_calendar import BusySpan
from bot.domain.local_time import moment
from bot.domain.rules.decision import Decision
from bot.state.claim_record import ClaimRecord
from common.states import ClaimState, Verdict
from contract.jobs import JobReport, JobStatus, LossReason
from tests.support.engine_support import DEFINITION, Bot, configuration, job, ours, running
from tests.support.fakes.portal import FakePortal, Fault
from tests.support.virtual_time import in_virtual_time

DAY = date(2026, 11, 25)


def last(bot: Bot, number: int) -> JobReport:
    report = bot.heard.last(number)
    assert report is not None
    return report


# --- gone before there was a claim ------------------------------------------------------------------------------------


@in_virtual_time
async def test_a_job_that_is_gone_when_its_page_is_first_read_was_taken_before_it_was_seen(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.break_next("job", Fault.SLOW)
        portal.post(job(1))
        await asyncio.sleep(1)
        portal.remove("1")
        await asyncio.sleep(10)
        report = last(bot, 1)
        assert (report.status, report.loss_reason) == (JobStatus.LOST, LossReason.TAKEN_BEFORE_SEEN)
        assert report.decision is None
        assert report.times.decided_at is None
        assert bot.engine.totals().lost == 1
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(5)
        assert bot.engine.totals().lost == 1, "the session's count outlives a restart"


@in_virtual_time
async def test_what_the_rules_refuse_by_the_board_alone_is_no_loss(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=configuration(languages=("Farsi",))) as bot:
        await asyncio.sleep(2)
        portal.break_next("job", Fault.SLOW)
        portal.post(job(1))
        await asyncio.sleep(1)
        portal.remove("1")
        await asyncio.sleep(10)
        assert bot.heard.last(1) is None
        assert bot.engine.totals().lost == 0


@in_virtual_time
async def test_a_job_whose_page_could_not_be_read_is_lost_to_the_portals_failing(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.break_next("job", *[Fault.STRANGE] * 3)
        portal.post(job(1))
        await asyncio.sleep(5)
        portal.remove("1")
        await asyncio.sleep(10)
        assert last(bot, 1).loss_reason is LossReason.PORTAL_FAILING


@in_virtual_time
async def test_a_match_that_could_not_be_claimed_is_recorded_when_it_goes(tmp_path: Path) -> None:
    portal = FakePortal()
    has_account = False
    async with running(portal, tmp_path, has_account=lambda: has_account) as bot:
        portal.post(job(1), job(2))
        await asyncio.sleep(10)
        assert ours(portal) == set()
        portal.rival_accepts("1")
        await asyncio.sleep(10)
        report = last(bot, 1)
        assert (report.status, report.loss_reason) == (JobStatus.LOST, LossReason.SESSION_ENDED)
        assert report.decision is not None
        has_account = True
        await asyncio.sleep(30)
        assert ours(portal) == {"2"}
        assert bot.engine.totals().lost == 1


@in_virtual_time
async def test_a_match_whose_page_is_read_again_when_it_goes_is_recorded(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path, settings=configuration(mode="watch")) as bot:
        portal.post(job(1))
        await asyncio.sleep(120)
        portal.break_next("job", Fault.SLOW)
        bot.engine.configure(configuration(version=1))
        await asyncio.sleep(1)
        portal.rival_accepts("1")
        await asyncio.sleep(30)
        report = last(bot, 1)
        assert (report.status, report.loss_reason) == (JobStatus.LOST, LossReason.TAKEN_WHILE_DECIDING)


@in_virtual_time
async def test_a_lost_job_that_comes_back_is_claimed_and_no_loss_any_more(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.break_next("job", Fault.SLOW)
        portal.post(job(1))
        await asyncio.sleep(1)
        portal.jobs["1"].is_gone = True
        await asyncio.sleep(10)
        assert bot.engine.totals().lost == 1
        portal.jobs["1"].is_gone = False
        await asyncio.sleep(60)
        assert bot.heard.status(1) is JobStatus.ACCEPTED
        totals = bot.engine.totals()
        assert (totals.accepted, totals.lost) == (1, 0)


# --- evidence ---------------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_row_answer_and_status_page_prove_a_claim(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(2)
        portal.post(job(1), job(2, kind="Face to Face"))
        await asyncio.sleep(30)
        assert bot.evidence == {
            "1": [
                ("claim", {"row.html", "answer.html", "answer.txt"}),
                ("claim_confirmed", {"status.html", "outcome.txt"}),
            ]
        }
        portal.post(job(3))
        while not portal.jobs["3"].arrivals:
            await asyncio.sleep(0.01)
        portal.remove("3")
        await asyncio.sleep(30)
        assert bot.evidence["3"][-1] == ("claim_lost", {"status.txt", "outcome.txt"})


@in_virtual_time
async def test_rows_that_left_the_board_do_not_fill_the_memory(tmp_path: Path) -> None:
    portal = FakePortal()
    async with running(portal, tmp_path) as bot:
        portal.post(job(1, kind="Face to Face"))
        await asyncio.sleep(5)
        known = bot.parts.board.get("1")
        assert known is not None
        assert known.row.html
        portal.remove("1")
        await asyncio.sleep(5)
        assert known.row.html == ""


# --- other calendars --------------------------------------------------------------------------------------------------


@dataclass
class Diary:
    """Calendars that a test writes."""

    entries: tuple[BusySpan, ...] = ()
    unread: tuple[str, ...] = ()
    known_until: datetime | None = field(default_factory=lambda: datetime(2027, 12, 1, tzinfo=UTC))
    version: int = 0

    def spans(self, now: datetime) -> tuple[BusySpan, ...]:
        del now
        return self.entries

    def write(self, *entries: BusySpan) -> None:
        self.entries, self.version = entries, self.version + 1


def entry(at: time, *, minutes: int = 60, title: str = "Dentist") -> BusySpan:
    starts_at = moment(DAY, at, DEFINITION.zone)
    return BusySpan(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes), title=title)


@in_virtual_time
async def test_nothing_is_accepted_on_top_of_a_calendar_entry_until_it_is_gone(tmp_path: Path) -> None:
    portal, diary = FakePortal(), Diary()
    diary.write(entry(time(9)))
    async with running(portal, tmp_path, calendars=diary) as bot:
        portal.post(job(1, day=DAY, at=time(9, 30)), job(2, day=DAY, at=time(14)))
        await asyncio.sleep(30)
        assert ours(portal) == {"2"}
        decision = last(bot, 1).decision
        assert decision is not None
        assert "your calendar entry Dentist" in decision.summary
        diary.write()
        await asyncio.sleep(30)
        assert ours(portal) == {"1", "2"}


@in_virtual_time
async def test_an_entry_that_appears_keeps_later_jobs_out(tmp_path: Path) -> None:
    portal, diary = FakePortal(), Diary()
    async with running(portal, tmp_path, calendars=diary):
        await asyncio.sleep(5)
        diary.write(entry(time(9)))
        portal.post(job(1, day=DAY, at=time(9, 30)))
        await asyncio.sleep(30)
        assert ours(portal) == set()


@in_virtual_time
async def test_nothing_is_accepted_while_a_calendar_was_never_read(tmp_path: Path) -> None:
    portal = FakePortal()
    diary = Diary(unread=("family",), known_until=None)
    async with running(portal, tmp_path, calendars=diary) as bot:
        portal.post(job(1))
        await asyncio.sleep(5)
        assert bot.heard.last(1) is None, "it may be read in a moment"
        await asyncio.sleep(30)
        assert ours(portal) == set()
        decision = last(bot, 1).decision
        assert decision is not None
        assert "“family” has not been read" in decision.summary
        assert "“family”" in (bot.session.reason or "")
        diary.unread, diary.known_until = (), clock.now() + timedelta(days=400)
        diary.write()
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}
        assert bot.session.reason is None


@in_virtual_time
async def test_nothing_is_accepted_beyond_what_the_calendars_know(tmp_path: Path) -> None:
    portal = FakePortal()
    diary = Diary(known_until=moment(DAY, time(12), DEFINITION.zone))
    async with running(portal, tmp_path, calendars=diary) as bot:
        portal.post(job(1, day=DAY, at=time(11)), job(2, day=DAY, at=time(11, 45)))
        await asyncio.sleep(30)
        assert ours(portal) == {"1"}
        decision = last(bot, 2).decision
        assert decision is not None
        assert "this job is later" in decision.summary
        diary.known_until = moment(DAY, time(18), DEFINITION.zone)
        await asyncio.sleep(30)
        assert ours(portal) == {"1", "2"}, "they know more with every day"


# --- an accept that waited long before it left ------------------------------------------------------------------------


@in_virtual_time
async def test_an_accept_that_left_long_after_its_intent_is_not_sent_again_after_a_crash(tmp_path: Path) -> None:
    portal = FakePortal(late=5.0)
    portal.post(job(1))
    killed = Bot(portal, tmp_path)
    killed.journal.open()
    at = clock.now() - timedelta(seconds=60)  # the portal had asked to be left alone for so long
    decision = Decision(verdict=Verdict.MATCH, reasons=())
    intent = ClaimRecord(
        job=job(1),
        decision=decision,
        attempt=1,
        session_id=killed.session.session_id,
        state=ClaimState.INTENDED,
        seen_at=at,
        decided_at=at,
        intended_at=at,
    )
    await killed.journal.intend(intent)
    await killed.journal.close()
    portal.accept_late("1")
    async with running(portal, tmp_path) as bot:
        await asyncio.sleep(60)
        assert len(portal.jobs["1"].arrivals) == 1
        assert bot.heard.status(1) is JobStatus.ACCEPTED
