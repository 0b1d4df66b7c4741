"""The owner's rules, one table a rule; the arithmetic stands beside each row."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.domain.busy_calendar import BusySpan, Calendar
from bot.domain.job import Job
from bot.domain.local_time import moment
from bot.domain.rules.decision import Decision, RuleAnswer
from bot.domain.rules.evaluate import decide, decide_all
from bot.domain.rules.rule_set import Caps, DateRange, Rules, WordRule
from bot.domain.weekly_hours import WeeklyWindow, whole_day
from common.states import PortalAction, Verdict
from tests.support.domain_examples import LONDON, NOW, a_job


def ask(job: Job, rules: Rules, *, calendar: Calendar | None = None, caps: Caps | None = None) -> Decision:
    return decide(job, rules, calendar or Calendar(), caps or Caps(), NOW)


def answer(decision: Decision, rule: str) -> RuleAnswer | None:
    found = [one for one in decision.reasons if one.rule == rule]
    assert len(found) <= 1
    return found[0] if found else None


def says(job: Job, rules: Rules, rule: str, **more: Any) -> bool | None:
    """The rule's answer, after checking that the verdict goes with it; None where it did not answer."""
    decision = ask(job, rules, **more)
    found = answer(decision, rule)
    if found is None:
        return None
    assert found.why.endswith(".")
    if not found.passed:
        assert decision.verdict is Verdict.NO_MATCH
    return found.passed


# --- the basic rules --------------------------------------------------------------------------------------------------


def test_a_job_that_meets_the_default_rules_matches_and_only_the_basic_rules_answer() -> None:
    decision = ask(a_job(), Rules())
    assert decision.verdict is Verdict.MATCH
    assert [one.rule for one in decision.reasons] == [
        "portal_status",
        "job_type_filter",
        "starts_in_the_future",
        "no_overlap",
    ]
    assert decision.summary == "Every rule says yes."


@pytest.mark.parametrize(
    ("status", "action", "passed", "why"),
    [
        ("matched", PortalAction.ACCEPT, True, "The portal offers this job to you."),
        ("Matched", PortalAction.ACCEPT, True, "The portal offers this job to you."),
        ("matched", PortalAction.QUOTE, False, "The client wants a quote first; such a job cannot be accepted."),
        ("matched", PortalAction.NONE, False, "The portal offers no way to accept this job."),
        # the row of a rejected job still shows the accept form
        ("rejected", PortalAction.ACCEPT, False, "You rejected this job on the portal."),
        ("assigned", PortalAction.ACCEPT, False, "This job is yours already."),
        ("assigned", PortalAction.NONE, False, "This job is yours already."),
        ("cancelled", PortalAction.NONE, False, "This job was cancelled or given to somebody else."),
        ("completed", PortalAction.ACCEPT, False, "This job is done."),
        ("quoted", PortalAction.NONE, False, "You sent a quote for this job; it is the client's turn."),
        ("on hold", PortalAction.ACCEPT, False, "The portal shows this job as “on hold”, which cannot be accepted."),
    ],
)
def test_only_what_the_portal_offers_is_accepted(status: str, action: PortalAction, passed: bool, why: str) -> None:
    found = answer(ask(a_job(portal_status=status, action=action), Rules()), "portal_status")
    assert found == RuleAnswer(rule="portal_status", passed=passed, why=why)


@pytest.mark.parametrize(
    ("kind", "wanted", "excluded", "filter_says", "exclusion_says"),
    [
        ("Telephone Interpreting", ("Telephone Interpreting",), (), True, None),
        ("telephone-interpreting", ("Telephone Interpreting",), (), True, None),
        ("Telephone  interpreting ", ("TELEPHONE INTERPRETING",), (), True, None),
        ("Face to Face", ("Telephone Interpreting",), (), False, None),
        ("Face to Face", (), ("Face to Face",), True, False),
        ("Face-to-face", (), ("Face to Face",), True, False),
        ("BSL", (), ("Face to Face",), True, True),
        ("BSL", (), (), True, None),
        # nothing is known: a no as soon as the kind matters
        (None, (), (), True, None),
        (None, ("BSL",), (), False, None),
        (None, (), ("BSL",), False, False),
        ("  ", (), ("BSL",), False, False),
        # no part of a kind is that kind
        ("Telephone", ("Telephone Interpreting",), (), False, None),
    ],
)
def test_kinds(
    kind: str | None,
    wanted: tuple[str, ...],
    excluded: tuple[str, ...],
    filter_says: bool,
    exclusion_says: bool | None,
) -> None:
    rules = Rules(job_type_filter=wanted, exclude_types=excluded)
    job = a_job(kind=kind)
    assert says(job, rules, "job_type_filter") is filter_says
    assert says(job, rules, "exclude_types") is exclusion_says


