"""Reports of jobs that were weighed and not claimed."""

import asyncio
from datetime import timedelta
from typing import cast

from bot.claim.waiting_claims import matched_claim
from bot.decide.deferred import DeferredWork
from bot.decide.tally import UnclaimedTally
from bot.decide.verdict_reports import ReportPorts, VerdictReports
from bot.state.journal import Journal
from contract.jobs import JobStatus
from tests.support.engine_support import Heard
from tests.support.parts import AT, MATCH, Claims, refusal_by, tracked
from tests.support.virtual_time import in_virtual_time


class Reports:
    def __init__(self) -> None:
        self.claims, self.heard = Claims(), Heard()
        journal = cast(Journal, self.claims.journal)
        self.tally = UnclaimedTally(self.claims.store, journal)
        ports = ReportPorts(
            claims=self.claims.store,
            tally=self.tally,
            journal=journal,
            events=self.heard,
            deferred=DeferredWork(timedelta(milliseconds=50)),
        )
        self.reports = VerdictReports(ports)


@in_virtual_time
async def test_a_refusal_is_reported_once_until_other_rules_refuse() -> None:
    reports, one = Reports(), tracked(1)
    for rule in ("languages", "languages", "exclude_types"):
        reports.reports.report_refused(one, refusal_by(rule), AT)
        await asyncio.sleep(1)
    assert [report.status for report in reports.heard.reports] == [JobStatus.REJECTED, JobStatus.REJECTED]
    assert reports.tally.refused == 1


@in_virtual_time
async def test_a_job_that_was_claimed_meanwhile_is_not_reported_as_refused() -> None:
    reports, one = Reports(), tracked(1)
    reports.reports.report_refused(one, refusal_by("languages"), AT)
    reports.claims.store.new_claim(one, matched_claim(reports.claims.store, one, MATCH, decided_at=AT))
    await asyncio.sleep(1)
    assert reports.heard.reports == []


@in_virtual_time
async def test_a_watched_match_is_reported_once_until_there_is_a_claim() -> None:
    reports, one = Reports(), tracked(1)
    reports.tally.add_refused("1")
    for _ in range(2):
        reports.reports.report_watched(one, MATCH, AT)
        await asyncio.sleep(1)
    assert [report.status for report in reports.heard.reports] == [JobStatus.WATCHED]
    assert reports.tally.refused == 0
    reports.reports.forget(one)
    assert not one.is_watched
