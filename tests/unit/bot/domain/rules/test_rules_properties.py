"""The owner's rules on any job: a yes is never wrong, and a restriction never makes one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.busy_calendar import BusySpan, Calendar, span_of
from bot.domain.job import Job
from bot.domain.rules.evaluate import decide, decide_all
from bot.domain.rules.preferences import Preferences
from bot.domain.rules.rule_set import Caps, DateRange, Rules, WordRule
from bot.domain.text_matching import spelling_key
from bot.domain.weekly_hours import WeeklyWindow
from common.states import PortalAction, Preference, Verdict
from tests.support.domain_examples import LONDON, NOW, a_job

KINDS = ("Face to Face", "BSL", "Telephone Interpreting", "Video Interpreting")
LANGUAGES = ("Polish", "Ukrainian", "German")
FIELDS = ("reference", "appointment_date", "appointment_time", "duration_minutes", "language", "kind", "postcode")


def optional(*values: object) -> st.SearchStrategy[Any]:
    """None as often as any of the values; one draw is much faster than a union of two strategies."""
    return st.sampled_from([*[None] * len(values), *values])


DAYS = (date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 25), date(2026, 11, 26), date(2027, 3, 28))
TIMES = tuple(time(hour, minute) for hour in range(24) for minute in (0, 29, 30, 31))

#: Jobs of few different values, so that rules and jobs meet often; clocks change on 28 March 2027.
JOBS = st.builds(
    a_job,
    job_number=st.sampled_from(["1", "2", "3", "10432"]),
    appointment_date=optional(*DAYS),
    appointment_time=optional(*TIMES),
    duration_minutes=optional(0, 30, 60, 90, 480, 1500),
    language=optional(*LANGUAGES, "polish"),
    kind=optional(*KINDS, "face-to-face", "TELEPHONE  interpreting", "F2F", ""),
    portal_status=st.sampled_from(["matched", "matched", "matched", "assigned", "rejected", "odd"]),
    action=st.sampled_from([PortalAction.ACCEPT, PortalAction.ACCEPT, PortalAction.QUOTE, PortalAction.NONE]),
    company_name=optional("Leeds Court", "Home Office"),
    client_name=optional("Ward 7", "Home Office"),
    postcode=optional("M1 4BT", "LS1 4BT", "nonsense"),
    address=optional("1 High Street\nManchester"),
    special_instructions=optional("court", "courtesy"),
)


moments = st.builds(
    lambda hours: datetime(2026, 11, 24, tzinfo=UTC) + timedelta(hours=hours),
    st.floats(0, 72, allow_nan=False),
)


def _span(start: datetime, minutes: int, number: str | None) -> BusySpan:
    ends_at = start + timedelta(minutes=minutes)
    return BusySpan(starts_at=start, ends_at=ends_at, title="something", job_number=number)


SPANS = st.builds(_span, moments, st.integers(0, 600), optional("1", "2", "77"))

calendars = st.lists(SPANS, max_size=6).map(Calendar.of)
caps = st.builds(Caps, accepted_this_run=st.integers(0, 3), accepted_this_pass=st.integers(0, 3))
some_kinds = st.lists(st.sampled_from(KINDS), max_size=2).map(tuple)
some_words = st.sampled_from(["court", "leeds", "office", "ward"])
windows = st.builds(
    WeeklyWindow, weekday=st.integers(0, 6), from_minute=st.integers(0, 720), to_minute=st.integers(721, 2880)
)

rules = st.builds(
    Rules,
    job_type_filter=some_kinds,
    exclude_types=some_kinds,
    known_kinds=st.sampled_from([(), KINDS]),
    required_fields=st.lists(st.sampled_from(FIELDS), max_size=2).map(tuple),
    languages=st.sampled_from([(), ("Polish",), LANGUAGES]),
    minimum_notice=optional(timedelta(0), timedelta(hours=24), timedelta(days=5)),
    weekly_hours=st.lists(windows, max_size=3).map(tuple),
    gap_around_jobs=st.sampled_from([timedelta(0), timedelta(minutes=30)]),
    gap_around_events=st.sampled_from([timedelta(0), timedelta(minutes=30)]),
    accept_undated=st.booleans(),
    max_accept_per_run=optional(0, 1, 2, 3, 4),
    max_accept_per_day=optional(0, 1, 2, 3),
)

# One more restriction on top of any rules. Lists that widen when they grow are only narrowed: an empty one is filled,
# a filled one loses members but never the last.
RESTRICTIONS: tuple[Callable[[Rules], Rules], ...] = (
    lambda r: replace(r, exclude_types=(*r.exclude_types, "Video Interpreting")),
    lambda r: replace(r, job_type_filter=r.job_type_filter[:1] or ("Telephone Interpreting",)),
    lambda r: replace(r, known_kinds=r.known_kinds[:1] or KINDS),
    lambda r: replace(r, required_fields=(*r.required_fields, "duration_minutes", "postcode")),
    lambda r: replace(r, open_statuses=()),
    lambda r: replace(r, languages=r.languages[:1] or ("Polish",)),
    lambda r: replace(r, exclude_languages=("German",)),
    lambda r: replace(r, dates=(DateRange(first=date(2026, 11, 25), last=date(2026, 11, 25)),)),
    lambda r: replace(r, exclude_dates=(DateRange(first=date(2026, 11, 26)),)),
    lambda r: replace(r, weekly_hours=r.weekly_hours[:1] or (WeeklyWindow(weekday=2, from_minute=0, to_minute=720),)),
    lambda r: replace(r, minimum_notice=(r.minimum_notice or timedelta(0)) + timedelta(hours=30)),
    lambda r: replace(r, shortest_minutes=60),
    lambda r: replace(r, longest_minutes=60),
    lambda r: replace(r, places=("M",)),
    lambda r: replace(r, exclude_places=("LS", "Leeds")),
    lambda r: replace(r, remote_kinds=(), places=r.places or ("M",)),
    lambda r: replace(r, words_wanted=(*r.words_wanted, WordRule(words=("court",)))),
    lambda r: replace(r, words_excluded=(*r.words_excluded, WordRule(words=("court",)))),
    lambda r: replace(r, clients=("Leeds",)),
    lambda r: replace(r, exclude_clients=("Home Office",)),
    lambda r: replace(r, gap_around_jobs=r.gap_around_jobs + timedelta(hours=1)),
    lambda r: replace(r, gap_around_events=r.gap_around_events + timedelta(hours=1)),
    lambda r: replace(r, accept_undated=False),
    lambda r: replace(r, max_accept_per_run=1),
    lambda r: replace(r, max_accept_per_pass=1),
    lambda r: replace(r, max_accept_per_day=min(r.max_accept_per_day or 0, 1)),
    lambda r: replace(r, max_accept_hours_per_day=1.0),
    lambda r: replace(r, max_accept_per_week=1),
    lambda r: replace(r, max_accept_hours_per_week=1.0),
)


@given(JOBS, rules, calendars, caps)
def test_a_match_is_a_yes_of_every_rule_and_a_no_is_explained(
    job: Job, owner: Rules, calendar: Calendar, used: Caps
) -> None:
    decision = decide(job, owner, calendar, used, NOW)
    refused = [answer for answer in decision.reasons if not answer.passed]
    assert (decision.verdict is Verdict.MATCH) is (not refused)
    for answer in decision.reasons:
        assert answer.why[0].isupper() or answer.why[0] in "“"
        assert answer.why.endswith(".")
    assert decision == decide(job, owner, calendar, used, NOW)


@settings(max_examples=500)
@given(JOBS, rules, calendars, caps)
def test_a_match_is_never_what_the_owner_or_the_portal_forbids(
    job: Job, owner: Rules, calendar: Calendar, used: Caps
) -> None:
    """The same rules told once more, in the plainest way."""
    if decide(job, owner, calendar, used, NOW).verdict is not Verdict.MATCH:
        return
    assert job.portal_status == "matched"
    assert job.action is PortalAction.ACCEPT
    kind = spelling_key(job.kind or "")
    assert kind not in {spelling_key(one) for one in owner.exclude_types}
    if owner.job_type_filter:
        assert kind in {spelling_key(one) for one in owner.job_type_filter}
    if owner.exclude_types or owner.job_type_filter:
        assert kind
    for name in owner.required_fields:
        assert getattr(job, name) not in (None, "")
    if job.starts_at is not None:
        assert job.starts_at > NOW
        assert job.starts_at - NOW >= (owner.minimum_notice or timedelta(0))
    span = span_of(job, LONDON)
    if span is None:
        assert owner.accept_undated
    else:
        _assert_free(job, span, owner, calendar)
    if owner.max_accept_per_run is not None:
        assert used.accepted_this_run < owner.max_accept_per_run


def _assert_free(job: Job, span: BusySpan, owner: Rules, calendar: Calendar) -> None:
    for other in calendar.spans:
        if other.job_number == job.job_number:
            continue
        gap = owner.gap_around_jobs if other.job_number else owner.gap_around_events
        assert span.ends_at + gap <= other.starts_at or other.ends_at + gap <= span.starts_at


@settings(max_examples=500)
@given(JOBS, rules, calendars, caps, st.sampled_from(RESTRICTIONS))
def test_a_restriction_never_turns_a_no_into_a_yes(
    job: Job, owner: Rules, calendar: Calendar, used: Caps, restrict: Callable[[Rules], Rules]
) -> None:
    before = decide(job, owner, calendar, used, NOW).verdict
    after = decide(job, restrict(owner), calendar, used, NOW).verdict
    assert not (before is Verdict.NO_MATCH and after is Verdict.MATCH)


@given(JOBS, rules, calendars, caps, SPANS)
def test_being_busier_never_turns_a_no_into_a_yes(
    job: Job, owner: Rules, calendar: Calendar, used: Caps, more: BusySpan
) -> None:
    before = decide(job, owner, calendar, used, NOW).verdict
    after = decide(job, owner, calendar.with_span(more), used, NOW).verdict
    assert not (before is Verdict.NO_MATCH and after is Verdict.MATCH)


@settings(max_examples=500)
@given(
    JOBS,
    rules,
    calendars,
    caps,
    st.sampled_from(
        ["appointment_date", "appointment_time", "duration_minutes", "language", "kind", "company_name", "postcode"]
    ),
)
@example(
    a_job(appointment_time=time(23, 30)),
    Rules(),
    Calendar.of(
        [
            BusySpan(
                starts_at=datetime(2026, 11, 25, 12, tzinfo=UTC),
                ends_at=datetime(2026, 11, 25, 13, tzinfo=UTC),
                title="lunch",
            )
        ]
    ),
    Caps(),
    "appointment_time",
)
def test_a_hidden_field_never_turns_a_no_into_a_yes(
    job: Job, owner: Rules, calendar: Calendar, used: Caps, hidden: str
) -> None:
    """Hiding a field never turns a no into a yes, but for the date where the owner takes undated jobs."""
    if hidden == "appointment_date" and owner.accept_undated:
        return
    changes: dict[str, Any] = {hidden: None}
    if hidden in ("appointment_date", "appointment_time"):
        changes["starts_at"] = None
    before = decide(job, owner, calendar, used, NOW).verdict
    after = decide(job.changed(**changes), owner, calendar, used, NOW).verdict
    assert not (before is Verdict.NO_MATCH and after is Verdict.MATCH)


@settings(max_examples=300)
@given(st.lists(JOBS, max_size=6, unique_by=lambda job: job.job_number), rules, calendars, caps)
def test_what_is_taken_together_never_overlaps_and_never_passes_a_cap(
    board: list[Job], owner: Rules, calendar: Calendar, used: Caps
) -> None:
    decided = decide_all(board, owner, calendar, used, NOW, preferences=Preferences(order=(Preference.LONGEST,)))
    assert sorted(job.job_number for job, _ in decided) == sorted(job.job_number for job in board)
    taken = [job for job, decision in decided if decision.verdict is Verdict.MATCH]
    if owner.max_accept_per_run is not None and taken:
        assert used.accepted_this_run + len(taken) <= owner.max_accept_per_run
    times = [span for job in taken if (span := span_of(job, LONDON))]
    for index, one in enumerate(times):
        for other in times[index + 1 :]:
            gap = owner.gap_around_jobs
            assert one.ends_at + gap <= other.starts_at or other.ends_at + gap <= one.starts_at
