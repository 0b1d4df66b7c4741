"""From the stream to Postgres: each event once, in order, whatever arrives; numbers that always add up."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast

import pytest
from redis import Redis
from sqlalchemy import select, text

from app.analytics.counting import counts_of
from app.database.connection import Database
from app.database.models import (
    AnalyticsPeriodRow,
    BotSessionRow,
    IngestPositionRow,
    JobRecordRow,
    SystemLogRow,
)
from app.ingest.worker import Ingest
from app.jobs.precedence import Standing
from app.jobs.queries import KnownJob
from app.logs.schemas import LogLevel
from app.parked import service
from app.problems import NotFound
from app.sessions.schemas import Wanted
from app.settings import Settings
from contract.commands import Resend, decode_command
from contract.events import Event, encode_event
from contract.jobs import ClaimState, JobStatus, JobTimes, Verdict
from contract.sessions import LoginStatus, SessionState, StartedBy
from contract.streams import COMMAND_FIELD, EVENT_FIELD, EVENTS, INGEST_GROUP, PARKED, commands, ingested
from tests.support.backend_events import ACCOUNT, NOON, SESSION, Outbox, put
from tests.support.fixtures_backend import until


@pytest.fixture
def ingest(backend_settings: Settings, database: Database) -> Iterator[Ingest]:
    worker = Ingest(backend_settings, database)
    worker.start()
    yield worker
    worker.stop()


def rows(database: Database, model: Any) -> list[Any]:
    with database.transaction() as session:
        return list(session.scalars(select(model)))


def acknowledged(redis: Redis, outbox: Outbox) -> int:
    return int(cast("bytes | None", redis.hget(ingested(outbox.session_id), outbox.outbox_id)) or 0)


def arrived(redis: Redis, outbox: Outbox) -> None:
    until(lambda: acknowledged(redis, outbox) == outbox.seq)


def told(redis: Redis, session_id: str) -> list[Resend]:
    entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", redis.xrange(commands(session_id)))
    found = [decode_command(fields[COMMAND_FIELD]) for _, fields in entries]
    return [command for command in found if isinstance(command, Resend)]


def parked(redis: Redis) -> list[dict[bytes, bytes]]:
    return [fields for _, fields in cast("list[tuple[bytes, dict[bytes, bytes]]]", redis.xrange(PARKED))]


def recounted(database: Database) -> dict[tuple[Any, ...], int]:
    """The hours as they follow from the job records alone."""
    sums: Counter[tuple[Any, ...]] = Counter()
    for job in rows(database, JobRecordRow):
        known = KnownJob(
            standing=Standing(
                session_id=job.session_id,
                outbox_id=job.outbox_id,
                seq=job.seq,
                at=job.updated_at,
                verdict=job.verdict,
                claim_state=job.claim_state,
            ),
            was_claimed=job.was_claimed,
            first_seen_at=job.first_seen_at,
            status=job.status,
            language=job.language,
            times=JobTimes(seen_at=job.seen_at, decided_at=job.decided_at, confirmed_at=job.confirmed_at),
        )
        for counted, number in counts_of(job.account_id, known).items():
            sums[(counted.account_id, counted.hour, counted.what)] += number
            if counted.language:
                sums[(counted.account_id, counted.hour, "language", counted.language)] += number
    return {what: number for what, number in sums.items() if number}


def counted(database: Database) -> dict[tuple[Any, ...], int]:
    """The hours as the table has them, without the checks."""
    found: dict[tuple[Any, ...], int] = {}
    for row in rows(database, AnalyticsPeriodRow):
        for what in ("jobs_seen", "jobs_accepted", "jobs_rejected", "jobs_lost"):
            found[(row.account_id, row.period_start, what)] = getattr(row, what)
        for language, number in row.languages.items():
            found[(row.account_id, row.period_start, "language", language)] = number
    return {what: number for what, number in found.items() if number}


def test_a_whole_life(ingest: Ingest, database: Database, redis_client: Redis) -> None:
    bot = Outbox()
    put(
        redis_client,
        bot.started(),
        bot.status(SessionState.SIGNING_IN, LoginStatus.SIGNING_IN, name=None),
        bot.status(SessionState.RUNNING),
        bot.job("10432", claim=ClaimState.INTENDED),
        bot.job("10433", verdict=Verdict.NO_MATCH, language="Welsh"),
        bot.job("10432", claim=ClaimState.SUBMITTED),
        bot.job("10434", claim=ClaimState.LOST),
        bot.job("10432", claim=ClaimState.CONFIRMED),
        bot.cycle(17, accepted=1, rejected=1, lost=1),
        bot.notice(),
        bot.error(),
        bot.configured(4),
        bot.job("10432", claim=ClaimState.HELD),
        bot.status(SessionState.STOPPED, LoginStatus.SIGNED_OUT, checks=17, accepted=1, rejected=1, lost=1),
    )
    arrived(redis_client, bot)

    (session,) = rows(database, BotSessionRow)
    assert (session.session_id, session.account_id, session.portal) == (SESSION, ACCOUNT, "simulator")
    assert (session.started_by, session.practice_mode) == (StartedBy.COMMAND_LINE, True)
    assert (session.state, session.login_status) == (SessionState.STOPPED, LoginStatus.SIGNED_OUT)
    assert session.interpreter_name == "Anna Nowak"
    assert (session.total_checks, session.total_accepted, session.total_rejected, session.total_lost) == (17, 1, 1, 1)
    assert (session.start_time, session.end_time) == (NOON + timedelta(seconds=1), bot.at)
    assert session.wanted is Wanted.STOPPED  # it went by itself, and nobody starts it again

    jobs = {job.job_number: job for job in rows(database, JobRecordRow)}
    assert {number: job.status for number, job in jobs.items()} == {
        "10432": JobStatus.ACCEPTED,
        "10433": JobStatus.REJECTED,
        "10434": JobStatus.LOST,
    }
    accepted = jobs["10432"]
    assert accepted.claim_state is ClaimState.HELD
    assert (accepted.seen_at, accepted.decided_at) == (NOON, NOON + timedelta(milliseconds=40))
    assert (accepted.submitted_at, accepted.confirmed_at) == (
        NOON + timedelta(milliseconds=60),
        NOON + timedelta(milliseconds=130),
    )
    assert accepted.reasons[0] == {
        "rule": "job_type_filter",
        "passed": True,
        "why": "It is a kind that you accept.",
    }
    assert (accepted.verdict, accepted.summary) == (Verdict.MATCH, "Every rule says yes.")
    assert str(accepted.appointment_time) == "09:30:00"
    assert accepted.updated_at == bot.made[12].at

    lines = [(line.level, line.action) for line in sorted(rows(database, SystemLogRow), key=lambda line: line.at)]
    assert lines == [
        (LogLevel.INFO, "session_signing_in"),
        (LogLevel.INFO, "session_running"),
        (LogLevel.INFO, "cap_reached"),
        (LogLevel.ERROR, "layout_changed"),
        (LogLevel.INFO, "configuration_taken_up"),
        (LogLevel.INFO, "session_stopped"),
    ]
    (hour,) = rows(database, AnalyticsPeriodRow)
    assert (hour.period_start, hour.checks) == (NOON, 17)
    assert (hour.jobs_seen, hour.jobs_accepted, hour.jobs_rejected, hour.jobs_lost) == (3, 1, 1, 1)
    assert hour.languages == {"Polish": 2, "Welsh": 1}
    assert counted(database) == recounted(database)


def test_a_bare_job_has_nulls_and_an_undecided_one_no_reasons(
    ingest: Ingest, database: Database, redis_client: Redis
) -> None:
    bot = Outbox()
    put(redis_client, bot.job("1", verdict=None, language=None, kind=None, appointment_time=None, company_name=None))
    arrived(redis_client, bot)
    (job,) = rows(database, JobRecordRow)
    assert (job.status, job.reasons, job.verdict, job.language) == (JobStatus.PENDING, [], None, None)
    (session,) = rows(database, BotSessionRow)  # made by the first that was heard of it
    assert (session.started_by, session.portal) == (StartedBy.COMMAND_LINE, "simulator")


def test_repetitions_change_nothing_and_are_acknowledged_again(
    ingest: Ingest, database: Database, redis_client: Redis
) -> None:
    bot = Outbox()
    events = [bot.started(), bot.job("1", claim=ClaimState.CONFIRMED), bot.cycle(5), bot.notice()]
    put(redis_client, *events)
    arrived(redis_client, bot)
    before = (counted(database), len(rows(database, SystemLogRow)))
    redis_client.delete(ingested(SESSION))  # Redis lost its last second
    put(redis_client, *events, *events)
    arrived(redis_client, bot)
    assert (counted(database), len(rows(database, SystemLogRow))) == before
    (hour,) = rows(database, AnalyticsPeriodRow)
    assert hour.checks == 5


def test_a_gap_is_asked_for_and_nothing_beyond_it_counts_until_it_is_closed(
    ingest: Ingest, database: Database, redis_client: Redis
) -> None:
    bot, other = Outbox(), Outbox(session_id="session-b", outbox_id="outbox-b")
    events = [bot.job(str(number)) for number in range(1, 6)]
    put(redis_client, events[0], *events[2:], other.job("9"))
    arrived(redis_client, other)  # nobody else waits
    until(lambda: told(redis_client, SESSION))
    assert told(redis_client, SESSION)[0].from_seq == 2
    assert told(redis_client, SESSION)[0].outbox_id == bot.outbox_id
    assert acknowledged(redis_client, bot) == 1
    assert {job.job_number for job in rows(database, JobRecordRow)} == {"1", "9"}
    put(redis_client, *events[1:])  # as the bot's outbox answers
    arrived(redis_client, bot)
    assert {job.job_number for job in rows(database, JobRecordRow)} == {"1", "2", "3", "4", "5", "9"}


def test_a_request_that_nobody_answers_is_made_again(ingest: Ingest, redis_client: Redis) -> None:
    bot = Outbox(seq=4)
    put(redis_client, bot.notice())
    until(lambda: len(told(redis_client, SESSION)) >= 2)


def test_what_was_in_a_database_that_is_no_more_does_not_hold_up_the_rest(
    ingest: Ingest, database: Database, redis_client: Redis
) -> None:
    bot = Outbox(seq=99)
    events = [bot.job("1"), bot.job("2")]
    put(redis_client, *events)
    for answers in (1, 2, 3):

        def asked(times: int = answers) -> bool:
            return len(told(redis_client, SESSION)) >= times

        until(asked)
        put(redis_client, *events)  # all that the bot has
    arrived(redis_client, bot)
    assert {job.job_number for job in rows(database, JobRecordRow)} == {"1", "2"}
    assert "reports_missing" in {line.action for line in rows(database, SystemLogRow)}


@pytest.mark.usefixtures("ingest")
class TestPoison:
    def test_what_cannot_be_read_is_put_aside_with_its_bytes_and_blocks_nobody(self, redis_client: Redis) -> None:
        bot = Outbox()
        put(redis_client, bot.started())
        for raw in (b"\xff\x00 no json", b'{"type": "job_processed"}'):
            redis_client.xadd(EVENTS, {EVENT_FIELD: raw})
        redis_client.xadd(EVENTS, {"another": "field"})
        put(redis_client, bot.job("1"))
        arrived(redis_client, bot)
        assert [entry[b"raw"] for entry in parked(redis_client)][:2] == [
            b"\xff\x00 no json",
            b'{"type": "job_processed"}',
        ]
        assert all(entry[b"reason"] for entry in parked(redis_client))
        assert len(parked(redis_client)) == 3
        pending = redis_client.xpending(EVENTS, INGEST_GROUP)
        assert pending["pending"] == 0

    def test_one_that_tells_its_place_takes_it(self, database: Database, redis_client: Redis) -> None:
        bot = Outbox()
        put(redis_client, bot.started())
        future = encode_event(bot.notice()).replace(b'"notice"', b'"of_a_later_version"')
        redis_client.xadd(EVENTS, {EVENT_FIELD: future})
        put(redis_client, bot.job("1"))
        arrived(redis_client, bot)
        assert [entry[b"raw"] for entry in parked(redis_client)] == [future]
        assert told(redis_client, SESSION) == []
        (line,) = [line for line in rows(database, SystemLogRow) if line.action == "report_not_understood"]
        assert line.level is LogLevel.ERROR

    def test_one_that_the_database_refuses_is_put_aside_and_its_neighbours_are_not(
        self, database: Database, redis_client: Redis
    ) -> None:
        bot = Outbox()
        events = [bot.job("1"), bot.job("2", company_name="a null \0 character"), bot.job("3"), bot.notice()]
        events += [bot.status(name="another \0")]
        events += [bot.job(str(number)) for number in range(4, 30)]
        put(redis_client, *events)
        arrived(redis_client, bot)
        numbers = {job.job_number for job in rows(database, JobRecordRow)}
        assert numbers == {str(number) for number in range(1, 30)} - {"2"}
        assert [entry[b"raw"] for entry in parked(redis_client)] == [encode_event(events[1]), encode_event(events[4])]
        assert counted(database) == recounted(database)


_REFUSE = """
CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.job_number = 'poison' THEN
        RAISE EXCEPTION 'this one is refused' USING ERRCODE = '{state}';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_poison BEFORE INSERT OR UPDATE ON job_records FOR EACH ROW EXECUTE FUNCTION refuse_poison();
