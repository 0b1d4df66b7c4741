"""Which job is taken first."""

from datetime import date

import pytest

from bot.domain.rules.preferences import Preferences, preference_key
from common.states import Preference
from tests.support.domain_examples import a_job

EARLY = a_job(job_number="3", appointment_date=date(2026, 11, 25), duration_minutes=30, language="Polish", kind="BSL")


LATE = a_job(job_number="20", appointment_date=date(2026, 12, 1), duration_minutes=90, language="German", kind="Video")


UNKNOWN = a_job(job_number="1", appointment_date=None, duration_minutes=None, language=None, kind=None)


SAME = a_job(job_number="100", appointment_date=date(2026, 12, 1), duration_minutes=90, language="German", kind="Video")


@pytest.mark.parametrize(
    ("preferences", "numbers"),
    [
        (Preferences(), ["3", "20", "100", "1"]),
        (Preferences(order=(Preference.SOONEST,)), ["3", "20", "100", "1"]),
        (Preferences(order=(Preference.LATEST,)), ["20", "100", "3", "1"]),
        (Preferences(order=(Preference.LONGEST,)), ["20", "100", "3", "1"]),
        (Preferences(order=(Preference.SHORTEST,)), ["3", "20", "100", "1"]),
        (Preferences(order=(Preference.LANGUAGE,), languages=("german", "Polish")), ["20", "100", "3", "1"]),
        (Preferences(order=(Preference.KIND, Preference.LONGEST), kinds=("bsl",)), ["3", "20", "100", "1"]),
        (Preferences(order=()), ["3", "20", "100", "1"]),
    ],
)
def test_preferences(preferences: Preferences, numbers: list[str]) -> None:
    ordered = sorted([SAME, LATE, UNKNOWN, EARLY], key=lambda job: preference_key(job, preferences))
    assert [job.job_number for job in ordered] == numbers