def test_a_kind_that_the_portal_is_not_known_to_have_counts_as_unknown() -> None:
    rules = Rules(exclude_types=("Face to Face",), known_kinds=("Face to Face", "BSL"))
    decision = ask(a_job(kind="F2F"), rules)
    assert decision.verdict is Verdict.NO_MATCH
    assert "“F2F”" in decision.summary
    # where the kind does not matter, an unknown one does not either
    assert ask(a_job(kind="F2F"), Rules(known_kinds=("BSL",))).verdict is Verdict.MATCH


def test_the_exclusion_is_the_first_thing_that_is_said() -> None:
    rules = Rules(job_type_filter=("Telephone Interpreting",), exclude_types=("Face to Face",))
    decision = ask(a_job(kind="Face to Face"), rules)
    assert decision.summary == "This is Face to Face, and you never accept that kind."
    assert len([one for one in decision.reasons if not one.passed]) == 2


@pytest.mark.parametrize(
    ("day", "at", "passed"),
    [
        # now is Friday 20 November 2026, 10:15
        (date(2026, 11, 20), time(10, 16), True),
        (date(2026, 11, 20), time(10, 15), False),
        (date(2026, 11, 20), time(9, 0), False),
        (date(2026, 11, 21), time(0, 0), True),
        (date(2026, 11, 19), time(23, 59), False),
        # without a time: today may have begun, tomorrow has not
        (date(2026, 11, 20), None, False),
        (date(2026, 11, 21), None, True),
        (date(2026, 11, 19), None, False),
        (None, None, False),
        (None, time(10, 0), False),
    ],
)
def test_a_job_lies_ahead(day: date | None, at: time | None, passed: bool) -> None:
    assert says(a_job(appointment_date=day, appointment_time=at), Rules(), "starts_in_the_future") is passed


def test_the_night_of_the_clock_change_is_read_as_the_earlier_start() -> None:
    # 01:30 on 25 October 2026 is 00:30 UTC and, an hour later, 01:30 UTC
    job = a_job(appointment_date=date(2026, 10, 25), appointment_time=time(1, 30))
    rules = Rules()
    between = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    before = datetime(2026, 10, 25, 0, 29, tzinfo=UTC)
    assert decide(job, rules, Calendar(), Caps(), between).verdict is Verdict.NO_MATCH
    assert decide(job, rules, Calendar(), Caps(), before).verdict is Verdict.MATCH


def test_undated_jobs_are_taken_only_where_the_owner_says_so() -> None:
    job = a_job(appointment_date=None, appointment_time=None)
    assert ask(job, Rules()).verdict is Verdict.NO_MATCH
    assert ask(job, Rules(accept_undated=True)).verdict is Verdict.MATCH
    # a dated job is still asked for its date
    busy = Calendar.of([BusySpan(starts_at=NOW, ends_at=NOW + timedelta(days=30), title="Holiday")])
    assert ask(a_job(), Rules(accept_undated=True), calendar=busy).verdict is Verdict.NO_MATCH


@pytest.mark.parametrize(
    ("missing", "passed"),
    [({}, True), ({"language": None}, False), ({"language": ""}, False), ({"postcode": None}, True)],
)
def test_required_fields(missing: dict[str, Any], passed: bool) -> None:
    rules = Rules(required_fields=("reference", "appointment_date", "appointment_time", "language"))
    assert says(a_job(**missing), rules, "required_fields") is passed


def test_required_fields_names_all_that_is_missing() -> None:
    rules = Rules(required_fields=("language", "appointment_time", "company_name"))
    decision = ask(a_job(language=None, appointment_time=None, company_name=None), rules)
    found = answer(decision, "required_fields")
    assert found is not None
    assert found.why == (
        "The portal shows no language, no appointment time and no company name, and you accept only jobs that show it."
    )


