"""The owner's rules: one job in, a yes or no out, with a sentence for every rule.

Every rule is asked, also after one said no. A rule that the owner did not set does not answer, but for the basic ones:
the portal's status, the kind, a start that lies ahead, and no overlap. What the portal does not show is never a yes for
a rule that needs it. Adding a restriction never turns a no into a yes.

The clock, the caps' use and the calendar are handed in; nothing here is remembered from one call to the next.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.core.calendar import BusySpan, Calendar, span_of
from bot.core.decision import Decision, RuleAnswer, Verdict
from bot.core.job import Action, Job
from bot.core.places import in_any_place, is_whole_postcode, needs_postcode
from bot.core.preferences import Preferences, preference_key
from bot.core.spelling import has_words, spelling_key
from bot.core.wall_clock import day_span, say_date, say_duration, say_minutes
from bot.core.week import WeeklyWindow, holds, merged, minute_of_week

#: How a job's fields are called in a sentence.
FIELD_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "reference": "reference",
        "submitted_on": "date on which it was submitted",
        "appointment_date": "appointment date",
        "appointment_time": "appointment time",
        "duration_minutes": "duration",
        "language": "language",
        "kind": "kind of job",
        "company_name": "company name",
        "client_name": "client name",
        "client_reference": "client reference",
        "qualification": "qualification",
        "security_check": "security check",
        "gender": "gender",
        "address": "address",
        "postcode": "postcode",
        "special_instructions": "special instructions",
    }
)

#: The fields that hold words.
TEXT_FIELDS: tuple[str, ...] = (
    "reference",
    "language",
    "kind",
    "company_name",
    "client_name",
    "client_reference",
    "qualification",
    "security_check",
    "gender",
    "address",
    "postcode",
    "special_instructions",
)

#: The fields that only a job's own page shows: with all of them missing, that page was not read.
_PAGE_FIELDS: tuple[str, ...] = (
    "kind",
    "company_name",
    "client_name",
    "client_reference",
    "qualification",
    "security_check",
    "gender",
    "address",
    "postcode",
    "special_instructions",
)

_LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, kw_only=True, slots=True)
class DateRange:
    """From one calendar date to another, both included; None is open."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the day lies in the range."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def __str__(self) -> str:
        if self.first == self.last and self.first is not None:
            return say_date(self.first)
        if self.first is None and self.last is None:
            return "any date"
        if self.first is None:
            return f"up to {say_date(self.last)}" if self.last else ""
        return f"from {say_date(self.first)}" + (f" to {say_date(self.last)}" if self.last else "")


@dataclass(frozen=True, kw_only=True, slots=True)
class WordRule:
    """Words to look for, as whole words, case left out."""

    #: one of these is enough
    words: tuple[str, ...]
    #: names out of ``TEXT_FIELDS``; empty means all of them
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """All that the owner set. Everything that is left at its default restricts nothing, but for the basic rules.

    Names that are compared (kinds, languages) are compared without case, hyphens and extra spaces.
    """

    #: kinds that are accepted; empty means every kind that is not excluded
    job_type_filter: tuple[str, ...] = ()
    #: kinds that are never accepted
    exclude_types: tuple[str, ...] = ()
    #: every kind that the portal has; another one is treated as unknown. Empty: any word is a kind
    known_kinds: tuple[str, ...] = ()
    #: the portal must show all of these (names out of ``FIELD_NAMES``)
    required_fields: tuple[str, ...] = ()
    #: the portal's status words with which a job can be accepted
    open_statuses: tuple[str, ...] = ("matched",)

    languages: tuple[str, ...] = ()
    exclude_languages: tuple[str, ...] = ()

    #: the appointment lies in one of these; empty means any date
    dates: tuple[DateRange, ...] = ()
    #: the appointment's date, and that of its end, lies in none of these
    exclude_dates: tuple[DateRange, ...] = ()
    #: the whole appointment lies within these hours of the week; empty means any hour
    weekly_hours: tuple[WeeklyWindow, ...] = ()
    #: at least this long from now to the start
    minimum_notice: timedelta | None = None
    shortest_minutes: int | None = None
    longest_minutes: int | None = None

    #: postcode areas (``M``, ``SW1``, ``EC1A 1``) or names of places that stand in the address; one is enough
    places: tuple[str, ...] = ()
    exclude_places: tuple[str, ...] = ()
    #: kinds to which nobody travels: the rules about places do not ask for a place there
    remote_kinds: tuple[str, ...] = ("Telephone Interpreting", "Video Interpreting")

    #: each of these must be found
    words_wanted: tuple[WordRule, ...] = ()
    #: none of these may be found
    words_excluded: tuple[WordRule, ...] = ()
    #: words of the company's or the client's name; one is enough
    clients: tuple[str, ...] = ()
    exclude_clients: tuple[str, ...] = ()

    #: at least this long between this job and any other
    gap_around_jobs: timedelta = timedelta(0)
    #: at least this long between this job and a calendar entry
    gap_around_events: timedelta = timedelta(0)
    #: a job whose date the portal does not show may be taken: overlap and start are not asked of such a job
    accept_undated: bool = False

    #: jobs accepted in one session from start to stop; None is no cap (so for all caps)
    max_accept_per_run: int | None = None
    #: jobs accepted in one pass over the board
    max_accept_per_pass: int | None = None
    #: jobs held on the day of the appointment
    max_accept_per_day: int | None = None
    #: hours of work held on that day
    max_accept_hours_per_day: float | None = None
    #: jobs held in the week of the appointment, Monday to Sunday
    max_accept_per_week: int | None = None
    #: hours of work held in that week
    max_accept_hours_per_week: float | None = None

    #: the portal's time zone: days, weeks and hours are counted on its wall clock
    zone: ZoneInfo = _LONDON


