"""Translating the owner's configuration into the rules of bot.domain, which do not know each other."""

from collections.abc import Iterable, Iterator
from datetime import time, timedelta

from bot.domain.local_time import MINUTES_A_DAY
from bot.domain.rules.preferences import Preferences
from bot.domain.rules.rule_set import DateRange, Rules, WordRule
from bot.domain.weekly_hours import WeeklyWindow
from bot.portal.definition.model import PortalDefinition
from contract import owner_rules
from contract.configuration import BotConfiguration

_WEEKDAYS = tuple(owner_rules.Weekday)


def rules_from_configuration(configuration: BotConfiguration, definition: PortalDefinition) -> Rules:
    """The rules by which jobs of this portal are weighed.

    Jobs of a portal that shows no dates at all are weighed without dates; overlaps cannot be noticed then.
    """
    return Rules(
        job_type_filter=configuration.job_type_filter,
        exclude_types=configuration.exclude_types,
        known_kinds=tuple(definition.kinds),
        remote_kinds=definition.remote_kinds,
        required_fields=configuration.required_fields,
        open_statuses=definition.free_statuses,
        languages=configuration.languages,
        exclude_languages=configuration.exclude_languages,
        dates=tuple(_date_range(span) for span in configuration.dates),
        exclude_dates=tuple(_date_range(span) for span in configuration.exclude_dates),
        weekly_hours=windows_of(configuration.weekly_hours),
        minimum_notice=_duration(configuration.minimum_notice_minutes),
        shortest_minutes=configuration.shortest_minutes,
        longest_minutes=configuration.longest_minutes,
        places=configuration.places,
        exclude_places=configuration.exclude_places,
        words_wanted=tuple(_word_rule(rule) for rule in configuration.words_wanted),
        words_excluded=tuple(_word_rule(rule) for rule in configuration.words_excluded),
        clients=configuration.clients,
        exclude_clients=configuration.exclude_clients,
        gap_around_jobs=timedelta(minutes=configuration.gap_around_jobs_minutes),
        gap_around_events=timedelta(minutes=configuration.gap_around_events_minutes),
        accept_undated=not definition.has_dates,
        max_accept_per_run=configuration.max_accept_per_run,
        max_accept_per_pass=configuration.max_accept_per_pass,
        max_accept_per_day=configuration.max_accept_per_day,
        max_accept_hours_per_day=configuration.max_accept_hours_per_day,
        max_accept_per_week=configuration.max_accept_per_week,
        max_accept_hours_per_week=configuration.max_accept_hours_per_week,
        zone=definition.zone,
    )


def preferences_from_configuration(configuration: BotConfiguration) -> Preferences:
    """What is taken first; kinds and languages rank in the order in which the owner lists the wanted ones."""
    return Preferences(
        order=configuration.prefer,
        kinds=configuration.job_type_filter,
        languages=configuration.languages,
    )


def windows_of(weekly: Iterable[owner_rules.WeeklyHours]) -> tuple[WeeklyWindow, ...]:
    """A window for each day of the hours that the owner set."""
    return tuple(window for hours in weekly for window in _windows(hours))


def _date_range(span: owner_rules.DateSpan) -> DateRange:
    return DateRange(first=span.first, last=span.last)


def _windows(hours: owner_rules.WeeklyHours) -> Iterator[WeeklyWindow]:
    start, end = _minute(hours.start), _minute(hours.end)
    for day in dict.fromkeys(hours.days):
        yield WeeklyWindow(
            weekday=_WEEKDAYS.index(day), from_minute=start, to_minute=end if end > start else end + MINUTES_A_DAY
        )


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _word_rule(rule: owner_rules.WordRule) -> WordRule:
    return WordRule(words=rule.words, fields=rule.fields)


def _duration(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)