# --- what the owner sets ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "wanted", "excluded", "passed"),
    [
        ("Polish", ("Polish", "Ukrainian"), (), {"languages": True}),
        ("POLISH", ("polish",), (), {"languages": True}),
        ("German", ("Polish",), (), {"languages": False}),
        ("Polish (Silesian)", ("Polish",), (), {"languages": False}),
        (None, ("Polish",), (), {"languages": False}),
        ("German", (), ("German",), {"exclude_languages": False}),
        ("Polish", (), ("German",), {"exclude_languages": True}),
        (None, (), ("German",), {"exclude_languages": False}),
    ],
)
def test_languages(
    language: str | None, wanted: tuple[str, ...], excluded: tuple[str, ...], passed: dict[str, bool]
) -> None:
    rules = Rules(languages=wanted, exclude_languages=excluded)
    job = a_job(language=language)
    for rule in ("languages", "exclude_languages"):
        assert says(job, rules, rule) is passed.get(rule)


@pytest.mark.parametrize(
    ("day", "first", "last", "passed"),
    [
        (date(2026, 11, 25), date(2026, 11, 25), date(2026, 11, 25), True),
        (date(2026, 11, 25), date(2026, 11, 26), None, False),
        (date(2026, 11, 25), None, date(2026, 11, 24), False),
        (date(2026, 11, 25), None, None, True),
        (None, None, None, False),
    ],
)
def test_dates(day: date | None, first: date | None, last: date | None, passed: bool) -> None:
    rules = Rules(dates=(DateRange(first=first, last=last),))
    assert says(a_job(appointment_date=day), rules, "dates") is passed


@pytest.mark.parametrize(
    ("at", "minutes", "excluded", "passed"),
    [
        (time(9, 30), 90, date(2026, 11, 25), False),
        (time(9, 30), 90, date(2026, 11, 26), True),
        # 23:00 and 90 minutes end at 00:30 on the 26th
        (time(23, 0), 90, date(2026, 11, 26), False),
        # 23:00 and 60 minutes end at midnight, which is still the 25th
        (time(23, 0), 60, date(2026, 11, 26), True),
    ],
)
def test_excluded_dates_hold_for_every_day_of_the_job(at: time, minutes: int, excluded: date, passed: bool) -> None:
    rules = Rules(exclude_dates=(DateRange(first=excluded, last=excluded),))
    assert says(a_job(appointment_time=at, duration_minutes=minutes), rules, "exclude_dates") is passed


def test_an_undated_job_could_be_on_an_excluded_date() -> None:
    rules = Rules(exclude_dates=(DateRange(first=date(2026, 12, 24)),), accept_undated=True)
    assert says(a_job(appointment_date=None), rules, "exclude_dates") is False


WORKING_HOURS = tuple(WeeklyWindow(weekday=day, from_minute=9 * 60, to_minute=17 * 60) for day in range(5))


@pytest.mark.parametrize(
    ("day", "at", "minutes", "windows", "passed"),
    [
        # the 25th is a Wednesday; 09:30 + 90 min = 11:00
        (date(2026, 11, 25), time(9, 30), 90, WORKING_HOURS, True),
        (date(2026, 11, 25), time(9, 0), 480, WORKING_HOURS, True),
        (date(2026, 11, 25), time(8, 59), 60, WORKING_HOURS, False),
        # 16:00 + 61 min = 17:01
        (date(2026, 11, 25), time(16, 0), 61, WORKING_HOURS, False),
        (date(2026, 11, 28), time(10, 0), 60, WORKING_HOURS, False),
        # no duration: it could last until midnight
        (date(2026, 11, 25), time(9, 30), None, WORKING_HOURS, False),
        (date(2026, 11, 25), time(9, 30), None, (whole_day(2),), True),
        # no time: only a whole working day holds it
        (date(2026, 11, 25), None, 60, WORKING_HOURS, False),
        (date(2026, 11, 25), None, 60, (whole_day(2),), True),
        # Sunday 23:00 + 120 min reaches into Monday: both days are needed
        (date(2026, 11, 29), time(23, 0), 120, (whole_day(6),), False),
        (date(2026, 11, 29), time(23, 0), 120, (whole_day(6), whole_day(0)), True),
        # a night shift in one window
        (date(2026, 11, 29), time(23, 0), 120, (WeeklyWindow(weekday=6, from_minute=1320, to_minute=1560),), True),
        # two windows that touch hold a job across them
        (
            date(2026, 11, 25),
            time(11, 0),
            120,
            (
                WeeklyWindow(weekday=2, from_minute=540, to_minute=720),
                WeeklyWindow(weekday=2, from_minute=720, to_minute=1020),
            ),
            True,
        ),
        # Sunday 31 October 2027 has 25 hours, and is still one working day
        (date(2027, 10, 31), None, None, (whole_day(6),), True),
        (None, None, None, WORKING_HOURS, False),
    ],
)
def test_weekly_hours(
    day: date | None, at: time | None, minutes: int | None, windows: tuple[WeeklyWindow, ...], passed: bool
) -> None:
    job = a_job(appointment_date=day, appointment_time=at, duration_minutes=minutes)
    assert says(job, Rules(weekly_hours=windows), "weekly_hours") is passed