@dataclass(frozen=True, kw_only=True, slots=True)
class Caps:
    """How far the caps are used up. Days and weeks are counted from the jobs in the calendar."""

    #: claims of this session that count (``claim.counts_toward_cap``)
    accepted_this_run: int = 0
    #: of these, the ones of this pass over the board
    accepted_this_pass: int = 0

    def one_more(self) -> "Caps":
        """After one more job was taken."""
        return Caps(
            accepted_this_run=self.accepted_this_run + 1,
            accepted_this_pass=self.accepted_this_pass + 1,
        )


def decide(job: Job, rules: Rules, calendar: Calendar, caps: Caps, now: datetime) -> Decision:
    """Ask every rule about one job; ``now`` is aware (raises ValueError for a naive one).

    ``calendar`` holds the jobs that are ours or may become ours (``span_of``) and the owner's other entries; a span of
    this very job does not count against it.
    """
    if now.tzinfo is None:
        raise ValueError("decide needs the current moment with its offset")
    question = _Question(job=job, rules=rules, calendar=calendar, caps=caps, now=now)
    reasons = tuple(answer for rule in _RULES for answer in rule(question))
    passed = all(answer.passed for answer in reasons)
    return Decision(verdict=Verdict.MATCH if passed else Verdict.NO_MATCH, reasons=reasons)


def decide_all(
    jobs: Iterable[Job],
    rules: Rules,
    calendar: Calendar,
    caps: Caps,
    now: datetime,
    *,
    preferences: Preferences | None = None,
) -> tuple[tuple[Job, Decision], ...]:
    """Decide on several jobs that can be taken at the same time, in the order of the owner's preference.

    Each match counts for those after it: two jobs that overlap never both match, and no cap is passed.
    """
    answers = []
    for job in sorted(jobs, key=lambda job: preference_key(job, preferences or Preferences())):
        decision = decide(job, rules, calendar, caps, now)
        answers.append((job, decision))
        if decision.verdict is Verdict.MATCH:
            caps = caps.one_more()
            span = span_of(job, rules.zone)
            calendar = calendar.with_span(span) if span else calendar
    return tuple(answers)


def board_rules(rules: Rules, job: Job) -> Rules:
    """These rules without what only the job's own page could answer, which was never read.

    A no by them stands whatever that page says; a yes is none.
    """
    return replace(
        rules,
        job_type_filter=rules.job_type_filter if job.kind else (),
        exclude_types=rules.exclude_types if job.kind else (),
        required_fields=tuple(name for name in rules.required_fields if name not in _PAGE_FIELDS),
        places=rules.places if job.postcode else (),
        exclude_places=rules.exclude_places if job.postcode else (),
        words_wanted=(),
        words_excluded=tuple(rule for rule in rules.words_excluded if _found_words(job, rule)),
        clients=rules.clients if job.company_name and job.client_name else (),
        exclude_clients=rules.exclude_clients if job.company_name and job.client_name else (),
    )


