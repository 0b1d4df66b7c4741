"""The owner's settings as rules: each setting reaches its rule, and the answer is named after the setting."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any, get_origin

import pytest

from bot.domain.busy_calendar import Calendar
from bot.domain.job import Job
from bot.domain.rules.decision import Decision
from bot.domain.rules.evaluate import decide
from bot.domain.rules.preferences import Preferences
from bot.domain.rules.rule_set import Caps, DateRange, Rules, WordRule
from bot.domain.weekly_hours import WeeklyWindow
from bot.portal.definition.model import load
from bot.settings.rules_from_configuration import preferences_from_configuration, rules_from_configuration
from common.states import Preference, Verdict
from contract.configuration import BotConfiguration
from tests.support.domain_examples import NOW, a_job

ATOZ = load("atoz")

#: the settings under which the example job matches, so that one more setting decides
NEUTRAL: dict[str, Any] = {
    "job_type_filter": (),
    "exclude_types": (),
    "required_fields": (),
    "max_accept_per_run": None,
}


#: settings of how the bot works, not of what it accepts
NOT_RULES = {
    "mode",
    "offer_deadline_seconds",
    "reject_excluded",
    "check_interval_seconds",
    "jitter",
    "follow_rhythm",
    "requests_per_minute",
    "opening_hours",
    "lane",
    "browser",
}


def rules(**settings: Any) -> Rules:
    return rules_from_configuration(BotConfiguration.model_validate(NEUTRAL | settings), ATOZ)


def decided(job: Job, **settings: Any) -> Decision:
    return decide(job, rules(**settings), Calendar(), Caps(), NOW)


def test_the_default_settings() -> None:
    found = rules_from_configuration(BotConfiguration(), ATOZ)
    assert found == Rules(
        job_type_filter=("Telephone Interpreting", "Video Interpreting"),
        exclude_types=("Face to Face",),
        known_kinds=tuple(ATOZ.kinds),
        remote_kinds=("Telephone Interpreting", "Video Interpreting"),
        required_fields=("reference", "appointment_date", "appointment_time", "language"),
        open_statuses=("matched",),
        max_accept_per_run=5,
        zone=ATOZ.zone,
    )
    assert preferences_from_configuration(BotConfiguration()) == Preferences(
        order=(Preference.SOONEST,), kinds=("Telephone Interpreting", "Video Interpreting")
    )


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"languages": ["Polish"]}, {"languages": ("Polish",)}),
        ({"exclude_languages": ["Polish"]}, {"exclude_languages": ("Polish",)}),
        (
            {"dates": [{"first": "2026-12-01", "last": "2026-12-24"}]},
            {"dates": (DateRange(first=date(2026, 12, 1), last=date(2026, 12, 24)),)},
        ),
        ({"exclude_dates": [{"last": "2026-12-01"}]}, {"exclude_dates": (DateRange(last=date(2026, 12, 1)),)}),
        (
            {"weekly_hours": [{"days": ["monday", "sunday", "monday"], "start": "09:00", "end": "17:30"}]},
            {
                "weekly_hours": (
                    WeeklyWindow(weekday=0, from_minute=540, to_minute=1050),
                    WeeklyWindow(weekday=6, from_minute=540, to_minute=1050),
                )
            },
        ),
        # a whole day, and a night: 22:00 is 1320, 02:00 the next day 1440 + 120
        (
            {"weekly_hours": [{"days": ["friday"]}, {"days": ["saturday"], "start": "22:00", "end": "02:00"}]},
            {
                "weekly_hours": (
                    WeeklyWindow(weekday=4, from_minute=0, to_minute=1440),
                    WeeklyWindow(weekday=5, from_minute=1320, to_minute=1560),
                )
            },
        ),
        ({"minimum_notice_minutes": 90}, {"minimum_notice": timedelta(minutes=90)}),
        ({"minimum_notice_minutes": 0}, {"minimum_notice": timedelta(0)}),
        ({"shortest_minutes": 30, "longest_minutes": 60}, {"shortest_minutes": 30, "longest_minutes": 60}),
        ({"places": ["M"], "exclude_places": ["LS"]}, {"places": ("M",), "exclude_places": ("LS",)}),
        ({"words_wanted": [{"words": ["court"]}]}, {"words_wanted": (WordRule(words=("court",)),)}),
        (
            {"words_excluded": [{"words": ["court"], "fields": ["client_name"]}]},
            {"words_excluded": (WordRule(words=("court",), fields=("client_name",)),)},
        ),
        ({"clients": ["A"], "exclude_clients": ["B"]}, {"clients": ("A",), "exclude_clients": ("B",)}),
        ({"gap_around_jobs_minutes": 30}, {"gap_around_jobs": timedelta(minutes=30)}),
        ({"gap_around_events_minutes": 15}, {"gap_around_events": timedelta(minutes=15)}),
        ({"max_accept_per_run": 1, "max_accept_per_pass": 2}, {"max_accept_per_run": 1, "max_accept_per_pass": 2}),
        ({"max_accept_per_day": 3, "max_accept_per_week": 4}, {"max_accept_per_day": 3, "max_accept_per_week": 4}),
        ({"max_accept_hours_per_day": 7.5}, {"max_accept_hours_per_day": 7.5}),
        ({"max_accept_hours_per_week": 30}, {"max_accept_hours_per_week": 30}),
    ],
)
def test_each_setting_reaches_its_rule(settings: dict[str, Any], expected: dict[str, Any]) -> None:
    assert rules(**settings) == replace(rules(), **expected)


def test_every_setting_is_a_rule_a_preference_or_says_how_to_work() -> None:
    """A setting that is added to the contract and forgotten here would restrict nothing, and nobody would notice."""
    changed: dict[str, Any] = {
        "dates": [{"first": "2026-12-01"}],
        "exclude_dates": [{"first": "2026-12-01"}],
        "weekly_hours": [{"days": ["monday"]}],
        "words_wanted": [{"words": ["court"]}],
        "words_excluded": [{"words": ["court"]}],
        "job_type_filter": ["BSL"],
        "exclude_types": ["BSL"],
        "required_fields": ["language"],
        "prefer": ["latest"],
    }
    for name, field in BotConfiguration.model_fields.items():
        if name in NOT_RULES:
            continue
        value = ["something"] if get_origin(field.annotation) is tuple else 7
        configuration = BotConfiguration.model_validate(NEUTRAL | {name: changed.get(name, value)})
        neutral = BotConfiguration.model_validate(NEUTRAL)
        same_rules = rules_from_configuration(configuration, ATOZ) == rules_from_configuration(neutral, ATOZ)
        same_order = preferences_from_configuration(configuration) == preferences_from_configuration(neutral)
        assert not (same_rules and same_order), name


@pytest.mark.parametrize(
    "settings",
    [
        {"job_type_filter": ["BSL"]},
        {"exclude_types": ["Telephone Interpreting"]},
        {"required_fields": ["postcode"]},
        {"languages": ["German"]},
        {"exclude_languages": ["Polish"]},
        {"dates": [{"first": "2027-01-01"}]},
        {"exclude_dates": [{"first": "2026-11-25", "last": "2026-11-25"}]},
        {"weekly_hours": [{"days": ["monday"]}]},
        {"minimum_notice_minutes": 28 * 24 * 60},
        {"shortest_minutes": 120},
        {"longest_minutes": 60},
        {"words_wanted": [{"words": ["court"]}]},
        {"words_excluded": [{"words": ["ward"]}]},
        {"clients": ["Police"]},
        {"exclude_clients": ["Leeds Teaching"]},
        {"max_accept_per_run": 0},
        {"max_accept_per_pass": 0},
        {"max_accept_per_day": 0},
        {"max_accept_hours_per_day": 1},
        {"max_accept_per_week": 0},
        {"max_accept_hours_per_week": 1},
    ],
)
def test_the_answer_is_named_after_the_setting(settings: dict[str, Any]) -> None:
    assert decided(a_job()).verdict is Verdict.MATCH
    decision = decided(a_job(), **settings)
    refused = [answer.rule for answer in decision.reasons if not answer.passed]
    assert refused == list(settings)


@pytest.mark.parametrize("settings", [{"places": ["M"]}, {"exclude_places": ["LS"]}])
def test_places_are_asked_of_jobs_to_which_somebody_travels(settings: dict[str, Any]) -> None:
    leeds = {"postcode": "LS1 3EX", "address": "Great George Street\nLeeds"}
    assert decided(a_job(**leeds), **settings).verdict is Verdict.MATCH
    decision = decided(a_job(kind="Face to Face", **leeds), **settings)
    assert [answer.rule for answer in decision.reasons if not answer.passed] == list(settings)


def test_jobs_of_a_portal_without_dates_are_weighed_without() -> None:
    tickets = load("tickets")
    found = rules_from_configuration(BotConfiguration.model_validate(NEUTRAL), tickets)
    assert found.accept_undated
    assert not rules().accept_undated
    undated = a_job(appointment_date=None, appointment_time=None, portal_status="new")
    assert decide(undated, found, Calendar(), Caps(), NOW).verdict is Verdict.MATCH


def test_kinds_and_languages_are_preferred_in_their_order() -> None:
    configuration = BotConfiguration.model_validate(
        {"job_type_filter": ["BSL"], "languages": ["Polish", "German"], "prefer": ["language", "kind", "shortest"]}
    )
    assert preferences_from_configuration(configuration) == Preferences(
        order=(Preference.LANGUAGE, Preference.KIND, Preference.SHORTEST),
        kinds=("BSL",),
        languages=("Polish", "German"),
    )


def test_times_are_those_of_the_portals_clock() -> None:
    # 09:30 to 11:00 on a Wednesday, in London
    hours = [{"days": ["wednesday"], "start": "09:30", "end": "11:00"}]
    assert decided(a_job(), weekly_hours=hours).verdict is Verdict.MATCH
    summer = a_job(appointment_date=date(2027, 7, 7), appointment_time=time(9, 30))
    assert decided(summer, weekly_hours=hours).verdict is Verdict.MATCH