@pytest.mark.parametrize(
    ("at", "notice", "passed"),
    [
        # now is 10:15 on the 20th; the job is on the 21st
        (time(10, 15), timedelta(hours=24), True),
        (time(10, 14), timedelta(hours=24), False),
        # without a time it could start at 00:00, in 13 h 45 min
        (None, timedelta(hours=13, minutes=45), True),
        (None, timedelta(hours=14), False),
    ],
)
def test_minimum_notice(at: time | None, notice: timedelta, passed: bool) -> None:
    job = a_job(appointment_date=date(2026, 11, 21), appointment_time=at)
    assert says(job, Rules(minimum_notice=notice), "minimum_notice_minutes") is passed


def test_notice_needs_a_date() -> None:
    rules = Rules(minimum_notice=timedelta(hours=1), accept_undated=True)
    assert says(a_job(appointment_date=None), rules, "minimum_notice_minutes") is False


@pytest.mark.parametrize(
    ("minutes", "shortest", "longest", "passed"),
    [
        (60, 60, None, {"shortest_minutes": True}),
        (59, 60, None, {"shortest_minutes": False}),
        (120, None, 120, {"longest_minutes": True}),
        (121, None, 120, {"longest_minutes": False}),
        (None, 60, 120, {"shortest_minutes": False, "longest_minutes": False}),
        (0, 1, None, {"shortest_minutes": False}),
    ],
)
def test_duration(minutes: int | None, shortest: int | None, longest: int | None, passed: dict[str, bool]) -> None:
    rules = Rules(shortest_minutes=shortest, longest_minutes=longest)
    for rule in ("shortest_minutes", "longest_minutes"):
        assert says(a_job(duration_minutes=minutes), rules, rule) is passed.get(rule)


FACE_TO_FACE: dict[str, Any] = {"kind": "Face to Face"}


@pytest.mark.parametrize(
    ("job", "wanted", "excluded", "passed"),
    [
        ({"postcode": "M1 4BT", "address": "1 High Street\nManchester"}, ("M",), (), {"places": True}),
        ({"postcode": "ME4 4BT", "address": "1 High Street\nChatham"}, ("M",), (), {"places": False}),
        ({"postcode": "M11 4BT", "address": None}, ("M1",), (), {"places": False}),
        ({"postcode": None, "address": "1 High Street\nManchester"}, ("manchester",), (), {"places": True}),
        ({"postcode": None, "address": None}, ("M",), (), {"places": False}),
        # letters of the address are no area; without a whole postcode nothing is wanted, and everything excluded
        (
            {"postcode": "LS9 7TF", "address": "St James's Hospital\nLeeds"},
            ("S",),
            ("S",),
            {"places": False, "exclude_places": True},
        ),
        (
            {"postcode": "LS9", "address": "Unit E\nLeeds"},
            ("E", "LS"),
            ("E",),
            {"places": False, "exclude_places": False},
        ),
        ({"postcode": None, "address": "Unit E\nLeeds"}, ("E",), ("LS",), {"places": False, "exclude_places": False}),
        ({"postcode": "M1 4BT", "address": "1 High Street"}, (), ("LS",), {"exclude_places": True}),
        ({"postcode": "LS1 4BT", "address": "1 High Street"}, (), ("LS",), {"exclude_places": False}),
        ({"postcode": "M1 4BT", "address": None}, (), ("LS",), {"exclude_places": True}),
        ({"postcode": None, "address": "1 High Street"}, (), ("Leeds",), {"exclude_places": True}),
        ({"postcode": "Leeds", "address": "1 High Street"}, (), ("LS",), {"exclude_places": False}),
        # half an address does not show that it is not there
        ({"postcode": "M1 4BT", "address": None}, (), ("Salford",), {"exclude_places": False}),
        ({"postcode": None, "address": "1 High Street"}, (), ("LS",), {"exclude_places": False}),
        # nobody travels to a telephone
        (
            {"postcode": None, "address": None, "kind": "Telephone interpreting"},
            ("M",),
            ("LS",),
            {"places": True, "exclude_places": True},
        ),
        # an unknown kind may need travelling
        ({"postcode": None, "address": None, "kind": None}, ("M",), (), {"places": False}),
    ],
)
def test_places(
    job: dict[str, Any], wanted: tuple[str, ...], excluded: tuple[str, ...], passed: dict[str, bool]
) -> None:
    rules = Rules(places=wanted, exclude_places=excluded)
    for rule in ("places", "exclude_places"):
        assert says(a_job(**(FACE_TO_FACE | job)), rules, rule) is passed.get(rule)