def is_excluded_kind(job: Job, rules: Rules) -> bool:
    """Whether the portal says that the job is of a kind which the owner never accepts; an unknown kind is none."""
    known = _keys(rules.known_kinds)
    key = spelling_key(job.kind or "")
    return bool(key) and key in _keys(rules.exclude_types) and (not known or key in known)


@dataclass(frozen=True, kw_only=True)
class _Question:
    """One job before all rules, with what several of them need."""

    job: Job
    rules: Rules
    calendar: Calendar
    caps: Caps
    now: datetime

    @cached_property
    def span(self) -> BusySpan | None:
        return span_of(self.job, self.rules.zone)

    @cached_property
    def kind(self) -> str | None:
        """The kind where it is one that can be judged."""
        kind = self.job.kind
        if kind is None or not spelling_key(kind):
            return None
        known = _keys(self.rules.known_kinds)
        return kind if not known or spelling_key(kind) in known else None


@lru_cache(maxsize=256)
def _keys(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(spelling_key(name) for name in names)


def _one_of(names: Iterable[str]) -> str:
    listed = list(names)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


def _yes(rule: str, why: str) -> Iterator[RuleAnswer]:
    yield RuleAnswer(rule=rule, passed=True, why=why)


def _no(rule: str, why: str) -> Iterator[RuleAnswer]:
    yield RuleAnswer(rule=rule, passed=False, why=why)


# What a job's own status says on the portal (portal-facts.md, "The board").
_STATUS_WORDS = {
    "assigned": "This job is yours already.",
    "rejected": "You rejected this job on the portal.",
    "quoted": "You sent a quote for this job; it is the client's turn.",
    "cancelled": "This job was cancelled or given to somebody else.",
    "completed": "This job is done.",
}


def _portal_status(q: _Question) -> Iterator[RuleAnswer]:
    rule = "portal_status"
    status = spelling_key(q.job.portal_status)
    if status not in _keys(q.rules.open_statuses):
        said = _STATUS_WORDS.get(status)
        return _no(rule, said or f"The portal shows this job as “{q.job.portal_status}”, which cannot be accepted.")
    if q.job.action is Action.QUOTE:
        return _no(rule, "The client wants a quote first; such a job cannot be accepted.")
    if q.job.action is not Action.ACCEPT:
        return _no(rule, "The portal offers no way to accept this job.")
    return _yes(rule, "The portal offers this job to you.")


def _kind_wanted(q: _Question) -> Iterator[RuleAnswer]:
    rule, wanted = "job_type_filter", q.rules.job_type_filter
    if q.kind is None:
        if not wanted and not q.rules.exclude_types:
            return _yes(rule, "You accept every kind of job.")
        return _no(rule, _unknown_kind(q.job))
    if not wanted:
        return _yes(rule, f"This is {q.kind}, and you accept every kind that you did not exclude.")
    if spelling_key(q.kind) in _keys(wanted):
        return _yes(rule, f"This is {q.kind}, a kind that you accept.")
    return _no(rule, f"This is {q.kind}, and you accept only {_one_of(wanted)}.")


def _kind_excluded(q: _Question) -> Iterator[RuleAnswer]:
    rule, excluded = "exclude_types", q.rules.exclude_types
    if not excluded:
        return iter(())
    if q.kind is None:
        return _no(rule, f"{_unknown_kind(q.job)} It could be {_one_of(excluded)}, which you never accept.")
    if spelling_key(q.kind) in _keys(excluded):
        return _no(rule, f"This is {q.kind}, and you never accept that kind.")
    return _yes(rule, f"This is not {_one_of(excluded)}.")


def _unknown_kind(job: Job) -> str:
    if job.kind and spelling_key(job.kind):
        return f"The portal calls this kind of job “{job.kind}”, and that is not a kind that the bot knows."
    return "The portal does not say what kind of job this is."


def _languages(q: _Question) -> Iterator[RuleAnswer]:
    rules, language = q.rules, q.job.language
    if rules.languages:
        if not language:
            yield from _no("languages", "The portal does not say which language this is.")
        elif spelling_key(language) in _keys(rules.languages):
            yield from _yes("languages", f"The language is {language}, one of yours.")
        else:
            yield from _no("languages", f"The language is {language}, and you accept only {_one_of(rules.languages)}.")
    if rules.exclude_languages:
        rule = "exclude_languages"
        if not language:
            yield from _no(rule, "The portal does not say which language this is, so it could be an excluded one.")
        elif spelling_key(language) in _keys(rules.exclude_languages):
            yield from _no(rule, f"The language is {language}, and you never accept that language.")
        else:
            yield from _yes(rule, f"{language} is not a language that you excluded.")


def _required_fields(q: _Question) -> Iterator[RuleAnswer]:
    rule, required = "required_fields", q.rules.required_fields
    if not required:
        return iter(())
    missing = [name for name in required if getattr(q.job, name) in (None, "")]
    if missing:
        named = [FIELD_NAMES.get(name, name) for name in missing]
        listed = ", no ".join(named[:-1]) + (" and no " if len(named) > 1 else "") + named[-1]
        return _no(rule, f"The portal shows no {listed}, and you accept only jobs that show it.")
    return _yes(rule, "The portal shows everything that you asked for.")


def _lies_ahead(q: _Question) -> Iterator[RuleAnswer]:
    rule, job = "starts_in_the_future", q.job
    if job.appointment_date is None or q.span is None:
        return _undated(q, rule)
    said = say_date(job.appointment_date)
    if job.appointment_time is None:
        today = q.now.astimezone(q.rules.zone).date()
        if job.appointment_date > today:
            return _yes(rule, f"It is on {said}, which lies ahead.")
        if job.appointment_date == today:
            return _no(rule, "It is today and the portal shows no time, so it may have started already.")
        return _no(rule, f"It was on {said}.")
    said = f"{said} at {job.appointment_time:%H:%M}"
    # The earliest reading of the start counts: on the night of the clock change it may already have begun.
    if q.span.starts_at > q.now:
        return _yes(rule, f"It starts on {said}, in {say_duration(q.span.starts_at - q.now)}.")
    return _no(rule, f"It started on {said}.")


def _undated(q: _Question, rule: str) -> Iterator[RuleAnswer]:
    if q.rules.accept_undated:
        return _yes(rule, "The portal shows no date, and you accept such jobs.")
    return _no(rule, "The portal shows no date for this job.")


def _notice(q: _Question) -> Iterator[RuleAnswer]:
    rule, wanted = "minimum_notice_minutes", q.rules.minimum_notice
    if wanted is None:
        return iter(())
    if q.span is None:
        return _no(rule, "The portal shows no date for this job, so nobody can tell how soon it is.")
    if q.span.starts_at - q.now >= wanted:
        return _yes(
            rule, f"It starts in {say_duration(q.span.starts_at - q.now)}; you want at least {say_duration(wanted)}."
        )
    if q.job.appointment_time is None:
        return _no(
            rule, f"The portal shows no time; early that day it would start in less than {say_duration(wanted)}."
        )
    left = max(q.span.starts_at - q.now, timedelta(0))
    return _no(rule, f"It starts in {say_duration(left)}, and you want at least {say_duration(wanted)} before a job.")


def _dates(q: _Question) -> Iterator[RuleAnswer]:
    rules, day = q.rules, q.job.appointment_date
    if rules.dates:
        wanted = _one_of(str(dates) for dates in rules.dates)
        if day is None:
            yield from _no("dates", "The portal shows no date for this job.")
        elif any(dates.holds(day) for dates in rules.dates):
            yield from _yes("dates", f"{say_date(day)} is a date on which you work.")
        else:
            yield from _no("dates", f"It is on {say_date(day)}, and you accept only {wanted}.")
    if rules.exclude_dates:
        yield from _excluded_dates(q)


def _excluded_dates(q: _Question) -> Iterator[RuleAnswer]:
    rule = "exclude_dates"
    if q.span is None or q.job.appointment_date is None:
        return _no(rule, "The portal shows no date for this job, so it could be on a day that you excluded.")
    last = (q.span.ends_at - timedelta(microseconds=1)).astimezone(q.rules.zone).date()
    day = q.job.appointment_date
    while day <= max(last, q.job.appointment_date):
        if any(dates.holds(day) for dates in q.rules.exclude_dates):
            return _no(rule, f"{say_date(day)} is a date that you excluded.")
        day += timedelta(days=1)
    return _yes(rule, f"{say_date(q.job.appointment_date)} is not a date that you excluded.")


def _weekly_hours(q: _Question) -> Iterator[RuleAnswer]:
    rule, windows = "weekly_hours", q.rules.weekly_hours
    if not windows:
        return iter(())
    if q.span is None:
        return _no(rule, "The portal shows no date for this job.")
    start = q.span.starts_at.astimezone(q.rules.zone)
    end = q.span.ends_at.astimezone(q.rules.zone)
    first = minute_of_week(start)
    if holds(_merged(windows), first, first + max(_wall_minutes(start, end), 1)):
        return _yes(rule, "It lies within your working hours.")
    listed = _one_of(str(window) for window in windows)
    if q.job.appointment_time is None:
        return _no(rule, f"The portal shows no time, and you do not work all of that day: you work {listed}.")
    if q.job.duration_minutes is None:
        return _no(rule, f"The portal shows no duration, so it may last beyond your hours: you work {listed}.")
    return _no(rule, f"It is on {start:%A} from {start:%H:%M} to {end:%H:%M}, and you work {listed}.")


def _wall_minutes(start: datetime, end: datetime) -> int:
    """How far the hands of the clock go from start to end: working hours are set, and read, on the wall.

    In the night on which the clock is put back they can end before they started; then the true length counts.
    """
    on_the_wall = end.replace(tzinfo=None) - start.replace(tzinfo=None)
    passed = on_the_wall if on_the_wall > timedelta(0) else end.astimezone(UTC) - start.astimezone(UTC)
    return int(passed.total_seconds() // 60)


@lru_cache(maxsize=64)
def _merged(windows: tuple[WeeklyWindow, ...]) -> tuple[tuple[int, int], ...]:
    return merged(windows)


def _duration(q: _Question) -> Iterator[RuleAnswer]:
    rules, minutes = q.rules, q.job.duration_minutes
    unknown = "The portal does not say how long this job takes."
    if rules.shortest_minutes is not None:
        rule, said = "shortest_minutes", say_minutes(rules.shortest_minutes)
        if minutes is None:
            yield from _no(rule, unknown)
        elif minutes >= rules.shortest_minutes:
            yield from _yes(rule, f"It takes {say_minutes(minutes)}; you want at least {said}.")
        else:
            yield from _no(rule, f"It takes {say_minutes(minutes)}, and you want at least {said}.")
    if rules.longest_minutes is not None:
        rule, said = "longest_minutes", say_minutes(rules.longest_minutes)
        if minutes is None:
            yield from _no(rule, unknown)
        elif minutes <= rules.longest_minutes:
            yield from _yes(rule, f"It takes {say_minutes(minutes)}; you want at most {said}.")
        else:
            yield from _no(rule, f"It takes {say_minutes(minutes)}, and you want at most {said}.")


def _places(q: _Question) -> Iterator[RuleAnswer]:
    rules, job = q.rules, q.job
    if not rules.places and not rules.exclude_places:
        return
    remote = q.kind is not None and spelling_key(q.kind) in _keys(rules.remote_kinds)
    where = job.postcode or job.address
    for rule, places, wanted in (("places", rules.places, True), ("exclude_places", rules.exclude_places, False)):
        if not places:
            continue
        if remote:
            yield from _yes(rule, f"This is {q.kind}: nobody has to travel.")
        elif not where:
            yield from _no(rule, "The portal does not say where this job is.")
        elif not wanted and (missing := _missing_part(job, places)):
            yield from _no(rule, f"The portal shows no {missing}, so it could be in a place that you excluded.")
        elif in_any_place(places, postcode=job.postcode, address=job.address):
            answer = _yes if wanted else _no
            yield from answer(
                rule, f"It is in {where}" + (", where you work." if wanted else ", a place that you excluded.")
            )
        else:
            answer = _no if wanted else _yes
            yield from answer(
                rule,
                f"It is in {where}"
                + (f", and you work only in {_one_of(places)}." if wanted else ", not in a place that you excluded."),
            )


def _missing_part(job: Job, excluded: tuple[str, ...]) -> str | None:
    """The part of the address without which nobody can tell that the job is in none of these places."""
    by_postcode = [needs_postcode(place) for place in excluded]
    if any(by_postcode) and not is_whole_postcode(job.postcode):
        return "postcode"
    return "address" if not all(by_postcode) and not job.address else None


def _words(q: _Question) -> Iterator[RuleAnswer]:
    for wanted in q.rules.words_wanted:
        found = _found_words(q.job, wanted)
        if found:
            yield from _yes("words_wanted", f"“{found}” stands in {_in_fields(wanted)}.")
        else:
            yield from _no("words_wanted", f"{_quoted(wanted.words)} stands nowhere in {_in_fields(wanted)}.")
    for excluded in q.rules.words_excluded:
        found = _found_words(q.job, excluded)
        if found:
            yield from _no("words_excluded", f"“{found}” stands in {_in_fields(excluded)}, and you excluded that.")
        elif _page_unread(q.job):
            yield from _no(
                "words_excluded", f"The job's own page was not read, so {_quoted(excluded.words)} could stand there."
            )
        else:
            yield from _yes("words_excluded", f"{_quoted(excluded.words)} stands nowhere in {_in_fields(excluded)}.")


def _found_words(job: Job, rule: WordRule) -> str | None:
    for name in rule.fields or TEXT_FIELDS:
        text = getattr(job, name)
        for words in rule.words:
            if text and has_words(text, words):
                return words
    return None


def _page_unread(job: Job) -> bool:
    return all(getattr(job, name) is None for name in _PAGE_FIELDS)


def _quoted(words: Iterable[str]) -> str:
    return _one_of(f"“{word}”" for word in words)


def _in_fields(rule: WordRule) -> str:
    if not rule.fields:
        return "the job's texts"
    return f"the {_one_of(FIELD_NAMES.get(name, name) for name in rule.fields)}"


def _clients(q: _Question) -> Iterator[RuleAnswer]:
    rules = q.rules
    names = tuple(name for name in (q.job.company_name, q.job.client_name) if name)
    said = " / ".join(names)
    if rules.clients:
        if not names:
            yield from _no("clients", "The portal does not say who the client is.")
        elif any(has_words(name, wanted) for name in names for wanted in rules.clients):
            yield from _yes("clients", f"The client is {said}, one of those that you work for.")
        else:
            yield from _no("clients", f"The client is {said}, and you work only for {_one_of(rules.clients)}.")
    if rules.exclude_clients:
        rule = "exclude_clients"
        if any(has_words(name, excluded) for name in names for excluded in rules.exclude_clients):
            yield from _no(rule, f"The client is {said}, and you never work for them.")
        elif not q.job.company_name or not q.job.client_name:
            missing = "company name" if not q.job.company_name else "client name"
            yield from _no(rule, f"The portal shows no {missing}, so it could be a client that you excluded.")
        else:
            yield from _yes(rule, f"The client is {said}, not one that you excluded.")


def _overlap(q: _Question) -> Iterator[RuleAnswer]:
    rule, job = "no_overlap", q.job
    if q.span is None:
        return _undated(q, rule)
    in_the_way = q.calendar.conflicts(
        q.span.starts_at,
        q.span.ends_at,
        gap_around_jobs=q.rules.gap_around_jobs,
        gap_around_events=q.rules.gap_around_events,
        ignoring=job.job_number,
    )
    if not in_the_way:
        return _yes(rule, "You are free at that time.")
    other = in_the_way[0]
    whose = "your" if other.job_number is not None else "your calendar entry"
    if job.appointment_time is None:
        return _no(rule, f"The portal shows no time, and you have {whose} {other.title} on that day.")
    if q.calendar.conflicts(q.span.starts_at, q.span.ends_at, ignoring=job.job_number):
        return _no(rule, f"You are not free at that time: {whose} {_named(other, q.rules.zone)}.")
    gap = q.rules.gap_around_jobs if other.job_number is not None else q.rules.gap_around_events
    return _no(
        rule, f"It is too close to {whose} {_named(other, q.rules.zone)}: you want {say_duration(gap)} between them."
    )


def _calendars(q: _Question) -> Iterator[RuleAnswer]:
    """Nothing is taken at a time of which the owner's calendars say nothing yet."""
    rule, calendar = "calendars", q.calendar
    if q.span is None or (calendar.known_until is None and not calendar.unread):
        return iter(())
    if calendar.unread:
        named = " and ".join(f"“{label}”" for label in calendar.unread)
        return _no(rule, f"Your calendar {named} has not been read in full yet, so nobody knows when you are free.")
    if calendar.known_until is not None and q.span.ends_at + q.rules.gap_around_events > calendar.known_until:
        until = say_date(calendar.known_until.astimezone(q.rules.zone).date())
        return _no(rule, f"Your calendars are known until {until} only, and this job is later.")
    return _yes(rule, "Your calendars are read.")


def _named(span: BusySpan, zone: ZoneInfo) -> str:
    start, end = span.starts_at.astimezone(zone), span.ends_at.astimezone(zone)
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{say_date(end.date())} {end:%H:%M}"
    return f"{span.title} ({say_date(start.date())} {start:%H:%M} to {until})"


def _caps(q: _Question) -> Iterator[RuleAnswer]:
    rules, caps = q.rules, q.caps
    yield from _count_cap("max_accept_per_run", rules.max_accept_per_run, caps.accepted_this_run, "in one session")
    yield from _count_cap(
        "max_accept_per_pass", rules.max_accept_per_pass, caps.accepted_this_pass, "in one pass over the board"
    )
    if not _has_day_or_week_cap(rules):
        return
    day = q.job.appointment_date
    held_on_day = [] if day is None else _held(q, day, day)
    monday = None if day is None else day - timedelta(days=day.weekday())
    held_in_week = [] if monday is None else _held(q, monday, monday + timedelta(days=6))
    counted = (
        ("max_accept_per_day", rules.max_accept_per_day, held_on_day, "on one day"),
        ("max_accept_per_week", rules.max_accept_per_week, held_in_week, "in one week"),
    )
    for rule, cap, held, within in counted:
        if cap is not None and day is None:
            yield from _no(rule, "The portal shows no date for this job, so nobody can tell which day it falls on.")
        else:
            yield from _count_cap(rule, cap, len(held), within)
    hours = (
        ("max_accept_hours_per_day", rules.max_accept_hours_per_day, held_on_day, "on one day"),
        ("max_accept_hours_per_week", rules.max_accept_hours_per_week, held_in_week, "in one week"),
    )
    for rule, limit, held, within in hours:
        yield from _hours_cap(q, rule, limit, held, within)


def _has_day_or_week_cap(rules: Rules) -> bool:
    return any(
        cap is not None
        for cap in (
            rules.max_accept_per_day,
            rules.max_accept_hours_per_day,
            rules.max_accept_per_week,
            rules.max_accept_hours_per_week,
        )
    )


def _held(q: _Question, first: date, last: date) -> list[BusySpan]:
    """The jobs held that start on one of these days."""
    zone = q.rules.zone
    opens, closes = day_span(first, zone)[0], day_span(last, zone)[1]
    others = (None, q.job.job_number)
    return [span for span in q.calendar.starting(opens, closes) if span.job_number not in others]


def _count_cap(rule: str, cap: int | None, taken: int, within: str) -> Iterator[RuleAnswer]:
    if cap is None:
        return iter(())
    jobs = "1 job" if cap == 1 else f"{cap} jobs"
    if taken < cap:
        return _yes(rule, f"You take at most {jobs} {within}; so far it is {taken}.")
    return _no(rule, f"You take at most {jobs} {within}, and that is reached.")


def _hours_cap(q: _Question, rule: str, limit: float | None, held: list[BusySpan], within: str) -> Iterator[RuleAnswer]:
    if limit is None:
        return iter(())
    if q.job.appointment_date is None or q.job.duration_minutes is None:
        return _no(
            rule, "The portal does not show when this job is and how long it takes, so its hours cannot be counted."
        )
    minutes = sum(int((span.ends_at - span.starts_at).total_seconds() // 60) for span in held)
    total = minutes + q.job.duration_minutes
    if total <= limit * 60:
        return _yes(rule, f"With this job it is {say_minutes(total)} {within}; you take at most {limit:g} hours.")
    return _no(rule, f"With this job it would be {say_minutes(total)} {within}, and you take at most {limit:g} hours.")


_RULES: tuple[Callable[[_Question], Iterator[RuleAnswer]], ...] = (
    _portal_status,
    _kind_excluded,
    _kind_wanted,
    _languages,
    _required_fields,
    _lies_ahead,
    _notice,
    _dates,
    _weekly_hours,
    _duration,
    _places,
    _words,
    _clients,
    _overlap,
    _calendars,
    _caps,
)
