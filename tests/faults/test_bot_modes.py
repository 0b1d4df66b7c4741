"""Real bots that ask, watch, heed calendars and prove what they did, while things break."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.evidence.store import kept_in, read_from
from contract.commands import Approve, Configure, Decline, Snapshot
from contract.configuration import BotConfiguration, VersionedConfiguration
from contract.events import ErrorReported, Notice
from contract.jobs import ClaimState, Given, JobStatus, LossReason
from contract.owner_rules import Mode
from contract.sessions import SessionState
from system.servers.redis import RedisServer
from tests.support.bot_support import BotRun, Reports, bot, wait_until
from tests.support.simulator_client import SimulatorProcess

TELEPHONE = "Telephone Interpreting"


@pytest.fixture
def reports(redis_server: RedisServer) -> Iterator[Reports]:
    found = Reports(redis_server.url)
    yield found
    found.close()


def ours(simulator: SimulatorProcess, number: str) -> bool:
    return simulator.truth(number).holder == simulator.us


def approve(reports: Reports, run: BotRun, number: str) -> None:
    reports.tell(run.session, Approve(issued_at=datetime.now(UTC), job_number=number))


def accepts_sent(simulator: SimulatorProcess) -> int:
    return sum(seen.method == "POST" and seen.path.endswith("/matched") for seen in simulator.requests())


def notices(reports: Reports, action: str) -> list[str]:
    return [event.message for event in reports.events() if isinstance(event, Notice) and event.action == action]


def errors(reports: Reports, code: str) -> list[str]:
    return [event.message for event in reports.events() if isinstance(event, ErrorReported) and event.code == code]


def given_jobs(folder: Path) -> set[str]:
    """The given jobs in the journal."""
    (file,) = folder.glob("bot/*/journal.sqlite")
    with sqlite3.connect(file) as connection:
        return {number for (number,) in connection.execute("SELECT job_number FROM given")}


def pieces(folder: Path, job_number: str | None) -> dict[str, tuple[set[str], dict[str, bytes]]]:
    """The evidence of one job, or of none: by its kind the names of its parts, and the parts."""
    (place,) = folder.glob("bot/*/evidence")
    found = {}
    for name in kept_in(place, job_number):
        if name.job_number == job_number:
            items = dict(read_from(place, str(name)).items)
            found[name.kind] = (set(items), items)
    return found


# --- asking and watching ----------------------------------------------------------------------------------------------


def test_an_offer_outlives_a_crash_and_is_accepted_when_the_owner_says_yes(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url, MODE="ask") as doomed:
        doomed.wait_for_log("session_running")
        number = simulator.post_job(kind=TELEPHONE).job_number
        wait_until(lambda: reports.status(number) is JobStatus.OFFERED)
        doomed.kill()
    until = reports.jobs()[number].offer_expires_at
    with bot(simulator, tmp_path, redis_url=redis_server.url, MODE="ask") as second:
        second.wait_for_log("session_running", times=2)
        assert reports.jobs()[number].offer_expires_at == until
        approve(reports, second, number)
        wait_until(lambda: reports.status(number) is JobStatus.ACCEPTED)
        assert ours(simulator, number)
        approve(reports, second, number)
        wait_until(lambda: notices(reports, "answer_without_offer"))
        assert "yours already" in notices(reports, "answer_without_offer")[0]
    assert len(simulator.truth(number).accepts) == 1


def test_offers_end_by_a_no_by_their_deadline_and_by_a_rival(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url, MODE="ask", OFFER_DEADLINE_SECONDS="5") as run:
        run.wait_for_log("session_running")
        declined, taken, expired = (one.job_number for one in simulator.post_jobs(3, kind=TELEPHONE))
        wait_until(lambda: all(reports.status(one) is JobStatus.OFFERED for one in (declined, taken, expired)))
        reports.tell(run.session, Decline(issued_at=datetime.now(UTC), job_number=declined))
        simulator.assign(taken, "rival:1")
        wait_until(lambda: reports.jobs()[taken].loss_reason is LossReason.TAKEN_WHILE_DECIDING)
        assert reports.jobs()[taken].loss_detail == "Somebody took it while it waited for your answer."
        wait_until(lambda: reports.jobs()[declined].claim_state is ClaimState.DECLINED)
        wait_until(lambda: reports.jobs()[expired].claim_state is ClaimState.EXPIRED)
        approve(reports, run, expired)
        wait_until(lambda: notices(reports, "answer_without_offer"))
        assert "came too late" in notices(reports, "answer_without_offer")[0]
    assert accepts_sent(simulator) == 0


def test_an_approved_job_is_accepted_though_the_session_ends_at_that_moment(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url, MODE="ask") as run:
        run.wait_for_log("session_running")
        number = simulator.post_job(kind=TELEPHONE).job_number
        wait_until(lambda: reports.status(number) is JobStatus.OFFERED)
        simulator.fault("expire_sessions", count=1)
        approve(reports, run, number)
        wait_until(lambda: reports.status(number) is JobStatus.ACCEPTED)
    assert len(simulator.truth(number).accepts) == 1


def test_watching_never_accepts_and_another_mode_takes_effect_at_once(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    def use(version: int, mode: Mode) -> None:
        wanted = VersionedConfiguration(version=version, configuration=BotConfiguration(mode=mode))
        reports.tell(run.session, Configure(issued_at=datetime.now(UTC), wanted=wanted))

    with bot(simulator, tmp_path, redis_url=redis_server.url, MODE="watch") as run:
        run.wait_for_log("session_running")
        number = simulator.post_job(kind=TELEPHONE).job_number
        wait_until(lambda: reports.status(number) is JobStatus.WATCHED)
        assert accepts_sent(simulator) == 0
        use(1, Mode.ASK)
        wait_until(lambda: reports.status(number) is JobStatus.OFFERED)
        use(2, Mode.WATCH)
        wait_until(lambda: reports.status(number) is JobStatus.WATCHED)
        assert accepts_sent(simulator) == 0
        use(3, Mode.ACCEPT)
        wait_until(lambda: reports.status(number) is JobStatus.ACCEPTED)
        assert ours(simulator, number)


def test_an_excluded_kind_is_rejected_on_the_portal_once_where_the_owner_asks_for_it(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    def sent() -> int:
        return sum(seen.path.endswith("/matched/reject") for seen in simulator.requests())

    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        excluded = simulator.post_job(kind="Face to Face").job_number
        other = simulator.post_job(kind="BSL").job_number
        wait_until(lambda: reports.status(excluded) is JobStatus.REJECTED)
        wait_until(lambda: reports.status(other) is JobStatus.REJECTED)
        assert sent() == 0
        wanted = VersionedConfiguration(version=1, configuration=BotConfiguration(reject_excluded=True))
        reports.tell(run.session, Configure(issued_at=datetime.now(UTC), wanted=wanted))
        wait_until(lambda: any(f"{excluded}/" in said for said in notices(reports, "job_rejected_on_portal")))
        run.kill()
    rejected = sent()
    with bot(simulator, tmp_path, redis_url=redis_server.url, REJECT_EXCLUDED="true") as second:
        later = simulator.post_job(kind=TELEPHONE).job_number
        wait_until(lambda: reports.status(later) is JobStatus.ACCEPTED)
        assert sent() == rejected
        assert second.process.poll() is None
    assert all(f"{other}/" not in said for said in notices(reports, "job_rejected_on_portal"))


# --- jobs that others gave, and jobs that were gone -------------------------------------------------------------------


def test_a_job_that_the_agency_gives_and_takes_back_is_recorded_once_each(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    def told() -> list[Given | None]:
        return [
            event.report.given
            for event in reports.events()
            if event.type == "job_processed" and event.report.job.job_number == number
        ]

    day = datetime.now(UTC).date() + timedelta(days=30)
    number = simulator.post_job(kind=TELEPHONE, appointment_date=day.isoformat()).job_number
    simulator.assign(number, simulator.us)
    with bot(simulator, tmp_path, redis_url=redis_server.url) as first:
        wait_until(lambda: reports.status(number) is JobStatus.GIVEN)
        assert reports.jobs()[number].job.kind == TELEPHONE
        wait_until(lambda: number in given_jobs(tmp_path))
        first.kill()
    with bot(simulator, tmp_path, redis_url=redis_server.url) as second:
        second.wait_for_log("session_running", times=2)
        later = simulator.post_job(kind=TELEPHONE).job_number
        wait_until(lambda: reports.status(later) is JobStatus.ACCEPTED)
        assert told() == [Given.OURS]
        simulator.assign(number, "rival:1")
        wait_until(lambda: reports.status(number) is JobStatus.TAKEN_BACK)
        assert told() == [Given.OURS, Given.TAKEN_BACK]
        beat = reports.beat(second.session)
        assert beat is not None
        assert beat.totals.accepted == 1, "only what the bot itself accepted"


def test_a_job_that_is_gone_when_its_page_is_first_read_is_told_as_taken_before_it_was_seen(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url):
        settled = simulator.post_job(kind=TELEPHONE).job_number
        wait_until(lambda: reports.status(settled) is JobStatus.ACCEPTED)  # and every other page was read before
        simulator.fault("too_many_requests", path="/interpreter-jobs/", retry_after_seconds=1)
        number = simulator.post_job(kind=TELEPHONE).job_number
        wait_until(lambda: any(fault["applied"] for fault in simulator.faults()))
        simulator.remove(number)
        simulator.clear_faults()
        wait_until(lambda: reports.status(number) is JobStatus.LOST)
        report = reports.jobs()[number]
        assert report.loss_reason is LossReason.TAKEN_BEFORE_SEEN
        assert report.times.submitted_at is None


# --- calendars --------------------------------------------------------------------------------------------------------


def calendar_file(path: Path, day: date, start: time, end: time) -> None:
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//test//EN",
        "BEGIN:VEVENT",
        "UID:1",
        "DTSTAMP:20261101T000000Z",
        f"DTSTART;TZID=Europe/London:{day:%Y%m%d}T{start:%H%M%S}",
        f"DTEND;TZID=Europe/London:{day:%Y%m%d}T{end:%H%M%S}",
        "SUMMARY:Dentist",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    path.write_text("\r\n".join(lines))


def test_a_calendar_keeps_its_time_free_and_an_unread_one_everything(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    day = datetime.now(UTC).date() + timedelta(days=30)
    file = tmp_path / "family.ics"
    when = {"kind": TELEPHONE, "appointment_date": day.isoformat(), "duration_minutes": 60}
    with bot(simulator, tmp_path, redis_url=redis_server.url, CALENDARS=f"family={file}") as run:
        run.wait_for_log("session_running")
        over, free = (simulator.post_job(appointment_time=at, **when).job_number for at in ("09:30", "15:00"))
        wait_until(lambda: reports.status(over) is JobStatus.REJECTED and reports.status(free) is JobStatus.REJECTED)
        decision = reports.jobs()[free].decision
        assert decision is not None
        assert "“family” has not been read" in decision.summary
        assert errors(reports, "calendar_unreadable")
        assert accepts_sent(simulator) == 0
        calendar_file(file, day, time(9), time(10))
        wait_until(lambda: reports.status(free) is JobStatus.ACCEPTED, patience=60)
        decision = reports.jobs()[over].decision
        assert decision is not None
        assert "your calendar entry Dentist" in decision.summary
        assert not ours(simulator, over)


# --- evidence and pictures --------------------------------------------------------------------------------------------


def test_row_answer_and_status_page_of_a_claim_are_kept_without_secrets(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        number = simulator.post_job(kind=TELEPHONE).job_number
        wait_until(lambda: reports.status(number) is JobStatus.ACCEPTED)
        assert run.stop() == 0
    found = pieces(tmp_path, number)
    assert found["claim"][0] >= {"row.html", "answer.html", "answer.txt"}
    assert found["claim_confirmed"][0] >= {"status.html", "outcome.txt"}
    row, status = found["claim"][1]["row.html"].decode(), found["claim_confirmed"][1]["status.html"].decode()
    assert f"{number}/atoz" in row
    assert "[removed]" in row, "the form's token"
    assert "assigned" in status
    assert simulator.username not in row + status


def test_a_snapshot_is_kept_and_the_owner_told_where(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    with bot(simulator, tmp_path, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        number = simulator.post_job(kind="BSL").job_number
        wait_until(lambda: reports.status(number) is JobStatus.REJECTED)
        reports.tell(run.session, Snapshot(issued_at=datetime.now(UTC)))
        wait_until(lambda: notices(reports, "snapshot_kept") or errors(reports, "no_snapshot"), patience=60)
        (message,) = notices(reports, "snapshot_kept")
        assert run.stop() == 0
    names, items = pieces(tmp_path, None)["snapshot"]
    assert names >= {"picture.png", "page.html"}
    assert items["picture.png"].startswith(b"\x89PNG")
    assert f"{number}/atoz" in items["page.html"].decode()
    (place,) = tmp_path.glob("bot/*/evidence")
    assert str(place) in message


# --- a full disk ------------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own, to be filled."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("no file system can be mounted here: that takes root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, *, but: int = 0) -> Path:
    """Fill the disk, but for so many bytes."""
    filler = folder / "filler"
    left = os.statvfs(folder)
    size = left.f_bavail * left.f_frsize - but
    with filler.open("wb") as file:
        try:
            for _ in range(size // 65536):
                file.write(b"x" * 65536)
            file.write(b"x" * (size % 65536))
        except OSError:
            pass  # it is full, as it is meant to be
    return filler


@pytest.mark.parametrize("left", [5_000_000, 0], ids=["nearly full", "full"])
def test_a_full_disk_stops_accepting_until_there_is_room_and_loses_no_report(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path, left: int
) -> None:
    with small_disk(tmp_path / "disk", 40) as disk, bot(simulator, disk, redis_url=redis_server.url) as run:
        run.wait_for_log("session_running")
        before = simulator.post_job(kind=TELEPHONE).job_number
        wait_until(lambda: reports.status(before) is JobStatus.ACCEPTED)
        filler = fill(disk, but=left)
        number = simulator.post_job(kind=TELEPHONE).job_number
        refused = simulator.post_job(kind="BSL").job_number
        wait_until(lambda: "Nothing is accepted" in (((beat := reports.beat(run.session)) and beat.reason) or ""))
        if left:
            wait_until(lambda: errors(reports, "disk_failed"))
        assert simulator.truth(number).accepts == ()
        assert run.process.poll() is None
        filler.unlink()
        wait_until(lambda: ours(simulator, number), patience=40)
        wait_until(lambda: reports.status(number) is JobStatus.ACCEPTED, patience=40)
        wait_until(lambda: reports.status(refused) is JobStatus.REJECTED)
        wait_until(lambda: errors(reports, "disk_failed"))
        wait_until(lambda: (beat := reports.beat(run.session)) is not None and beat.reason is None)
        assert run.stop() == 0
        assert len(simulator.truth(number).accepts) == 1
        assert "claim_confirmed" in pieces(disk, number)


# --- two bots of one account ------------------------------------------------------------------------------------------


def test_two_machines_never_claim_side_by_side_also_when_redis_goes_away(
    simulator: SimulatorProcess, redis_server: RedisServer, reports: Reports, tmp_path: Path
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    with bot(simulator, tmp_path / "here", redis_url=redis_server.url, session="session-here") as here:
        here.wait_for_log("session_running")
        with bot(simulator, tmp_path / "there", redis_url=redis_server.url, session="session-there") as there:
            wait_until(lambda: "another machine" in (((beat := reports.beat(there.session)) and beat.reason) or ""))
            redis_server.kill()
            numbers = [one.job_number for one in simulator.post_jobs(5, kind=TELEPHONE)]
            wait_until(lambda: all(ours(simulator, number) for number in numbers))
            assert all(len(simulator.truth(number).accepts) == 1 for number in numbers)
            assert there.logged("claim_submitted") == 0
            redis_server.start()
            wait_until(lambda: (beat := reports.beat(here.session)) and beat.state is SessionState.RUNNING)
            here.kill()
            # 40 seconds after the last word of the one that did not say goodbye
            there.wait_for_log("session_running", patience=70)
            later = simulator.post_job(kind=TELEPHONE).job_number
            wait_until(lambda: ours(simulator, later))