@pytest.mark.parametrize(
    ("text", "rule", "wanted_says", "excluded_says"),
    [
        ("Crown Court, Leeds", WordRule(words=("court",)), True, False),
        ("a courtesy call", WordRule(words=("court",)), False, True),
        ("COURT", WordRule(words=("hospital", "court")), True, False),
        ("Mental Health Act", WordRule(words=("mental health",)), True, False),
        ("mental-health act", WordRule(words=("Mental Health",)), True, False),
        ("court", WordRule(words=("court",), fields=("client_name",)), False, True),
        (None, WordRule(words=("court",)), False, True),
    ],
)
def test_words(text: str | None, rule: WordRule, wanted_says: bool, excluded_says: bool) -> None:
    job = a_job(special_instructions=text)
    assert says(job, Rules(words_wanted=(rule,)), "words_wanted") is wanted_says
    assert says(job, Rules(words_excluded=(rule,)), "words_excluded") is excluded_says


def test_an_unread_page_may_hold_an_excluded_word() -> None:
    job = a_job(kind=None, company_name=None, client_name=None, qualification=None, security_check=None, gender=None)
    assert says(job, Rules(words_excluded=(WordRule(words=("court",)),)), "words_excluded") is False


@pytest.mark.parametrize(
    ("company", "client", "wanted", "excluded", "passed"),
    [
        ("Leeds Teaching Hospitals", "Ward 7", ("leeds teaching",), (), {"clients": True}),
        ("Leeds Teaching Hospitals", "Ward 7", ("Ward 7",), (), {"clients": True}),
        ("Leeds Teaching Hospitals", "Ward 7", ("Home Office",), (), {"clients": False}),
        (None, None, ("Home Office",), (), {"clients": False}),
        ("Home Office", "J. Smith", (), ("home office",), {"exclude_clients": False}),
        ("King's College", "Ward 7", (), ("Kings College",), {"exclude_clients": False}),
        ("King’s College", "Ward 7", ("King's College",), (), {"clients": True}),
        ("Police", "J. Smith", (), ("home office",), {"exclude_clients": True}),
        # the half that is not shown could be the excluded one
        (None, "J. Smith", (), ("home office",), {"exclude_clients": False}),
        ("Police", None, (), ("home office",), {"exclude_clients": False}),
    ],
)
def test_clients(
    company: str | None,
    client: str | None,
    wanted: tuple[str, ...],
    excluded: tuple[str, ...],
    passed: dict[str, bool],
) -> None:
    rules = Rules(clients=wanted, exclude_clients=excluded)
    for rule in ("clients", "exclude_clients"):
        assert says(a_job(company_name=company, client_name=client), rules, rule) is passed.get(rule)


# --- the calendar -----------------------------------------------------------------------------------------------------


def busy(start: time, end: time, *, day: date = date(2026, 11, 25), job_number: str | None = "9") -> BusySpan:
    title = f"job {job_number}" if job_number else "Dentist"
    return BusySpan(
        starts_at=moment(day, start, LONDON), ends_at=moment(day, end, LONDON), title=title, job_number=job_number
    )


