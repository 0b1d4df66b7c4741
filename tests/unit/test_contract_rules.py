"""The owner's rules as settings: neutral unless set, validated in words, and written in the environment too."""

from dataclasses import fields
from datetime import date, time
from typing import Any

import pytest
from pydantic import ValidationError

from bot.domain.job import Job
from common.job_fields import TEXT_FIELDS
from contract.configuration import BotConfiguration, read_texts
from contract.jobs import PortalJob
from contract.owner_rules import DateSpan, Mode, Preference, Weekday, WeeklyHours, WordRule

#: what version 1 of the configuration held; everything else came later and must be neutral
FIRST = {"check_interval_seconds", "max_accept_per_run", "job_type_filter", "exclude_types", "required_fields"}
#: These say how the bot works, not which jobs it takes.
HOW_TO_WORK = {
    "mode",
    "offer_deadline_seconds",
    "reject_excluded",
    "jitter",
    "follow_rhythm",
    "requests_per_minute",
    "lane",
    "browser",
    "prefer",
}


def test_what_came_later_restricts_nothing_until_it_is_set() -> None:
    configuration = BotConfiguration()
    for name in set(BotConfiguration.model_fields) - FIRST - HOW_TO_WORK:
        assert getattr(configuration, name) in ((), None, 0), name
    assert configuration.mode is Mode.ACCEPT
    assert configuration.reject_excluded is False
    assert configuration.prefer == (Preference.SOONEST,)


def test_a_configuration_that_was_saved_earlier_is_still_one() -> None:
    saved = {name: value for name, value in BotConfiguration().model_dump(mode="json").items() if name in FIRST}
    assert BotConfiguration.model_validate(saved) == BotConfiguration()


def test_what_is_sent_is_what_arrives() -> None:
    configuration = BotConfiguration(
        languages=("Polish",),
        dates=(DateSpan(first=date(2026, 12, 1)),),
        weekly_hours=(WeeklyHours(days=(Weekday.MONDAY,), start=time(9), end=time(17)),),
        words_excluded=(WordRule(words=("court",), fields=("client_name",)),),
        max_accept_hours_per_day=7.5,
        prefer=(Preference.KIND, Preference.SOONEST),
    )
    assert BotConfiguration.model_validate_json(configuration.model_dump_json()) == configuration


@pytest.mark.parametrize(
    ("change", "where", "words"),
    [
        ({"languages": ["Polish"], "exclude_languages": ["POLISH"]}, ("exclude_languages",), "wanted and excluded"),
        ({"clients": ["Home Office"], "exclude_clients": ["home office"]}, ("exclude_clients",), "wanted and excluded"),
        ({"places": ["M"], "exclude_places": ["m"]}, ("exclude_places",), "wanted and excluded"),
        ({"shortest_minutes": 60, "longest_minutes": 59}, ("longest_minutes",), "at least 60 and at most 59"),
        ({"shortest_minutes": -1}, ("shortest_minutes",), "greater than or equal to 0"),
        ({"dates": [{}]}, ("dates", 0), "give a first or a last date"),
        ({"dates": [{"first": "2026-12-02", "last": "2026-12-01"}]}, ("dates", 0), "lies before"),
        ({"dates": [{"first": "tomorrow"}]}, ("dates", 0, "first"), "date"),
        ({"weekly_hours": [{"days": []}]}, ("weekly_hours", 0, "days"), "at least 1"),
        ({"weekly_hours": [{"days": ["someday"]}]}, ("weekly_hours", 0, "days", 0), "'monday'"),
        ({"weekly_hours": [{"days": ["monday"], "start": "09:00", "end": "09:00"}]}, ("weekly_hours", 0), "the same"),
        ({"weekly_hours": [{"days": ["monday"], "start": "09:00Z"}]}, ("weekly_hours", 0), "portal's clock"),
        ({"words_wanted": [{"words": []}]}, ("words_wanted", 0, "words"), "at least 1"),
        ({"words_wanted": [{"words": ["  "]}]}, ("words_wanted", 0, "words", 0), "at least 1"),
        ({"words_wanted": [{"words": ["–"]}]}, ("words_wanted", 0), "no letter or digit"),
        ({"words_excluded": [{"words": ["a"], "fields": ["x"]}]}, ("words_excluded", 0), "not a text of a job"),
        ({"max_accept_per_day": -1}, ("max_accept_per_day",), "greater than or equal to 0"),
        ({"max_accept_hours_per_week": 0}, ("max_accept_hours_per_week",), "greater than 0"),
        ({"prefer": ["cheapest"]}, ("prefer", 0), "'soonest'"),
        ({"langauges": ["Polish"]}, ("langauges",), "not permitted"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(
    change: dict[str, Any], where: tuple[Any, ...], words: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        BotConfiguration.model_validate(change)
    found = {tuple(error["loc"]): error["msg"] for error in raised.value.errors()}
    assert where in found
    assert words in found[where]


def test_names_are_kept_once_and_trimmed() -> None:
    assert BotConfiguration.model_validate({"languages": [" Polish ", "Polish"]}).languages == ("Polish",)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("LANGUAGES", "Polish, Ukrainian ,", ("Polish", "Ukrainian")),
        ("job_type_filter", "bsl,video-interpreting", ("BSL", "Video Interpreting")),
        ("EXCLUDE_TYPES", "none", ()),
        ("MAX_ACCEPT_PER_RUN", "none", None),
        ("MAX_ACCEPT_PER_RUN", "3", 3),
        ("MAX_ACCEPT_HOURS_PER_DAY", "7.5", 7.5),
        ("MINIMUM_NOTICE_MINUTES", "90", 90),
        ("GAP_AROUND_JOBS_MINUTES", "30", 30),
        ("PREFER", "kind,longest", (Preference.KIND, Preference.LONGEST)),
        ("DATES", '[{"first": "2026-12-01"}]', (DateSpan(first=date(2026, 12, 1)),)),
        ("DATES", "none", ()),
        (
            "WEEKLY_HOURS",
            '[{"days": ["monday"], "start": "09:00", "end": "17:00"}]',
            (WeeklyHours(days=(Weekday.MONDAY,), start=time(9), end=time(17)),),
        ),
    ],
)
def test_settings_as_they_are_written_in_the_environment(name: str, text: str, value: object) -> None:
    given = read_texts({name: text, "PATH": "/usr/bin", "HOME": ""})
    assert list(given) == [name.lower()]
    assert getattr(BotConfiguration.model_validate(given), name.lower()) == value


def test_an_empty_text_is_no_setting_and_nonsense_is_left_to_be_refused() -> None:
    assert read_texts({"LANGUAGES": "  ", "DATES": ""}) == {}
    with pytest.raises(ValidationError):
        BotConfiguration.model_validate(read_texts({"DATES": "tomorrow"}))
    with pytest.raises(ValidationError):
        BotConfiguration.model_validate(read_texts({"CHECK_INTERVAL_SECONDS": "none"}))


def test_rules_and_settings_search_fields_that_every_job_has() -> None:
    assert set(TEXT_FIELDS) <= set(PortalJob.model_fields)
    assert set(TEXT_FIELDS) <= {field.name for field in fields(Job)}