"""


@contextmanager
def refusing(database: Database, state: str) -> Iterator[None]:
    """Postgres refuses the job ``poison`` with this SQLSTATE."""
    with database.transaction() as session:
        session.execute(text(_REFUSE.format(state=state)))
    try:
        yield
    finally:
        with database.transaction() as session:
            session.execute(text("DROP TRIGGER refuse_poison ON job_records; DROP FUNCTION refuse_poison()"))


@pytest.mark.usefixtures("ingest")
class TestWhatCannotBeStored:
    """One event that cannot be stored never stops the others, whatever Postgres has against it."""

    @pytest.mark.parametrize(
        "state", ["21000", "22001", "22P05", "23505", "23514", "2BP01", "38000", "44000", "54000", "P0001", "P0004"]
    )
    def test_what_it_says_is_refused_and_the_others_come_through(
        self, database: Database, redis_client: Redis, state: str
    ) -> None:
        bot, other = Outbox(), Outbox(session_id="session-20261120_101501")
        with refusing(database, state):
            events = [bot.started(), other.started(), bot.job("poison"), other.job("2"), bot.job("1")]
            put(redis_client, *events)
            arrived(redis_client, bot)
            arrived(redis_client, other)
        assert {job.job_number for job in rows(database, JobRecordRow)} == {"1", "2"}
        (kept,) = parked(redis_client)
        assert kept[b"raw"] == encode_event(events[2])
        assert b"this one is refused" in kept[b"reason"]
        assert counted(database) == recounted(database)

    @pytest.mark.parametrize("state", ["25006", "40P01", "42P01", "55P03", "58030", "XX000"])
    def test_what_may_pass_is_waited_for_and_parked_at_last(
        self,
        database: Database,
        redis_client: Redis,
        state: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("app.ingest.worker.PARK_AFTER", timedelta(seconds=0.3))
        bot = Outbox()
        with refusing(database, state):
            put(redis_client, bot.started(), bot.job("poison"), bot.job("1"))
            arrived(redis_client, bot)
        assert {job.job_number for job in rows(database, JobRecordRow)} == {"1"}
        assert len(parked(redis_client)) == 1

    def test_what_passes_is_stored_and_not_parked(
        self, ingest: Ingest, database: Database, redis_client: Redis
    ) -> None:
        bot = Outbox()
        with refusing(database, "40001"):
            put(redis_client, bot.started(), bot.job("poison"), bot.job("1"))
            until(lambda: ingest.trouble is not None)
        arrived(redis_client, bot)
        assert {job.job_number for job in rows(database, JobRecordRow)} == {"poison", "1"}
        assert parked(redis_client) == []

    @pytest.mark.parametrize("length", [199, 200, 201, 500, 501, 2_705, 4_000, 4_001, 1_100_000])
    def test_texts_of_any_length_are_kept_or_cut_or_parked(
        self, database: Database, redis_client: Redis, length: int
    ) -> None:
        bot = Outbox()
        # random letters: what repeats itself would be compressed below any limit
        long = "".join(random.Random(length).choices("abcdefghijklmnopqrstuvwxyzłżß ", k=length)).replace("  ", "x ")  # noqa: S311
        put(redis_client, bot.started(), bot.job("1"))
        for name in ("reference", "language", "kind", "company_name", "address", "special_instructions", "job_number"):
            raw = json.loads(encode_event(bot.job(name)))
            raw["report"]["job"][name] = long
            redis_client.xadd(EVENTS, {EVENT_FIELD: json.dumps(raw).encode()})
        put(redis_client, bot.job("last"))
        arrived(redis_client, bot)
        stored = {job.job_number: job for job in rows(database, JobRecordRow)}
        assert {"1", "last", "reference", "language", "kind", "company_name", "address"} <= set(stored)
        language, address = stored["language"].language, stored["address"].address
        assert language == (long if length <= 500 else f"{long[:499]}…")
        assert address == (long if length <= 4_000 else f"{long[:3_999]}…")
        # a number that is cut would be another job's
        assert (long in stored) is (length <= 200)
        assert len(parked(redis_client)) == int(length > 200)

    def test_a_parked_event_is_listed_sent_again_or_thrown_away(self, database: Database, redis_client: Redis) -> None:
        bot = Outbox()
        with refusing(database, "23514"):
            events = [bot.started(), bot.job("poison"), bot.job("1")]
            put(redis_client, *events)
            redis_client.xadd(EVENTS, {EVENT_FIELD: b"no event at all"})
            arrived(redis_client, bot)
            until(lambda: len(parked(redis_client)) == 2)
        first, second = service.list_events(redis_client, limit=1, cursor=None), None
        assert (first.total, len(first.items)) == (2, 1)
        second = service.list_events(redis_client, limit=1, cursor=first.next_cursor)
        assert second.next_cursor is None
        by_content = {one.content: one for one in (*first.items, *second.items)}
        poison = by_content[encode_event(events[1]).decode()]
        assert (poison.session_id, poison.type) == (bot.session_id, "job_processed")
        service.send_again(redis_client, poison.id)
        until(lambda: len(rows(database, JobRecordRow)) == 2)
        service.throw_away(redis_client, by_content["no event at all"].id)
        assert service.list_events(redis_client, limit=10, cursor=None).total == 0
        with pytest.raises(NotFound):
            service.send_again(redis_client, poison.id)
        assert counted(database) == recounted(database)

    def test_what_still_cannot_be_stored_is_parked_once_more(self, database: Database, redis_client: Redis) -> None:
        bot = Outbox()
        with refusing(database, "23514"):
            put(redis_client, bot.started(), bot.job("poison"))
            arrived(redis_client, bot)
            (one,) = service.list_events(redis_client, limit=10, cursor=None).items
            service.send_again(redis_client, one.id)
            until(
                lambda: [each.id for each in service.list_events(redis_client, limit=9, cursor=None).items] != [one.id]
            )
            until(lambda: len(parked(redis_client)) == 1)
        put(redis_client, bot.job("1"))
        arrived(redis_client, bot)


class TestWhoReads:
    def test_a_second_process_waits_and_takes_over(
        self, ingest: Ingest, backend_settings: Settings, database: Database, redis_client: Redis
    ) -> None:
        until(lambda: ingest.trouble is None)
        second = Ingest(backend_settings, database)
        second.start()
        try:
            until(lambda: second.is_standby)
            bot = Outbox()
            put(redis_client, bot.started())
            arrived(redis_client, bot)
            ingest.stop()
            put(redis_client, bot.job("1"), bot.job("2"))
            arrived(redis_client, bot)
            assert len(rows(database, JobRecordRow)) == 2
        finally:
            second.stop()

    def test_what_a_dead_one_had_taken_is_brought_in_by_the_next(
        self, backend_settings: Settings, database: Database, redis_client: Redis
    ) -> None:
        bot = Outbox()
        put(redis_client, *(bot.job(str(number)) for number in range(1, 2_501)))
        redis_client.xgroup_create(EVENTS, INGEST_GROUP, id="0")
        # it read everything, and died before it brought anything in
        redis_client.xreadgroup(INGEST_GROUP, "dead", {EVENTS: ">"}, count=3_000)
        put(redis_client, bot.job("last"))
        worker = Ingest(backend_settings, database)
        worker.start()
        try:
            arrived(redis_client, bot)
            assert len(rows(database, JobRecordRow)) == 2_501
            consumers = redis_client.xinfo_consumers(EVENTS, INGEST_GROUP)
            assert b"dead" not in [consumer["name"] for consumer in consumers]
            assert told(redis_client, SESSION) == []
        finally:
            worker.stop()

    def test_entries_that_were_trimmed_before_they_were_brought_in_are_asked_for(
        self, backend_settings: Settings, database: Database, redis_client: Redis
    ) -> None:
        bot = Outbox()
        events = [bot.job(str(number)) for number in range(1, 21)]
        put(redis_client, *events)
        redis_client.xgroup_create(EVENTS, INGEST_GROUP, id="0")
        redis_client.xreadgroup(INGEST_GROUP, "dead", {EVENTS: ">"}, count=15)
        redis_client.xtrim(EVENTS, maxlen=10, approximate=False)
        worker = Ingest(backend_settings, database)
        worker.start()
        try:
            until(lambda: told(redis_client, SESSION))
            put(redis_client, *events)
            arrived(redis_client, bot)
            assert len(rows(database, JobRecordRow)) == 20
        finally:
            worker.stop()

    @pytest.mark.usefixtures("ingest")
    @pytest.mark.parametrize("loss", ["flushall", "stream", "group"])
    def test_a_stream_or_group_that_vanishes(self, database: Database, redis_client: Redis, loss: str) -> None:
        bot = Outbox()
        put(redis_client, bot.job("1"))
        arrived(redis_client, bot)
        match loss:
            case "flushall":
                redis_client.flushall()
            case "stream":
                redis_client.delete(EVENTS)
            case "group":
                redis_client.xgroup_destroy(EVENTS, INGEST_GROUP)
        put(redis_client, bot.job("2"), bot.job("3"))
        arrived(redis_client, bot)
        assert len(rows(database, JobRecordRow)) == 3


def test_an_accepted_job_stays_accepted_whatever_a_later_session_says_and_when(
    ingest: Ingest, database: Database, redis_client: Redis
) -> None:
    first = Outbox(session_id="session-1", outbox_id="one")
    second = Outbox(session_id="session-2", outbox_id="two", at=NOON + timedelta(hours=3))
    later = NOON + timedelta(hours=3)
    # job 1: the later session's report comes after; job 2: before the one that accepted
    put(redis_client, first.job("1", claim=ClaimState.CONFIRMED))
    put(redis_client, second.job("1", verdict=Verdict.NO_MATCH, seen_at=later))
    put(redis_client, second.job("2", verdict=Verdict.NO_MATCH, seen_at=later))
    arrived(redis_client, second)
    put(redis_client, first.job("2", claim=ClaimState.HELD))
    arrived(redis_client, first)
    jobs = {job.job_number: job for job in rows(database, JobRecordRow)}
    assert [jobs[number].status for number in ("1", "2")] == [JobStatus.ACCEPTED, JobStatus.ACCEPTED]
    assert [jobs[number].session_id for number in ("1", "2")] == ["session-1", "session-1"]
    assert [jobs[number].first_seen_at for number in ("1", "2")] == [NOON, NOON]
    assert counted(database) == recounted(database)
    # and then it is taken back
    put(redis_client, second.job("1", claim=ClaimState.TAKEN_BACK, seen_at=later))
    arrived(redis_client, second)
    jobs = {job.job_number: job for job in rows(database, JobRecordRow)}
    assert jobs["1"].status is JobStatus.TAKEN_BACK
    assert counted(database) == recounted(database)


def test_one_number_on_two_accounts_and_two_portals_are_three_jobs(
    ingest: Ingest, database: Database, redis_client: Redis
) -> None:
    mine, hers = Outbox(), Outbox(session_id="session-b", outbox_id="b", account_id="simulator-other")
    put(redis_client, mine.job("1"), hers.job("1"), mine.job("1", portal="atoz"))
    arrived(redis_client, mine)
    arrived(redis_client, hers)
    assert len(rows(database, JobRecordRow)) == 3


def test_a_session_that_needs_its_owner_is_not_wanted_any_more(
    ingest: Ingest, database: Database, redis_client: Redis
) -> None:
    bot = Outbox()
    put(
        redis_client,
        bot.started(StartedBy.CONTROL_PLANE),
        bot.status(SessionState.FAILED, LoginStatus.REFUSED, reason="The portal refused the password."),
    )
    arrived(redis_client, bot)
    (session,) = rows(database, BotSessionRow)
    assert (session.state, session.wanted) == (SessionState.FAILED, Wanted.STOPPED)
    assert session.status_reason == "The portal refused the password."
    assert session.end_time == bot.at


def test_a_bot_that_was_ended_from_outside_is_still_wanted(
    ingest: Ingest, database: Database, redis_client: Redis
) -> None:
    bot = Outbox()
    put(redis_client, bot.started(StartedBy.CONTROL_PLANE), bot.status(SessionState.STOPPED))
    arrived(redis_client, bot)
    (session,) = rows(database, BotSessionRow)
    assert (session.state, session.wanted) == (SessionState.STOPPED, Wanted.RUNNING)
    put(redis_client, bot.started(StartedBy.CONTROL_PLANE), bot.status(SessionState.RUNNING))
    arrived(redis_client, bot)
    (session,) = rows(database, BotSessionRow)
    assert (session.state, session.end_time) == (SessionState.RUNNING, None)


def _lives(random_source: random.Random) -> tuple[list[Outbox], list[list[Event]]]:
    """Three sessions of two accounts, whose bots saw an overlapping lot of jobs."""
    outboxes = [
        Outbox(session_id="session-1", outbox_id="1"),
        Outbox(session_id="session-2", outbox_id="2", at=NOON + timedelta(hours=1)),
        Outbox(session_id="session-3", outbox_id="3", account_id="simulator-other"),
    ]
    lives = []
    for outbox in outboxes:
        checks = 0
        for _ in range(150):
            number = str(random_source.randrange(40))
            claim = random_source.choice([None, None, None, *ClaimState])
            verdict = Verdict.MATCH if claim else random_source.choice([Verdict.MATCH, Verdict.NO_MATCH, None])
            language = random_source.choice(["Polish", "Welsh", None])
            outbox.job(number, claim=claim, verdict=verdict, seen_at=outbox.at, language=language)
            checks += random_source.randrange(3)
            outbox.cycle(checks)
        lives.append(outbox.made)
    return outboxes, lives


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_duplicated_lost_and_shuffled_deliveries_give_what_an_orderly_one_gives(
    ingest: Ingest, database: Database, redis_client: Redis, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  # chance in a test is no secret
    outboxes, lives = _lives(chance)
    # each event of each session one to three times, some not at all, in a stream that is cut into random pieces
    deliveries: list[Event] = []
    for life in lives:
        for begin in range(0, len(life), 20):
            piece = life[begin : begin + 20]
            deliveries += [event for event in piece if chance.random() > 0.1]
            deliveries += chance.sample(piece, 5)
    chance.shuffle(deliveries)
    put(redis_client, *deliveries)
    # and then each bot answers until everything has arrived
    for outbox, life in zip(outboxes, lives, strict=True):

        def answer(outbox: Outbox = outbox, life: list[Event] = life) -> bool:
            done = acknowledged(redis_client, outbox)
            if done < outbox.seq:
                put(redis_client, *life[done : done + 200])
            return done == outbox.seq

        until(answer, patience=60.0)
    assert counted(database) == recounted(database)
    positions = {row.outbox_id: row.seq for row in rows(database, IngestPositionRow)}
    assert positions == {outbox.outbox_id: outbox.seq for outbox in outboxes}
    with database.transaction() as session:
        checks = session.execute(text("SELECT sum(checks) FROM analytics_periods")).scalar_one()
        totals = session.execute(text("SELECT sum(total_checks) FROM bot_sessions")).scalar_one()
    assert checks == totals