@pytest.mark.parametrize(
    ("spans", "gap_jobs", "gap_events", "passed"),
    [
        # the job is from 09:30 to 11:00
        ([], 0, 0, True),
        ([busy(time(11, 0), time(12, 0))], 0, 0, True),
        ([busy(time(10, 59), time(12, 0))], 0, 0, False),
        ([busy(time(8, 0), time(9, 30))], 0, 0, True),
        ([busy(time(8, 0), time(9, 31))], 0, 0, False),
        ([busy(time(8, 0), time(18, 0))], 0, 0, False),
        ([busy(time(10, 0), time(10, 15))], 0, 0, False),
        # half an hour from 11:00 is 11:30
        ([busy(time(11, 30), time(12, 0))], 30, 0, True),
        ([busy(time(11, 29), time(12, 0))], 30, 0, False),
        ([busy(time(8, 0), time(9, 0))], 30, 0, True),
        ([busy(time(8, 0), time(9, 1))], 30, 0, False),
        # the gap around jobs is not that around calendar entries
        ([busy(time(11, 10), time(12, 0), job_number=None)], 30, 0, True),
        ([busy(time(11, 10), time(12, 0), job_number=None)], 0, 30, False),
        # where the gaps differ, each counts to its own end: an entry may touch, a job may be just half an hour away
        ([busy(time(11, 0), time(12, 0), job_number=None)], 30, 0, True),
        ([busy(time(11, 30), time(12, 0))], 30, 60, True),
        ([busy(time(8, 0), time(9, 30), job_number=None)], 30, 0, True),
        # the job itself is no obstacle to itself
        ([busy(time(9, 30), time(11, 0), job_number="10432")], 30, 30, True),
        # a long entry that began long ago hides behind a short one
        (
            [
                busy(time(1, 0), time(20, 0), day=date(2026, 11, 25), job_number=None),
                busy(time(9, 0), time(9, 1), job_number=None),
            ],
            0,
            0,
            False,
        ),
        # an entry without length still takes its moment
        ([busy(time(10, 0), time(10, 0), job_number=None)], 0, 0, False),
    ],
)
def test_overlap(spans: list[BusySpan], gap_jobs: int, gap_events: int, passed: bool) -> None:
    rules = Rules(gap_around_jobs=timedelta(minutes=gap_jobs), gap_around_events=timedelta(minutes=gap_events))
    assert says(a_job(), rules, "no_overlap", calendar=Calendar.of(spans)) is passed


@pytest.mark.parametrize(
    ("at", "minutes", "span", "passed"),
    [
        # no time: the whole day counts
        (None, 60, busy(time(23, 0), time(23, 30)), False),
        (None, 60, busy(time(9, 0), time(10, 0), day=date(2026, 11, 26)), True),
        # no duration: everything up to midnight counts
        (time(9, 30), None, busy(time(23, 0), time(23, 30)), False),
        (time(9, 30), None, busy(time(8, 0), time(9, 30)), True),
        (time(9, 30), None, busy(time(0, 0), time(1, 0), day=date(2026, 11, 26)), True),
    ],
)
def test_what_is_not_shown_counts_as_busy(at: time | None, minutes: int | None, span: BusySpan, passed: bool) -> None:
    job = a_job(appointment_time=at, duration_minutes=minutes)
    assert says(job, Rules(), "no_overlap", calendar=Calendar.of([span])) is passed


def test_overlap_says_with_what() -> None:
    decision = ask(a_job(), Rules(), calendar=Calendar.of([busy(time(10, 0), time(12, 0), job_number=None)]))
    assert decision.summary == (
        "You are not free at that time: your calendar entry Dentist (Wednesday 25 November 2026 10:00 to 12:00)."
    )


# --- caps -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cap", "taken", "passed"), [(5, 4, True), (5, 5, False), (5, 6, False), (0, 0, False), (None, 10_000, None)]
)
def test_cap_of_a_run(cap: int | None, taken: int, passed: bool | None) -> None:
    rules = Rules(max_accept_per_run=cap)
    assert says(a_job(), rules, "max_accept_per_run", caps=Caps(accepted_this_run=taken)) is passed


def test_cap_of_a_pass() -> None:
    rules = Rules(max_accept_per_pass=2)
    assert says(a_job(), rules, "max_accept_per_pass", caps=Caps(accepted_this_pass=1)) is True
    assert says(a_job(), rules, "max_accept_per_pass", caps=Caps(accepted_this_pass=2)) is False


def test_only_caps_in_the_way_is_told_from_other_reasons() -> None:
    full = Caps(accepted_this_run=5)
    rules = Rules(max_accept_per_run=5, exclude_types=("BSL",))
    assert ask(a_job(), rules, caps=full).only_caps_refuse
    assert not ask(a_job(kind="BSL"), rules, caps=full).only_caps_refuse
    assert not ask(a_job(), rules).only_caps_refuse


DAY_BEFORE = busy(time(9, 0), time(12, 0), day=date(2026, 11, 24), job_number="1")
SAME_DAY = busy(time(14, 0), time(16, 0), job_number="2")
SUNDAY_BEFORE = busy(time(9, 0), time(12, 0), day=date(2026, 11, 22), job_number="3")
SUNDAY_AFTER = busy(time(9, 0), time(12, 0), day=date(2026, 11, 29), job_number="4")
AT_MIDNIGHT_AFTER = busy(time(0, 0), time(1, 0), day=date(2026, 11, 26), job_number="5")
MONDAY_AFTER = busy(time(0, 0), time(1, 0), day=date(2026, 11, 30), job_number="6")
DENTIST = busy(time(14, 0), time(16, 0), job_number=None)
ITSELF = busy(time(9, 30), time(11, 0), job_number="10432")


@pytest.mark.parametrize(
    ("rules", "spans", "passed"),
    [
        (Rules(max_accept_per_day=1), [DAY_BEFORE, DENTIST, ITSELF], True),
        (Rules(max_accept_per_day=1), [SAME_DAY], False),
        (Rules(max_accept_per_day=1), [AT_MIDNIGHT_AFTER], True),
        (Rules(max_accept_per_week=1), [MONDAY_AFTER], True),
        # Monday 23 to Sunday 29: the day before and the Sunday after
        (Rules(max_accept_per_week=3), [DAY_BEFORE, SUNDAY_AFTER, SUNDAY_BEFORE], True),
        (Rules(max_accept_per_week=2), [DAY_BEFORE, SUNDAY_AFTER, SUNDAY_BEFORE], False),
        # 1.5 h + 2 h = 3.5 h
        (Rules(max_accept_hours_per_day=3.5), [SAME_DAY, DENTIST], True),
        (Rules(max_accept_hours_per_day=3.4), [SAME_DAY], False),
        # 1.5 h + 3 h + 2 h = 6.5 h
        (Rules(max_accept_hours_per_week=6.5), [DAY_BEFORE, SAME_DAY, SUNDAY_BEFORE], True),
        (Rules(max_accept_hours_per_week=6.4), [DAY_BEFORE, SAME_DAY, SUNDAY_BEFORE], False),
    ],
)
def test_caps_of_day_and_week(rules: Rules, spans: list[BusySpan], passed: bool) -> None:
    decision = ask(a_job(), rules, calendar=Calendar.of(spans))
    assert (decision.verdict is Verdict.MATCH) is passed
    if not passed:
        assert decision.only_caps_refuse


@pytest.mark.parametrize("job", [a_job(appointment_date=None), a_job(duration_minutes=None)])
def test_hours_cannot_be_counted_without_date_and_duration(job: Job) -> None:
    rules = Rules(max_accept_hours_per_day=8, accept_undated=True)
    assert says(job, rules, "max_accept_hours_per_day") is False


# --- several at once --------------------------------------------------------------------------------------------------


def test_of_two_jobs_that_overlap_one_is_taken() -> None:
    first = a_job(job_number="1", appointment_time=time(9, 30))
    second = a_job(job_number="2", appointment_time=time(10, 30))
    apart = a_job(job_number="3", appointment_time=time(11, 0))
    decided = decide_all([second, apart, first], Rules(), Calendar(), Caps(), NOW)
    assert [(job.job_number, decision.verdict) for job, decision in decided] == [
        ("1", Verdict.MATCH),
        ("2", Verdict.NO_MATCH),
        ("3", Verdict.MATCH),
    ]


def test_several_at_once_never_pass_a_cap() -> None:
    jobs = [a_job(job_number=str(number), appointment_date=date(2026, 12, number)) for number in range(1, 11)]
    decided = decide_all(jobs, Rules(max_accept_per_run=3), Calendar(), Caps(accepted_this_run=1), NOW)
    taken = [job.job_number for job, decision in decided if decision.verdict is Verdict.MATCH]
    assert taken == ["1", "2"]


def test_now_needs_its_offset() -> None:
    with pytest.raises(ValueError, match="offset"):
        decide(a_job(), Rules(), Calendar(), Caps(), datetime(2026, 11, 20))  # noqa: DTZ001 - that is the point
